"""Backcourt's tables as Dagster assets. Needs the extra `backcourt[dagster]`.

>>> import backcourt.dagster  # doctest: +SKIP
>>> defs = backcourt.dagster.definitions()  # doctest: +SKIP
"""

from __future__ import annotations

import os
from pathlib import Path

from backcourt.engine.registry import default_registry
from backcourt.errors import UsageError
from backcourt.settings import load_settings

try:
    from dagster import Definitions, in_process_executor
except ModuleNotFoundError as error:
    if error.name != "dagster":
        raise
    raise UsageError.missing_extra("backcourt.dagster", "dagster") from error

from backcourt.dagster.built import built_assets
from backcourt.dagster.calendar import recall_tables
from backcourt.dagster.raw import raw_specs

__all__ = ["definitions"]


def definitions(warehouse: Path | None = None) -> Definitions:
    """An asset for each table of a warehouse, by default the one that BACKCOURT_WAREHOUSE names.

    Built tables are partitioned by the dates of its schedule. Raises WarehouseError where there is none, LockedError when it
    is in use and has left no snapshot yet.
    """
    path = (warehouse or load_settings(os.environ).warehouse).absolute()
    registry = default_registry()
    dates = recall_tables(path, registry)
    # One writer: the file lets no other process in, so nothing is gained by a process for each step.
    return Definitions(assets=[built_assets(path, registry, dates), *raw_specs(registry)], executor=in_process_executor)
