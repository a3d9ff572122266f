"""Offers of The Odds API as rows of the raw tables, and what of them a table may read as pre-game."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from odds_payloads import (
    BEFORE,
    EVENT,
    LINES,
    LIVE_LINES,
    LIVE_POINTS,
    POINTS,
    WARRIORS,
    book,
    market,
    outcome,
    wrapped,
)

from backcourt.sources.odds_api import requests
from backcourt.sources.odds_api.records import parse
from backcourt.warehouse.duckdb import Warehouse
from drifting import payload_of
from market_league import rows, store, unresolved

POINT_COLUMNS = (
    "game_id", "player_id", "feed", "book", "snapshot_at", "snapshot_quality", "game_date", "line", "over_american", "under_american",
)  # fmt: skip
LINE_COLUMNS = (
    "game_id", "book", "snapshot_at", "snapshot_quality", "home_spread", "total", "home_moneyline", "away_moneyline",
)  # fmt: skip


def test_points_lines(told: Warehouse, tmp_path: Path) -> None:
    """One row an offer; who or what does not resolve is set aside with its reason."""
    (batch,) = parse(payload_of(LIVE_POINTS, POINTS, BEFORE))
    stored = store(told, "odds_api", batch, tmp_path)
    day = date(2024, 1, 24)
    at = datetime(2024, 1, 24, 21, 59)  # noqa: DTZ001
    assert rows(told, "raw.player_lines_current", POINT_COLUMNS) == [
        ("0022300001", 11, "odds_api", "caesars", at.replace(minute=50), "timed", day, 24.5, None, -120.0),
        ("0022300001", 11, "odds_api", "draftkings", at, "timed", day, 25.5, -115.0, -105.0),
    ]
    assert unresolved(told) == [
        ("column line: the value is missing", 1),
        ("column player: no registered player is called 'Bo Center'", 1),
    ]
    assert (stored.added, stored.unresolved) == (2, 2)


def test_names_that_may_be_several_players_are_set_aside(told: Warehouse, tmp_path: Path) -> None:
    """With the candidates, and never guessed."""
    offered = market("player_points", outcome("Over", 100, 9.5, "Two Alike"), outcome("Over", 100, 9.5, "Forward, Dré"))
    (batch,) = parse(payload_of(LIVE_POINTS, {**WARRIORS, "bookmakers": [book("a", offered)]}, BEFORE))
    store(told, "odds_api", batch, tmp_path)
    assert rows(told, "raw.player_lines_current", ("player_id",)) == [(13,)]
    assert unresolved(told) == [("column player: 'Two Alike' may be any of 14, 15", 1)]


def test_game_lines(told: Warehouse, tmp_path: Path) -> None:
    """Spreads are signed for the home team; the Clippers are called otherwise by everybody."""
    (batch,) = parse(payload_of(LIVE_LINES, LINES, BEFORE))
    store(told, "odds_api", batch, tmp_path)
    at = datetime(2024, 1, 24, 21, 59)  # noqa: DTZ001
    assert rows(told, "raw.game_lines_current", LINE_COLUMNS) == [
        ("0022300001", "draftkings", at, "timed", -4.5, 240.5, -180.0, 155.0),
        ("0022300002", "betonlineag", at, "timed", -2.0, None, None, None),
    ]
    assert unresolved(told) == []


def test_a_game_listed_the_other_way_round_is_turned(told: Warehouse, tmp_path: Path) -> None:
    """As for games at neutral sites: the row is that of the schedule's home team."""
    turned = {**LINES[0], "home_team": "Atlanta Hawks", "away_team": "Golden State Warriors"}
    (batch,) = parse(payload_of(LIVE_LINES, [turned], BEFORE))
    store(told, "odds_api", batch, tmp_path)
    ((_, _, _, _, spread, total, home, away),) = rows(told, "raw.game_lines_current", LINE_COLUMNS)
    assert (spread, total, home, away) == (-4.5, 240.5, -180.0, 155.0)


def test_a_game_that_is_not_in_the_schedule_is_set_aside(told: Warehouse, tmp_path: Path) -> None:
    """It may have been postponed; the offer is not lost and belongs to no game."""
    total = market("totals", outcome("Over", -110, 230.5))
    elsewhere = {**WARRIORS, "away_team": "Los Angeles Lakers", "bookmakers": [book("a", total)]}
    (batch,) = parse(payload_of(LIVE_LINES, [elsewhere], BEFORE))
    store(told, "odds_api", batch, tmp_path)
    assert rows(told, "raw.game_lines", ("game_id",)) == []
    ((problem, count),) = unresolved(told)
    assert (str(problem), count) == (
        "game: no game is found for 2024-01-24 Golden State Warriors Los Angeles Lakers",
        1,
    )


def test_sides_that_contradict_each_other_are_set_aside(told: Warehouse, tmp_path: Path) -> None:
    """A book's two readings of one spread are one key twice."""
    split = market("spreads", outcome("Atlanta Hawks", -110, 5.5), outcome("Golden State Warriors", -110, -4.5))
    (batch,) = parse(payload_of(LIVE_LINES, [{**WARRIORS, "bookmakers": [book("a", split)]}], BEFORE))
    assert store(told, "odds_api", batch, tmp_path).unresolved == 2
    assert rows(told, "raw.game_lines", ("game_id",)) == []


class TestInPlay:
    """What is quoted in play is stored, and no table can read it: the current view does not have it."""

    def kept(self, told: Warehouse, table: str) -> list[tuple[object, ...]]:
        return rows(told, f"raw.{table}_marked", ("snapshot_quality", "is_in_game", "is_admitted"))

    def test_after_the_scheduled_tip_and_after_the_start_that_the_event_names(
        self, told: Warehouse, tmp_path: Path
    ) -> None:
        """As captured once for real: 35 minutes after the start."""
        asked = requests.player_points_at(EVENT, datetime(2024, 1, 25, 4, tzinfo=UTC))
        (batch,) = parse(payload_of(asked, wrapped(POINTS, "2024-01-25T03:55:40Z")))
        store(told, "odds_api", batch, tmp_path)
        assert self.kept(told, "player_lines") == [("date_only", True, False)] * 2
        assert rows(told, "raw.player_lines_current", ("line",)) == []

    def test_between_the_scheduled_tip_and_the_start_that_the_event_names(
        self, told: Warehouse, tmp_path: Path
    ) -> None:
        """The event names a start ten minutes later than the schedule: the cut-off is the schedule's."""
        asked = requests.player_points_at(EVENT, datetime(2024, 1, 25, 4, tzinfo=UTC))
        (batch,) = parse(payload_of(asked, wrapped(POINTS, "2024-01-25T03:05:00Z")))
        store(told, "odds_api", batch, tmp_path)
        assert self.kept(told, "player_lines") == [("timed", True, False)] * 2
        assert rows(told, "raw.player_lines_current", ("line",)) == []

    def test_before_the_scheduled_tip_of_a_game_that_has_begun_all_the_same(
        self, told: Warehouse, tmp_path: Path
    ) -> None:
        """A schedule that is out of date cannot let it in, as the event itself says that it has begun."""
        moved = [{**LINES[0], "commence_time": "2024-01-24T21:30:00Z"}]
        (batch,) = parse(payload_of(LIVE_LINES, moved, BEFORE))
        store(told, "odds_api", batch, tmp_path)
        assert self.kept(told, "game_lines") == [("date_only", False, False)]
        assert rows(told, "raw.game_lines_current", ("total",)) == []

    def test_the_last_second_before_is_admitted(self, told: Warehouse, tmp_path: Path) -> None:
        asked = requests.player_points_at(EVENT, datetime(2024, 1, 25, 4, tzinfo=UTC))
        (batch,) = parse(payload_of(asked, wrapped(POINTS, "2024-01-25T02:59:59Z")))
        store(told, "odds_api", batch, tmp_path)
        assert self.kept(told, "player_lines") == [("timed", False, True)] * 2
        assert len(rows(told, "raw.player_lines_current", ("line",))) == 2


def test_the_same_answer_twice_adds_nothing(told: Warehouse, tmp_path: Path) -> None:
    """A live market that did not move has the time of its update, so asking again says nothing new."""
    for minutes, stream in ((0, "one"), (10, "one")):
        (batch,) = parse(payload_of(LIVE_POINTS, POINTS, BEFORE.replace(minute=minutes)))
        added = store(told, "odds_api", batch, tmp_path, stream).added
        assert added == (2 if minutes == 0 else 0)
