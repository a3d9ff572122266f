"""How full, how varied and how large each column is, per month and per season: one look at a table, counted by the engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from backcourt.engine.contract import Column
from backcourt.engine.guard import is_zero
from backcourt.engine.hashing import quoted
from backcourt.engine.registry import Table
from backcourt.warehouse.duckdb import Warehouse

NUMBERS = ("bigint", "integer", "double")


@dataclass(frozen=True)
class Figures:
    """One column in one period: a month, or with month 0 a whole season. `mean` and `spread` are of its numbers."""

    season: str
    month: int
    label: str
    rows: int
    dates: int
    values: int
    zeros: int
    distinct: int
    low: str | None
    high: str | None
    mean: float | None
    spread: float | None

    @property
    def null_share(self) -> float:
        """Share of the rows without a value."""
        return 1 - self.values / self.rows

    @property
    def zero_share(self) -> float:
        """Share of 0 or FALSE among the values."""
        return self.zeros / self.values if self.values else 0.0

    @property
    def is_constant(self) -> bool:
        """All values are one."""
        return self.values > 0 and self.low == self.high


def query(table: Table, columns: Iterable[Column]) -> str:
    """SQL for the figures of some columns per season and month, of all dates of a table."""
    parts = ", ".join(part for column in columns for part in _parts(column))
    return (
        "SELECT season, month(game_date) AS month, strftime(MIN(game_date), '%Y-%m') AS label, COUNT(*) AS rows,"
        f" COUNT(DISTINCT game_date) AS dates, {parts} FROM {table.full_name}"
    )


def read_figures(warehouse: Warehouse, table: Table, dates: Sequence[date]) -> dict[str, list[Figures]]:
    """Per column the figures of every month with examined rows."""
    columns = table.contract.columns
    sql = f"{query(table, columns)} WHERE list_contains(?::DATE[], game_date) GROUP BY season, month(game_date) ORDER BY label"
    found: dict[str, list[Figures]] = {column.name: [] for column in columns}
    for row in warehouse.rows(sql, [list(dates)]):
        period, figures = row[:5], row[5:]
        for place, column in enumerate(columns):
            found[column.name].append(Figures(*period, *figures[7 * place : 7 * place + 7]))
    return found


def of_season(months: Sequence[Figures]) -> Figures:
    """The months of one season taken together."""
    first = months[0]
    full = [each for each in months if each.values]
    values = sum(each.values for each in full)
    known = [(each.values, each.mean, each.spread or 0.0) for each in full if each.mean is not None]
    mean = sum(count * one for count, one, _ in known) / values if known else None
    spread = sqrt(sum(count * one * one for count, _, one in known) / values) if known else None
    same = {each.low for each in full} | {each.high for each in full}
    return Figures(
        first.season,
        0,
        first.season,
        sum(each.rows for each in months),
        sum(each.dates for each in months),
        values,
        sum(each.zeros for each in months),
        max(each.distinct for each in months),
        min(same, key=str) if same else None,
        max(same, key=str) if same else None,
        mean,
        spread,
    )


def _parts(column: Column) -> tuple[str, ...]:
    name = quoted(column.name)
    is_number = column.type in NUMBERS
    return (
        f"COUNT({name})",
        # With hundreds of columns a FILTER takes ten times as long.
        f"COUNT(IF({is_zero(column)}, 1, NULL))",
        f"approx_count_distinct({name})",
        f"CAST(MIN({name}) AS VARCHAR)",
        f"CAST(MAX({name}) AS VARCHAR)",
        f"AVG({name})" if is_number else "CAST(NULL AS DOUBLE)",
        f"STDDEV({name})" if is_number else "CAST(NULL AS DOUBLE)",
    )
