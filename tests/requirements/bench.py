"""A bench to lay a few rows on: a table's own rules, its SQL and the shared relations then look at them.

Everything is in memory and typed by hand, dates and times as text. What a row does not name is NULL; derived columns of
raw tables follow from those it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
from casebook import TABLES, Case, contracts, create_warehouse, read_cases, run_case, spine_path

from backcourt.engine import guard
from backcourt.engine.contract import Contract
from backcourt.engine.registry import Table
from backcourt.engine.shared import expand

Row = dict[str, Any]
SHARED = TABLES / "shared"


def row(*parts: Row, **columns: Any) -> Row:
    """A row made of others and of the columns named here; the last word counts."""
    return {name: value for part in (*parts, columns) for name, value in part.items()}


def contract_of(name: str) -> Contract:
    """The contract of a table by its bare name."""
    (found,) = [contract for contract in contracts("raw", "analytics", "precompute") if contract.name == name]
    return found


def sound_row(name: str, **columns: Any) -> Row:
    """A row of a table in which every column keeps its own rules, whatever it says as a whole; some columns given."""
    plain = {"varchar": "x", "boolean": True, "date": "2022-01-05", "timestamp": "2022-01-05 12:00"}
    usual = {
        column.name: column.values[0] if column.values else plain.get(column.type, (column.range or (1,))[0])
        for column in contract_of(name).columns
    }
    return row(usual, **columns)


class Bench:
    """An empty warehouse in memory, under the names that builds read; rows are given per table."""

    def __init__(self, **given: Iterable[Row]) -> None:
        self.connection = duckdb.connect()
        create_warehouse(self.connection)
        for name, rows in given.items():
            self.lay(name, *rows)

    def lay(self, name: str, *rows: Row) -> None:
        """Put rows into a raw or built table."""
        contract = contract_of(name)
        stored = contract.full_name + ("_current" if contract.schema_name == "raw" else "")
        for one in rows:
            strange = one.keys() - set(contract.column_names)
            assert not strange, f"{name} has no column {sorted(strange)}"
            derived = {c.name: c.derived for c in contract.columns if c.derived and c.name not in one}
            typed = [c for c in contract.columns if c.name not in derived]
            given = ", ".join(f'CAST(? AS {c.sql_type}) AS "{c.name}"' for c in typed)
            listed = ", ".join(derived.get(c.name, f'"{c.name}"') for c in contract.columns)
            values = [one.get(c.name) for c in typed]
            self.connection.execute(f"INSERT INTO {stored} SELECT {listed} FROM (SELECT {given})", values)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query says; it may read shared relations as `shared.NAME`."""
        return self.connection.execute(expand(sql, SHARED)).fetchall()

    def spine(self, name: str, columns: str) -> list[tuple[Any, ...]]:
        """Columns of the rows that a spine expects, in order."""
        return self.rows(f"SELECT {columns} FROM ({_spine(name)}) ORDER BY ALL")

    def offences(self, name: str, rule: str, *rows: Row, expected: Iterable[Row] | None = None) -> list[str]:
        """What a blocking rule says of candidate rows; they are their own spine unless others are expected."""
        contract = contract_of(name)
        self._stand("candidate", contract.full_name, rows)
        self._stand("spine", f"({_spine(spine_path(contract).stem)})", rows if expected is None else expected)
        own = {check.name: check.sql for check in contract.checks}
        sql = own.get(rule) or next(each.sql for each in guard.rules(Table(contract, "", "")) if each.name == rule)
        return [" ".join(map(str, found)) for found in self.connection.execute(sql).fetchall()]

    def _stand(self, name: str, like: str, rows: Iterable[Row]) -> None:
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {like} LIMIT 0")
        types = {each[0]: each[1] for each in self.connection.execute(f"DESCRIBE {name}").fetchall()}
        for one in rows:
            named = {column: value for column, value in one.items() if column in types}
            columns = ", ".join(f'"{column}"' for column in named)
            values = ", ".join(f"CAST(? AS {types[column]})" for column in named)
            self.connection.execute(f"INSERT INTO {name} ({columns}) VALUES ({values})", list(named.values()))


def built(name: str, given: Mapping[str, list[Row]], *expect: Row) -> list[str]:
    """How the rows that a table builds from the given ones differ from the expected ones; nothing if they do not."""
    return run_case(Case(contract_of(name), "by hand", dict(given), list(expect)))


def red_examples(name: str, sql: str, into: Path, more: Iterable[Case] = ()) -> list[str]:
    """What differs in the first worked example of a table that fails when its build says something else."""
    (into / "build.sql").write_text(expand(sql, SHARED), encoding="utf-8")
    contract = contract_of(name)
    other = contract.model_copy(update={"folder": into})
    for case in [*more, *read_cases(contract)]:
        if differences := run_case(Case(other, case.name, case.given, case.expect)):
            return [f"{case.name}: {each}" for each in differences]
    return []


def _spine(name: str) -> str:
    return expand((TABLES / "spines" / f"{name}.sql").read_text(encoding="utf-8"), SHARED)
