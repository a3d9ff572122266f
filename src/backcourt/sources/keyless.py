"""A real season without any key: from the first source that answers, and why the others were passed over.

Whether a source answers is found out by its first document, once and within seconds: a host that leaves addresses of data
centres to hang must not take minutes to say so. What comes of that is archived like anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta

from backcourt.clock import Clock
from backcourt.engine.intake import Outcome
from backcourt.engine.registry import Registry
from backcourt.errors import SourceError
from backcourt.sources.feed.adapter import ADAPTERS
from backcourt.sources.feed.feed import Opening, feed
from backcourt.sources.http import Fetcher, Patience, Progress
from backcourt.sources.http.limits import Limits
from backcourt.sources.nba_stats import requests as nba_stats
from backcourt.sources.payload import Request
from backcourt.sources.sportsdataverse import requests as sportsdataverse
from backcourt.sources.sportsdataverse.season import take

PROBING = Limits(connect=3, read=5, total=15)
ONCE = Patience(attempts=1)

Network = Callable[[Patience | None, Limits | None], AbstractContextManager[Fetcher]]
"""Opens what documents are fetched with, patient or not."""


@dataclass(frozen=True)
class Taken:
    """What was taken and from where; `passed_over` says of sources that were not why, `troubles` what is missing."""

    source: str
    passed_over: Mapping[str, str] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] = ()
    troubles: tuple[str, ...] = ()
    stopped: str = ""


def take_keyless(
    opening: Opening,
    registry: Registry,
    season: str,
    network: Network,
    clock: Clock,
    progress: Callable[[Progress], None] = lambda step: None,
) -> Taken:
    """Fetch and ingest a season of which the warehouse has nothing; raises SourceError when no source can be had."""
    passed_over: dict[str, str] = {}
    for name, request in _first_documents(season).items():
        try:
            with network(ONCE, PROBING) as quick:
                quick.fetch(request, max_age=timedelta(hours=1))
            if name == sportsdataverse.SOURCE:
                return _from_releases(opening, registry, season, network, clock, passed_over)
            return _from_feed(name, opening, registry, season, network, clock, passed_over, progress)
        except SourceError as error:
            passed_over[name] = error.message
    raise SourceError(
        f"No real season can be fetched. {'; '.join(passed_over.values())}.",
        "Look whether this machine is connected and may reach these hosts (HTTPS_PROXY, BACKCOURT_MIRRORS). Without a network:"
        "  backcourt demo --simulated,  or files of your own with  BACKCOURT_REAL_DATA=FOLDER backcourt demo",
    )


def _first_documents(season: str) -> dict[str, Request]:
    """The sources without a key, best first, each with the document that it is asked for first."""
    return {
        nba_stats.SOURCE: nba_stats.schedule(season),
        sportsdataverse.SOURCE: sportsdataverse.release("games", season),
    }


def _from_feed(
    name: str,
    opening: Opening,
    registry: Registry,
    season: str,
    network: Network,
    clock: Clock,
    passed_over: Mapping[str, str],
    progress: Callable[[Progress], None],
) -> Taken:
    with network(None, None) as fetcher:
        report = feed(opening, registry, ADAPTERS[name], season, fetcher, clock, progress=progress)
    troubles = tuple(each.said for each in report.troubles)
    return Taken(name, passed_over, tuple(report.outcomes), troubles, report.stopped)


def _from_releases(
    opening: Opening,
    registry: Registry,
    season: str,
    network: Network,
    clock: Clock,
    passed_over: Mapping[str, str],
) -> Taken:
    with network(None, None) as fetcher, opening() as warehouse:
        report = take(warehouse, registry, season, fetcher, clock)
    return Taken(sportsdataverse.SOURCE, passed_over, report.outcomes)
