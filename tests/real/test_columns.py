"""How full the columns of the real seasons are, beside what their tables declare."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backcourt.engine.contract import Availability
from backcourt.engine.registry import Registry
from backcourt.report.columns import column_report
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

pytestmark = pytest.mark.real

SEASONS = 4


def test_every_column_is_as_full_as_declared(real_seasons: Warehouse, registry: Registry) -> None:
    made = column_report(real_seasons, registry, Scope())
    assert [(one.table, one.column, one.season, one.problem) for one in made.problems] == []
    assert len(made.columns) == SEASONS * sum(len(table.contract.columns) for table in registry.built.values())


@pytest.mark.parametrize(
    ("column", "changes", "problem"),
    [
        ("dnp_reason", {"2024-25": 0.5}, "0.000 of the rows have a value, declared are 0.500"),
        ("ts_pct", {"2021-22": 0.9}, "0.953 of the rows have a value, declared are 0.900"),
        ("ts_pct", {}, "no share is declared in availability.yaml"),
        ("is_dnp", None, "it has one value only, and its contract gives no reason"),
    ],
)
def test_another_declaration_is_a_problem(
    real_seasons: Warehouse, registry: Registry, column: str, changes: dict[str, float] | None, problem: str
) -> None:
    table = registry.built["player_game_summary"]
    contract = table.contract
    if changes is None:
        columns = [c.model_copy(update={"constant": None}) if c.name == column else c for c in contract.columns]
        other = contract.model_copy(update={"columns": tuple(columns)})
    else:
        one = contract.availability[column]
        shares = {**one.shares, **changes} if changes else {}
        declared = {**contract.availability, column: Availability(source=one.source, shares=shares)}
        other = contract.model_copy(update={"availability": declared})
    tables = replace(registry, built={**registry.built, contract.name: replace(table, contract=other)})
    found = column_report(real_seasons, tables, Scope(tables=("player_game_summary",))).problems
    assert {one.column for one in found} == {column}
    assert problem in {one.problem for one in found}


def test_every_source_is_a_table(registry: Registry) -> None:
    known = registry.raw.keys() | registry.built.keys()
    for table in registry.built.values():
        assert {one.source for one in table.contract.availability.values()} <= known
