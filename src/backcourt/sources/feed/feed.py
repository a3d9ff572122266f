"""Feed a warehouse from a source: its schedule, then the documents of every game that has begun.

Documents come from the archive where they are young enough, else from the source. Their records become files in the
spool, one per kind and date, and these are ingested as any folder is: file by file, each whole or not at all. A document
that cannot be had or read keeps the rows that the game had; it is told of, and delays no other game. While documents are
fetched the warehouse is not open, so a long pull stands in nobody's way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial

from backcourt.clock import Clock
from backcourt.engine.registry import Registry
from backcourt.errors import SourceError
from backcourt.seasons import eastern_date, season_of
from backcourt.sources.feed.adapter import Adapter
from backcourt.sources.feed.age import FINAL, OF_SEASON, max_age
from backcourt.sources.feed.games import Game, games_of
from backcourt.sources.feed.outcome import DAMAGED, HAD, REFUSED, WAITS, FeedReport, Told
from backcourt.sources.feed.reading import Reading, read, version_of, versions
from backcourt.sources.feed.season import EVERYTHING, SPOOL, FeedSeason, Opening
from backcourt.sources.feed.spool import Noted, Spool
from backcourt.sources.feed.telling import count, not_had, told_of
from backcourt.sources.http import Fetcher, Progress, Pulled, pull
from backcourt.sources.local.adapter import MappedFile, ingest_folder
from backcourt.sources.payload import Record, Request
from backcourt.warehouse.duckdb import Warehouse

PERSON = "personId"


def feed(
    adapter: Adapter,
    opening: Opening,
    registry: Registry,
    season: str,
    fetcher: Fetcher,
    clock: Clock,
    *,
    max_vanishing: float = 0.05,
    progress: Callable[[Progress], None] = lambda step: None,
) -> FeedReport:
    """Fetch what a source has of a season and ingest it; raises SourceError when not even its schedule can be had."""
    if adapter.current_season_only and season != season_of(clock.today_eastern()) and not fetcher.offline:
        raise SourceError(
            f"{adapter.name} has the schedule of the current season only, not of {season}.",
            f"Take past seasons from another source:  backcourt ingest nba_stats --seasons {season[:4]}",
        )
    work = _Feed(registry, adapter, season, fetcher, clock, max_vanishing, progress)
    if not work.take_season(adapter.of_season(season)):
        return work.report
    with opening() as warehouse:
        work.ingest_season(warehouse)
        games = games_of(warehouse, season, clock.now())
    work.take_games(games)
    with opening() as warehouse:
        work.ingest_games(warehouse)
    return work.report


def by_games(adapter: Adapter) -> FeedSeason:
    """The way of a source that has its own schedule, and documents of each game."""
    return partial(feed, adapter)


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
        reader = version_of(adapter.name)
        self._of_season = Spool(folder / "season", reader, empties=False)
        self._of_games = Spool(folder / "games", reader, adapter.grown)
        self.report = FeedReport(adapter.name, season)

    def take_season(self, requests: Sequence[Request]) -> bool:
        """Have the documents of the season, without any of which nothing is known; False where a stop came before that.

        Raises what stands in the way of one of which the archive has no version that can be read.
        """
        pulled = self._pull(requests)
        readings = [read(self._adapter, self._fetcher.archive, request) for request in requests]
        failed = {_key(each.request): each.error for each in pulled.failures}
        for reading in readings:
            if reading.records:
                continue
            if pulled.stopped:
                self._tell(pulled, {_key(each.request): (each.state, each.said) for each in readings})
                return False
            raise failed.get(_key(reading.request)) or reading.error or self._nothing(reading.request)
        made_from = self._of_season.fingerprint(self._versions(requests))
        noted = self._of_season.has(self._season, made_from)
        if noted is None:
            noted = {_key(each.request): (each.state, each.said) for each in readings}
            self._of_season.put(self._season, made_from, _together(readings), noted)
        self._tell(pulled, noted)
        return True

    def take_games(self, games: Sequence[Game]) -> None:
        """Have the documents of all games that have begun in one pull, and put them into the spool date by date."""
        wanted: dict[date, list[Sequence[Request]]] = defaultdict(list)
        for game in games:
            of_game = self._adapter.of_game(game.game_id, game.game_date)
            if game.has_begun and (game.is_final or self._adapter.says_when_over or self._has_any(of_game)):
                wanted[game.game_date].append(of_game)
        pulled = self._pull([request for each in wanted.values() for requests in each for request in requests])
        noted: Noted = {}
        for day, documents in sorted(wanted.items()):
            noted |= self._put_date(day.isoformat(), documents)
        self._of_games.keep_only({game.game_date.isoformat() for game in games})
        self._of_games.grow(self._season, PERSON)
        self._tell(pulled, noted)

    def _has_any(self, documents: Sequence[Request]) -> bool:
        return any(self._fetcher.archive.newest(each) for each in documents)

    def ingest_season(self, warehouse: Warehouse) -> None:
        """Ingest the schedule and what comes with it; one from which much is missing is refused."""
        self._ingest(warehouse, self._of_season, self._max_vanishing, None)

    def ingest_games(self, warehouse: Warehouse) -> None:
        """Ingest the games; a file that is refused is told of, and the others are taken.

        Rows may go: a box score that was read is whole, or it would not have been.
        """

        def tell(file: MappedFile, error: SourceError) -> None:
            kind, _, label = file.path.stem.rpartition("_")
            day = date.fromisoformat(label) if label != self._season else None
            self.report.refused.append(Told("ingest", kind, day, REFUSED, error.message))

        if self._of_games.has_files:
            self._ingest(warehouse, self._of_games, EVERYTHING, tell)

    def _ingest(
        self,
        warehouse: Warehouse,
        spool: Spool,
        max_vanishing: float,
        on_refused: Callable[[MappedFile, SourceError], None] | None,
    ) -> None:
        done = ingest_folder(
            warehouse,
            self._registry,
            spool.folder,
            self._clock,
            seasons=(self._season,),
            source=self._adapter.name,
            kind=self._adapter.data,
            mappings=self._adapter.mappings,
            max_vanishing=max_vanishing,
            on_refused=on_refused,
            takes_empty=True,
        )
        self.report.outcomes += [each for each in done.outcomes if not each.is_known]
        self.report.due = done.due

    def _pull(self, requests: Iterable[Request]) -> Pulled:
        archive = self._fetcher.archive

        known = self._of_season.noted | self._of_games.noted

        def age(request: Request) -> timedelta:
            newest = archive.newest(request)
            if newest is None:
                return FINAL
            serves = max_age(request.game_date, eastern_date(newest.fetched_at))
            # An answer that gave nothing is final at no age: a host in trouble may give one to every request of a season.
            state, _ = known.get(_key(request), (HAD, ""))
            return serves if state in (HAD, WAITS) else min(serves, OF_SEASON)

        pulled = pull(self._fetcher, requests, max_age=age, progress=self._progress)
        count(self.report, pulled)
        return pulled

    def _tell(self, pulled: Pulled, noted: Noted) -> None:
        """Say of every document what became of it, and first what stood in the way of asking for it again."""
        self.report.told += [told_of(each.request, *noted[_key(each.request)]) for each in pulled.held]
        self.report.told += not_had(pulled)

    def _put_date(self, label: str, documents: Sequence[Sequence[Request]]) -> Noted:
        made_from = self._of_games.fingerprint(self._versions(each for requests in documents for each in requests))
        noted = self._of_games.has(label, made_from)
        if noted is None:
            readings = [each for requests in documents for each in self._read_game(requests)]
            noted = {_key(each.request): (each.state, each.said) for each in readings}
            # What is damaged in the archive is not gone: the files stay, and so do the rows.
            if not any(each.state == DAMAGED and not each.records for each in readings):
                self._of_games.put(label, made_from, _together(readings), noted)
        return noted

    def _read_game(self, requests: Sequence[Request]) -> list[Reading]:
        """What the documents of a game give: without its box score nobody knows who the players in its plays are."""
        box, *others = [read(self._adapter, self._fetcher.archive, request) for request in requests]
        if box.records:
            return [box, *others]
        return [box, *(Reading(each.request, WAITS) if each.records else each for each in others)]

    def _versions(self, requests: Iterable[Request]) -> list[str]:
        archive = self._fetcher.archive
        return [f"{each} {each.game_date} {fetch.digest}" for each in requests for fetch in versions(archive, each)]

    def _nothing(self, request: Request) -> SourceError:
        return SourceError(
            f"{self._adapter.name} has no {request.need} of {self._season}.", "Take that season from another source."
        )


def _together(readings: Iterable[Reading]) -> Mapping[str, list[Record]]:
    records: dict[str, list[Record]] = defaultdict(list)
    for reading in readings:
        for kind, rows in reading.records.items():
            records[kind] += rows
    return records


def _key(request: Request) -> str:
    return f"{request.need} {request.subject}"
