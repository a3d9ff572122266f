"""The runs that a warehouse has seen: from its ledger, or from its event file while another process has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backcourt.checks.preflight import refuse_without_ledger
from backcourt.engine import events, runs
from backcourt.engine.events import Event
from backcourt.errors import LockedError
from backcourt.report.progress import OUTCOMES, Progress, progress
from backcourt.warehouse.duckdb import Warehouse

COMPLETE, KILLED = "complete", "killed"

# What announces itself like a run and builds nothing.
_OTHERS = ("ingest", "certify")
# A clock that is read on two machines may be off by so much.
_SLACK = timedelta(minutes=1)


@dataclass(frozen=True)
class PastRun:
    """A run that is over; one that was killed has no end."""

    run: str
    outcome: str
    started: datetime
    ended: datetime | None
    host: str
    pid: int
    failed: int
    blocked: int

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        return None if self.ended is None else max(0.0, (self.ended - self.started).total_seconds())

    @property
    def succeeded(self) -> bool:
        """Whether all that it planned is verified."""
        return self.outcome == COMPLETE


@dataclass(frozen=True)
class History:
    """The runs that are over, newest first, and the one that goes on."""

    runs: tuple[PastRun, ...]
    going: Progress | None = None

    @property
    def last(self) -> PastRun | None:
        """The newest run."""
        return self.runs[0] if self.runs else None

    @property
    def last_success(self) -> PastRun | None:
        """The newest run that succeeded."""
        return next((each for each in self.runs if each.succeeded), None)


@dataclass(frozen=True)
class Health:
    """Whether the warehouse is kept up to date, why in one line, and how long ago the newest success or commit was."""

    healthy: bool
    why: str
    age_hours: float | None


def read_history(path: Path, now: datetime, stalled_after: timedelta) -> History:
    """The runs of the warehouse at `path`, whoever has it."""
    try:
        with Warehouse.open(path, read_only=True) as warehouse:
            refuse_without_ledger(warehouse)
            return of_ledger(warehouse)
    except LockedError:
        return of_events(path, now, stalled_after)


def of_ledger(warehouse: Warehouse) -> History:
    """The runs on record. Nobody has the file to write, so one that has not ended was killed."""
    return History(
        tuple(
            PastRun(
                run=each.run_id,
                outcome=KILLED if each.outcome == "running" else each.outcome,
                started=each.started_at.replace(tzinfo=UTC),
                ended=each.ended_at.replace(tzinfo=UTC) if each.ended_at else None,
                host=each.host,
                pid=each.pid,
                failed=each.failed,
                blocked=each.blocked,
            )
            for each in runs.recorded(warehouse)
        )
    )


def of_events(path: Path, now: datetime, stalled_after: timedelta) -> History:
    """The runs that announced themselves, and the one that has the warehouse."""
    going = progress(events.newest_run(path), now, stalled_after=stalled_after)
    if going is not None and going.state == "ended":
        going = None
    told = events.all_events(path, events.STARTED, "commit", events.ENDED)
    past = [_past(run) for run in _split(told)]
    return History(tuple(each for each in reversed(past) if going is None or each.run != going.run), going)


def _split(told: Sequence[Event]) -> list[list[Event]]:
    """The events of each run that builds: its start, its commits, and its end if it came to one."""
    found: dict[str, list[Event]] = {}
    for event in told:
        name = str(event.get("run"))
        if event["event"] == events.STARTED and _builds(event.get("command")):
            found[name] = [event]
        elif name in found:
            found[name].append(event)
    return list(found.values())


def _builds(command: str | None) -> bool:
    return command is not None and command not in _OTHERS


def _past(run: Sequence[Event]) -> PastRun:
    start, last = run[0], run[-1]
    is_over = last["event"] == events.ENDED
    counts = {name: sum(int(event.get(name, 0)) for event in run[1:]) for name in OUTCOMES}
    return PastRun(
        run=str(start["run"]),
        outcome=str(last["outcome"]) if is_over else KILLED,
        started=datetime.fromisoformat(start["at"]),
        ended=datetime.fromisoformat(last["at"]) if is_over else None,
        host=str(start.get("host", "")),
        pid=start["pid"],
        failed=counts["failed"],
        blocked=counts["blocked"],
    )


def health(history: History, now: datetime, max_age: timedelta) -> Health:
    """Whether the newest success, or the newest commit of a run that goes on, is young enough and nothing failed since."""
    going, last, success = history.going, history.last, history.last_success
    commit = going.last_commit if going and _builds(going.command) else None
    moments = [each for each in (success.ended if success else None, commit) if each is not None]
    age = now - max(moments) if moments else None
    hours = None if age is None else round(age.total_seconds() / 3600, 3)
    trouble = _trouble(going, last)
    if trouble:
        return Health(False, trouble, hours)
    if age is None:
        return Health(False, "No run has succeeded yet.", None)
    what = f"run {success.run}" if success and success.ended == max(moments) else f"a commit of run {_name(going)}"
    if age < -_SLACK:
        return Health(False, f"The newest success, {what}, is {-age} in the future: a clock is wrong.", hours)
    limit = max_age.total_seconds() / 3600
    if age > max_age:
        return Health(False, f"The newest success, {what}, is {hours:.1f} hours old, over {limit:g}.", hours)
    return Health(True, f"The newest success, {what}, is {hours:.1f} hours old, within {limit:g}.", hours)


def _trouble(going: Progress | None, last: PastRun | None) -> str:
    if going is not None and going.state == "dead":
        return f"Run {going.run} is dead: its process {going.pid} on {going.host} is gone. `backcourt backfill` goes on from there."
    if going is not None and going.state == "stalled":
        return f"Run {going.run} (process {going.pid} on {going.host}) is stalled: silent since {going.last_heard:%Y-%m-%d %H:%M:%S} UTC."
    if last is None or last.succeeded:
        return ""
    when = f" at {last.ended:%Y-%m-%d %H:%M:%S} UTC" if last.ended else ""
    return f"The last run, {last.run}, ended {last.outcome}{when}: {last.failed} partitions failed, {last.blocked} blocked."


def _name(going: Progress | None) -> str:
    return going.run if going else ""
