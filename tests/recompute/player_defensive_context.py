"""What player_defensive_context must say, from the zone rows of the date and from the games of the player alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from facts import Facts, Row, before, prior_season

NAME = "player_defensive_context"

Columns = dict[str, Any]

OF_THE_OPPONENT = {
    "opponent_games_in_sample": "games_in_sample",
    "opponent_zone_games_used": "zone_games_used",
    "opponent_paint_pct_allowed": "paint_pct_allowed_last_15",
    "opponent_mid_range_pct_allowed": "mid_range_pct_allowed_last_15",
    "opponent_three_pt_pct_allowed": "three_pt_pct_allowed_last_15",
    "opponent_paint_defense_vs_league_avg": "paint_defense_vs_league_avg",
    "opponent_mid_range_defense_vs_league_avg": "mid_range_defense_vs_league_avg",
    "opponent_three_pt_defense_vs_league_avg": "three_pt_defense_vs_league_avg",
    "opponent_strongest_zone": "strongest_zone",
    "opponent_weakest_zone": "weakest_zone",
    "opponent_defensive_rating": "defensive_rating_last_15",
    "opponent_pace": "opponent_pace_last_15",
    "opponent_points_allowed_per_game": "opponent_points_per_game",
}
OF_HIMSELF = (
    "games_in_sample_10 zone_games_10 paint_rate_last_10 mid_range_rate_last_10 three_pt_rate_last_10"
    " primary_scoring_zone"
).split()
OF_HIS_MEETINGS = ("games_vs_opponent", "points_avg_vs_opponent")
DIFFERENCES = ("paint_defense_vs_league_avg", "mid_range_defense_vs_league_avg", "three_pt_defense_vs_league_avg")
PRIMARY = {
    "paint": "paint_defense_vs_league_avg",
    "mid_range": "mid_range_defense_vs_league_avg",
    "perimeter": "three_pt_defense_vs_league_avg",
}


def expected(facts: Facts, game_id: str, player_id: int) -> Columns:
    """Every column of the row of a game and a player."""
    identity = identified(facts, game_id, player_id)
    day, opponent = identity["game_date"], identity["opponent_team_id"]
    defense = facts.rows_of("team_defense_zone_analysis")[day, opponent]
    shots = facts.rows_of("player_shot_zone_analysis")[day, player_id]
    context = facts.rows_of("upcoming_player_game_context")[game_id, player_id]
    league = facts.rows_of("league_averages")[(day,)]
    assert context.game_date == day
    return {
        **identity,
        **{name: defense[source] for name, source in OF_THE_OPPONENT.items()},
        "opponent_defensive_rating_vs_league": less(defense.defensive_rating_last_15, league.offensive_rating),
        "opponent_pace_vs_league": less(defense.opponent_pace_last_15, league.pace),
        **{name: shots[name] for name in OF_HIMSELF},
        **advantages(shots, defense),
        **{name: context[name] for name in OF_HIS_MEETINGS},
        **meetings(games_of_two_seasons(facts, identity), opponent),
    }


def identified(facts: Facts, game_id: str, player_id: int) -> Columns:
    """The team that the spine expects him for; the rest is what the schedule says of the game."""
    team = facts.spine_of(NAME)[game_id, player_id].team_id
    game = facts.scheduled_game[game_id]
    opponents = {game.home_team_id: game.away_team_id, game.away_team_id: game.home_team_id}
    return {
        "game_id": game_id,
        "player_id": player_id,
        "game_date": game.game_date,
        "season": game.season,
        "season_type": game.season_type,
        "team_id": team,
        "opponent_team_id": opponents[team],
    }


# --- both together ---


def advantages(shots: Row, defense: Row) -> Columns:
    """Where he shoots and how that is defended; NULL unless everything it takes is known."""
    against = [defense[name] for name in DIFFERENCES]
    rates = [shots.paint_rate_last_10, shots.mid_range_rate_last_10, shots.three_pt_rate_last_10]
    attempts = [
        shots.paint_attempts_per_game_last_10,
        shots.mid_range_attempts_per_game_last_10,
        shots.three_pt_attempts_per_game_last_10,
    ]
    primary = PRIMARY.get(shots.primary_scoring_zone)
    return {
        "zone_advantage": weighted([1, 1, 1], rates, against),
        "zone_advantage_points_per_game": weighted([2, 2, 3], attempts, against),
        "primary_zone_advantage": defense[primary] if primary else None,
    }


def weighted(worth: Sequence[int], weights: Sequence[float | None], values: Sequence[float | None]) -> float | None:
    """The three products, each from left to right, added in this order."""
    products = [
        points * weight * value
        for points, weight, value in zip(worth, weights, values, strict=True)
        if weight is not None and value is not None
    ]
    return products[0] + products[1] + products[2] if len(products) == 3 else None


# --- his games ---


def games_of_two_seasons(facts: Facts, identity: Columns) -> list[Row]:
    """His games before the date, of this season and the one before."""
    seasons = (identity["season"], prior_season(identity["season"]))
    earlier = before(facts.appearances.get(identity["player_id"], []), identity["game_date"])
    return [game for game in earlier if game.season in seasons]


def meetings(games: Sequence[Row], opponent: int) -> Columns:
    """What he did against this opponent, for whichever team, and against all others."""
    against = [game for game in games if game.opponent_team_id == opponent]
    others = [game for game in games if game.opponent_team_id != opponent]
    timed = [game.seconds_played for game in against if game.seconds_played is not None]
    return {
        "timed_games_vs_opponent": len(timed),
        "minutes_avg_vs_opponent": ratio(sum(timed), 60 * len(timed)),
        "games_vs_others": len(others),
        "points_vs_opponent_minus_average": ratio(
            points(against) * len(others) - points(others) * len(against), len(against) * len(others)
        ),
    }


def points(games: Sequence[Row]) -> int:
    """Of all of them."""
    return sum(game.points for game in games)


# --- arithmetic ---


def ratio(part: int, by: int) -> float | None:
    """One division; NULL of nothing."""
    return part / by if by else None


def less(one: float | None, other: float | None) -> float | None:
    """One less the other; NULL if either is not known."""
    return None if one is None or other is None else one - other
