"""What tables are called in Dagster, and how its steps open the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster import AssetKey

from backcourt.api import open_warehouse
from backcourt.checks.preflight import refuse_without_ledger
from backcourt.warehouse.duckdb import Warehouse

POOL = "backcourt_warehouse"
"""The pool of steps that write; where it has one slot, a second run waits for the first."""

DATA_VERSION = "dagster/data_version"
"""How Dagster calls the tag of an event by which it compares content."""


def asset_key(full_name: str) -> AssetKey:
    """The asset of a table: `analytics.player_game_summary` is `analytics/player_game_summary`."""
    return AssetKey(full_name.split("."))


@contextmanager
def opened(path: Path, *, to_write: bool = False) -> Iterator[Warehouse]:
    """The warehouse at a path; raises LockedError when another process has it, WarehouseError when there is none."""
    # To write, a file that is gone would be made anew; to read, it is missed.
    with open_warehouse(path, read_only=not (to_write and path.exists())) as warehouse:
        refuse_without_ledger(warehouse)
        yield warehouse
