"""Every statement of every table says the same in GoogleSQL: builds, spines and blocking rules transpile without a warning."""

from __future__ import annotations

import pytest
import sqlglot
from casebook import TABLES, contracts
from sqlglot.errors import ErrorLevel

FILES = {str(path.relative_to(TABLES)): path.read_text(encoding="utf-8") for path in sorted(TABLES.rglob("*.sql"))}
CHECKS = {
    f"{contract.full_name}: {check.name}": check.sql
    for contract in contracts("analytics", "precompute")
    for check in contract.checks
}
STATEMENTS = {**FILES, **CHECKS}


@pytest.mark.parametrize("where", STATEMENTS)
def test_a_statement_transpiles_to_googlesql(where: str) -> None:
    (statement,) = sqlglot.transpile(STATEMENTS[where], read="duckdb", write="bigquery", unsupported_level=ErrorLevel.RAISE)

    assert sqlglot.parse_one(statement, read="bigquery") is not None


@pytest.mark.parametrize("where", CHECKS)
def test_a_blocking_rule_names_the_date_of_an_offending_row(where: str) -> None:
    statement = sqlglot.parse_one(CHECKS[where], read="duckdb")

    assert statement.named_selects[0] == "game_date"
