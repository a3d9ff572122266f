"""Feed a warehouse from whole seasons in a few files: sportsdataverse's releases.

A release that cannot be had or read leaves what the one before it gave, and the others are taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

from backcourt.clock import Clock
from backcourt.engine import ledger
from backcourt.engine.ranks import NO_SOURCES
from backcourt.engine.raw import live_rows
from backcourt.engine.registry import Registry
from backcourt.errors import SourceError
from backcourt.seasons import eastern_date, season_window
from backcourt.sources.feed.age import FINAL
from backcourt.sources.feed.outcome import DAMAGED, HAD, REFUSED, WAITS, WRONG, FeedReport, Told
from backcourt.sources.feed.reading import version_of, versions
from backcourt.sources.feed.season import SPOOL, Opening
from backcourt.sources.feed.spool import write_file
from backcourt.sources.feed.telling import count, not_had, told_of
from backcourt.sources.http import Archive, Fetcher, Progress, pull
from backcourt.sources.http.errors import DamagedError
from backcourt.sources.local.adapter import MappedFile, ingest_folder
from backcourt.sources.payload import Payload, Request, ShapeError
from backcourt.sources.sportsdataverse import spooling
from backcourt.sources.sportsdataverse.requests import NEEDS, SOURCE, release
from backcourt.warehouse.duckdb import Warehouse

_RUNNING = timedelta(hours=12)
_SETTLED = timedelta(days=30)

States = dict[str, tuple[str, str]]
"""By need what state a release is in, and what is to be said of that."""


def feed_releases(
    opening: Opening,
    registry: Registry,
    season: str,
    fetcher: Fetcher,
    clock: Clock,
    *,
    max_vanishing: float = 0.05,
    progress: Callable[[Progress], None] = lambda step: None,
) -> FeedReport:
    """Fetch the releases of a season and ingest them; raises SourceError when not even its schedule can be had."""
    with opening() as warehouse:
        is_alone = _is_alone(warehouse, season)
    report = FeedReport(SOURCE, season)
    requests = [release(need, season) for need in NEEDS]
    pulled = pull(fetcher, requests, max_age=lambda each: _max_age(fetcher, each), progress=progress)
    count(report, pulled)
    folder = fetcher.archive.folder / SPOOL / SOURCE / season / ("alone" if is_alone else "beside")
    errors = {failure.request.need: failure.error for failure in pulled.failures}
    files = _write_all(folder, fetcher, requests, report, errors, is_alone=is_alone)
    report.told += not_had(pulled)
    if files:
        with opening() as warehouse:
            _ingest(warehouse, registry, folder, season, files, clock, report, max_vanishing, is_alone=is_alone)
    return report


def _is_alone(warehouse: Warehouse, season: str) -> bool:
    """Whether the games of the warehouse are to be these; raises SourceError where it has others, and not of the season."""
    if not ledger.exists(warehouse):
        return True
    rows = warehouse.rows(f"SELECT DISTINCT source FROM ({live_rows('games')})")
    sources = {row[0] for row in rows} - set(NO_SOURCES)
    if not sources - {SOURCE}:
        return True
    if not warehouse.value("SELECT COUNT(*) FROM raw.games_current WHERE season = ?", [season]):
        other = sorted(sources - {SOURCE})[0]
        raise SourceError(
            f"This warehouse has its games from {other}, which has none of {season} here; those of {SOURCE} have other ids.",
            f"Ingest that season of {other} first, or {SOURCE} into a warehouse of its own:  --warehouse FILE",
        )
    return False


def _max_age(fetcher: Fetcher, request: Request) -> timedelta:
    """The release of a running season is brought up to date; one that was fetched long after its season is final."""
    newest = fetcher.archive.newest(request)
    ended = season_window(request.subject)[1]
    return FINAL if newest and eastern_date(newest.fetched_at) > ended + _SETTLED else _RUNNING


def _write_all(
    folder: Path,
    fetcher: Fetcher,
    requests: list[Request],
    report: FeedReport,
    errors: Mapping[str, SourceError],
    *,
    is_alone: bool,
) -> set[str]:
    """Make the files anew where a release or the code that reads it changed; the names of all that are to be ingested."""
    documents = {request.need: versions(fetcher.archive, request) for request in requests}
    digests = [f"{need} {each.digest}" for need, found in sorted(documents.items()) for each in found]
    made_from = "\n".join([version_of(SOURCE, "espn"), *digests])
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / "made_from.json"
    states = _noted(note, made_from)
    if states is None:
        states = _write(folder, fetcher.archive, requests, is_alone=is_alone)
        write_file(note, json.dumps({"made_from": made_from, "states": states}))
    if report.stopped:
        return set()
    if not any(folder.glob("*_schedule_*.parquet" if is_alone else "sportsdataverse_*.parquet")):
        raise errors.get("games") or SourceError(
            f"{SOURCE} has nothing of {report.season} that can be read: {states.get('games', ('', 'it is not there'))[1]}",
            "Take that season from another source.",
        )
    for request in requests:
        if request.need in states and request.need not in errors:
            report.told.append(told_of(request, *states[request.need]))
    return {path.name for path in folder.iterdir() if path.suffix in (".parquet", ".ndjson")}


def _noted(note: Path, made_from: str) -> States | None:
    """How the releases were read when the files were made from them, or None where they were not."""
    try:
        known = json.loads(note.read_bytes())
    except (FileNotFoundError, ValueError):
        return None  # cut short or soiled: the files are made again
    return (
        {need: (state, said) for need, (state, said) in known["states"].items()}
        if known["made_from"] == made_from
        else None
    )


def _write(folder: Path, archive: Archive, requests: list[Request], *, is_alone: bool) -> States:
    """Write the files of every release, of its newest version that can be read; what is said is of the newest one."""
    states: States = {}
    games: Payload | None = None
    for request in requests:
        if request.need != "games" and games is None:
            states[request.need] = (WAITS, "it is read together with the schedule")
            continue
        for fetch in versions(archive, request):
            try:
                document = archive.payload(request, fetch)
                spooling.write(folder, document, games, is_alone=is_alone)
            except DamagedError as error:
                states.setdefault(request.need, (DAMAGED, error.message))
            except ShapeError as error:
                states.setdefault(request.need, (WRONG, error.message))
            else:
                states.setdefault(request.need, (HAD, ""))
                games = document if request.need == "games" else games
                break
    return states


def _ingest(
    warehouse: Warehouse,
    registry: Registry,
    folder: Path,
    season: str,
    files: set[str],
    clock: Clock,
    report: FeedReport,
    max_vanishing: float,
    *,
    is_alone: bool,
) -> None:
    def tell(file: MappedFile, error: SourceError) -> None:
        report.refused.append(Told("ingest", file.path.stem, None, REFUSED, error.message))

    done = ingest_folder(
        warehouse,
        registry,
        folder,
        clock,
        seasons=(season,),
        source=SOURCE,
        mappings=spooling.mappings(is_alone=is_alone),
        max_vanishing=max_vanishing,
        on_refused=tell,
        only=files,
    )
    report.outcomes += [each for each in done.outcomes if not each.is_known]
    report.due = done.due
