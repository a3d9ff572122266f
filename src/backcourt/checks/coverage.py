"""Who has which games: for each need the games that the schedule expects, from the first source, from the others, from none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from backcourt.engine import ledger
from backcourt.engine.origin import ingest_words
from backcourt.engine.ranks import MANUAL, NO_SOURCES, chosen, ranked
from backcourt.engine.registry import Registry
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

Words = tuple[str, ...]


@dataclass(frozen=True)
class Ranked:
    """A source of a need: its place, the games and rows that stand from it, and whether its place was chosen."""

    need: str
    place: int
    source: str
    games: int
    rows: int
    is_chosen: bool


@dataclass(frozen=True)
class MissingGame:
    """A game of which no source has a need whole; `partial` where one has some of it."""

    game_id: str
    game_date: date
    partial: bool


@dataclass(frozen=True)
class NeedCoverage:
    """The games of a season that a need must have: final ones that count; for the schedule those that take place.

    `fallbacks` are games by source. `commands`, the words after `backcourt`, ask those that could have the `none`.
    """

    need: str
    season: str
    expected: int
    primary: str | None
    from_primary: int
    fallbacks: dict[str, int]
    none: tuple[MissingGame, ...]
    commands: tuple[Words, ...]

    @property
    def from_fallbacks(self) -> int:
        """Games that another source than the first had to supply."""
        return sum(self.fallbacks.values())


def rank_list(warehouse: Warehouse, registry: Registry) -> list[Ranked]:
    """The sources of every need in the order in which they are taken; manual rows stand in place of single rows."""
    counts = {
        (need, source): (games, rows)
        for need, source, games, rows in warehouse.rows(
            "SELECT table_name, source, COUNT(*), CAST(SUM(rows) AS BIGINT) FROM ledger.supplied GROUP BY ALL"
        )
    }
    found = []
    for need in sorted(registry.raw):
        picked = chosen(warehouse, need)
        for place, source in enumerate(ranked(warehouse, need), 1):
            games, rows = counts.get((need, source), (0, 0))
            found.append(Ranked(need, place, source, games, rows, source in picked))
    return found


def coverage(warehouse: Warehouse, registry: Registry, scope: Scope) -> list[NeedCoverage]:
    """Need by need and season by season, as sets of games of the schedule; a game of which half is there is not."""
    needs = ["games", *(contract.name for contract in registry.raw.values() if contract.has_sides)]
    return [each for need in needs for each in _of_need(warehouse, need, scope)]


def _of_need(warehouse: Warehouse, need: str, scope: Scope) -> Iterable[NeedCoverage]:
    feeds = [source for source in ranked(warehouse, need) if source != MANUAL]
    seasons: dict[str, list[tuple[str, date, str | None, bool]]] = {}
    for season, game, day, source, whole in warehouse.rows(_expected(need), [need]):
        if scope.includes(day, season):
            seasons.setdefault(season, []).append((game, day, source, whole))
    for season, games in seasons.items():
        none = [MissingGame(game, day, source is not None) for game, day, source, whole in games if not whole]
        whole_from = [source for _, _, source, whole in games if whole and source is not None]
        fallbacks = {source: whole_from.count(source) for source in feeds[1:] if source in whole_from}
        primary = feeds[0] if feeds else None
        yield NeedCoverage(
            need,
            season,
            len(games),
            primary,
            whole_from.count(primary) if primary else 0,
            fallbacks,
            tuple(none),
            _commands(warehouse, need, season) if none else (),
        )


def _expected(need: str) -> str:
    """SQL: season, game and date of what must be there, with the source that stands and whether it has the game whole.

    A schedule supplies its games by having them; whether one is over is no matter of who has it. Rows that stand on
    another date than the game are not there.
    """
    must, whole = ("g.takes_place", "TRUE") if need == "games" else ("g.is_final", "s.is_whole")
    return f"""SELECT g.season, g.game_id, g.game_date, COALESCE(o.source, s.source), s.source IS NOT NULL AND COALESCE({whole}, FALSE)
    FROM raw.games_current AS g
    LEFT JOIN (SELECT game_id, game_date, source, is_whole FROM ledger.supplied WHERE table_name = ?
      QUALIFY ROW_NUMBER() OVER (PARTITION BY game_id, game_date ORDER BY source = '{MANUAL}', rows DESC, source) = 1) AS s
      ON s.game_id = g.game_id AND s.game_date = g.game_date
    -- A game all of whose rows were corrected by hand is from the source that they were put into.
    LEFT JOIN (SELECT json_extract_string(row_key, '$.game_id') AS game_id, MIN(source) AS source FROM ledger.overrides
      WHERE table_name = '{need}' GROUP BY 1) AS o ON o.game_id = g.game_id AND s.source = '{MANUAL}'
    WHERE g.counts AND {must} ORDER BY g.season, g.game_date, g.game_id"""


def _commands(warehouse: Warehouse, need: str, season: str) -> tuple[Words, ...]:
    """Ask every source that has promised the season, in order, else those that have delivered the need, else any."""
    if ledger.as_of(warehouse):
        return ()
    promised = {
        row[0]
        for row in warehouse.rows(
            "SELECT DISTINCT source FROM ledger.coverage WHERE table_name = ? AND season = ?", [need, season]
        )
    }
    sources = [source for source in ranked(warehouse, need) if source not in NO_SOURCES]
    asked = [source for source in sources if source in promised] or sources or sorted(promised)
    return tuple(ingest_words(warehouse, source, {season}) for source in asked)
