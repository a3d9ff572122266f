"""Mending raw rows that other hands changed: the ingests they came with are undone, and their files ingested again.

A row that was altered cannot say what it was. Its whole ingest is therefore taken out as if it had never been, and
the file brings the rows back.
"""

from __future__ import annotations

from backcourt.engine import ledger
from backcourt.engine.contract import Contract
from backcourt.errors import SourceError
from backcourt.warehouse.duckdb import Warehouse

# Under this key the ledger has the newest run, by its ordinal, before the last time that ingests were undone.
MENDED = "mended_after_run"


def is_damaged(warehouse: Warehouse, contract: Contract) -> bool:
    """Whether verify has marked a partition of a raw table as damaged."""
    return bool(
        warehouse.value(
            "SELECT COUNT(*) FROM ledger.partitions WHERE table_name = ? AND state = 'damaged'", [contract.full_name]
        )
    )


def damaged_ingests(contract: Contract) -> str:
    """SQL for the ingests of a raw table whose stored rows are not those that were stored, ids unknown included."""
    return f"""SELECT COALESCE(i.ingest_id, f.ingest_id) AS ingest_id, i.source, i.stream, i.scope,
      COALESCE(i.stored_rows, 0) AS stored, COALESCE(f.rows, 0) AS found
    FROM (SELECT * FROM ledger.ingests WHERE table_name = '{contract.name}' AND stored_rows > 0) AS i
    FULL JOIN ({ledger.rows_digest(f"raw.{contract.name}", "ingest_id")}) AS f ON f.ingest_id = i.ingest_id
    WHERE i.stored_digest IS DISTINCT FROM f.digest"""


def undo_damaged_ingests(warehouse: Warehouse, contract: Contract, source: str, stream: str, scope: str) -> None:
    """Take out the damaged ingests of a stream, and rows of ingests that never were; call inside a transaction.

    Raises SourceError when what is to come covers less than what would be taken out.
    """
    _refuse_narrower(warehouse, contract, source, stream, scope)
    warehouse.execute(
        f"CREATE OR REPLACE TEMP TABLE undone AS SELECT ingest_id FROM ({damaged_ingests(contract)})"
        " WHERE source IS NULL OR (source = ? AND stream = ?)",
        [source, stream],
    )
    of_undone = "ingest_id IN (SELECT ingest_id FROM undone)"
    newest = warehouse.value("SELECT COALESCE(MAX(ordinal), 0) FROM ledger.runs")
    ledger.set_meta(warehouse, MENDED, str(newest))
    warehouse.execute(f"DELETE FROM raw.{contract.name} WHERE {of_undone}")
    warehouse.execute(
        f"DELETE FROM ledger.retired WHERE table_name = ? AND ({of_undone}"
        " OR row_id // 4294967296 IN (SELECT ingest_id FROM undone))",
        [contract.name],
    )
    warehouse.execute(f"DELETE FROM ledger.coverage WHERE {of_undone}")
    warehouse.execute(f"DELETE FROM ledger.ingests WHERE {of_undone}")
    ledger.seal(warehouse, "coverage")
    ledger.seal(warehouse, "retired", [contract.name])
    ledger.seal(warehouse, "ingests")


def _refuse_narrower(warehouse: Warehouse, contract: Contract, source: str, stream: str, scope: str) -> None:
    damaged = warehouse.rows(
        f"SELECT DISTINCT scope FROM ({damaged_ingests(contract)}) WHERE source = ? AND stream = ?", [source, stream]
    )
    needed = {season for row in damaged for season in row[0].split(",")}
    if scope != "all" and not needed <= set(scope.split(",")):
        raise SourceError(
            f"{stream}: its damaged rows in raw.{contract.name} are of {', '.join(sorted(needed))}; this is {scope}.",
            "Ingest it for all of these seasons at once, so that nothing is lost.",
        )


def close_damage(warehouse: Warehouse, contract: Contract) -> None:
    """Take back the marks of damage of a raw table once none of its ingests is damaged any more."""
    if not warehouse.value(f"SELECT COUNT(*) FROM ({damaged_ingests(contract)})"):
        warehouse.execute("DELETE FROM ledger.partitions WHERE table_name = ?", [contract.full_name])
        ledger.seal(warehouse, "partitions", [contract.full_name])
