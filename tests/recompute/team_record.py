"""What a team's final games say of it; `games` are its own, in order of date."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from facts import Facts, Row, before, in_season, prior_season

Columns = dict[str, Any]


def opponent_of(game: Row, team_id: int) -> int:
    """The other team of a game."""
    return game.away_team_id if game.home_team_id == team_id else game.home_team_id


def results_before(facts: Facts, game: Row, team_id: int) -> list[Row]:
    """Final games of the season before the date."""
    return in_season(before(facts.team_results.get(team_id, []), game.game_date), game.season)


def margin(game: Row, team_id: int) -> int:
    """Points less those of the opponent."""
    lead = game.home_points - game.away_points
    return lead if game.home_team_id == team_id else -lead


def wins(games: Sequence[Row], team_id: int) -> int:
    """How many of them the team won."""
    return sum(margin(game, team_id) > 0 for game in games)


def record(results: Sequence[Row], team_id: int) -> Columns:
    """Won and lost, at home and away."""
    home = [game for game in results if game.home_team_id == team_id]
    away = [game for game in results if game.away_team_id == team_id]
    return {
        "wins": wins(results, team_id),
        "losses": len(results) - wins(results, team_id),
        "win_pct": ratio(wins(results, team_id), len(results)),
        "home_games": len(home),
        "home_win_pct": ratio(wins(home, team_id), len(home)),
        "away_games": len(away),
        "away_win_pct": ratio(wins(away, team_id), len(away)),
    }


def last_ten(results: Sequence[Row], team_id: int) -> Columns:
    """Of at most ten games those won, their margins and those decided by 15 points."""
    margins = [margin(game, team_id) for game in results]
    return {
        "games_used_10": len(margins),
        "wins_last_10": wins(results, team_id),
        "average_margin_last_10": ratio(sum(margins), len(margins)),
        "blowout_rate_last_10": ratio(sum(abs(one) >= 15 for one in margins), len(margins)),
    }


def streaks(results: Sequence[Row], team_id: int) -> Columns:
    """How the last game ended, and how many before it ended so."""
    backwards = [margin(game, team_id) for game in reversed(results)]
    last = backwards[0] if backwards else None
    return {
        "win_streak": len(list(takewhile(lambda one: one > 0, backwards))),
        "loss_streak": len(list(takewhile(lambda one: one < 0, backwards))),
        "last_game_margin": last,
        "last_game_result": None if last is None else "W" if last > 0 else "L",
    }


def meetings(results: Sequence[Row], team_id: int, opponent_id: int) -> Columns:
    """Games of the season against this opponent."""
    games = [game for game in results if opponent_of(game, team_id) == opponent_id]
    return {
        "games_vs_opponent_season": len(games),
        "wins_vs_opponent_season": wins(games, team_id),
        "margin_vs_opponent_season": sum(margin(game, team_id) for game in games) if games else None,
        "lost_last_meeting": margin(games[-1], team_id) < 0 if games else None,
    }


def season_before(facts: Facts, game: Row, team_id: int) -> Columns:
    """The regular season before this one."""
    games = in_season(facts.team_results.get(team_id, []), prior_season(game.season))
    regular = [one for one in games if one.season_type == "regular"]
    return {
        "prior_season_games": len(regular),
        "prior_season_win_pct": ratio(wins(regular, team_id), len(regular)),
    }


def ratio(part: int, by: int) -> float | None:
    """One division; NULL of nothing."""
    return part / by if by else None
