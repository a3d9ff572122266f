"""How old an archived document may be: box scores are corrected mostly on the next day, seldom after a week."""

from __future__ import annotations

from datetime import date, timedelta

# Days since the game: until then a document of it is asked for again after so long. Later it is final.
_STEPS = (
    (0, timedelta(minutes=10)),
    (1, timedelta(hours=6)),
    (7, timedelta(days=1)),
    (30, timedelta(days=7)),
)
OF_SEASON = timedelta(hours=1)
"""Schedules and registries: a game may be postponed at noon."""
FINAL = timedelta(days=36_500)


def max_age(game_date: date | None, today: date) -> timedelta:
    """How old the document of a game of that date may be today (both Eastern); without a date it is one of a season."""
    if game_date is None:
        return OF_SEASON
    days = (today - game_date).days
    return next((age for limit, age in _STEPS if days <= limit), FINAL)
