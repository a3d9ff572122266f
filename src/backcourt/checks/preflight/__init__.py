"""Can it run? What must hold of a warehouse before anything is read from it."""

from __future__ import annotations

from backcourt.engine import ledger
from backcourt.errors import WarehouseError
from backcourt.warehouse.duckdb import Warehouse

MISSING_HINT = "Bring back a copy of the warehouse, or build a fresh one from the same sources."


def refuse_without_ledger(warehouse: Warehouse) -> None:
    """Raise WarehouseError for a database that Backcourt has not filled, or one with a ledger of another version.

    Also where tables of the ledger are gone.
    """
    refuse_unknown(warehouse)
    if missing := ledger.missing_tables(warehouse):
        raise WarehouseError(f"{warehouse.path}: {', '.join(missing)} is gone.", MISSING_HINT)


def refuse_unknown(warehouse: Warehouse) -> None:
    """Raise WarehouseError for a database without a ledger, or one with a ledger of another version."""
    if not ledger.exists(warehouse):
        raise WarehouseError(
            f"{warehouse.path} holds no Backcourt warehouse: it has no ledger.",
            "Name the right file with --warehouse, or fill this one with  backcourt ingest SOURCE",
        )
    ledger.refuse_other_version(warehouse)
