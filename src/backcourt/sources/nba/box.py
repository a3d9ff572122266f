"""A final box score: what must hold before a line of it is believed, and its records.

Both NBA sources count the same things under the same names, so their box scores meet here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from backcourt.sources.nba.ids import season, season_type
from backcourt.sources.nba.shapes import PlayerTally, Tally
from backcourt.sources.payload import Batch, Payload, Record, ShapeError

# A team's players are on court 240 minutes together, 25 more each overtime; printed seconds are rounded, line by line.
_MINUTES_TOLERANCE = 120
_STARTERS = 5


@dataclass(frozen=True)
class Line:
    """A player of a box score; `seconds` is None for one who did not play, and `reason` what is printed instead."""

    where: str
    person_id: int
    name: str
    starts: bool
    seconds: int | None
    tally: PlayerTally
    reason: str | None


@dataclass(frozen=True)
class Side:
    """A team of a box score."""

    where: str
    team_id: int
    score: int
    seconds: int
    tally: Tally
    lines: tuple[Line, ...]

    @property
    def played(self) -> tuple[Line, ...]:
        """Those who played."""
        return tuple(line for line in self.lines if line.seconds is not None)


def box_batches(payload: Payload, game_id: str, day: date, home: Side, away: Side) -> list[Batch]:
    """The records of a final box score; raises ShapeError where it does not add up."""
    if home.team_id == away.team_id:
        raise ShapeError.at(payload, away.where, f"team {away.team_id} plays against itself")
    if home.score == away.score:
        raise ShapeError.at(payload, home.where, f"the game is final, and both sides have {home.score} points")
    _require_once(payload, (*home.lines, *away.lines))
    for side in (home, away):
        _require_sense(payload, side)
    sides = ((home, away, True), (away, home, False))
    game: dict[str, str | int | float | bool | None] = {
        "gameId": game_id,
        "gameDate": day.isoformat(),
        "season": season(game_id),
        "seasonType": season_type(game_id),
    }
    kinds: dict[str, list[Record]] = {
        "player_box": [
            {**game, **_sided(side, other, is_home), **_player(line)}
            for side, other, is_home in sides
            for line in side.played
        ],
        "team_box": [{**game, **_sided(side, other, is_home), **_team(side)} for side, other, is_home in sides],
        "did_not_play": [
            {**game, "teamId": side.team_id, "personId": line.person_id, "reason": line.reason}
            for side in (home, away)
            for line in side.lines
            if line.seconds is None
        ],
    }
    return [
        Batch(kind, rows, season=season(game_id), game_date=day, game_id=game_id)
        for kind, rows in kinds.items()
        if rows
    ]


def _require_once(payload: Payload, lines: tuple[Line, ...]) -> None:
    seen: set[int] = set()
    for line in lines:
        if line.person_id in seen:
            raise ShapeError.at(payload, line.where, f"player {line.person_id} is listed twice")
        seen.add(line.person_id)


def _require_sense(payload: Payload, side: Side) -> None:
    for place, said in _nonsense(side):
        raise ShapeError.at(payload, place, said)


def _nonsense(side: Side) -> Iterator[tuple[str, str]]:
    """What contradicts itself in a team's box score, the most telling first."""
    if len(side.played) < _STARTERS:
        yield side.where, f"{len(side.played)} players of team {side.team_id} played"
    for line in side.lines:
        if line.tally.wrong:
            yield line.where, f"player {line.person_id} has {line.tally.wrong}"
        if line.seconds is None and any(line.tally.counted.values()):
            yield line.where, f"player {line.person_id} did not play, and has statistics"
    starters = sum(line.starts for line in side.played)
    if starters != _STARTERS:
        yield side.where, f"team {side.team_id} has {starters} starters"
    points = sum(line.tally.points for line in side.lines)
    if not points == side.tally.points == side.score:
        yield side.where, f"players have {points} points, the team {side.tally.points}, the score says {side.score}"
    if side.tally.wrong:
        yield side.where, f"team {side.team_id} has {side.tally.wrong}"
    seconds = sum(line.seconds or 0 for line in side.lines)
    if abs(seconds - side.seconds) > _MINUTES_TOLERANCE:
        yield side.where, f"players have {seconds} seconds, the team {side.seconds}"


def _sided(side: Side, other: Side, is_home: bool) -> dict[str, str | int | float | bool | None]:
    return {"teamId": side.team_id, "opponentTeamId": other.team_id, "isHome": is_home}


def _player(line: Line) -> dict[str, str | int | float | bool | None]:
    return {
        "personId": line.person_id,
        "name": line.name,
        "starter": line.starts,
        "seconds": line.seconds,
        **line.tally.counted,
        "plusMinusPoints": line.tally.plusMinusPoints,
    }


def _team(side: Side) -> dict[str, str | int | float | bool | None]:
    return {"minutes": (side.seconds + 30) // 60, **side.tally.counted}
