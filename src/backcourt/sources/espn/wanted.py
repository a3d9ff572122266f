"""What is wanted of ESPN: the scoreboards of dates that have begun, and the rosters of now, with who is hurt.

A scoreboard is the games of a date beside those of the schedule; the newest holds. Rosters of another day than today are not to be had.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from backcourt.seasons import eastern_date
from backcourt.sources.espn.requests import SOURCE, rosters, scoreboard
from backcourt.sources.feed import age
from backcourt.sources.feed.asked import Asked
from backcourt.sources.http import Fetch
from backcourt.sources.payload import Request

KINDS = ("espn_scoreboard", "espn_roster", "espn_injuries")
SCOREBOARDS, ROSTERS = "games", "rosters"
_FRESH = timedelta(hours=6)


def wanted(asked: Asked) -> Iterator[Request]:
    """The scoreboard of each date with games up to today, and all 30 rosters where today is in scope."""
    yield from (scoreboard(day) for day in asked.days if day <= asked.today)
    if asked.covers(asked.today):
        yield from rosters()


def archived(asked: Asked) -> list[Fetch]:
    """The scoreboards of the dates in scope, and the rosters that were fetched on one of them."""
    boards = [fetch for day in asked.days for fetch in asked.answers(SOURCE, SCOREBOARDS, day.isoformat())]
    return boards + [fetch for fetch in asked.answers(SOURCE, ROSTERS) if asked.covers(eastern_date(fetch.fetched_at))]


def max_age(asked: Asked, request: Request, newest: Fetch) -> timedelta:
    """Four snapshots of a roster a day; a scoreboard as long as any document of a game of its date."""
    if request.need == SCOREBOARDS:
        return age.max_age(date.fromisoformat(request.subject), eastern_date(newest.fetched_at))
    return _FRESH


def none_at(_: Request) -> Collection[int]:
    """Every date has a scoreboard, and every team a roster."""
    return ()
