"""`backcourt sources`: who supplies what, in which order sources are taken, and what none has."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from backcourt.checks.coverage import NeedCoverage, Ranked, coverage, rank_list
from backcourt.cli.console import print_json, print_table, say, verb
from backcourt.cli.options import (
    CLOCK,
    AsJson,
    Common,
    Dates,
    EndDate,
    LockTimeout,
    Seasons,
    StartDate,
    WarehouseOption,
    command,
    common,
    open_common,
    scope_of,
)
from backcourt.engine.registry import default_registry
from backcourt.engine.reorder import Reordered, reorder
from backcourt.errors import UsageError
from backcourt.seasons import Scope

SHOWN = 5


class Action(StrEnum):
    """What can be asked of sources."""

    LIST = "list"
    ORDER = "order"
    COVERAGE = "coverage"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "sources",
        short_help="Show who supplies what, change whom to prefer, and see what none has.",
        help="`sources` lists the sources of each raw table in the order in which they are taken, with the games that stand"
        " from each. `sources order NEED A,B` takes them in another order from now on. `sources coverage` counts, need by"
        " need and season by season, the games from the first source, from the others and from none; exit code 1 if"
        " there are any of none.",
        epilog="Example: backcourt sources coverage --seasons 2021",
    )(sources)


@verb
def sources(
    action: Annotated[Action, typer.Argument(help="list, order NEED A,B, or coverage")] = Action.LIST,
    need: Annotated[str | None, typer.Argument(help="For order: the raw table")] = None,
    order: Annotated[str | None, typer.Argument(help="For order: sources, the best first, with commas")] = None,
    dates: Dates = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    seasons: Seasons = None,
    warehouse: WarehouseOption = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Listing and coverage read only; an order is one transaction."""
    options = common(warehouse, lock_timeout)
    scope = scope_of(dates, start_date, end_date, seasons)
    if (action is Action.ORDER) != (need is not None and order is not None) or (need is None) != (order is None):
        raise UsageError(
            "`sources order` takes a need and its sources, `sources` and `sources coverage` take neither.",
            "Write  backcourt sources order player_box nba_stats,sportsdataverse",
        )
    if action is not Action.COVERAGE and scope != Scope():
        raise UsageError(f"`sources {action.value}` takes no dates and no seasons.", "See  backcourt sources --help")
    if action is Action.COVERAGE:
        _coverage(options, scope, as_json)
    elif need is not None and order is not None:
        _order(options, need, [name.strip() for name in order.split(",") if name.strip()], as_json)
    else:
        _list(options, as_json)


def _list(options: Common, as_json: bool) -> None:
    with open_common(options, read_only=True) as opened:
        found = rank_list(opened, default_registry())
    if as_json:
        print_json({"sources": [asdict(one) for one in found]})
        return
    rows = [
        (f"raw.{one.need}", one.place, one.source, *_figures(one), "chosen" if one.is_chosen else None) for one in found
    ]
    headers = ("need", "place", "source", "games", "rows", "order")
    print_table("Sources in the order in which they are taken", headers, rows, right=(1, 3, 4))


def _figures(one: Ranked) -> tuple[int | None, int | None]:
    return (one.games, one.rows) if one.rows else (None, None)


def _order(options: Common, need: str, order: list[str], as_json: bool) -> None:
    with open_common(options, read_only=False) as opened:
        done = reorder(opened, default_registry(), need, order, CLOCK.now())
    if as_json:
        print_json(asdict(done))
    else:
        _tell(done)


def _tell(done: Reordered) -> None:
    say(f"raw.{done.need} is taken from {', '.join(done.after) or 'nobody yet'}, in this order.")
    if done.before == done.after:
        say("That is the order of before among those that have delivered it, so nothing stands otherwise.")
    say(f"{done.due:,} partitions of built tables are due; see  backcourt plan" if done.due else "Nothing is due.")


def _coverage(options: Common, scope: Scope, as_json: bool) -> None:
    with open_common(options, read_only=True) as opened:
        found = coverage(opened, default_registry(), scope)
    is_complete = bool(found) and not any(one.none for one in found)
    if as_json:
        needs = [{**asdict(one), "commands": [command(options, *words) for words in one.commands]} for one in found]
        print_json({"scope": scope.describe(), "is_complete": is_complete, "needs": needs})
    else:
        _show(options, scope, found, is_complete)
    if not is_complete:
        raise typer.Exit(1)


def _show(options: Common, scope: Scope, found: list[NeedCoverage], is_complete: bool) -> None:
    say(scope.describe())
    rows = [
        (f"raw.{one.need}", one.season, one.expected, one.primary, one.from_primary, _fallbacks(one), len(one.none))
        for one in found
    ]
    headers = ("need", "season", "games expected", "first source", "from it", "from others", "from none")
    print_table("Games by the source that they stand from", headers, rows, right=(2, 4, 6))
    for one in found:
        if one.none:
            games = ", ".join(f"{each.game_id} of {each.game_date}" for each in one.none[:SHOWN])
            more = f" and {len(one.none) - SHOWN} more" if len(one.none) > SHOWN else ""
            say(f"raw.{one.need} {one.season}: no source has {games}{more}.")
    for words in dict.fromkeys(words for one in found for words in one.commands):
        say(f"Ask again with  {command(options, *words)}")
    if not found:
        say("No game that counts lies in this scope, so nothing can be called complete.")
    elif is_complete:
        say("Every game is there.", style="bold green")


def _fallbacks(one: NeedCoverage) -> str:
    return ", ".join(f"{games:,} {source}" for source, games in one.fallbacks.items())
