"""Event files that never happened: a run told commit by commit, at moments of the teller's choice."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from backcourt.clock import Clock
from backcourt.engine.events import events_path, snapshot_path
from backcourt.warehouse.duckdb import Warehouse

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
PLAN = {"alpha": {"planned": 40, "values": 400}, "beta": {"planned": 20, "values": 2000}}


def at(seconds: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


@dataclass
class Story:
    """Events of runs, and the warehouse beside which they may be written."""

    path: Path | None = None
    pid: int = os.getpid()
    run: str = "r1"
    events: list[dict[str, Any]] = field(default_factory=list)

    def start(self, seconds: float, planned: int = 60, tables: object = None, command: str = "backfill") -> None:
        known = {"kind": "simulated", "as_of": None, "raw_rows": {"raw.games": 6}, "host": socket.gethostname()}
        told = {"command": command, "planned": planned, "tables": PLAN if tables is None else tables, "scope": "All."}
        self.tell(seconds, "run_started", **told, **known)

    def commit(self, seconds: float, table: str, written: int, failed: int = 0, blocked: int = 0) -> None:
        counts = {"outside": 0, "written": written, "unchanged": 0, "failed": failed, "blocked": blocked}
        self.tell(seconds, "commit", table=table, **counts)

    def end(self, seconds: float, outcome: str = "complete", **more: object) -> None:
        self.tell(seconds, "run_ended", outcome=outcome, **more)

    def tell(self, seconds: float, event: str, **details: object) -> None:
        told = {"at": at(seconds).isoformat(), "event": event, "pid": self.pid, "run": self.run, **details}
        self.events.append(told)
        if self.path is not None:
            with events_path(self.path).open("a", encoding="utf-8") as file:
                file.write(json.dumps(told) + "\n")


@dataclass
class Hands(Clock):
    """A clock whose hands the test moves; `sleep` is a pause that takes no time but on this clock."""

    seconds: float = 0.0
    script: Iterator[None] | None = None

    def now(self) -> datetime:
        return at(self.seconds)

    def sleep(self, seconds: float) -> None:
        """Let time pass, and whatever the script says happen."""
        self.seconds += seconds
        if self.script is not None:
            next(self.script, None)


def snapshot(path: Path, *partitions: tuple[str, str, str, str]) -> None:
    """Replace the snapshot of a warehouse: table, date, state and reason of each partition, which should hold ten rows."""
    lines = ", ".join(
        f"('analytics.{table}', DATE '{day}', '2021-22', 1, 0, '{state}', NULLIF('{reason}', ''), 10, IF('{state}' = 'verified', 10, 0))"
        for table, day, state, reason in partitions
    )
    draft = path.with_name("draft")
    with Warehouse.in_memory() as warehouse:
        warehouse.execute(
            f"COPY (SELECT * FROM (VALUES {lines}) AS p(table_name, game_date, season, games, uncovered, state, reason,"
            f" expected_rows, rows)) TO '{draft}' (FORMAT parquet)"
        )
    draft.replace(snapshot_path(path))
