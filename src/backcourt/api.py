"""The Python API: what the command line does, as functions."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from backcourt.checks.certify import Certification
from backcourt.checks.certify import certify as _certify
from backcourt.checks.preflight import refuse_without_ledger
from backcourt.checks.validate.spot.sample import SAMPLES
from backcourt.checks.validate.whole import Validation
from backcourt.checks.validate.whole import validate as _validate
from backcourt.checks.verify import Verdict
from backcourt.checks.verify import verify as _verify
from backcourt.clock import SystemClock
from backcourt.engine import changes as feed
from backcourt.engine import runs as run_record
from backcourt.engine.events import tell_takeover
from backcourt.engine.excerpt import write_excerpt
from backcourt.engine.plan import Plan, make_plan
from backcourt.engine.registry import default_registry
from backcourt.engine.run import RunReport, Unit
from backcourt.engine.run import backfill as _backfill
from backcourt.engine.stops import Limits
from backcourt.engine.waiting import Patience
from backcourt.output.frames import Format, frame, require
from backcourt.output.selection import chosen_columns, select
from backcourt.output.training import training_set as define_training_set
from backcourt.seasons import Scope, parse_dates, parse_moment, parse_seasons
from backcourt.settings import load_settings
from backcourt.sources.local import IngestReport, ingest_folder
from backcourt.warehouse.duckdb import Warehouse


def open_warehouse(path: str | Path | None = None, *, read_only: bool = True, threads: int | None = None) -> Warehouse:
    """Open a warehouse, by default the one that BACKCOURT_WAREHOUSE names; use it in a `with`.

    Raises LockedError when another process has it, WarehouseError when it cannot be opened.
    """
    settings = load_settings(os.environ)
    warehouse = Warehouse.open(
        Path(path) if path is not None else settings.warehouse,
        read_only=read_only,
        threads=threads or settings.threads,
        memory_limit=settings.memory_limit,
        lock_timeout=settings.lock_timeout,
        lease_timeout=settings.lease_timeout,
        horizon_days=settings.horizon_days,
    )
    tell_takeover(warehouse)
    return warehouse


def scope(dates: str | None = None, seasons: str | None = None, tables: Iterable[str] = ()) -> Scope:
    """A scope in the command line's grammar; raises UsageError for one that cannot be meant."""
    names = tuple(default_registry().resolve(name).name for name in tables)
    ranges = parse_dates(dates, SystemClock().today_eastern()) if dates else ()
    return Scope(dates=ranges, seasons=parse_seasons(seasons) if seasons else (), tables=names)


def ingest(warehouse: Warehouse, folder: str | Path, *, seasons: str | None = None) -> IngestReport:
    """Fill the raw tables from a folder of files; raises SourceError for the first file that is wrong."""
    labels = parse_seasons(seasons) if seasons else ()
    return ingest_folder(warehouse, default_registry(), Path(folder), SystemClock(), seasons=labels)


def as_of(moment: str | datetime, into: str | Path, *, warehouse: Warehouse | str | Path | None = None) -> Warehouse:
    """Write what a warehouse knew at a moment into the new file `into`, and open that to be built; use it in a `with`.

    A moment without a zone is UTC. Raises UsageError for one that has not come, and for a file that is there.

    >>> with as_of("2023-02-01", "then.duckdb") as then:  # doctest: +SKIP
    ...     backfill(then)
    """
    when = parse_moment(moment if isinstance(moment, str) else moment.isoformat())
    with _opened(warehouse) as origin:
        refuse_without_ledger(origin)
        write_excerpt(
            origin,
            Path(into),
            default_registry(),
            when,
            SystemClock(),
            lambda path: open_warehouse(path, read_only=False),
        )
    return open_warehouse(into, read_only=False)


def plan(
    warehouse: Warehouse, *, dates: str | None = None, seasons: str | None = None, tables: Iterable[str] = ()
) -> Plan:
    """What a backfill would run, and why; reads only the ledger."""
    limits = scope(dates, seasons, tables)
    patience = Patience.of(load_settings(os.environ))
    return make_plan(warehouse, default_registry(), limits, patience=patience, now=SystemClock().now())


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
    settings = load_settings(os.environ)
    return _backfill(
        warehouse,
        default_registry(),
        scope(dates, seasons, tables),
        SystemClock(),
        unit=unit,
        force=force,
        limits=Limits(max_failing=settings.max_failing),
        patience=Patience.of(settings),
        keep_runs=settings.keep_runs,
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


def validate(
    warehouse: Warehouse,
    *,
    dates: str | None = None,
    seasons: str | None = None,
    tables: Iterable[str] = (),
    samples: int = SAMPLES,
    seed: int | None = None,
) -> Validation:
    """Ask whether what is stored is right; `passed` only if every rule could be asked and none has anything to say.

    Every answer is stored, and what a blocking rule names is marked as damaged, so the warehouse must be open to write;
    raises WarehouseError when it is not.
    """
    asked = scope(dates, seasons, tables)
    return _validate(warehouse, default_registry(), asked, SystemClock(), samples=samples, seed=seed)


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


def runs(limit: int | None = None, *, warehouse: Warehouse | str | Path | None = None) -> list[dict[str, Any]]:
    """The runs on record, newest first: partitions considered, skipped, cut off, recomputed, and seconds saved."""
    with _opened(warehouse) as opened:
        return [run_record.as_document(run) for run in run_record.recorded(opened, limit)]


def changes(
    run: str | None = None,
    *,
    since: str | None = None,
    dates: str | None = None,
    tables: Iterable[str] = (),
    keys: bool = True,
    warehouse: Warehouse | str | Path | None = None,
) -> list[dict[str, Any]]:
    """The keys that a run (by default the latest), or all runs since another one, inserted, changed and deleted, in order.

    Without `keys` a partition that is new as a whole is one entry whose `key` is None. Raises UsageError for an
    unknown run.

    >>> stale = [one["key"] for one in changes(tables=["MLFS"])]  # doctest: +SKIP
    """
    limits = scope(dates, tables=tables)
    with _opened(warehouse) as opened:
        chosen = run_record.chosen(opened, run, since)
        found = feed.read(opened, default_registry(), chosen, limits, each_key=keys)
        return [feed.as_document(each) for each in found]


@contextmanager
def _opened(warehouse: Warehouse | str | Path | None) -> Iterator[Warehouse]:
    """An open warehouse as it is; any other is opened to read, and closed."""
    if isinstance(warehouse, Warehouse):
        yield warehouse
    else:
        with open_warehouse(warehouse) as opened:
            yield opened
