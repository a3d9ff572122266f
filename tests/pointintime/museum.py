"""Change what happens on a date and after it, and see whether any row of that date changes.

Everything happens inside a transaction that is rolled back, so one warehouse serves any number of dates. The rows are
built in one unit with the last date of the season: there the inputs show the date itself and all that follows, and
nothing but the table's own SQL keeps a row from reading it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from backcourt.engine.build import build
from backcourt.engine.contract import Column, Contract
from backcourt.engine.hashing import quoted
from backcourt.engine.registry import Registry, Table
from backcourt.warehouse.duckdb import Warehouse

Disturbance = Literal["changed", "deleted"]

IDENTITY = ("season", "season_type", "team_id", "opponent_team_id", "player_id", "seconds_quality")
"""Columns of results that say which row it is; a change of them would make another row, not another result."""


@dataclass(frozen=True)
class Leak:
    """A column of a table whose value on a date followed what came later, or a key that came and went with it."""

    table: str
    column: str
    rows: int


class _Undo(Exception):  # noqa: N818  # it reports no error
    pass


@contextmanager
def undone(warehouse: Warehouse) -> Iterator[None]:
    """Whatever happens inside is rolled back."""
    try:
        with warehouse.transaction():
            yield
            raise _Undo
    except _Undo:
        pass


def leaks(
    warehouse: Warehouse,
    registry: Registry,
    tables: Sequence[Table],
    day: date,
    how: Disturbance,
    *,
    since: date | None = None,
) -> list[Leak]:
    """The columns of the tables' rows of a date that follow what happens on it or later (or on `since` and later)."""
    last = warehouse.value(
        "SELECT MAX(game_date) FROM raw.games_scheduled WHERE counts AND takes_place AND season ="
        " (SELECT MIN(season) FROM raw.games_scheduled WHERE game_date = ?)",
        [day],
    )
    found: list[Leak] = []
    with undone(warehouse):
        for table in tables:
            _keep(warehouse, registry, table, day, last, f"before_{table.name}")
        disturb(warehouse, registry, since or day, how)
        for table in tables:
            _keep(warehouse, registry, table, day, last, f"after_{table.name}")
            found += _differences(warehouse, table.contract)
    return found


def _keep(warehouse: Warehouse, registry: Registry, table: Table, day: date, last: date, name: str) -> None:
    build(warehouse, registry, table, [day, last])
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM candidate WHERE game_date = DATE '{day}'")


def _differences(warehouse: Warehouse, contract: Contract) -> Iterator[Leak]:
    same = " AND ".join(f"a.{quoted(name)} = b.{quoted(name)}" for name in contract.key)
    joined = f"before_{contract.name} AS b FULL JOIN after_{contract.name} AS a ON {same}"
    key = quoted(contract.key[0])
    for column in contract.columns:
        name = quoted(column.name)
        differing = f"a.{name} IS DISTINCT FROM b.{name}"
        if column.name == contract.key[0]:
            differing = f"a.{key} IS NULL OR b.{key} IS NULL"
        count = warehouse.value(f"SELECT COUNT(*) FROM {joined} WHERE {differing}")
        if count:
            yield Leak(contract.name, column.name, count)


def disturb(warehouse: Warehouse, registry: Registry, day: date, how: Disturbance) -> None:
    """Change or delete every result of a date and later, and every snapshot that its rows may not know."""
    for contract in registry.raw.values():
        if contract.name == "games":
            _disturb_results(warehouse, contract, day, how)
        elif contract.snapshot:
            _disturb_lines(warehouse, contract, day)
        elif contract.known_at == "result":
            _disturb_rows(warehouse, contract, day, how)
    for table in registry.built.values():
        if table.contract.kind == "post":
            _disturb_rows(warehouse, table.contract, day, how)
    _disturb_reports(warehouse, day)
    for name in ("rosters", "transactions"):
        if how == "deleted":
            warehouse.execute(f"DELETE FROM raw.{name} WHERE game_date >= ?", [day])
        else:
            warehouse.execute(
                f"UPDATE raw.{name} SET team_id = (SELECT MAX(team_id) FROM raw.teams) WHERE game_date >= ?", [day]
            )


def _disturb_results(warehouse: Warehouse, games: Contract, day: date, how: Disturbance) -> None:
    """Results alone: what the schedule said beforehand stays."""
    if how == "deleted":
        changes = "home_points = NULL, away_points = NULL, is_final = FALSE, status = 'scheduled'"
    else:
        changes = "home_points = away_points + 31, away_points = home_points"
    warehouse.execute(f"UPDATE raw.games SET {changes} WHERE game_date >= ?", [day])


def _disturb_rows(warehouse: Warehouse, contract: Contract, day: date, how: Disturbance) -> None:
    if how == "deleted":
        warehouse.execute(f"DELETE FROM {contract.full_name} WHERE game_date >= ?", [day])
        return
    changes = [f"{quoted(column.name)} = {_other(column)}" for column in _facts(contract)]
    if changes:
        warehouse.execute(f"UPDATE {contract.full_name} SET {', '.join(changes)} WHERE game_date >= ?", [day])


def _facts(contract: Contract) -> Iterator[Column]:
    for column in contract.columns:
        is_identity = column.name in (*contract.key, *IDENTITY, "game_date") or column.name.endswith("_id")
        if not is_identity and column.type in ("integer", "bigint", "double", "boolean"):
            yield column


def _other(column: Column) -> str:
    """Another value of the column's type; NULL stays NULL, so that what was missing is not made up."""
    name = quoted(column.name)
    if column.type == "boolean":
        return f"NOT {name}"
    return f"2 * {name} + 1" if column.type != "double" else f"{name} * 2 + 0.5"


def _disturb_lines(warehouse: Warehouse, contract: Contract, day: date) -> None:
    """Lines from during and after the game, lines without a time, and every line of a later date."""
    figures = [
        column.name for column in contract.columns if column.type == "double" and column.name not in contract.key
    ]
    figures += [name for name in contract.key if contract.column(name).type == "double"]
    moved = ", ".join(f"{quoted(name)} + 7 AS {quoted(name)}" for name in figures)
    for moment, quality, step in (
        ("g.cutoff_at + INTERVAL 1 HOUR", "timed", 1),
        ("g.cutoff_at", "timed", 2),
        ("CAST(NULL AS TIMESTAMP)", "date_only", 3),
    ):
        warehouse.execute(
            f"""INSERT INTO raw.{contract.name}
            SELECT l.* REPLACE ({moved}, {moment} AS snapshot_at, '{quality}' AS snapshot_quality,
              l.row_id + {step} * 1000000000 AS row_id)
            FROM raw.{contract.name} AS l JOIN raw.games_scheduled AS g ON g.game_id = l.game_id
            WHERE l.game_date >= ? AND l.row_id < 1000000000""",
            [day],
        )
    changes = ", ".join(f"{quoted(name)} = {quoted(name)} + 5" for name in figures)
    warehouse.execute(f"UPDATE raw.{contract.name} SET {changes} WHERE game_date > ?", [day])


def _disturb_reports(warehouse: Warehouse, day: date) -> None:
    """Everyone who played is reported out at the tip-off and without a time; later reports are gone."""
    warehouse.execute("DELETE FROM raw.injuries WHERE game_date > ?", [day])
    for moment, quality, step in (("g.cutoff_at", "timed", 1), ("CAST(NULL AS TIMESTAMP)", "date_only", 2)):
        warehouse.execute(
            f"""INSERT INTO raw.injuries BY NAME
            SELECT DISTINCT g.game_date, p.player_id, p.team_id, 'museum' AS feed, 'out' AS status, 'leak' AS reason,
              {moment} AS snapshot_at, '{quality}' AS snapshot_quality, {step} * 1000000000 + p.player_id AS row_id,
              0 AS ingest_id, 'museum' AS source, g.cutoff_at AS known_at, 'observed' AS known_kind, g.cutoff_at AS ingested_at
            FROM raw.games_scheduled AS g
            JOIN (SELECT DISTINCT player_id, team_id FROM raw.player_box) AS p
              ON p.team_id = g.home_team_id OR p.team_id = g.away_team_id
            WHERE g.game_date = ?""",
            [day],
        )


def mutated(registry: Registry, name: str, before: str, after: str, *, count: int = 1) -> tuple[Registry, Table]:
    """The registry with one table whose build or spine says something else; the text must be there so many times."""
    table = registry.built[name]
    found = table.build_sql.count(before) + table.spine_sql.count(before)
    assert found == count, f"{before!r} stands {found} times in {name}, not {count}"
    build_sql, spine_sql = (sql.replace(before, after) for sql in (table.build_sql, table.spine_sql))
    return rewritten(registry, name, build_sql, spine_sql)


def rewritten(registry: Registry, name: str, build_sql: str, spine_sql: str | None = None) -> tuple[Registry, Table]:
    """The registry with one table that is built otherwise."""
    table = registry.built[name]
    other = replace(table, build_sql=build_sql, spine_sql=spine_sql or table.spine_sql)
    assert other != table, f"{name} says the same as before"
    return Registry(registry.raw, {**registry.built, name: other}), other
