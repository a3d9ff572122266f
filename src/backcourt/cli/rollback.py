"""`backcourt rollback`: put back what partitions held before."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer

from backcourt.cli.console import print_json, print_table, say, verb
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
from backcourt.engine.registry import default_registry
from backcourt.engine.rollback import Step, make_rollback, roll_back
from backcourt.engine.waiting import Patience
from backcourt.errors import UsageError
from backcourt.seasons import Scope


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "rollback",
        short_help="Put back what partitions held before.",
        help="Put back what the partitions of a run, or of a scope, held before their last replacement, and hold them there.",
        epilog="Example: backcourt rollback --run latest --dry-run",
    )(rollback)


@verb
def rollback(
    run: Annotated[
        str | None,
        typer.Option("--run", help="Roll back what this run wrote, by id or latest; else what was written last"),
    ] = None,
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
    """All of it in one transaction; afterwards the partitions are held until they are released, or forced."""
    options = common(warehouse, lock_timeout, threads)
    scope = scope_of(dates, start_date, end_date, seasons, tables, phase)
    if run is None and scope == Scope():
        raise UsageError(
            "A rollback needs to be told of what.", "Write  backcourt rollback --run RUN  or  --dates A:B --tables T"
        )
    with open_common(options, read_only=dry_run) as opened:
        steps = make_rollback(opened, default_registry(), scope, run)
        if not as_json:
            _show(steps, scope, run)
        if dry_run or not steps:
            if as_json:
                print_json({"run": None, **_as_document(steps, scope, options)})
            return
        _confirm(steps, yes=yes)
        report = roll_back(opened, default_registry(), scope, CLOCK, run, Patience.of(options.settings))
    if as_json:
        print_json({"run": report.run_id, **_as_document(report.steps, scope, options)})
        return
    say(
        f"Run {report.run_id}: {report.count('restored'):,} partitions restored, {report.count('removed'):,} removed"
        f" in {report.seconds:.2f} s. They are held, and what reads them is blocked."
    )
    say(f"Set them free with  {release_command(report.steps, options)}")


def release_command(steps: Sequence[Step], options: Common) -> str:
    """The command that releases what was rolled back."""
    dates = sorted({step.game_date for step in steps})
    tables = sorted({step.table.name for step in steps})
    return command(options, "release", "--tables", ",".join(tables), "--dates", f"{dates[0]}:{dates[-1]}")


def _show(steps: Sequence[Step], scope: Scope, run: str | None) -> None:
    say(scope.describe())
    if not steps:
        what = f"nothing that run {run} wrote is stored any more" if run else "nothing is stored"
        say(f"There is nothing to roll back: {what} in this scope.")
        return
    counted = Counter((step.table.name, step.back_to) for step in steps)
    rows = []
    for (table, back_to), count in counted.items():
        of_line = [step for step in steps if (step.table.name, step.back_to) == (table, back_to)]
        days = [step.game_date for step in of_line]
        what = f"as before run {back_to}" if back_to else "removed, as nothing was there before"
        rows.append((table, what, count, min(days), max(days), sum(step.rows for step in of_line)))
    print_table("To be rolled back", ("table", "to", "dates", "first", "last", "rows"), rows, right=(2, 5))


def _as_document(steps: Sequence[Step], scope: Scope, options: Common) -> dict[str, object]:
    return {
        "scope": scope.describe(),
        "restored": sum(bool(step.back_to) for step in steps),
        "removed": sum(not step.back_to for step in steps),
        "rows": sum(step.rows for step in steps),
        "partitions": [
            {
                "table": step.table.name,
                "game_date": step.game_date,
                "outcome": step.outcome,
                "before_run": step.back_to or None,
                "rows": step.rows,
            }
            for step in steps
        ],
        "release": release_command(steps, options) if steps else None,
    }


def _confirm(steps: Sequence[Step], *, yes: bool) -> None:
    if yes:
        return
    question = f"{len(steps):,} partitions will be rolled back and held."
    if not sys.stdin.isatty():
        raise UsageError(question, "Confirm with --yes, or look first with --dry-run.")
    typer.confirm(f"{question} Go on?", abort=True)
