"""What an answer says that has no result: not yet, in progress, postponed, of no concern to the tables."""

from __future__ import annotations

from datetime import date

from backcourt.sources.nba.ids import season
from backcourt.sources.payload import Batch, Record


def told(game_id: str, state: str, said: str) -> Record:
    """A row of a batch of kind `status`."""
    return {"subject": game_id, "state": state, "said": said}


def told_of_game(game_id: str, state: str, said: str, day: date | None = None) -> Batch:
    """The batch that stands for the result of a game that has none."""
    return Batch("status", [told(game_id, state, said)], season=season(game_id), game_date=day, game_id=game_id)
