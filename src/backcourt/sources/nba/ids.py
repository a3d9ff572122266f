"""What the NBA's ids say: `0022400913` is game 913 of the regular season that began in 2024."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from backcourt.names import TEAM_IDS
from backcourt.seasons import season_label
from backcourt.sources.payload import Payload, ShapeError

GameId = Annotated[str, Field(pattern="^00[1-6][0-9]{7}$")]
"""Ten characters, always text: as a number it would lose its zeros."""

TEAMS = frozenset(TEAM_IDS.values())
"""The 30 teams; others are guests of the preseason and the sides of an all-star game."""

SEASON_TYPES = {
    "1": "preseason",
    "2": "regular",
    "3": "all_star",
    "4": "playoffs",
    "5": "play_in",
    "6": "cup_final",
}


def season_type(game_id: str) -> str:
    """The kind of game that an id names."""
    return SEASON_TYPES[game_id[2]]


def season(game_id: str) -> str:
    """The season that an id names; the league began in 1946."""
    year = int(game_id[3:5])
    return season_label(year + (1900 if year >= 46 else 2000))


def require_game(payload: Payload, where: str, game_id: str) -> None:
    """Raise ShapeError unless the payload is about the game that was asked for."""
    asked = payload.request.subject
    if game_id != asked:
        raise ShapeError.at(payload, where, f"it is about game {game_id}, not {asked}")


def require_date(payload: Payload) -> date:
    """The date that the request knows its game by; raises ShapeError where neither it nor the payload says one."""
    day = payload.request.game_date
    if day is None:
        raise ShapeError.at(payload, "request", "neither it nor the payload says on which date the game is played")
    return day
