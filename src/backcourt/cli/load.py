"""`backcourt load`: rows of a table, on the terminal or in a file."""

from __future__ import annotations

import shutil
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from backcourt.cli.console import print_json, say, verb
from backcourt.cli.options import (
    AllowIncomplete,
    AsJson,
    Dates,
    EndDate,
    LockTimeout,
    Seasons,
    StartDate,
    WarehouseOption,
    common,
    open_common,
    scope_of,
)
from backcourt.cli.wide import print_wide
from backcourt.engine.registry import default_registry
from backcourt.errors import UsageError
from backcourt.output.files import write
from backcourt.output.frames import frame
from backcourt.output.query import Query
from backcourt.output.selection import Selection, chosen_columns, select
from backcourt.warehouse.duckdb import Warehouse

SHOWN = 10


class Form(StrEnum):
    """What rows can be shown or written as."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "load",
        short_help="Show rows of a table, or write them to a file.",
        help="Show the first rows of a built table in order of date and key, or write all of them as csv, json or parquet.",
        epilog="Example: backcourt load PGS --dates 2021-11-15 --columns player_id,points --limit 5",
    )(load)


@verb
def load(
    table: Annotated[str, typer.Argument(help="A built table, by name or alias")],
    form: Annotated[
        Form | None, typer.Option("--format", help="What to show or write [default: by --out, else table]")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write to a file: .csv, .json or .parquet")] = None,
    columns: Annotated[str | None, typer.Option("--columns", help="Columns, separated by commas")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help=f"Rows at most [default: all, {SHOWN} as a table]")
    ] = None,
    dates: Dates = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    seasons: Seasons = None,
    allow_incomplete: AllowIncomplete = False,
    warehouse: WarehouseOption = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Refuses a scope in which something expected is not verified."""
    scope = scope_of(dates, start_date, end_date, seasons, table)
    shown = _form(form, out)
    registry = default_registry()
    wanted = registry.resolve(table)
    chosen = chosen_columns(wanted.contract, columns)
    with open_common(common(warehouse, lock_timeout), read_only=True) as opened:
        (selection,) = select(opened, registry, [wanted], scope, allow_incomplete=allow_incomplete)
        query = selection.query(chosen)
        document: dict[str, Any] = {"scope": scope.describe(), "table": wanted.full_name, "rows": selection.rows}
        if out is not None:
            written = write(opened, query.first(limit) if limit else query, out, shown)
            document |= {"file": out, "written": written}
        elif as_json or shown is Form.TABLE:
            document["data"] = frame(opened, query.first(limit or SHOWN), "rows")
        else:
            _print_file(opened, query.first(limit) if limit else query, shown)
            return
    if as_json:
        print_json(document)
    else:
        say(scope.describe())
        _show(document, selection, query)


def _form(form: Form | None, out: Path | None) -> Form:
    """The format asked for, else that of the file's name; raises UsageError for one that cannot be."""
    if out is None:
        if form is Form.PARQUET:
            raise UsageError(
                "--format parquet is no text for a terminal.", "Write it to a file with --out FILE.parquet"
            )
        return form or Form.TABLE
    suffix = out.suffix.removeprefix(".")
    if form is None and suffix in tuple(Form):
        form = Form(suffix)
    if form in (None, Form.TABLE):
        raise UsageError(
            f"--out {out}: rows cannot be written as {form or suffix or 'a file without suffix'}.",
            "Use .csv, .json or .parquet.",
        )
    return form


def _print_file(opened: Warehouse, query: Query, form: Form) -> None:
    """Print what --out would write."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"rows.{form}"
        write(opened, query, path, form)
        with path.open(encoding="utf-8", newline="") as file:
            shutil.copyfileobj(file, sys.stdout)


def _show(document: dict[str, Any], selection: Selection, query: Query) -> None:
    name = selection.table.name
    if "file" in document:
        say(f"{document['written'].rows:,} rows of {name} written to {document['file']}.")
        return
    rows = [list(row.values()) for row in document["data"]]
    print_wide(query.columns, rows, repeated=[name for name in query.names if name in selection.table.contract.key])
    rest = "" if len(rows) == selection.rows else " More with --limit N, all with --out FILE."
    say(f"{len(rows):,} of {selection.rows:,} rows of {name}.{rest}")
