"""What ml_feature_store must say, each feature from raw by the recomputation of the table that it is taken from."""

from __future__ import annotations

from typing import Any

from backcourt.checks.validate.spot.calendar import player_context, team_context
from backcourt.checks.validate.spot.clock import Clock
from backcourt.checks.validate.spot.defense import team_zone_defense
from backcourt.checks.validate.spot.raw import Raw
from backcourt.checks.validate.spot.windows import daily, shot_zones

Columns = dict[str, Any]

# Features by the table whose recomputation says them, and what they are called there.
_PLAYER_CONTEXT = {
    "games_used": "season_games",
    **{
        name: name
        for name in (
            "games_used_3 points_avg_last_3 games_vs_opponent points_avg_vs_opponent days_rest back_to_back"
            " games_in_last_7_days games_in_last_14_days games_without_box_last_14_days minutes_in_last_7_days"
            " minutes_in_last_14_days minutes_per_game_last_7_days back_to_backs_last_14_days games_missed_streak"
            " team_days_rest opponent_days_rest rest_advantage win_streak loss_streak former_team_game home_game"
        ).split()
    },
}
_DAILY = {
    name: name
    for name in (
        "games_used_5 games_used_10 prior_season_games input_age_days points_avg_last_5 points_avg_last_10 points_avg_season"
        " points_decayed prior_season_points_avg home_points_avg_season home_games_season away_points_avg_season"
        " away_games_season points_std_last_10 points_std_season minutes_avg_last_5 minutes_avg_last_10 minutes_decayed"
        " timed_games_5 timed_games_10 minutes_std_last_10 starter_rate_last_10 team_games_missed_last_10 team_games_used_10"
        " points_per_minute_last_10 usage_rate_last_10 usage_games_10 fg_attempts_avg_last_10 fg_attempts_decayed"
        " three_pt_attempts_avg_last_10 ft_attempts_avg_last_10 ts_pct_last_10 ts_pct_season prior_season_ts_pct"
        " efg_pct_last_10"
    ).split()
}
_TEAM_CONTEXT = {
    "team_win_pct": "win_pct",
    "opponent_win_pct": "opponent_win_pct",
    "average_margin_last_10": "average_margin_last_10",
    "blowout_rate_last_10": "blowout_rate_last_10",
    "game_number_in_season": "game_number_in_season",
    "pace_differential": "pace_differential",
    "team_pace_last_10": "pace_last_10",
    "team_offensive_rating_last_10": "offensive_rating_last_10",
    "team_form_games_used_10": "form_games_used_10",
    "opponent_form_games_used_10": "opponent_form_games_used_10",
}
_DEFENSE = {
    "opponent_games_in_sample": "games_in_sample",
    "opponent_zone_games_used": "zone_games_used",
    "opponent_defensive_rating": "defensive_rating_last_15",
    "opponent_pace": "opponent_pace_last_15",
    "opponent_points_allowed_per_game": "opponent_points_per_game",
}
_ZONES = {
    name: name
    for name in (
        "paint_rate_last_10 mid_range_rate_last_10 three_pt_rate_last_10 unassisted_rate_last_10 zone_games_10"
        " free_throw_points_share_last_10"
    ).split()
}


def features(raw: Raw, clock: Clock, game_id: str, player: int, team: int) -> Columns:
    """The row of a player and a game, as far as box scores, shots and events say it."""
    game = raw.game(game_id)
    day, season = game.game_date, game.season
    said = (
        (_PLAYER_CONTEXT, player_context(raw, clock, game_id, player, team)),
        (_DAILY, daily(raw, clock, day, player, season, team)),
        (_TEAM_CONTEXT, team_context(raw, game_id, team)),
        (_DEFENSE, team_zone_defense(raw, day, game.opponent(team) or 0, season)),
        (_ZONES, shot_zones(raw, day, player, season)),
    )
    found: Columns = {
        "game_date": day,
        "season": season,
        "season_type": game.season_type,
        "opponent_team_id": game.opponent(team),
        "playoff_game": game.season_type == "playoffs",
    }
    for names, columns in said:
        found |= {name: columns[of] for name, of in names.items()}
    return found
