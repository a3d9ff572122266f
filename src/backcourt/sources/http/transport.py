"""The last step of a request before the network: its key is added, and its time is bounded.

Everything above, the library's errors and log lines included, only ever sees the request without its key. The library
bounds each piece of an answer and not the whole, so that a host which sends a byte now and then would hold a program for
days; here each wait for the network gets what is left of the attempt's time.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from backcourt.errors import SourceError
from backcourt.sources.http.credentials import Keys


class Deadline:
    """The moment at which an attempt has had its time."""

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self._elapsed = elapsed
        self._end = float("inf")

    def start(self, seconds: float) -> None:
        """An attempt begins now and may take so long."""
        self._end = self._elapsed() + seconds

    def left(self) -> float:
        """Seconds that are left, not below 0."""
        return max(0.0, self._end - self._elapsed())

    def shorten(self, timeout: float | None, too_late: type[Exception]) -> float:
        """The time that one wait may take; raises `too_late` when there is none."""
        left = self.left()
        if not left:
            raise too_late("the time of the attempt is over")
        return left if timeout is None else min(timeout, left)


class Transport(httpx.BaseTransport):
    """Sends requests, through the proxy that the environment names if it names one."""

    def __init__(self, keys: Keys, deadline: Deadline) -> None:
        self._keys, self._deadline = keys, deadline
        self._ways: dict[str | None, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request with what its source's host needs to see."""
        return self._way(request.url).handle_request(self._with_key(request))

    def close(self) -> None:
        """Close all connections."""
        for way in self._ways.values():
            way.close()

    def _with_key(self, request: httpx.Request) -> httpx.Request:
        found = self._keys.for_host(request.extensions["source"], request.extensions["host"])
        if found is None:
            return request
        credential, value = found
        url, headers = request.url, request.headers.copy()
        if credential.place == "query":
            url = url.copy_set_param(credential.name, value)
        else:
            headers[credential.name] = value
        return httpx.Request(request.method, url, headers=headers, stream=request.stream, extensions=request.extensions)

    def _way(self, url: httpx.URL) -> httpx.HTTPTransport:
        named = getproxies()
        proxy = None if proxy_bypass(url.host) else named.get(url.scheme, named.get("all"))
        if proxy not in self._ways:
            try:
                way = httpx.HTTPTransport(proxy=proxy if proxy is None or "://" in proxy else f"http://{proxy}")
            except (ValueError, ImportError, httpx.InvalidURL) as error:
                # What it says may hold a password, and so may what caused the error.
                raise SourceError(
                    f"The proxy that the environment names for {url.scheme} cannot be used ({type(error).__name__}).",
                    "Write HTTPS_PROXY (or ALL_PROXY) as http://HOST:PORT; other kinds of proxies are not known here.",
                ) from None
            # The pool takes its network from here; there is no public way to hand it one.
            way._pool._network_backend = _Network(self._deadline)
            self._ways[proxy] = way
        return self._ways[proxy]


class _Network(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.shorten(timeout, httpcore.ConnectTimeout)
        return _Stream(self._network.connect_tcp(host, port, left, local_address, socket_options), self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.shorten(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.shorten(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._deadline.shorten(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
