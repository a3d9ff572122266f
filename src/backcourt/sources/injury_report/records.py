"""Records out of an injury report: a row per player, and one per team that had not yet said anything.

Cells of date, matchup and team are merged downwards, so what a row leaves out is what stood above it, over pages too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from backcourt.errors import SourceError
from backcourt.names import team_tricode
from backcourt.sources.injury_report.layout import Row, Table, read_table
from backcourt.sources.injury_report.pages import read_pages
from backcourt.sources.injury_report.requests import REPORT, TOLD, is_quarterly
from backcourt.sources.injury_report.shapes import MATCHUP, NOT_SUBMITTED, STATUSES
from backcourt.sources.payload import Batch, Payload, Record, ShapeError

KIND = "injury_report"
_MERGED = ("game_date", "game_time", "matchup", "team")
_DAYS_BEFORE, _DAYS_AFTER = timedelta(days=1), timedelta(days=7)
_LONGEST = 300


def parse(payload: Payload) -> list[Batch]:
    """What the report says, a batch per date of games; raises ShapeError for anything but a whole report of its moment."""
    if payload.request.need != REPORT:
        raise ShapeError.at(payload, "request", f"there is no need {payload.request.need!r}")
    table = read_table(payload, read_pages(payload))
    wall = _made_at(payload, table)
    by_date: dict[date, list[Record]] = {}
    above: dict[str, str] = {}
    seen: set[tuple[str, ...]] = set()
    for row in table.rows:
        above = _filled(payload, row, above)
        record = _record(payload, wall, row, above)
        key = tuple(str(record[name]) for name in ("game_date", "team", "player_name"))
        if key in seen:
            raise ShapeError.at(payload, f"page {row.page}", f"{', '.join(key)} stands twice")
        seen.add(key)
        by_date.setdefault(date.fromisoformat(key[0]), []).append(record)
    if not by_date:
        raise ShapeError.at(payload, "rows", "the report has none")
    return [Batch(KIND, tuple(rows), game_date=day) for day, rows in sorted(by_date.items())]


def _made_at(payload: Payload, table: Table) -> datetime:
    """The Eastern wall time that the title prints; in the days of hourly names its minutes are not in the name."""
    try:
        wall = datetime.strptime(table.title, "%m/%d/%y %I:%M %p")  # noqa: DTZ007 - Eastern, as printed
        asked = datetime.strptime(payload.request.subject, TOLD)  # noqa: DTZ007 - Eastern, as asked
    except ValueError as error:
        raise ShapeError.at(payload, "title", str(error)) from error
    is_asked = wall == asked if is_quarterly(asked) else wall.replace(minute=0) == asked.replace(minute=0)
    if not is_asked:
        raise ShapeError.at(payload, "title", f"the report is of {wall.strftime(TOLD)}, which was not asked for")
    return wall


def _filled(payload: Payload, row: Row, above: Mapping[str, str]) -> dict[str, str]:
    """The merged cells of a row: its own, and from above what stands left of its first own one."""
    own = [name for name in _MERGED if name in row.cells]
    first = _MERGED.index(own[0]) if own else len(_MERGED)
    if own and list(_MERGED[first:]) != own and own != ["game_date", "matchup", "team"]:
        raise ShapeError.at(payload, f"page {row.page}", f"a row has {', '.join(own)} and nothing between")
    filled = {name: above[name] for name in _MERGED[:first] if name in above} | {name: row.cells[name] for name in own}
    missing = {"game_date", "matchup", "team"} - filled.keys()
    if missing:
        raise ShapeError.at(
            payload, f"page {row.page}", f"a row has no {', '.join(sorted(missing))}, and none is above"
        )
    return filled


def _record(payload: Payload, wall: datetime, row: Row, merged: Mapping[str, str]) -> Record:
    where = f"page {row.page}"
    for name, text in {**row.cells, **merged}.items():
        if len(text) > _LONGEST or not text.isprintable():
            raise ShapeError.at(payload, where, f"{name} {text[:60]!r} is too long, or cannot be printed")
    _check_team(payload, where, merged)
    player, status, reason = (row.cells.get(name) for name in ("player_name", "current_status", "reason"))
    if player is None and (status is not None or reason != NOT_SUBMITTED):
        raise ShapeError.at(payload, where, f"a row of {merged['team']} names no player but says {status} {reason}")
    if player is not None and status not in STATUSES:
        raise ShapeError.at(payload, where, f"status {status!r} of {player} is none of {', '.join(sorted(STATUSES))}")
    return {
        "report_time_et": wall.isoformat(sep=" "),
        "game_date": _game_date(payload, where, wall, merged["game_date"]).isoformat(),
        "game_time": merged.get("game_time"),
        "matchup": merged["matchup"],
        "team": merged["team"],
        "player_name": player,
        "current_status": status,
        "reason": reason,
    }


def _game_date(payload: Payload, where: str, wall: datetime, text: str) -> date:
    try:
        day = datetime.strptime(text, "%m/%d/%Y").date()  # noqa: DTZ007 - a date
    except ValueError as error:
        raise ShapeError.at(payload, where, f"game date {text!r} is no date") from error
    if not wall.date() - _DAYS_BEFORE <= day <= wall.date() + _DAYS_AFTER:
        raise ShapeError.at(payload, where, f"game date {text} is far from {wall.date()}, the date of the report")
    return day


def _check_team(payload: Payload, where: str, merged: Mapping[str, str]) -> None:
    """A team is one of its matchup's, unless that names a guest from outside of the NBA."""
    matchup, team = merged["matchup"], merged["team"]
    sides = MATCHUP.fullmatch(matchup)
    if not sides:
        raise ShapeError.at(payload, where, f"matchup {matchup[:60]!r} is not like AWY@HOM")
    known = {_tricode(code) for code in sides.groups()}
    if None not in known and _tricode(team) not in known:
        raise ShapeError.at(payload, where, f"team {team[:60]!r} is not in matchup {matchup}")


def _tricode(text: str) -> str | None:
    try:
        return team_tricode(text)
    except SourceError:
        return None  # whoever it is, staging sets the row aside with the name
