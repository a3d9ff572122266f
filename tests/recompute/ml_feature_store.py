"""What ml_feature_store must say, from the other tables of the same date and from what was played before it."""

from __future__ import annotations

from typing import Any

from facts import Facts, Row, before, in_season, prior_season
from ml_feature_store_absences import of_the_absences
from ml_feature_store_games import of_his_games
from player_daily_cache import boxed_games, identified

NAME = "ml_feature_store"

Columns = dict[str, Any]

# Columns that another table has under the same name, and those that it has under another.
FROM_PLAYER_CONTEXT = dict.fromkeys(
    "games_used_3 games_without_box_last_14_days team_form_games_used_10 opponent_form_games_used_10 expected_because"
    " points_avg_last_3 points_avg_vs_opponent games_vs_opponent games_missed_streak games_since_team_change"
    " former_team_game usage_rate_last_7_days usage_games_last_7_days opponent_off_rating_last_10"
    " opponent_ft_rate_allowed_last_10 opponent_rebound_rate_last_10 home_game pace_differential win_streak loss_streak"
    " days_rest back_to_back games_in_last_7_days games_in_last_14_days minutes_in_last_7_days minutes_in_last_14_days"
    " minutes_per_game_last_7_days back_to_backs_last_14_days team_days_rest opponent_days_rest rest_advantage"
    " travel_miles time_zones_crossed travel_miles_last_14_days consecutive_road_games next_game_days_rest"
    " games_in_next_7_days team_games_since_seen star_teammates_out questionable_star_teammates star_tier_out"
    " rotation_teammates_out teammates_out_plays teammates_out_points teammates_out_minutes".split()
)
RENAMED_FROM_PLAYER_CONTEXT = {
    "games_used": "season_games",
    "market_spread": "spread",
    "market_spread_movement": "spread_movement",
    "market_total": "game_total",
    "market_total_movement": "total_movement",
    "market_implied_team_total": "implied_team_total",
    "prop_has_line": "has_points_line",
    "prop_points_line": "points_line",
    "prop_opening_line": "opening_points_line",
    "prop_line_movement": "line_movement",
    "prop_line_books": "line_books",
    "prop_line_change_since_last_game": "line_change_since_last_game",
    "prop_over_streak": "over_streak",
    "prop_under_streak": "under_streak",
    "prop_graded_games_10": "graded_games_10",
    "prop_graded_games_5": "graded_games_5",
    "prop_over_rate_last_10": "over_rate_last_10",
    "prop_margin_vs_line_avg_last_5": "margin_vs_line_avg_last_5",
}
FROM_TEAM_CONTEXT = {
    "season_phase": "season_phase",
    "neutral_site": "neutral_site",
    "game_number_in_season": "game_number_in_season",
    "team_win_pct": "win_pct",
    "opponent_win_pct": "opponent_win_pct",
    "average_margin_last_10": "average_margin_last_10",
    "blowout_rate_last_10": "blowout_rate_last_10",
}
FROM_DAILY_CACHE = (
    "games_used_5 games_used_10 prior_season_games input_age_days points_avg_last_5 points_avg_last_10"
    " points_avg_season points_decayed prior_season_points_avg home_points_avg_season home_games_season"
    " away_points_avg_season away_games_season points_std_last_10 points_std_season minutes_avg_last_5"
    " minutes_avg_last_10 minutes_avg_season minutes_decayed timed_games_5 timed_games_10 timed_games_season"
    " prior_season_minutes_avg minutes_std_last_10 starter_rate_last_10 team_games_missed_last_10 team_games_used_10"
    " points_per_minute_last_10 usage_rate_last_10 usage_rate_season usage_games_10 usage_games_season"
    " prior_season_usage_rate fg_attempts_avg_last_10 fg_attempts_decayed three_pt_attempts_avg_last_10"
    " ft_attempts_avg_last_10 ts_pct_last_10 ts_pct_season prior_season_ts_pct efg_pct_last_10 team_pace_last_10"
    " team_offensive_rating_last_10"
).split()
FROM_DEFENSIVE_CONTEXT = (
    "opponent_games_in_sample points_vs_opponent_minus_average paint_rate_last_10 mid_range_rate_last_10"
    " three_pt_rate_last_10 opponent_defensive_rating opponent_pace opponent_defensive_rating_vs_league"
    " opponent_pace_vs_league opponent_points_allowed_per_game opponent_paint_defense_vs_league_avg"
    " opponent_mid_range_defense_vs_league_avg opponent_three_pt_defense_vs_league_avg opponent_zone_games_used"
    " zone_advantage"
).split()
FROM_SHOT_ZONES = "unassisted_rate_last_10 zone_games_10 free_throw_points_share_last_10".split()
FROM_COMPOSITE_FACTORS = "shot_zone_mismatch_score pace_score freshness_score plays_freed usage_spike_score".split()

REQUIRED = (
    "points_avg_last_5 points_avg_last_10 points_avg_season points_decayed minutes_avg_last_5 minutes_avg_last_10"
    " minutes_decayed points_per_minute_last_10 usage_rate_last_10 fg_attempts_avg_last_10 opponent_defensive_rating"
    " opponent_pace home_game team_pace_last_10 team_offensive_rating_last_10 days_rest back_to_back"
    " games_in_last_7_days"
).split()
OF_PLAYING_TIME = (
    "minutes_avg_last_5 minutes_avg_last_10 minutes_decayed points_per_minute_last_10 usage_rate_last_10".split()
)
SEVERITY = {None: 0, "available": 0, "probable": 1, "questionable": 2, "doubtful": 3, "out": 4}


def expected(facts: Facts, game_id: str, player_id: int) -> Columns:
    """Every column of the row of a player and a game."""
    identity = identified(facts, facts.spine_of(NAME)[game_id, player_id])
    assert identity["game_id"] == game_id
    passed = passed_through(facts, identity)
    earlier = before(facts.appearances.get(player_id, []), identity["game_date"])
    this_season = in_season(earlier, identity["season"])
    season_before = in_season(earlier, prior_season(identity["season"]))
    return {
        **identity,
        **passed,
        **of_said(facts, identity, passed),
        **of_his_games(facts, identity["game_date"], this_season, season_before, passed),
        **of_the_absences(facts, identity, this_season, passed["rotation_teammates_out"]),
        **quality(passed, is_unseen(facts, identity, this_season)),
    }


# --- what the other tables say of the same date ---


def passed_through(facts: Facts, identity: Columns) -> Columns:
    """Columns of the other tables, as they stand there."""
    game, day, player = identity["game_id"], identity["game_date"], identity["player_id"]
    of_player = facts.rows_of("upcoming_player_game_context")[game, player]
    of_team = facts.rows_of("upcoming_team_game_context")[game, identity["team_id"]]
    cache = facts.rows_of("player_daily_cache")[day, player]
    defense = facts.rows_of("player_defensive_context")[game, player]
    zones = facts.rows_of("player_shot_zone_analysis")[day, player]
    factors = facts.rows_of("player_composite_factors")[game, player]
    assert {row.game_date for row in (of_player, of_team, cache, defense, zones, factors)} == {day}
    return {
        **{name: of_player[name] for name in FROM_PLAYER_CONTEXT},
        **{name: of_player[source] for name, source in RENAMED_FROM_PLAYER_CONTEXT.items()},
        **{name: of_team[source] for name, source in FROM_TEAM_CONTEXT.items()},
        **{name: cache[name] for name in FROM_DAILY_CACHE},
        **{name: defense[name] for name in FROM_DEFENSIVE_CONTEXT},
        **{name: zones[name] for name in FROM_SHOT_ZONES},
        **{name: factors[name] for name in FROM_COMPOSITE_FACTORS},
    }


def of_said(facts: Facts, identity: Columns, passed: Columns) -> Columns:
    """What takes one step more from the word of another table."""
    of_player = facts.rows_of("upcoming_player_game_context")[identity["game_id"], identity["player_id"]]
    opponent = facts.rows_of("upcoming_team_game_context")[identity["game_id"], identity["opponent_team_id"]]
    seconds, spread = opponent.seconds_out, passed["market_spread"]
    line, average = passed["prop_points_line"], passed["points_avg_season"]
    return {
        "playoff_game": identity["season_type"] == "playoffs",
        "status_severity": SEVERITY[of_player.player_status] if of_player.availability_known else None,
        "opponent_rotation_players_out": opponent.rotation_players_out,
        "opponent_minutes_out": None if seconds is None else seconds / 60,
        "market_spread_size": None if spread is None else abs(spread),
        "prop_line_vs_season_average": None if line is None or average is None else line - average,
    }


# --- how good the row is ---


def is_unseen(facts: Facts, identity: Columns, this_season: list[Row]) -> bool:
    """Has his team played a game without a box score of its players since the newest of his?"""
    if not this_season:
        return False
    team, last = identity["team_id"], this_season[-1].game_date
    games = in_season(before(facts.team_results[team], identity["game_date"]), identity["season"])
    return any(game.game_date > last and (game.game_id, team) not in boxed_games(facts) for game in games)


def quality(passed: Columns, unseen: bool) -> Columns:
    """What of the required is missing and why, and what the row is worth."""
    missing = [name for name in REQUIRED if passed[name] is None]
    reasons = reasons_why(passed, unseen)
    return {
        "features_required": len(REQUIRED),
        "required_missing": len(missing),
        "required_missing_names": ",".join(missing) or None,
        "required_missing_because": ",".join(reasons) or None,
        "quality_tier": "insufficient" if missing else tier(passed["games_used"], passed["input_age_days"]),
    }


def reasons_why(passed: Columns, unseen: bool) -> list[str]:
    """The codes of what holds, in the order of the contract."""
    began = passed["games_used"] > 0
    holds = {
        "first_game": not began,
        "no_playing_time": began and any(passed[name] is None for name in OF_PLAYING_TIME),
        "unseen_game": unseen,
        "team_first_game": passed["team_form_games_used_10"] == 0,
        "opponent_first_game": passed["opponent_games_in_sample"] == 0,
    }
    return [code for code, true in holds.items() if true]


def tier(games: int, age_days: int) -> str:
    """The word for a number of games, the newest so many days ago."""
    if games >= 10 and age_days <= 14:
        return "high"
    return "medium" if games >= 5 and age_days <= 30 else "low"
