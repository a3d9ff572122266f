"""Give stored rows the data_hash of their content again, in place and without the SQL of their table.

A hash can be lost or overwritten while the values beside it are whole. What a partition held when it was committed stands in
the ledger, apart from the rows: fingerprints of its columns, and the hash of all its hashes. Only rows that are still
those are given a hash; of any others nobody could say afterwards that they had been altered, so they are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from backcourt.clock import Clock
from backcourt.engine import events, ledger, lineage
from backcourt.engine.build import in_slices
from backcourt.engine.hashing import EMPTY_PARTITION_HASH, partition_hash, row_hash
from backcourt.engine.registry import Registry, Table
from backcourt.engine.renew import refuse_other_engine
from backcourt.errors import WarehouseError
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import QueryError, Warehouse


@dataclass(frozen=True)
class Refused:
    """A partition whose rows were left as they are, and why; date None means the table as a whole."""

    table: str
    game_date: date | None
    cause: str


@dataclass
class Rehashed:
    """What became of one table: partitions looked at, rows hashed, rows whose hash was written."""

    table: str
    partitions: int = 0
    rows: int = 0
    written: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass
class RehashReport:
    """What a rehash did."""

    tables: list[Rehashed] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def partitions(self) -> int:
        """How many partitions were looked at."""
        return sum(each.partitions for each in self.tables)

    @property
    def rows(self) -> int:
        """How many rows were hashed."""
        return sum(each.rows for each in self.tables)

    @property
    def written(self) -> int:
        """How many of them had no hash, or another one."""
        return sum(each.written for each in self.tables)

    @property
    def refused(self) -> list[Refused]:
        """Everything that was not given a hash."""
        return [one for each in self.tables for one in each.refused]

    @property
    def is_complete(self) -> bool:
        """Whether every row that was looked at has the data_hash of its content now."""
        return not self.refused


def rehash(
    warehouse: Warehouse, registry: Registry, scope: Scope, clock: Clock, *, only_missing: bool = False
) -> RehashReport:
    """Compute data_hash of the stored rows of a scope and write what differs; `only_missing` takes the dates that lack one.

    Raises WarehouseError when the ledger was changed by other hands or written by another engine: it could vouch for nothing.
    """
    started = clock.now()
    refuse_other_engine(warehouse)
    ledger.refuse_broken(warehouse)
    lineage.recall(warehouse, registry)
    report = RehashReport()
    for table in registry.select(scope.tables, scope.phase):
        made = Rehashed(table.name)
        try:
            _hash_table(warehouse, registry, table, scope, made, only_missing=only_missing)
        except QueryError as error:
            made.refused.append(Refused(table.name, None, f"it cannot be read: {' '.join(str(error).split())[:200]}"))
        if made.written:
            _write(warehouse, table)
        report.tables.append(made)
    report.seconds = clock.since(started)
    if report.written:
        details = {"rows": report.rows, "written": report.written, "refused": len(report.refused)}
        events.append(warehouse, clock.now(), "rehash", {"scope": scope.describe(), **details})
    return report


def _hash_table(
    warehouse: Warehouse, registry: Registry, table: Table, scope: Scope, made: Rehashed, *, only_missing: bool
) -> None:
    """Fill `rehashed` with the rows of a table whose hash has to be written; nothing stored is touched."""
    dates = _stored_dates(warehouse, table, scope, only_missing=only_missing)
    made.partitions = len(dates)
    if not dates:
        return
    warehouse.execute("CREATE OR REPLACE TEMP TABLE rehash_dates AS SELECT UNNEST(?::DATE[]) AS game_date", [dates])
    _refuse(warehouse, made, _unvouched(warehouse, table, registry.lineage(table.name).code_version))
    _refuse(warehouse, made, _altered(warehouse, table))
    wanted = f"rowid AS row_id, game_date, data_hash AS stored_hash, {row_hash(table.contract.columns)} AS data_hash"
    rows = in_slices(warehouse, table.contract, wanted, table.full_name, "rehash_dates")
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE rehashed AS {rows}")
    made.rows = int(warehouse.value("SELECT COUNT(*) FROM rehashed"))
    _refuse(warehouse, made, _not_recorded(warehouse, table, "rehashed"))
    warehouse.execute(
        "DELETE FROM rehashed WHERE stored_hash = data_hash OR game_date NOT IN (SELECT game_date FROM rehash_dates)"
    )
    made.written = int(warehouse.value("SELECT COUNT(*) FROM rehashed"))


def _stored_dates(warehouse: Warehouse, table: Table, scope: Scope, *, only_missing: bool) -> list[date]:
    """Dates of the scope on which there are rows, or should be some; those with a row without data_hash."""
    rows = "SELECT NULL::DATE AS game_date, NULL::VARCHAR AS data_hash WHERE FALSE"
    if warehouse.has_table(table.contract.schema_name, table.name):
        rows = f"SELECT game_date, data_hash FROM {table.full_name}"
    found = warehouse.rows(
        f"""SELECT COALESCE(s.game_date, p.game_date) AS day, COALESCE(p.season, '') FROM
          (SELECT game_date, COUNT(*) - COUNT(data_hash) AS missing FROM ({rows}) GROUP BY game_date) AS s
        FULL JOIN (SELECT game_date, season FROM ledger.partitions WHERE table_name = ? AND rows > 0) AS p
          ON p.game_date = s.game_date
        WHERE day IS NOT NULL AND (NOT ? OR s.missing > 0) ORDER BY day""",
        [table.full_name, only_missing],
    )
    return [day for day, season in found if scope.includes(day, season)]


def _refuse(warehouse: Warehouse, made: Rehashed, causes: Sequence[tuple[date, str]]) -> None:
    """Put down why dates are refused, and look at them no more."""
    made.refused += [Refused(made.table, day, cause) for day, cause in causes]
    refused = [day for day, _ in causes]
    warehouse.execute("DELETE FROM rehash_dates WHERE list_contains(?::DATE[], game_date)", [refused])


def _unvouched(warehouse: Warehouse, table: Table, code_version: str) -> list[tuple[date, str]]:
    """Dates of whose rows the ledger says nothing, or says it of other columns than the table has today."""
    rows: list[tuple[date, str]] = warehouse.rows(
        """SELECT d.game_date, IF(p.partition_hash IS NULL, 'the ledger vouches for no rows of this date',
          'it was built with other code, so a backfill is due')
        FROM rehash_dates AS d LEFT JOIN ledger.partitions AS p ON p.table_name = ? AND p.game_date = d.game_date
        WHERE p.partition_hash IS NULL OR p.code_version IS DISTINCT FROM ? ORDER BY 1""",
        [table.full_name, code_version],
    )
    return rows


def _altered(warehouse: Warehouse, table: Table) -> list[tuple[date, str]]:
    contract = table.contract
    stored = f"(SELECT * FROM {table.full_name} WHERE game_date IN (SELECT game_date FROM rehash_dates))"
    differing = ledger.differing_fingerprints(
        warehouse, table.full_name, stored, contract.key, contract.column_names, "game_date", "rehash_dates"
    )
    return [
        (day, f"{count} columns differ from their fingerprints, {column} first") for day, column, count in differing
    ]


def _not_recorded(warehouse: Warehouse, table: Table, relation: str) -> list[tuple[date, str]]:
    """Dates whose hashes in a relation are together not the partition hash of the ledger."""
    rows: list[tuple[date, str]] = warehouse.rows(
        f"""SELECT d.game_date, 'its rows are not those of the ledger: ' || p.rows || ' recorded, ' || COALESCE(s.rows, 0) || ' stored'
        FROM rehash_dates AS d
        JOIN ledger.partitions AS p ON p.table_name = ? AND p.game_date = d.game_date
        LEFT JOIN (SELECT game_date, COUNT(*) AS rows, {partition_hash()} AS hash FROM {relation}
          WHERE game_date IN (SELECT game_date FROM rehash_dates) GROUP BY game_date) AS s ON s.game_date = d.game_date
        WHERE COALESCE(s.hash, ?) <> p.partition_hash OR COALESCE(s.rows, 0) <> p.rows ORDER BY 1""",
        [table.full_name, EMPTY_PARTITION_HASH],
    )
    return rows


def _write(warehouse: Warehouse, table: Table) -> None:
    """Write the hashes of `rehashed`; a partition that was marked as damaged for want of them is verified again."""
    with warehouse.transaction():
        warehouse.execute(
            f"UPDATE {table.full_name} AS t SET data_hash = r.data_hash FROM rehashed AS r WHERE t.rowid = r.row_id"
        )
        warehouse.execute(
            "UPDATE ledger.partitions SET state = 'verified', cause = NULL WHERE table_name = ? AND state = 'damaged'"
            " AND game_date IN (SELECT game_date FROM rehashed)",
            [table.full_name],
        )
        ledger.seal(warehouse, "partitions", [table.full_name])
        _confirm(warehouse, table)
    _confirm(warehouse, table)


def _confirm(warehouse: Warehouse, table: Table) -> None:
    """What is stored must give the ledger's hashes, within the transaction and after it."""
    differing = _not_recorded(warehouse, table, table.full_name)
    if differing:
        raise WarehouseError(
            f"{table.full_name} {differing[0][0]}: the stored hashes are not those that were written.",
            "This should be impossible; please report it with the output of `backcourt verify`.",
        )
