"""`backcourt ingest`: fill the raw tables from a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from backcourt.cli import fetching
from backcourt.cli.console import print_json, print_table, progress, say, verb
from backcourt.cli.options import (
    CLOCK,
    AsJson,
    Common,
    Dates,
    EndDate,
    LockTimeout,
    Seasons,
    StartDate,
    Threads,
    WarehouseOption,
    common,
    open_common,
    scope_of,
)
from backcourt.engine import ledger, origin
from backcourt.engine.intake import Outcome
from backcourt.engine.registry import default_registry
from backcourt.errors import BackcourtError, UsageError
from backcourt.seasons import parse_seasons
from backcourt.sources.feed.adapter import ADAPTERS
from backcourt.sources.feed.feed import by_games
from backcourt.sources.feed.follower import FOLLOWERS
from backcourt.sources.feed.outcome import FeedReport
from backcourt.sources.feed.releases import feed_releases
from backcourt.sources.local import IngestReport, ingest_folder
from backcourt.sources.manual.adapter import ingest_manual
from backcourt.sources.simulated.source import simulate
from backcourt.warehouse.duckdb import Warehouse

EVERYTHING = 1.0


class Source(StrEnum):
    """Where raw data can come from."""

    LOCAL = "local"
    MANUAL = "manual"
    SIMULATED = "simulated"
    NBA_CDN = "nba_cdn"
    NBA_STATS = "nba_stats"
    INJURY_REPORT = "injury_report"
    ODDS_API = "odds_api"
    SPORTSDATAVERSE = "sportsdataverse"
    BETTINGPROS = "bettingpros"
    ESPN = "espn"
    BIGDATABALL = "bigdataball"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        "ingest",
        short_help="Fill the raw tables from a source.",
        help="Fill the raw tables from a source: files of a folder, the simulated league, or the NBA's own documents; or"
        " correct single values by hand, with a file that says which and why.",
        epilog="Example: backcourt ingest simulated --seasons 2021",
    )(ingest)


@verb
def ingest(
    source: Annotated[
        Source, typer.Argument(help="local FOLDER, manual FILE, simulated, or a source of docs/sources.md by name")
    ],
    folder: Annotated[
        Path | None, typer.Argument(help="The folder with the files, for local and bigdataball; the file for manual")
    ] = None,
    dates: Dates = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    seasons: Seasons = None,
    seed: Annotated[int, typer.Option(help="Which simulated league")] = 1,
    accept_deletions: Annotated[
        bool, typer.Option("--accept-deletions", help="Accept files from which many known rows are missing")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before credits of a paid source are spent")] = False,
    warehouse: WarehouseOption = None,
    threads: Threads = None,
    lock_timeout: LockTimeout = None,
    as_json: AsJson = False,
) -> None:
    """Each file is one transaction: stored whole, or refused whole with the first wrong row named."""
    options = common(warehouse, lock_timeout, threads)
    labels = parse_seasons(seasons) if seasons else ()
    if (source in (Source.LOCAL, Source.MANUAL)) != (folder is not None) and source is not Source.BIGDATABALL:
        raise UsageError(
            "`ingest local` needs a folder, `ingest manual` a file, `ingest bigdataball` may have a folder, and no other source"
            " takes one.",
            "backcourt ingest local FOLDER",
        )
    scope = scope_of(dates, start_date, end_date, seasons)
    if source.value in FOLLOWERS:
        _tell(
            options, lambda: fetching.follow(options, FOLLOWERS[source.value], scope, folder, yes=yes), as_json=as_json
        )
        return
    if scope.dates:
        raise UsageError(
            f"{source.value} is ingested by seasons, not by dates.", f"backcourt ingest {source.value} --seasons 2023"
        )
    if source is Source.MANUAL and labels:
        raise UsageError("`ingest manual` takes no --seasons: its file is always taken whole.", "Leave it out.")
    limit = EVERYTHING if accept_deletions else options.settings.max_vanishing
    if source is Source.SPORTSDATAVERSE:
        _tell(options, lambda: fetching.fetch(options, source.value, feed_releases, labels, limit), as_json=as_json)
        return
    if source.value in ADAPTERS:
        adapter = ADAPTERS[source.value]
        _tell(options, lambda: fetching.fetch(options, source.value, by_games(adapter), labels, limit), as_json=as_json)
        return
    with (
        _nothing_left_of_failure(options.settings.warehouse),
        open_common(options, read_only=False, must_exist=False) as open_warehouse,
        progress("Ingesting", None) as step,
    ):
        report = _run(open_warehouse, source, folder, labels, seed, limit, lambda outcome: step(outcome.stream, 1))
        origin.remember(open_warehouse, source.value, _named(source, folder, seed))
        unresolved = set_aside(open_warehouse, 10)
    if as_json:
        print_json({"warehouse": options.settings.warehouse, "report": report, "unresolved": unresolved})
    else:
        show(options, report, unresolved)


def _tell(options: Common, fetch: Callable[[], list[FeedReport]], *, as_json: bool) -> None:
    """Exit code 0 when every document was had or a game of it is not over, 1 when not, 130 when a signal stopped it."""
    with _nothing_left_of_failure(options.settings.warehouse):
        reports = fetch()
    if as_json:
        print_json(
            {
                "warehouse": options.settings.warehouse,
                "seasons": [fetching.as_document(report) for report in reports],
            }
        )
    else:
        for report in reports:
            fetching.show(report)
        if not reports:
            say("No game is near, so nothing was asked for; --dates or --seasons name others.")
    if any(report.stopped for report in reports):
        raise typer.Exit(130)
    if any(report.troubles for report in reports):
        raise typer.Exit(1)


def set_aside(warehouse: Warehouse, most: int) -> list[tuple[object, ...]]:
    """What rows were set aside for, most frequent first: table, stream, problem and how many."""
    return warehouse.rows(
        "SELECT table_name, stream, problem, CAST(SUM(rows) AS BIGINT) AS all_rows FROM raw.unresolved"
        " GROUP BY table_name, stream, problem ORDER BY all_rows DESC, problem LIMIT ?",
        [most],
    )


def show(options: Common, report: IngestReport, unresolved: list[tuple[object, ...]]) -> None:
    """Tell what an ingest did: per table what changed, what was set aside and why, what was ignored."""
    say(f"Warehouse {options.settings.warehouse}, seasons {', '.join(report.seasons)}")
    fetching.show_outcomes(report.outcomes)
    if unresolved:
        print_table(
            "Set aside in raw.unresolved, most frequent first",
            ("table", "file", "problem", "rows"),
            unresolved,
            right=(3,),
        )
    if report.due:
        say(f"{report.due:,} partitions of built tables are due; see  backcourt plan")
    if report.ignored:
        say(f"Ignored, as no mapping claims them: {', '.join(report.ignored)}")


@contextmanager
def _nothing_left_of_failure(path: Path) -> Iterator[None]:
    """Remove the new file of an ingest that failed before anything was in it."""
    existed = path.exists()
    try:
        yield
    except BackcourtError:
        if not existed and path.exists():
            with Warehouse.open(path, read_only=True) as made:
                is_empty = not ledger.exists(made)
            if is_empty:
                path.unlink()
        raise


def _named(source: Source, folder: Path | None, seed: int) -> tuple[str, ...]:
    """What names the source on the command line, from whatever folder it is typed in."""
    return (source.value, str(folder.resolve())) if folder is not None else (source.value, "--seed", str(seed))


def _run(
    warehouse: Warehouse,
    source: Source,
    folder: Path | None,
    labels: tuple[str, ...],
    seed: int,
    limit: float,
    on_file: Callable[[Outcome], None],
) -> IngestReport:
    registry = default_registry()
    if folder is not None:
        if source is Source.MANUAL:
            return ingest_manual(warehouse, registry, folder, CLOCK)
        return ingest_folder(warehouse, registry, folder, CLOCK, seasons=labels, max_vanishing=limit, on_file=on_file)
    years = [int(label[:4]) for label in labels] or [2021]
    return simulate(warehouse, registry, CLOCK, years, seed=seed, on_file=on_file)
