"""Columns that went empty, all zero, constant or somewhere else: per month and season, beside their own history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from backcourt.checks.shares import ColumnShare, column_shares, whole_seasons
from backcourt.checks.validate import drift
from backcourt.checks.validate.figures import Figures, of_season, query, read_figures
from backcourt.checks.validate.result import Result, Rule, attempted, failed, judged
from backcourt.checks.validate.stage import Stage
from backcourt.engine.contract import Column
from backcourt.engine.registry import Table

SHARES = Rule(
    "column_shares",
    "health",
    "warning",
    "in a whole season a column is as full as availability.yaml declares, and holds one value only for a reason",
)
DRIFT = Rule(
    "column_drift",
    "health",
    "warning",
    "no month or season of a column is empty, all zero, constant or far off where its own history is not",
)
RULES = (SHARES, DRIFT)

LONG = 60
"""A season with fewer dates is too young for what is said of whole seasons."""

# Asked of every column of a table alike, the query is kept once.
_ANY = Column(name="EACH COLUMN", type="double", doc="any column of the table")

_HINT = (
    "Look at the rows and at what they come from. Where it is right, say why in the contract: availability.yaml for empty"
    " columns, constant: or drift: for the others."
)


def health(stage: Stage) -> Iterator[Result]:
    """The results of every table of the scope."""
    is_real = stage.warehouse.value("SELECT value FROM ledger.meta WHERE key = 'kind'") == "real"
    for table in stage.tables:
        if stage.dates(table):
            yield from attempted(SHARES, table.name, partial(_shares, stage, table, is_real=is_real))
            yield from attempted(DRIFT, table.name, partial(_drift, stage, table, is_real=is_real))


def _shares(stage: Stage, table: Table, *, is_real: bool) -> Iterator[Result]:
    long = {season for season, dates in stage.examined[table.full_name].items() if len(dates) >= LONG}
    seasons = [season for season in whole_seasons(stage.warehouse, table, stage.scope) if season in long]
    declared = _declared_seasons(table) if is_real else set()
    found: list[ColumnShare] = []
    for season in seasons:
        found += column_shares(stage.warehouse, table.contract, [season], is_declared=season in declared)
    problems = [each for each in found if each.problem]
    figures = {"seasons": seasons, "declared": sorted(declared & set(seasons)), "shares": len(found)}
    for each in problems:
        told = {
            "column": each.column,
            "season": each.season,
            "rows": each.rows,
            "share": each.share,
            "declared": each.declared,
        }
        sql = _query(table, [table.contract.column(each.column)])
        yield failed(SHARES, table.name, f"{each.column} in {each.season}: {each.problem}", told, sql, _HINT)
    if not problems:
        said = f"{len(found):,} shares in {len(seasons)} whole seasons"
        yield judged(SHARES, table.name, said, figures, query=_query(table, [_ANY]))


def _declared_seasons(table: Table) -> set[str]:
    return {season for one in table.contract.availability.values() for season in one.shares}


def _drift(stage: Stage, table: Table, *, is_real: bool) -> Iterator[Result]:
    dates = stage.warehouse.rows(
        "SELECT game_date FROM evaluation WHERE table_name = ? AND state = 'verified'", [table.full_name]
    )
    months = read_figures(stage.warehouse, table, sorted({*stage.dates(table), *(day for (day,) in dates)}))
    asked = {day.strftime("%Y-%m") for day in stage.dates(table)}
    whole = set(whole_seasons(stage.warehouse, table, stage.scope))
    wrong = False
    counted: set[str] = set()
    for column in table.contract.columns:
        if column.role in ("key", "partition"):
            continue
        declared = _declared(table, column) if is_real else set()
        found: dict[str, str] = {}
        for period, said in _column(column, months[column.name], asked, whole, declared, counted):
            found[period.label] = f"{found[period.label]}; {said}" if period.label in found else said
        if found:
            wrong = True
            label, said = next(iter(found.items()))
            more = f"; also in {', '.join(list(found)[1:])}" if len(found) > 1 else ""
            figures = {"column": column.name, "periods": found}
            text = f"{column.name} in {label}: {said}{more}"
            yield failed(DRIFT, table.name, text, figures, _query(table, [column]), _HINT)
    if not wrong:
        short = len(asked) - len(counted & asked)
        said = f"{len(table.contract.columns)} columns in {len(counted)} months and seasons; {short} months too short to judge"
        totals = {"periods": sorted(counted), "too short": short}
        yield judged(DRIFT, table.name, said, totals, query=_query(table, [_ANY]))


def _column(
    column: Column, months: Sequence[Figures], asked: set[str], whole: set[str], declared: set[str], counted: set[str]
) -> Iterator[tuple[Figures, str]]:
    """Every judged period of a column with what is wrong with it."""
    usable = [one for one in months if drift.judgeable(one)]
    oldest = min((one.season for one in months), default="")
    for period in usable:
        if period.label not in asked:
            continue
        same = [one for one in usable if one.month == period.month and one.season != period.season]
        others = [one for one in usable if one is not period]
        if len(same) >= 2:
            counted.add(period.label)
            known, first = period.season in declared, period.season == oldest
            for said in drift.judge(column, period, same, is_declared=known, is_oldest=first):
                yield period, said
        elif len(others) >= 3 and period.label > min(one.label for one in months if one.season == period.season):
            counted.add(period.label)
            for said in drift.judge_alone(column, period, others):
                yield period, said
    seasons = [
        of_season([one for one in months if one.season == season]) for season in sorted({one.season for one in months})
    ]
    long = [one for one in seasons if one.dates >= LONG]
    for period in long:
        others = [one for one in long if one is not period]
        if period.season in whole and len(others) >= 2:
            counted.add(period.label)
            known, first = period.season in declared, period.season == oldest
            for said in drift.judge(column, period, others, is_declared=known, is_oldest=first):
                yield period, said


def _declared(table: Table, column: Column) -> set[str]:
    if column.null is None:
        return set()
    availability = table.contract.availability.get(column.name)
    return set(availability.shares) if availability else set()


def _query(table: Table, columns: Sequence[Column]) -> str:
    return f"{query(table, columns)} GROUP BY season, month(game_date) ORDER BY label"
