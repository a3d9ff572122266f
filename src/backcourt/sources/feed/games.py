"""The games that a source is asked for: those that count, whose tip-off has passed and that take place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class Game:
    """A game of the schedule, by its Eastern date."""

    game_id: str
    game_date: date


def begun(warehouse: Warehouse, season: str, now: datetime) -> list[Game]:
    """The games of a season that have begun by now, by the schedule that the warehouse has; without a time by their date."""
    rows = warehouse.rows(
        """SELECT game_id, game_date FROM raw.games_current
        WHERE season = ? AND counts AND takes_place AND COALESCE(cutoff_at, CAST(game_date AS TIMESTAMP)) <= ?
        ORDER BY game_date, game_id""",
        [season, now.replace(tzinfo=None)],
    )
    return [Game(*row) for row in rows]
