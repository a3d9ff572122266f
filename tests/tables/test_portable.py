"""Builds, spines and blocking rules stay in the portable subset, and every one has a twin in GoogleSQL."""

from __future__ import annotations

import pytest
import sqlglot
from casebook import TABLES, contracts
from sqlglot.errors import ErrorLevel

from backcourt.engine.registry import default_registry
from backcourt.engine.sql import check_portable

FILES = {str(path.relative_to(TABLES)): path.read_text(encoding="utf-8") for path in sorted(TABLES.rglob("*.sql"))}
CHECKS = {
    f"{contract.full_name}: {check.name}": check.sql
    for contract in contracts("analytics", "precompute")
    for check in contract.checks
}
STATEMENTS = {**FILES, **CHECKS}


@pytest.mark.parametrize("where", STATEMENTS)
def test_a_statement_transpiles_to_googlesql(where: str) -> None:
    sql = STATEMENTS[where]
    (statement,) = sqlglot.transpile(sql, read="duckdb", write="bigquery", unsupported_level=ErrorLevel.RAISE)

    assert sqlglot.parse_one(statement, read="bigquery") is not None


@pytest.mark.parametrize("where", CHECKS)
def test_a_blocking_rule_names_the_date_of_an_offending_row(where: str) -> None:
    statement = sqlglot.parse_one(CHECKS[where], read="duckdb")

    assert statement.named_selects[0] == "game_date"


@pytest.mark.parametrize("name", [contract.name for contract in contracts("analytics", "precompute")])
def test_a_table_stays_in_the_portable_subset(name: str) -> None:
    registry = default_registry()

    check_portable(registry, registry.built[name])
