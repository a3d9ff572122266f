"""`backcourt changes`: the keys that runs inserted, changed and deleted."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer

from backcourt.cli.console import print_table, say, stream_json, verb
from backcourt.cli.options import (
    AsJson,
    Dates,
    EndDate,
    LockTimeout,
    StartDate,
    Tables,
    WarehouseOption,
    common,
    open_common,
    scope_of,
)
from backcourt.engine import changes as feed
from backcourt.engine import runs
from backcourt.engine.changes import Change, Extent
from backcourt.engine.registry import default_registry
from backcourt.engine.runs import Run
from backcourt.seasons import Scope

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "changes",
        short_help="Show the keys that a run changed.",
        help="Show the keys that runs inserted, changed (with the columns) and deleted, to update only those downstream.",
        epilog="Example: backcourt changes --run latest --tables PGS",
    )(changes)


@verb
def changes(
    run: Annotated[str | None, typer.Option("--run", help="One run, by id or latest [default: latest]")] = None,
    since: Annotated[str | None, typer.Option("--since", help="All runs after this one, by id")] = None,
    each_key: Annotated[
        bool, typer.Option("--keys", help="List each key of a partition that is new as a whole, too")
    ] = False,
    dates: Dates = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    tables: Tables = None,
    warehouse: WarehouseOption = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Reads the ledger; built tables only for --keys."""
    scope = scope_of(dates, start_date, end_date, None, tables)
    with open_common(common(warehouse, lock_timeout), read_only=True) as opened:
        chosen = runs.chosen(opened, run, since)
        found = feed.read(opened, default_registry(), chosen, scope, each_key=each_key)
        if as_json:
            head = {"scope": scope.describe(), "runs": [each.run_id for each in chosen]}
            stream_json(head, "changes", (feed.as_document(each) for each in found))
        else:
            say(scope.describe())
            _show(feed.extents(opened, chosen, scope), chosen, scope)
            _show_first(list(islice(found, SHOWN + 1)))


def _show(extents: list[Extent], chosen: list[Run], scope: Scope) -> None:
    """How much each run changed, and which changed nothing."""
    changed = {each.run for each in extents}
    where = " in this scope" if scope.tables or scope.dates else ""
    for run in chosen:
        if run.run_id not in changed:
            say(f"Run {run.run_id} changed nothing{where}.")
    if not chosen:
        say("No run came after it.")
    rows = [(one.run, one.table, one.kind, one.keys, one.dates, ", ".join(one.columns) or None) for one in extents]
    if rows:
        print_table("Changed", ("run", "table", "what", "keys", "dates", "columns"), rows, right=(3, 4))


def _show_first(first: list[Change]) -> None:
    rows = [(one.table, one.game_date, one.kind, _key(one), ", ".join(one.columns) or None) for one in first[:SHOWN]]
    if rows:
        print_table("Keys", ("table", "date", "what", "key", "columns"), rows)
    if len(first) > SHOWN:
        say(f"These are the first {SHOWN}; --json has them all.")


def _key(change: Change) -> str:
    if change.key is None:
        return f"all {change.keys:,} of the partition"
    return " ".join(f"{name}={value}" for name, value in change.key.items())
