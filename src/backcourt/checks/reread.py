"""Read everything stored again and compare it with what the ledger vouches for, by key, by row and by hash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from backcourt.engine import guard, ledger
from backcourt.engine.build import create_inputs, create_spine
from backcourt.engine.contract import Contract
from backcourt.engine.hashing import EMPTY_PARTITION_HASH, partition_hash, quoted, row_hash
from backcourt.engine.intake import standing
from backcourt.engine.mend import damaged_ingests
from backcourt.engine.registry import Registry, Table
from backcourt.seasons import DateRange
from backcourt.warehouse.duckdb import QueryError, Warehouse


@dataclass(frozen=True)
class Damage:
    """A stored partition that is not what the ledger says; date None means the table as a whole."""

    table: str
    game_date: date | None
    cause: str


def raw_damage(warehouse: Warehouse, contract: Contract, ranges: Sequence[DateRange] = ()) -> Iterator[Damage]:
    """Raw rows that were deleted, added, doubled or altered since they were ingested; a table that cannot be read.

    With `ranges` only rows that stand on dates in them are read, and registries; without, all that ever stood.
    """
    try:
        if ranges and contract.is_dated:
            yield from _standing_damage(warehouse, contract, ranges)
        else:
            yield from _ingest_damage(warehouse, contract)
            yield from _standing_damage(warehouse, contract, ())
    except QueryError as error:
        yield Damage(contract.full_name, None, _unreadable(error))


def raw_partitions(warehouse: Warehouse, ranges: Sequence[DateRange] = ()) -> int:
    """How many partitions of raw tables the ledger has, in all or with dates in some ranges and registries."""
    days = warehouse.rows(
        "SELECT DISTINCT table_name, game_date FROM ledger.column_fingerprints WHERE starts_with(table_name, 'raw.')"
    )
    return sum(not ranges or day == ledger.UNDATED or any(each.contains(day) for each in ranges) for _, day in days)


def _ingest_damage(warehouse: Warehouse, contract: Contract) -> Iterator[Damage]:
    changed_ingests = warehouse.rows(f"SELECT ingest_id, stored, found FROM ({damaged_ingests(contract)}) ORDER BY 1")
    for ingest_id, stored, found in changed_ingests:
        yield Damage(
            contract.full_name, None, f"rows of ingest {ingest_id} were changed: {stored} stored, {found} found"
        )


def _standing_damage(warehouse: Warehouse, contract: Contract, ranges: Sequence[DateRange]) -> Iterator[Damage]:
    day = "game_date" if contract.is_dated else f"DATE '{ledger.UNDATED}'"
    key = ", ".join(quoted(name) for name in contract.key)
    relation, dates = standing(contract), ""
    if ranges:
        dates = "reread_dates"
        _create_dates(warehouse, contract, ranges)
        relation = f"(SELECT * FROM {relation} WHERE game_date IN (SELECT game_date FROM {dates}))"
    differing = ledger.differing_fingerprints(
        warehouse, contract.full_name, relation, contract.key, contract.column_names, day, dates
    )
    for game_date, column, count in differing:
        yield Damage(contract.full_name, game_date, f"{count} columns differ from their fingerprints, {column} first")
    doubled = f"SELECT {day} AS day, COUNT(*) FROM {relation} GROUP BY {key}, day HAVING COUNT(*) > 1"
    for game_date, count in warehouse.rows(f"SELECT day, COUNT(*) FROM ({doubled}) GROUP BY day ORDER BY day"):
        yield Damage(contract.full_name, game_date, f"{count} keys stand more than once")


def _create_dates(warehouse: Warehouse, contract: Contract, ranges: Sequence[DateRange]) -> None:
    """`reread_dates`: the dates in the ranges that the ledger or a row of the table knows."""
    ends = [[each.start or date.min for each in ranges], [each.end or date.max for each in ranges]]
    warehouse.execute(
        f"""CREATE OR REPLACE TEMP TABLE reread_dates AS
        WITH spans AS (SELECT UNNEST(?::DATE[]) AS low, UNNEST(?::DATE[]) AS high)
        SELECT game_date FROM (
          SELECT DISTINCT game_date FROM {contract.full_name}
          UNION SELECT game_date FROM ledger.column_fingerprints WHERE table_name = ?)
        WHERE EXISTS (SELECT 1 FROM spans WHERE game_date BETWEEN low AND high)""",
        [*ends, contract.full_name],
    )


def built_damage(warehouse: Warehouse, registry: Registry, table: Table, dates: Sequence[date]) -> Iterator[Damage]:
    """Stored partitions whose keys, hashes or checks are not what they should be, among the given dates.

    A check that cannot be run is damage too: an error is never a pass.
    """
    try:
        show_stored(warehouse, registry, table, dates)
        yield from _hash_damage(warehouse, table.contract)
        for game_date, cause in guard.failures(warehouse, table).items():
            yield Damage(table.full_name, game_date, cause)
    except QueryError as error:
        yield Damage(table.full_name, None, _unreadable(error))


def expected_rows(warehouse: Warehouse, registry: Registry, table: Table, dates: Sequence[date]) -> int:
    """How many rows must stand on some dates of a season, counted from the raw tables by the table's spine."""
    warehouse.execute("CREATE OR REPLACE TEMP TABLE unit_dates AS SELECT UNNEST(?::DATE[]) AS game_date", [list(dates)])
    create_inputs(warehouse, registry, table, only_raw=True)
    create_spine(warehouse, table)
    return int(warehouse.value("SELECT COUNT(*) FROM spine"))


def show_stored(warehouse: Warehouse, registry: Registry, table: Table, dates: Sequence[date]) -> None:
    """Put the stored rows of some dates where a build puts its candidate, beside spine and inputs; raises QueryError."""
    _read(warehouse, table, dates)
    create_inputs(warehouse, registry, table)
    create_spine(warehouse, table)


def held_damage(warehouse: Warehouse, table: Table, dates: Sequence[date]) -> Iterator[Damage]:
    """Held partitions whose rows are not those that were put back; they are held to no spine, and to no check of today."""
    try:
        _read(warehouse, table, dates)
        yield from _hash_damage(warehouse, table.contract)
    except QueryError as error:
        yield Damage(table.full_name, None, _unreadable(error))


def _read(warehouse: Warehouse, table: Table, dates: Sequence[date]) -> None:
    """Fill `unit_dates` with the dates, and `candidate` with what is stored on them."""
    warehouse.execute("CREATE OR REPLACE TEMP TABLE unit_dates AS SELECT UNNEST(?::DATE[]) AS game_date", [list(dates)])
    columns = ", ".join(quoted(name) for name in (*table.contract.column_names, "data_hash"))
    warehouse.execute(
        f"CREATE OR REPLACE TEMP TABLE candidate AS SELECT {columns} FROM {table.full_name}"
        " WHERE game_date IN (SELECT game_date FROM unit_dates)"
    )


def _unreadable(error: QueryError) -> str:
    return f"it cannot be read or checked: {' '.join(str(error).split())[:200]}"


def _hash_damage(warehouse: Warehouse, contract: Contract) -> Iterator[Damage]:
    altered = warehouse.rows(
        f"SELECT game_date, COUNT(*) FROM candidate WHERE data_hash IS DISTINCT FROM {row_hash(contract.columns)} GROUP BY game_date"
    )
    for game_date, count in altered:
        yield Damage(contract.full_name, game_date, f"{count} rows do not have the data_hash of their content")
    differing = warehouse.rows(
        f"""SELECT u.game_date, p.rows, COALESCE(s.rows, 0) FROM unit_dates AS u
        JOIN ledger.partitions AS p ON p.table_name = ? AND p.game_date = u.game_date
        LEFT JOIN (SELECT game_date, COUNT(*) AS rows, {partition_hash()} AS hash FROM candidate GROUP BY game_date) AS s
          ON s.game_date = u.game_date
        WHERE p.partition_hash IS NOT NULL
          AND (COALESCE(s.hash, ?) <> p.partition_hash OR COALESCE(s.rows, 0) <> p.rows) ORDER BY 1""",
        [contract.full_name, EMPTY_PARTITION_HASH],
    )
    for game_date, recorded, found in differing:
        yield Damage(
            contract.full_name, game_date, f"its rows are not those of the ledger: {recorded} recorded, {found} stored"
        )
    for game_date, _, count in ledger.differing_fingerprints(
        warehouse, contract.full_name, "candidate", contract.key, contract.column_names, "game_date", "unit_dates"
    ):
        yield Damage(contract.full_name, game_date, f"{count} columns differ from their fingerprints")


def stray_rows(warehouse: Warehouse, table: Table) -> Iterator[Damage]:
    """Rows on dates for which the ledger has no partition."""
    strays = warehouse.rows(
        f"""SELECT t.game_date, COUNT(*) FROM {table.full_name} AS t WHERE NOT EXISTS (
          SELECT 1 FROM ledger.partitions AS p WHERE p.table_name = ? AND p.game_date = t.game_date) GROUP BY ALL ORDER BY 1""",
        [table.full_name],
    )
    for game_date, count in strays:
        yield Damage(table.full_name, game_date, f"{count} rows stand on a date that the ledger does not know")
