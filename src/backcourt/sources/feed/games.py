"""The games that a source is asked for: those that count and that take place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from backcourt.names import TEAM_IDS
from backcourt.warehouse.duckdb import Warehouse

_TRICODES = {number: tricode for tricode, number in TEAM_IDS.items()}


@dataclass(frozen=True)
class Game:
    """A game of the schedule, by its Eastern date; `home` and `away` are codes of teams, `cutoff_at` is UTC."""

    game_id: str
    game_date: date
    has_begun: bool
    is_final: bool
    cutoff_at: datetime
    home: str
    away: str

    @property
    def sides(self) -> frozenset[str]:
        """Both teams; a source may list a game at a neutral site the other way round."""
        return frozenset((self.home, self.away))


def games_of(warehouse: Warehouse, season: str, now: datetime) -> list[Game]:
    """The games of a season by the schedule that the warehouse has; one begins at its tip-off, or is over already."""
    rows = warehouse.rows(
        """SELECT game_id, game_date, is_final OR cutoff_at <= ?, is_final, cutoff_at, home_team_id, away_team_id
        FROM raw.games_current WHERE season = ? AND counts AND takes_place ORDER BY game_date, game_id""",
        [now.replace(tzinfo=None), season],
    )
    return [
        Game(
            game_id,
            day,
            has_begun,
            is_final,
            cutoff_at.replace(tzinfo=UTC),
            _TRICODES.get(home, ""),
            _TRICODES.get(away, ""),
        )
        for game_id, day, has_begun, is_final, cutoff_at, home, away in rows
    ]
