"""Answers of BettingPros in the documented shapes, made up: two games, three books, a few players."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from backcourt.sources.bettingpros import requests

DAY = date(2024, 1, 24)
FETCHED = datetime(2024, 6, 1, tzinfo=UTC)
BEFORE = datetime(2024, 1, 25, 2, 30, tzinfo=UTC)
"""Half an hour before the start."""
WARRIORS = requests.Event(20001, datetime(2024, 1, 25, 3, tzinfo=UTC), home="GSW", visitor="ATL")

EVENTS: dict[str, Any] = {
    "_parameters": {"sport": "NBA", "date": "2024-01-24"},
    "events": [
        {
            "id": 20001,
            "sport": "NBA",
            "scheduled": "2024-01-25 03:00:00",
            "season": 2023,
            "status": "closed",
            "home": "GSW",
            "visitor": "ATL",
        },
        {"id": 20002, "sport": "NBA", "scheduled": "2024-01-25 00:30:00", "home": "LAC", "visitor": "LAL"},
    ],
    "ts": 1706130000,
    "utc": "2024-01-24 21:00:00",
}


def line(points: float | None, cost: float | None, updated: str = "2024-01-25 01:00:00", **more: Any) -> dict[str, Any]:
    """A price of a book."""
    return {"active": True, "cost": cost, "line": points, "updated": updated, "main": True, "is_off": False, **more}


def side(name: str, books: dict[int, list[dict[str, Any]]], opening: dict[str, Any] | None = None) -> dict[str, Any]:
    """Over or under."""
    listed = [{"id": number, "lines": lines} for number, lines in books.items()]
    return {"selection": name, "label": name.title(), "opening_line": opening, "books": listed}


def opening(book: int, points: float, cost: float, created: str = "2024-01-23 15:00:00") -> dict[str, Any]:
    """The first line that was seen."""
    return {"book_id": book, "line": points, "cost": cost, "created": created}


def offer(player: str, *sides: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A market on a player, whose team is the one of today."""
    who = {"id": "7", "name": player, "player": {"first_name": "A", "last_name": "B", "team": "MIA"}}
    return {"market_id": 156, "event_id": 20001, "participants": [who], "selections": list(sides), **more}


def listed(*offers: dict[str, Any], page: int = 1, pages: int = 1) -> dict[str, Any]:
    """A page of offers."""
    return {"offers": list(offers), "_pagination": {"page": page, "limit": 10, "total_pages": pages}}


OFFERS = listed(
    offer(
        "Ann Guard",
        side(
            "over",
            {
                0: [line(25.5, -112)],
                12: [line(25.5, -115), line(29.5, 250, main=False)],
                99: [line(26.5, 100, is_off=True)],
            },
            opening(10, 24.5, -110),
        ),
        side(
            "under",
            {0: [line(25.5, -108)], 12: [line(25.5, -105, "2024-01-25 02:00:00")]},
            opening(10, 24.5, -110),
        ),
    ),
    offer("Bo Center Jr.", side("over", {99: [line(9.5, 120)]}), side("under", {})),
    pages=3,
)
