"""Where the injury report of a moment is; both schemes of file names, and the moments that reports are made at.

Until 2025-12-22 09:00 Eastern there was one an hour, on the half hour, and its name has the hour alone; since then
there is one every quarter of an hour, named with its minutes. The afternoon of 2025-12-19 tried the new scheme.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from backcourt.errors import UsageError
from backcourt.seasons import EASTERN
from backcourt.sources.payload import Request

SOURCE, REPORT = "injury_report", "injury_report"
TOLD = "%Y-%m-%d %H:%M"
"""How a request's subject names the Eastern moment of a report."""

_FOLDER = "https://ak-static.cms.nba.com/referee/injury"
_QUARTER = timedelta(minutes=15)
_QUARTERLY_SINCE = datetime(2025, 12, 22, 9)  # noqa: DTZ001 - Eastern wall time, as the names of the files have it
_TRIAL = (datetime(2025, 12, 19, 15, 30), datetime(2025, 12, 19, 16, 45))  # noqa: DTZ001 - both exclusive


def report(moment: datetime) -> Request:
    """The report of a moment; raises UsageError for one that no report is made at."""
    wall = _wall(moment)
    if not _is_made_at(wall):
        near = last_before(moment).astimezone(EASTERN)
        raise UsageError(
            f"No injury report is made at {wall.strftime(TOLD)} Eastern.", f"The one before is {near.strftime(TOLD)}."
        )
    written = wall.strftime("%I_%M%p" if is_quarterly(wall) else "%I%p")
    url = f"{_FOLDER}/Injury-Report_{wall.date().isoformat()}_{written}.pdf"
    return Request(SOURCE, REPORT, wall.strftime(TOLD), url, media="application/pdf")


def moments(day: date) -> tuple[datetime, ...]:
    """The moments of an Eastern day that a report is made at."""
    walls = (datetime.combine(day, time()) + number * _QUARTER for number in range(96))
    return tuple(wall.replace(tzinfo=EASTERN) for wall in walls if _is_made_at(wall))


def last_before(moment: datetime) -> datetime:
    """The moment of the last report before another, such as a game's cut-off."""
    wall = _wall(moment)
    step = wall.replace(minute=wall.minute // 15 * 15, second=0, microsecond=0)
    while step >= wall or not _is_made_at(step):
        step -= _QUARTER
    return step.replace(tzinfo=EASTERN)


def none_at(_: Request) -> frozenset[int]:
    """The statuses that say there is no such report: the host answers 403 for a file that it does not have."""
    return frozenset({403, 404})


def is_quarterly(wall: datetime) -> bool:
    """Whether reports were made every quarter of an hour at an Eastern wall time."""
    return wall >= _QUARTERLY_SINCE or _TRIAL[0] < wall < _TRIAL[1]


def _is_made_at(wall: datetime) -> bool:
    if wall.second or wall.microsecond:
        return False
    return wall.minute % 15 == 0 if is_quarterly(wall) else wall.minute == 30


def _wall(moment: datetime) -> datetime:
    return moment.astimezone(EASTERN).replace(tzinfo=None)
