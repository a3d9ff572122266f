"""Worked examples of tables: read `cases.yaml`, build the table from the given rows alone, compare exactly.

A case gives partial rows of `spine`, `raw.X_current` and built tables. Columns it does not name are NULL; derived
columns of raw tables follow from the named ones. A case without `spine` rows gets the spine that its raw rows imply.
An expected row is found by the key columns it names; only the columns it names are compared, without any tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

import backcourt
from backcourt.engine.contract import Contract, read_contract
from backcourt.engine.shared import expand

TABLES = Path(backcourt.__path__[0]) / "tables"
SCHEMAS = ("raw", "analytics", "precompute")

Row = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """A column that given rows go into."""

    name: str
    sql_type: str
    derived: str | None = None


@dataclass(frozen=True)
class Case:
    """One worked example of one table."""

    contract: Contract
    name: str
    given: dict[str, list[Row]]
    expect: list[Row]

    def __str__(self) -> str:
        return f"{self.contract.name}: {self.name}"


@lru_cache
def contracts(*schemas: str) -> tuple[Contract, ...]:
    """The contracts of those schemas, of every folder that has one."""
    paths = [(schema, path) for schema in schemas for path in sorted((TABLES / schema).glob("*/contract.yaml"))]
    return tuple(read_contract(path, schema) for schema, path in paths)


def buildable(contract: Contract) -> bool:
    """Whether the folder is complete: a build and its spine."""
    return (contract.folder / "build.sql").exists() and spine_path(contract).exists()


def spine_path(contract: Contract) -> Path:
    """Where the spine of a built table stands."""
    return TABLES / "spines" / f"{contract.spine}.sql"


def read_cases(contract: Contract) -> list[Case]:
    """The worked examples of a table; none if it has no `cases.yaml`."""
    path = contract.folder / "cases.yaml"
    if not path.exists():
        return []
    # The C parser takes a sixth of the time, where it is there.
    documents = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [Case(contract, document["name"], document.get("given") or {}, document["expect"]) for document in documents]


def run_case(case: Case) -> list[str]:
    """What differs from the expectation, one line each; empty when the case holds."""
    contract = case.contract
    with duckdb.connect() as connection:
        create_warehouse(connection)
        for table, rows in case.given.items():
            if table != "spine":
                _insert(connection, table, _targets(table), rows)
        spine_sql = expand(spine_path(contract).read_text(encoding="utf-8"), TABLES / "shared")
        connection.execute(f"CREATE TABLE spine AS {spine_sql}")
        if "spine" in case.given:
            connection.execute("DELETE FROM spine")
            _insert(connection, "spine", _described(connection, "spine"), case.given["spine"])
        actual = build(connection, contract)
        return _spine_differences(connection, contract, actual) + _differences(contract, actual, case.expect)


def create_warehouse(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty tables of every contract, under the names that builds read."""
    for schema in SCHEMAS:
        connection.execute(f"CREATE SCHEMA {schema}")
        for contract in contracts(schema):
            columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in contract.columns)
            connection.execute(f"CREATE TABLE {_read_as(contract)} ({columns})")
            if contract.ahead:
                ahead = ", ".join(contract.ahead)
                connection.execute(
                    f"CREATE VIEW {contract.full_name}_scheduled AS SELECT {ahead} FROM {_read_as(contract)}"
                )


def build(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[Row]:
    """Run a table's build over what the connection holds, each column cast to its contract type."""
    sql = expand((contract.folder / "build.sql").read_text(encoding="utf-8"), TABLES / "shared")
    names = tuple(row[0] for row in connection.execute(f"DESCRIBE {sql}").fetchall())
    assert names == contract.column_names, f"{contract.name}: build.sql and contract list other columns"
    casts = ", ".join(f'CAST("{column.name}" AS {column.sql_type}) AS "{column.name}"' for column in contract.columns)
    return _fetch(connection, f"SELECT {casts} FROM ({sql}\n) AS built")


def _read_as(contract: Contract) -> str:
    return f"{contract.full_name}_current" if contract.schema_name == "raw" else contract.full_name


def _targets(table: str) -> list[Target]:
    described = {_read_as(contract): contract.columns for contract in contracts(*SCHEMAS)}
    assert table in described, f"a case gives rows of {table!r}, which no contract describes"
    return [Target(column.name, column.sql_type, column.derived) for column in described[table]]


def _described(connection: duckdb.DuckDBPyConnection, table: str) -> list[Target]:
    return [Target(name, kind) for name, kind, *_ in connection.execute(f"DESCRIBE {table}").fetchall()]


def _insert(connection: duckdb.DuckDBPyConnection, table: str, targets: list[Target], rows: list[Row]) -> None:
    for row in rows:
        unknown = set(row) - {target.name for target in targets}
        assert not unknown, f"a case gives {table} columns that it does not have: {sorted(unknown)}"
        derived = {target.name for target in targets if target.derived and target.name not in row}
        stated = [target for target in targets if target.name not in derived]
        given = ", ".join(f'CAST(? AS {target.sql_type}) AS "{target.name}"' for target in stated)
        final = ", ".join(target.derived or "" if target.name in derived else f'"{target.name}"' for target in targets)
        sql = f"INSERT INTO {table} SELECT {final} FROM (SELECT {given}) AS given"
        connection.execute(sql, [row.get(target.name) for target in stated])


def _fetch(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    result = connection.execute(sql)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, values, strict=True)) for values in result.fetchall()]


def _spine_differences(connection: duckdb.DuckDBPyConnection, contract: Contract, actual: list[Row]) -> list[str]:
    # Expected keys are the spine's keys: no row lost in a join, none doubled.
    names = [name for name in contract.key if any(column.name == name for column in _described(connection, "spine"))]
    wanted = sorted(str(tuple(row[name] for name in names)) for row in _fetch(connection, "SELECT * FROM spine"))
    got = sorted(str(tuple(row[name] for name in names)) for row in actual)
    return [] if wanted == got else [f"keys {names} differ from the spine: expected {wanted}, got {got}"]


def _differences(contract: Contract, actual: list[Row], expect: list[Row]) -> list[str]:
    lines: list[str] = []
    for expected in expect:
        unknown = set(expected) - set(contract.column_names)
        assert not unknown, f"a case expects columns that {contract.name} does not have: {sorted(unknown)}"
        key = {name: expected[name] for name in contract.key if name in expected}
        found = [row for row in actual if all(row[name] == value for name, value in key.items())]
        if len(found) != 1:
            lines.append(f"{key}: {len(found)} rows instead of one")
            continue
        lines += [
            f"{key} {name}: expected {value!r}, got {found[0][name]!r}"
            for name, value in expected.items()
            if found[0][name] != value or isinstance(found[0][name], bool) != isinstance(value, bool)
        ]
    return lines
