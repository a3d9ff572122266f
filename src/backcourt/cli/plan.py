"""`backcourt plan`: what would run, and why. Read-only."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from backcourt.cli.console import print_json, print_table, say, verb
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
    WarehouseOption,
    common,
    open_common,
    scope_of,
)
from backcourt.engine.plan import Due, Plan, Waiting, make_plan
from backcourt.engine.registry import default_registry
from backcourt.engine.waiting import Patience
from backcourt.seasons import Scope

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "plan",
        short_help="Show what would run, and why.",
        help="Show what a backfill would run, and why; reads only the ledger and writes nothing.",
        epilog="Example: backcourt plan --dates 2021-10-19:2021-11-19",
    )(plan)


@verb
def plan(
    dates: Dates = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    seasons: Seasons = None,
    tables: Tables = None,
    phase: Phase = None,
    warehouse: WarehouseOption = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Partitions that are not verified, with their reason, expected rows and estimated time."""
    scope = scope_of(dates, start_date, end_date, seasons, tables, phase)
    options = common(warehouse, lock_timeout)
    with open_common(options, read_only=True) as opened:
        made = make_plan(opened, default_registry(), scope, patience=Patience.of(options.settings), now=CLOCK.now())
    show(made, scope, as_json=as_json)


def show(made: Plan, scope: Scope, limit: int | None = None, *, as_json: bool) -> None:
    """Print a plan, or what a limit leaves of it; the id is that of the whole."""
    chosen = made.first(limit) if limit else made
    if as_json:
        print_json({"plan": made.id, **as_document(chosen, scope)})
        return
    say(scope.describe())
    rows = []
    for planned in (part for table in chosen.tables for part in table.split()):
        for reason, count in planned.by_reason():
            of_reason = [due for due in planned.due if _is(due, reason)]
            name = planned.table.name + (" (upstream)" if of_reason[0].is_upstream else "")
            first, last = min(due.game_date for due in of_reason), max(due.game_date for due in of_reason)
            rows.append((name, reason or "forced", count, first, last, sum(due.rows for due in of_reason)))
    if rows:
        print_table("Would run", ("table", "reason", "dates", "first", "last", "rows"), rows, right=(2, 5))
    say(
        f"{chosen.partitions:,} of {chosen.considered:,} partitions would run: about {chosen.rows:,} rows, {chosen.seconds:.1f} s."
        if chosen.partitions
        else "Nothing is expected in this scope: no covered game lies in it."
        if not chosen.considered and not made.waiting
        else f"Nothing to do now: {chosen.considered:,} partitions of the scope are verified, the others wait."
        if made.waiting
        else f"Nothing to do: all {chosen.considered:,} partitions of the scope are verified."
    )
    show_waiting(made.waiting)
    if chosen.partitions < made.partitions:
        say(f"{made.partitions - chosen.partitions:,} more are due and left for another run by --limit.")
    if made.partitions:
        say(f"Plan {made.id}; run exactly this with  backcourt backfill --plan {made.id}  and the same scope.")


def show_waiting(waiting: Sequence[Waiting]) -> None:
    """List what is not verified and yet not run now, with what is wrong and why it waits."""
    if not waiting:
        return
    rows = [(one.table, one.game_date, one.state, one.why, one.cause) for one in waiting[:SHOWN]]
    print_table("Not verified, and not run now", ("table", "date", "state", "why", "cause"), rows)
    if len(waiting) > SHOWN:
        say(f"... and {len(waiting) - SHOWN:,} more; see --json")


def _is(due: Due, reason: str) -> bool:
    """Whether a partition is due for a reason of `PlannedTable.by_reason`, which leaves dates, names and causes out."""
    if due.reason.startswith("behind "):
        return reason.startswith("behind ")
    return due.reason.partition(":")[0] == reason.removesuffix(":")


def as_document(made: Plan, scope: Scope) -> dict[str, object]:
    """A plan as JSON."""
    return {
        "scope": scope.describe(),
        "partitions": made.partitions,
        "considered": made.considered,
        "rows": made.rows,
        "seconds": round(made.seconds, 3),
        "tables": [
            {
                "table": planned.table.name,
                "dates": [
                    {"game_date": due.game_date, "reason": due.reason, "rows": due.rows, "is_upstream": due.is_upstream}
                    for due in planned.due
                ],
            }
            for planned in made.tables
        ],
        "waiting": made.waiting,
    }
