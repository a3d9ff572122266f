"""`backcourt report`: coverage per period and totals; or the quality of features, how full columns are, or a page of it all."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer

from backcourt.cli.console import print_json, print_table, say, verb
from backcourt.cli.options import (
    AsJson,
    Dates,
    EndDate,
    LockTimeout,
    Phase,
    Seasons,
    StartDate,
    Tables,
    WarehouseOption,
    common,
    open_common,
    scope_of,
)
from backcourt.cli.report_columns import show_columns, show_quality
from backcourt.cli.report_html import write_page
from backcourt.engine.registry import default_registry
from backcourt.errors import UsageError, WarehouseError
from backcourt.report.columns import column_report
from backcourt.report.coverage import CoverageReport, coverage_report
from backcourt.report.quality import quality_report
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

_LINE = (
    "period",
    "table",
    "verified dates",
    "rows",
    "expected rows",
    "duplicate keys",
    "forbidden NULLs",
    "games not covered",
    "",
)
_TOTALS = ("table", "dates", "first", "last", "players", "teams", "rows", "values")


class By(StrEnum):
    """The periods that lines stand for."""

    SEASON = "season"
    MONTH = "month"
    DATE = "date"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "report",
        short_help="Coverage by season, month or date; quality of features; columns.",
        help="Per period and table: verified and expected dates and rows, duplicates, NULLs, games not covered; then totals."
        " With --quality the tiers of the feature store by week; with --columns how full each column is; with --html one page.",
        epilog="Example: backcourt report --by month --seasons 2021",
    )(report)


@verb
def report(
    by: Annotated[By, typer.Option(help="What a line stands for")] = By.SEASON,
    quality: Annotated[
        bool, typer.Option("--quality", help="Tiers of the feature store by week, and what is missing")
    ] = False,
    columns: Annotated[
        bool, typer.Option("--columns", help="Share of rows with a value, per column and season")
    ] = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write one page with calendars, quality, runs and findings")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write it to a file: .json, .csv or .md")] = None,
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
    """Exit code 0 when every line is complete, 1 when one is not."""
    scope = scope_of(dates, start_date, end_date, seasons, tables, phase)
    if quality or columns or html is not None:
        if sum((quality, columns, html is not None)) > 1 or out is not None or by is not By.SEASON:
            raise UsageError(
                "--quality, --columns and --html are reports of their own.",
                "Ask for one, without --by and --out; --json gives it all.",
            )
        with open_common(common(warehouse, lock_timeout), read_only=True) as opened:
            is_sound = (
                write_page(opened, scope, html, as_json=as_json)
                if html is not None
                else _other_report(opened, scope, quality=quality, as_json=as_json)
            )
        if not is_sound:
            raise typer.Exit(1)
        return
    if out is not None and out.suffix not in _WRITERS:
        raise UsageError(
            f"--out {out}: a report cannot be written as {out.suffix or 'a file without suffix'}.",
            "Use .json, .csv or .md.",
        )
    with open_common(common(warehouse, lock_timeout), read_only=True) as opened:
        made = coverage_report(opened, default_registry(), scope, by.value)
    if out is not None:
        _write(out, made)
    if as_json:
        print_json({"scope": scope.describe(), "is_complete": made.is_complete, "report": made})
    else:
        say(scope.describe())
        show(made)
    if not made.is_complete:
        raise typer.Exit(1)


def _other_report(opened: Warehouse, scope: Scope, *, quality: bool, as_json: bool) -> bool:
    """Print the one or the other; whether nothing is wrong."""
    if quality:
        tiers = quality_report(opened, default_registry(), scope)
        show_quality(tiers, scope, as_json=as_json)
        return bool(tiers.weeks)
    found = column_report(opened, default_registry(), scope)
    show_columns(found, scope, as_json=as_json)
    return found.is_sound


def show(made: CoverageReport) -> None:
    """Print a coverage report."""
    print_table(_title(made), _LINE, _lines(made), right=range(2, 8))
    print_table("Totals", _TOTALS, _totals(made), right=(1, 4, 5, 6, 7))


def _title(made: CoverageReport) -> str:
    known = f" as known at {made.as_of}" if made.as_of else ""
    return f"Coverage by {made.by}, {made.kind or 'no'} data{known}"


def _lines(made: CoverageReport) -> list[tuple[object, ...]]:
    return [
        (
            *(
                line.period,
                line.table,
                f"{line.verified_dates:,}/{line.expected_dates:,}",
                line.rows,
                line.expected_rows,
            ),
            *(
                line.duplicate_keys,
                line.forbidden_nulls,
                line.uncovered_games,
                "complete" if line.is_complete else "INCOMPLETE",
            ),
        )
        for line in made.lines
    ]


def _totals(made: CoverageReport) -> list[tuple[object, ...]]:
    return [tuple(asdict(total).values()) for total in made.totals]


def _write(path: Path, made: CoverageReport) -> None:
    try:
        path.write_text(_WRITERS[path.suffix](made), encoding="utf-8")
    except OSError as error:
        raise WarehouseError(
            f"The report cannot be written to {path}: {error.strerror}.", "Choose another --out."
        ) from error


def _as_json(made: CoverageReport) -> str:
    return json.dumps(asdict(made), indent=2, default=str) + "\n"


def _as_csv(made: CoverageReport) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(asdict(made.lines[0]) if made.lines else ["period", "table"])
    writer.writerows(asdict(line).values() for line in made.lines)
    return text.getvalue()


def _as_markdown(made: CoverageReport) -> str:
    parts = [f"# {_title(made)}\n"]
    for headers, rows in ((_LINE, _lines(made)), (_TOTALS, _totals(made))):
        parts += ["| " + " | ".join(headers) + " |", "|" + " --- |" * len(headers)]
        parts += ["| " + " | ".join("-" if value is None else str(value) for value in row) + " |" for row in rows] + [
            ""
        ]
    return "\n".join(parts)


_WRITERS = {".json": _as_json, ".csv": _as_csv, ".md": _as_markdown}
