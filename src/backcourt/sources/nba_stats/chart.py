"""A shot chart in records: the NBA's own zones, and no word on assists, blocks or fast breaks."""

from __future__ import annotations

from backcourt.sources.nba.court import zone_of_area
from backcourt.sources.nba.ids import TEAMS, season
from backcourt.sources.nba.status import told_of_game
from backcourt.sources.nba_stats.shapes import ChartRow
from backcourt.sources.nba_stats.tables import rows_of
from backcourt.sources.payload import Batch, Payload, Record, ShapeError

_FEW = 20
"""A chart with so many shots and no miss among them was asked for the wrong measure."""


def chart(payload: Payload) -> list[Batch]:
    """The shots of a game; raises ShapeError for another game's, and where those that missed are left out."""
    asked = payload.request.subject
    rows = rows_of(payload, "Shot_Chart_Detail", ChartRow)
    if not rows:
        return [told_of_game(asked, "empty", "the chart has no shots", payload.request.game_date)]
    teams = {row.TEAM_ID for row in rows}
    if not teams <= TEAMS:
        return [told_of_game(asked, "exhibition", f"teams {sorted(teams)}", payload.request.game_date)]
    if len(teams) == 1:
        said = f"shots of team {rows[0].TEAM_ID} alone"
        return [told_of_game(asked, "partial", said, payload.request.game_date)]
    _require_sense(payload, rows, asked)
    day = rows[0].GAME_DATE
    return [Batch("shot_chart", [_shot(row) for row in rows], season=season(asked), game_date=day, game_id=asked)]


def _require_sense(payload: Payload, rows: list[ChartRow], asked: str) -> None:
    name = "Shot_Chart_Detail"
    for number, row in enumerate(rows):
        where = f"{name}.rowSet.{number}"
        if asked != row.GAME_ID:
            raise ShapeError.at(payload, where, f"a shot of game {row.GAME_ID}")
        if (row.EVENT_TYPE == "Made Shot") != bool(row.SHOT_MADE_FLAG):
            raise ShapeError.at(payload, where, f"{row.EVENT_TYPE!r} with SHOT_MADE_FLAG {row.SHOT_MADE_FLAG}")
        if row.MINUTES_REMAINING == 12 and row.SECONDS_REMAINING:
            raise ShapeError.at(payload, where, "over 12 minutes are left of the period")
        if row.GAME_DATE != rows[0].GAME_DATE:
            raise ShapeError.at(payload, where, "the game is played on two dates")
    if len({row.GAME_EVENT_ID for row in rows}) != len(rows):
        raise ShapeError.at(payload, name, "a GAME_EVENT_ID stands twice")
    if len({row.TEAM_ID for row in rows}) > 2:
        raise ShapeError.at(payload, name, "shots of more than two teams")
    if len(rows) > _FEW and all(row.SHOT_MADE_FLAG for row in rows):
        raise ShapeError.at(payload, name, "every shot is made; ask for ContextMeasure FGA")


def _shot(row: ChartRow) -> Record:
    value = 3 if row.SHOT_TYPE.startswith("3") else 2
    return {
        "GAME_ID": row.GAME_ID,
        "GAME_DATE": row.GAME_DATE.isoformat(),
        "SEASON": season(row.GAME_ID),
        "GAME_EVENT_ID": row.GAME_EVENT_ID,
        "PERIOD": row.PERIOD,
        "SECONDS_LEFT": 60 * row.MINUTES_REMAINING + row.SECONDS_REMAINING,
        "PLAYER_ID": row.PLAYER_ID,
        "TEAM_ID": row.TEAM_ID,
        "SHOT_VALUE": value,
        "SHOT_MADE_FLAG": bool(row.SHOT_MADE_FLAG),
        "ZONE": zone_of_area(row.SHOT_ZONE_BASIC, value),
        "SHOT_ZONE_BASIC": row.SHOT_ZONE_BASIC,
        "SHOT_ZONE_AREA": row.SHOT_ZONE_AREA,
        "SHOT_DISTANCE": row.SHOT_DISTANCE,
        "LOC_X": row.LOC_X,
        "LOC_Y": row.LOC_Y,
    }
