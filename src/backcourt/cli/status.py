"""`backcourt status`: where the warehouse stands, also while a run is going on."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from backcourt.cli.console import print_json, say, verb
from backcourt.cli.options import (
    CLOCK,
    RAW_PHASE,
    AsJson,
    Common,
    Dates,
    EndDate,
    Phase,
    Seasons,
    StartDate,
    Tables,
    WarehouseOption,
    common,
    open_common,
    scope_of,
)
from backcourt.cli.status_view import held_in, show, show_raw
from backcourt.cli.watch import watch as watch_run
from backcourt.engine.registry import default_registry
from backcourt.engine.waiting import Patience
from backcourt.errors import UsageError, WarehouseError
from backcourt.report.digest import digest as make_digest
from backcourt.report.following import Follower
from backcourt.report.history import health, read_history
from backcourt.report.prometheus import exposition
from backcourt.report.status import read_status, wanted_tables
from backcourt.seasons import Scope


class By(StrEnum):
    """The periods that lines stand for."""

    SEASON = "season"
    MONTH = "month"


Failures = Annotated[
    bool, typer.Option("--failures", help="List every failed, blocked and damaged partition with its cause")
]
Watch = Annotated[
    bool, typer.Option("--watch", help="Follow a run until it ends; reads nothing but the files beside the warehouse")
]
Interval = Annotated[float, typer.Option("--interval", min=0.1, help="Seconds between two looks of --watch")]
Window = Annotated[float, typer.Option("--window", min=0.1, help="Minutes over which --watch takes the rate")]
StalledAfter = Annotated[
    float | None,
    typer.Option("--stalled-after", min=0.1, help="Minutes of silence after which a run is stalled [default: 10]"),
]
MaxAge = Annotated[
    float | None,
    typer.Option("--max-age", min=0, help="Only say whether the newest success is at most so many hours old"),
]
Prometheus = Annotated[bool, typer.Option("--prometheus", help="Print metrics in the text format of Prometheus")]
Digest = Annotated[bool, typer.Option("--digest", help="Print the digest of the last run, one JSON document")]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "status",
        short_help="Show where the warehouse stands, or follow a run.",
        help="Show expected and verified partitions per table and season; works while another process writes, and follows it with --watch.",
        epilog="Example: backcourt status --phase 3",
    )(status)


@verb
def status(
    dates: Dates = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    seasons: Seasons = None,
    tables: Tables = None,
    phase: Phase = None,
    by: Annotated[By, typer.Option(help="What the breakdown is by")] = By.SEASON,
    failures: Failures = False,
    watch: Watch = False,
    interval: Interval = 2.0,
    window: Window = 5.0,
    stalled_after: StalledAfter = None,
    max_age: MaxAge = None,
    prometheus: Prometheus = False,
    digest: Digest = False,
    warehouse: WarehouseOption = None,
    as_json: AsJson = False,
) -> None:
    """The headline is the table that is furthest behind; --phase 2 shows the raw tables. Exit code 1 on damage or hold."""
    scope = scope_of(dates, start_date, end_date, seasons, tables, None if phase == RAW_PHASE else phase)
    _refuse_contradiction(scope, phase, watch=watch, max_age=max_age, prometheus=prometheus, digest=digest)
    options = common(warehouse)
    if stalled_after is not None:
        options = replace(options, settings=replace(options.settings, stalled_after=stalled_after))
    if watch:
        follower = _follower(options, scope, window)
        raise typer.Exit(watch_run(follower, CLOCK, interval, by=by, failures=failures, as_json=as_json))
    if max_age is not None:
        _tell_health(options, max_age, as_json=as_json)
    elif digest:
        with open_common(options, read_only=True) as opened:
            print_json(make_digest(opened, default_registry()))
    else:
        _tell_standing(options, scope, phase, by, failures=failures, prometheus=prometheus, as_json=as_json)


def _tell_standing(
    options: Common, scope: Scope, phase: int | None, by: By, *, failures: bool, prometheus: bool, as_json: bool
) -> None:
    now, path = CLOCK.now(), options.settings.warehouse
    found = read_status(path, default_registry(), scope, now, _stalled_after(options), Patience.of(options.settings))
    if prometheus:
        sys.stdout.write(exposition(found))
        return
    if as_json:
        print_json({"scope": scope.describe(), "status": found})
    elif phase == RAW_PHASE:
        show_raw(found, scope)
    else:
        show(found, scope, by=by, failures=failures, now=now)
    if found.damaged or held_in(found):
        raise typer.Exit(1)


def _tell_health(options: Common, max_age: float, *, as_json: bool) -> None:
    now = CLOCK.now()
    found = health(
        read_history(options.settings.warehouse, now, _stalled_after(options)), now, timedelta(hours=max_age)
    )
    if as_json:
        print_json(found)
    else:
        say(found.why)
    if not found.healthy:
        raise typer.Exit(1)


def _follower(options: Common, scope: Scope, window: float) -> Follower:
    if not options.settings.warehouse.exists():
        raise WarehouseError.missing(options.settings.warehouse)
    return Follower(
        options.settings.warehouse,
        CLOCK,
        # Reading the contracts takes longer than anything else here, and without names there is no need to.
        wanted=wanted_tables(default_registry(), scope) if scope.tables or scope.phase is not None else None,
        scope=scope,
        window=timedelta(minutes=window),
        stalled_after=_stalled_after(options),
    )


def _stalled_after(options: Common) -> timedelta:
    return timedelta(minutes=options.settings.stalled_after)


def _refuse_contradiction(
    scope: Scope, phase: int | None, *, watch: bool, max_age: float | None, prometheus: bool, digest: bool
) -> None:
    asked = [
        name
        for name, is_asked in (
            ("--watch", watch),
            ("--max-age", max_age is not None),
            ("--prometheus", prometheus),
            ("--digest", digest),
        )
        if is_asked
    ]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} are answers of their own.", "Ask for one.")
    if asked and phase == RAW_PHASE:
        raise UsageError(f"{asked[0]} does not speak of raw tables.", "Leave --phase 2 out.")
    if asked and asked[0] in ("--max-age", "--digest") and scope != Scope():
        raise UsageError(f"{asked[0]} speaks of runs, which have no dates or tables.", "Leave the scope out.")
