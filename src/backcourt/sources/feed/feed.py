"""Feed a warehouse from a source: its schedule, then the documents of every game that has begun.

Documents come from the archive where they are young enough, else from the source. Their records become files in the
spool, one per kind and date, and these are ingested as any folder is: file by file, each whole or not at all. A document
that cannot be had or read keeps the rows that the game had; it is told of, and delays no other game. While documents are
fetched the warehouse is not open, so a long pull stands in nobody's way.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta

from backcourt.clock import Clock
from backcourt.engine.registry import Registry
from backcourt.errors import SourceError
from backcourt.seasons import season_of
from backcourt.sources.feed.adapter import HERE, Adapter
from backcourt.sources.feed.age import max_age
from backcourt.sources.feed.games import begun
from backcourt.sources.feed.outcome import ABSENT, FAILED, HAD, NOT_ASKED, WRONG, FeedReport, Told
from backcourt.sources.feed.spool import Spool
from backcourt.sources.http import Fetcher, Progress, Pulled, pull
from backcourt.sources.local.adapter import ingest_folder
from backcourt.sources.payload import Payload, Record, Request, ShapeError
from backcourt.warehouse.duckdb import Warehouse

SPOOL = "spool"

Opening = Callable[[], AbstractContextManager[Warehouse]]
"""Opens the warehouse to write."""


def feed(
    opening: Opening,
    registry: Registry,
    adapter: Adapter,
    season: str,
    fetcher: Fetcher,
    clock: Clock,
    *,
    max_vanishing: float = 0.05,
    progress: Callable[[Progress], None] = lambda step: None,
) -> FeedReport:
    """Fetch what a source has of a season and ingest it; raises SourceError when not even its schedule can be had."""
    if adapter.current_season_only and season != season_of(clock.today_eastern()):
        raise SourceError(
            f"{adapter.name} has the schedule of the current season only, not of {season}.",
            "Take past seasons from another source, such as nba_stats.",
        )
    work = _Feed(registry, adapter, season, fetcher, clock, max_vanishing, progress)
    work.take_season(adapter.of_season(season))
    with opening() as warehouse:
        work.ingest(warehouse)
        games = begun(warehouse, season, clock.now())
    wanted: dict[str, list[Request]] = defaultdict(list)
    for game in games:
        wanted[game.game_date.isoformat()] += adapter.of_game(game.game_id, game.game_date)
    work.take_dates(wanted)
    with opening() as warehouse:
        work.ingest(warehouse)
    return work.report


class _Feed:
    def __init__(
        self,
        registry: Registry,
        adapter: Adapter,
        season: str,
        fetcher: Fetcher,
        clock: Clock,
        max_vanishing: float,
        progress: Callable[[Progress], None],
    ) -> None:
        self._registry, self._adapter = registry, adapter
        self._season, self._fetcher, self._clock = season, fetcher, clock
        self._max_vanishing, self._progress = max_vanishing, progress
        folder = fetcher.archive.folder / SPOOL / adapter.name / season
        self._spool = Spool(folder, _version(adapter.name))
        self.report = FeedReport(adapter.name, season)

    def take_season(self, requests: Sequence[Request]) -> None:
        """Have the documents of the season, without any of which nothing is known; raises the first failure."""
        pulled = self._pull(requests)
        if pulled.failures:
            raise pulled.failures[0].error
        if not pulled.held:
            raise SourceError(
                f"{self._adapter.name} has no schedule of {self._season}.", "Take that season from another source."
            )
        self._put(self._season, list(pulled.payloads()), is_needed=True)

    def take_dates(self, wanted: dict[str, list[Request]]) -> None:
        """Have the documents of all dates in one pull, and put them into the spool date by date."""
        pulled = self._pull([request for requests in wanted.values() for request in requests])
        held: dict[str, list[Payload]] = defaultdict(list)
        for payload in pulled.payloads():
            assert payload.request.game_date is not None
            held[payload.request.game_date.isoformat()].append(payload)
        for label in sorted(wanted):
            self._put(label, held[label])
        self._spool.keep_only({self._season, *wanted})

    def ingest(self, warehouse: Warehouse) -> None:
        """Hand the spool to the ingest of folders; a file that is as before is known by its digest."""
        done = ingest_folder(
            warehouse,
            self._registry,
            self._spool.folder,
            self._clock,
            seasons=(self._season,),
            source=self._adapter.name,
            mappings=self._adapter.mappings,
            max_vanishing=self._max_vanishing,
        )
        self.report.outcomes += [each for each in done.outcomes if not each.is_known]
        self.report.due = done.due

    def _pull(self, requests: Iterable[Request]) -> Pulled:
        today = self._clock.today_eastern()

        def age(request: Request) -> timedelta:
            return max_age(request.game_date, today)

        pulled = pull(self._fetcher, requests, max_age=age, progress=self._progress)
        report = self.report
        report.documents += len(pulled.held) + len(pulled.absent) + len(pulled.failures) + len(pulled.not_asked)
        report.fetched += sum(each.fetched for each in pulled.held)
        report.stopped = report.stopped or pulled.stopped
        report.told += [_told(request, ABSENT, "the source has no such document") for request in pulled.absent]
        report.told += [_told(each.request, FAILED, each.error.message) for each in pulled.failures]
        report.told += [_told(request, NOT_ASKED, pulled.stopped) for request in pulled.not_asked]
        return pulled

    def _put(self, label: str, payloads: Sequence[Payload], *, is_needed: bool = False) -> None:
        made_from = self._spool.fingerprint(payloads)
        noted = self._spool.has(label, made_from)
        if noted is None:
            records, found = self._read(payloads, is_needed)
            noted = {f"{each.need} {each.subject}": (each.state, each.said) for each in found}
            self._spool.put(label, made_from, records, noted)
        for payload in payloads:
            request = payload.request
            self.report.told.append(_told(request, *noted[f"{request.need} {request.subject}"]))

    def _read(self, payloads: Iterable[Payload], is_needed: bool) -> tuple[dict[str, list[Record]], list[Told]]:
        """The records of documents by kind, and what is to be said of each document."""
        records: dict[str, list[Record]] = defaultdict(list)
        found: list[Told] = []
        for payload in payloads:
            try:
                batches = self._adapter.parse(payload)
            except ShapeError as error:
                if is_needed:
                    raise
                found.append(_told(payload.request, WRONG, error.message))
                continue
            state, said = HAD, ""
            for batch in batches:
                if batch.kind == "status" and payload.request.game_date is not None:
                    state, said = str(batch.rows[0]["state"]), str(batch.rows[0]["said"])
                elif batch.kind in self._adapter.kinds:
                    records[batch.kind] += batch.rows
            found.append(_told(payload.request, state, said))
        return dict(records), found


def _told(request: Request, state: str, said: str) -> Told:
    return Told(request.need, request.subject, request.game_date, state, said)


def _version(name: str) -> str:
    """Changes when the code or the mappings that read a source's documents do."""
    folders = [HERE / each for each in ("nba", name)]
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".yaml"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()
