"""`backcourt status --watch`: follow a run from another terminal until it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from backcourt.cli.console import INTERRUPTED, duration, print_json_line, print_table, rich_table, say, screen
from backcourt.cli.status_view import FAILURE, SHOWN, advice, failure_rows, floored, headline, pace, told, who
from backcourt.clock import Clock
from backcourt.report.following import Follower, View
from backcourt.report.status import Counted, TableStatus

if TYPE_CHECKING:
    from rich.console import RenderableType

# How often to look whether a run has begun; a glance costs microseconds, so its first figure comes soon.
_GLANCE = 0.2
_SOUND = ("complete", "passed")
_WAITING = "No run is going on; waiting for one."
_TABLES = (
    *("table", "verified", "expected", "share", "rows", "expected rows"),
    *("done now", "planned", "a minute", "left", "failed", "blocked"),
)
_PERIODS = ("verified", "expected", "share", "least of a table", "table", "failed", "blocked")

Pause = Callable[[float], None]
Show = Callable[[View, datetime], None]


def watch(
    follower: Follower,
    clock: Clock,
    interval: float,
    *,
    by: str,
    failures: bool,
    as_json: bool,
    pause: Pause = time.sleep,
) -> int:
    """Show a run until it has ended; returns the exit code, by how it ended. Ctrl-C ends the watch and not the run."""
    on_terminal = screen().is_terminal and not as_json
    try:
        if on_terminal:
            view = _live(follower, clock, interval, pause, by=by, failures=failures)
        else:
            show = _Documents(by) if as_json else _Lines(failures=failures)
            view = _follow(follower, clock, interval, pause, show)
    except KeyboardInterrupt:
        if not as_json:
            say("Stopped watching; what was watched goes on.")
        return INTERRUPTED
    if not on_terminal and not as_json:
        _print_tables(view, by)
    return 0 if view.run is not None and view.run.outcome in _SOUND else 1


def _follow(follower: Follower, clock: Clock, interval: float, pause: Pause, show: Show) -> View:
    """Show what there is, at once when a run begins and then each interval, until that run is over."""
    view, shown = None, clock.now()
    while True:
        now = clock.now()
        is_due = view is None or (now - shown).total_seconds() >= interval
        if is_due or (view is not None and not view.is_followed and follower.has_news()):
            view, shown = follower.look(), now
            show(view, now)
            if view.is_over:
                return view
        pause(min(_GLANCE, interval))


def _live(follower: Follower, clock: Clock, interval: float, pause: Pause, *, by: str, failures: bool) -> View:
    from rich.live import Live

    with Live(console=screen(), auto_refresh=False, vertical_overflow="ellipsis") as live:

        def show(view: View, now: datetime) -> None:
            live.update(_picture(view, now, by, failures=failures), refresh=True)

        return _follow(follower, clock, interval, pause, show)


class _News:
    """Tells views apart by what happened, not by the time that passes."""

    def __init__(self) -> None:
        self._last: object = None

    def is_news(self, view: View) -> bool:
        """Whether something happened since the last view."""
        run = view.run
        seen = (run and (run.run, run.state, run.settled, run.last_commit), view.standing and view.standing["totals"])
        self._last, last = (view.is_followed, seen), self._last
        return last != self._last


class _Documents(_News):
    """A JSON document on a line whenever something happened."""

    def __init__(self, by: str) -> None:
        super().__init__()
        self._by = by

    def __call__(self, view: View, now: datetime) -> None:
        if not self.is_news(view):
            return
        document: dict[str, object] = {"at": now, "is_followed": view.is_followed, "run": view.run}
        if view.standing:
            parts = view.standing["by_month" if self._by == "month" else "by_season"]
            document |= {
                "totals": view.standing["totals"],
                f"by_{self._by}": parts,
                "failures": view.standing["failures"],
            }
        print_json_line(document)


class _Lines(_News):
    """A line whenever something happened, and with `failures` one for each failure."""

    def __init__(self, *, failures: bool) -> None:
        super().__init__()
        self._failures = failures
        self._told: set[object] = set()

    def __call__(self, view: View, now: datetime) -> None:
        if not self.is_news(view):
            return
        stamp = f"{now:%Y-%m-%d %H:%M:%SZ}"
        for line in _lines(view, now):
            # Who it is is told once, and once more when it has stalled, died or ended.
            if line not in self._told:
                self._told.add(line)
                say(f"{stamp} {line}")
        for one in view.standing["failures"] if self._failures and view.standing else ():
            if one not in self._told:
                self._told.add(one)
                say(f"{stamp} {one.state}: {one.table} {one.game_date}: {one.cause}")


def _lines(view: View, now: datetime) -> list[str]:
    standing = headline(view.standing["totals"]) if view.standing else "Where the tables stand is not known yet."
    if view.run is None or not view.is_followed:
        return [f"{_WAITING} {standing}"]
    return [who(view.run), f"{pace(view.run, now)} {standing}", *advice(view.run)]


def _picture(view: View, now: datetime, by: str, *, failures: bool) -> RenderableType:
    """Everything at once: the headline, the tables, the failures, and the breakdown."""
    from rich.console import Group
    from rich.text import Text

    run, standing = view.run, view.standing
    lines = [_WAITING] if run is None or not view.is_followed else told(run, now)
    style = {"stalled": "yellow", "dead": "red"}.get(run.state if run else "", "")
    parts: list[RenderableType] = [Text(line, style=style) for line in lines]
    if standing:
        parts += [Text(headline(standing["totals"]), style="bold"), Text("")]
        parts += [rich_table("Tables", _TABLES, _table_rows(view), right=(*range(1, 9), 10, 11)), Text("")]
        if standing["failures"]:
            shown = failure_rows(standing["failures"], None if failures else 3)
            parts += [rich_table(f"{len(standing['failures']):,} failures", FAILURE, shown), Text("")]
        parts.append(rich_table(f"By {by}", (by, *_PERIODS), _period_rows(standing, by), right=(1, 2, 3, 4, 6, 7)))
    return Group(*parts)


def _print_tables(view: View, by: str) -> None:
    """After the last line everything once more, as the terminal would show it."""
    if view.standing:
        print_table("Tables", _TABLES, _table_rows(view), right=(*range(1, 9), 10, 11))
        print_table(f"By {by}", (by, *_PERIODS), _period_rows(view.standing, by), right=(1, 2, 3, 4, 6, 7))
        failures = view.standing["failures"]
        if failures:
            print_table(f"{len(failures):,} failures", FAILURE, failure_rows(failures, SHOWN))


def _table_rows(view: View) -> list[tuple[object, ...]]:
    """A row for each table, the one furthest behind first; what a run has not planned for has no figures of it."""
    of_run = {each.table: each for each in view.run.tables} if view.run and view.is_followed else {}
    rows = []
    for one in view.standing["totals"] if view.standing else ():
        now = of_run.get(one.table)
        figures: tuple[object, ...] = (None, None, None, None)
        if now is not None:
            rate = None if now.rate is None else f"{now.rate:,.0f}"
            figures = (now.settled, now.planned, rate, duration(now.eta_seconds) if now.left else "-")
        states = one.states
        stored = (states["verified"], one.expected, floored(one), one.rows, one.expected_rows)
        rows.append((one.table, *stored, *figures, states["failed"], states["blocked"]))
    return rows


def _period_rows(standing: Counted, by: str) -> list[tuple[object, ...]]:
    """A row for each season or month, with the table that is furthest behind in it."""
    periods: dict[str, list[TableStatus]] = {}
    for one in standing["by_month"] if by == "month" else standing["by_season"]:
        periods.setdefault(one.month or one.season or "", []).append(one)
    return [_period(name, tables) for name, tables in sorted(periods.items())]


def _period(name: str, tables: Sequence[TableStatus]) -> tuple[object, ...]:
    least = min(tables, key=lambda one: (one.share, one.table))
    sums = {state: sum(one.states[state] for one in tables) for state in ("verified", "failed", "blocked")}
    expected = sum(one.expected for one in tables)
    share = int(1000 * sums["verified"] / expected) / 10 if expected else 100.0
    return (
        name,
        sums["verified"],
        expected,
        f"{share:.1f}%",
        floored(least),
        least.table,
        sums["failed"],
        sums["blocked"],
    )
