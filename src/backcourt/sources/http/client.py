"""The one way to documents on the network: from the archive when it is young enough, else asked for, checked and archived."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from types import MappingProxyType, TracebackType

from backcourt.clock import Clock
from backcourt.sources.http.address import host_of, key_of, refuse_unusable
from backcourt.sources.http.archive import Archive
from backcourt.sources.http.budget import Budget
from backcourt.sources.http.credentials import Keys
from backcourt.sources.http.errors import (
    DamagedError,
    KeyMissingError,
    NotThereError,
    OfflineError,
    RefusedError,
    ThrottledError,
    UnreachableError,
)
from backcourt.sources.http.hosts import HOSTS, Host, host_named
from backcourt.sources.http.index import Fetch
from backcourt.sources.http.limits import BY_MEDIA, DEFAULT, Limits
from backcourt.sources.http.media import refuse_other, words_of
from backcourt.sources.http.pace import Pace
from backcourt.sources.http.retry import Patience, asked_wait, persist
from backcourt.sources.http.sender import Answer, Sender
from backcourt.sources.http.waiting import Waiting
from backcourt.sources.payload import Payload, Request

FOREVER = timedelta.max
"""The age of a document that is never asked for again."""

BELIEVED = timedelta(days=7)
"""How long an archived absence counts at most: the status that means it may as well have been a host that blocks."""

_LONGEST_TAG = 512


def limits_of(request: Request) -> Limits:
    """The limits of a document by what it is."""
    return BY_MEDIA.get(request.media, DEFAULT)


class Fetcher:
    """Fetches documents for every adapter. Whatever goes wrong is a FetchError, a DamagedError or an ArchiveError.

    `warn` is told of archived documents that are damaged and therefore fetched again.
    """

    def __init__(
        self,
        archive: Archive,
        clock: Clock,
        *,
        warn: Callable[[str], None],
        keys: Keys | None = None,
        budget: Budget | None = None,
        offline: bool = False,
        pace: float = 1.0,
        patience: Patience | None = None,
        waiting: Waiting | None = None,
        hosts: tuple[Host, ...] = HOSTS,
        limits: Callable[[Request], Limits] = limits_of,
        mirrors: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.archive, self.clock, self.offline = archive, clock, offline
        self.budget, self.patience = budget or Budget(), patience or Patience()
        self.waiting = waiting or Waiting()
        named = partial(host_named, hosts=hosts)
        self.pace = Pace(lambda host: named(host).interval, self.waiting, pace)
        self._warn, self._keys, self._limits = warn, keys or Keys(), limits
        self._sender = Sender(self._keys, self.pace, named, mirrors, self.waiting.elapsed)

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; the archive stays open."""
        self._sender.close()

    def fetch(
        self,
        request: Request,
        *,
        max_age: timedelta | None = None,
        none_at: Collection[int] = (),
        attempts: int | None = None,
    ) -> Payload:
        """The document that a request names.

        The archived one when it is younger than `max_age` or nothing else may be asked, else what the source has now.
        A status in `none_at` means that there is none, which is archived too and raises NotThereError.
        """
        held = self.held(request, max_age)
        if held is not None:
            return held
        if self.offline:
            raise OfflineError.missing(request, self.archive.folder)
        if variable := self._keys.missing(request.source):
            raise KeyMissingError.of(request, variable)
        before = self._standing(request)
        patience = replace(self.patience, attempts=attempts or self.patience.attempts)
        return persist(partial(self._attempt, request, before, none_at), patience, self.waiting.sleep)

    def refuse_without_key(self, requests: Sequence[Request]) -> None:
        """Raise KeyMissingError when something is to be asked for whose source has no key."""
        for request in requests:
            if not self.offline and (variable := self._keys.missing(request.source)):
                raise KeyMissingError.of(request, variable)

    def held(self, request: Request, max_age: timedelta | None) -> Payload | None:
        """The archived document if it serves; raises NotThereError when the archive says that there is none."""
        refuse_unusable(request)
        self._keys.refuse_in(request)
        newest = self.archive.newest(request)
        if newest is None or not (self.offline or self._is_young(newest, max_age)):
            return None
        if newest.digest is None:
            raise NotThereError.known(request, newest.status, newest.fetched_at)
        try:
            return self.archive.payload(request, newest)
        except DamagedError as error:
            if self.offline:
                raise
            self._warn(f"{error.message} It is fetched again.")
            return None

    def _is_young(self, fetch: Fetch, max_age: timedelta | None) -> bool:
        if max_age is None:
            return False
        longest = max_age if fetch.digest else min(max_age, BELIEVED)
        # What seems to come from the future was fetched under a wrong clock, and its age is not known.
        return timedelta(0) <= self.clock.now() - fetch.fetched_at < longest

    def _standing(self, request: Request) -> Fetch | None:
        """The archived document that a source may confirm: its last one, if it is whole and the source named its version."""
        newest = self.archive.newest(request)
        if newest is None or newest.digest is None or not (newest.etag or newest.last_modified):
            return None
        try:
            self.archive.read(newest.digest)
        except DamagedError as error:
            self._warn(f"{error.message} It is fetched again.")
            return None
        return newest

    def _attempt(self, request: Request, before: Fetch | None, none_at: Collection[int]) -> Payload:
        host = host_of(key_of(request))
        held = self.pace.due_in(host)
        if held > self.patience.longest_asked:
            raise ThrottledError.too_long(request, host, held, self.patience.longest_asked)
        self.budget.take(request)
        answer = self._answer(request, before)
        now = self.clock.now()
        remaining = self.budget.settle(request, answer.status, answer.headers)
        if remaining is not None:
            self.archive.tell_credits(request.source, remaining, now)
        if answer.status == 200:
            return self._keep(request, answer)
        if answer.status == 304 and before is not None:
            return self.archive.payload(request, self.archive.confirm(request, before, now))
        if answer.status in none_at:
            raise NotThereError.known(
                request, answer.status, self.archive.store_absence(request, answer.status, now).fetched_at
            )
        raise self._error(request, answer)

    def _answer(self, request: Request, before: Fetch | None) -> Answer:
        conditions = {
            "If-None-Match": before.etag if before else None,
            "If-Modified-Since": before.last_modified if before else None,
        }
        given = {name: value for name, value in conditions.items() if value}
        try:
            return self._sender.send(request, self._limits(request), given)
        except UnreachableError as error:
            if not error.sent:
                self.budget.give_back(request)
            raise

    def _keep(self, request: Request, answer: Answer) -> Payload:
        media = answer.headers.get("content-type", "").split(";")[0].strip().lower()
        refuse_other(request, answer.body, media, self._keys.scrub)
        fetch = self.archive.store(
            request,
            answer.body,
            self.clock.now(),
            media=media,
            etag=_tag(answer.headers.get("etag")),
            last_modified=_tag(answer.headers.get("last-modified")),
        )
        assert fetch.digest is not None
        return Payload(request, answer.body, fetch.fetched_at, fetch.digest)

    def _error(
        self, request: Request, answer: Answer
    ) -> NotThereError | RefusedError | ThrottledError | UnreachableError:
        host, status = answer.host, answer.status
        wait = asked_wait(answer.headers, self.clock.now())
        if status == 429 or status >= 500:
            longest = self.patience.longest_asked
            if wait is not None:
                self.pace.hold(host, wait)
                if wait > longest:
                    return ThrottledError.too_long(request, host, wait, longest, status)
            if status == 429:
                return ThrottledError.answered(request, host, wait)
            return UnreachableError.in_trouble(request, host, status, wait)
        if status in (404, 410):
            return NotThereError.answered(request, host, status)
        return RefusedError.answered(request, host, status, words_of(answer.body, self._keys.scrub))


def _tag(text: str | None) -> str | None:
    """What a host calls a version, if it can be sent back."""
    return text if text and text.isascii() and text.isprintable() and len(text) <= _LONGEST_TAG else None
