"""`backcourt status`: where the warehouse stands, also while a run is going on."""

from __future__ import annotations

import typer

from backcourt.cli.console import print_json, print_table, say, verb
from backcourt.cli.options import (
    CLOCK,
    RAW_PHASE,
    AsJson,
    Dates,
    EndDate,
    Phase,
    Seasons,
    StartDate,
    Tables,
    WarehouseOption,
    common,
    scope_of,
)
from backcourt.cli.plan import show_waiting
from backcourt.engine.registry import default_registry
from backcourt.engine.waiting import HELD, Patience
from backcourt.report.status import LastCertificate, Status, TableStatus, read_status
from backcourt.seasons import Scope

SHOWN = 20
_HEADERS = (
    "table",
    "season",
    "expected",
    "verified",
    "missing",
    "stale",
    "failed",
    "blocked",
    "damaged",
    "games not covered",
    "rows",
)


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "status",
        short_help="Show where the warehouse stands.",
        help="Show expected and verified partitions per table and season; works while another process writes.",
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
    warehouse: WarehouseOption = None,
    as_json: AsJson = False,
) -> None:
    """The headline is the table that is furthest behind; --phase 2 shows the raw tables. Exit code 1 on damage or hold."""
    scope = scope_of(dates, start_date, end_date, seasons, tables, None if phase == RAW_PHASE else phase)
    settings = common(warehouse).settings
    found = read_status(settings.warehouse, default_registry(), scope, Patience.of(settings), CLOCK.now())
    if as_json:
        print_json({"scope": scope.describe(), "status": found})
    elif phase == RAW_PHASE:
        _show_raw(found, scope)
    else:
        _show(found, scope)
    if found.damaged or held_in(found):
        raise typer.Exit(1)


def _show(found: Status, scope: Scope) -> None:
    known = f", as known at {found.as_of}" if found.as_of else ""
    say(f"{scope.describe()} Data: {found.kind or 'unknown while a run is going on'}{known}.")
    if found.running:
        running = found.running
        say(
            f"Busy: run {running.run} of process {running.pid} since {running.started}, last heard of {running.last_event}."
        )
    if found.totals:
        slowest = found.totals[0]
        say(f"At least {slowest.share:.1%} of every table is verified ({slowest.table} is furthest behind).")
    print_table("Tables", _HEADERS, [_row(one) for one in found.totals], right=range(2, 11))
    print_table("By season", _HEADERS, [_row(one) for one in found.by_season], right=range(2, 11))
    if found.mixed:
        rows = [
            (
                one.table,
                each.code_version,
                "yes" if each.is_current else "no",
                each.partitions,
                each.first_date,
                each.last_date,
            )
            for one in found.mixed
            for each in one.versions
        ]
        headers = ("table", "code version", "today's", "dates", "first", "last")
        print_table("Mixed code: rows of several versions stand in one table", headers, rows, right=(3,))
        say("Dates of older code are stale; build them anew with  backcourt backfill")
    show_waiting(found.waiting)
    for one in found.damaged[:SHOWN]:
        say(f"{one.table} {one.game_date} is damaged: {one.cause}", style="red")
    if found.damaged:
        say(f"{len(found.damaged)} partitions are damaged; `backcourt backfill` rebuilds them.", style="red")
    if held_in(found):
        say(
            f"{held_in(found):,} partitions are held after a rollback; `backcourt release` sets them free.", style="red"
        )
    if found.certificate:
        say(_certified(found.certificate))


def held_in(found: Status) -> int:
    """How many partitions are held after a rollback."""
    return sum(one.why == HELD for one in found.waiting)


def _certified(last: LastCertificate) -> str:
    """What was last certified; it speaks of what was stored then."""
    what = f"{last.compared:,} partitions compared, {last.mismatches:,} differing"
    of = f"a sample of {last.sample} dates of: " if last.sample is not None else ""
    return f"Last certificate: {last.outcome} at {last.certified_at} UTC, {what}; {of}{last.scope}"


def _row(one: TableStatus) -> tuple[object, ...]:
    states = one.states
    figures = (
        states["verified"],
        states["missing"],
        states["stale"] + states["surplus"],
        states["failed"],
        states["blocked"],
    )
    damaged = states["damaged"] + states["held"]
    return (one.table, one.season or "all", one.expected, *figures, damaged, one.uncovered_games, one.rows)


def _show_raw(found: Status, scope: Scope) -> None:
    say(scope.describe())
    if found.running:
        say("Raw tables are shown when the run has ended.")
        return
    rows = [
        (one.table, one.season, one.games_expected, one.games_present, one.games_partial, one.games_uncovered, one.rows)
        for one in found.raw
    ]
    headers = ("table", "season", "games expected", "present", "partial", "not covered", "rows")
    print_table(
        "Raw tables; games expected are final games that count, within what sources declare",
        headers,
        rows,
        right=range(2, 7),
    )
