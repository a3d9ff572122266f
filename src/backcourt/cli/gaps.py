"""`backcourt gaps`: what is missing, and what closes it. Read-only."""

from __future__ import annotations

from dataclasses import asdict

import typer

from backcourt.checks.gaps import Gap, Gaps, find_gaps
from backcourt.cli.console import print_json, print_table, say, verb
from backcourt.cli.options import (
    RAW_PHASE,
    AsJson,
    Common,
    Dates,
    EndDate,
    LockTimeout,
    Phase,
    Seasons,
    StartDate,
    Tables,
    WarehouseOption,
    command,
    common,
    open_common,
    scope_of,
)
from backcourt.engine.registry import default_registry
from backcourt.seasons import Scope


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "gaps",
        short_help="Show what is missing, and what closes it.",
        help="List what is missing in a scope, raw games and built partitions, as ranges of game dates in dependency order,"
        " each with the command that closes it. Exit code 0 only if nothing is missing.",
        epilog="Example: backcourt gaps --seasons 2021",
    )(gaps)


@verb
def gaps(
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
    """Reads the ledger and which games the raw tables have; the commands are told in the order to run them."""
    options = common(warehouse, lock_timeout)
    only_raw = phase == RAW_PHASE
    scope = scope_of(dates, start_date, end_date, seasons, tables, None if only_raw else phase)
    with open_common(options, read_only=True) as opened:
        found = find_gaps(opened, default_registry(), scope, only_raw=only_raw)
    if as_json:
        print_json(as_document(found, scope, options))
    else:
        show(found, scope, options)
    if not found.is_complete:
        raise typer.Exit(1)


def show(found: Gaps, scope: Scope, options: Common) -> None:
    """Print the gaps, then the commands that close them, each on a line of its own."""
    say(scope.describe())
    if found.gaps:
        headers = ("table", "state", "first", "last", "dates", "games", "cause")
        print_table("Missing, in the order to close it", headers, [_row(gap) for gap in found.gaps], right=(4, 5))
        say("Close it with, in this order:")
        for words in found.commands:
            say(command(options, *words))
    if not found.expected:
        say("Nothing is expected in this scope: no covered game lies in it, so nothing can be called complete.")
    elif found.gaps:
        say(f"GAPS: {len(found.gaps):,} in {found.expected:,} expected partitions and games.", style="bold red")
    else:
        say(f"NO GAP: {found.expected:,} expected partitions and games are there.", style="bold green")


def _row(gap: Gap) -> tuple[object, ...]:
    return (gap.table, gap.state, gap.first, gap.last, gap.dates or None, gap.games or None, gap.cause)


def as_document(found: Gaps, scope: Scope, options: Common) -> dict[str, object]:
    """The gaps as JSON, with their commands as they can be typed."""
    return {
        "scope": scope.describe(),
        "is_complete": found.is_complete,
        "expected": found.expected,
        "gaps": [
            {**asdict(gap), "commands": [command(options, *words) for words in gap.commands]} for gap in found.gaps
        ],
        "commands": [command(options, *words) for words in found.commands],
    }
