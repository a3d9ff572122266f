"""How far the run that has the warehouse has come, from the events that it leaves: stored facts, nothing it says of itself.

The rate is partitions per minute over a window that ends now, so it falls when nothing happens. The time left weighs
partitions by the values that they hold, as those of one table take twenty times as long as those of another: a table
that has committed within the window goes on at its own pace, the others at the pace of all.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from backcourt.engine.events import ENDED, STARTED, Event

State = Literal["running", "stalled", "dead", "ended"]
IsAlive = Callable[[str, int], bool]

OUTCOMES = ("outside", "written", "unchanged", "failed", "blocked")
_COMMITS = ("commit", "compared", "file")
WINDOW = timedelta(minutes=5)
STALLED_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class TableProgress:
    """One table of a run: what was planned, what is settled, partitions per minute in which it was computed, seconds left.

    `cut_off` counts what was planned and need not run, known when the run has gone on to a later table.
    """

    table: str
    planned: int
    settled: int
    cut_off: int
    failed: int
    blocked: int
    rate: float | None
    eta_seconds: float | None

    @property
    def left(self) -> int:
        """How many partitions are still to run."""
        return self.planned - self.settled - self.cut_off


@dataclass(frozen=True)
class Progress:
    """A run as its events tell it; `unit` is what it counts, and `rate` is None before the first commit.

    Where the event file was removed in its midst, nothing is known of what it planned.
    """

    run: str
    command: str
    scope: str
    pid: int
    host: str
    kind: str | None
    as_of: str | None
    raw_rows: dict[str, int]
    state: State
    outcome: str | None
    started: datetime
    ended: datetime | None
    last_commit: datetime | None
    last_heard: datetime
    unit: str
    planned: int | None
    settled: int
    cut_off: int
    failed: int
    blocked: int
    rate: float | None
    window_minutes: float
    eta_seconds: float | None
    tables: tuple[TableProgress, ...]

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("ended", "dead")


@dataclass(frozen=True)
class _Commit:
    """What one commit settled of a table, and the seconds since the commit before it."""

    at: datetime
    table: str
    settled: int
    failed: int
    blocked: int
    seconds: float


def is_alive(host: str, pid: int) -> bool:
    """Whether a process is there; of one on another host nothing is known, so it counts as there."""
    if host != socket.gethostname():
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def progress(
    events: Sequence[Event],
    now: datetime,
    *,
    window: timedelta = WINDOW,
    stalled_after: timedelta = STALLED_AFTER,
    alive: IsAlive = is_alive,
) -> Progress | None:
    """The newest run in some events, oldest first; None where there is none."""
    mine = _of_newest(events)
    if not mine:
        return None
    start = mine[0]
    end = next((event for event in mine if event["event"] == ENDED), None)
    started, heard = _at(start), _at(mine[-1])
    commits = _commits(mine, started)
    plan: dict[str, dict[str, int]] = start.get("tables", {})
    recent = [each for each in commits if each.at > now - window]
    # A run that was stopped has left what it did not come to; any other has dealt with all that it planned.
    is_done = end is not None and not end.get("not_run")
    tables = _tables(plan, commits, recent or commits[-1:], is_over=is_done)
    planned = start.get("planned")
    settled, cut_off = sum(each.settled for each in commits), sum(each.cut_off for each in tables)
    last = commits[-1].at if commits else None
    host = str(start.get("host", ""))
    return Progress(
        run=str(start["run"]),
        command=str(start.get("command", "")),
        scope=str(start.get("scope", "")),
        pid=start["pid"],
        host=host,
        kind=start.get("kind"),
        as_of=start.get("as_of"),
        raw_rows=start.get("raw_rows", {}),
        state=_state(end, now - heard >= stalled_after, alive, host, start["pid"]),
        outcome=None if end is None else str(end.get("outcome", "complete")),
        started=started,
        ended=None if end is None else _at(end),
        last_commit=last,
        last_heard=heard,
        unit="files" if start.get("command") == "ingest" else "partitions",
        planned=planned,
        settled=settled,
        cut_off=cut_off,
        failed=sum(each.failed for each in commits),
        blocked=sum(each.blocked for each in commits),
        rate=_rate(recent, now, started, window) if commits else None,
        window_minutes=window.total_seconds() / 60,
        eta_seconds=None if end or planned is None else _eta(tables, planned - settled - cut_off, recent, commits, now),
        tables=tables,
    )


def _of_newest(events: Sequence[Event]) -> list[Event]:
    """The events of the newest run from its start on, or from the first one that is left."""
    first = max((place for place, event in enumerate(events) if event["event"] == STARTED), default=None)
    if first is None:
        first = next(
            (place for place, event in enumerate(events) if event["event"] in _COMMITS and "run" in event), None
        )
    return [] if first is None else [event for event in events[first:] if event["pid"] == events[first]["pid"]]


def _at(event: Event) -> datetime:
    return datetime.fromisoformat(event["at"])


def _state(end: Event | None, is_silent: bool, alive: IsAlive, host: str, pid: int) -> State:
    if end is not None:
        return "ended"
    if not alive(host, pid):
        return "dead"
    return "stalled" if is_silent else "running"


def _commits(events: Sequence[Event], started: datetime) -> list[_Commit]:
    """What was settled when; a file that was ingested is a commit of one."""
    found, before = [], started
    for event in events:
        kind = event["event"]
        if kind not in _COMMITS:
            continue
        at = _at(event)
        settled = sum(int(event.get(name, 0)) for name in OUTCOMES) + int(event.get("dates", kind == "file"))
        # A clock may be set back meanwhile; no time is negative.
        seconds = max(0.0, (at - before).total_seconds())
        failed, blocked = (int(event.get(name, 0)) for name in ("failed", "blocked"))
        found.append(_Commit(at, str(event.get("table", "")), settled, failed, blocked, seconds))
        before = at
    return found


def _rate(recent: Sequence[_Commit], now: datetime, started: datetime, window: timedelta) -> float | None:
    """Partitions per minute, from the start of the window, or of the run in it, until now."""
    minutes = min(window, now - started).total_seconds() / 60
    return sum(each.settled for each in recent) / minutes if minutes > 0 else None


def _tables(
    plan: dict[str, dict[str, int]], commits: Sequence[_Commit], recent: Sequence[_Commit], *, is_over: bool
) -> tuple[TableProgress, ...]:
    """The tables of a plan, in the order in which they are built, so one behind another that has commits is over."""
    order = list(plan)
    reached = max((order.index(each.table) for each in commits if each.table in plan), default=-1)
    weights = {name: each["values"] / each["planned"] for name, each in plan.items()}
    pace = _pace([(each.settled * weights.get(each.table, 1.0), each.seconds) for each in recent])
    done, latest = _by_table(commits), _by_table(recent)
    tables = []
    for place, name in enumerate(order):
        mine = done.get(name, [])
        settled, planned = sum(each.settled for each in mine), plan[name]["planned"]
        left = max(0, planned - settled) if place >= reached and not is_over else 0
        own = _pace([(each.settled, each.seconds) for each in latest.get(name, [])])
        seconds = left / own if own else left * weights[name] / pace if pace else None
        tables.append(
            TableProgress(
                table=name,
                planned=planned,
                settled=settled,
                cut_off=max(0, planned - settled - left),
                failed=sum(each.failed for each in mine),
                blocked=sum(each.blocked for each in mine),
                rate=own * 60 if own else None,
                eta_seconds=seconds if left else 0.0,
            )
        )
    return tuple(tables)


def _by_table(commits: Sequence[_Commit]) -> dict[str, list[_Commit]]:
    found: dict[str, list[_Commit]] = {}
    for each in commits:
        found.setdefault(each.table, []).append(each)
    return found


def _pace(done: Sequence[tuple[float, float]]) -> float | None:
    """What was done a second, while it was being done; None where that took no time at all."""
    seconds = sum(each for _, each in done)
    return sum(each for each, _ in done) / seconds if seconds > 0 else None


def _eta(
    tables: Sequence[TableProgress], left: int, recent: Sequence[_Commit], commits: Sequence[_Commit], now: datetime
) -> float | None:
    """Seconds left: those of the tables as they stood at the last commit, less what has passed since."""
    pace = _pace([(each.settled, each.seconds) for each in recent or commits[-1:]])
    if not pace:
        return None
    seconds = sum(each.eta_seconds or 0.0 for each in tables) if tables else left / pace
    return max(0.0, seconds - (now - commits[-1].at).total_seconds())
