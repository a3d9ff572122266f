"""A spine is computed once while it is kept, also for some of its dates, and never beyond."""

from __future__ import annotations

from datetime import date

import pytest

from backcourt.engine import spines
from backcourt.engine.build import compute
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.registry import Registry, Table
from backcourt.warehouse.duckdb import Warehouse
from support import Workshop

Rows = list[tuple[object, ...]]


def same_spine(registry: Registry) -> tuple[Table, Table]:
    """Two tables whose spines are one query."""
    first, second = (registry.built[f"team_{side}_game_summary"] for side in ("offense", "defense"))
    assert first.spine_sql == second.spine_sql
    return first, second


def spine_of(shop: Workshop, table: Table, dates: list[date]) -> Rows:
    compute(shop.warehouse, shop.registry, table, dates)
    return shop.warehouse.rows("SELECT * FROM spine ORDER BY ALL")


@pytest.fixture
def dates(shop: Workshop) -> list[date]:
    evaluate_all(shop.warehouse, shop.registry)
    return [row[0] for row in shop.warehouse.rows("SELECT DISTINCT game_date FROM evaluation ORDER BY 1")]


def test_it_is_computed_once(shop: Workshop, dates: list[date], monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = same_spine(shop.registry)
    alone = {part: spine_of(shop, second, dates[:part]) for part in (2, len(dates))}
    made: list[str] = []
    execute = Warehouse.execute

    def counted(self: Warehouse, sql: str, *parameters: object) -> None:
        made.extend(["kept"] if "TEMP TABLE kept_spine_" in sql else [])
        execute(self, sql, *parameters)  # type: ignore[arg-type]

    monkeypatch.setattr(Warehouse, "execute", counted)
    with spines.kept(shop.warehouse):
        spine_of(shop, first, dates)
        assert {part: spine_of(shop, second, dates[:part]) for part in alone} == alone
    assert made == ["kept"]
    assert len(alone[2]) < len(alone[len(dates)])


def test_more_dates_are_computed_anew(shop: Workshop, dates: list[date]) -> None:
    first, second = same_spine(shop.registry)
    alone = spine_of(shop, second, dates)
    with spines.kept(shop.warehouse):
        spine_of(shop, first, dates[:2])
        assert spine_of(shop, second, dates) == alone


def test_nothing_is_kept_afterwards(shop: Workshop, dates: list[date]) -> None:
    first, second = same_spine(shop.registry)
    with spines.kept(shop.warehouse), spines.kept(shop.warehouse):
        spine_of(shop, first, dates)
    assert spines.find(shop.warehouse, first.spine_sql, dates) is None
    assert not shop.warehouse.value("SELECT COUNT(*) FROM duckdb_tables() WHERE starts_with(table_name, 'kept_spine')")
    before = spine_of(shop, second, dates)
    shop.warehouse.execute(
        "UPDATE raw.games SET status = 'postponed', is_final = FALSE, takes_place = FALSE WHERE game_date = ?",
        [dates[0]],
    )
    assert len(spine_of(shop, second, dates)) < len(before)
