"""Who has a warehouse open to write: a file beside it that names the holder, and whose age is that of its heartbeat.

DuckDB's own lock keeps a second process of the same machine out, and goes with the process that held it. It does not
tell who that is, since when, or whether it is still at work; and over a network it may not hold. The lease says so, and
is refused while its holder lives.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from backcourt.clock import Clock
from backcourt.errors import LockedError, WarehouseError

TIMEOUT = 60.0
HEARTBEAT = 5.0

# The leases of this process: DuckDB lets it open a file twice, and that is one holder.
_HELD: dict[Path, Lease] = {}


@dataclass(frozen=True)
class Holder:
    """The process that has, or had, a warehouse open to write, and when it was last heard of."""

    pid: int
    host: str
    since: datetime
    heartbeat: datetime
    token: str

    def __str__(self) -> str:
        return f"on {self.host} since {_shown(self.since)}, last heard of {_shown(self.heartbeat)}"

    def is_gone(self, now: datetime, timeout: float) -> bool:
        """Whether it is dead: no such process on this machine, or not heard of for so many seconds."""
        if self.host == socket.gethostname() and not _runs(self.pid):
            return True
        return (now - self.heartbeat).total_seconds() > timeout


def lease_path(warehouse_path: Path) -> Path:
    """Where the lease of a warehouse is while somebody writes."""
    return warehouse_path.with_name(warehouse_path.name + ".lease")


def holder_of(warehouse_path: Path) -> Holder | None:
    """Who has a warehouse open to write by its lease, if anybody; raises WarehouseError for a lease that is none."""
    path = lease_path(warehouse_path)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        beat = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Holder(found["pid"], found["host"], datetime.fromisoformat(found["since"]), beat, found["token"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WarehouseError(
            f"The lease {path} cannot be read: {error}.", "If nobody writes to this warehouse, delete that file."
        ) from error


class Lease:
    """The lease of an open warehouse, kept alive until it is released; `taken_from` is the dead holder before it."""

    def __init__(self, warehouse_path: Path, clock: Clock, taken_from: Holder | None) -> None:
        self._path = lease_path(warehouse_path)
        self._clock = clock
        self._token = uuid.uuid4().hex
        self._since = clock.now()
        self._over = threading.Event()
        self._failure: OSError | None = None
        self._users = 1
        self._warehouse = warehouse_path
        self.taken_from = taken_from

    @classmethod
    def take(cls, warehouse_path: Path, clock: Clock, timeout: float = TIMEOUT) -> Lease:
        """Take the lease of a warehouse whose file was opened; raises LockedError while another holder lives."""
        warehouse_path = warehouse_path.resolve()
        if warehouse_path in _HELD:
            held = _HELD[warehouse_path]
            held._users, held.taken_from = held._users + 1, None
            return held
        before = holder_of(warehouse_path)
        if before and not before.is_gone(clock.now(), timeout):
            raise LockedError(
                f"The warehouse {warehouse_path} is in use by process {before.pid} {before}.",
                f"Wait for it. If it is dead, its lease can be taken over {timeout:g} s after it was last heard of.",
            )
        lease = cls(warehouse_path, clock, before)
        lease._write()
        _HELD[warehouse_path] = lease
        threading.Thread(target=lease._keep, name="lease", daemon=True).start()
        return lease

    def confirm(self) -> None:
        """Raise unless the lease is still this process's, and its heartbeat goes on: nothing may be committed then."""
        if self._failure:
            raise WarehouseError(
                f"The lease {self._path} cannot be kept: {self._failure.strerror}.",
                "Others may take the warehouse for free, so nothing more is committed. Free some room, or correct its rights.",
            )
        now = holder_of(self._warehouse)
        if now is None:
            self._write()
        elif now.token != self._token:
            raise LockedError(
                f"The warehouse {self._warehouse} was taken over by process {now.pid} {now}.",
                "This process was not heard of for too long. What it had committed stays; nothing more is.",
            )

    def release(self) -> None:
        """Give the lease up, when the last who uses it in this process does."""
        self._users -= 1
        if self._users:
            return
        self._over.set()
        del _HELD[self._warehouse]
        now = holder_of(self._warehouse)
        if now and now.token == self._token:
            self._path.unlink()

    def _keep(self) -> None:
        while not self._over.wait(HEARTBEAT):
            try:
                beat = self._clock.now().timestamp()
                os.utime(self._path, (beat, beat))
            except FileNotFoundError:
                # Deleted by other hands; the next commit writes it again, or there is none.
                continue
            except OSError as error:
                self._failure = error
                return

    def _write(self) -> None:
        """Write the lease in one step, so that nobody reads half of it."""
        known = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": self._since.isoformat(),
            "token": self._token,
        }
        draft = self._path.with_name(f"{self._path.name}.{self._token}")
        beat = self._clock.now().timestamp()
        try:
            draft.write_text(json.dumps(known) + "\n", encoding="utf-8")
            os.utime(draft, (beat, beat))
            draft.replace(self._path)
        except OSError as error:
            raise WarehouseError(
                f"The lease {self._path} cannot be written: {error.strerror}.",
                "Free some room, or correct the rights of its folder.",
            ) from error


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
