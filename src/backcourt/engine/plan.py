"""What would run, and why: read-only, from the ledger alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.registry import Registry, Table
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

# Seconds a partition takes before any run has been measured: a season of three tables in a few seconds.
_FIRST_GUESS = 0.01


@dataclass(frozen=True)
class Due:
    """A partition that would run: its date, why, and the rows it is expected to hold."""

    game_date: date
    season: str
    reason: str
    rows: int


@dataclass(frozen=True)
class PlannedTable:
    """The due partitions of one table; `is_upstream` when only others asked for it."""

    table: Table
    due: tuple[Due, ...]
    is_upstream: bool

    def by_reason(self) -> list[tuple[str, int]]:
        """How many partitions are due for each reason, dates and names left out of it."""
        return Counter(each.reason.partition(" ")[0] + _tail(each.reason) for each in self.due).most_common()


@dataclass(frozen=True)
class Plan:
    """Partitions that would run, table by table in dependency order."""

    tables: tuple[PlannedTable, ...]
    considered: int
    seconds_per_partition: float

    @property
    def partitions(self) -> int:
        """How many partitions would run."""
        return sum(len(each.due) for each in self.tables)

    @property
    def rows(self) -> int:
        """How many rows they are expected to hold."""
        return sum(due.rows for each in self.tables for due in each.due)

    @property
    def seconds(self) -> float:
        """The time it is expected to take."""
        return self.partitions * self.seconds_per_partition


def make_plan(
    warehouse: Warehouse, registry: Registry, scope: Scope, *, force: bool = False, with_upstream: bool = True
) -> Plan:
    """Plan a scope; with `force` everything expected in it runs though nothing is stale."""
    evaluate_all(warehouse, registry)
    asked = registry.select(scope.tables, scope.phase)
    tables = registry.with_upstream(asked) if with_upstream else asked
    planned = []
    considered = 0
    for table in tables:
        is_upstream = table not in asked
        rows = list(in_scope(warehouse, registry, table, scope, asked))
        considered += len(rows)
        due = tuple(each for each in rows if each.reason or (force and not is_upstream))
        planned.append(PlannedTable(table, due, is_upstream))
    return Plan(tuple(planned), considered, _seconds_per_partition(warehouse))


def in_scope(
    warehouse: Warehouse, registry: Registry, table: Table, scope: Scope, asked: Sequence[Table]
) -> Iterator[Due]:
    """Every expected partition of a table that the scope reaches; an empty reason means nothing is due.

    For a table that is only upstream of those asked for, that is what they read: the same dates, or all earlier ones.
    """
    reaches_back = table not in asked and any(each.contract.kind == "pre" for each in asked)
    found = [due for due in _evaluated(warehouse, table) if reaches_back or scope.includes(due.game_date, due.season)]
    if reaches_back:
        last = max(
            (
                each.game_date
                for each in _evaluated(warehouse, asked[-1])
                if scope.includes(each.game_date, each.season)
            ),
            default=None,
        )
        found = [due for due in found if last is not None and due.game_date <= last]
    yield from found


def _evaluated(warehouse: Warehouse, table: Table) -> list[Due]:
    per_game = 2 if "team_id" in table.contract.key else 1
    covers = f"raw.{table.contract.covers}"
    rows = warehouse.rows(
        """SELECT e.game_date, e.season, e.state, e.reason, COALESCE(e.expected_rows, f.rows, e.games * $per_game)
        FROM evaluation AS e LEFT JOIN (SELECT game_date, MAX(rows) AS rows FROM ledger.column_fingerprints
          WHERE table_name = $covers GROUP BY game_date) AS f ON f.game_date = e.game_date
        WHERE e.table_name = $table AND e.state NOT IN ('not_covered', 'closed', 'held') ORDER BY e.game_date""",
        {"table": table.full_name, "covers": covers, "per_game": per_game},
    )
    return [Due(game_date, season, reason or "", int(count)) for game_date, season, _, reason, count in rows]


def _seconds_per_partition(warehouse: Warehouse) -> float:
    measured = warehouse.value(
        "SELECT SUM(epoch(ended_at) - epoch(started_at)) / NULLIF(SUM(written), 0) FROM ledger.runs WHERE outcome <> 'running'"
    )
    return float(measured) if measured else _FIRST_GUESS


def _tail(reason: str) -> str:
    words = reason.partition(":")[0].partition(" ")[2]
    return f" {words}" if words and not reason.startswith("behind") else " an upstream partition" if words else ""
