"""`backcourt ingest` of a source that is fetched: progress, what stands in the way, and what it changed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import typer

from backcourt.cli.console import complain, print_table, progress, say
from backcourt.cli.options import CLOCK, Common, open_common
from backcourt.cli.signals import stop_switch
from backcourt.engine import origin
from backcourt.engine.intake import Outcome
from backcourt.engine.registry import default_registry
from backcourt.errors import UsageError
from backcourt.seasons import Scope, season_of
from backcourt.sources.feed.follow import Price, price, questions
from backcourt.sources.feed.follow import follow as feed_snapshots
from backcourt.sources.feed.follower import Follower
from backcourt.sources.feed.outcome import HAD, FeedReport, Told
from backcourt.sources.feed.season import FeedSeason
from backcourt.sources.http import Fetcher, Progress, open_fetcher
from backcourt.warehouse.duckdb import Warehouse

SHOWN = 10


def fetch(
    options: Common, name: str, feed: FeedSeason, labels: Sequence[str], max_vanishing: float
) -> list[FeedReport]:
    """Feed the warehouse with some seasons of a source, by default the current one; a signal stops it between documents."""
    seasons = labels or (season_of(CLOCK.today_eastern()),)

    def opening() -> Warehouse:
        return open_common(options, read_only=False, must_exist=False)

    reports = []
    with (
        stop_switch() as should_stop,
        open_fetcher(options.settings, os.environ, CLOCK, warn=complain, should_stop=should_stop) as fetcher,
        progress(f"Fetching from {name}", None) as step,
    ):
        for season in seasons:
            reports.append(
                feed(
                    opening,
                    default_registry(),
                    season,
                    fetcher,
                    CLOCK,
                    max_vanishing=max_vanishing,
                    progress=told(step),
                )
            )
            if reports[-1].outcomes:
                with opening() as warehouse:
                    origin.remember(warehouse, name, (name,))
            if reports[-1].stopped:
                break
    return reports


def follow(options: Common, follower: Follower, scope: Scope, folder: Path | None, *, yes: bool) -> list[FeedReport]:
    """Feed the warehouse with the snapshots of a source about the games in scope; what costs credits is confirmed first."""

    def opening() -> Warehouse:
        return open_common(options, read_only=False, must_exist=False)

    reports: list[FeedReport] = []
    with (
        stop_switch() as should_stop,
        open_fetcher(options.settings, os.environ, CLOCK, warn=complain, should_stop=should_stop) as fetcher,
    ):
        place = str(folder.resolve()) if folder else options.settings.bigdataball
        asked = questions(opening, follower, scope, fetcher, CLOCK, place)
        _confirm(follower, price(follower, asked, fetcher), fetcher, yes=yes)
        with progress(f"Fetching from {follower.name}", None) as step:
            for each in asked:
                reports.append(
                    feed_snapshots(opening, default_registry(), follower, each, fetcher, CLOCK, progress=told(step))
                )
                if reports[-1].outcomes:
                    with opening() as warehouse:
                        origin.remember(warehouse, follower.name, (follower.name, *([place] if folder else [])))
                if reports[-1].stopped:
                    break
    return reports


def _confirm(follower: Follower, cost: Price, fetcher: Fetcher, *, yes: bool) -> None:
    """Ask before credits are spent; raises UsageError where nobody can be asked, or it is more than a run may spend."""
    if not cost.credits:
        return
    question = f"{follower.name} will take {cost}{_left(follower, fetcher)}."
    if cost.credits > fetcher.budget.allowed:
        raise UsageError(
            f"{question} A run may spend {fetcher.budget.allowed:,}; nothing was sent.",
            "Name fewer dates with --dates, or raise BACKCOURT_CREDITS.",
        )
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"{question} Nothing was sent.", "Name fewer dates with --dates, or confirm with --yes.")
        typer.confirm(f"{question} Go on?", abort=True)
    fetcher.budget.confirm(follower.name, cost.credits)


def _left(follower: Follower, fetcher: Fetcher) -> str:
    known = fetcher.archive.credits(follower.name)
    return f"; {known[0]:,} were left at {known[1]:%Y-%m-%d %H:%M} UTC" if known else ""


def show(report: FeedReport) -> None:
    """Tell of a season: documents by state, the first that stand in the way, and the raw rows that changed."""
    states = ", ".join(f"{count:,} {state}" for state, count in report.states.items())
    say(
        f"{report.source} {report.season}: {report.documents:,} documents, {report.fetched:,} of them fetched now: {states}"
    )
    if report.outcomes:
        show_outcomes(report.outcomes)
        say(f"{report.due:,} partitions of built tables are due; see  backcourt plan")
    if report.troubles:
        rows = [(each.need, each.subject, each.game_date or "", each.state, each.said) for each in report.troubles]
        print_table("Not taken; the same command asks again", ("need", "of", "date", "state", "why"), rows[:SHOWN])
        if len(rows) > SHOWN:
            say(f"... and {len(rows) - SHOWN:,} more (--json lists all)")
    if report.stopped:
        say(f"Stopped by {report.stopped}. What was fetched is archived; the same command goes on from there.")


def show_outcomes(outcomes: Iterable[Outcome]) -> None:
    """Tell per raw table what files changed."""
    tables: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        tables.setdefault(outcome.table, []).append(outcome)
    rows = [
        (
            f"raw.{table}",
            len(of_table),
            sum(one.is_known for one in of_table),
            *(
                sum(getattr(one, name) for one in of_table)
                for name in ("rows_read", "added", "replaced", "vanished", "unresolved")
            ),
        )
        for table, of_table in tables.items()
    ]
    headers = ("table", "files", "unchanged", "rows read", "added", "replaced", "vanished", "set aside")
    print_table("Ingested", headers, rows, right=range(1, 8))


def as_document(report: FeedReport) -> dict[str, object]:
    """A report as JSON: every document that was not taken by name."""
    return {
        "source": report.source,
        "season": report.season,
        "documents": report.documents,
        "fetched": report.fetched,
        "states": report.states,
        "changed": report.changed,
        "due": report.due,
        "stopped": report.stopped,
        "not_taken": [_document(each) for each in report.told + report.refused if each.state != HAD],
    }


def _document(told: Told) -> dict[str, object]:
    return {"need": told.need, "of": told.subject, "date": told.game_date, "state": told.state, "said": told.said}


def told(step: Callable[[str, int], None]) -> Callable[[Progress], None]:
    """Shows how far a pull has come."""

    def tell(now: Progress) -> None:
        left = f", {now.seconds_left:,.0f} s left" if now.seconds_left else ""
        step(f"{now.done:,} of {now.total:,}{left}", 1)

    return tell
