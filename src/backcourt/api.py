"""The Python API: what the command line does, as functions."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from backcourt.checks.verify import Verdict
from backcourt.checks.verify import verify as _verify
from backcourt.clock import SystemClock
from backcourt.engine.evaluate import NOT_DUE, evaluate_all
from backcourt.engine.hashing import quoted
from backcourt.engine.plan import Plan, make_plan
from backcourt.engine.registry import default_registry
from backcourt.engine.run import RunReport, Unit
from backcourt.engine.run import backfill as _backfill
from backcourt.errors import IncompleteError
from backcourt.seasons import Scope, parse_dates, parse_seasons
from backcourt.settings import load_settings
from backcourt.sources.local import IngestReport, ingest_folder
from backcourt.warehouse.duckdb import Warehouse


def open_warehouse(path: str | Path | None = None, *, read_only: bool = True, threads: int | None = None) -> Warehouse:
    """Open a warehouse, by default the one that BACKCOURT_WAREHOUSE names; use it in a `with`.

    Raises LockedError when another process has it, WarehouseError when it cannot be opened.
    """
    settings = load_settings(os.environ)
    return Warehouse.open(
        Path(path) if path is not None else settings.warehouse,
        read_only=read_only,
        threads=threads or settings.threads,
        memory_limit=settings.memory_limit,
        lock_timeout=settings.lock_timeout,
        horizon_days=settings.horizon_days,
    )


def scope(dates: str | None = None, seasons: str | None = None, tables: Iterable[str] = ()) -> Scope:
    """A scope in the command line's grammar; raises UsageError for one that cannot be meant."""
    names = tuple(default_registry().resolve(name).name for name in tables)
    ranges = parse_dates(dates, SystemClock().today_eastern()) if dates else ()
    return Scope(dates=ranges, seasons=parse_seasons(seasons) if seasons else (), tables=names)


def ingest(warehouse: Warehouse, folder: str | Path, *, seasons: str | None = None) -> IngestReport:
    """Fill the raw tables from a folder of files; raises SourceError for the first file that is wrong."""
    labels = parse_seasons(seasons) if seasons else ()
    return ingest_folder(warehouse, default_registry(), Path(folder), SystemClock(), seasons=labels)


def plan(
    warehouse: Warehouse, *, dates: str | None = None, seasons: str | None = None, tables: Iterable[str] = ()
) -> Plan:
    """What a backfill would run, and why; reads only the ledger."""
    return make_plan(warehouse, default_registry(), scope(dates, seasons, tables))


def backfill(
    warehouse: Warehouse,
    *,
    dates: str | None = None,
    seasons: str | None = None,
    tables: Iterable[str] = (),
    unit: Unit = "season",
    force: bool = False,
) -> RunReport:
    """Build what is not verified; failures are in the report, not raised."""
    return _backfill(
        warehouse, default_registry(), scope(dates, seasons, tables), SystemClock(), unit=unit, force=force
    )


def verify(
    warehouse: Warehouse, *, dates: str | None = None, seasons: str | None = None, tables: Iterable[str] = ()
) -> Verdict:
    """Read everything stored again; `passed` only if all that is expected in the scope is verified."""
    return _verify(warehouse, default_registry(), scope(dates, seasons, tables))


def load(
    warehouse: Warehouse,
    table: str,
    *,
    dates: str | None = None,
    seasons: str | None = None,
    allow_incomplete: bool = False,
) -> list[dict[str, Any]]:
    """Rows of a built table as dictionaries, in order of date and key.

    Raises IncompleteError when an expected partition of the scope is not verified, unless `allow_incomplete`.
    """
    registry = default_registry()
    wanted = registry.resolve(table)
    limits = scope(dates, seasons)
    evaluate_all(warehouse, registry)
    states = warehouse.rows("SELECT game_date, season, state FROM evaluation WHERE table_name = ?", [wanted.full_name])
    reached = [(day, state) for day, season, state in states if limits.includes(day, season)]
    trouble = sorted(day for day, state in reached if state != "verified" and state not in NOT_DUE)
    if trouble and not allow_incomplete:
        raise IncompleteError(
            f"{wanted.name}: {len(trouble)} of {len(reached)} partitions are not verified, {trouble[0]} first.",
            "Run  backcourt backfill  first, or load with allow_incomplete=True.",
        )
    if not warehouse.has_table(wanted.contract.schema_name, wanted.name):
        return []
    names = wanted.contract.column_names
    rows = warehouse.rows(
        f"SELECT {', '.join(map(quoted, names))} FROM {wanted.full_name}"
        f" WHERE list_contains(?::DATE[], game_date) ORDER BY game_date, {', '.join(wanted.contract.key)}",
        [[day for day, _ in reached]],
    )
    return [dict(zip(names, row, strict=True)) for row in rows]
