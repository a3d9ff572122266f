"""Fingerprints and seals are private to an engine version; when the engine is another one, they are written anew.

The canonical hashes stay as they are, and so does what they vouch for: a partition that was current before is current
after.
"""

from __future__ import annotations

from backcourt.engine import ledger
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.hashing import fingerprints
from backcourt.engine.intake import standing
from backcourt.engine.registry import Registry
from backcourt.errors import WarehouseError
from backcourt.warehouse.duckdb import ENGINE_VERSION, Warehouse


def refuse_other_engine(warehouse: Warehouse) -> None:
    """Raise WarehouseError when the ledger was written by another engine version: nothing could be compared."""
    written_by = ledger.meta(warehouse, "engine")
    if written_by != ENGINE_VERSION:
        raise WarehouseError(
            f"The fingerprints of {warehouse.path} were written by {written_by}; this is {ENGINE_VERSION}.",
            "Run  backcourt backfill  once: it writes them anew, and rebuilds nothing for that.",
        )


def renew(warehouse: Warehouse, registry: Registry) -> bool:
    """Write fingerprints, ingest digests and seals anew if the engine version changed; whether it did."""
    if ledger.meta(warehouse, "engine") == ENGINE_VERSION:
        return False
    evaluate_all(warehouse, registry)
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE current_before AS SELECT table_name, game_date FROM evaluation"
        " WHERE state IN ('verified', 'closed')"
    )
    with warehouse.transaction():
        _renew_fingerprints(warehouse, registry)
        _renew_ingest_digests(warehouse, registry)
        evaluate_all(warehouse, registry)
        warehouse.execute(
            """UPDATE ledger.partitions SET inputs = e.inputs, input_hash = md5(e.inputs)
            FROM evaluation AS e JOIN current_before AS b ON b.table_name = e.table_name AND b.game_date = e.game_date
            WHERE e.table_name = partitions.table_name AND e.game_date = partitions.game_date"""
        )
        ledger.set_meta(warehouse, "engine", ENGINE_VERSION)
        ledger.seal_everything(warehouse)
    return True


def _renew_fingerprints(warehouse: Warehouse, registry: Registry) -> None:
    relations = [(contract, standing(contract)) for contract in registry.raw.values()]
    relations += [
        (table.contract, table.full_name)
        for table in registry.ordered
        if warehouse.has_table(table.contract.schema_name, table.name)
    ]
    warehouse.execute("DELETE FROM ledger.column_fingerprints")
    for contract, relation in relations:
        day = "game_date" if contract.is_dated else f"DATE '{ledger.UNDATED}'"
        prints = fingerprints(relation, contract.key, contract.column_names, day)
        warehouse.execute(
            "INSERT INTO ledger.column_fingerprints SELECT ?, game_date, column_name, rows, fingerprint, ?"
            f" FROM ({prints})",
            [contract.full_name, ENGINE_VERSION],
        )


def _renew_ingest_digests(warehouse: Warehouse, registry: Registry) -> None:
    for contract in registry.raw.values():
        warehouse.execute(
            "UPDATE ledger.ingests SET stored_digest = d.digest FROM"
            f" ({ledger.rows_digest(f'raw.{contract.name}', 'ingest_id')}) AS d WHERE d.ingest_id = ingests.ingest_id"
        )
