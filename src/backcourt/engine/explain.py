"""What a partition was built from, with what code, what led to its last run, and why it would run now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from backcourt.engine import chain
from backcourt.engine.chain import Chain
from backcourt.engine.evaluate import changed_inputs, evaluate_all
from backcourt.engine.expect import Reach, reach_of
from backcourt.engine.inputs import stored_table
from backcourt.engine.registry import Registry, Table
from backcourt.engine.supply import Override, Supplied, overrides_on, supplied_on
from backcourt.engine.waiting import Patience, mark
from backcourt.errors import UsageError
from backcourt.warehouse.duckdb import Warehouse

_FACTS = (
    *("state", "reason", "waits", "games", "uncovered_games", "expected_rows", "rows", "partition_hash"),
    *("built_with", "code_version", "record_version", "first_committed_at", "committed_at"),
)

_REACHED: dict[Reach, str] = {
    "whole": "$date IS NOT NULL",
    "same_date": "f.game_date = $date",
    "season": "f.game_date BETWEEN h.first_date AND h.last_date",
    "before": "f.game_date >= h.reads_from AND f.game_date < $date",
    "until": "f.game_date >= h.reads_from AND f.game_date <= $date",
}


@dataclass(frozen=True)
class Input:
    """One upstream table: the columns consumed, of which dates, and whether they changed since the build."""

    table: str
    columns: tuple[str, ...]
    reach: str
    rows: int
    changed: bool


@dataclass(frozen=True)
class PastAttempt:
    """What an earlier run did with the partition."""

    run_id: str
    started_at: datetime
    outcome: str
    reason: str
    cause: str | None


@dataclass(frozen=True)
class Explanation:
    """Everything the ledger knows of one partition, with the chains behind its newest attempt and behind what is due.

    `sources` and `overrides` are of the games of its date, for all that it reads, through other tables too.
    """

    table: str
    game_date: date
    state: str
    reason: str | None
    waits: str | None
    games: int
    uncovered_games: int
    expected_rows: int | None
    rows: int
    partition_hash: str | None
    built_with: str | None
    code_version: str
    record_version: int
    first_committed_at: datetime | None
    committed_at: datetime | None
    checks: tuple[str, ...]
    inputs: tuple[Input, ...]
    sources: tuple[Supplied, ...]
    overrides: tuple[Override, ...]
    attempts: tuple[PastAttempt, ...]
    why_it_ran: Chain | None
    why_it_is_due: Chain | None


def explain(
    warehouse: Warehouse,
    registry: Registry,
    table: Table,
    game_date: date,
    patience: Patience | None = None,
    now: datetime | None = None,
) -> Explanation:
    """Explain one partition; raises UsageError for a date on which nothing is expected or stored."""
    evaluate_all(warehouse, registry)
    mark(warehouse, registry, patience or Patience(), now or warehouse.now())
    found = warehouse.rows(
        """SELECT e.state, e.reason, e.waits, e.games, e.uncovered, p.expected_rows, COALESCE(p.rows, 0), p.partition_hash,
          p.code_version, e.code_version, COALESCE(p.record_version, 0), p.first_committed_at, p.committed_at,
          COALESCE(p.checks, ''), COALESCE(p.inputs, ''), COALESCE(e.inputs, '')
        FROM evaluation AS e LEFT JOIN ledger.partitions AS p ON p.table_name = e.table_name AND p.game_date = e.game_date
        WHERE e.table_name = ? AND e.game_date = ?""",
        [table.full_name, game_date],
    )
    if not found:
        raise UsageError(
            f"{table.name} has no partition on {game_date}: the schedule has no final game that counts on that date.",
            "See the dates with  backcourt report --by date",
        )
    checks, built_from, built_today = found[0][-3:]
    changed = set(changed_inputs(built_from, built_today)) if built_from else set()
    inputs = _inputs(warehouse, registry, table, game_date, changed)
    needs = _needs(registry, table)
    return Explanation(
        table=table.name,
        game_date=game_date,
        **dict(zip(_FACTS, found[0], strict=False)),
        checks=tuple(name for name in checks.split(",") if name),
        inputs=inputs,
        sources=supplied_on(warehouse, needs, game_date),
        overrides=overrides_on(warehouse, needs, game_date),
        attempts=_attempts(warehouse, table, game_date),
        why_it_ran=chain.of_last(warehouse, registry, table, game_date),
        why_it_is_due=chain.of_due(warehouse, registry, table, game_date),
    )


def _needs(registry: Registry, table: Table) -> set[str]:
    """The raw tables that a table reads, through others too."""
    read = {name for each in registry.with_upstream([table]) for name in registry.lineage(each.name).consumed}
    return {stored_table(name).removeprefix("raw.") for name in read if name.startswith("raw.")}


def _inputs(
    warehouse: Warehouse, registry: Registry, table: Table, game_date: date, changed: set[str]
) -> tuple[Input, ...]:
    inputs = []
    for upstream, columns in sorted(registry.lineage(table.name).consumed.items()):
        reach = reach_of(registry, table, upstream)
        rows = warehouse.value(
            f"""SELECT COALESCE(SUM(rows), 0) FROM (SELECT f.game_date, MAX(f.rows) AS rows FROM ledger.column_fingerprints AS f
            LEFT JOIN histories AS h ON $date BETWEEN h.first_date AND h.last_date
            WHERE f.table_name = $table AND {_REACHED[reach]} GROUP BY f.game_date)""",
            {"table": stored_table(upstream), "date": game_date},
        )
        inputs.append(Input(upstream, tuple(sorted(columns)), reach, int(rows), upstream in changed))
    return tuple(inputs)


def _attempts(warehouse: Warehouse, table: Table, game_date: date) -> tuple[PastAttempt, ...]:
    rows = warehouse.rows(
        """SELECT a.run_id, r.started_at, a.outcome, a.reason, a.cause FROM ledger.attempts AS a
        JOIN ledger.runs AS r ON r.run_id = a.run_id WHERE a.table_name = ? AND a.game_date = ?
        ORDER BY r.started_at DESC LIMIT 10""",
        [table.full_name, game_date],
    )
    return tuple(PastAttempt(*row) for row in rows)
