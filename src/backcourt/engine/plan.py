"""What would run, and why: read-only, from the ledger alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.registry import Registry, Table
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

# Seconds a partition takes before any run has been measured: a season of three tables in a few seconds.
_FIRST_GUESS = 0.01


@dataclass(frozen=True)
class Due:
    """A partition that the scope reaches: its date, why it would run ('' if it would not), the rows it should hold.

    `is_upstream` when nobody asked for it: it is only read by what was asked for.
    """

    game_date: date
    season: str
    reason: str
    rows: int
    is_upstream: bool = False


@dataclass(frozen=True)
class PlannedTable:
    """The due partitions of one table, of all that were considered."""

    table: Table
    due: tuple[Due, ...]
    considered: int = 0

    def by_reason(self) -> list[tuple[str, int]]:
        """How many partitions are due for each reason, dates and names left out of it."""
        return Counter(each.reason.partition(" ")[0] + _tail(each.reason) for each in self.due).most_common()

    def split(self) -> tuple[PlannedTable, PlannedTable]:
        """What was asked for, and what is only upstream of it."""
        asked, upstream = ([each for each in self.due if each.is_upstream is wanted] for wanted in (False, True))
        return PlannedTable(self.table, tuple(asked)), PlannedTable(self.table, tuple(upstream))


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
    for table in tables:
        rows = list(in_scope(warehouse, registry, table, scope, asked, with_upstream=with_upstream))
        due = tuple(each for each in rows if would_run(each, force=force))
        considered = sum(not each.is_upstream or would_run(each, force=force) for each in rows)
        planned.append(PlannedTable(table, due, considered))
    return Plan(tuple(planned), sum(each.considered for each in planned), _seconds_per_partition(warehouse))


def would_run(due: Due, *, force: bool) -> bool:
    """Whether a partition runs: it is not verified, or it was asked for by force."""
    return bool(due.reason) or (force and not due.is_upstream)


def in_scope(
    warehouse: Warehouse,
    registry: Registry,
    table: Table,
    scope: Scope,
    asked: Sequence[Table],
    *,
    with_upstream: bool = True,
) -> Iterator[Due]:
    """Every expected partition of a table that the scope reaches: dates of the scope, and what pre-game tables read.

    A pre-game table reads all dates up to its own, so its upstream partitions before the scope belong to it.
    """
    last = None
    if with_upstream:
        readers = [each for each in asked if each.contract.kind == "pre" and each is not table]
        readers = [each for each in readers if table in registry.with_upstream([each])]
        last = max((day.game_date for each in readers for day in _wanted(warehouse, each, scope)), default=None)
    for due in _evaluated(warehouse, table):
        if scope.includes(due.game_date, due.season):
            yield replace(due, is_upstream=table not in asked)
        elif last is not None and due.game_date <= last:
            yield replace(due, is_upstream=True)


def _wanted(warehouse: Warehouse, table: Table, scope: Scope) -> list[Due]:
    return [due for due in _evaluated(warehouse, table) if scope.includes(due.game_date, due.season)]


def _evaluated(warehouse: Warehouse, table: Table) -> list[Due]:
    rows = warehouse.rows(
        "SELECT game_date, season, reason, expected_rows FROM evaluation"
        " WHERE table_name = ? AND state NOT IN ('not_covered', 'closed', 'ahead', 'held') ORDER BY game_date",
        [table.full_name],
    )
    return [Due(game_date, season, reason or "", int(count or 0)) for game_date, season, reason, count in rows]


def _seconds_per_partition(warehouse: Warehouse) -> float:
    measured = warehouse.value(
        "SELECT SUM(epoch(ended_at) - epoch(started_at)) / NULLIF(SUM(written), 0) FROM ledger.runs WHERE outcome <> 'running'"
    )
    return float(measured) if measured else _FIRST_GUESS


def _tail(reason: str) -> str:
    words = reason.partition(":")[0].partition(" ")[2]
    return f" {words}" if words and not reason.startswith("behind") else " an upstream partition" if words else ""
