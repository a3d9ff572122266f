"""`backcourt rehash`: compute the data_hash of stored rows again, in place."""

from __future__ import annotations

from typing import Annotated

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
    Threads,
    WarehouseOption,
    common,
    open_common,
    scope_of,
)
from backcourt.engine.registry import default_registry
from backcourt.engine.rehash import RehashReport
from backcourt.engine.rehash import rehash as run_rehash
from backcourt.seasons import Scope

SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "rehash",
        short_help="Compute the data_hash of stored rows again.",
        help="Fill or mend data_hash in place, without running the tables' SQL; rows that were altered are refused.",
        epilog="Example: backcourt rehash --only-missing",
    )(rehash)


@verb
def rehash(
    dates: Dates = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    seasons: Seasons = None,
    tables: Tables = None,
    phase: Phase = None,
    only_missing: Annotated[
        bool, typer.Option("--only-missing", help="Only dates on which a row has no data_hash")
    ] = False,
    warehouse: WarehouseOption = None,
    threads: Threads = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Exit code 0 when every row that was looked at has its hash, 1 when some were refused."""
    scope = scope_of(dates, start_date, end_date, seasons, tables, phase)
    with open_common(common(warehouse, lock_timeout, threads), read_only=False) as opened:
        report = run_rehash(opened, default_registry(), scope, CLOCK, only_missing=only_missing)
    if as_json:
        print_json(as_document(report, scope))
    else:
        show(report, scope)
    if not report.is_complete:
        raise typer.Exit(1)


def show(report: RehashReport, scope: Scope) -> None:
    """Print rows and seconds, and every partition that was refused with the reason."""
    say(scope.describe())
    rows = [(each.table, each.partitions, each.rows, each.written, len(each.refused)) for each in report.tables]
    print_table("Rehashed", ("table", "dates", "rows", "written", "refused"), rows, right=range(1, 5))
    say(
        f"{report.rows:,} rows of {report.partitions:,} partitions hashed in {report.seconds:.2f} s:"
        f" {report.written:,} hashes written, {len(report.refused):,} partitions refused."
    )
    if report.refused:
        shown = [(each.table, each.game_date or "all", each.cause) for each in report.refused[:SHOWN]]
        print_table("Refused", ("table", "date", "cause"), shown)
        if len(report.refused) > SHOWN:
            say(f"... and {len(report.refused) - SHOWN} more; see --json")
        say("Mark what is damaged with  backcourt verify  and rebuild it with  backcourt backfill")


def as_document(report: RehashReport, scope: Scope) -> dict[str, object]:
    """A rehash as JSON."""
    return {
        "scope": scope.describe(),
        "partitions": report.partitions,
        "rows": report.rows,
        "written": report.written,
        "seconds": round(report.seconds, 3),
        "is_complete": report.is_complete,
        "refused": report.refused,
        "tables": [
            {"table": each.table, "partitions": each.partitions, "rows": each.rows, "written": each.written}
            for each in report.tables
        ],
    }
