"""A row of a table altered under the tables that read it: which dates then differ, and which the cone spares."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from random import Random

from backcourt.engine import cone
from backcourt.engine.build import compute
from backcourt.engine.contract import Contract
from backcourt.engine.hashing import quoted
from backcourt.engine.inputs import stored_table
from backcourt.engine.registry import Table, default_registry
from backcourt.warehouse.duckdb import Warehouse

REGISTRY = default_registry()
READS = [
    (table.name, name)
    for table in REGISTRY.ordered
    if table.contract.kind == "pre"
    for name in sorted(REGISTRY.built_upstream(table.name))
]
"""Every pre-game table with every built table that it reads."""

RAW_READS = [
    (table.name, name)
    for table in REGISTRY.ordered
    if table.contract.kind == "pre"
    for name in sorted({stored_table(flow.upstream) for flow in REGISTRY.lineage(table.name).flows})
    if name.startswith("raw.")
]
"""The same with every raw table that is followed."""

OTHER = {
    "integer": "COALESCE({0}, 0) + 3",
    "bigint": "COALESCE({0}, 0) + 1",
    "double": "COALESCE({0}, 0) + 0.25",
    "boolean": "NOT COALESCE({0}, FALSE)",
    "varchar": "COALESCE({0}, '') || 'x'",
    "date": "COALESCE({0}, game_date) - 2",
    "timestamp": "COALESCE({0}, TIMESTAMP '2021-10-20 20:00:00') - INTERVAL 1 HOUR",
}


@dataclass(frozen=True)
class Altered:
    """What was done to a row: deleted, or some of its columns changed."""

    kind: str
    columns: tuple[str, ...]


class UndoneError(Exception):
    """Nothing of what was done shall stay."""


@contextmanager
def undone(warehouse: Warehouse) -> Iterator[None]:
    """Everything within is rolled back."""

    try:
        with warehouse.transaction():
            yield
            raise UndoneError
    except UndoneError:
        pass


def alter(warehouse: Warehouse, table: Table, upstream: Contract, dice: Random) -> Altered:
    """Change or delete a row that the table may read, and tell the change feed so, as a run would."""
    consumed = REGISTRY.lineage(table.name).consumed[upstream.full_name]
    days = [row[0] for row in warehouse.rows(f"SELECT DISTINCT game_date FROM {upstream.full_name} ORDER BY 1")]
    key = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in upstream.key)
    own_key = f"CAST(to_json(struct_pack({key})) AS VARCHAR)"
    day = dice.choice(days[: max(1, len(days) * 2 // 3)])
    rows = warehouse.rows(f"SELECT {own_key} FROM {upstream.full_name} WHERE game_date = ? ORDER BY 1", [day])
    chosen = dice.choice(rows)[0]
    free = sorted(consumed - {*upstream.key, "game_date", "season", "season_type"})
    names = tuple(sorted(dice.sample(free, min(len(free), dice.choice((1, 1, 2))))))
    done = (
        Altered("deleted", ()) if dice.random() < 0.15 and upstream.key != ("game_date",) else Altered("changed", names)
    )
    where = f"game_date = ? AND {own_key} = ?"
    if done.kind == "deleted":
        warehouse.execute(f"DELETE FROM {upstream.full_name} WHERE {where}", [day, chosen])
    else:
        types = {column.name: column.type for column in upstream.columns}
        values = ", ".join(f"{quoted(name)} = {OTHER[types[name]].format(quoted(name))}" for name in names)
        warehouse.execute(f"UPDATE {upstream.full_name} SET {values} WHERE {where}", [day, chosen])
    warehouse.execute(
        "INSERT INTO ledger.runs SELECT * REPLACE ('altered' AS run_id, ordinal + 1 AS ordinal) FROM ledger.runs"
        " WHERE ordinal = (SELECT MAX(ordinal) FROM ledger.runs)"
    )
    warehouse.execute(
        "INSERT INTO ledger.changes VALUES ('altered', ?, ?, ?, ?, 1, ?)",
        [upstream.full_name, day, done.kind, chosen, ",".join(done.columns)],
    )
    return done


def correct(warehouse: Warehouse, table: Table, upstream: Contract, dice: Random) -> Altered | None:
    """A later ingest tells of another row, or of one no more, that the table may read; None where there are no rows."""
    consumed = consumed_of(table, upstream)
    free = sorted(consumed - {*upstream.key, "game_date", "season"})
    names = tuple(sorted(dice.sample(free, min(len(free), dice.choice((1, 1, 2))))))
    done = Altered("deleted", ()) if not names or dice.random() < 0.1 else Altered("changed", names)
    rows = warehouse.rows(f"SELECT row_id FROM {upstream.full_name} ORDER BY 1")
    if not rows:
        return None
    chosen = dice.choice(rows[: max(1, len(rows) * 2 // 3)])[0]
    ingest = 1 + int(warehouse.value("SELECT MAX(ingest_id) FROM ledger.ingests"))
    if done.kind == "changed":
        types = {column.name: column.type for column in upstream.columns}
        values = [f"{OTHER[types[name]].format(quoted(name))} AS {quoted(name)}" for name in names]
        values += ["row_id + 1000000000000 AS row_id", "$ingest AS ingest_id"]
        warehouse.execute(
            f"INSERT INTO {upstream.full_name} SELECT * REPLACE ({', '.join(values)}) FROM {upstream.full_name} WHERE row_id = $row",
            {"ingest": ingest, "row": chosen},
        )
    warehouse.execute(
        "INSERT INTO ledger.retired VALUES (?, ?, 'corrected', NOW(), ?)",
        [upstream.name, chosen, ingest],
    )
    return done


def correct_score(warehouse: Warehouse) -> tuple[int, int, date]:
    """A later ingest gives the home team of the first game one point more, which turns no game; the teams and the date."""
    home, away, day, row = warehouse.rows(
        "SELECT home_team_id, away_team_id, game_date, row_id FROM raw.games"
        " WHERE counts AND home_points > away_points ORDER BY game_date, row_id"
    )[0]
    warehouse.execute(
        "INSERT INTO raw.games SELECT * REPLACE (home_points + 1 AS home_points, row_id + 1000000000000 AS row_id,"
        " (SELECT 1 + MAX(ingest_id) FROM ledger.ingests) AS ingest_id) FROM raw.games WHERE row_id = ?",
        [row],
    )
    warehouse.execute(
        "INSERT INTO ledger.retired SELECT 'games', ?, 'corrected', NOW(), 1 + MAX(ingest_id) FROM ledger.ingests",
        [row],
    )
    return home, away, day


def consumed_of(table: Table, upstream: Contract) -> set[str]:
    """The columns that a table reads of a raw table, of its results and of its schedule."""
    consumed = REGISTRY.lineage(table.name).consumed
    return {column for name, names in consumed.items() if stored_table(name) == upstream.full_name for column in names}


def differing(warehouse: Warehouse, table: Table, dates: list[date]) -> set[date]:
    """The dates on which a build of today makes other rows than are stored."""
    compute(warehouse, REGISTRY, table, dates)
    names = ", ".join(quoted(name) for name in table.contract.column_names)
    stored, made = (
        f"SELECT {names} FROM {table.full_name} WHERE game_date IN (SELECT game_date FROM unit_dates)",
        f"SELECT {names} FROM candidate",
    )
    query = f"SELECT DISTINCT game_date FROM (({stored} EXCEPT ALL {made}) UNION ALL ({made} EXCEPT ALL {stored}))"
    return {row[0] for row in warehouse.rows(query)}


def beside_brute_force(warehouse: Warehouse, name: str, read: str, dice: Random) -> tuple[int, int, int]:
    """Alter a row and compute every date: how many there are, how many the cone spares, how many differ.

    Raises AssertionError when a spared date differs.
    """
    table, is_raw = REGISTRY.built[name], read.startswith("raw.")
    upstream = REGISTRY.contract(read) if is_raw else REGISTRY.built[read].contract
    seasons: dict[str, list[date]] = {}
    for season, day in warehouse.rows(
        "SELECT season, game_date FROM evaluation WHERE table_name = ? AND state = 'verified' ORDER BY 2",
        [table.full_name],
    ):
        seasons.setdefault(season, []).append(day)
    every = [day for dates in seasons.values() for day in dates]
    last = warehouse.value("SELECT MAX(ordinal) FROM ledger.runs")
    changed: set[date] = set()
    spared: set[date] = set()
    with undone(warehouse):
        done = (correct if is_raw else alter)(warehouse, table, upstream, dice)
        if done is None:
            return len(every), 0, 0
        behind = [
            upstream_name
            for upstream_name, names in REGISTRY.lineage(name).consumed.items()
            if stored_table(upstream_name) == upstream.full_name and (done.kind == "deleted" or names & {*done.columns})
        ]
        for dates in seasons.values():
            changed |= differing(warehouse, table, dates)
            spared |= set.intersection(
                *(cone.unreached(warehouse, REGISTRY, table, each, dict.fromkeys(dates, last)) for each in behind)
            )
    assert not changed & spared, f"{done} in {read}: {name} differs on {sorted(changed & spared)}"
    return len(every), len(spared), len(changed)
