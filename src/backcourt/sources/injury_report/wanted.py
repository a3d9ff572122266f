"""Which injury reports are wanted: of each game the last one before its cut-off, or before now where it is still to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from backcourt.seasons import EASTERN
from backcourt.sources.feed.age import FINAL
from backcourt.sources.feed.asked import Asked
from backcourt.sources.http import Fetch
from backcourt.sources.injury_report.requests import REPORT, SOURCE, TOLD, last_before, report
from backcourt.sources.payload import Request

_EARLIER = 3
"""Where there is no report of a moment, so many before it are asked for."""

_DAY = timedelta(days=1)
_LATE = timedelta(hours=2)
_SOON = timedelta(minutes=5)


def wanted(asked: Asked) -> Iterator[Request]:
    """A report of each moment, and where the archive knows that there is none the ones before."""
    near = [game for game in asked.games if game.game_date <= asked.today + _DAY]
    for moment in sorted({last_before(min(game.cutoff_at, asked.now)) for game in near}):
        yield from _with_earlier(asked, moment)


def _with_earlier(asked: Asked, moment: datetime) -> Iterator[Request]:
    for _ in range(1 + _EARLIER):
        request = report(moment)
        yield request
        answer = asked.archive.newest(request)
        if answer is None or answer.digest is not None:
            return
        moment = last_before(moment)


def archived(asked: Asked) -> list[Fetch]:
    """Every report that was made on a date of the scope with a game, or on the day before one."""
    days = {(day - back).isoformat() for day in asked.days for back in (timedelta(0), _DAY)}
    return [fetch for fetch in asked.answers(SOURCE, REPORT) if fetch.subject[:10] in days]


def max_age(asked: Asked, request: Request, newest: Fetch) -> timedelta:
    """A report is final; that there is none says little while it may still be on its way."""
    made_at = datetime.strptime(request.subject, TOLD).replace(tzinfo=EASTERN)
    is_early = newest.digest is None and newest.fetched_at - made_at < _LATE
    return _SOON if is_early else FINAL
