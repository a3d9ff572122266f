"""What was right once and is no longer: other code, shots that come late, columns that have gone flat."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backcourt.engine.plan import make_plan
from backcourt.engine.registry import Registry
from backcourt.report.columns import column_report
from backcourt.seasons import Scope
from support import POST, Workshop

TOGS, TDGS, PGS = "team_offense_game_summary", "team_defense_game_summary", "player_game_summary"


def test_rows_of_older_code_are_not_trusted(shop: Workshop) -> None:
    """A repaired formula makes every date of its table due, and with it what reads the table; a remark does not."""
    table = shop.registry.built[TOGS]

    def due(sql: str) -> dict[str, set[str]]:
        other = Registry(POST.raw, {**POST.built, TOGS: replace(table, build_sql=sql)})
        tables = make_plan(shop.warehouse, other, Scope()).tables
        return {each.table.name: {one.reason.split(" 2")[0] for one in each.due} for each in tables if each.due}

    assert due(f"-- a remark\n{table.build_sql}") == {}
    assert due(table.build_sql.replace("50 * b.points", "51 * b.points")) == {
        TOGS: {"code changed"},
        TDGS: {f"behind analytics.{TOGS}"},
        PGS: {f"behind analytics.{TOGS}"},
    }


@pytest.mark.soak
def test_shots_that_come_later_add_the_zones_and_nothing_else(shop: Workshop) -> None:
    """Without them the box score stands with zones unknown; with them every hash is what it would have been."""
    whole, saved, lines = shop.hashes(), shop.file("shots").read_bytes(), shop.read("shots")
    day = lines[0]["game_date"]
    shop.write("shots", [line for line in lines if line["game_date"] != day])
    shop.ingest(hours=1, max_vanishing=1)
    assert shop.backfill().is_complete
    figures = "COUNT(points), COUNT(paint_attempts), COUNT(three_attempts_pbp), COUNT(paint_blocks)"
    ((points, *zones),) = shop.warehouse.rows(f"SELECT {figures} FROM analytics.{PGS} WHERE game_date = ?", [day])
    assert points > 0
    assert zones == [0, 0, 0]
    shop.file("shots").write_bytes(saved)
    shop.ingest(hours=2)
    assert {each for days in shop.due().values() for each in days} == {key[1] for key in whole if str(key[1]) == day}
    assert shop.backfill().is_complete
    assert shop.hashes() == whole


def test_a_column_of_one_value_is_reported(shop: Workshop) -> None:
    """Nobody has to notice a flag that is always FALSE."""

    def problems() -> dict[str, str | None]:
        report = column_report(shop.warehouse, shop.registry, Scope(tables=(PGS,)))
        return {each.column: each.problem for each in report.columns}

    assert problems()["win_flag"] is None
    shop.warehouse.execute(f"UPDATE analytics.{PGS} SET win_flag = FALSE")
    assert problems()["win_flag"] == "it has one value only, and its contract gives no reason"
