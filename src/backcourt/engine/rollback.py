"""Put back what partitions held before a run, or before their last one; they are then held until they are released.

The versions of a partition are a stack: each run that replaces it puts the version before on `ledger.previous`. A
rollback takes versions off and makes the one below the present one again, exactly: its rows are hashed again, and must
give the hashes that the ledger recorded when they were committed. Where none is below, the partition is taken away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from backcourt.clock import Clock
from backcourt.engine import changes, events, ledger, previous, runs
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.hashing import EMPTY_PARTITION_HASH, partition_hash, quoted, row_hash
from backcourt.engine.registry import Registry, Table
from backcourt.engine.renew import refuse_other_engine
from backcourt.engine.runs import Tally
from backcourt.engine.waiting import Patience, mark
from backcourt.errors import BackcourtError, UsageError, WarehouseError
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

_CAUSE = "rolled back by run {run}"


@dataclass(frozen=True)
class Step:
    """One partition to be rolled back: to the version that the run `back_to` replaced, or, with '', to nothing."""

    table: Table
    game_date: date
    back_to: str
    rows: int

    @property
    def outcome(self) -> str:
        """What becomes of it."""
        return "restored" if self.back_to else "removed"


@dataclass(frozen=True)
class RollbackReport:
    """What a rollback did."""

    run_id: str
    steps: tuple[Step, ...]
    seconds: float

    def count(self, outcome: str) -> int:
        """How many partitions became so."""
        return sum(step.outcome == outcome for step in self.steps)


# Per partition of $table that holds something: the versions before, and the run that wrote the oldest one there is.
_STACK = """
  WITH versions AS (
    SELECT p.game_date, p.replaced_by, r.ordinal, p.is_kept, p.rows, p.run_id FROM ledger.previous AS p
    JOIN ledger.runs AS r ON r.run_id = p.replaced_by WHERE p.table_name = $table),
  ends AS (
    SELECT game_date, arg_min(run_id, ordinal) AS built_by, arg_max(replaced_by, ordinal) AS newest FROM versions GROUP BY game_date),
  current AS (
    SELECT p.game_date, p.season, COALESCE(e.built_by, p.run_id) AS built_by, e.newest FROM ledger.partitions AS p
    LEFT JOIN ends AS e ON e.game_date = p.game_date
    WHERE p.table_name = $table AND p.record_version > 0 AND NOT (p.state = 'held' AND p.partition_hash IS NULL))
  SELECT c.game_date, c.season, COALESCE(v.replaced_by, ''), COALESCE(v.is_kept, TRUE), COALESCE(v.rows, 0) FROM current AS c
  LEFT JOIN versions AS v ON v.game_date = c.game_date AND v.replaced_by = COALESCE($run, c.newest)
  WHERE $run IS NULL OR v.replaced_by IS NOT NULL OR c.built_by = $run ORDER BY c.game_date"""


def make_rollback(
    warehouse: Warehouse, registry: Registry, scope: Scope, run_id: str | None = None
) -> tuple[Step, ...]:
    """What a rollback of a run (or, without one, of the last version of each partition) would do within a scope.

    Raises UsageError when a version that would be put back is no longer kept, or has other columns than its table today.
    """
    run = runs.find(warehouse, run_id).run_id if run_id else None
    steps: list[Step] = []
    gone: list[Step] = []
    for table in registry.select(scope.tables, scope.phase):
        if not warehouse.has_table(table.contract.schema_name, table.name):
            continue
        is_of_today = previous.is_of_today(warehouse, table.contract)
        fits = is_of_today and previous.fits(warehouse, table.contract)
        for day, season, back_to, is_kept, rows in warehouse.rows(_STACK, {"table": table.full_name, "run": run}):
            if scope.includes(day, season):
                step = Step(table, day, back_to, int(rows))
                (steps if is_kept and (fits if back_to else is_of_today) else gone).append(step)
    if gone:
        first = f"{gone[0].table.name} {gone[0].game_date}"
        raise UsageError(
            f"The versions before are no longer kept of {len(gone):,} partitions, {first} first. Nothing was rolled back.",
            "Versions go after BACKCOURT_KEEP_RUNS runs that replaced something, and when a table gets other columns."
            " Narrow the scope to what is kept, or correct the input and run  backcourt backfill",
        )
    return tuple(steps)


def roll_back(
    warehouse: Warehouse,
    registry: Registry,
    scope: Scope,
    clock: Clock,
    run_id: str | None = None,
    patience: Patience | None = None,
) -> RollbackReport:
    """Roll back a run, or the last version of each partition of a scope, in one transaction; it is a run of its own."""
    started = clock.now()
    ledger.refuse_other_version(warehouse)
    refuse_other_engine(warehouse)
    ledger.refuse_broken(warehouse)
    steps = make_rollback(warehouse, registry, scope, run_id)
    what = f"Run {runs.find(warehouse, run_id).run_id}: {scope.describe()}" if run_id else scope.describe()
    own = runs.begin(warehouse, "rollback", what, len(steps), len(steps), "partition", 0, started)
    events.append(warehouse, started, "run_started", {"run": own, "planned": len(steps), "scope": what})
    by_table = [(registry.built[name], list(group)) for name, group in groupby(steps, lambda step: step.table.name)]
    try:
        with warehouse.transaction():
            for table, of_table in by_table:
                _roll_back(warehouse, table, of_table, own, started)
            tallies = [_tally(table, written=len(of_table)) for table, of_table in by_table]
            runs.write_end(warehouse, own, "complete", None, tallies, sum(step.rows for step in steps), clock.now())
    except (BackcourtError, KeyboardInterrupt):
        tallies = [_tally(table, not_run=len(of_table)) for table, of_table in by_table]
        runs.end(warehouse, own, "incomplete", None, tallies, 0, clock.now())
        events.append(warehouse, clock.now(), "run_ended", {"run": own, "outcome": "incomplete"})
        raise
    _publish_state(warehouse, registry, clock, patience)
    details = {"run": own, "outcome": "complete", "held": len(steps)}
    events.append(warehouse, clock.now(), "run_ended", details)
    return RollbackReport(own, steps, clock.since(started))


def release(
    warehouse: Warehouse, registry: Registry, scope: Scope, clock: Clock, patience: Patience | None = None
) -> list[tuple[str, date]]:
    """Set the held partitions of a scope free, to be judged as any other: a backfill builds what is not as it should be."""
    ledger.refuse_other_version(warehouse)
    ledger.refuse_broken(warehouse)
    freed: list[tuple[str, date]] = []
    with warehouse.transaction():
        for table in registry.select(scope.tables, scope.phase):
            held = warehouse.rows(
                "SELECT game_date, season FROM ledger.partitions WHERE table_name = ? AND state = 'held' ORDER BY game_date",
                [table.full_name],
            )
            days = [day for day, season in held if scope.includes(day, season)]
            of_days = "table_name = ? AND state = 'held' AND list_contains(?::DATE[], game_date)"
            parameters = [table.full_name, days]
            warehouse.execute(f"DELETE FROM ledger.partitions WHERE {of_days} AND partition_hash IS NULL", parameters)
            warehouse.execute(
                f"UPDATE ledger.partitions SET state = 'verified', cause = NULL WHERE {of_days}", parameters
            )
            freed += [(table.name, day) for day in days]
        ledger.seal(warehouse, "partitions", sorted({registry.built[name].full_name for name, _ in freed}))
    if freed:
        _publish_state(warehouse, registry, clock, patience)
        events.append(warehouse, clock.now(), "released", {"scope": scope.describe(), "partitions": len(freed)})
    return freed


def _publish_state(warehouse: Warehouse, registry: Registry, clock: Clock, patience: Patience | None) -> None:
    """Let other processes see what is held, and what stands behind it."""
    evaluate_all(warehouse, registry)
    mark(warehouse, registry, patience or Patience(), clock.now())
    events.write_snapshot(warehouse)


def _roll_back(warehouse: Warehouse, table: Table, steps: Sequence[Step], run_id: str, started: datetime) -> None:
    """Put the rows, fingerprints and ledger of some partitions of a table back; nothing of it counts before the commit."""
    contract = table.contract
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE changed_dates AS SELECT UNNEST(?::DATE[]) AS game_date, UNNEST(?) AS back_to",
        [[step.game_date for step in steps], [step.back_to for step in steps]],
    )
    names = ", ".join(quoted(name) for name in (*contract.column_names, "data_hash"))
    nowhere = f"(SELECT '' AS replaced_by, * FROM {contract.full_name} WHERE FALSE)"
    source = previous.kept_rows(contract) if any(step.back_to for step in steps) else nowhere
    warehouse.execute(
        f"""CREATE OR REPLACE TEMP TABLE hashed AS SELECT {names} FROM {source} AS v
        WHERE EXISTS (SELECT 1 FROM changed_dates AS d WHERE d.game_date = v.game_date AND d.back_to = v.replaced_by)"""
    )
    changes.record(warehouse, contract, run_id)
    warehouse.execute(f"DELETE FROM {contract.full_name} WHERE game_date IN (SELECT game_date FROM changed_dates)")
    warehouse.execute(f"INSERT INTO {contract.full_name} ({names}) SELECT {names} FROM hashed")
    warehouse.execute("CREATE OR REPLACE TEMP TABLE touched_dates AS SELECT game_date FROM changed_dates")
    ledger.write_fingerprints(warehouse, contract.full_name, "hashed", contract.key, contract.column_names, "game_date")
    _record(warehouse, table, run_id)
    _refuse_altered(warehouse, table)
    _take_off(warehouse, table)
    _note(warehouse, table, steps, run_id, started)


def _record(warehouse: Warehouse, table: Table, run_id: str) -> None:
    """The ledger's rows as they were, but held, and with a version number that was not there before."""
    warehouse.execute(
        """INSERT OR REPLACE INTO ledger.partitions
        SELECT v.table_name, v.game_date, v.season, 'held', v.expected_rows, v.rows, v.partition_hash, v.input_hash, v.inputs,
          v.code_version, v.checks, $cause, v.run_id, p.record_version + 1, v.first_committed_at, v.committed_at, v.confirmed_by
        FROM changed_dates AS d
        JOIN ledger.previous AS v ON v.table_name = $table AND v.game_date = d.game_date AND v.replaced_by = d.back_to
        JOIN ledger.partitions AS p ON p.table_name = $table AND p.game_date = d.game_date""",
        {"table": table.full_name, "cause": _CAUSE.format(run=run_id)},
    )
    warehouse.execute(
        """UPDATE ledger.partitions SET state = 'held', rows = 0, partition_hash = NULL, input_hash = NULL, inputs = NULL,
          code_version = NULL, checks = '', cause = ?, committed_at = NULL, confirmed_by = NULL
        WHERE table_name = ? AND game_date IN (SELECT game_date FROM changed_dates WHERE back_to = '')""",
        [f"{_CAUSE.format(run=run_id)}: there was no version before", table.full_name],
    )
    ledger.seal(warehouse, "partitions", [table.full_name])


def _refuse_altered(warehouse: Warehouse, table: Table) -> None:
    """What is stored now must have the hashes that were recorded when it was committed; raises WarehouseError."""
    altered = warehouse.rows(
        f"""SELECT d.game_date FROM (SELECT game_date FROM changed_dates WHERE back_to <> '') AS d
        JOIN ledger.partitions AS p ON p.table_name = ? AND p.game_date = d.game_date
        LEFT JOIN (
          SELECT game_date, COUNT(*) AS rows, {partition_hash()} AS hash,
            COUNT(*) FILTER (WHERE data_hash IS DISTINCT FROM {row_hash(table.contract.columns)}) AS altered
          FROM {table.full_name} WHERE game_date IN (SELECT game_date FROM changed_dates) GROUP BY game_date) AS s
          ON s.game_date = d.game_date
        WHERE COALESCE(s.hash, ?) <> p.partition_hash OR COALESCE(s.rows, 0) <> p.rows OR COALESCE(s.altered, 0) > 0 ORDER BY 1""",
        [table.full_name, EMPTY_PARTITION_HASH],
    )
    if altered:
        raise WarehouseError(
            f"{table.name} {altered[0][0]}: the rows kept of the version before are not those that were committed."
            " Nothing was rolled back.",
            "Leave it out of the scope, or correct the input and run  backcourt backfill",
        )


def _take_off(warehouse: Warehouse, table: Table) -> None:
    """Take the version that was put back, and all above it, off the stack."""
    taken = """SELECT p.game_date, p.replaced_by FROM ledger.previous AS p JOIN changed_dates AS d ON d.game_date = p.game_date
      JOIN ledger.runs AS r ON r.run_id = p.replaced_by LEFT JOIN ledger.runs AS b ON b.run_id = d.back_to
      WHERE p.table_name = $table AND r.ordinal >= COALESCE(b.ordinal, 0)"""
    of_table = {"table": table.full_name}
    subjects = sorted({row[1] for row in warehouse.rows(taken, of_table)})
    warehouse.execute(
        f"DELETE FROM ledger.previous WHERE table_name = $table AND (game_date, replaced_by) IN ({taken})", of_table
    )
    previous.forget(warehouse, table.contract, subjects)


def _note(warehouse: Warehouse, table: Table, steps: Sequence[Step], run_id: str, started: datetime) -> None:
    warehouse.execute(
        """INSERT INTO ledger.attempts SELECT $run, $table, a.game_date, a.outcome, 'rolled back', NULL, r.ordinal, '', '', $moment, TRUE
        FROM (SELECT UNNEST($days::DATE[]) AS game_date, UNNEST($outcomes) AS outcome) AS a
        JOIN ledger.runs AS r ON r.run_id = $run""",
        {
            "run": run_id,
            "table": table.full_name,
            "moment": started.replace(tzinfo=None),
            "days": [step.game_date for step in steps],
            "outcomes": [step.outcome for step in steps],
        },
    )
    ledger.seal(warehouse, "attempts", [run_id])


def _tally(table: Table, written: int = 0, not_run: int = 0) -> Tally:
    planned = written + not_run
    return Tally(table.name, planned, planned, 0, 0, written, 0, 0, 0, not_run, 0.0)
