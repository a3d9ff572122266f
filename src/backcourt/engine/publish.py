"""Write what differs: data, fingerprints and ledger of a unit of work in one transaction, read again before it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from backcourt.engine import changes, ledger, previous
from backcourt.engine.build import hash_rows
from backcourt.engine.contract import Contract
from backcourt.engine.guard import rule_names
from backcourt.engine.hashing import EMPTY_PARTITION_HASH, partition_hash, quoted
from backcourt.engine.registry import Table
from backcourt.errors import WarehouseError
from backcourt.warehouse.duckdb import ENGINE_VERSION, Warehouse


@dataclass(frozen=True)
class Published:
    """What became of the dates of a unit."""

    written: tuple[date, ...]
    unchanged: tuple[date, ...]
    rows: int


def create_table(warehouse: Warehouse, contract: Contract) -> None:
    """Create a built table, or bring its columns to those of the contract; stale rows keep NULL until they are rebuilt."""
    wanted = {**{column.name: column.sql_type for column in contract.columns}, "data_hash": "VARCHAR"}
    if not warehouse.has_table(contract.schema_name, contract.name):
        fields = ", ".join(f"{quoted(name)} {kind}" for name, kind in wanted.items())
        warehouse.execute(f"CREATE TABLE {contract.full_name} ({fields})")
        return
    stored = dict(warehouse.describe(contract.full_name))
    for name in [name for name in stored if wanted.get(name) != stored[name]]:
        warehouse.execute(f"ALTER TABLE {contract.full_name} DROP COLUMN {quoted(name)}")
        del stored[name]
    for name in [name for name in wanted if name not in stored]:
        warehouse.execute(f"ALTER TABLE {contract.full_name} ADD COLUMN {quoted(name)} {wanted[name]}")


def publish(warehouse: Warehouse, table: Table, failed: Mapping[date, str], run_id: str, now: datetime) -> Published:
    """Commit the candidate for the dates of `unit_dates` that passed; record the failed ones beside their old content.

    Raises WarehouseError when what is stored is not what was to be stored; then nothing is.
    """
    moment = now.replace(tzinfo=None)
    contract = table.contract
    _split_dates(warehouse, contract, failed)
    hash_rows(warehouse, contract)
    with warehouse.transaction():
        changes.record(warehouse, contract, run_id)
        previous.keep(warehouse, contract, run_id)
        _replace_rows(warehouse, contract)
        _record(warehouse, table, run_id, moment)
        record_trouble(warehouse, contract, "failed", failed, run_id)
        ledger.seal(warehouse, "partitions", [contract.full_name])
        _reread(warehouse, contract)
    _confirm(warehouse, contract)
    written = tuple(row[0] for row in warehouse.rows("SELECT game_date FROM changed_dates ORDER BY 1"))
    unchanged = tuple(
        row[0] for row in warehouse.rows("SELECT game_date FROM passed_dates WHERE NOT is_changed ORDER BY 1")
    )
    return Published(written, unchanged, int(warehouse.value("SELECT COUNT(*) FROM hashed")))


def record_trouble(
    warehouse: Warehouse, contract: Contract, state: str, causes: Mapping[date, str], run_id: str
) -> None:
    """Mark partitions failed or blocked with their cause; rows and hash of the old content, and its run, stay on record.

    Of a damaged one the hash goes: under another state nothing else would tell that its rows are not to be trusted.
    """
    for game_date, cause in sorted(causes.items()):
        warehouse.execute(
            """INSERT INTO ledger.partitions (table_name, game_date, season, state, rows, checks, cause, run_id, record_version)
            SELECT table_name, game_date, season, ?, 0, '', ?, ?, 0 FROM evaluation WHERE table_name = ? AND game_date = ?
            ON CONFLICT (table_name, game_date) DO UPDATE SET state = excluded.state, cause = excluded.cause,
              partition_hash = IF(partitions.state = 'damaged', NULL, partitions.partition_hash)""",
            [state, cause, run_id, contract.full_name, game_date],
        )


def _split_dates(warehouse: Warehouse, contract: Contract, failed: Mapping[date, str]) -> None:
    """`passed_dates` with whether their content differs from what is stored; `changed_dates` are those that do.

    Stored content counts as equal only when the ledger vouches for it: same columns, rows and fingerprints, undamaged.
    """
    warehouse.execute(
        """CREATE OR REPLACE TEMP TABLE passed_dates AS
        WITH stored AS (SELECT game_date, column_name, rows, fingerprint FROM ledger.column_fingerprints WHERE table_name = $table),
        differing AS (
          SELECT COALESCE(n.game_date, o.game_date) AS game_date FROM candidate_prints AS n
          FULL JOIN stored AS o ON o.game_date = n.game_date AND o.column_name = n.column_name
          WHERE n.fingerprint IS DISTINCT FROM o.fingerprint OR n.rows IS DISTINCT FROM o.rows)
        SELECT u.game_date, u.game_date IN (SELECT game_date FROM differing)
          OR COALESCE(p.state NOT IN ('verified', 'failed', 'blocked', 'held'), TRUE) OR p.partition_hash IS NULL AS is_changed
        FROM unit_dates AS u LEFT JOIN ledger.partitions AS p ON p.table_name = $table AND p.game_date = u.game_date
        WHERE NOT list_contains($failed::DATE[], u.game_date)""",
        {"table": contract.full_name, "failed": list(failed)},
    )
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE changed_dates AS SELECT game_date FROM passed_dates WHERE is_changed"
    )


def _replace_rows(warehouse: Warehouse, contract: Contract) -> None:
    names = ", ".join(quoted(name) for name in (*contract.column_names, "data_hash"))
    of_changed = "WHERE game_date IN (SELECT game_date FROM changed_dates)"
    warehouse.execute(f"DELETE FROM {contract.full_name} {of_changed}")
    warehouse.execute(f"INSERT INTO {contract.full_name} ({names}) SELECT {names} FROM hashed")
    warehouse.execute(f"DELETE FROM ledger.column_fingerprints {of_changed} AND table_name = ?", [contract.full_name])
    warehouse.execute(
        "INSERT INTO ledger.column_fingerprints SELECT ?, game_date, column_name, rows, fingerprint, ?"
        f" FROM candidate_prints {of_changed}",
        [contract.full_name, ENGINE_VERSION],
    )
    ledger.seal(warehouse, "column_fingerprints", [contract.full_name])


def _record(warehouse: Warehouse, table: Table, run_id: str, moment: datetime) -> None:
    # Rows and partition hash are read from the stored table, not from the candidate that was to be stored.
    warehouse.execute(
        f"""INSERT OR REPLACE INTO ledger.partitions
        WITH stored AS (
          SELECT game_date, COUNT(*) AS rows, {partition_hash()} AS partition_hash FROM {table.full_name}
          WHERE game_date IN (SELECT game_date FROM changed_dates) GROUP BY game_date),
        expected AS (SELECT game_date, COUNT(*) AS rows FROM spine GROUP BY game_date)
        SELECT $table, d.game_date, e.season, 'verified', COALESCE(x.rows, 0),
          CASE WHEN d.is_changed THEN COALESCE(s.rows, 0) ELSE p.rows END,
          CASE WHEN d.is_changed THEN COALESCE(s.partition_hash, $empty) ELSE p.partition_hash END,
          md5(e.inputs), e.inputs, e.code_version, $checks, NULL,
          CASE WHEN d.is_changed THEN $run ELSE p.run_id END, COALESCE(p.record_version, 0) + CAST(d.is_changed AS INTEGER),
          COALESCE(p.first_committed_at, $moment), CASE WHEN d.is_changed THEN $moment ELSE p.committed_at END,
          (SELECT ordinal FROM ledger.runs WHERE run_id = $run)
        FROM passed_dates AS d
        JOIN evaluation AS e ON e.table_name = $table AND e.game_date = d.game_date
        LEFT JOIN stored AS s ON s.game_date = d.game_date
        LEFT JOIN expected AS x ON x.game_date = d.game_date
        LEFT JOIN ledger.partitions AS p ON p.table_name = $table AND p.game_date = d.game_date""",
        {
            "table": table.full_name,
            "empty": EMPTY_PARTITION_HASH,
            "checks": ",".join(rule_names(table)),
            "run": run_id,
            "moment": moment,
        },
    )


def _reread(warehouse: Warehouse, contract: Contract) -> None:
    """The stored keys of every changed date must be the expected ones, inside the transaction that wrote them."""
    key = ", ".join(quoted(name) for name in dict.fromkeys((*contract.key, "game_date")))
    differing = warehouse.rows(
        f"""WITH stored AS (SELECT {key} FROM {contract.full_name} WHERE game_date IN (SELECT game_date FROM changed_dates)),
        expected AS (SELECT {key} FROM spine WHERE game_date IN (SELECT game_date FROM changed_dates))
        SELECT game_date, COUNT(*) FROM ((SELECT * FROM stored EXCEPT ALL SELECT * FROM expected)
          UNION ALL (SELECT * FROM expected EXCEPT ALL SELECT * FROM stored)) GROUP BY game_date ORDER BY game_date"""
    )
    if differing:
        raise WarehouseError(
            f"{contract.full_name} {differing[0][0]}: {differing[0][1]} stored keys differ from the expected ones.",
            "Nothing was stored. This should be impossible; please report it with the output of `backcourt verify`.",
        )


def _confirm(warehouse: Warehouse, contract: Contract) -> None:
    """After the commit the ledger must say so: an engine can accept a COMMIT and store nothing."""
    missing = warehouse.value(
        """SELECT COUNT(*) FROM passed_dates AS d LEFT JOIN ledger.partitions AS p
          ON p.table_name = ? AND p.game_date = d.game_date AND p.state = 'verified' WHERE p.game_date IS NULL""",
        [contract.full_name],
    )
    if missing:
        raise WarehouseError(
            f"{contract.full_name}: {missing} partitions are not in the ledger after their commit.",
            "Run the same command again; nothing that was verified before is lost.",
        )
