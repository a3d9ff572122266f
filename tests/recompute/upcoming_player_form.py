"""How a player did of late, against lines, and for and against whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from facts import Row

Columns = dict[str, Any]


def form(games: Sequence[Row]) -> Columns:
    """Points of the last games."""
    return {
        "season_games": len(games),
        "games_used_3": len(games[-3:]),
        "games_used_5": len(games[-5:]),
        "games_used_10": len(games[-10:]),
        "points_avg_last_3": points_per_game(games[-3:]),
        "points_avg_last_5": points_per_game(games[-5:]),
        "points_avg_last_10": points_per_game(games[-10:]),
    }


def points_per_game(games: Sequence[Row]) -> float | None:
    """Their mean."""
    return ratio(sum(game.points for game in games), len(games))


def against_lines(games: Sequence[Row], line: float | None) -> Columns:
    """His games against the line of today, and against their own."""
    graded_10 = [game for game in games[-10:] if game.points_line is not None]
    graded_5 = [game for game in games[-5:] if game.points_line is not None]
    over = [game for game in graded_10 if game.points > game.points_line]
    margin = sum(100 * game.points - round(100 * game.points_line) for game in graded_5)
    last_line = games[-1].points_line if games else None
    return {
        "previous_points_line": last_line,
        "line_change_since_last_game": None if line is None or last_line is None else line - last_line,
        "over_streak": None if line is None else streak([game.points - line for game in games]),
        "under_streak": None if line is None else streak([line - game.points for game in games]),
        "graded_games_10": len(graded_10),
        "over_rate_last_10": ratio(len(over), len(graded_10)) if len(graded_10) >= 5 else None,
        "graded_games_5": len(graded_5),
        "margin_vs_line_avg_last_5": ratio(margin, 100 * len(graded_5)) if len(graded_5) >= 3 else None,
    }


def streak(margins: Sequence[float]) -> int:
    """Positive ones since the last negative one; a level one is neither."""
    count = 0
    for margin in margins:
        count = 0 if margin < 0 else count + 1 if margin > 0 else count
    return count


# --- history ---


def history(this_season: Sequence[Row], season_before: Sequence[Row], team: int, opponent: int) -> Columns:
    """What he did for others, and against this opponent."""
    both = [*season_before, *this_season]
    against = [game for game in both if game.opponent_team_id == opponent]
    return {
        "former_team_game": any(game.team_id == opponent for game in both),
        "games_since_team_change": games_since_change(this_season, team),
        "games_vs_opponent": len(against),
        "points_avg_vs_opponent": points_per_game(against),
    }


def games_since_change(games: Sequence[Row], team: int) -> int | None:
    """His games since the last one for another team."""
    elsewhere = [place for place, game in enumerate(games) if game.team_id != team]
    return len(games) - 1 - elsewhere[-1] if elsewhere else None


# --- arithmetic ---


def ratio(part: int | None, whole: int) -> float | None:
    """One division; NULL of nothing."""
    return part / whole if part is not None and whole else None
