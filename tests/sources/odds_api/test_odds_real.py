"""Real answers of The Odds API, captured by others."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from backcourt.seasons import eastern_date
from backcourt.sources.odds_api import requests, shapes
from backcourt.sources.odds_api.records import discover, parse
from backcourt.sources.payload import ShapeError
from backcourt.sources.strict_json import read
from drifting import payload_of

pytestmark = pytest.mark.real

WARRIORS = "cd0bc7d0c238f4446ce1c03d0cea7ec4"
LAKERS = "a1b2c3d4e5f6g7h8i9j0"
LATE = datetime(2024, 1, 25, 4, tzinfo=UTC)
AFTERNOON = datetime(2025, 1, 20, 18, 5, tzinfo=UTC)


def test_past_events(samples: Path) -> None:
    """A list of 9 March 2025 at 19:55 Eastern still has games that began, and those of days to come."""
    document = json.loads((samples / "odds_api" / "historical_events.json").read_bytes())
    dates = Counter(eastern_date(datetime.fromisoformat(one["commence_time"])) for one in document["data"])
    assert dates[date(2025, 3, 9)] == 6
    document["data"] = document["data"][:6]
    asked = requests.events_at(date(2025, 3, 9), datetime(2025, 3, 10, tzinfo=UTC))
    found = discover(payload_of(asked, document))
    assert [(one.away_team, one.home_team) for one in found][-1] == ("Sacramento Kings", "Los Angeles Clippers")


@pytest.mark.parametrize("name", ["historical_event_odds", "historical_game_lines"])
def test_past_odds_of_an_event_are_in_the_shape_and_not_american(samples: Path, name: str) -> None:
    """They were asked for without oddsFormat: decimal prices are refused, not read as American ones."""
    body = (samples / "odds_api" / f"{name}.json").read_bytes()
    asked = requests.player_points_at(WARRIORS, LATE)
    snapshot = read(payload_of(asked, body), shapes.PAST_EVENT_ODDS)
    assert snapshot.timestamp == datetime(2024, 1, 25, 3, 55, 40, tzinfo=UTC)
    assert snapshot.timestamp > snapshot.data.commence_time  # captured in play
    assert [book.key for book in snapshot.data.bookmakers] == ["draftkings", "fanduel"]
    decimal = json.loads(body)
    asked_lines = requests.game_lines_at(date(2024, 1, 24), LATE)
    with pytest.raises(ShapeError, match="is not American odds"):
        parse(payload_of(asked_lines, {**decimal, "data": [decimal["data"]]}))


def test_game_lines(samples: Path) -> None:
    """Two books on the Lakers and the Celtics."""
    document = json.loads((samples / "odds_api" / "oddsa_game_lines_raw.json").read_bytes())
    (batch,) = parse(payload_of(requests.game_lines(date(2025, 1, 20)), [document], AFTERNOON))
    figures = ("bookmaker", "home_spread", "total", "home_price", "away_price", "snapshot_at", "in_play")
    assert [tuple(row[name] for name in figures) for row in batch.rows] == [
        ("draftkings", -4.5, 224.5, -180, 155, "2025-01-20T18:00:00Z", False),
        ("fanduel", -4.5, 224.5, -175, 150, "2025-01-20T17:55:00Z", False),
    ]


def test_player_points(samples: Path) -> None:
    """Rebounds and assists are beside the points and not taken."""
    body = (samples / "odds_api" / "oddsa_player_props_raw.json").read_bytes()
    (batch,) = parse(payload_of(requests.player_points(LAKERS), body, AFTERNOON))
    figures = ("bookmaker", "player", "line", "over_price", "under_price", "snapshot_at")
    assert [tuple(row[name] for name in figures) for row in batch.rows] == [
        ("draftkings", "LeBron James", 25.5, -115, -105, "2025-01-20T18:00:00Z"),
        ("draftkings", "Anthony Davis", 23.5, -110, -110, "2025-01-20T18:00:00Z"),
        ("fanduel", "LeBron James", 25.5, -112, -108, "2025-01-20T17:55:00Z"),
    ]


def test_live_events(samples: Path) -> None:
    """Three games of 20 January 2025, the last at 21:00 Eastern."""
    body = (samples / "odds_api" / "oddsa_events_raw.json").read_bytes()
    found = discover(payload_of(requests.events(date(2025, 1, 20)), body, AFTERNOON))
    assert [one.home_team for one in found] == ["Los Angeles Lakers", "Denver Nuggets", "Golden State Warriors"]
