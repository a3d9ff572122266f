"""`backcourt backfill`: build what is not verified."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from backcourt.cli import plan as plan_verb
from backcourt.cli.console import INTERRUPTED, print_json, print_table, progress, say, verb
from backcourt.cli.excerpt import AsOf, Into, refuse_contradiction, take
from backcourt.cli.limits import FailFast, Limit, Until, limits_of
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
    Yes,
    command,
    common,
    open_common,
    scope_of,
)
from backcourt.cli.signals import stop_switch
from backcourt.engine import ledger
from backcourt.engine.plan import Plan, make_plan
from backcourt.engine.registry import default_registry
from backcourt.engine.run import Attempt, RunReport
from backcourt.engine.run import backfill as run_backfill
from backcourt.engine.stops import Limits
from backcourt.engine.waiting import Patience
from backcourt.errors import UsageError
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

# How the cause of a blocked partition ends whose upstream was not tried and failed: a retry alone would not build it.
_LEFT_OUT = (", which is missing", ", which is stale", ", which is damaged")


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
    plan: Annotated[
        str | None, typer.Option("--plan", help="Run only if the plan still has this id, as `plan` printed it")
    ] = None,
    limit: Limit = None,
    until: Until = None,
    fail_fast: FailFast = False,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only plan; the file is opened read-only")] = False,
    as_of: AsOf = None,
    into: Into = None,
    notify: Notify = None,
    warehouse: WarehouseOption = None,
    threads: Threads = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Exit code 0 when everything planned is verified, 1 when not, 130 when a signal stopped the run."""
    options = common(warehouse, lock_timeout, threads)
    scope = scope_of(dates, start_date, end_date, seasons, tables, phase)
    refuse_contradiction(as_of, into, dry_run=dry_run)
    _refuse_endless(limit, force=force)
    limits = limits_of(limit, until, CLOCK.now(), fail_fast=fail_fast)
    if as_of is not None and into is not None:
        options = take(options, as_of, into, quiet=as_json)
    with notifying(notify, options), open_common(options, read_only=dry_run) as opened:
        made = make_plan(
            opened,
            default_registry(),
            scope,
            force=force,
            with_upstream=not no_upstream,
            patience=Patience.of(options.settings),
            now=CLOCK.now(),
        )
        if plan is not None:
            made.refuse_other(plan)
        if dry_run or not as_json:
            plan_verb.show(made, scope, limit, as_json=as_json)
        if dry_run:
            return
        confirm(made.first(limit) if limit else made, options, yes=yes)
        report = run(opened, options, scope, made, limits, unit=unit, force=force, no_upstream=no_upstream)
        moment = ledger.meta(opened, "as_of")
    flags = _same_flags(limit, force=force, no_upstream=no_upstream)
    if as_json:
        print_json({**as_document(report, scope, options, flags), "as_of": moment})
    else:
        show(report, scope, options, flags)
    end(report)


def _refuse_endless(limit: int | None, *, force: bool) -> None:
    if limit and force:
        raise UsageError(
            f"--limit {limit} with --force would run the same partitions every time.",
            "Narrow the scope instead, with --dates or --tables.",
        )


def end(report: RunReport) -> None:
    """End with the exit code of a run; 0 is left to the verb."""
    if report.outcome == "interrupted":
        raise typer.Exit(INTERRUPTED)
    if not report.is_complete:
        raise typer.Exit(1)


def run(
    warehouse: Warehouse,
    options: Common,
    scope: Scope,
    made: Plan,
    limits: Limits | None = None,
    *,
    unit: UnitName = UnitName.SEASON,
    force: bool = False,
    retry: bool = False,
    no_upstream: bool = False,
) -> RunReport:
    """Carry out a plan with a progress bar; the first signal stops it after the commit at hand."""
    with progress("Building", made.partitions) as step, stop_switch() as should_stop:
        return run_backfill(
            warehouse,
            default_registry(),
            scope,
            CLOCK,
            unit=unit.value,
            force=force,
            retry=retry,
            with_upstream=not no_upstream,
            threads=options.threads,
            plan=made,
            limits=replace(limits or Limits(), should_stop=should_stop, max_failing=options.settings.max_failing),
            patience=Patience.of(options.settings),
            keep_runs=options.settings.keep_runs,
            on_unit=step,
        )


def show(report: RunReport, scope: Scope, options: Common, flags: Sequence[str] = ()) -> None:
    """Tell how a run ended: dates by outcome, why it stopped, every failed date with its cause, and what goes on from there."""
    outcomes = {name: report.count(name) for name in ("written", "unchanged", "failed", "blocked")}
    outside = report.count("outside")
    skipped = report.planned - sum(outcomes.values()) - outside - report.not_run
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
    if report.not_run:
        why = f"Stopped: {report.stop.said}. " if report.stop else ""
        say(f"{why}{len(report.attempts):,} partitions are committed, {report.not_run:,} not run.", "bold")
        say(f"Go on with  {go_on_command(report.command, scope, options, flags)}")
    if report.waiting:
        say(f"{len(report.waiting):,} partitions wait and were not run; they are listed above.", "bold")
    if len(_retriable(report)) < len(trouble):
        say("What is held blocks what reads it; set it free with  backcourt release")
    if _retriable(report):
        say(f"Retry with  {retry_command(report, options)}")


def go_on_command(verb_name: str, scope: Scope, options: Common, flags: Sequence[str]) -> str:
    """The command that runs what a stopped run left: the same one, less what set it an end in time."""
    return command(options, verb_name, *scope.flags(), *flags)


def _same_flags(limit: int | None, *, force: bool, no_upstream: bool) -> list[str]:
    """What a run has to be told again to go on as it began."""
    flags = ["--limit", str(limit)] if limit else []
    return flags + ["--force"] * force + ["--no-upstream"] * no_upstream


def retry_command(report: RunReport, options: Common) -> str:
    """The command that runs exactly what failed or was blocked; with what is upstream of it where that was left out."""
    trouble = _retriable(report)
    dates = sorted({attempt.game_date for attempt in trouble})
    tables = sorted({attempt.table for attempt in trouble})
    left_out = any(one.outcome == "blocked" and one.cause.endswith(_LEFT_OUT) for one in trouble)
    words = ("backfill" if left_out else "retry", "--tables", ",".join(tables), "--dates", ",".join(map(str, dates)))
    return command(options, *words)


def _retriable(report: RunReport) -> list[Attempt]:
    """What failed or was blocked, less what stands behind a partition that is held."""
    return [one for one in report.attempts if one.cause and not one.cause.endswith(", which is held")]


def as_document(report: RunReport, scope: Scope, options: Common, flags: Sequence[str] = ()) -> dict[str, object]:
    """A run as JSON."""
    trouble = [attempt for attempt in report.attempts if attempt.cause]
    return {
        "run": report.run_id,
        "outcome": report.outcome,
        "planned": report.planned,
        **{name: report.count(name) for name in ("written", "unchanged", "failed", "blocked", "outside")},
        "not_run": report.not_run,
        "rows": report.rows,
        "seconds": round(report.seconds, 3),
        "data_statements": report.data_statements,
        "is_complete": report.is_complete,
        "stopped": report.stop,
        "trouble": trouble,
        "waiting": report.waiting,
        "retry": retry_command(report, options) if _retriable(report) else None,
        "go_on": go_on_command(report.command, scope, options, flags) if report.not_run else None,
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
