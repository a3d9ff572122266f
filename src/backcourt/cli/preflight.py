"""`backcourt preflight`: can it run?"""

from __future__ import annotations

import os
from typing import Annotated

import typer

from backcourt.checks.finding import OUTCOMES, Finding, Outcome, Review
from backcourt.checks.preflight.ground import Ground, opening
from backcourt.checks.preflight.round import CHECKS, examine, keep
from backcourt.cli.console import print_json, print_table, progress, say, verb
from backcourt.cli.options import (
    CLOCK,
    AsJson,
    Dates,
    EndDate,
    LockTimeout,
    Phase,
    Seasons,
    StartDate,
    Tables,
    Threads,
    WarehouseOption,
    common,
    open_common,
    scope_of,
)
from backcourt.engine.registry import default_registry
from backcourt.errors import UsageError
from backcourt.settings import wrong_settings
from backcourt.sources.known import SOURCES

_STYLES: dict[Outcome, str | None] = {"pass": None, "warn": "yellow", "fail": "red", "error": "red"}


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "preflight",
        short_help="Can it run? Check everything that a run of the scope needs.",
        help="Check what a run of the scope needs: settings, sources, warehouse, ledger, schedule, raw games, state of the tables,"
        " room and memory, and a dry run of one date per table. Exit code 0, 3 with warnings only, else 1.",
        epilog="Example: backcourt preflight --seasons 2021",
    )(preflight)


@verb
def preflight(
    dates: Dates = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    seasons: Seasons = None,
    tables: Tables = None,
    phase: Phase = None,
    sources: Annotated[
        str | None,
        typer.Option(
            "--sources", help="Sources to be asked, separated by commas [default: those of the warehouse, else all]"
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="A line for each table, season and source that passes")
    ] = False,
    warehouse: WarehouseOption = None,
    threads: Threads = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Every check is made, whatever becomes of the others; the round is stored in the ledger."""
    # A variable that is not allowed is a finding, and must not stand in the way of the other checks.
    environ = {name: value for name, value in os.environ.items() if name not in wrong_settings(os.environ)}
    options = common(warehouse, lock_timeout, threads, environ)
    scope = scope_of(dates, start_date, end_date, seasons, tables, phase)
    named = _named(sources)
    known = {source.name: source.credentials for source in SOURCES}
    with (
        opening(
            options.settings.warehouse,
            lambda read_only: open_common(options, read_only=read_only, must_exist=False),
        ) as (opened, refused),
        progress("Checking", len(CHECKS)) as step,
    ):
        ground = Ground(
            settings=options.settings,
            environ=os.environ,
            scope=scope,
            clock=CLOCK,
            load=default_registry,
            credentials=known,
            chosen=named,
            warehouse=opened,
            refused=refused,
        )
        made = examine(ground, step)
        not_stored = keep(ground, made)
    if as_json:
        print_json(as_document(made, not_stored))
    else:
        show(made, not_stored, verbose=verbose)
    if made.exit_code:
        raise typer.Exit(made.exit_code)


def _named(sources: str | None) -> tuple[str, ...] | None:
    """The sources that were named, if any were; raises UsageError for one that is not known."""
    if sources is None:
        return None
    known = [source.name for source in SOURCES]
    named = tuple(name.strip() for name in sources.split(","))
    for name in named:
        if name not in known:
            raise UsageError(f"There is no source {name!r}.", f"Known sources: {', '.join(known)}.")
    return named


def show(made: Review, not_stored: str, *, verbose: bool) -> None:
    """Print a round: what passed in a line per check, everything else in full, what to do about it, one verdict."""
    say(made.scope)
    rows = [
        row
        for check in dict.fromkeys(each.check for each in made.findings)
        for row in _rows([each for each in made.findings if each.check == check], verbose=verbose)
    ]
    print_table("Preflight", ("check", "of", "outcome", "found"), rows)
    for hint in dict.fromkeys(each.hint for each in made.findings if each.hint and each.outcome != "pass"):
        say(f"To do: {hint}")
    counts = ", ".join(f"{made.count(outcome)} {outcome}" for outcome in OUTCOMES)
    kept = f"not stored, as {not_stored}" if not_stored else f"stored as {made.review_id}"
    say(f"PREFLIGHT {made.outcome.upper()}: {counts}; {kept}", style=_STYLES[made.outcome] or "green")


def _rows(found: list[Finding], *, verbose: bool) -> list[tuple[str, str, str, str]]:
    passed = [each for each in found if each.outcome == "pass"]
    rows = [
        (each.check, each.subject, each.outcome.upper(), each.said)
        for each in found
        if each.outcome != "pass" or verbose or len(passed) == 1
    ]
    if not verbose and len(passed) > 1:
        rows.append((found[0].check, f"{len(passed)} of {len(found)}", "pass", passed[-1].said))
    return [(*row[:2], row[2] if row[2] != "PASS" else "pass", row[3]) for row in rows]


def as_document(made: Review, not_stored: str) -> dict[str, object]:
    """A round as JSON."""
    return {
        "scope": made.scope,
        "outcome": made.outcome,
        "exit_code": made.exit_code,
        "reviewed_at": made.reviewed_at,
        "stored_as": None if not_stored else made.review_id,
        "not_stored": not_stored or None,
        "counts": {outcome: made.count(outcome) for outcome in OUTCOMES},
        "findings": made.findings,
    }
