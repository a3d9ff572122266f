"""Options that verbs share, and what they become: settings, a scope, an open warehouse."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from backcourt.checks.preflight import refuse_without_ledger
from backcourt.clock import Clock, SystemClock
from backcourt.engine.events import tell_takeover
from backcourt.engine.registry import default_registry
from backcourt.errors import UsageError, WarehouseError
from backcourt.seasons import DateRange, Scope, parse_dates, parse_seasons
from backcourt.settings import Settings, load_settings
from backcourt.warehouse.duckdb import Warehouse

WarehouseOption = Annotated[
    Path | None,
    typer.Option("--warehouse", help="The warehouse file [env: BACKCOURT_WAREHOUSE; default: backcourt.duckdb]"),
]
Dates = Annotated[str | None, typer.Option("--dates", help="Game dates: A:B, A,B, 2021-12, 2022, yesterday, A: or :B")]
StartDate = Annotated[
    str | None, typer.Option("--start-date", help="First game date; with --end-date the same as --dates A:B")
]
EndDate = Annotated[str | None, typer.Option("--end-date", help="Last game date, included")]
Seasons = Annotated[
    str | None, typer.Option("--seasons", help="Seasons by start year or label: 2021, 2021:2024, 2021-22")
]
Tables = Annotated[str | None, typer.Option("--tables", help="Built tables by name or alias, separated by commas")]
Phase = Annotated[int | None, typer.Option("--phase", help="2 raw, 3 analytics, 4 precompute")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables")]
LockTimeout = Annotated[float | None, typer.Option("--lock-timeout", help="Seconds to wait for another process")]
AllowIncomplete = Annotated[
    bool, typer.Option("--allow-incomplete", help="Take what is stored, though something expected is not verified")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask, however much would run")]
Threads = Annotated[int | None, typer.Option("--threads", min=1, help="Threads to use [default: all CPUs]")]

CLOCK: Clock = SystemClock()
RAW_PHASE = 2


@dataclass(frozen=True)
class Common:
    """Settings after the options of a command."""

    settings: Settings
    threads: int


def common(
    warehouse: Path | None = None,
    lock_timeout: float | None = None,
    threads: int | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Common:
    """The environment's settings, with what the command line says in their place."""
    settings = load_settings(environ)
    if warehouse is not None:
        settings = replace(settings, warehouse=warehouse)
    if lock_timeout is not None:
        settings = replace(settings, lock_timeout=lock_timeout)
    return Common(settings, threads or settings.threads)


def open_common(options: Common, *, read_only: bool, must_exist: bool = True) -> Warehouse:
    """Open the warehouse that the options name; raises WarehouseError or LockedError."""
    path = options.settings.warehouse
    if must_exist and not path.exists():
        # Opening it read-only tells that it is missing, with the hint that belongs to it.
        read_only = True
    warehouse = Warehouse.open(
        path,
        read_only=read_only,
        threads=options.threads,
        memory_limit=options.settings.memory_limit,
        lock_timeout=options.settings.lock_timeout,
        lease_timeout=options.settings.lease_timeout,
        clock=CLOCK,
        horizon_days=options.settings.horizon_days,
    )
    tell_takeover(warehouse)
    if must_exist:
        try:
            refuse_without_ledger(warehouse)
        except WarehouseError:
            warehouse.close()
            raise
    return warehouse


def command(options: Common, *words: str) -> str:
    """A command for the warehouse of these options, to be copied into a shell."""
    path = options.settings.warehouse
    named = () if path == common().settings.warehouse else ("--warehouse", str(path))
    return shlex.join(("backcourt", *words, *named))


def scope_of(
    dates: str | None = None,
    start_date: str | None = None,
    end_date: str | None = None,
    seasons: str | None = None,
    tables: str | None = None,
    phase: int | None = None,
) -> Scope:
    """The scope that the flags describe; raises UsageError for flags that contradict each other or the calendar."""
    names = tuple(default_registry().resolve(name.strip()).name for name in tables.split(",")) if tables else ()
    if phase == RAW_PHASE:
        raise UsageError(
            "Phase 2 is the raw tables; they are filled by ingest, not built.", "See  backcourt status --phase 2"
        )
    return Scope(
        dates=_date_ranges(dates, start_date, end_date),
        seasons=parse_seasons(seasons) if seasons else (),
        tables=names,
        phase=phase,
    )


def _date_ranges(dates: str | None, start: str | None, end: str | None) -> tuple[DateRange, ...]:
    today = CLOCK.today_eastern()
    if start is None and end is None:
        return parse_dates(dates, today) if dates else ()
    if dates is not None:
        raise UsageError("--dates and --start-date/--end-date say the same thing.", "Give one of them.")
    return (DateRange(_one_date("--start-date", start, today), _one_date("--end-date", end, today)),)


def _one_date(flag: str, text: str | None, today: date) -> date | None:
    if text is None:
        return None
    ranges = parse_dates(text, today)
    if len(ranges) != 1 or ranges[0].start != ranges[0].end:
        raise UsageError.bad_scope(flag, text, "it names more than one date", "2021-10-19")
    return ranges[0].start
