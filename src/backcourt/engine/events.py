"""What other processes may read while a run has the warehouse: an event file and a snapshot of the ledger beside it.

DuckDB lets nobody else in while one process writes. Each event is one JSON line; the snapshot is replaced in one
step at each commit, so a reader sees a whole one.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from backcourt.engine import ledger
from backcourt.engine.evaluate import WITH_CODE
from backcourt.errors import WarehouseError
from backcourt.warehouse.duckdb import Warehouse

Event = dict[str, Any]

STARTED, ENDED = "run_started", "run_ended"

_BLOCK = 1 << 20
# A text within an event has its quotes escaped, so this stands only where an event says what it is.
_START_MARK = f'"event": "{STARTED}"'.encode()


def events_path(warehouse_path: Path) -> Path:
    """Where the events of a warehouse are appended."""
    return warehouse_path.with_name(warehouse_path.name + ".events.jsonl")


def snapshot_path(warehouse_path: Path) -> Path:
    """Where the snapshot of a warehouse's evaluation is."""
    return warehouse_path.with_name(warehouse_path.name + ".status.parquet")


def start(
    warehouse: Warehouse,
    moment: datetime,
    command: str,
    run: str,
    planned: int,
    details: Mapping[str, object] | None = None,
) -> None:
    """Tell that a run has the warehouse, with where it stands: what readers cannot ask the warehouse for until it ends."""
    told = {"run": run, "command": command, "host": socket.gethostname(), "planned": planned, **(details or {})}
    # A run without anything to do is over before anybody looks, and is to cost nothing.
    if planned:
        write_snapshot(warehouse)
        told |= {key: ledger.meta(warehouse, key) for key in ("kind", "as_of")}
        told["raw_rows"] = ledger.raw_rows(warehouse)
    append(warehouse, moment, STARTED, told)


def append(warehouse: Warehouse, moment: datetime, event: str, details: Mapping[str, object]) -> None:
    """Add one event; raises WarehouseError when the file cannot be written. A warehouse in memory has none."""
    if warehouse.path is not None:
        append_beside(warehouse.path, moment, event, details)


def append_beside(warehouse_path: Path, moment: datetime, event: str, details: Mapping[str, object]) -> None:
    """The same for a warehouse that is not open here."""
    line = json.dumps({"at": moment.isoformat(), "event": event, "pid": os.getpid(), **details}, default=str)
    path = events_path(warehouse_path)
    try:
        with path.open("a+b") as file:
            file.write(_new_line(file) + line.encode() + b"\n")
    except OSError as error:
        raise WarehouseError(
            f"The event file {path} cannot be written: {error.strerror}.",
            "Free some room or correct its rights; the warehouse itself is intact.",
        ) from error


def tell_takeover(warehouse: Warehouse) -> None:
    """Add an event where a warehouse was opened to write whose last writer did not close it."""
    dead = warehouse.taken_from
    if dead:
        told = {"dead_pid": dead.pid, "host": dead.host, "since": dead.since, "heartbeat": dead.heartbeat}
        append(warehouse, warehouse.now(), "lease_taken_over", told)


def _new_line(file: BinaryIO) -> bytes:
    """What ends the line of a process that was killed at it, so that it spoils no other."""
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        return b""
    file.seek(size - 1)
    return b"" if file.read(1) == b"\n" else b"\n"


class Tail:
    """Reads an event file from the start of its newest run on, then whatever is appended; a new file from its beginning."""

    def __init__(self, warehouse_path: Path) -> None:
        self._path = events_path(warehouse_path)
        self._file: int | None = None
        self._offset = 0

    def read(self) -> list[Event]:
        """The events since the last call, oldest first; of a line that a writer is still at, nothing yet."""
        try:
            file = self._path.open("rb")
        except FileNotFoundError:
            self._file, self._offset = None, 0
            return []
        with file:
            self._find_place(file)
            file.seek(self._offset)
            whole, newline, _ = file.read().rpartition(b"\n")
        self._offset += len(whole) + len(newline)
        return _parsed(whole)

    def _find_place(self, file: BinaryIO) -> None:
        """Go to the newest run at first; to the beginning when the file was replaced or cut."""
        found = os.fstat(file.fileno())
        if self._file is None:
            self._offset = _newest_start(file)
        elif found.st_ino != self._file or found.st_size < self._offset:
            self._offset = 0
        self._file = found.st_ino


def newest_run(warehouse_path: Path) -> list[Event]:
    """The start of the newest run and what came after it, oldest first; all events where no start is on record."""
    return Tail(warehouse_path).read()


def all_events(warehouse_path: Path, *kinds: str) -> list[Event]:
    """Every event of some kinds, oldest first."""
    path = events_path(warehouse_path)
    marks = [f'"event": "{kind}"'.encode() for kind in kinds]
    if not path.exists():
        return []
    with path.open("rb") as file:
        return _parsed(b"\n".join(line.rstrip(b"\n") for line in file if any(mark in line for mark in marks)))


def _newest_start(file: BinaryIO) -> int:
    """Where the line of the newest start begins: searched from the end, as a file holds the events of years."""
    end = file.seek(0, os.SEEK_END)
    seen, tail = end, b""
    while seen > 0:
        begin = max(0, seen - _BLOCK)
        file.seek(begin)
        tail = file.read(seen - begin) + tail
        mark = tail.rfind(_START_MARK)
        line = tail.rfind(b"\n", 0, mark) + 1 if mark >= 0 else 0
        if mark >= 0 and (line > 0 or begin == 0):
            return begin + line
        seen = begin
    return 0


def _parsed(text: bytes) -> list[Event]:
    found = (_event(line) for line in text.splitlines() if line)
    return [event for event in found if event is not None]


def _event(line: bytes) -> Event | None:
    """An event; None for the piece of a line that a killed process, or a full disk, left."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and {"at", "event", "pid"} <= event.keys() else None


def write_snapshot(warehouse: Warehouse) -> None:
    """Replace the snapshot with the temporary table `evaluation`, each partition with the code it was built with."""
    if warehouse.path is None:
        return
    final = snapshot_path(warehouse.path)
    draft = final.with_name(final.name + f".{os.getpid()}")
    literal = "'" + str(draft).replace("'", "''") + "'"
    warehouse.execute(
        "COPY (SELECT table_name, game_date, season, games, uncovered, state, reason, expected_rows, rows, ordinal,"
        f" code_version, built_with, waits FROM {WITH_CODE} ORDER BY ordinal, game_date) TO {literal} (FORMAT parquet)"
    )
    draft.replace(final)
