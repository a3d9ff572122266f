"""What other processes may read while a run has the warehouse: an event file and a snapshot of the ledger beside it.

DuckDB lets nobody else in while one process writes. Each event is one JSON line; the snapshot is replaced in one
step at each commit, so a reader sees a whole one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from backcourt.engine.evaluate import WITH_CODE
from backcourt.errors import WarehouseError
from backcourt.warehouse.duckdb import Warehouse


def events_path(warehouse_path: Path) -> Path:
    """Where the events of a warehouse are appended."""
    return warehouse_path.with_name(warehouse_path.name + ".events.jsonl")


def snapshot_path(warehouse_path: Path) -> Path:
    """Where the snapshot of a warehouse's evaluation is."""
    return warehouse_path.with_name(warehouse_path.name + ".status.parquet")


def append(warehouse: Warehouse, moment: datetime, event: str, details: Mapping[str, object]) -> None:
    """Add one event; raises WarehouseError when the file cannot be written. A warehouse in memory has none."""
    if warehouse.path is None:
        return
    line = json.dumps({"at": moment.isoformat(), "event": event, "pid": os.getpid(), **details}, default=str)
    try:
        with events_path(warehouse.path).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError as error:
        raise WarehouseError(
            f"The event file {events_path(warehouse.path)} cannot be written: {error.strerror}.",
            "Free some room or correct its rights; the warehouse itself is intact.",
        ) from error


def tell_takeover(warehouse: Warehouse) -> None:
    """Add an event where a warehouse was opened to write whose last writer did not close it."""
    dead = warehouse.taken_from
    if dead:
        told = {"dead_pid": dead.pid, "host": dead.host, "since": dead.since, "heartbeat": dead.heartbeat}
        append(warehouse, warehouse.now(), "lease_taken_over", told)


def last_events(warehouse_path: Path, limit: int = 200) -> list[dict[str, object]]:
    """The newest events, oldest first; a torn last line (a writer is at it) is left out."""
    path = events_path(warehouse_path)
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()[-limit:]
    return [json.loads(line) for line in lines if line.endswith("}")]


def write_snapshot(warehouse: Warehouse) -> None:
    """Replace the snapshot with the temporary table `evaluation`, each partition with the code it was built with."""
    if warehouse.path is None:
        return
    final = snapshot_path(warehouse.path)
    draft = final.with_name(final.name + f".{os.getpid()}")
    literal = "'" + str(draft).replace("'", "''") + "'"
    warehouse.execute(
        "COPY (SELECT table_name, game_date, season, games, uncovered, state, reason, expected_rows, rows, ordinal,"
        f" code_version, built_with, waits FROM {WITH_CODE} ORDER BY ordinal, game_date) TO {literal} (FORMAT parquet)"
    )
    draft.replace(final)
