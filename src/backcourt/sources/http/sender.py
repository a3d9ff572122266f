"""One attempt: the request goes out, redirects are followed as far as they may be, and the answer is read within bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from backcourt.sources.http.address import host_of, key_of, why_not_followed
from backcourt.sources.http.body import ACCEPTED, first_bytes, read_body
from backcourt.sources.http.credentials import Keys
from backcourt.sources.http.errors import FetchError, RefusedError, TooSlowError, TruncatedError, UnreachableError
from backcourt.sources.http.hosts import Host
from backcourt.sources.http.limits import QUOTED, Limits
from backcourt.sources.http.pace import Pace
from backcourt.sources.http.transport import Deadline, Transport
from backcourt.sources.payload import Request

_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Answer:
    """What a host answered: its headers by names in lower case, and of a status other than 200 only the first bytes."""

    host: str
    status: int
    headers: Mapping[str, str]
    location: str | None
    body: bytes


class Sender:
    """Sends requests one after the other, each host at its pace.

    `mirrors` gives hosts another address: their documents are asked for there, and archived as theirs.
    """

    def __init__(
        self,
        keys: Keys,
        pace: Pace,
        host_named: Callable[[str], Host],
        mirrors: Mapping[str, str],
        elapsed: Callable[[], float],
    ) -> None:
        self._keys, self._pace, self._host_named, self._mirrors = keys, pace, host_named, mirrors
        self._deadline = Deadline(elapsed)
        self._client = httpx.Client(transport=Transport(keys, self._deadline), follow_redirects=False)
        keys.keep_out_of_logs()

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def send(self, request: Request, limits: Limits, conditions: Mapping[str, str]) -> Answer:
        """The answer to a request; raises FetchError when none comes that can be read."""
        address = key_of(request)
        host = asked = host_of(address)
        seen: set[str] = set()
        left = limits.total
        for _ in range(limits.redirects + 1):
            self._pace.wait(host)
            # What the pace takes is no time of the host's.
            self._deadline.start(left)
            seen.add(address)
            answer = self._hop(request, host, self._outward(host, address), limits, conditions)
            if answer.status not in _REDIRECTS or answer.location is None:
                return answer
            left = self._deadline.left()
            address = self._next(request, address, answer, answer.location)
            host = host_of(address)
            if address in seen:
                break
        raise RefusedError.in_circles(request, asked, len(seen), answer.status)

    def _outward(self, host: str, address: str) -> str:
        """Where an address is really asked for."""
        mirror = self._mirrors.get(host)
        if mirror is None:
            return address
        scheme, netloc, *_ = urlsplit(mirror)
        return urlunsplit(urlsplit(address)._replace(scheme=scheme, netloc=netloc))

    def _hop(self, request: Request, host: str, url: str, limits: Limits, conditions: Mapping[str, str]) -> Answer:
        headers = {**self._host_named(host).headers, **request.headers, **conditions, "Accept-Encoding": ACCEPTED}
        timeout = httpx.Timeout(limits.read, connect=limits.connect)
        response, why, sent = None, "", True
        try:
            outgoing = self._client.build_request(
                "GET", url, headers=headers, timeout=timeout, extensions={"source": request.source, "host": host}
            )
            response = self._client.send(outgoing, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = self._why(error, limits)
            sent = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        if response is None:
            raise self._late(request, host, limits) or UnreachableError.silent(request, host, why, sent=sent)
        return self._read(request, host, response, limits)

    def _read(self, request: Request, host: str, response: httpx.Response, limits: Limits) -> Answer:
        headers = {name: self._keys.scrub(value) for name, value in response.headers.items() if name != "location"}
        packed, stated = headers.get("content-encoding", ""), headers.get("content-length", "")
        body, why = None, ""
        try:
            if response.status_code == 200:
                body = read_body(request, response.iter_raw(), packed, stated, limits.largest)
            else:
                body = first_bytes(response.iter_raw(), packed, QUOTED)
        except httpx.HTTPError as error:
            why = self._why(error, limits)
        finally:
            response.close()
            # Cookies of one answer are no part of the next request.
            self._client.cookies.clear()
        if body is None and response.status_code == 200:
            raise self._late(request, host, limits) or TruncatedError.of(request, f"its body ends too early ({why})")
        return Answer(host, response.status_code, headers, response.headers.get("location"), body or b"")

    def _late(self, request: Request, host: str, limits: Limits) -> FetchError | None:
        return None if self._deadline.left() else TooSlowError.of(request, host, limits.total)

    def _next(self, request: Request, here: str, answer: Answer, location: str) -> str:
        """Where a redirect leads; raises RefusedError when it is not followed."""
        host = host_of(here)
        allowed = self._host_named(host).sends_to
        mirrored = self._mirrors.get(host)
        try:
            there = urljoin(self._outward(host, here), location)
            if mirrored and host_of(there) == host_of(mirrored):
                parts = urlsplit(here)
                there = urlunsplit(urlsplit(there)._replace(scheme=parts.scheme, netloc=parts.netloc))
            target, why = host_of(self._keys.scrub(there)), why_not_followed(here, there, allowed)
        except ValueError:
            target, why = "an address", "which cannot be read"
        if why:
            shown = target.rpartition("@")[2][:100]
            raise RefusedError.elsewhere(request, answer.host, shown, answer.status, why)
        return self._keys.without_key(request.source, there)

    def _why(self, error: Exception, limits: Limits) -> str:
        """What is said of an error of the library; its text holds no address, and no key whatever it holds."""
        if isinstance(error, httpx.ConnectTimeout):
            return f"no connection within {limits.connect:g} s"
        if isinstance(error, httpx.TimeoutException):
            return f"nothing came for {limits.read:g} s"
        return self._keys.scrub(" ".join(str(error).split()))[:200] or type(error).__name__
