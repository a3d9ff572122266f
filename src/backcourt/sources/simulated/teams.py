"""The thirty teams, their arenas and the distances between them."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import NamedTuple

from backcourt.engine.documents import read_document
from backcourt.names import TEAM_IDS

MODEL = read_document(Path(__file__).parent / "league.yaml")
_EARTH_RADIUS_MILES = 3958.8


class Team(NamedTuple):
    """One team and its home arena."""

    team_id: int
    tricode: str
    city: str
    nickname: str
    conference: str
    division: str
    arena: str
    arena_city: str
    latitude_microdegrees: int
    longitude_microdegrees: int
    timezone: str


TEAMS = tuple(Team(TEAM_IDS[facts[0]], *facts) for facts in MODEL["teams"])


def distance_tenth_miles(one: Team, other: Team) -> int:
    """Great-circle distance between two home arenas, in tenths of a mile."""
    north1, east1, north2, east2 = (radians(angle / 1e6) for team in (one, other) for angle in team[8:10])
    half_chord = sin((north2 - north1) / 2) ** 2 + cos(north1) * cos(north2) * sin((east2 - east1) / 2) ** 2
    return round(20 * _EARTH_RADIUS_MILES * asin(sqrt(half_chord)))
