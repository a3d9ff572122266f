"""Answers of The Odds API in the documented shapes, made up: two games, two books, a few players."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from typing import Any

from backcourt.sources.odds_api import requests

DAY = date(2024, 1, 24)
EVENT = "e" * 32
BEFORE = datetime(2024, 1, 24, 22, tzinfo=UTC)

WARRIORS: dict[str, Any] = {
    "id": EVENT,
    "sport_key": "basketball_nba",
    "sport_title": "NBA",
    "commence_time": "2024-01-25T03:10:00Z",
    "home_team": "Golden State Warriors",
    "away_team": "Atlanta Hawks",
}
CLIPPERS: dict[str, Any] = {
    "id": "f" * 32,
    "sport_key": "basketball_nba",
    "sport_title": "NBA",
    "commence_time": "2024-01-25T00:40:00Z",
    "home_team": "Los Angeles Clippers",
    "away_team": "Los Angeles Lakers",
}


def outcome(name: str, price: float, point: float | None = None, player: str | None = None) -> dict[str, Any]:
    """One side of a market, without the keys that it has not."""
    given = {"name": name, "description": player, "price": price, "point": point}
    return {key: value for key, value in given.items() if value is not None}


def market(key: str, *outcomes: dict[str, Any], updated: str | None = "2024-01-24T21:59:00Z") -> dict[str, Any]:
    """What a book offers of one kind."""
    return {"key": key, **({"last_update": updated} if updated else {}), "outcomes": list(outcomes)}


def book(key: str, *markets: dict[str, Any], updated: str | None = "2024-01-24T21:59:30Z") -> dict[str, Any]:
    """A book."""
    return {"key": key, "title": key.title(), **({"last_update": updated} if updated else {}), "markets": list(markets)}


def wrapped(data: Any, timestamp: str = "2024-01-24T21:55:40Z") -> dict[str, Any]:
    """The wrapper of a past moment."""
    return {
        "timestamp": timestamp,
        "previous_timestamp": "2024-01-24T21:50:38Z",
        "next_timestamp": "2024-01-25T04:00:38Z",
        "data": data,
    }


POINTS = {
    **WARRIORS,
    "bookmakers": [
        book(
            "draftkings",
            market(
                "player_points",
                outcome("Over", -115, 25.5, "Ann Guard"),
                outcome("Under", -105, 25.5, "Ann Guard"),
                outcome("Over", 120, 12.5, "Bo Center"),
                outcome("Under", -110, None, "Dre Forward"),
            ),
            market("player_points_alternate", outcome("Over", 400, 39.5, "Ann Guard")),
        ),
        book(
            "williamhill_us",
            market("player_points", outcome("Under", -120, 24.5, "Guard, Ann"), updated="2024-01-24T21:50:00Z"),
            updated=None,
        ),
    ],
}

LINES = [
    {
        **WARRIORS,
        "bookmakers": [
            book(
                "draftkings",
                market("h2h", outcome("Atlanta Hawks", 155), outcome("Golden State Warriors", -180)),
                market(
                    "spreads",
                    outcome("Atlanta Hawks", -110, 4.5),
                    outcome("Golden State Warriors", -110, -4.5),
                    outcome("Atlanta Hawks", 300, -7.5),
                    outcome("Golden State Warriors", -400, 7.5),
                ),
                market("totals", outcome("Over", -110, 240.5), outcome("Under", -110, 240.5)),
            ),
        ],
    },
    {
        **CLIPPERS,
        "bookmakers": [
            book("betonlineag", market("spreads", outcome("Los Angeles Lakers", -105, 2.0)), updated=None),
            book("mybookieag", market("totals", outcome("Over", -110, None))),
        ],
    },
]


def changed_points(**replaced: Any) -> dict[str, Any]:
    """The points lines with some keys of the event replaced."""
    return {**copy.deepcopy(POINTS), **replaced}


LIVE_POINTS = requests.player_points(EVENT)
PAST_POINTS = requests.player_points_at(EVENT, BEFORE)
LIVE_LINES = requests.game_lines(DAY)
PAST_LINES = requests.game_lines_at(DAY, BEFORE)
