"""The games that a source promised to deliver, and those that it delivered: two sets, game by game."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from backcourt.engine.contract import Contract
from backcourt.engine.raw import live
from backcourt.engine.registry import Registry
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

MISSING, ONE_TEAM, STRANGE = "missing", "one team only", "not on the schedule so"


@dataclass(frozen=True)
class Game:
    """A game where promise and delivery differ: `missing`, there for `one team only`, or delivered as the schedule has it not.

    It `stands` all the same where another source has it whole.
    """

    game_id: str
    game_date: date
    season: str
    problem: str
    stands: bool = False


@dataclass(frozen=True)
class Slate:
    """What one source promised and delivered for one need within a scope; `promised` are final games within its coverage."""

    source: str
    need: str
    promised: int
    differing: tuple[Game, ...]

    @property
    def absent(self) -> tuple[Game, ...]:
        """Promised games that are not there whole."""
        return tuple(game for game in self.differing if game.problem != STRANGE)

    @property
    def lacking(self) -> tuple[Game, ...]:
        """Those of the absent games that no other source has whole either."""
        return tuple(game for game in self.absent if not game.stands)

    @property
    def strange(self) -> tuple[Game, ...]:
        """Games that were delivered under another date, without being final, or without being on the schedule."""
        return tuple(game for game in self.differing if game.problem == STRANGE)


def needs(registry: Registry) -> tuple[Contract, ...]:
    """The raw tables of which a game has rows of both teams, or is not there whole."""
    return tuple(contract for contract in registry.raw.values() if contract.has_sides)


def slates(warehouse: Warehouse, registry: Registry, scope: Scope) -> Iterator[Slate]:
    """Every source's promises for every need, beside what it delivered, for the games of a scope."""
    for contract in needs(registry):
        counts: dict[str, int] = {}
        for source, day, season, count in warehouse.rows(promised_query(contract)):
            counts[source] = counts.get(source, 0) + (count if scope.includes(day, season) else 0)
        differing: dict[str, list[Game]] = {source: [] for source in counts}
        for source, *game in warehouse.rows(differing_query(contract)):
            found = Game(*game)
            if scope.includes(found.game_date, found.season):
                differing.setdefault(source, []).append(found)
        for source, games in differing.items():
            yield Slate(source, contract.name, counts.get(source, 0), tuple(games))


def promised_query(contract: Contract) -> str:
    """SQL: per source, date and season how many final games it promised for a need."""
    return f"SELECT source, game_date, season, COUNT(*) FROM ({_promised(contract)}) GROUP BY ALL ORDER BY ALL"


def differing_query(contract: Contract) -> str:
    """SQL: source, game, date, season and problem of each game where promise and delivery differ, and whether it stands."""
    return f"""
WITH promised AS ({_promised(contract)}),
delivered AS (
  SELECT source, game_id, game_date, COUNT(DISTINCT team_id) AS teams FROM ({live(contract)}) GROUP BY ALL)
SELECT p.source, p.game_id, p.game_date, p.season, IF(d.game_id IS NULL, '{MISSING}', '{ONE_TEAM}') AS problem,
  EXISTS (SELECT 1 FROM ledger.supplied AS s JOIN delivered AS o
      ON o.source = s.source AND o.game_id = s.game_id AND o.game_date = s.game_date AND o.teams >= 2
    WHERE s.table_name = '{contract.name}' AND s.is_whole AND s.game_id = p.game_id AND s.game_date = p.game_date) AS stands
FROM promised AS p
LEFT JOIN delivered AS d ON d.source = p.source AND d.game_id = p.game_id AND d.game_date = p.game_date
WHERE d.game_id IS NULL OR d.teams < 2
UNION ALL
SELECT d.source, d.game_id, d.game_date, COALESCE(g.season, ''), '{STRANGE}', FALSE
FROM delivered AS d LEFT JOIN raw.games_current AS g ON g.game_id = d.game_id
WHERE g.game_id IS NULL OR g.game_date <> d.game_date OR (g.counts AND NOT g.is_final)
ORDER BY 1, 3, 2"""


def _promised(contract: Contract) -> str:
    return f"""SELECT c.source, g.game_id, g.game_date, g.season
  FROM raw.games_current AS g
  JOIN (SELECT DISTINCT source, season, season_type FROM ledger.coverage WHERE table_name = '{contract.name}') AS c
    ON c.season = g.season AND c.season_type = g.season_type
  WHERE g.counts AND g.is_final"""


def listed(games: Sequence[Game], shown: int = 5) -> str:
    """The first games by id and date, and how many more there are."""
    names = ", ".join(f"{game.game_id} of {game.game_date}" for game in games[:shown])
    return f"{names} and {len(games) - shown} more" if len(games) > shown else names
