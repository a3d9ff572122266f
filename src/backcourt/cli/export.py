"""`backcourt export`: tables or a training set as a folder of Parquet files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from backcourt.cli.console import print_json, print_table, progress, say, verb
from backcourt.cli.options import (
    CLOCK,
    AllowIncomplete,
    AsJson,
    Dates,
    EndDate,
    LockTimeout,
    Phase,
    Seasons,
    StartDate,
    Threads,
    WarehouseOption,
    common,
    open_common,
    scope_of,
)
from backcourt.engine.registry import default_registry
from backcourt.errors import UsageError
from backcourt.output.export import Order, export_tables, export_training
from backcourt.output.training import training_set
from backcourt.seasons import Scope

TARGET = "points"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "export",
        short_help="Write tables, or a training set, as Parquet files.",
        help="Write a Parquet file per table and season, with data_dictionary.json and manifest.json, into a new folder.",
        epilog="Example: backcourt export PGS TOGS --seasons 2021 --out exported",
    )(export)


@verb
def export(
    tables: Annotated[list[str] | None, typer.Argument(help="Built tables by name or alias [default: all]")] = None,
    *,
    out: Annotated[Path, typer.Option("--out", help="The folder to write; it appears when it is whole")],
    training: Annotated[
        bool, typer.Option("--training", help="Write the training set: features beside what then happened")
    ] = False,
    target: Annotated[
        str | None, typer.Option("--target", help=f"The label of the training set [default: {TARGET}]")
    ] = None,
    line_features: Annotated[
        bool, typer.Option("--line-features", help="Keep the training set's features that come from betting lines")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier export")] = False,
    dates: Dates = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    seasons: Seasons = None,
    phase: Phase = None,
    allow_incomplete: AllowIncomplete = False,
    warehouse: WarehouseOption = None,
    threads: Threads = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Refuses a scope in which something expected is not verified; equal content gives equal bytes."""
    _refuse_contradiction(tables, phase, training, target, line_features)
    registry = default_registry()
    made = training_set(registry, target or TARGET, line_features=line_features) if training else None
    named = (made.store.name, made.outcomes.name) if made else tuple(tables or ())
    scope = scope_of(dates, start_date, end_date, seasons, ",".join(named) or None, phase)
    options = common(warehouse, lock_timeout, threads)
    with open_common(options, read_only=True) as opened, progress("Exporting", None) as step:
        order = Order(scope, out, allow_incomplete, force, on_file=lambda path: step(path, 1))
        if made:
            document = export_training(opened, registry, made, order, CLOCK)
        else:
            document = export_tables(opened, registry, order, CLOCK)
    if as_json:
        print_json(document)
    else:
        _show(document, scope, out)


def _refuse_contradiction(
    tables: list[str] | None, phase: int | None, training: bool, target: str | None, line_features: bool
) -> None:
    if training and (tables or phase is not None):
        raise UsageError("--training has its own tables.", "Leave TABLES and --phase out, or --training.")
    if not training and (target or line_features):
        raise UsageError("--target and --line-features belong to a training set.", "Add --training.")


def _show(document: dict[str, Any], scope: Scope, out: Path) -> None:
    say(scope.describe())
    files = document["files"]
    names = dict.fromkeys(file["table"] for file in files)
    rows = []
    for name in names:
        own = [file for file in files if file["table"] == name]
        seasons = ", ".join(file["season"] for file in own)
        rows.append((name, seasons, sum(file["rows"] for file in own), sum(file["bytes"] for file in own)))
    print_table("Exported", ("table", "seasons", "rows", "bytes"), rows, right=(2, 3))
    if "training" in document:
        facts = document["training"]
        say(f"Label {facts['label']}, {len(facts['features'])} features, {len(facts['left_out_features'])} left out.")
        say(
            "Not in the set: "
            + ", ".join(f"{rows:,} {why.replace('_', ' ')}" for why, rows in facts["left_out_rows"].items())
            + "."
        )
    state = "" if document["is_complete"] else " INCOMPLETE: not everything that is expected is verified."
    known = f", known at {document['as_of']}," if document["as_of"] else ""
    say(
        f"{document['rows']:,} rows of {document['kind']} data{known} in {out}, with manifest.json and data_dictionary.json.{state}"
    )
