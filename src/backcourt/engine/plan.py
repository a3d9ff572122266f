"""What would run, and why: read-only, from the ledger alone."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from backcourt.engine import settled
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.registry import Registry, Table
from backcourt.engine.waiting import Patience, mark
from backcourt.errors import UsageError
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Row, Warehouse

# Seconds a partition takes before any run has been measured: a season of three tables in a few seconds.
_FIRST_GUESS = 0.01

_ID = re.compile(r"(\d+)-(\d+)-[0-9a-f]{12}")


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
class Waiting:
    """A partition that the scope reaches, that is not verified and yet not to be run now: why, and what is wrong with it."""

    table: str
    game_date: date
    state: str
    why: str
    cause: str
    is_upstream: bool = False


@dataclass(frozen=True)
class PlannedTable:
    """The due partitions of one table, of all that were considered."""

    table: Table
    due: tuple[Due, ...]
    considered: int = 0
    waiting: tuple[Waiting, ...] = ()
    code_version: str = ""

    def by_reason(self) -> list[tuple[str, int]]:
        """How many partitions are due for each reason, dates and names left out of it."""
        return Counter(each.reason.partition(" ")[0] + _tail(each.reason) for each in self.due).most_common()

    def split(self) -> tuple[PlannedTable, PlannedTable]:
        """What was asked for, and what is only upstream of it."""
        asked, upstream = ([each for each in self.due if each.is_upstream is wanted] for wanted in (False, True))
        return replace(self, due=tuple(asked)), replace(self, due=tuple(upstream))


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
    def waiting(self) -> tuple[Waiting, ...]:
        """What is not verified and not to be run now."""
        return tuple(one for each in self.tables for one in each.waiting)

    @property
    def rows(self) -> int:
        """How many rows they are expected to hold."""
        return sum(due.rows for each in self.tables for due in each.due)

    @property
    def work(self) -> dict[str, dict[str, int]]:
        """Per table that would run its partitions, and the values they are expected to hold: what they weigh in time."""
        return {
            each.table.name: {
                "planned": len(each.due),
                "values": sum(max(due.rows, 1) for due in each.due) * len(each.table.contract.columns),
            }
            for each in self.tables
            if each.due
        }

    @property
    def seconds(self) -> float:
        """The time it is expected to take."""
        return self.partitions * self.seconds_per_partition

    @property
    def id(self) -> str:
        """A name for exactly this plan: partitions and rows in figures, then a digest of what runs, why, and with what code."""
        digest = hashlib.sha256()
        for each in self.tables:
            for due in each.due:
                line = (each.table.name, each.code_version, due.game_date, due.reason, due.rows, due.is_upstream)
                digest.update(f"{line}\n".encode())
        return f"{self.partitions}-{self.rows}-{digest.hexdigest()[:12]}"

    def refuse_other(self, wanted: str) -> None:
        """Raise UsageError unless this is the plan of that id; it tells how the two differ in what an id counts."""
        figures = _ID.fullmatch(wanted)
        if figures is None:
            raise UsageError(f"{wanted!r} is not the id of a plan.", "Take the id that  backcourt plan  prints.")
        if self.id == wanted:
            return
        partitions, rows = (int(figure) for figure in figures.groups())
        counted = f"{self.partitions:,} partitions with {self.rows:,} rows would run, in plan {wanted} it was"
        if (partitions, rows) == (self.partitions, self.rows):
            counted += " as many, but other dates, for other reasons or with other code."
        else:
            counted += f" {partitions:,} with {rows:,}."
        raise UsageError(
            f"The plan has changed: {counted} Nothing was run.",
            f"Look at  backcourt plan  with the same scope again, and run it by its id, now {self.id}.",
        )

    def first(self, limit: int) -> Plan:
        """At most so many partitions of it: whole dates, the oldest first, so that all they read is among them.

        Of a single date that is more than the limit it is those that come first in dependency order.
        """
        order = sorted((due.game_date, place) for place, each in enumerate(self.tables) for due in each.due)
        kept, beyond = order[:limit], order[limit:]
        if beyond and beyond[0][0] != kept[0][0]:
            kept = [each for each in kept if each[0] < beyond[0][0]]
        wanted = set(kept)
        tables = [
            replace(each, due=tuple(due for due in each.due if (due.game_date, place) in wanted))
            for place, each in enumerate(self.tables)
        ]
        return replace(self, tables=tuple(tables))


def make_plan(
    warehouse: Warehouse,
    registry: Registry,
    scope: Scope,
    *,
    force: bool = False,
    with_upstream: bool = True,
    patience: Patience | None = None,
    now: datetime | None = None,
) -> Plan:
    """Plan a scope; with `force` everything expected in it runs though nothing is stale, or though it should wait."""
    evaluate_all(warehouse, registry, same_inputs=settled.holds(warehouse, registry))
    mark(warehouse, registry, patience or Patience(), now or warehouse.now())
    asked = registry.select(scope.tables, scope.phase)
    tables = registry.with_upstream(asked) if with_upstream else asked
    expected = _expected(warehouse)
    until = _read_until(registry, scope, asked, expected) if with_upstream else {}
    names = {table.name for table in asked}
    planned = [
        _planned(
            table,
            registry.lineage(table.name).code_version,
            expected[table.full_name],
            scope,
            table.name in names,
            until.get(table.name),
            force=force,
        )
        for table in tables
    ]
    return Plan(tuple(planned), sum(each.considered for each in planned), _seconds_per_partition(warehouse))


def make_retry(warehouse: Warehouse, registry: Registry, scope: Scope) -> Plan:
    """Plan exactly what failed or is blocked in a scope, whether it waits or was given up; nothing else, not upstream either."""
    evaluate_all(warehouse, registry)
    expected, tables = _expected(warehouse), []
    for table in registry.select(scope.tables, scope.phase):
        due = tuple(
            Due(day, season, reason, int(rows or 0))
            for day, season, state, reason, _, rows in expected[table.full_name]
            if state in ("failed", "blocked") and scope.includes(day, season)
        )
        tables.append(PlannedTable(table, due, len(due), (), registry.lineage(table.name).code_version))
    return Plan(tuple(tables), sum(each.considered for each in tables), _seconds_per_partition(warehouse))


def still_due(warehouse: Warehouse, planned: PlannedTable, *, force: bool) -> list[Due]:
    """What of a plan is due by the evaluation of now."""
    then = {each.game_date: each for each in planned.due}
    return [
        Due(day, season, reason or "", int(rows or 0), then[day].is_upstream)
        for day, season, _, reason, _, rows in _expected(warehouse, planned.table)[planned.table.full_name]
        if day in then and would_run(reason, force=force, is_upstream=then[day].is_upstream)
    ]


def would_run(reason: str | None, *, force: bool, is_upstream: bool) -> bool:
    """Whether a partition runs: it is not verified, or it was asked for by force."""
    return bool(reason) or (force and not is_upstream)


def _planned(
    table: Table,
    code_version: str,
    expected: Sequence[Row],
    scope: Scope,
    is_asked: bool,
    until: date | None,
    *,
    force: bool,
) -> PlannedTable:
    """What is due of the partitions that the scope reaches: those on its dates, and up to `until` those that are read."""
    due, waiting, considered = [], [], 0
    for day, season, state, reason, waits, rows in expected:
        is_upstream = not is_asked
        if not scope.includes(day, season):
            if until is None or day > until:
                continue
            is_upstream = True
        if waits and (is_upstream or not force):
            waiting.append(Waiting(table.name, day, state, waits, reason or "", is_upstream))
            continue
        runs = would_run(reason, force=force, is_upstream=is_upstream)
        considered += runs or not is_upstream
        if runs:
            due.append(Due(day, season, reason or "", int(rows or 0), is_upstream))
    return PlannedTable(table, tuple(due), considered, tuple(waiting), code_version)


def _read_until(
    registry: Registry, scope: Scope, asked: Sequence[Table], expected: Mapping[str, Sequence[Row]]
) -> dict[str, date]:
    """Per table the last date in the scope of the pre-game tables asked for that read it: they read all dates before."""
    until: dict[str, date] = {}
    for reader in asked:
        if reader.contract.kind != "pre":
            continue
        last = max(
            (day for day, season, *_ in expected[reader.full_name] if scope.includes(day, season)), default=date.min
        )
        for table in registry.with_upstream([reader]):
            if table.name != reader.name:
                until[table.name] = max(last, until.get(table.name, last))
    return until


def _expected(warehouse: Warehouse, table: Table | None = None) -> Mapping[str, list[Row]]:
    """Per table date, season, state, reason, what it waits for and expected rows of what must exist; of all tables, or of one."""
    found: dict[str, list[Row]] = defaultdict(list)
    rows = warehouse.rows(
        "SELECT table_name, game_date, season, state, reason, waits, expected_rows FROM evaluation"
        " WHERE state NOT IN ('not_covered', 'closed', 'ahead') AND table_name = COALESCE($table, table_name)"
        " ORDER BY table_name, game_date",
        {"table": table.full_name if table else None},
    )
    for name, *partition in rows:
        found[name].append(tuple(partition))
    return found


def _seconds_per_partition(warehouse: Warehouse) -> float:
    # The newest runs alone: one in which the clock was set forth is not believed for ever.
    measured = warehouse.value(
        """SELECT SUM(GREATEST(0, epoch(ended_at) - epoch(started_at))) / NULLIF(SUM(written), 0) FROM (
          SELECT * FROM ledger.runs WHERE outcome <> 'running' AND command IN ('backfill', 'retry')
          ORDER BY ordinal DESC LIMIT 50)"""
    )
    return float(measured) if measured else _FIRST_GUESS


def _tail(reason: str) -> str:
    words = reason.partition(":")[0].partition(" ")[2]
    return f" {words}" if words and not reason.startswith("behind") else " an upstream partition" if words else ""
