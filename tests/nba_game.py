"""A game that was never played: Boston 74, New York 70, in the words that both NBA sources use for its counts."""

from __future__ import annotations

from datetime import date
from typing import Any

GAME, DAY = "0022499001", date(2025, 1, 6)
BOS, NYK = 1610612738, 1610612752

_NAMES = """
    fieldGoalsMade fieldGoalsAttempted threePointersMade threePointersAttempted freeThrowsMade freeThrowsAttempted
    reboundsOffensive reboundsDefensive assists steals blocks turnovers foulsPersonal points
""".split()

# By player: id, name, and the counts in that order; then plus-minus.
HOME = (
    (9001, "Ann Ahl", (10, 20, 2, 5, 4, 4, 1, 5, 7, 2, 0, 3, 2, 26), 4.0),
    (9002, "Bo Bek Jr.", (5, 8, 0, 0, 1, 2, 2, 6, 1, 0, 2, 1, 4, 11), -1.0),
    (9003, "Cé Čop", (4, 9, 2, 4, 0, 0, 0, 3, 2, 1, 0, 0, 1, 10), 6.0),
    (9004, "Di Dam", (6, 10, 0, 1, 3, 4, 3, 4, 0, 0, 1, 2, 5, 15), 2.0),
    (9005, "Ed Els", (3, 5, 1, 2, 0, 0, 0, 2, 5, 1, 0, 1, 0, 7), 8.0),
    (9006, "Fay Fox", (2, 4, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 3, 5), 1.0),
)
AWAY = (
    (9101, "Gus Gil", (8, 18, 3, 8, 5, 6, 0, 4, 6, 1, 0, 4, 3, 24), -4.0),
    (9102, "Hal Hun", (6, 12, 1, 3, 0, 0, 1, 3, 2, 0, 1, 0, 2, 13), -2.0),
    (9103, "Ira Ito", (7, 9, 0, 0, 2, 4, 4, 8, 0, 1, 2, 1, 4, 16), -6.0),
    (9104, "Jo Jay", (2, 7, 1, 5, 0, 0, 0, 2, 3, 0, 0, 2, 1, 5), -3.0),
    (9105, "Kit Kok", (4, 6, 0, 0, 1, 2, 1, 5, 1, 2, 0, 0, 2, 9), 0.0),
    (9106, "Lou Lin", (1, 3, 1, 2, 0, 0, 0, 1, 0, 0, 0, 1, 1, 3), -5.0),
)
HOME_TOTAL = (30, 56, 5, 13, 9, 11, 7, 21, 15, 4, 3, 7, 15, 74)
AWAY_TOTAL = (28, 55, 6, 18, 8, 12, 6, 23, 12, 4, 3, 8, 13, 70)
NOTHING = (0,) * len(_NAMES)


def counts(values: tuple[int, ...]) -> dict[str, Any]:
    """Counts under the sources' names, with the percentages that are never read."""
    found: dict[str, Any] = dict(zip(_NAMES, values, strict=True))
    return {
        **found,
        "reboundsTotal": found["reboundsOffensive"] + found["reboundsDefensive"],
        "fieldGoalsPercentage": 0.5,
    }


# What the raw tables make of them.
PLAYER_COLUMNS = """
    player_id player_name team_id opponent_team_id is_home starter seconds_played seconds_quality points fg_made fg_attempted
    three_made three_attempted ft_made ft_attempted rebounds_offensive rebounds_defensive assists steals blocks turnovers
    fouls plus_minus appeared problem
"""
PLAYER_ROWS = [
    (9001, "Ann Ahl", BOS, NYK, True, True, 2400, "exact", 26, 10, 20, 2, 5, 4, 4, 1, 5, 7, 2, 0, 3, 2, 4, True, None),
    (
        9002,
        "Bo Bek Jr.",
        BOS,
        NYK,
        True,
        True,
        2400,
        "exact",
        11,
        5,
        8,
        0,
        0,
        1,
        2,
        2,
        6,
        1,
        0,
        2,
        1,
        4,
        -1,
        True,
        None,
    ),
    (9003, "Cé Čop", BOS, NYK, True, True, 2430, "exact", 10, 4, 9, 2, 4, 0, 0, 0, 3, 2, 1, 0, 0, 1, 6, True, None),
    (9004, "Di Dam", BOS, NYK, True, True, 2370, "exact", 15, 6, 10, 0, 1, 3, 4, 3, 4, 0, 0, 1, 2, 5, 2, True, None),
    (9005, "Ed Els", BOS, NYK, True, True, 2400, "exact", 7, 3, 5, 1, 2, 0, 0, 0, 2, 5, 1, 0, 1, 0, 8, True, None),
    (9006, "Fay Fox", BOS, NYK, True, False, 2400, "exact", 5, 2, 4, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 3, 1, True, None),
    (9101, "Gus Gil", NYK, BOS, False, True, 2400, "exact", 24, 8, 18, 3, 8, 5, 6, 0, 4, 6, 1, 0, 4, 3, -4, True, None),
    (9102, "Hal Hun", NYK, BOS, False, True, 2400, "exact", 13, 6, 12, 1, 3, 0, 0, 1, 3, 2, 0, 1, 0, 2, -2, True, None),
    (9103, "Ira Ito", NYK, BOS, False, True, 2400, "exact", 16, 7, 9, 0, 0, 2, 4, 4, 8, 0, 1, 2, 1, 4, -6, True, None),
    (9104, "Jo Jay", NYK, BOS, False, True, 2400, "exact", 5, 2, 7, 1, 5, 0, 0, 0, 2, 3, 0, 0, 2, 1, -3, True, None),
    (9105, "Kit Kok", NYK, BOS, False, True, 2400, "exact", 9, 4, 6, 0, 0, 1, 2, 1, 5, 1, 2, 0, 0, 2, 0, True, None),
    (9106, "Lou Lin", NYK, BOS, False, False, 2401, "exact", 3, 1, 3, 1, 2, 0, 0, 0, 1, 0, 0, 0, 1, 1, -5, True, None),
]
TEAM_COLUMNS = """
    game_id game_date season season_type team_id opponent_team_id is_home minutes points fg_made fg_attempted three_made
    three_attempted ft_made ft_attempted rebounds_offensive rebounds_defensive assists steals blocks turnovers fouls problem
"""
TEAM_ROWS = [
    (GAME, DAY, "2024-25", "regular", BOS, NYK, True, 240, 74, 30, 56, 5, 13, 9, 11, 7, 21, 15, 4, 3, 7, 15, None),
    (GAME, DAY, "2024-25", "regular", NYK, BOS, False, 240, 70, 28, 55, 6, 18, 8, 12, 6, 23, 12, 4, 3, 8, 13, None),
]
