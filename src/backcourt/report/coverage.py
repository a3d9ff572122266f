"""The coverage report: per period and table what is verified, doubled, missing and not covered; then totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from backcourt.engine import ledger
from backcourt.engine.evaluate import NOT_DUE, evaluate_all
from backcourt.engine.hashing import quoted
from backcourt.engine.registry import Registry, Table
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

Period = Literal["season", "month", "date"]


@dataclass(frozen=True)
class PeriodLine:
    """One table in one period."""

    period: str
    table: str
    verified_dates: int
    expected_dates: int
    rows: int
    expected_rows: int
    duplicate_keys: int
    forbidden_nulls: int
    uncovered_games: int

    @property
    def is_complete(self) -> bool:
        """All expected dates are verified, without doubles or forbidden NULLs."""
        return self.verified_dates == self.expected_dates and not self.duplicate_keys and not self.forbidden_nulls


@dataclass(frozen=True)
class Totals:
    """One table over the whole scope."""

    table: str
    dates: int
    first_date: date | None
    last_date: date | None
    players: int | None
    teams: int | None
    rows: int
    values: int


@dataclass(frozen=True)
class CoverageReport:
    """Lines by period, and totals; `as_of` is the moment whose knowledge an excerpt holds."""

    kind: str | None
    as_of: str | None
    by: Period
    lines: tuple[PeriodLine, ...]
    totals: tuple[Totals, ...]

    @property
    def is_complete(self) -> bool:
        """Every line is complete, and there is one."""
        return bool(self.lines) and all(line.is_complete for line in self.lines)


def coverage_report(warehouse: Warehouse, registry: Registry, scope: Scope, by: Period = "season") -> CoverageReport:
    """Count what is stored against what is expected; verified is what the ledger vouches for today."""
    evaluate_all(warehouse, registry)
    lines: list[PeriodLine] = []
    totals: list[Totals] = []
    for table in registry.select(scope.tables, scope.phase):
        days = warehouse.rows(
            "SELECT game_date, season, state, COALESCE(expected_rows, 0), uncovered FROM evaluation"
            " WHERE table_name = ? ORDER BY game_date",
            [table.full_name],
        )
        days = [day for day in days if scope.includes(day[0], day[1])]
        stored = _stored(warehouse, table, [day[0] for day in days])
        periods: dict[str, list[tuple[date, str, str, int, int]]] = {}
        for day in days:
            periods.setdefault(_period(day[0], day[1], by), []).append(day)
        lines += [_line(name, table, members, stored) for name, members in periods.items()]
        totals.append(_totals(warehouse, table, [day[0] for day in days]))
    lines.sort(key=lambda line: line.period)
    kind, as_of = (ledger.meta(warehouse, key) for key in ("kind", "as_of"))
    return CoverageReport(kind, as_of, by, tuple(lines), tuple(totals))


def _period(day: date, season: str, by: Period) -> str:
    return {"season": season, "month": f"{day:%Y-%m}", "date": day.isoformat()}[by]


def _line(
    name: str, table: Table, members: list[tuple[date, str, str, int, int]], stored: dict[date, tuple[int, int, int]]
) -> PeriodLine:
    expected = [day for day in members if day[2] not in NOT_DUE]
    figures = [stored.get(day[0], (0, 0, 0)) for day in members]
    return PeriodLine(
        period=name,
        table=table.name,
        verified_dates=sum(day[2] == "verified" for day in expected),
        expected_dates=len(expected),
        rows=sum(rows for rows, _, _ in figures),
        expected_rows=sum(day[3] for day in expected),
        duplicate_keys=sum(doubles for _, doubles, _ in figures),
        forbidden_nulls=sum(nulls for _, _, nulls in figures),
        uncovered_games=sum(day[4] for day in members),
    )


def _stored(warehouse: Warehouse, table: Table, dates: list[date]) -> dict[date, tuple[int, int, int]]:
    """Per date the rows, the keys that stand more than once and the NULLs in never-null columns."""
    if not warehouse.has_table(table.contract.schema_name, table.name):
        return {}
    contract = table.contract
    key = ", ".join(quoted(name) for name in contract.key)
    never = [quoted(column.name) for column in contract.columns if column.null is None]
    nulls = " + ".join(f"COUNT(*) - COUNT({name})" for name in never) or "0"
    rows = warehouse.rows(
        f"""SELECT t.game_date, t.rows, COALESCE(d.doubles, 0), t.nulls FROM
          (SELECT game_date, COUNT(*) AS rows, {nulls} AS nulls FROM {table.full_name}
           WHERE list_contains($dates::DATE[], game_date) GROUP BY game_date) AS t
        LEFT JOIN (SELECT game_date, COUNT(*) AS doubles FROM (SELECT game_date FROM {table.full_name}
          GROUP BY game_date, {key} HAVING COUNT(*) > 1) GROUP BY game_date) AS d ON d.game_date = t.game_date""",
        {"dates": dates},
    )
    return {game_date: (count, doubles, missing) for game_date, count, doubles, missing in rows}


def _totals(warehouse: Warehouse, table: Table, dates: list[date]) -> Totals:
    if not warehouse.has_table(table.contract.schema_name, table.name):
        return Totals(table.name, 0, None, None, None, None, 0, 0)
    names = table.contract.column_names
    players = "COUNT(DISTINCT player_id)" if "player_id" in names else "NULL"
    teams = "COUNT(DISTINCT team_id)" if "team_id" in names else "NULL"
    values = " + ".join(f"COUNT({quoted(name)})" for name in names)
    row = warehouse.rows(
        f"SELECT COUNT(DISTINCT game_date), MIN(game_date), MAX(game_date), {players}, {teams}, COUNT(*), {values}"
        f" FROM {table.full_name} WHERE list_contains($dates::DATE[], game_date)",
        {"dates": dates},
    )[0]
    return Totals(table.name, *row)
