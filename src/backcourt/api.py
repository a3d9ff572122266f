"""The Python API: what the command line does, as functions."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backcourt.checks.certify import Certification
from backcourt.checks.certify import certify as _certify
from backcourt.checks.verify import Verdict
from backcourt.checks.verify import verify as _verify
from backcourt.clock import SystemClock
from backcourt.engine.plan import Plan, make_plan
from backcourt.engine.registry import default_registry
from backcourt.engine.run import RunReport, Unit
from backcourt.engine.run import backfill as _backfill
from backcourt.output.frames import Format, frame, require
from backcourt.output.selection import chosen_columns, select
from backcourt.output.training import training_set as define_training_set
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


def certify(
    warehouse: Warehouse,
    *,
    dates: str | None = None,
    seasons: str | None = None,
    tables: Iterable[str] = (),
    sample: int | None = None,
    seed: int | None = None,
) -> Certification:
    """Verify, then recompute the scope, or `sample` random dates of it, from raw and compare; the verdict is stored.

    What differs is marked as damaged, so the warehouse must be open to write; raises WarehouseError when it is not.
    """
    return _certify(
        warehouse, default_registry(), scope(dates, seasons, tables), SystemClock(), sample=sample, seed=seed
    )


def load(
    table: str,
    *,
    seasons: str | None = None,
    dates: str | None = None,
    columns: str | Iterable[str] | None = None,
    format: Format = "arrow",
    warehouse: Warehouse | str | Path | None = None,
    allow_incomplete: bool = False,
) -> Any:
    """Rows of a built table in order of date and key: a pyarrow Table, a polars or pandas DataFrame, or dictionaries.

    `warehouse` is an open one or a path, by default the one that BACKCOURT_WAREHOUSE names. Raises IncompleteError
    when something expected in the scope is not verified, unless `allow_incomplete`; UsageError for an unknown table,
    column or format, or one whose library is not installed.

    >>> frame = load("PGS", seasons="2021:2024", columns="player_id,points", format="polars")  # doctest: +SKIP
    """
    require(format)
    registry = default_registry()
    wanted = registry.resolve(table)
    chosen = chosen_columns(wanted.contract, columns)
    limits = scope(dates, seasons)
    with _opened(warehouse) as opened:
        (selection,) = select(opened, registry, [wanted], limits, allow_incomplete=allow_incomplete)
        return frame(opened, selection.query(chosen), format)


def training_set(
    seasons: str | None = None,
    target: str = "points",
    *,
    line_features: bool = False,
    format: Format = "arrow",
    warehouse: Warehouse | str | Path | None = None,
    allow_incomplete: bool = False,
) -> Any:
    """Keys, features and, as the last column, what the player then did; rows of games that he played, by date and key.

    The label is the column `target` of player_game_summary and bears its name. Without `line_features` the features
    that come from betting lines are left out. Raises ContractError when the label stands among the features.

    >>> frame = training_set("2021:2023", target="minutes_played", format="pandas")  # doctest: +SKIP
    """
    require(format)
    registry = default_registry()
    made = define_training_set(registry, target, line_features=line_features)
    limits = scope(seasons=seasons)
    with _opened(warehouse) as opened:
        tables = (made.store, made.outcomes)
        store, outcomes = select(opened, registry, tables, limits, allow_incomplete=allow_incomplete)
        return frame(opened, made.query(store, outcomes), format)


@contextmanager
def _opened(warehouse: Warehouse | str | Path | None) -> Iterator[Warehouse]:
    """An open warehouse as it is; any other is opened to read, and closed."""
    if isinstance(warehouse, Warehouse):
        yield warehouse
    else:
        with open_warehouse(warehouse) as opened:
            yield opened
