"""The runs: what each considered, skipped, cut off and recomputed, and the seconds that this saved.

Every partition that a run considers ends in one way: skipped because its input is equal, cut off because all that it
reads came out equal, left as it is because no row that changed reaches it (outside the cone), recomputed (written where
its content changed, else unchanged), failed, blocked, or not run as the run was stopped before.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Self

from backcourt.engine import ledger
from backcourt.engine.stops import Stop
from backcourt.errors import UsageError
from backcourt.warehouse.duckdb import Row, Warehouse

LATEST = "latest"

# A run that had nothing to do; the daily job may leave one every ten minutes.
_IDLE = "planned = 0 AND outcome = 'complete'"

_COUNTED = ("outside", "written", "unchanged", "failed", "blocked")

# What one more partition of a table costs, by all runs that measured it. Most of a small run is spent before its first
# partition, and a run that skipped nothing would spend that once: so the slope over runs of several sizes, and never
# more than a partition cost in the cheapest run.
_PRICES = """
  SELECT table_name, IF(COUNT(DISTINCT partitions) > 1,
    LEAST(MIN(seconds / partitions), GREATEST(regr_slope(seconds, partitions), 0)), MIN(seconds / partitions)) AS seconds
  FROM (SELECT table_name, seconds, written + unchanged + failed AS partitions FROM ledger.run_tables)
  WHERE seconds > 0 AND partitions > 0 GROUP BY table_name"""


@dataclass(frozen=True)
class Tally:
    """What became of the partitions of one table in a run, and the seconds in which they were recomputed."""

    table: str
    considered: int
    planned: int
    cut_off: int
    outside: int
    written: int
    unchanged: int
    failed: int
    blocked: int
    not_run: int
    seconds: float
    seconds_saved: float = 0.0


@dataclass(frozen=True)
class Run:
    """One run on record; `skip_rate` is the share of the considered partitions that were not computed.

    `stopped` says why a run ended before its plan did. One that has not ended (`outcome` running) or was killed
    (interrupted, without a `stopped`) has no tallies per table.
    """

    run_id: str
    command: str
    scope: str
    started_at: datetime
    ended_at: datetime | None
    seconds: float | None
    outcome: str
    stopped: str | None
    unit: str
    threads: int
    host: str
    pid: int
    considered: int
    skipped: int
    cut_off: int
    outside: int
    recomputed: int
    changed: int
    unchanged: int
    failed: int
    blocked: int
    not_run: int
    rows: int
    skip_rate: float | None
    seconds_saved: float
    ordinal: int
    tables: tuple[Tally, ...] = field(default=())

    @classmethod
    def of(cls, row: Row) -> Self:
        """A run from its row in the order of the fields."""
        return cls(*row)


def begin(
    warehouse: Warehouse,
    command: str,
    scope: str,
    considered: int,
    planned: int,
    unit: str,
    threads: int,
    started: datetime,
) -> str:
    """Put a new run on record, and close the record of one that was killed; the id of the new one."""
    run_id = f"{started:%Y%m%dT%H%M%S}.{started.microsecond:06d}-{os.getpid()}"
    # A clock that stands still gives every run of a process one name; the later ones are numbered.
    namesakes = warehouse.value("SELECT COUNT(*) FROM ledger.runs WHERE starts_with(run_id, ?)", [run_id])
    run_id += f"-{namesakes + 1}" if namesakes else ""
    with warehouse.transaction():
        _close_killed(warehouse)
        warehouse.execute(
            """INSERT INTO ledger.runs
            SELECT $run, $command, $scope, $moment, NULL, 'running', NULL, COALESCE(MAX(ordinal), 0) + 1,
              $considered, $planned, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, $unit, $threads, $host, $pid,
              (SELECT COALESCE(MAX(ingest_id), 0) FROM ledger.ingests) FROM ledger.runs""",
            {
                "run": run_id,
                "command": command,
                "scope": scope,
                "moment": started.replace(tzinfo=None),
                "considered": considered,
                "planned": planned,
                "unit": unit,
                "threads": threads,
                "host": socket.gethostname(),
                "pid": os.getpid(),
            },
        )
        ledger.seal(warehouse, "runs")
    return run_id


def _close_killed(warehouse: Warehouse) -> None:
    """A run that never ended did what its committed attempts say."""
    counts = ", ".join(
        f"{name} = (SELECT COUNT(*) FROM ledger.attempts AS a WHERE a.run_id = runs.run_id AND a.outcome = '{name}')"
        for name in _COUNTED
    )
    attempted = "(SELECT COUNT(*) FROM ledger.attempts AS a WHERE a.run_id = runs.run_id)"
    warehouse.execute(
        f"UPDATE ledger.runs SET outcome = 'interrupted', {counts}, not_run = planned - {attempted} WHERE outcome = 'running'"
    )


def end(
    warehouse: Warehouse,
    run_id: str,
    outcome: str,
    stop: Stop | None,
    tallies: Sequence[Tally],
    rows: int,
    ended: datetime,
) -> None:
    """Commit how a run ended, with what it saved."""
    with warehouse.transaction():
        write_end(warehouse, run_id, outcome, stop, tallies, rows, ended)


def write_end(
    warehouse: Warehouse,
    run_id: str,
    outcome: str,
    stop: Stop | None,
    tallies: Sequence[Tally],
    rows: int,
    ended: datetime,
) -> None:
    """Put on record how a run ended; call inside a transaction."""
    counts = [sum(getattr(each, name) for each in tallies) for name in ("cut_off", *_COUNTED, "not_run")]
    warehouse.insert("ledger.run_tables", [(run_id, *astuple(each)) for each in tallies])
    warehouse.execute(
        "UPDATE ledger.run_tables SET seconds_saved = (considered - planned + cut_off + outside) * p.seconds"
        f" FROM ({_PRICES}) AS p WHERE p.table_name = run_tables.table_name AND run_id = ?",
        [run_id],
    )
    saved = warehouse.value("SELECT COALESCE(SUM(seconds_saved), 0) FROM ledger.run_tables WHERE run_id = ?", [run_id])
    warehouse.execute(
        "UPDATE ledger.runs SET ended_at = ?, outcome = ?, stopped = ?, rows = ?, cut_off = ?, outside = ?, written = ?, unchanged = ?,"
        " failed = ?, blocked = ?, not_run = ?, seconds_saved = ? WHERE run_id = ?",
        [ended.replace(tzinfo=None), outcome, stop.said if stop else None, rows, *counts, saved, run_id],
    )
    ledger.seal(warehouse, "runs")
    ledger.seal(warehouse, "run_tables", [run_id])


def recorded(warehouse: Warehouse, limit: int | None = None, *, idle: bool = True) -> list[Run]:
    """The runs on record, newest first, with or without those that had nothing to do."""
    which = "TRUE" if idle else f"NOT ({_IDLE})"
    last = "" if limit is None else " LIMIT ?"
    parameters = [] if limit is None else [limit]
    return [Run.of(row) for row in warehouse.rows(f"{_runs()} WHERE {which} ORDER BY ordinal DESC{last}", parameters)]


def count_idle(warehouse: Warehouse) -> int:
    """How many runs had nothing to do."""
    return int(warehouse.value(f"SELECT COUNT(*) FROM ledger.runs WHERE {_IDLE}"))


def find(warehouse: Warehouse, run_id: str) -> Run:
    """A run with its tallies, by id or `latest`; raises UsageError for one that is not on record."""
    wanted = "ordinal = (SELECT MAX(ordinal) FROM ledger.runs)" if run_id == LATEST else "run_id = ?"
    found = warehouse.rows(f"{_runs()} WHERE {wanted}", [] if run_id == LATEST else [run_id])
    if not found:
        newest = warehouse.rows("SELECT run_id FROM ledger.runs ORDER BY ordinal DESC LIMIT 5")
        raise UsageError.unknown_run(run_id, [row[0] for row in newest])
    run = Run.of(found[0])
    names = ", ".join("table_name" if each.name == "table" else each.name for each in fields(Tally))
    tallies = warehouse.rows(f"SELECT {names} FROM ledger.run_tables WHERE run_id = ? ORDER BY rowid", [run.run_id])
    return replace(run, tables=tuple(Tally(*row) for row in tallies))


def chosen(warehouse: Warehouse, run_id: str | None = None, since: str | None = None) -> list[Run]:
    """One run, by default the latest, or all after another one, oldest first; raises UsageError for an unknown id."""
    if run_id is not None and since is not None:
        raise UsageError("A run and the runs since another one cannot both be meant.", "Give --run or --since.")
    if since is None:
        return [find(warehouse, run_id or LATEST)]
    before = find(warehouse, since).ordinal
    return [Run.of(row) for row in warehouse.rows(f"{_runs()} WHERE ordinal > ? ORDER BY ordinal", [before])]


def _runs() -> str:
    """All runs in the order of the fields of `Run`."""
    # A clock may be set back meanwhile; no time is negative.
    return """SELECT run_id, command, scope, started_at, ended_at,
      IF(ended_at < started_at, 0, epoch(ended_at) - epoch(started_at)), outcome, stopped, unit, threads,
      host, pid, considered, considered - planned, cut_off, outside, written + unchanged, written, unchanged, failed, blocked, not_run,
      rows, (considered - planned + cut_off + outside) / NULLIF(considered, 0), seconds_saved, ordinal FROM ledger.runs"""


def as_document(run: Run) -> dict[str, Any]:
    """A run as JSON: all its figures but its place in the ledger."""
    tables = [
        {
            "table": each.table,
            "considered": each.considered,
            "skipped": each.considered - each.planned,
            "cut_off": each.cut_off,
            "outside": each.outside,
            "recomputed": each.written + each.unchanged,
            "changed": each.written,
            "unchanged": each.unchanged,
            "failed": each.failed,
            "blocked": each.blocked,
            "not_run": each.not_run,
            "seconds": round(each.seconds, 3),
            "seconds_saved": round(each.seconds_saved, 3),
        }
        for each in run.tables
    ]
    document = {each.name: getattr(run, each.name) for each in fields(run) if each.name not in ("ordinal", "tables")}
    document["seconds"] = None if run.seconds is None else round(run.seconds, 3)
    document["seconds_saved"] = round(run.seconds_saved, 3)
    return {**document, "tables": tables} if tables else document
