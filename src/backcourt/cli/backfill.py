"""`backcourt backfill`: build what is not verified."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from backcourt.cli import plan as plan_verb
from backcourt.cli.console import print_json, print_table, progress, say, verb
from backcourt.cli.excerpt import AsOf, Into, refuse_contradiction, take
from backcourt.cli.notify import Notify, notifying
from backcourt.cli.options import (
    CLOCK,
    AsJson,
    Common,
    Dates,
    EndDate,
    LockTimeout,
    Phase,
    Seasons,
    StartDate,
    Tables,
    Threads,
    WarehouseOption,
    command,
    common,
    open_common,
    scope_of,
)
from backcourt.engine import ledger
from backcourt.engine.plan import Plan, make_plan
from backcourt.engine.registry import default_registry
from backcourt.engine.run import RunReport
from backcourt.engine.run import backfill as run_backfill
from backcourt.errors import UsageError
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse


class UnitName(StrEnum):
    """How many dates are computed and committed together."""

    SEASON = "season"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "backfill",
        short_help="Build what is not verified.",
        help="Build what is missing, stale, failed or damaged in a scope, with all that it depends on.",
        epilog="Example: backcourt backfill --seasons 2021 --yes",
    )(backfill)


@verb
def backfill(
    dates: Dates = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    seasons: Seasons = None,
    tables: Tables = None,
    phase: Phase = None,
    unit: Annotated[UnitName, typer.Option(help="Dates computed and committed together")] = UnitName.SEASON,
    force: Annotated[bool, typer.Option("--force", help="Recompute the scope though nothing is stale")] = False,
    no_upstream: Annotated[
        bool, typer.Option("--no-upstream", help="Block instead of building what is upstream")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, however large the plan")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only plan; the file is opened read-only")] = False,
    as_of: AsOf = None,
    into: Into = None,
    notify: Notify = None,
    warehouse: WarehouseOption = None,
    threads: Threads = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Exit code 0 when everything planned is verified, 1 when something failed or is blocked."""
    options = common(warehouse, lock_timeout, threads)
    scope = scope_of(dates, start_date, end_date, seasons, tables, phase)
    refuse_contradiction(as_of, into, dry_run=dry_run)
    if as_of is not None and into is not None:
        options = take(options, as_of, into, quiet=as_json)
    with notifying(notify, options), open_common(options, read_only=dry_run) as opened:
        made = make_plan(opened, default_registry(), scope, force=force, with_upstream=not no_upstream)
        if dry_run:
            plan_verb.show(made, scope, as_json=as_json)
            return
        if not as_json:
            plan_verb.show(made, scope, as_json=False)
        confirm(made, options, yes=yes)
        report = run(opened, options, scope, made, unit=unit, force=force, no_upstream=no_upstream)
        moment = ledger.meta(opened, "as_of")
    if as_json:
        print_json({**as_document(report, options), "as_of": moment})
    else:
        show(report, options)
    if not report.is_complete:
        raise typer.Exit(1)


def run(
    warehouse: Warehouse,
    options: Common,
    scope: Scope,
    made: Plan,
    *,
    unit: UnitName = UnitName.SEASON,
    force: bool = False,
    no_upstream: bool = False,
) -> RunReport:
    """Carry out a plan with a progress bar."""
    with progress("Building", made.partitions) as step:
        return run_backfill(
            warehouse,
            default_registry(),
            scope,
            CLOCK,
            unit=unit.value,
            force=force,
            with_upstream=not no_upstream,
            threads=options.threads,
            plan=made,
            on_unit=step,
        )


def show(report: RunReport, options: Common) -> None:
    """Tell how a run ended: dates by outcome, every failed date with its cause, and what retries them."""
    outcomes = {name: report.count(name) for name in ("written", "unchanged", "failed", "blocked")}
    outside = report.count("outside")
    skipped = report.planned - sum(outcomes.values()) - outside
    line = ", ".join(f"{count:,} {name}" for name, count in outcomes.items())
    say(
        f"Run {report.run_id}: {report.planned:,} partitions planned: {line}, {skipped:,} cut off as their input came out equal,"
        f" {outside:,} outside the cone of what changed;"
    )
    say(
        f"{report.rows:,} rows in {report.seconds:.2f} s; {report.data_statements:,} statements on raw and built tables."
    )
    trouble = [attempt for attempt in report.attempts if attempt.cause]
    if trouble:
        rows = [(one.table, one.game_date, one.outcome, one.cause) for one in trouble]
        print_table("Not verified", ("table", "date", "outcome", "cause"), rows)
        say(f"Retry with  {retry_command(report, options)}")


def retry_command(report: RunReport, options: Common) -> str:
    """The command that runs exactly the dates that failed or were blocked, in the warehouse that this run was for."""
    dates = sorted({attempt.game_date for attempt in report.attempts if attempt.cause})
    tables = sorted({attempt.table for attempt in report.attempts if attempt.cause})
    return command(options, "backfill", "--tables", ",".join(tables), "--dates", ",".join(map(str, dates)))


def as_document(report: RunReport, options: Common) -> dict[str, object]:
    """A run as JSON."""
    return {
        "run": report.run_id,
        "planned": report.planned,
        **{name: report.count(name) for name in ("written", "unchanged", "failed", "blocked", "outside")},
        "rows": report.rows,
        "seconds": round(report.seconds, 3),
        "data_statements": report.data_statements,
        "is_complete": report.is_complete,
        "trouble": [attempt for attempt in report.attempts if attempt.cause],
        "retry": None if report.is_complete else retry_command(report, options),
    }


def confirm(made: Plan, options: Common, *, yes: bool) -> None:
    """Ask before a large plan; raises UsageError where nobody can be asked."""
    limit = options.settings.confirm_over
    if yes or made.partitions <= limit:
        return
    question = f"{made.partitions:,} partitions will run, more than {limit:,}."
    if not sys.stdin.isatty():
        raise UsageError(question, "Narrow the scope, or confirm with --yes.")
    typer.confirm(f"{question} Go on?", abort=True)
