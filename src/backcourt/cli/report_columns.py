"""What `backcourt report --quality` and `backcourt report --columns` print."""

from __future__ import annotations

from backcourt.cli.console import print_json, print_table, say
from backcourt.report.columns import ColumnReport
from backcourt.report.quality import QualityReport
from backcourt.seasons import Scope


def show_quality(made: QualityReport, scope: Scope, *, as_json: bool) -> None:
    """Print tiers by week, and the required features that are missing somewhere."""
    if as_json:
        print_json({"scope": scope.describe(), "report": made})
        return
    say(scope.describe())
    weeks = [(line.season, line.week, line.rows, *(f"{share:.3f}" for share in line.shares)) for line in made.weeks]
    header = ("season", "week", "rows", *made.tiers)
    print_table(
        f"Quality tiers by week of season, {made.kind or 'no'} data", header, weeks, right=range(1, len(header))
    )
    missing = [
        (one.feature, one.season, f"{one.missing:,}", f"{one.missing / one.rows:.4f}", one.reasons)
        for one in made.missing
        if one.missing
    ]
    print_table(
        "Required features without a value", ("feature", "season", "rows", "share", "reasons"), missing, right=(2, 3)
    )


def show_columns(made: ColumnReport, scope: Scope, *, as_json: bool) -> None:
    """Print the share of rows with a value, one line per column and a figure per season; then what is wrong."""
    if as_json:
        print_json({"scope": scope.describe(), "is_sound": made.is_sound, "report": made})
        return
    say(scope.describe())
    seasons = sorted({column.season for column in made.columns})
    lines: dict[tuple[str, str], dict[str, str]] = {}
    for column in made.columns:
        lines.setdefault((column.table, column.column), {})[column.season] = f"{column.share:.3f}"
    rows = [(*names, *(shares.get(season, "-") for season in seasons)) for names, shares in lines.items()]
    print_table(
        f"Share of rows with a value, {made.kind or 'no'} data",
        ("table", "column", *seasons),
        rows,
        right=range(2, 2 + len(seasons)),
    )
    problems = [(one.table, one.column, one.season, one.problem) for one in made.problems]
    if problems:
        print_table("Not as declared", ("table", "column", "season", "problem"), problems)
    elif made.columns:
        say(f"{len(made.columns):,} shares of {len(lines):,} columns are as declared.")
    else:
        say("No season of these tables is whole and verified, so there is nothing to judge.")
