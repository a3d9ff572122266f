"""A fetcher as the settings want it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from backcourt.clock import Clock
from backcourt.settings import Settings, read_mirrors
from backcourt.sources.http.archive import Archive
from backcourt.sources.http.budget import Budget
from backcourt.sources.http.client import Fetcher, limits_of
from backcourt.sources.http.credentials import Keys
from backcourt.sources.http.limits import Limits
from backcourt.sources.http.retry import Patience
from backcourt.sources.http.waiting import Waiting, never


@contextmanager
def open_fetcher(
    settings: Settings,
    environ: Mapping[str, str],
    clock: Clock,
    *,
    warn: Callable[[str], None],
    should_stop: Callable[[], str] = never,
    patience: Patience | None = None,
    limits: Limits | None = None,
) -> Iterator[Fetcher]:
    """A fetcher over the archive of the settings, with the keys of the environment; both are closed afterwards.

    `limits` hold for every document, in place of those by what it is.
    """
    with Archive(settings.archive, clock.now()) as archive:
        fetcher = Fetcher(
            archive,
            clock,
            warn=warn,
            keys=Keys.of(environ),
            budget=Budget(allowed=settings.credits),
            offline=settings.offline,
            pace=settings.pace,
            patience=patience,
            waiting=Waiting(should_stop=should_stop),
            limits=limits_of if limits is None else lambda request: limits,
            mirrors=read_mirrors(settings.mirrors),
        )
        with fetcher:
            yield fetcher
