"""A long pull: many documents, host by host, that can be stopped at any moment and goes on where it was.

What the archive has is not asked for again, so running the same pull once more is how it is resumed. Of the hosts that
have something to be asked, the one that may be asked soonest is next. A document that fails goes to the end of its
host's queue and the host is left alone for a while, in which the others are asked; a host that fails several times in a
row is given up for this pull.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from backcourt.errors import SourceError
from backcourt.sources.http.address import host_of, key_of
from backcourt.sources.http.archive import Archive
from backcourt.sources.http.budget import estimate
from backcourt.sources.http.client import FOREVER, Fetcher
from backcourt.sources.http.errors import (
    BudgetSpentError,
    DamagedError,
    FetchError,
    NotThereError,
    OfflineError,
    UnreachableError,
)
from backcourt.sources.http.waiting import StoppedError
from backcourt.sources.payload import Payload, Request

GIVEN_UP_AFTER = 4
"""Failures in a row after which a host is given up."""


@dataclass(frozen=True)
class Progress:
    """Where a pull is: documents done (had, absent or failed) of how many, and how fast; None before anybody can tell."""

    done: int
    total: int
    failed: int
    per_second: float | None
    seconds_left: float | None


@dataclass(frozen=True)
class Held:
    """A document that the archive has for a request."""

    request: Request
    digest: str
    fetched_at: datetime
    fetched: bool


@dataclass(frozen=True)
class Failure:
    """A document that could not be had, and why."""

    request: Request
    error: SourceError


@dataclass(frozen=True)
class Pulled:
    """What became of a pull, each list in the order of the requests.

    `absent` are those of which the source says that there is none; `not_asked` those that a stop left, and `stopped`
    what asked for it.
    """

    archive: Archive
    held: tuple[Held, ...]
    absent: tuple[Request, ...]
    failures: tuple[Failure, ...]
    not_asked: tuple[Request, ...]
    stopped: str

    @property
    def is_whole(self) -> bool:
        """Whether every document was had or is known not to exist."""
        return not self.failures and not self.not_asked

    def payloads(self) -> Iterator[Payload]:
        """The documents one by one, from the archive."""
        for each in self.held:
            yield Payload(each.request, self.archive.read(each.digest), each.fetched_at, each.digest)


def _forever(_: Request) -> timedelta | None:
    return FOREVER


def _never_absent(_: Request) -> Collection[int]:
    return ()


def _nobody(_: Progress) -> None:
    return None


def pull(
    fetcher: Fetcher,
    requests: Iterable[Request],
    *,
    max_age: Callable[[Request], timedelta | None] = _forever,
    none_at: Callable[[Request], Collection[int]] = _never_absent,
    progress: Callable[[Progress], None] = _nobody,
) -> Pulled:
    """Have all these documents, whatever becomes of single ones.

    Raises ArchiveError, as nothing can be kept then, and ValueError for a request that no adapter may build.
    """
    work = _Pull(fetcher, requests, max_age, none_at, progress)
    work.look_up()
    work.refuse_unaffordable()
    work.ask()
    return work.result()


def price(
    fetcher: Fetcher, requests: Iterable[Request], max_age: Callable[[Request], timedelta | None] = _forever
) -> dict[str, int]:
    """What a pull would cost now in credits, by source: of the documents that the archive does not have."""
    return estimate(missing(fetcher, requests, max_age))


def missing(
    fetcher: Fetcher, requests: Iterable[Request], max_age: Callable[[Request], timedelta | None] = _forever
) -> list[Request]:
    """What a pull would ask for now; offline that is nothing."""
    work = _Pull(fetcher, requests, max_age, _never_absent, _nobody)
    work.look_up()
    return [job.request for job in work.waiting()]


@dataclass(eq=False)
class _Job:
    """A document of a pull and what became of it; nothing of all that as long as it waits in its host's queue."""

    request: Request
    host: str
    attempts: int = 0
    held: Held | None = None
    is_absent: bool = False
    error: SourceError | None = None
    is_over: bool = False


class _Pull:
    def __init__(
        self,
        fetcher: Fetcher,
        requests: Iterable[Request],
        max_age: Callable[[Request], timedelta | None],
        none_at: Callable[[Request], Collection[int]],
        progress: Callable[[Progress], None],
    ) -> None:
        self._fetcher, self._max_age, self._none_at, self._progress = fetcher, max_age, none_at, progress
        once = {(request.source, key_of(request)): request for request in requests}
        self._jobs = [_Job(request, host_of(key)) for (_, key), request in once.items()]
        self._queues: dict[str, deque[_Job]] = {}
        self._in_a_row: Counter[str] = Counter()
        self._done = self._failures = self._asked = 0
        self._began: float | None = None
        self._stopped = ""

    def waiting(self) -> list[_Job]:
        """What is still to be asked for."""
        return [job for job in self._jobs if not job.is_over]

    def look_up(self) -> None:
        """Take what the archive has; what it has not goes into the queue of its host."""
        for job in self._jobs:
            if self._is_stopped():
                return
            try:
                payload = self._fetcher.held(job.request, self._max_age(job.request))
            except NotThereError:
                self._end(job, is_absent=True)
            except DamagedError as error:
                self._end(job, error=error)
            else:
                if payload is not None:
                    self._end(job, payload=payload, fetched=False)
                elif self._fetcher.offline:
                    self._end(job, error=OfflineError.missing(job.request, self._fetcher.archive.folder))
                else:
                    self._queues.setdefault(job.host, deque()).append(job)

    def refuse_unaffordable(self) -> None:
        """Ask nothing of a source whose documents together cost more than may be spent."""
        if self._is_stopped():
            return  # and not everything was looked up
        waiting = self.waiting()
        for source in estimate(job.request for job in waiting):
            paid = [job for job in waiting if job.request.source == source and job.request.credits]
            try:
                self._fetcher.budget.refuse_plan(job.request for job in paid)
            except BudgetSpentError as error:
                for job in paid:
                    self._queues[job.host].remove(job)
                    self._end(job, error=error.about(job.request))

    def ask(self) -> None:
        """Ask for what waits, until nothing does or somebody asks to stop."""
        self._began = self._fetcher.waiting.elapsed()
        while not self._is_stopped():
            hosts = [host for host, queue in self._queues.items() if queue]
            if not hosts:
                return
            self._ask_next(min(hosts, key=self._fetcher.pace.due_in))

    def result(self) -> Pulled:
        """What became of everything."""
        return Pulled(
            archive=self._fetcher.archive,
            held=tuple(job.held for job in self._jobs if job.held),
            absent=tuple(job.request for job in self._jobs if job.is_absent),
            failures=tuple(Failure(job.request, job.error) for job in self._jobs if job.is_over and job.error),
            not_asked=tuple(job.request for job in self.waiting()),
            stopped=self._stopped,
        )

    def _ask_next(self, host: str) -> None:
        job = self._queues[host].popleft()
        request = job.request
        try:
            payload = self._fetcher.fetch(
                request, max_age=self._max_age(request), none_at=self._none_at(request), attempts=1
            )
        except StoppedError:
            return  # it stays one of those that were not asked for
        except DamagedError as error:
            self._end(job, error=error)
        except FetchError as error:
            self._failed(job, error)
        else:
            self._in_a_row[host] = 0
            self._end(job, payload=payload)

    def _failed(self, job: _Job, error: FetchError) -> None:
        job.attempts += error.attempts
        error.tried(job.attempts)
        is_absent = isinstance(error, NotThereError) and error.declared
        if error.of_host or error.passing:
            self._in_a_row[job.host] += 1
        else:
            self._in_a_row[job.host] = 0
        if error.passing and job.attempts < self._fetcher.patience.attempts:
            job.error = error
            self._queues[job.host].append(job)
            self._fetcher.pace.hold(job.host, self._fetcher.patience.backoff(self._in_a_row[job.host]))
        else:
            self._end(job, is_absent=is_absent, error=None if is_absent else error)
        if self._in_a_row[job.host] >= GIVEN_UP_AFTER:
            self._give_up(job.host, error)

    def _give_up(self, host: str, last: FetchError) -> None:
        """End what waits for a host: with its own error where it has one."""
        queue = self._queues[host]
        while queue:
            job = queue.popleft()
            given_up = UnreachableError.given_up(job.request, host, self._in_a_row[host], last.said)
            self._end(job, error=job.error or given_up)

    def _end(
        self,
        job: _Job,
        *,
        payload: Payload | None = None,
        fetched: bool = True,
        is_absent: bool = False,
        error: SourceError | None = None,
    ) -> None:
        job.is_over, job.is_absent, job.error = True, is_absent, error
        job.held = Held(job.request, payload.digest, payload.fetched_at, fetched) if payload else None
        self._done += 1
        self._failures += error is not None
        self._asked += self._began is not None
        self._progress(self._now())

    def _now(self) -> Progress:
        passed = 0.0 if self._began is None else self._fetcher.waiting.elapsed() - self._began
        rate = self._asked / passed if self._asked and passed else None
        left = (len(self._jobs) - self._done) / rate if rate else None
        return Progress(self._done, len(self._jobs), self._failures, rate, left)

    def _is_stopped(self) -> bool:
        self._stopped = self._stopped or self._fetcher.waiting.should_stop()
        return bool(self._stopped)
