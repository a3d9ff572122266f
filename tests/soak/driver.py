"""A process to be killed: ingests a league and builds its post-game tables, and tells a pipe of every COMMIT as it happens.

Usage: driver.py WAREHOUSE FOLDER. On standard output `B` says that it begins, `c` that a COMMIT is about to be issued,
`d` that it has returned, `E` that all is done and `X` that the file is closed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))

from backcourt.clock import SystemClock
from backcourt.engine.run import backfill
from backcourt.seasons import Scope
from backcourt.sources.simulated.source import ingest_simulated
from backcourt.warehouse.duckdb import Warehouse
from support import POST

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
    for table in POST.ordered:
        POST.lineage(table.name)  # parsed beforehand, so that moments at random fall into work on the file
    os.write(PIPE, b"B")
    with Announcing.open(Path(path), threads=1) as warehouse:
        ingest_simulated(warehouse, POST, Path(folder), SystemClock())
        backfill(warehouse, POST, Scope(), SystemClock(), unit="week")
        os.write(PIPE, b"E")
    os.write(PIPE, b"X")


if __name__ == "__main__":
    main(*sys.argv[1:])
