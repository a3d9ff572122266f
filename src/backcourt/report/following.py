"""Follows the runs of a warehouse from outside: looks at the event file and the snapshot beside it, never into the file."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from backcourt.clock import Clock
from backcourt.engine import events
from backcourt.engine.events import Event
from backcourt.report.progress import STALLED_AFTER, WINDOW, IsAlive, Progress, is_alive, progress
from backcourt.report.status import Counted, Wanted, counted, read_snapshot
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class View:
    """What there is to see: the newest run, whether it was still on when the watch began, and where the tables stand."""

    run: Progress | None
    is_followed: bool
    standing: Counted | None

    @property
    def is_over(self) -> bool:
        """Whether the run that is followed has ended."""
        return self.is_followed and self.run is not None and self.run.is_over


class Follower:
    """Reads what has changed since it last looked; one run after another, each to its end."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        wanted: Wanted = None,
        scope: Scope | None = None,
        window: timedelta = WINDOW,
        stalled_after: timedelta = STALLED_AFTER,
        alive: IsAlive = is_alive,
    ) -> None:
        self._path, self._clock = path, clock
        self._wanted, self._scope = wanted, scope or Scope()
        self._window, self._stalled_after, self._alive = window, stalled_after, alive
        self._tail = events.Tail(path)
        self._waiting: deque[Event] = deque()
        self._events: list[Event] = []
        self._earlier: str | None = None
        self._is_first = True
        self._stamp: tuple[int, ...] | None = None
        self._standing: Counted | None = None
        self._memory = Warehouse.in_memory(threads=1)

    def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()

    def has_news(self) -> bool:
        """Whether anything was written since the last look: costs next to nothing."""
        self._waiting.extend(self._tail.read())
        return bool(self._waiting) or _stamp(self._path) != self._stamp

    def look(self) -> View:
        """What there is to see now."""
        self._waiting.extend(self._tail.read())
        earlier, found = self._earlier, self._newest()
        if self._is_first and found is not None and found.is_over:
            earlier = self._earlier = found.run
        self._is_first = False
        self._read_snapshot()
        return View(found, found is not None and found.run != earlier, self._standing)

    def _newest(self) -> Progress | None:
        """The run in hand, up to its end; the next one is left for the next look."""
        is_cut_short = False
        while self._waiting:
            if self._waiting[0]["event"] == events.STARTED and self._events:
                # Nobody starts a run while another one goes on, so one without an end will have none.
                is_cut_short = not _has_ended(self._events) and self._events[0].get("run") != self._earlier
                if is_cut_short:
                    self._earlier = str(self._events[0].get("run"))
                    break
                self._events = []
            self._events.append(self._waiting.popleft())
            if self._events[-1]["event"] == events.ENDED:
                break
        found = progress(
            self._events,
            self._clock.now(),
            window=self._window,
            stalled_after=self._stalled_after,
            alive=self._alive,
        )
        return replace(found, state="dead") if found and is_cut_short else found

    def _read_snapshot(self) -> None:
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp, self._standing = stamp, None
        if stamp is not None:
            read_snapshot(self._memory, self._path)
            self._standing = counted(self._memory, self._wanted, self._scope)


def _has_ended(seen: list[Event]) -> bool:
    return any(event["event"] == events.ENDED for event in seen)


def _stamp(path: Path) -> tuple[int, ...] | None:
    """What tells one snapshot from the next; None where there is none."""
    try:
        found = os.stat(events.snapshot_path(path))
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
