"""`backcourt names`: the names that nobody has, and the aliases that settle them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from backcourt.cli.console import print_json, print_table, say, verb
from backcourt.cli.options import CLOCK, AsJson, Common, LockTimeout, WarehouseOption, command, common, open_common
from backcourt.engine.origin import ingest_words
from backcourt.engine.registry import default_registry
from backcourt.errors import UsageError
from backcourt.seasons import parse_seasons
from backcourt.sources.naming import NewAlias, Rate, UnresolvedName, add_alias, rates, unresolved_names

SHOWN = 30
WARNING = 3


class Action(StrEnum):
    """What can be done with names."""

    UNRESOLVED = "unresolved"
    ADD = "add"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "names",
        short_help="Show names that no player has, and say whose they are.",
        help="`names unresolved` lists the names of sources that are no registered player's, or several players', with whom they"
        " might mean; exit code 3 if there are any. `names add NAME PLAYER_ID` says whose a name is; the next ingest looks"
        " again at what it was set aside from.",
        epilog="Example: backcourt names unresolved",
    )(names)


@verb
def names(
    action: Annotated[Action, typer.Argument(help="unresolved, or add NAME PLAYER_ID")],
    name: Annotated[str | None, typer.Argument(help="The name as the source spells it")] = None,
    player_id: Annotated[int | None, typer.Argument(help="The NBA id of the player")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Only this source [default: all]")] = None,
    season: Annotated[str | None, typer.Option("--season", help="Only this season, as 2021 or 2021-22")] = None,
    show_rates: Annotated[
        bool, typer.Option("--rates", help="Shares of rows that resolve, by source and season")
    ] = False,
    valid_from: Annotated[str | None, typer.Option("--from", help="First date that the alias holds")] = None,
    valid_to: Annotated[str | None, typer.Option("--to", help="Last date that the alias holds")] = None,
    warehouse: WarehouseOption = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Listing reads only; an alias is one transaction."""
    options = common(warehouse, lock_timeout)
    if action is Action.ADD:
        if name is None or player_id is None or season is not None or show_rates:
            raise UsageError(
                "`names add` takes a name and a player's id, and neither --season nor --rates.",
                'Write  backcourt names add "Nic Claxton" 1629651',
            )
        _add(options, NewAlias(name, player_id, source, _day("--from", valid_from), _day("--to", valid_to)), as_json)
        return
    if name is not None or valid_from or valid_to:
        raise UsageError("`names unresolved` takes no name and no dates.", "See  backcourt names --help")
    _list(options, source, _one_season(season), show_rates, as_json)


def _list(options: Common, source: str | None, season: str | None, show_rates: bool, as_json: bool) -> None:
    with open_common(options, read_only=True) as opened:
        found = unresolved_names(opened, source, season)
        shares = rates(opened, default_registry(), source, season) if show_rates else []
    if as_json:
        document: dict[str, object] = {"names": [asdict(one) for one in found]}
        if show_rates:
            document["rates"] = [{**asdict(one), "share": one.share} for one in shares]
        print_json(document)
    else:
        _show(options, found)
        if show_rates:
            _show_rates(shares)
    if found:
        raise typer.Exit(WARNING)


def _show(options: Common, found: list[UnresolvedName]) -> None:
    if not found:
        say("Every name of a player resolves.")
        return
    rows = [
        (one.source, one.name, one.rows, ", ".join(sorted(one.seasons)), ", ".join(sorted(one.tables)), _whom(one))
        for one in found[:SHOWN]
    ]
    print_table("Names set aside", ("source", "name", "rows", "seasons", "tables", "might be"), rows, right=(2,))
    if len(found) > SHOWN:
        say(f"... and {len(found) - SHOWN:,} more; see  backcourt names unresolved --json")
    say(f"Say whose a name is with  {command(options, 'names', 'add', 'NAME', 'PLAYER_ID')}")


def _whom(one: UnresolvedName) -> str:
    return ", ".join(f"{each.full_name} ({each.player_id})" for each in one.candidates)


def _show_rates(shares: list[Rate]) -> None:
    rows = [
        (one.source, f"raw.{one.table}", one.season, one.resolved, one.unresolved, one.other, f"{one.share:.2%}")
        for one in shares
    ]
    headers = ("source", "table", "season", "resolved", "unresolved", "set aside otherwise", "share")
    print_table("Rows whose names resolve", headers, rows, right=(3, 4, 5, 6))


def _add(options: Common, alias: NewAlias, as_json: bool) -> None:
    with open_common(options, read_only=False) as opened:
        added = add_alias(opened, default_registry(), alias, CLOCK)
        again = [command(options, *ingest_words(opened, feed, ())) for feed in added.waiting]
    if as_json:
        print_json({"added": added.is_new, **asdict(alias), "full_name": added.full_name, "commands": again})
        return
    times = f"from {alias.valid_from or 'ever'} to {alias.valid_to or 'ever'}"
    state = "is now" if added.is_new else "was already"
    say(f"{alias.name!r} {state} {added.full_name} ({alias.player_id}), {times}, for {alias.feed or 'every source'}.")
    for words in again:
        say(f"Look again at what was set aside:  {words}")


def _day(flag: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError.bad_scope(flag, str(text), "it is no date", "2022-02-10") from None


def _one_season(text: str | None) -> str | None:
    if text is None:
        return None
    labels = parse_seasons(text)
    if len(labels) != 1:
        raise UsageError.bad_scope("--season", text, "it names more than one season", "2021-22")
    return labels[0]
