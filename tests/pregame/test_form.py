"""Pre-game tables build, verify, and say what a count by hand says."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from formbook import Form, form_by_hand, most_played, played_dates

from backcourt.clock import FixedClock
from backcourt.engine.registry import Registry
from backcourt.engine.run import Unit
from backcourt.engine.sql import check_portable, transpile
from backcourt.warehouse.duckdb import Warehouse
from support import Workshop, on_dates


def stored(shop: Workshop) -> dict[tuple[str, int], Form]:
    rows = shop.warehouse.rows(
        "SELECT game_id, player_id, games_used_10, points_10, points_avg_10, points_std_10, games_used_14d, last_played"
        " FROM precompute.player_form"
    )
    return {(game, player): Form(*values) for game, player, *values in rows}


def test_the_tables_are_portable_and_in_order(form_registry: Registry) -> None:
    assert [table.name for table in form_registry.ordered] == ["player_form", "team_form"]
    for table in form_registry.ordered:
        check_portable(form_registry, table)
        assert transpile(table.build_sql).startswith("WITH")


def test_lineage_holds_what_is_read_and_no_more(form_registry: Registry) -> None:
    consumed = form_registry.lineage("player_form").consumed
    assert consumed["raw.player_box"] == {"player_id", "season", "game_id", "game_date", "points", "appeared"}
    assert consumed["raw.rosters"] == {"team_id", "player_id", "snapshot_at"}
    assert set(form_registry.lineage("team_form").consumed) == {"raw.games_scheduled", "precompute.player_form"}


def test_builds_and_verifies(form_shop: Workshop) -> None:
    verdict = form_shop.verify()
    assert verdict.passed, verdict.damage
    assert [(one.table, one.expected, one.verified, one.rows) for one in verdict.tables] == [
        ("player_form", 24, 24, 24 * 34),
        ("team_form", 24, 24, 24 * 2),
    ]


def test_the_last_ten_games_by_hand(form_shop: Workshop) -> None:
    rows, expected = stored(form_shop), form_by_hand(form_shop.folder)
    assert rows == expected
    assert max(form.games_used_10 for form in rows.values()) == 10
    assert {form.games_used_10 for form in rows.values()} == set(range(11))


def test_the_window_forgets_the_eleventh_game(form_shop: Workshop) -> None:
    """Someone with twelve games: his ten last are not his season."""
    player = int(most_played(form_shop))
    last = max(played_dates(form_shop))
    row = form_shop.warehouse.rows(
        "SELECT points_10, (SELECT SUM(points) FROM raw.player_box_current AS b"
        " WHERE b.player_id = f.player_id AND b.game_date < f.game_date) FROM precompute.player_form AS f"
        " WHERE player_id = ? AND games_used_10 = 10 ORDER BY game_date DESC LIMIT 1",
        [player],
    )
    assert row, f"player {player} has no full window by {last}"
    assert row[0][0] < row[0][1]


@pytest.mark.parametrize("unit", ["month", "week", pytest.param("day", marks=pytest.mark.soak)])
def test_the_unit_makes_no_difference(raw_shop: Workshop, form_shop: Workshop, unit: Unit) -> None:
    report = raw_shop.backfill(unit=unit)
    assert report.count("written") == 48
    assert raw_shop.hashes() == form_shop.hashes()


@pytest.mark.soak
def test_the_order_of_dates_makes_no_difference(raw_shop: Workshop, form_shop: Workshop) -> None:
    for day in reversed(played_dates(raw_shop)[::4]):
        raw_shop.backfill(on_dates(day))
    assert raw_shop.backfill().is_complete
    assert raw_shop.hashes() == form_shop.hashes()


def test_a_second_run_does_nothing(form_shop: Workshop) -> None:
    report = form_shop.backfill()
    assert (report.planned, report.data_statements, report.attempts) == (0, 0, [])


class TestScheduledGames:
    """What is scheduled has rows before it is played, and the same rows afterwards."""

    def schedule_again(self, shop: Workshop, day: date) -> list[dict[str, str]]:
        games, box = shop.read("games"), shop.read("player_box")
        for line in games:
            if line["game_date"] == str(day):
                line.update(status="scheduled", home_points="", away_points="", tip_actual_at="")
        shop.write("games", games)
        shop.write("player_box", [line for line in box if line["game_date"] != str(day)])
        return box

    def test_rows_of_tomorrow(self, form_shop: Workshop) -> None:
        before, last = form_shop.hashes(), max(played_dates(form_shop))
        self.schedule_again(form_shop, last)
        form_shop.ingest(hours=1, max_vanishing=1)
        assert form_shop.due() == {}
        assert form_shop.verify().passed
        with Warehouse.in_memory(threads=1) as warehouse:
            fresh = Workshop(warehouse, form_shop.registry, form_shop.folder)
            fresh.ingest()
            fresh.backfill()
            assert fresh.hashes() == before

    def test_rows_reach_to_tomorrow_and_no_further(self, form_shop: Workshop) -> None:
        dates = played_dates(form_shop)
        with Warehouse.in_memory(threads=1, clock=FixedClock(datetime(2021, 10, 25, 16, tzinfo=UTC))) as warehouse:
            early = Workshop(warehouse, form_shop.registry, form_shop.folder)
            early.ingest()
            report = early.backfill()
            assert report.is_complete
            assert {day for _, day in early.hashes()} == {day for day in dates if day <= date(2021, 10, 26)}
            assert early.due() == {}
            assert early.verify().passed
