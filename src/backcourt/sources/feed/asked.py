"""What a source of snapshots is asked about: the games of a season that are in scope, and what the archive has by now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from backcourt.engine import ledger
from backcourt.errors import SourceError
from backcourt.seasons import DateRange, Scope, eastern_date, season_of, seasons_flag
from backcourt.sources.feed.games import Game, games_of
from backcourt.sources.http import Archive, Fetch, request_of
from backcourt.sources.http.errors import DamagedError
from backcourt.sources.payload import Payload, ShapeError
from backcourt.warehouse.duckdb import Warehouse

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """The games of one season that a pull is about; `is_named` where somebody named the dates.

    `place` is where the files of a purchase lie: an address or a folder.
    """

    season: str
    scope: Scope
    games: tuple[Game, ...]
    archive: Archive
    now: datetime
    is_named: bool
    place: str = ""
    _read: dict[object, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def today(self) -> date:
        """The Eastern date of the pull."""
        return eastern_date(self.now)

    @property
    def days(self) -> tuple[date, ...]:
        """The dates that have a game."""
        return tuple(sorted({game.game_date for game in self.games}))

    def on(self, day: date) -> tuple[Game, ...]:
        """The games of a date."""
        return tuple(game for game in self.games if game.game_date == day)

    def covers(self, day: date) -> bool:
        """Whether a date is in scope, be there a game on it or not."""
        return season_of(day) == self.season and self.scope.includes(day, self.season)

    def answers(self, source: str, need: str, subject: str | None = None) -> list[Fetch]:
        """Every archived answer that is a document, oldest first."""
        return [fetch for fetch in self.archive.all_of(source, need, subject) if fetch.digest is not None]

    def newest_readable(self, fetches: Iterable[Fetch], read: Callable[[Payload], T]) -> T | None:
        """What the last of these documents says that is in its shape: a later one may be of another shape, and is told of."""
        for fetch in reversed(list(fetches)):
            known = (fetch.key, fetch.digest, read)
            if known not in self._read:
                self._read[known] = self._told(fetch, read)
            if self._read[known] is not None:
                return self._read[known]  # type: ignore[no-any-return]
        return None

    def _told(self, fetch: Fetch, read: Callable[[Payload], T]) -> T | None:
        try:
            return read(self.archive.payload(request_of(fetch), fetch))
        except (ShapeError, DamagedError):
            return None  # told where the snapshot itself is read


def ask(
    warehouse: Warehouse,
    source: str,
    scope: Scope,
    archive: Archive,
    now: datetime,
    *,
    back: int,
    ahead: int,
    place: str = "",
) -> list[Asked]:
    """What is to be asked of a source, season by season; without a scope the dates from so many days ago to so many ahead.

    Raises SourceError where the warehouse has no game that it could be asked about.
    """
    seasons = _seasons(warehouse)
    is_named = bool(scope.dates or scope.seasons)
    missing = sorted(set(scope.seasons) - set(seasons))
    if missing or not seasons:
        said = f"of {', '.join(missing)} " if missing else ""
        words = f" --seasons {seasons_flag(missing)}" if missing else ""
        raise SourceError(
            f"{source} is asked about games of the schedule, and this warehouse has no schedule {said}yet.",
            f"Fill it first, from a source that has one:  backcourt ingest nba_stats{words}",
        )
    if not is_named:
        scope = near(eastern_date(now), back, ahead)
    found = [
        Asked(
            season,
            scope,
            tuple(game for game in games_of(warehouse, season, now) if scope.includes(game.game_date, season)),
            archive,
            now,
            is_named,
            place,
        )
        for season in seasons
        if season in (scope.seasons or seasons)
    ]
    found = [each for each in found if each.games or each.covers(each.today)]
    if is_named and not found:
        raise SourceError(
            f"{source} is asked about games, and the schedule has none in scope: {scope.describe()}",
            "See which dates it has:  backcourt status",
        )
    return found


def near(today: date, back: int, ahead: int) -> Scope:
    """The dates around today."""
    return Scope(dates=(DateRange(today - timedelta(days=back), today + timedelta(days=ahead)),))


def _seasons(warehouse: Warehouse) -> list[str]:
    if not ledger.exists(warehouse):
        return []
    return [row[0] for row in warehouse.rows("SELECT DISTINCT season FROM raw.games_current ORDER BY 1")]
