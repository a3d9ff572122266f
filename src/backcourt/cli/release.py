"""`backcourt release`: set free what a rollback holds."""

from __future__ import annotations

import typer

from backcourt.cli.console import print_json, say, verb
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
    command,
    common,
    open_common,
    scope_of,
)
from backcourt.engine.registry import default_registry
from backcourt.engine.rollback import release as set_free
from backcourt.engine.waiting import Patience


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "release",
        short_help="Set free what a rollback holds.",
        help="Set the held partitions of a scope free: they are judged as any others, and the next backfill builds what is stale.",
        epilog="Example: backcourt release --tables PGS",
    )(release)


@verb
def release(
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
    """Without a scope all that is held."""
    options = common(warehouse, lock_timeout)
    scope = scope_of(dates, start_date, end_date, seasons, tables, phase)
    with open_common(options, read_only=False) as opened:
        freed = set_free(opened, default_registry(), scope, CLOCK, Patience.of(options.settings))
    if as_json:
        listed = [{"table": table, "game_date": day} for table, day in freed]
        print_json({"scope": scope.describe(), "released": len(freed), "partitions": listed})
        return
    say(scope.describe())
    if not freed:
        say("Nothing is held in this scope.")
        return
    say(
        f"{len(freed):,} partitions are free. Build what is not as it should be with  {command(options, 'backfill', *scope.flags())}"
    )
