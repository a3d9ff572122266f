"""Lineage that a warehouse remembers is used only for the very files it was derived from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backcourt.engine import ledger, lineage
from backcourt.engine.registry import Registry, load_registry
from backcourt.engine.sql import lineage_of
from backcourt.warehouse.duckdb import Warehouse


def changed(registry: Registry) -> Registry:
    """The tables as they ship, one of them with a line more in its SQL."""
    name = "team_defense_game_summary"
    table = registry.built[name]
    sql = table.build_sql.replace("  b.steals,", "  b.steals + 0 AS steals,")
    assert sql != table.build_sql
    return Registry(registry.raw, {**registry.built, name: replace(table, build_sql=sql)})


def test_what_is_recalled_is_what_would_be_derived(all_built: Path) -> None:
    fresh = load_registry()
    with Warehouse.open(all_built, read_only=True) as warehouse:
        assert ledger.meta(warehouse, "lineage")
        lineage.recall(warehouse, fresh)
    for name, table in fresh.built.items():
        assert fresh.lineage(name) == lineage_of(load_registry(), table)


def test_it_is_recalled_and_not_derived(all_built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = load_registry()
    monkeypatch.setattr("backcourt.engine.sql.lineage_of", lambda *_: pytest.fail("it was derived"))
    with Warehouse.open(all_built, read_only=True) as warehouse:
        lineage.recall(warehouse, fresh)
    assert [name for name in fresh.built if not fresh.lineage(name).consumed] == []


def test_changed_sql_is_derived_anew(all_built: Path) -> None:
    shipped = load_registry()
    other = changed(shipped)
    with Warehouse.open(all_built, read_only=True) as warehouse:
        lineage.recall(warehouse, other)
    name = "team_defense_game_summary"
    assert other.lineage(name).code_version != shipped.lineage(name).code_version
