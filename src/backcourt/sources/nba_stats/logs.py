"""Game logs in records: box lines of a whole season in one answer, with whole minutes and without starters.

A game is given whole or not at all: one that is in progress, or of which a side is missing, is only told of.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TypeVar

from backcourt.sources.nba.ids import TEAMS, season, season_type
from backcourt.sources.nba.status import told
from backcourt.sources.nba_stats.shapes import LogRow, PlayerLogRow
from backcourt.sources.nba_stats.tables import rows_of
from backcourt.sources.payload import Batch, Payload, Record, ShapeError

_COUNTS = "FGM FGA FG3M FG3A FTM FTA OREB DREB AST STL BLK TOV PF PTS".split()

L = TypeVar("L", bound=LogRow)


def player_log(payload: Payload) -> list[Batch]:
    """The players' lines of a log."""
    rows = rows_of(payload, "LeagueGameLog", PlayerLogRow)
    _require_once(payload, [(row.GAME_ID, row.PLAYER_ID) for row in rows])
    whole, status = _judged(payload, rows, least=5)
    return _batches("player_log", payload, [_player(row) for row in whole], status)


def team_log(payload: Payload) -> list[Batch]:
    """The teams' lines of a log."""
    rows = rows_of(payload, "LeagueGameLog", LogRow)
    _require_once(payload, [(row.GAME_ID, row.TEAM_ID) for row in rows])
    whole, status = _judged(payload, rows, least=1)
    for row in whole:
        if row.MIN is None:
            raise ShapeError.at(payload, f"LeagueGameLog, game {row.GAME_ID}", f"{row.TEAM_ABBREVIATION} has no MIN")
    return _batches("team_log", payload, [_line(row) for row in whole], status)


def _batches(kind: str, payload: Payload, rows: Sequence[Record], status: Sequence[Record]) -> list[Batch]:
    label = payload.request.params["Season"]
    if not rows and not status:
        status = [told(payload.request.subject, "empty", "the log has no rows")]
    batches = [Batch(kind, rows, season=label), Batch("status", status, season=label)]
    return [batch for batch in batches if batch.rows]


def _require_once(payload: Payload, keys: Sequence[tuple[str, int]]) -> None:
    seen: set[tuple[str, int]] = set()
    for key in keys:
        if key in seen:
            raise ShapeError.at(payload, f"LeagueGameLog, game {key[0]}", f"{key[1]} has two lines")
        seen.add(key)


def _judged(payload: Payload, rows: Sequence[L], least: int) -> tuple[list[L], list[Record]]:
    """The rows of games that are whole, and what is said of the others."""
    whole: list[L] = []
    status: list[Record] = []
    ordered = sorted(rows, key=lambda row: (row.GAME_DATE, row.GAME_ID, row.TEAM_ID))
    for game_id, found in groupby(ordered, key=lambda row: row.GAME_ID):
        game = list(found)
        _require_asked(payload, game[0])
        trouble = _trouble(payload, game, least)
        if trouble:
            status.append(told(game_id, *trouble))
        else:
            whole += game
    return whole, status


def _require_asked(payload: Payload, row: LogRow) -> None:
    label = payload.request.params["Season"]
    if season(row.GAME_ID) != label or row.SEASON_ID[1:] != label[:4]:
        where = f"LeagueGameLog, game {row.GAME_ID}"
        raise ShapeError.at(payload, where, f"it is of season {row.SEASON_ID} and not of {label}")


def _trouble(payload: Payload, game: Sequence[LogRow], least: int) -> tuple[str, str] | None:
    """Why a game is only told of; raises ShapeError where its rows contradict each other."""
    where = f"LeagueGameLog, game {game[0].GAME_ID}"
    teams = {row.TEAM_ID: [other for other in game if other.TEAM_ID == row.TEAM_ID] for row in game}
    if not teams.keys() <= TEAMS:
        return "exhibition", f"teams {sorted(teams)}"
    if any(row.WL is None for row in game):
        return "live", "it has no winner yet"
    if len(teams) == 1 or min(map(len, teams.values())) < least:
        return "partial", ", ".join(f"{lines[0].TEAM_ABBREVIATION} has {len(lines)}" for lines in teams.values())
    if len(teams) > 2:
        raise ShapeError.at(payload, where, f"rows of {len(teams)} teams")
    if len({row.GAME_DATE for row in game}) > 1:
        raise ShapeError.at(payload, where, "it is played on two dates")
    for row in game:
        if said := _nonsense(row):
            raise ShapeError.at(payload, where, said)
    _require_winner(payload, where, list(teams.values()))
    return None


def _require_winner(payload: Payload, where: str, sides: Sequence[Sequence[LogRow]]) -> None:
    winners = [side for side in sides if {row.WL for row in side} == {"W"}]
    losers = [side for side in sides if {row.WL for row in side} == {"L"}]
    if len(winners) != 1 or len(losers) != 1:
        raise ShapeError.at(payload, where, "it has not one winner and one loser")
    won, lost = winners[0], losers[0]
    points = [sum(row.PTS for row in side) for side in (won, lost)]
    if points[0] <= points[1]:
        raise ShapeError.at(payload, where, f"{won[0].TEAM_ABBREVIATION} won with {points[0]} points to {points[1]}")


def _nonsense(row: LogRow) -> str | None:
    team, _, other = row.MATCHUP.replace(".", "").split(" ")
    if team == other or team != row.TEAM_ABBREVIATION:
        return f"{row.TEAM_ABBREVIATION} plays {row.MATCHUP}"
    if row.FGM > row.FGA or row.FG3M > row.FG3A or row.FTM > row.FTA or row.FG3M > row.FGM:
        return f"a line of {team} has more made than tried"
    earned = 2 * row.FGM + row.FG3M + row.FTM
    if earned != row.PTS:
        return f"a line of {team} has {row.PTS} points, where the shots made give {earned}"
    return None


def _line(row: LogRow) -> dict[str, str | int | float | bool | None]:
    _, sign, other = row.MATCHUP.split(" ")
    return {
        "GAME_ID": row.GAME_ID,
        "GAME_DATE": row.GAME_DATE.isoformat(),
        "SEASON": season(row.GAME_ID),
        "SEASON_TYPE": season_type(row.GAME_ID),
        "TEAM_ID": row.TEAM_ID,
        "OPPONENT": other,
        "IS_HOME": sign == "vs.",
        "MIN": row.MIN,
        **{name: getattr(row, name) for name in _COUNTS},
    }


def _player(row: PlayerLogRow) -> Record:
    return {
        **_line(row),
        "PLAYER_ID": row.PLAYER_ID,
        "PLAYER_NAME": row.PLAYER_NAME,
        "PLUS_MINUS": row.PLUS_MINUS,
    }
