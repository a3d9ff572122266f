"""`backcourt explain`: why a partition is as it is."""

from __future__ import annotations

from typing import Annotated

import typer

from backcourt.cli.chain import lines
from backcourt.cli.console import print_json, print_table, say, verb
from backcourt.cli.options import CLOCK, AsJson, LockTimeout, WarehouseOption, common, open_common
from backcourt.engine.evaluate import NOT_DUE
from backcourt.engine.explain import Explanation
from backcourt.engine.explain import explain as find
from backcourt.engine.registry import default_registry
from backcourt.engine.waiting import HELD, Patience
from backcourt.errors import UsageError
from backcourt.seasons import parse_dates

_REACH = {"same_date": "the same date", "until": "all dates up to it", "whole": "the whole registry"}


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "explain",
        short_help="Tell why a partition is as it is.",
        help="Tell what a partition was built from and with what code, the chain from the raw change to its last run, and what"
        " would make it run again.",
        epilog="Example: backcourt explain PGS 2021-11-15",
    )(explain)


@verb
def explain(
    table: Annotated[str, typer.Argument(help="A built table, by name or alias")],
    game_date: Annotated[str, typer.Argument(help="The date of the partition")],
    warehouse: WarehouseOption = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Reads the ledger, and of the raw tables what ingests told since."""
    registry = default_registry()
    wanted = registry.resolve(table)
    ranges = parse_dates(game_date, CLOCK.today_eastern())
    if len(ranges) != 1 or ranges[0].start is None or ranges[0].start != ranges[0].end:
        raise UsageError.bad_scope("DATE", game_date, "it names more than one date", "2021-11-15")
    options = common(warehouse, lock_timeout)
    with open_common(options, read_only=True) as opened:
        found = find(opened, registry, wanted, ranges[0].start, Patience.of(options.settings), CLOCK.now())
    if as_json:
        print_json(found)
    else:
        _show(found)


def _show(found: Explanation) -> None:
    say(
        f"{found.table} {found.game_date}: {found.state}" + (f" ({found.reason})" if found.reason else ""), style="bold"
    )
    say(f"Games: {found.games} covered, {found.uncovered_games} not covered by any source.")
    if found.partition_hash:
        say(f"Rows: {found.rows} stored, {found.expected_rows} expected; partition hash {found.partition_hash[:16]}.")
        say(
            f"Content version {found.record_version}, first committed {found.first_committed_at}, last {found.committed_at} (UTC)."
        )
        say(f"Built with code {found.built_with}; today's code is {found.code_version}.")
        say(f"Checks passed: {', '.join(found.checks)}.")
    rows = [
        (one.table, _REACH[one.reach], one.rows, "changed" if one.changed else "as built", ", ".join(one.columns))
        for one in found.inputs
    ]
    print_table("Built from", ("table", "of", "rows", "since then", "consumed columns"), rows, right=(2,))
    supplied = [(f"raw.{one.need}", one.source, one.games, one.rows) for one in found.sources]
    if supplied:
        print_table("Sources of the games of its date", ("need", "source", "games", "rows"), supplied, right=(2, 3))
    corrected = [
        (f"raw.{one.need}", one.key, one.column, one.value, f"{one.source}: {one.replaced}", one.reason)
        for one in found.overrides
    ]
    if corrected:
        headers = ("need", "row", "column", "value", "in place of", "reason")
        print_table("Corrected by hand", headers, corrected)
    attempts = [(one.run_id, one.outcome, one.reason, one.cause) for one in found.attempts]
    if attempts:
        print_table("Runs, newest first", ("run", "outcome", "reason", "cause"), attempts)
    for chain in filter(None, (found.why_it_ran, found.why_it_is_due)):
        for line in lines(chain):
            say(line)
        say("")
    say(_next(found))


def _next(found: Explanation) -> str:
    if found.state == "verified":
        return "It runs again when a consumed column above changes, its code changes, or with --force; nothing else makes it run."
    if found.state in NOT_DUE:
        return "Nothing is expected here."
    where = f"--tables {found.table} --dates {found.game_date}"
    if found.waits == HELD:
        return f"It is held. Set it free with  backcourt release {where}"
    if found.waits:
        return f"It is not run now: {found.waits}. It runs all the same with  backcourt retry {where}"
    return f"It runs with  backcourt backfill {where}"
