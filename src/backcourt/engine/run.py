"""Carry out a plan: table by table in dependency order, unit by unit, each unit committed as one.

A unit that fails is halved until the dates that fail stand alone; what depends on them is blocked with the reason,
the rest goes on. Nothing remembers how far a run came: the next one computes expected minus verified again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from backcourt.clock import Clock
from backcourt.engine import cone, events, guard, ledger, lineage, refused, runs, settled, spines
from backcourt.engine.build import build
from backcourt.engine.evaluate import GONE, drift, evaluate, upstream_trouble
from backcourt.engine.plan import Due, Plan, PlannedTable, make_plan, still_due
from backcourt.engine.publish import create_table, publish, record_trouble
from backcourt.engine.registry import Registry, Table
from backcourt.engine.renew import renew
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import QueryError, Warehouse

Unit = Literal["season", "month", "week", "day"]
Outcome = Literal["outside", "written", "unchanged", "failed", "blocked"]


@dataclass(frozen=True)
class Attempt:
    """What became of one planned partition."""

    table: str
    game_date: date
    outcome: Outcome
    reason: str
    cause: str = ""


@dataclass
class RunReport:
    """What a run did; `data_statements` counts statements on raw and built tables.

    `table_seconds` are those in which partitions of a table were computed and published.
    """

    run_id: str
    planned: int
    attempts: list[Attempt] = field(default_factory=list)
    rows: int = 0
    seconds: float = 0.0
    data_statements: int = 0
    table_seconds: dict[str, float] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> int:
        """How many partitions ended so."""
        return sum(attempt.outcome == outcome for attempt in self.attempts)

    @property
    def is_complete(self) -> bool:
        """Whether every planned partition is verified now."""
        return not self.count("failed") and not self.count("blocked")


def backfill(
    warehouse: Warehouse,
    registry: Registry,
    scope: Scope,
    clock: Clock,
    *,
    unit: Unit = "season",
    force: bool = False,
    with_upstream: bool = True,
    threads: int = 0,
    plan: Plan | None = None,
    on_unit: Callable[[str, int], None] = lambda table, dates: None,
) -> RunReport:
    """Build what is not verified in a scope, or all of it with `force`, and say what became of each partition."""
    started = clock.now()
    before = warehouse.data_statements
    ledger.refuse_other_version(warehouse)
    if not renew(warehouse, registry):
        ledger.refuse_broken(warehouse)
    made = plan or make_plan(warehouse, registry, scope, force=force, with_upstream=with_upstream)
    with warehouse.transaction():
        lineage.remember(warehouse, registry)
        settled.remember(warehouse, registry)
    report = RunReport(runs.begin(warehouse, scope, made, unit, threads, started), made.partitions)
    told = {"scope": scope.describe(), "tables": made.work}
    events.start(warehouse, started, "backfill", report.run_id, made.partitions, told)
    with spines.kept(warehouse):
        for planned in made.tables:
            due = _due_now(warehouse, registry, planned, force=force)
            if due:
                _run_table(warehouse, registry, planned.table, due, unit, clock, report, on_unit, force=force)
    report.seconds = (clock.now() - started).total_seconds()
    report.data_statements = warehouse.data_statements - before
    _end_run(warehouse, made, report, clock.now())
    return report


def _due_now(warehouse: Warehouse, registry: Registry, planned: PlannedTable, *, force: bool) -> list[Due]:
    """What of a table is due now that its upstream has run; an upstream output that came out equal cuts it off."""
    if not planned.due:
        return []
    evaluate(warehouse, registry, planned.table)
    return still_due(warehouse, planned, force=force)


def _run_table(
    warehouse: Warehouse,
    registry: Registry,
    table: Table,
    due: Sequence[Due],
    unit: Unit,
    clock: Clock,
    report: RunReport,
    on_unit: Callable[[str, int], None],
    *,
    force: bool,
) -> None:
    create_table(warehouse, table.contract)
    reasons = {each.game_date: each.reason or "forced" for each in due}
    # What it was confirmed with before; publishing puts today's in its place.
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE drift AS {drift()}", {"table": table.full_name})
    trouble = {day: cause for day, cause in upstream_trouble(warehouse, table).items() if day in reasons}
    if trouble:
        _block(warehouse, table, trouble, reasons, clock, report)
    started = clock.now()
    left = [each for each in due if each.game_date not in trouble]
    if not force:
        left = _narrowed(warehouse, registry, table, left, clock, report)
    for dates in _units(left, unit):
        for part in _attempt(warehouse, registry, table, dates, clock.now, report, reasons):
            on_unit(table.name, part)
    # A clock may be set back meanwhile; no time is negative.
    report.table_seconds[table.name] = max(0.0, (clock.now() - started).total_seconds())
    if any(reason == GONE for reason in reasons.values()):
        evaluate(warehouse, registry, table)
    events.write_snapshot(warehouse)


def _narrowed(
    warehouse: Warehouse, registry: Registry, table: Table, due: Sequence[Due], clock: Clock, report: RunReport
) -> list[Due]:
    """What is due less the dates that no changed row reaches; these are confirmed as they are."""
    spared = cone.outside(warehouse, registry, table, [each.game_date for each in due])
    if spared:
        cone.confirm(warehouse, table, spared, report.run_id)
        attempts = [
            Attempt(table.name, each.game_date, "outside", each.reason) for each in due if each.game_date in spared
        ]
        _note(warehouse, table, attempts, clock.now(), report)
    return [each for each in due if each.game_date not in spared]


def _attempt(
    warehouse: Warehouse,
    registry: Registry,
    table: Table,
    dates: Sequence[date],
    now: Callable[[], datetime],
    report: RunReport,
    reasons: dict[date, str],
) -> Iterator[int]:
    """Build and publish some dates, in halves when they fail together; yields how many dates each commit settled."""
    try:
        build(warehouse, registry, table, dates)
        failed = refused.again(warehouse, table) | guard.failures(warehouse, table)
    except QueryError as error:
        if len(dates) > 1:
            middle = len(dates) // 2
            yield from _attempt(warehouse, registry, table, dates[:middle], now, report, reasons)
            yield from _attempt(warehouse, registry, table, dates[middle:], now, report, reasons)
            return
        failed = {dates[0]: f"build: {_one_line(error)}"}
        _empty_candidate(warehouse, table)
    failed = {day: cause for day, cause in failed.items() if day in reasons}
    done = publish(warehouse, table, failed, report.run_id, now())
    report.rows += done.rows
    attempts = [Attempt(table.name, day, "written", reasons[day]) for day in done.written]
    attempts += [Attempt(table.name, day, "unchanged", reasons[day]) for day in done.unchanged]
    attempts += [Attempt(table.name, day, "failed", reasons[day], cause) for day, cause in failed.items()]
    _note(warehouse, table, attempts, now(), report)
    yield len(dates)


def _empty_candidate(warehouse: Warehouse, table: Table) -> None:
    """A date whose SQL failed has no candidate; publishing then only records the failure."""
    fields = ", ".join(f'"{column.name}" {column.sql_type}' for column in table.contract.columns)
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE candidate ({fields})")
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE spine ({fields})")
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE candidate_prints (game_date DATE, column_name VARCHAR, rows BIGINT, fingerprint VARCHAR)"
    )


def _block(
    warehouse: Warehouse,
    table: Table,
    trouble: dict[date, str],
    reasons: dict[date, str],
    clock: Clock,
    report: RunReport,
) -> None:
    causes = {day: f"needs {cause}" for day, cause in trouble.items()}
    with warehouse.transaction():
        record_trouble(warehouse, table.contract, "blocked", causes, report.run_id)
        ledger.seal(warehouse, "partitions", [table.full_name])
    attempts = [Attempt(table.name, day, "blocked", reasons[day], cause) for day, cause in causes.items()]
    _note(warehouse, table, attempts, clock.now(), report)


def _note(warehouse: Warehouse, table: Table, attempts: list[Attempt], moment: datetime, report: RunReport) -> None:
    report.attempts += attempts
    if attempts:
        rows = [(report.run_id, table.full_name, a.game_date, a.outcome, a.reason, a.cause or None) for a in attempts]
        lists = [list(column) for column in zip(*rows, strict=True)]
        with warehouse.transaction():
            warehouse.execute(
                """INSERT INTO ledger.attempts
                SELECT a.*, d.since, d.inputs FROM (SELECT UNNEST(?) AS run_id, UNNEST(?) AS table_name,
                  UNNEST(?::DATE[]) AS game_date, UNNEST(?) AS outcome, UNNEST(?) AS reason, UNNEST(?) AS cause) AS a
                LEFT JOIN drift AS d ON d.game_date = a.game_date""",
                lists,
            )
            ledger.seal(warehouse, "attempts", [report.run_id])
    warehouse.execute(
        """UPDATE evaluation SET state = p.state, reason = p.cause, rows = p.rows,
          expected_rows = COALESCE(p.expected_rows, evaluation.expected_rows)
        FROM ledger.partitions AS p WHERE p.table_name = evaluation.table_name AND p.game_date = evaluation.game_date
          AND evaluation.table_name = ? AND list_contains(?::DATE[], evaluation.game_date)""",
        [table.full_name, [each.game_date for each in attempts]],
    )
    events.write_snapshot(warehouse)
    details = {
        outcome: sum(a.outcome == outcome for a in attempts)
        for outcome in ("outside", "written", "unchanged", "failed", "blocked")
    }
    events.append(warehouse, moment, "commit", {"run": report.run_id, "table": table.name, **details})


def _units(due: Sequence[Due], unit: Unit) -> Iterator[list[date]]:
    """Dates in groups of a season, month, ISO week or day, in order."""
    groups: dict[object, list[date]] = defaultdict(list)
    for each in due:
        day = each.game_date
        key = {"season": each.season, "month": (day.year, day.month), "week": day.isocalendar()[:2], "day": day}[unit]
        groups[key].append(day)
    yield from groups.values()


def _end_run(warehouse: Warehouse, made: Plan, report: RunReport, ended: datetime) -> None:
    outcome = "complete" if report.is_complete else "incomplete"
    tallies = [_tally(planned, report) for planned in made.tables]
    runs.end(warehouse, report.run_id, outcome, tallies, report.rows, ended)
    events.write_snapshot(warehouse)
    events.append(warehouse, ended, events.ENDED, {"run": report.run_id, "outcome": outcome})


def _tally(planned: PlannedTable, report: RunReport) -> runs.Tally:
    """What was planned and not attempted was cut off, as everything upstream of it came out equal."""
    became = Counter(each.outcome for each in report.attempts if each.table == planned.table.name)
    return runs.Tally(
        table=planned.table.name,
        considered=planned.considered,
        planned=len(planned.due),
        cut_off=len(planned.due) - became.total(),
        outside=became["outside"],
        written=became["written"],
        unchanged=became["unchanged"],
        failed=became["failed"],
        blocked=became["blocked"],
        seconds=report.table_seconds.get(planned.table.name, 0.0),
    )


def _one_line(error: QueryError) -> str:
    return " ".join(str(error).split())[:300]
