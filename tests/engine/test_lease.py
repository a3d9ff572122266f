"""One writer holds the lease of a warehouse: who that is is told, a dead one is followed, a live one never."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backcourt.engine import events
from backcourt.errors import LockedError, WarehouseError
from backcourt.warehouse import lease as module
from backcourt.warehouse.duckdb import Warehouse
from backcourt.warehouse.lease import holder_of, lease_path

HERE = socket.gethostname()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A warehouse file with one table."""
    with Warehouse.open(tmp_path / "w.duckdb", threads=1) as warehouse:
        warehouse.execute("CREATE TABLE t AS SELECT 1 AS a")
    return tmp_path / "w.duckdb"


@pytest.fixture
def dead() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def living() -> Iterator[int]:
    """The number of another process that lives."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process.pid
        process.communicate(b"\n")


def leave(path: Path, pid: int, host: str = HERE, seconds_ago: float = 0.0) -> None:
    """Leave a lease as a process would that was last heard of so long ago."""
    beat = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    known: dict[str, Any] = {"pid": pid, "host": host, "since": "2026-07-01T12:00:00+00:00", "token": "other"}
    lease_path(path).write_text(json.dumps(known), encoding="utf-8")
    os.utime(lease_path(path), (beat.timestamp(), beat.timestamp()))


def write(path: Path, **options: float) -> None:
    with Warehouse.open(path, threads=1, **options) as warehouse, warehouse.transaction():  # type: ignore[arg-type]
        warehouse.execute("INSERT INTO t VALUES (2)")


def rows(path: Path) -> int:
    with Warehouse.open(path, read_only=True) as warehouse:
        return int(warehouse.value("SELECT COUNT(*) FROM t"))


class TestHeld:
    def test_while_somebody_writes(self, path: Path) -> None:
        before = datetime.now(UTC) - timedelta(seconds=1)
        with Warehouse.open(path, threads=1):
            holder = holder_of(path)
            assert holder is not None
            assert (holder.pid, holder.host) == (os.getpid(), HERE)
            assert before < holder.since < datetime.now(UTC)
            assert before < holder.heartbeat < datetime.now(UTC) + timedelta(seconds=1)
        assert holder_of(path) is None
        assert {each.name for each in path.parent.iterdir()} == {"w.duckdb"}

    def test_not_by_a_reader(self, path: Path) -> None:
        with Warehouse.open(path, read_only=True):
            assert holder_of(path) is None
        with Warehouse.in_memory() as warehouse:
            assert warehouse.taken_from is None

    def test_it_beats(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "HEARTBEAT", 0.01)
        with Warehouse.open(path, threads=1):
            os.utime(lease_path(path), (0, 0))
            deadline = time.monotonic() + 10
            while (holder := holder_of(path)) and holder.heartbeat.year == 1970:
                assert time.monotonic() < deadline
                time.sleep(0.01)

    def test_twice_in_one_process(self, path: Path) -> None:
        """DuckDB lets it; that is one holder, until the last has closed."""
        first = Warehouse.open(path, threads=1)
        second = Warehouse.open(path, threads=1)
        first.close()
        first.close()
        assert holder_of(path) is not None
        with second.transaction():
            second.execute("INSERT INTO t VALUES (2)")
        second.close()
        assert holder_of(path) is None


class TestLeft:
    def test_by_a_dead_process(self, path: Path, dead: int) -> None:
        """However short ago it was heard of."""
        leave(path, dead)
        with Warehouse.open(path, threads=1) as warehouse:
            assert warehouse.taken_from is not None
            assert warehouse.taken_from.pid == dead
            events.tell_takeover(warehouse)
        (event,) = events.newest_run(path)
        assert (event["event"], event["dead_pid"], event["host"]) == ("lease_taken_over", dead, HERE)
        write(path)
        assert len(events.newest_run(path)) == 1

    def test_by_a_process_that_lives(self, path: Path, living: int) -> None:
        leave(path, living)
        with pytest.raises(LockedError, match=f"in use by process {living} on {HERE} since 2026-07-01 12:00:00 UTC"):
            write(path)
        assert rows(path) == 1
        assert holder_of(path) is not None

    def test_by_a_process_not_heard_of(self, path: Path, living: int) -> None:
        """Of this machine or another: its number may be another process's by now."""
        for host in (HERE, "elsewhere"):
            leave(path, living, host, seconds_ago=61)
            write(path)
        assert rows(path) == 3

    def test_by_another_machine(self, path: Path, dead: int) -> None:
        """Whether that process is dead nobody here can tell but by its heartbeat."""
        leave(path, dead, "elsewhere", seconds_ago=50)
        with pytest.raises(LockedError, match="on elsewhere since"):
            write(path)
        with pytest.raises(LockedError):
            write(path, lease_timeout=51)
        write(path, lease_timeout=49)
        assert rows(path) == 2

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
    def test_what_is_no_lease(self, path: Path, text: str) -> None:
        """Nobody guesses what it was."""
        lease_path(path).write_text(text, encoding="utf-8")
        with pytest.raises(WarehouseError, match=r"w\.duckdb\.lease cannot be read"):
            write(path)
        assert rows(path) == 1


class TestLost:
    def test_taken_over_meanwhile(self, path: Path, living: int) -> None:
        """A process that slept too long must not commit what it does after that."""
        warehouse = Warehouse.open(path, threads=1)
        leave(path, living)
        with pytest.raises(LockedError, match=f"was taken over by process {living}"), warehouse.transaction():
            warehouse.execute("INSERT INTO t VALUES (2)")
        warehouse.close()
        assert rows(path) == 1
        holder = holder_of(path)
        assert holder is not None
        assert holder.pid == living

    def test_deleted_by_other_hands(self, path: Path) -> None:
        with Warehouse.open(path, threads=1) as warehouse:
            lease_path(path).unlink()
            with warehouse.transaction():
                warehouse.execute("INSERT INTO t VALUES (2)")
            assert holder_of(path) is not None
        assert holder_of(path) is None

    def test_a_heartbeat_that_fails(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object) -> None:
            raise PermissionError(1, "not permitted")

        monkeypatch.setattr(module, "HEARTBEAT", 0.01)
        with Warehouse.open(path, threads=1) as warehouse:
            monkeypatch.setattr("os.utime", fail)
            time.sleep(0.2)
            monkeypatch.undo()
            with pytest.raises(WarehouseError, match="cannot be kept: not permitted"), warehouse.transaction():
                warehouse.execute("INSERT INTO t VALUES (2)")
        assert rows(path) == 1

    def test_no_place_for_it(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "write_text", fail)
        with pytest.raises(WarehouseError, match="cannot be written: No space left"):
            write(path)
        monkeypatch.undo()
        write(path)
        assert rows(path) == 2
