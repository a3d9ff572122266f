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
from backcourt.engine import cone, events, guard, ledger, lineage, previous, refused, runs, settled, spines
from backcourt.engine.build import build
from backcourt.engine.evaluate import GONE, drift, evaluate, upstream_trouble
from backcourt.engine.plan import Due, Plan, PlannedTable, Waiting, make_plan, make_retry, still_due
from backcourt.engine.publish import create_table, publish, record_trouble
from backcourt.engine.registry import Registry, Table
from backcourt.engine.renew import renew
from backcourt.engine.stops import Limits, Stop, interrupted, limited
from backcourt.engine.waiting import Patience, mark, tried_with
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

    `table_seconds` are those in which partitions of a table were computed and published; `left` counts per table what a
    run that was stopped did not come to; `waiting` is what the plan left alone as it is not to be run now.
    """

    run_id: str
    command: str
    planned: int
    attempts: list[Attempt] = field(default_factory=list)
    rows: int = 0
    seconds: float = 0.0
    data_statements: int = 0
    table_seconds: dict[str, float] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    waiting: tuple[Waiting, ...] = ()
    stop: Stop | None = None

    def count(self, outcome: Outcome) -> int:
        """How many partitions ended so."""
        return sum(attempt.outcome == outcome for attempt in self.attempts)

    @property
    def not_run(self) -> int:
        """How many planned partitions the run did not come to."""
        return sum(self.left.values())

    @property
    def is_complete(self) -> bool:
        """Whether every partition of the scope is verified now."""
        return not (self.count("failed") or self.count("blocked") or self.not_run or self.waiting)

    @property
    def outcome(self) -> str:
        """One word for how the run ended."""
        if self.stop and self.stop.reason == "interrupted":
            return "interrupted"
        return "complete" if self.is_complete else "incomplete"


@dataclass(frozen=True)
class _Work:
    """What every step of a run needs."""

    warehouse: Warehouse
    registry: Registry
    clock: Clock
    report: RunReport
    unit: Unit
    force: bool
    is_asked: bool
    limits: Limits
    on_unit: Callable[[str, int], None]


def backfill(
    warehouse: Warehouse,
    registry: Registry,
    scope: Scope,
    clock: Clock,
    *,
    unit: Unit = "season",
    force: bool = False,
    retry: bool = False,
    with_upstream: bool = True,
    threads: int = 0,
    plan: Plan | None = None,
    limits: Limits | None = None,
    patience: Patience | None = None,
    keep_runs: int = 5,
    on_unit: Callable[[str, int], None] = lambda table, dates: None,
) -> RunReport:
    """Build what is not verified in a scope, or all of it with `force`, and say what became of each partition.

    With `retry` only what failed or is blocked, and though it waits. With that or with `force` its retries begin anew.
    What is replaced is kept for `keep_runs` runs, to be rolled back.
    After each commit it stops if a limit is reached. On Ctrl-C the unit at hand is rolled back, the end recorded and
    KeyboardInterrupt raised.
    """
    started = clock.now()
    before = warehouse.data_statements
    ledger.refuse_other_version(warehouse)
    if not renew(warehouse, registry):
        ledger.refuse_broken(warehouse)
    patience = patience or Patience()
    made = plan or (
        make_retry(warehouse, registry, scope)
        if retry
        else make_plan(
            warehouse, registry, scope, force=force, with_upstream=with_upstream, patience=patience, now=started
        )
    )
    with warehouse.transaction():
        lineage.remember(warehouse, registry)
        settled.remember(warehouse, registry)
    command = "retry" if retry else "backfill"
    run_id = runs.begin(warehouse, command, scope.describe(), made.considered, made.partitions, unit, threads, started)
    report = RunReport(run_id, command, made.partitions, waiting=made.waiting)
    work = _Work(warehouse, registry, clock, report, unit, force, force or retry, limits or Limits(), on_unit)
    told = {"scope": scope.describe(), "tables": made.work}
    events.start(warehouse, started, command, report.run_id, made.partitions, told)
    try:
        chosen = made.first(work.limits.partitions) if work.limits.partitions else made
        with spines.kept(warehouse):
            for planned, wanted in zip(made.tables, chosen.tables, strict=True):
                report.left[planned.table.name] = _come_to(work, wanted) + len(planned.due) - len(wanted.due)
    except KeyboardInterrupt:
        report.left = {each.table.name: len(each.due) - _tried(report, each.table) for each in made.tables}
        report.stop = interrupted("a second signal")
        _end_run(warehouse, made, report, clock.now())
        raise
    if work.limits.partitions and not report.stop:
        report.stop = limited(work.limits.partitions)
    report.stop = report.stop if report.not_run else None
    report.seconds = clock.since(started)
    report.data_statements = warehouse.data_statements - before
    # A run that is cut short leaves an evaluation that may be half of one; only this one is whole.
    mark(warehouse, registry, patience, clock.now())
    events.write_snapshot(warehouse)
    _end_run(warehouse, made, report, clock.now())
    previous.prune(warehouse, keep_runs)
    return report


def _come_to(work: _Work, planned: PlannedTable) -> int:
    """Run what of a table is due now that its upstream has run, unless the run was stopped; how much is left."""
    if not planned.due or _is_stopped(work):
        return len(planned.due)
    due = _due_now(work, planned)
    if due:
        _run_table(work, planned.table, due)
    return len(due) - _tried(work.report, planned.table)


def _is_stopped(work: _Work) -> bool:
    """Whether a limit was reached; then the run goes no further."""
    report = work.report
    failed = report.count("failed")
    tried = report.count("written") + report.count("unchanged") + failed
    report.stop = report.stop or work.limits.reached(work.clock.now(), tried, failed)
    return report.stop is not None


def _tried(report: RunReport, table: Table) -> int:
    return sum(attempt.table == table.name for attempt in report.attempts)


def _due_now(work: _Work, planned: PlannedTable) -> list[Due]:
    """What is due by today's evaluation; an upstream output that came out equal cuts it off."""
    evaluate(work.warehouse, work.registry, planned.table)
    return still_due(work.warehouse, planned, force=work.force)


def _run_table(work: _Work, table: Table, due: Sequence[Due]) -> None:
    warehouse, report = work.warehouse, work.report
    create_table(warehouse, table.contract)
    reasons = {each.game_date: each.reason or "forced" for each in due}
    # What it was confirmed with before; publishing puts today's in its place.
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE drift AS {drift()}", {"table": table.full_name})
    trouble = {day: cause for day, cause in upstream_trouble(warehouse, table).items() if day in reasons}
    if trouble:
        _block(work, table, trouble, reasons)
    started = work.clock.now()
    left = [each for each in due if each.game_date not in trouble]
    if not work.force:
        left = _narrowed(work, table, left)
    for dates in _commits(work, table, left, reasons):
        work.on_unit(table.name, dates)
        if _is_stopped(work):
            break
    report.table_seconds[table.name] = work.clock.since(started)
    if any(reason == GONE for reason in reasons.values()):
        evaluate(warehouse, work.registry, table)
    events.write_snapshot(warehouse)


def _narrowed(work: _Work, table: Table, due: Sequence[Due]) -> list[Due]:
    """What is due less the dates that no changed row reaches; these are confirmed as they are."""
    warehouse = work.warehouse
    spared = cone.outside(warehouse, work.registry, table, [each.game_date for each in due])
    if spared:
        cone.confirm(warehouse, table, spared, work.report.run_id)
        _note(
            work,
            table,
            [Attempt(table.name, each.game_date, "outside", each.reason) for each in due if each.game_date in spared],
        )
    return [each for each in due if each.game_date not in spared]


def _commits(work: _Work, table: Table, due: Sequence[Due], reasons: dict[date, str]) -> Iterator[int]:
    """Build and publish unit by unit; yields how many dates each commit settled."""
    for dates in _units(due, work.unit):
        yield from _attempt(work, table, dates, reasons)


def _attempt(work: _Work, table: Table, dates: Sequence[date], reasons: dict[date, str]) -> Iterator[int]:
    """Build and publish some dates, in halves when they fail together; yields how many dates each commit settled."""
    warehouse, report = work.warehouse, work.report
    try:
        build(warehouse, work.registry, table, dates)
        failed = refused.again(warehouse, table) | guard.failures(warehouse, table)
    except QueryError as error:
        if len(dates) > 1:
            middle = len(dates) // 2
            yield from _attempt(work, table, dates[:middle], reasons)
            yield from _attempt(work, table, dates[middle:], reasons)
            return
        failed = {dates[0]: f"build: {_one_line(error)}"}
        _empty_candidate(warehouse, table)
    failed = {day: cause for day, cause in failed.items() if day in reasons}
    done = publish(warehouse, table, failed, report.run_id, work.clock.now())
    report.rows += done.rows
    attempts = [Attempt(table.name, day, "written", reasons[day]) for day in done.written]
    attempts += [Attempt(table.name, day, "unchanged", reasons[day]) for day in done.unchanged]
    attempts += [Attempt(table.name, day, "failed", reasons[day], cause) for day, cause in failed.items()]
    _note(work, table, attempts)
    yield len(dates)


def _empty_candidate(warehouse: Warehouse, table: Table) -> None:
    """A date whose SQL failed has no candidate; publishing then only records the failure."""
    fields = ", ".join(f'"{column.name}" {column.sql_type}' for column in table.contract.columns)
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE candidate ({fields})")
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE spine ({fields})")
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE candidate_prints (game_date DATE, column_name VARCHAR, rows BIGINT, fingerprint VARCHAR)"
    )


def _block(work: _Work, table: Table, trouble: dict[date, str], reasons: dict[date, str]) -> None:
    warehouse, causes = work.warehouse, {day: f"needs {cause}" for day, cause in trouble.items()}
    with warehouse.transaction():
        record_trouble(warehouse, table.contract, "blocked", causes, work.report.run_id)
        ledger.seal(warehouse, "partitions", [table.full_name])
    _note(work, table, [Attempt(table.name, day, "blocked", reasons[day], cause) for day, cause in causes.items()])


def _note(work: _Work, table: Table, attempts: list[Attempt]) -> None:
    warehouse, report, moment = work.warehouse, work.report, work.clock.now()
    report.attempts += attempts
    if attempts:
        rows = [(table.full_name, a.game_date, a.outcome, a.reason, a.cause or None) for a in attempts]
        lists = [list(column) for column in zip(*rows, strict=True)]
        with warehouse.transaction():
            warehouse.execute(
                f"""INSERT INTO ledger.attempts
                SELECT ?, a.*, d.since, d.inputs, COALESCE({tried_with(table, "e.inputs")}, ''), ?, ? FROM (
                  SELECT UNNEST(?) AS table_name, UNNEST(?::DATE[]) AS game_date, UNNEST(?) AS outcome,
                    UNNEST(?) AS reason, UNNEST(?) AS cause) AS a
                LEFT JOIN drift AS d ON d.game_date = a.game_date
                LEFT JOIN evaluation AS e ON e.table_name = a.table_name AND e.game_date = a.game_date""",
                [report.run_id, moment.replace(tzinfo=None), work.is_asked, *lists],
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
    tallies = [_tally(planned, report) for planned in made.tables]
    runs.end(warehouse, report.run_id, report.outcome, report.stop, tallies, report.rows, ended)
    details = {"run": report.run_id, "outcome": report.outcome, "not_run": report.not_run}
    events.append(warehouse, ended, events.ENDED, details)


def _tally(planned: PlannedTable, report: RunReport) -> runs.Tally:
    """What was planned, not attempted and not left was cut off, as everything upstream of it came out equal."""
    became = Counter(each.outcome for each in report.attempts if each.table == planned.table.name)
    left = report.left[planned.table.name]
    return runs.Tally(
        table=planned.table.name,
        considered=planned.considered,
        planned=len(planned.due),
        cut_off=len(planned.due) - became.total() - left,
        outside=became["outside"],
        written=became["written"],
        unchanged=became["unchanged"],
        failed=became["failed"],
        blocked=became["blocked"],
        not_run=left,
        seconds=report.table_seconds.get(planned.table.name, 0.0),
    )


def _one_line(error: QueryError) -> str:
    return " ".join(str(error).split())[:300]
