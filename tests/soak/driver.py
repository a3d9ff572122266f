"""A process to be killed: ingests a league and builds its tables, and tells a pipe of every COMMIT as it happens.

Usage: driver.py WAREHOUSE FOLDER. On standard output `B` says that it begins, `c` that a COMMIT is about to be issued,
`d` that it has returned, `E` that all is done and `X` that the file is closed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from backcourt.clock import SystemClock
from backcourt.engine.registry import default_registry
from backcourt.engine.run import backfill
from backcourt.seasons import Scope
from backcourt.sources.simulated.source import ingest_simulated
from backcourt.warehouse.duckdb import Warehouse

PIPE = sys.stdout.fileno()


class Announcing(Warehouse):
    """A warehouse that says when it commits."""

    def _run(self, sql: str, parameters: Any) -> Any:
        if sql != "COMMIT":
            return super()._run(sql, parameters)
        os.write(PIPE, b"c")
        result = super()._run(sql, parameters)
        os.write(PIPE, b"d")
        return result


def main(path: str, folder: str) -> None:
    """Do what `ingest` and `backfill` do."""
    registry = default_registry()
    for table in registry.ordered:
        registry.lineage(table.name)  # parsed beforehand, so that moments at random fall into work on the file
    os.write(PIPE, b"B")
    with Announcing.open(Path(path), threads=2) as warehouse:
        ingest_simulated(warehouse, registry, Path(folder), SystemClock())
        backfill(warehouse, registry, Scope(), SystemClock(), unit="week")
        os.write(PIPE, b"E")
    os.write(PIPE, b"X")


if __name__ == "__main__":
    main(*sys.argv[1:])
