"""`--as-of` and `--into`: a command goes on with a new warehouse that holds what was known at a moment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from backcourt.cli.console import progress, say
from backcourt.cli.options import CLOCK, Common, open_common
from backcourt.engine.excerpt import Excerpt, write_excerpt
from backcourt.engine.registry import default_registry
from backcourt.errors import UsageError
from backcourt.seasons import parse_moment

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Build what was known at this time (ISO; UTC without a zone), into a new warehouse"),
]
Into = Annotated[Path | None, typer.Option("--into", help="The new warehouse file for --as-of")]


def refuse_contradiction(as_of: str | None, into: Path | None, *, dry_run: bool) -> None:
    """Raise UsageError for one of the two without the other, and for a plan of what is not there yet."""
    if (as_of is None) != (into is None):
        raise UsageError("--as-of and --into belong together.", "Write  --as-of 2023-02-01 --into then.duckdb")
    if as_of is not None and dry_run:
        raise UsageError(
            "--dry-run plans for a warehouse that is there, and --as-of makes a new one.",
            "Leave one of them out.",
        )


def take(options: Common, as_of: str, into: Path, *, quiet: bool) -> Common:
    """Write the excerpt and tell of it; the same options for the new warehouse."""
    moment = parse_moment(as_of)
    new = replace(options, settings=replace(options.settings, warehouse=into))
    with open_common(options, read_only=True) as origin, progress("Taking what was known", None):
        made = write_excerpt(
            origin,
            into,
            default_registry(),
            moment,
            CLOCK,
            lambda path: open_common(
                replace(options, settings=replace(options.settings, warehouse=path)), read_only=False, must_exist=False
            ),
        )
    if not quiet:
        _show(made)
    return new


def _show(made: Excerpt) -> None:
    say(
        f"{made.path} holds what was known at {made.as_of.isoformat()}:"
        f" {made.rows:,} of {made.origin_rows:,} raw rows, {made.games:,} games, {made.final_games:,} of them with their result."
    )
    if not made.games:
        first = f"; the first was known at {made.first_known.isoformat()} UTC" if made.first_known else ""
        say(f"No game was known then{first}.")
