"""`backcourt runs`: what every run did, and what it saved."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from backcourt.cli.console import print_json, print_table, say, verb
from backcourt.cli.options import AsJson, LockTimeout, WarehouseOption, common, open_common
from backcourt.engine import runs as record
from backcourt.engine.runs import Run
from backcourt.errors import UsageError

SHOWN = 20


class Action(StrEnum):
    """What can be done with runs."""

    SHOW = "show"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "runs",
        short_help="Show what every run did, and what it saved.",
        help="List runs, newest first, or show one: partitions skipped, cut off and recomputed, and the seconds saved.",
        epilog="Example: backcourt runs show latest",
    )(runs)


@verb
def runs(
    action: Annotated[Action | None, typer.Argument(help="show RUN [default: list them]")] = None,
    run: Annotated[str | None, typer.Argument(help="The id of a run, or latest")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Runs to list")] = SHOWN,
    idle: Annotated[bool, typer.Option("--all", help="List runs that had nothing to do, too")] = False,
    warehouse: WarehouseOption = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Reads only the ledger."""
    if action is Action.SHOW and run is None:
        raise UsageError("`runs show` needs the id of a run.", "Write  backcourt runs show latest")
    with open_common(common(warehouse, lock_timeout), read_only=True) as opened:
        found = [record.find(opened, run)] if run else record.recorded(opened, limit, idle=idle)
        hidden = 0 if run or idle else record.count_idle(opened)
    documents = [record.as_document(each) for each in found]
    if as_json:
        print_json(documents[0] if run else {"runs": documents, "idle_left_out": hidden})
    elif run:
        _show(found[0])
    else:
        _list(found, hidden)


def _list(found: list[Run], hidden: int) -> None:
    headers = (
        "run",
        "outcome",
        "seconds",
        "considered",
        "skipped",
        "cut off",
        "outside",
        "changed",
        "unchanged",
        "failed",
        "blocked",
        "not run",
    )
    rows = [
        (
            *(one.run_id, one.outcome, _seconds(one.seconds), one.considered, one.skipped, one.cut_off),
            *(
                one.outside,
                one.changed,
                one.unchanged,
                one.failed,
                one.blocked,
                one.not_run,
                _share(one),
                f"{one.seconds_saved:.1f}",
            ),
        )
        for one in found
    ]
    print_table("Runs, newest first", (*headers, "skip rate", "seconds saved"), rows, right=range(2, 14))
    if hidden:
        say(f"Left out: {hidden:,} that had nothing to do (--all lists them).")
    elif not found:
        say("Nothing has been run yet. Run  backcourt backfill")


def _show(run: Run) -> None:
    say(f"Run {run.run_id}: {run.command}, {run.outcome}.", style="bold")
    say(run.scope)
    ended = f"ended {run.ended_at}" if run.ended_at else "never ended"
    say(
        f"Started {run.started_at}, {ended} (UTC), {_seconds(run.seconds)} s; process {run.pid} on {run.host}, by {run.unit}."
    )
    say(f"Partitions considered: {run.considered:,}")
    say(f"  skipped on equal input: {run.skipped:,}")
    say(f"  cut off on equal output: {run.cut_off:,}")
    say(f"  outside the cone of what changed: {run.outside:,}")
    say(f"  recomputed: {run.recomputed:,} ({run.changed:,} changed, {run.unchanged:,} unchanged)")
    say(f"  failed: {run.failed:,}, blocked: {run.blocked:,}")
    if run.stopped or run.not_run:
        say(f"  not run: {run.not_run:,} ({run.stopped or 'it was killed'})")
    say(f"Skip rate: {_share(run)}; about {run.seconds_saved:.1f} s saved, {run.rows:,} rows written.")
    rows = [
        (
            *(each.table, each.considered, each.considered - each.planned, each.cut_off, each.outside),
            *(
                each.written,
                each.unchanged,
                each.failed,
                each.blocked,
                each.not_run,
                f"{each.seconds:.2f}",
                f"{each.seconds_saved:.2f}",
            ),
        )
        for each in run.tables
    ]
    headers = (
        "table",
        "considered",
        "skipped",
        "cut off",
        "outside",
        "changed",
        "unchanged",
        "failed",
        "blocked",
        "not run",
        "seconds",
        "saved",
    )
    if rows:
        print_table("By table", headers, rows, right=range(1, 12))
    say(f"Its keys:  backcourt changes --run {run.run_id}")


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _share(run: Run) -> str:
    return "-" if run.skip_rate is None else f"{run.skip_rate:.1%}"
