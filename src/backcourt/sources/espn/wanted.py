"""What is wanted of ESPN: the rosters of now, with who is hurt; of another day than today there is nothing to ask."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from backcourt.seasons import eastern_date
from backcourt.sources.espn.requests import SOURCE, rosters
from backcourt.sources.feed.asked import Asked
from backcourt.sources.http import Fetch
from backcourt.sources.payload import Request

KINDS = ("espn_roster", "espn_injuries")
_FRESH = timedelta(hours=6)
_NEED = "rosters"


def wanted(asked: Asked) -> Iterator[Request]:
    """All 30 rosters, where today is in scope."""
    if asked.covers(asked.today):
        yield from rosters()


def archived(asked: Asked) -> list[Fetch]:
    """The rosters that were fetched on a date of the scope."""
    return [fetch for fetch in asked.answers(SOURCE, _NEED) if asked.covers(eastern_date(fetch.fetched_at))]


def max_age(asked: Asked, request: Request, newest: Fetch) -> timedelta:
    """Four snapshots a day."""
    return _FRESH


def none_at(_: Request) -> Collection[int]:
    """Every team has a roster."""
    return ()
