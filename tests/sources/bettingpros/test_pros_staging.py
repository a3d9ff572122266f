"""Offers of BettingPros as rows of raw.player_lines."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pros_payloads import BEFORE, FETCHED, OFFERS, WARRIORS, line, listed, offer, opening, side

from backcourt.sources.bettingpros import requests
from backcourt.sources.bettingpros.records import parse
from backcourt.warehouse.duckdb import Warehouse
from drifting import payload_of
from market_league import rows, store, unresolved

ASKED = requests.offers(WARRIORS)
COLUMNS = ("player_id", "book", "snapshot_at", "snapshot_quality", "line", "over_american", "under_american")


def test_rows(told: Warehouse, tmp_path: Path) -> None:
    """The player's team beside his name is that of today; the game is the one that was asked for."""
    (batch,) = parse(payload_of(ASKED, OFFERS, BEFORE))
    store(told, "bettingpros", batch, tmp_path)
    at = datetime.fromisoformat
    assert rows(told, "raw.player_lines_current", COLUMNS) == [
        (11, "consensus", at("2024-01-25 01:00:00"), "timed", 25.5, -112.0, -108.0),
        (11, "draftkings", at("2024-01-25 02:00:00"), "timed", 25.5, -115.0, -105.0),
        (11, "fanduel", at("2024-01-23 15:00:00"), "declared_opening", 24.5, -110.0, -110.0),
        (12, "bettingpros99", at("2024-01-25 01:00:00"), "timed", 9.5, 120.0, None),
    ]
    assert rows(told, "raw.player_lines", ("DISTINCT game_id", "feed")) == [("0022300001", "bettingpros")]
    assert unresolved(told) == []


@pytest.mark.parametrize(("seconds", "quality"), [(-1, "timed"), (0, "date_only"), (1, "date_only")])
def test_what_was_told_after_the_start_feeds_nothing(
    told: Warehouse, tmp_path: Path, seconds: int, quality: str
) -> None:
    """Its own word for when it stood is not enough: that the word is in UTC is inferred."""
    fetched = WARRIORS.scheduled + timedelta(seconds=seconds)
    (batch,) = parse(payload_of(ASKED, OFFERS, fetched))
    store(told, "bettingpros", batch, tmp_path)
    found = {quality for (quality,) in rows(told, "raw.player_lines_marked", ("snapshot_quality",))}
    assert found == ({"timed", "declared_opening"} if quality == "timed" else {"date_only"})
    assert len(rows(told, "raw.player_lines_current", ("line",))) == (4 if quality == "timed" else 0)


def test_what_was_updated_in_play_is_not_admitted(told: Warehouse, tmp_path: Path) -> None:
    """Neither a line nor what is called an opening, and whenever it was told."""
    late = "2024-01-25 03:00:00"
    offered = offer("Ann Guard", side("over", {12: [line(25.5, -115, late)]}, opening(10, 24.5, -110, late)))
    (batch,) = parse(payload_of(ASKED, listed(offered), FETCHED))
    store(told, "bettingpros", batch, tmp_path)
    marked = rows(told, "raw.player_lines_marked", ("line", "snapshot_quality", "is_in_game", "is_admitted"))
    assert marked == [(24.5, "date_only", True, False), (25.5, "date_only", True, False)]
    assert rows(told, "raw.player_lines_current", ("line",)) == []


def test_a_line_without_points_and_a_stranger_are_set_aside(told: Warehouse, tmp_path: Path) -> None:
    """Each with its reason."""
    blank = offer("Ann Guard", side("over", {12: [line(None, -115)]}))
    (batch,) = parse(payload_of(ASKED, listed(blank, offer("No Body", side("over", {12: [line(9.5, 100)]}))), FETCHED))
    assert store(told, "bettingpros", batch, tmp_path).unresolved == 2
    assert unresolved(told) == [
        ("column line: the value is missing", 1),
        ("column player: no registered player is called 'No Body'", 1),
    ]
