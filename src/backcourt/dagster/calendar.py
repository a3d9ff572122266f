"""The partitions of all assets: the dates of the schedule, as the ledger or, during a run, the snapshot beside it has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from backcourt.checks.preflight import refuse_without_ledger
from backcourt.engine import events, lineage
from backcourt.engine.registry import Registry
from backcourt.errors import LockedError, WarehouseError
from backcourt.warehouse.duckdb import Warehouse


def recall_tables(path: Path, registry: Registry) -> Sequence[date]:
    """The game dates of the warehouse's schedule; what its tables read is recalled on the way.

    Dates to come are among them, so that a schedule for a season is read once. Raises WarehouseError for one without games.
    """
    try:
        with Warehouse.open(path, read_only=True) as warehouse:
            refuse_without_ledger(warehouse)
            lineage.recall(warehouse, registry)
            rows = warehouse.rows("SELECT DISTINCT game_date FROM ledger.schedule WHERE games > 0 ORDER BY game_date")
    except LockedError:
        # Every process of Dagster reads the definitions, also while a run has the file.
        snapshot = events.snapshot_path(path)
        if not snapshot.exists():
            raise
        with Warehouse.in_memory() as warehouse:
            rows = warehouse.rows(
                "SELECT DISTINCT game_date FROM read_parquet(?) WHERE games + uncovered > 0 ORDER BY game_date",
                [str(snapshot)],
            )
    if not rows:
        raise WarehouseError(f"{path} has no game in its schedule.", "Fill it with  backcourt ingest SOURCE")
    return [row[0] for row in rows]
