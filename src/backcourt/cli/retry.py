"""`backcourt retry`: run exactly what failed or is blocked."""

from __future__ import annotations

from typing import Annotated

import typer

from backcourt.cli import backfill as backfill_verb
from backcourt.cli.console import print_json, print_table, say, verb
from backcourt.cli.options import (
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
    Yes,
    common,
    open_common,
    scope_of,
)
from backcourt.cli.plan import as_document
from backcourt.engine.plan import Plan, make_retry
from backcourt.engine.registry import default_registry
from backcourt.seasons import Scope

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "retry",
        short_help="Run exactly what failed or is blocked.",
        help="Run exactly the partitions that failed or are blocked, also those that wait or were given up; their causes first.",
        epilog="Example: backcourt retry --tables PGS",
    )(retry)


@verb
def retry(
    dates: Dates = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    seasons: Seasons = None,
    tables: Tables = None,
    phase: Phase = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list them; the file is opened read-only")] = False,
    warehouse: WarehouseOption = None,
    threads: Threads = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Exit code 0 when all of them are verified now, or there were none; 1 when not, 130 when a signal stopped the run."""
    options = common(warehouse, lock_timeout, threads)
    scope = scope_of(dates, start_date, end_date, seasons, tables, phase)
    with open_common(options, read_only=dry_run) as opened:
        made = make_retry(opened, default_registry(), scope)
        if not as_json:
            _show_causes(made, scope)
        if dry_run:
            if as_json:
                print_json(as_document(made, scope))
            return
        backfill_verb.confirm(made, options, yes=yes)
        report = backfill_verb.run(opened, options, scope, made, retry=True)
    if as_json:
        print_json(backfill_verb.as_document(report, scope, options))
    else:
        backfill_verb.show(report, scope, options)
    backfill_verb.end(report)


def _show_causes(made: Plan, scope: Scope) -> None:
    say(scope.describe())
    rows = [(each.table.name, due.game_date, due.reason) for each in made.tables for due in each.due]
    if not rows:
        say("Nothing to retry: no partition of the scope failed or is blocked.")
        return
    print_table("To be retried", ("table", "date", "why"), rows[:SHOWN])
    if len(rows) > SHOWN:
        say(f"... and {len(rows) - SHOWN:,} more; see  backcourt retry --dry-run --json")
