"""How long an archived document serves: box scores are corrected mostly on the next day, seldom after a week."""

from __future__ import annotations

from datetime import date, timedelta

# Days from the game to the fetch of its document: up to so many, it is asked for again after so long. What was fetched
# later is final.
_STEPS = (
    (0, timedelta(minutes=10)),
    (1, timedelta(hours=6)),
    (7, timedelta(days=1)),
    (30, timedelta(days=7)),
)
OF_SEASON = timedelta(hours=1)
"""Schedules and registries: a game may be postponed at noon."""
FINAL = timedelta(days=36_500)


def max_age(game_date: date | None, fetched_on: date) -> timedelta:
    """How long the document of a game of a date serves that was fetched on another (both Eastern), by how new the game was.

    It is the day of the fetch that counts: who comes back after a year must not keep what the night of the game said.
    Without a date the document is one of a season.
    """
    if game_date is None:
        return OF_SEASON
    days = (fetched_on - game_date).days
    return next((age for limit, age in _STEPS if days <= limit), FINAL)
