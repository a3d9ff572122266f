"""Where a file of BigDataBall is: below an address of the buyer's own, under the name that it is sold by."""

from __future__ import annotations

from datetime import date

from backcourt.errors import SourceError
from backcourt.names import team_tricode
from backcourt.sources.payload import Request

SOURCE = "bigdataball"


def play_by_play(base: str, game_id: str, day: date, away: str, home: str) -> Request:
    """The events of a game; the subject is the game's id in ten characters, as whole_id makes it."""
    name = f"[{day.isoformat()}]-{whole_id(game_id)}-{team_tricode(away)}@{team_tricode(home)}.csv"
    return Request(SOURCE, "play_by_play", whole_id(game_id), f"{base.rstrip('/')}/{name}", media="text/csv")


def whole_id(text: str) -> str:
    """A game's id with the zeros that spreadsheets take away; raises SourceError for what is no id of the NBA.

    >>> whole_id("42400407")
    '0042400407'
    """
    padded = text.strip().zfill(10)
    if (
        len(padded) != 10
        or not (padded.isascii() and padded.isdigit())
        or padded[:2] != "00"
        or padded[2] not in "123456"
    ):
        raise SourceError(f"{text!r} is no game of the NBA.", "A game's id has ten digits and begins with 001 to 006.")
    return padded
