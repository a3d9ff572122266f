"""The registry of players in records."""

from __future__ import annotations

from backcourt.sources.nba_stats.shapes import RegistryRow
from backcourt.sources.nba_stats.tables import rows_of
from backcourt.sources.payload import Batch, Payload, Record, ShapeError


def registry(payload: Payload) -> list[Batch]:
    """Every player of the registry; raises ShapeError for one that is empty or lists a player twice."""
    rows = rows_of(payload, "PlayerIndex", RegistryRow)
    if not rows:
        raise ShapeError.at(payload, "PlayerIndex.rowSet", "the registry has no player")
    if len({row.PERSON_ID for row in rows}) != len(rows):
        raise ShapeError.at(payload, "PlayerIndex.rowSet", "a player is listed twice")
    return [Batch("players", [_player(payload, row) for row in rows])]


def _player(payload: Payload, row: RegistryRow) -> Record:
    name = f"{row.PLAYER_FIRST_NAME or ''} {row.PLAYER_LAST_NAME or ''}".strip()
    if not name:
        raise ShapeError.at(payload, "PlayerIndex.rowSet", f"player {row.PERSON_ID} has no name")
    feet, _, inches = (row.HEIGHT or "").partition("-")
    return {
        "PERSON_ID": row.PERSON_ID,
        "PLAYER_NAME": name,
        "POSITION": row.POSITION or None,
        "HEIGHT_INCHES": 12 * int(feet) + int(inches) if inches else None,
        "WEIGHT": int(row.WEIGHT) if row.WEIGHT else None,
    }
