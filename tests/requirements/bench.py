"""A bench to lay a few rows on: a table's own rules, its SQL and the shared relations then look at them.

Everything is in memory and typed by hand, dates and times as text. What a row does not name is NULL; derived columns of
raw tables follow from those it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import duckdb
from casebook import TABLES, Case, contracts, create_warehouse, read_cases, spine_path

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
        return self.said(name, rule)

    def said(self, name: str, rule: str) -> list[str]:
        """What a blocking rule says of the candidate that stands."""
        contract = contract_of(name)
        own = {check.name: check.sql for check in contract.checks}
        sql = own.get(rule) or next(each.sql for each in guard.rules(Table(contract, "", "")) if each.name == rule)
        return [" ".join(map(str, found)) for found in self.connection.execute(sql).fetchall()]

    def stand_variants(self, name: str, usual: Row, changes: Iterable[Row]) -> None:
        """Make the candidate a row per change: the usual one but for what the change names; one statement for them all."""
        changed, values, listed = list(changes), [], []
        for column in contract_of(name).columns:
            cast = f"CAST(? AS {column.sql_type})"
            numbers = [number for number, change in enumerate(changed) if column.name in change]
            values += [changed[number][column.name] for number in numbers] + [usual.get(column.name)]
            cases = "".join(f" WHEN n = {number} THEN {cast}" for number in numbers)
            listed.append(f'CASE{cases} ELSE {cast} END AS "{column.name}"' if cases else f'{cast} AS "{column.name}"')
        self.connection.execute(
            f"CREATE OR REPLACE TABLE candidate AS SELECT {', '.join(listed)} FROM range({len(changed)}) AS t(n)",
            values,
        )

    def stand_spine(self, contract: Contract, rows: Iterable[Row] | None) -> int:
        """Make the table `spine` of what is laid here, or of the given rows; how many rows it has."""
        sql = _spine(spine_path(contract).stem)
        if rows is None:
            self.connection.execute(f"CREATE OR REPLACE TABLE spine AS {sql}")
        else:
            self._stand("spine", f"({sql})", rows)
        return int(self.rows("SELECT COUNT(*) FROM spine")[0][0])

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
    return _differences(Case(contract_of(name), "by hand", dict(given), list(expect)), _build_sql(name))


@dataclass(frozen=True)
class Defect:
    """What the SQL of a table says, what it said once, and words of the name of the worked example that tells them apart."""

    table: str
    right: str
    wrong: str
    example: str


def red_example(defect: Defect, more: Iterable[Case] = ()) -> list[str]:
    """What differs in a worked example when the table's build has the defect."""
    sql = _build_sql(defect.table)
    assert sql.count(defect.right) == 1, f"{defect.right!r} stands {sql.count(defect.right)} times in {defect.table}"
    (case,) = [case for case in (*more, *_examples(defect.table)) if defect.example in case.name]
    return _differences(case, sql.replace(defect.right, defect.wrong))


@lru_cache
def _examples(name: str) -> tuple[Case, ...]:
    return tuple(read_cases(contract_of(name)))


@lru_cache
def _one_bench() -> Bench:
    # Creating all tables takes longer than most examples, so they share a bench and each takes back what it laid there.
    return Bench()


def _differences(case: Case, sql: str) -> list[str]:
    """What a build makes of a case, less what the case expects."""
    bench = _one_bench()
    bench.connection.execute("BEGIN")
    try:
        for table, rows in case.given.items():
            if table != "spine":
                bench.lay(table.partition(".")[2].removesuffix("_current"), *rows)
        expected = bench.stand_spine(case.contract, case.given.get("spine"))
        casts = ", ".join(f'CAST("{column.name}" AS {column.sql_type})' for column in case.contract.columns)
        found = bench.connection.execute(f"SELECT {casts} FROM ({sql}\n) AS built").fetchall()
    finally:
        bench.connection.execute("ROLLBACK")
    made = [dict(zip(case.contract.column_names, values, strict=True)) for values in found]
    lines = [] if len(made) == expected else [f"{len(made)} rows instead of {expected}"]
    for wanted in case.expect:
        key = {name: wanted[name] for name in case.contract.key if name in wanted}
        same = [one for one in made if key.items() <= one.items()]
        if len(same) != 1:
            lines.append(f"{key}: {len(same)} rows instead of one")
            continue
        lines += [
            f"{key} {name}: expected {value!r}, got {same[0][name]!r}"
            for name, value in wanted.items()
            if same[0][name] != value
        ]
    return lines


def _build_sql(name: str) -> str:
    return expand((contract_of(name).folder / "build.sql").read_text(encoding="utf-8"), SHARED)


def _spine(name: str) -> str:
    return expand((TABLES / "spines" / f"{name}.sql").read_text(encoding="utf-8"), SHARED)
