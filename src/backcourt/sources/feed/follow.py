"""Follow a source of snapshots: have what it wants of the games in scope, and ingest all that the archive has of them.

The warehouse is asked which games there are, then closed while documents are fetched. What is ingested follows from the
archive alone, whichever run fetched it. Nothing is spent here that was not confirmed: the client refuses it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from backcourt.clock import Clock
from backcourt.engine.registry import Registry
from backcourt.errors import SourceError
from backcourt.seasons import Scope
from backcourt.sources.feed.age import FINAL
from backcourt.sources.feed.asked import Asked, ask
from backcourt.sources.feed.follower import Follower
from backcourt.sources.feed.outcome import DAMAGED, HAD, NOT_FETCHED, REFUSED, WRONG, FeedReport, Told
from backcourt.sources.feed.reading import version_of
from backcourt.sources.feed.season import EVERYTHING, SPOOL, Opening
from backcourt.sources.feed.snapshots import Snapshots, changes
from backcourt.sources.feed.telling import count, not_had, told_of
from backcourt.sources.http import Fetcher, Progress, Pulled, missing, pull, request_of
from backcourt.sources.http.address import key_of
from backcourt.sources.http.errors import DamagedError
from backcourt.sources.local.adapter import MappedFile, ingest_folder
from backcourt.sources.payload import Request, ShapeError
from backcourt.warehouse.duckdb import Warehouse

# So many documents that are not there are nothing strange: a date without a report, games without a file yet.
FEW = 3


def questions(
    opening: Opening, follower: Follower, scope: Scope, fetcher: Fetcher, clock: Clock, place: str = ""
) -> list[Asked]:
    """What a source is asked about, season by season; raises SourceError without a schedule, or without its key."""
    if follower.needs_place and not place and not fetcher.offline:
        raise SourceError(
            f"Nothing says where the files of {follower.name} are: {follower.needs_place} is not set.",
            f"Set it to an address or a folder of yours, or name a folder:  backcourt ingest {follower.name} FOLDER",
        )
    with opening() as warehouse:
        found = ask(
            warehouse,
            follower.name,
            scope,
            fetcher.archive,
            clock.now(),
            back=follower.back,
            ahead=follower.ahead,
            place=place,
        )
    for asked in found:
        fetcher.refuse_without_key(_missing(follower, asked, fetcher))
    return found


@dataclass(frozen=True)
class Price:
    """What a pull costs in credits at most: the documents that are asked for first, by need, and what they will tell of."""

    credits: int
    first: Mapping[str, int]
    later: int

    def __str__(self) -> str:
        parts = [f"{count:,} of {need}" for need, count in self.first.items()]
        parts += [f"{self.later:,} credits for what is only discovered then"] * bool(self.later)
        return f"up to {self.credits:,} credits: {', '.join(parts)}"


def price(follower: Follower, questions: Sequence[Asked], fetcher: Fetcher) -> Price:
    """What it will cost, with what is only discovered on the way; what the archive has costs nothing."""
    if fetcher.offline:
        return Price(0, {}, 0)
    first = [request for asked in questions for request in _missing(follower, asked, fetcher)]
    later = sum(follower.later(asked) for asked in questions)
    return Price(later + sum(each.credits for each in first), Counter(each.need for each in first), later)


def follow(
    opening: Opening,
    registry: Registry,
    follower: Follower,
    asked: Asked,
    fetcher: Fetcher,
    clock: Clock,
    *,
    progress: Callable[[Progress], None] = lambda step: None,
) -> FeedReport:
    """Fetch what a source wants of the games of a season, and ingest what the archive has of them."""
    report = FeedReport(follower.name, asked.season)
    own = follower.found(asked)
    report.documents += len(own)
    pulls = _pull_all(follower, asked, fetcher, report, progress)
    files = _take_snapshots(follower, asked, fetcher, report, own, pulls)
    if len(absent := [request for pulled in pulls for request in pulled.absent]) > FEW and not report.states.get(HAD):
        said = (
            f"{len(absent):,} documents were asked for and every answer was that there is none: is this client blocked?"
        )
        report.refused.append(Told("every document", follower.name, None, NOT_FETCHED, said))
    if files:
        with opening() as warehouse:
            _ingest(warehouse, registry, follower, asked, fetcher, clock, report, files)
    return report


def _pull_all(
    follower: Follower, asked: Asked, fetcher: Fetcher, report: FeedReport, progress: Callable[[Progress], None]
) -> list[Pulled]:
    """Pull until nothing is wanted that was not asked for: what came may tell of more."""
    pulls: list[Pulled] = []
    seen: set[str] = set()
    while wanted := [request for request in follower.wanted(asked) if str(request) not in seen]:
        seen |= {str(request) for request in wanted}
        pulls.append(pull(fetcher, wanted, max_age=_age(follower, asked), none_at=follower.none_at, progress=progress))
        count(report, pulls[-1])
        if report.stopped:
            break
    return pulls


def _take_snapshots(
    follower: Follower,
    asked: Asked,
    fetcher: Fetcher,
    report: FeedReport,
    own: Sequence[Request],
    pulls: Sequence[Pulled],
) -> set[str]:
    """Make the files of every snapshot in scope, and tell of every document what became of it."""
    archive = fetcher.archive
    snapshots = Snapshots(
        archive.folder / SPOOL / follower.name / asked.season, follower, version_of(follower.name, *follower.beside)
    )
    files: set[str] = set()
    states: dict[str, tuple[str, str]] = {}
    fetches = changes(list(follower.archived(asked)), follower.daily)
    done: set[str] = set()
    for fetch in reversed(fetches):  # the newest first
        if fetch.need in follower.replaced and fetch.subject in done:
            continue
        taken = snapshots.take(archive, fetch)
        files |= set(taken.files)
        states.setdefault(key_of(request_of(fetch)), (taken.state, taken.said))
        if taken.files:
            done.add(fetch.subject)
    for request in own:
        known = states.get(key_of(request)) or _state_of(follower, fetcher, request)
        report.told.append(told_of(request, *known))
    for pulled in pulls:
        for held in pulled.held:
            # What fills no table, as a list of events, is read all the same: a wrong one is told of.
            known = states.get(key_of(held.request)) or _state_of(follower, fetcher, held.request)
            report.told.append(told_of(held.request, *known))
        report.told += not_had(pulled)
    return files


def _state_of(follower: Follower, fetcher: Fetcher, request: Request) -> tuple[str, str]:
    newest = fetcher.archive.newest(request)
    assert newest is not None
    try:
        follower.parse(fetcher.archive.payload(request, newest))
    except ShapeError as error:
        return WRONG, error.message
    except DamagedError as error:
        return DAMAGED, error.message
    return HAD, ""


def _ingest(
    warehouse: Warehouse,
    registry: Registry,
    follower: Follower,
    asked: Asked,
    fetcher: Fetcher,
    clock: Clock,
    report: FeedReport,
    files: set[str],
) -> None:
    """Ingest the snapshots; a file that is refused is told of, and the others are taken."""

    def tell(file: MappedFile, error: SourceError) -> None:
        report.refused.append(Told("ingest", file.path.stem, None, REFUSED, error.message))

    done = ingest_folder(
        warehouse,
        registry,
        fetcher.archive.folder / SPOOL / follower.name / asked.season,
        clock,
        seasons=(asked.season,),
        source=follower.name,
        mappings=follower.mappings,
        max_vanishing=EVERYTHING,
        on_refused=tell,
        only=files,
    )
    report.outcomes += [each for each in done.outcomes if not each.is_known]
    report.due = done.due


def _missing(follower: Follower, asked: Asked, fetcher: Fetcher) -> list[Request]:
    return missing(fetcher, follower.wanted(asked), _age(follower, asked))


def _age(follower: Follower, asked: Asked) -> Callable[[Request], timedelta]:
    def age(request: Request) -> timedelta:
        newest = asked.archive.newest(request)
        return follower.max_age(asked, request, newest) if newest else FINAL

    return age
