"""What is not to be run now, and why: what failed and waits for another try or was given up, what is held, and what is behind.

A failed partition is tried again so many times, each time after twice the wait, as long as its input, its code and the
checks are those that it failed with, and it fails for the same cause. The attempts on record are counted: there is no
other counter that could be wrong. A try that was asked for by name begins the count anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backcourt.engine.evaluate import behind
from backcourt.engine.guard import rules
from backcourt.engine.registry import Registry, Table
from backcourt.settings import Settings
from backcourt.warehouse.duckdb import Warehouse

LONGEST = timedelta(hours=24)
HELD = "held until it is released"


@dataclass(frozen=True)
class Patience:
    """How often a failed partition is tried again, and the first wait; each further one is twice as long, up to a day."""

    retries: int = 3
    wait: timedelta = timedelta(minutes=10)

    @classmethod
    def of(cls, settings: Settings) -> Patience:
        """What the settings say."""
        return cls(settings.retries, timedelta(minutes=settings.retry_after))

    def said(self, attempts: int, last: datetime, now: datetime) -> str | None:
        """Why a partition that failed so many times, at last then, is not tried now; None when it is."""
        if attempts > self.retries:
            return f"given up after {attempts} attempt{'s' if attempts > 1 else ''}"
        next_try = last + min(LONGEST, self.wait * 2 ** min(attempts - 1, 20))
        # Of an attempt that lies in the future only a clock that was set back can tell; nobody waits for it.
        if last > now or next_try <= now:
            return None
        return f"not before {next_try:%Y-%m-%d %H:%M:%S} UTC, tried {attempts} of {self.retries + 1} times"


def tried_with(table: Table, inputs: str = "inputs") -> str:
    """SQL for a digest of all that decides whether a partition of a table fails: its inputs and code, and the checks."""
    return f"md5({inputs} || '{checks_digest(table)}')"


def checks_digest(table: Table) -> str:
    """A digest of the checks that a table has to pass; its code version says nothing of them."""
    return hashlib.sha256("\n".join(f"{rule.name} {rule.sql}" for rule in rules(table)).encode()).hexdigest()


def mark(warehouse: Warehouse, registry: Registry, patience: Patience, now: datetime) -> None:
    """Fill `waits` of the temporary table `evaluation`: why a partition is not to be run now, NULL where it may be."""
    warehouse.execute("UPDATE evaluation SET waits = NULL WHERE waits IS NOT NULL")
    warehouse.execute(
        """UPDATE evaluation SET waits = ? FROM ledger.partitions AS p WHERE p.state = 'held' AND evaluation.state IN ('held', 'missing')
          AND p.table_name = evaluation.table_name AND p.game_date = evaluation.game_date""",
        [HELD],
    )
    failed = [row[0] for row in warehouse.rows("SELECT DISTINCT table_name FROM evaluation WHERE state = 'failed'")]
    for table in registry.ordered:
        if table.full_name in failed:
            _mark_failed(warehouse, table, patience, now.astimezone(UTC).replace(tzinfo=None))
    if warehouse.value("SELECT COUNT(*) FROM evaluation WHERE waits IS NOT NULL"):
        _mark_blocked(warehouse, registry.ordered)


def _mark_failed(warehouse: Warehouse, table: Table, patience: Patience, now: datetime) -> None:
    found = warehouse.rows(
        f"""WITH failed AS (
          SELECT e.game_date, {tried_with(table, "e.inputs")} AS tried, {_kind("p.cause")} AS kind FROM evaluation AS e
          JOIN ledger.partitions AS p ON p.table_name = e.table_name AND p.game_date = e.game_date
          WHERE e.table_name = $table AND e.state = 'failed'),
        seen AS (
          SELECT a.*, r.ordinal FROM ledger.attempts AS a JOIN ledger.runs AS r ON r.run_id = a.run_id
          WHERE a.table_name = $table AND a.game_date IN (SELECT game_date FROM failed)),
        fresh AS (
          SELECT game_date, MAX(ordinal) AS ordinal FROM seen
          WHERE is_asked OR outcome NOT IN ('failed', 'blocked') GROUP BY game_date)
        SELECT f.game_date, COUNT(*), MAX(s.attempted_at) FROM failed AS f
        JOIN seen AS s ON s.game_date = f.game_date AND s.outcome = 'failed' AND s.tried = f.tried AND {_kind("s.cause")} = f.kind
        LEFT JOIN fresh AS x ON x.game_date = f.game_date
        WHERE s.ordinal >= COALESCE(x.ordinal, 0) GROUP BY f.game_date""",
        {"table": table.full_name},
    )
    waits = [(day, said) for day, attempts, last in found if (said := patience.said(attempts, last, now))]
    if waits:
        lists = [list(column) for column in zip(*waits, strict=True)]
        warehouse.execute(
            """UPDATE evaluation SET waits = w.said FROM (SELECT UNNEST(?::DATE[]) AS game_date, UNNEST(?) AS said) AS w
            WHERE evaluation.table_name = ? AND evaluation.game_date = w.game_date""",
            [*lists, table.full_name],
        )


def _mark_blocked(warehouse: Warehouse, tables: Iterable[Table]) -> None:
    """What was blocked and would be again, as something that it reads will not run: to say so once is enough."""
    for table in tables:
        warehouse.execute(
            f"""UPDATE evaluation SET waits = 'behind ' || b.upstream FROM ({behind("e.waits IS NOT NULL")}) AS b
            WHERE evaluation.table_name = $table AND evaluation.state = 'blocked' AND b.game_date = evaluation.game_date""",
            {"table": table.full_name},
        )


def _kind(cause: str) -> str:
    """SQL for what a cause is of: `build`, or the name of the check that failed."""
    return f"split_part({cause}, ':', 1)"
