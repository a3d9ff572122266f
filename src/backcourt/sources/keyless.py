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
from backcourt.sources.feed.feed import by_games
from backcourt.sources.feed.outcome import HAD
from backcourt.sources.feed.releases import feed_releases
from backcourt.sources.feed.season import FeedSeason, Opening
from backcourt.sources.http import Fetcher, Patience, Progress
from backcourt.sources.http.limits import Limits
from backcourt.sources.nba_stats import requests as nba_stats
from backcourt.sources.payload import Request
from backcourt.sources.sportsdataverse import requests as sportsdataverse

PROBING = Limits(connect=3, read=5, total=15)
ONCE = Patience(attempts=1)
_BOXES = (nba_stats.BOX, "player_box")

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
    for name, (request, feed) in _keyless(season).items():
        try:
            with network(ONCE, PROBING) as quick:
                quick.fetch(request, max_age=timedelta(hours=1))
            with network(None, None) as fetcher:
                report = feed(opening, registry, season, fetcher, clock, progress=progress)
        except SourceError as error:
            passed_over[name] = error.message
            continue
        troubles = tuple(each.said for each in report.troubles)
        if not troubles or report.stopped or any(each.state == HAD and each.need in _BOXES for each in report.told):
            return Taken(name, passed_over, tuple(report.outcomes), troubles, report.stopped)
        # Its schedule stays: the games of the next source are found in it.
        passed_over[name] = f"{name} has a schedule and not one box score: {troubles[0]}"
    raise SourceError(
        f"No real season can be fetched. {'; '.join(passed_over.values())}.",
        "Look whether this machine is connected and may reach these hosts (HTTPS_PROXY, BACKCOURT_MIRRORS). Without a network:"
        "  backcourt demo --simulated,  or files of your own with  BACKCOURT_REAL_DATA=FOLDER backcourt demo",
    )


def _keyless(season: str) -> dict[str, tuple[Request, FeedSeason]]:
    """The sources without a key, best first, each with the document that it is asked for first, and its way to a season."""
    return {
        nba_stats.SOURCE: (nba_stats.schedule(season), by_games(ADAPTERS[nba_stats.SOURCE])),
        sportsdataverse.SOURCE: (sportsdataverse.release("games", season), feed_releases),
    }
