"""Columns that went empty, all zero, constant or somewhere else: per month and season, beside their own history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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

# Beside these a month of playoffs alone is another thing: nobody rests, and nobody knows the next game.
_REGULAR = "SELECT DISTINCT strftime(game_date, '%Y-%m') FROM ledger.schedule WHERE season_type = 'regular'"

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
    problems: dict[str, list[ColumnShare]] = {}
    for each in found:
        if each.problem:
            problems.setdefault(each.column, []).append(each)
    for column, ones in problems.items():
        told = {
            "column": column,
            "seasons": {one.season: {"share": one.share, "declared": one.declared} for one in ones},
        }
        more = f"; also in {', '.join(one.season for one in ones[1:])}" if len(ones) > 1 else ""
        said = f"{column} in {ones[0].season}: {ones[0].problem}{more}"
        yield failed(SHARES, table.name, said, told, _query(table, [table.contract.column(column)]), _HINT)
    if not problems:
        figures = {"seasons": seasons, "declared": sorted(declared & set(seasons)), "shares": len(found)}
        said = f"{len(found):,} shares in {len(seasons)} whole seasons"
        yield judged(SHARES, table.name, said, figures, query=_query(table, [_ANY]))


def _declared_seasons(table: Table) -> set[str]:
    return {season for one in table.contract.availability.values() for season in one.shares}


@dataclass(frozen=True)
class _Asked:
    """The periods of a table that a round asks about: months by label, those of them with regular games, whole seasons.

    `judged` are those that were long enough.
    """

    months: frozenset[str]
    regular: frozenset[str]
    seasons: frozenset[str]
    judged: set[str] = field(default_factory=set)


def _drift(stage: Stage, table: Table, *, is_real: bool) -> Iterator[Result]:
    verified = stage.warehouse.rows(
        "SELECT game_date FROM evaluation WHERE table_name = ? AND state = 'verified'", [table.full_name]
    )
    dates = stage.dates(table)
    months = read_figures(stage.warehouse, table, sorted({*dates, *(day for (day,) in verified)}))
    asked = _Asked(
        frozenset(day.strftime("%Y-%m") for day in dates),
        frozenset(month for (month,) in stage.warehouse.rows(_REGULAR)),
        frozenset(whole_seasons(stage.warehouse, table, stage.scope)),
    )
    results = []
    for column in table.contract.columns:
        if column.role not in ("key", "partition"):
            declared = _declared(table, column) if is_real else set()
            found: dict[str, list[str]] = {}
            for period, said in _of_column(column, months[column.name], asked, declared):
                found.setdefault(period.label, []).append(said)
            if found:
                results.append(_drifted(table, column, found))
    short = len(asked.months - asked.judged)
    said = f"{len(table.contract.columns)} columns in {len(asked.judged)} months and seasons; {short} months too short to judge"
    told = {"periods": sorted(asked.judged), "too short": short}
    yield from results or [judged(DRIFT, table.name, said, told, query=_query(table, [_ANY]))]


def _drifted(table: Table, column: Column, found: Mapping[str, Sequence[str]]) -> Result:
    label, said = next(iter(found.items()))
    more = f"; also in {', '.join(list(found)[1:])}" if len(found) > 1 else ""
    text = f"{column.name} in {label}: {'; '.join(said)}{more}"
    return failed(DRIFT, table.name, text, {"column": column.name, "periods": found}, _query(table, [column]), _HINT)


def _of_column(
    column: Column, months: Sequence[Figures], asked: _Asked, declared: set[str]
) -> Iterator[tuple[Figures, str]]:
    """Every period of a column that is asked about and long enough, with what is wrong with it."""
    usable = [one for one in months if drift.judgeable(one)]
    by_season = {one.season: [other for other in months if other.season == one.season] for one in months}
    seasons = [one for one in map(of_season, by_season.values()) if one.dates >= LONG]
    oldest = min(by_season, default="")
    for period in [one for one in usable if one.label in asked.months]:
        same = [one for one in usable if one.month == period.month and one.season != period.season]
        others = [one for one in usable if one.season == period.season and one is not period]
        is_first = period.label == min(one.label for one in by_season[period.season])
        if len(same) >= 2:
            yield from _judged(column, period, same, asked, declared, oldest)
        elif len(others) >= 3 and period.label in asked.regular and not is_first:
            asked.judged.add(period.label)
            known = period.season in declared
            yield from ((period, said) for said in drift.judge_alone(column, period, others, is_declared=known))
    for period in [one for one in seasons if one.season in asked.seasons]:
        others = [one for one in seasons if one is not period]
        if len(others) >= 2:
            yield from _judged(column, period, others, asked, declared, oldest)


def _judged(
    column: Column, period: Figures, history: Sequence[Figures], asked: _Asked, declared: set[str], oldest: str
) -> Iterator[tuple[Figures, str]]:
    asked.judged.add(period.label)
    is_declared, is_oldest = period.season in declared, period.season == oldest
    for said in drift.judge(column, period, history, is_declared=is_declared, is_oldest=is_oldest):
        yield period, said


def _declared(table: Table, column: Column) -> set[str]:
    if column.null is None:
        return set()
    availability = table.contract.availability.get(column.name)
    return set(availability.shares) if availability else set()


def _query(table: Table, columns: Sequence[Column]) -> str:
    return f"{query(table, columns)} GROUP BY season, month(game_date) ORDER BY label"
