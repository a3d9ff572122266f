"""The games that a source is asked for: those that count, that take place and that have begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class Game:
    """A game of the schedule, by its Eastern date."""

    game_id: str
    game_date: date
    has_begun: bool


def games_of(warehouse: Warehouse, season: str, now: datetime) -> list[Game]:
    """The games of a season by the schedule that the warehouse has; one begins at its tip-off, or is over already."""
    rows = warehouse.rows(
        """SELECT game_id, game_date, is_final OR cutoff_at <= ? FROM raw.games_current
        WHERE season = ? AND counts AND takes_place ORDER BY game_date, game_id""",
        [now.replace(tzinfo=None), season],
    )
    return [Game(*row) for row in rows]
