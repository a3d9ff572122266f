"""What `backcourt status` prints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from backcourt.cli.console import duration, print_table, say
from backcourt.cli.plan import show_waiting
from backcourt.engine.waiting import HELD
from backcourt.report.progress import Progress
from backcourt.report.status import Failure, LastCertificate, MixedCode, Status, TableStatus
from backcourt.seasons import Scope

SHOWN = 20
_STATES = ("expected", "verified", "missing", "stale", "failed", "blocked", "damaged", "games not covered", "rows")


def show(found: Status, scope: Scope, *, by: str, failures: bool, now: datetime) -> None:
    """Print where the built tables stand."""
    known = f", as known at {found.as_of}" if found.as_of else ""
    say(f"{scope.describe()} Data: {found.kind or 'unknown while another process has the file'}{known}.")
    if found.running:
        for line in told(found.running, now):
            say(line)
    say(headline(found.totals))
    print_table("Tables", ("table", "season", *_STATES), [_row(one) for one in found.totals], right=range(2, 11))
    parts = found.by_month if by == "month" else found.by_season
    print_table(f"By {by}", ("table", by, *_STATES), [_row(one) for one in parts], right=range(2, 11))
    if found.mixed:
        _show_mixed(found.mixed)
    if failures:
        print_table("Failures", FAILURE, failure_rows(found.failures))
    show_waiting(found.waiting)
    _show_damage(found.damaged)
    if held_in(found):
        say(
            f"{held_in(found):,} partitions are held after a rollback; `backcourt release` sets them free.", style="red"
        )
    if found.certificate:
        say(_certified(found.certificate))


def held_in(found: Status) -> int:
    """How many partitions are held after a rollback."""
    return sum(one.why == HELD for one in found.waiting)


def show_raw(found: Status, scope: Scope) -> None:
    """Print the raw tables."""
    say(scope.describe())
    if not found.raw:
        say("Raw tables are shown when no other process has the file.")
        return
    rows = [
        (
            *(one.table, one.season, one.games_expected, one.games_present, one.games_partial, one.games_uncovered),
            *(one.rows, ", ".join(f"{games:,} {source}" for source, games in one.sources.items())),
        )
        for one in found.raw
    ]
    headers = ("table", "season", "games expected", "present", "partial", "not covered", "rows", "games by source")
    print_table(
        "Raw tables; games expected are final games that count, within what sources declare",
        headers,
        rows,
        right=range(2, 7),
    )


def headline(totals: Sequence[TableStatus]) -> str:
    """The table that is furthest behind tells how far everything is."""
    if not totals:
        return "No partition is expected in this scope."
    slowest = totals[0]
    if slowest.share == 1:
        return f"All {sum(one.expected for one in totals):,} partitions of {len(totals)} tables are verified."
    return f"At least {floored(slowest)} of every table is verified ({slowest.table} is furthest behind)."


def floored(one: TableStatus) -> str:
    """The verified share, rounded down: only what is whole is 100 %."""
    return f"{int(one.share * 1000) / 10:.1f}%"


def told(run: Progress, now: datetime) -> list[str]:
    """A run in a few lines: who it is, how far it is and how long it will take, and what to do if it is in trouble."""
    return [who(run), pace(run, now), *advice(run)]


def who(run: Progress) -> str:
    """Which run of which process it is, and how it is."""
    busy = "" if run.is_over else "Busy: "
    state = f"ended {run.outcome}" if run.state == "ended" else run.state
    return (
        f"{busy}{run.command or 'run'} {run.run} on {run.host or 'a host'},"
        f" of process {run.pid} since {run.started:%Y-%m-%d %H:%M:%S} UTC: {state}."
    )


def pace(run: Progress, now: datetime) -> str:
    """How much of a run is done, how fast, when the last of it was committed, and how long the rest will take."""
    of = "" if run.planned is None else f" of {run.planned:,}"
    parts = [f"{run.settled:,}{of} {run.unit}"]
    if run.cut_off:
        parts.append(f"{run.cut_off:,} cut off")
    if run.rate is not None:
        parts.append(f"{run.rate:,.1f} a minute over the last {run.window_minutes:g} min")
    if not run.is_over:
        parts.append(_left(run.eta_seconds))
    last = "no commit yet"
    if run.last_commit is not None:
        last = f"last commit {duration((now - run.last_commit).total_seconds())} ago"
    return f"{', '.join((*parts, last))}; {run.failed:,} failed, {run.blocked:,} blocked."


def _left(seconds: float | None) -> str:
    if seconds is None:
        return "time left unknown"
    return f"about {duration(seconds)} left" if seconds > 0 else "overdue at its own pace"


def advice(run: Progress) -> list[str]:
    """What to do about a run in trouble."""
    if run.state == "dead":
        return [f"Process {run.pid} is gone; what was committed stays.  backcourt backfill  goes on from there."]
    if run.state == "stalled":
        return [
            f"Nothing was heard of it since {run.last_heard:%H:%M:%S} UTC. Look at process {run.pid} on {run.host}."
        ]
    return []


FAILURE = ("table", "date", "state", "cause")


def failure_rows(failures: Sequence[Failure], limit: int | None = None) -> list[tuple[object, ...]]:
    """A row for each partition that failed, is blocked or damaged."""
    return [(one.table, one.game_date, one.state, one.cause) for one in failures[:limit]]


def _show_mixed(mixed: Sequence[MixedCode]) -> None:
    rows = [
        (
            *(one.table, each.code_version, "yes" if each.is_current else "no"),
            *(each.partitions, each.first_date, each.last_date),
        )
        for one in mixed
        for each in one.versions
    ]
    headers = ("table", "code version", "today's", "dates", "first", "last")
    print_table("Mixed code: rows of several versions stand in one table", headers, rows, right=(3,))
    say("Dates of older code are stale; build them anew with  backcourt backfill")


def _show_damage(damaged: Sequence[Failure]) -> None:
    for one in damaged[:SHOWN]:
        say(f"{one.table} {one.game_date} is damaged: {one.cause}", style="red")
    if damaged:
        say(f"{len(damaged)} partitions are damaged; `backcourt backfill` rebuilds them.", style="red")


def _certified(last: LastCertificate) -> str:
    """What was last certified; it speaks of what was stored then."""
    what = f"{last.compared:,} partitions compared, {last.mismatches:,} differing"
    of = f"a sample of {last.sample} dates of: " if last.sample is not None else ""
    return f"Last certificate: {last.outcome} at {last.certified_at} UTC, {what}; {of}{last.scope}"


def _row(one: TableStatus) -> tuple[object, ...]:
    states = one.states
    figures = (
        *(states["verified"], states["missing"], states["stale"] + states["surplus"]),
        *(states["failed"], states["blocked"], states["damaged"] + states["held"]),
    )
    return (one.table, one.season or one.month or "all", one.expected, *figures, one.uncovered_games, one.rows)
