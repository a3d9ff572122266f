"""What player_composite_factors must say, from the tables that it names and from the played games of absent team-mates."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from facts import Facts, Row, before, grouped, in_season
from player_daily_cache import identified

NAME = "player_composite_factors"

Columns = dict[str, Any]

FROM_CONTEXT = (
    "days_rest back_to_back games_in_last_7_days minutes_in_last_7_days minutes_per_game_last_7_days"
    " back_to_backs_last_14_days rotation_teammates_out team_days_rest opponent_days_rest travel_miles time_zones_crossed"
    " next_game_days_rest"
).split()
FROM_DEFENSE = (
    "zone_games_10 primary_scoring_zone zone_advantage opponent_games_in_sample opponent_zone_games_used"
    " opponent_pace_vs_league opponent_defensive_rating_vs_league"
).split()


def expected(facts: Facts, game_id: str, player_id: int) -> Columns:
    """Every column of the row of a player and a game."""
    context = facts.rows_of("upcoming_player_game_context")[game_id, player_id]
    defense = facts.rows_of("player_defensive_context")[game_id, player_id]
    return {
        **identified(facts, facts.spine_of(NAME)[game_id, player_id]),
        **computed(facts, context, defense),
        **{name: context[name] for name in FROM_CONTEXT},
        **{name: defense[name] for name in FROM_DEFENSE},
    }


def computed(facts: Facts, context: Row, defense: Row) -> Columns:
    """The twelve columns that the table itself computes."""
    freed = plays_freed_hundredths(facts, context)
    freshness = freshness_score(context)
    scores = {
        "fatigue_adjustment": fatigue_adjustment(freshness),
        "shot_zone_mismatch_score": shot_zone_mismatch_score(defense),
        "pace_score": against_the_league(defense, 0.15, "opponent_pace_vs_league"),
        "usage_spike_score": usage_spike_score(freed),
        "travel_impact_score": travel_impact_score(context),
        "rest_advantage_score": rest_advantage_score(context),
        "opponent_strength_score": against_the_league(defense, 0.07, "opponent_defensive_rating_vs_league"),
        "look_ahead_pressure_score": look_ahead_pressure_score(context),
    }
    known = [score for score in scores.values() if score is not None]
    return {
        "freshness_score": freshness,
        **scores,
        "factors_present": len(known),
        "total_composite_adjustment": added_in_order(known),
        "plays_freed": None if freed is None else freed / 100,
    }


# --- scores ---


def freshness_score(context: Row) -> int | None:
    """100 is fresh; less for each load, and a little more for rest."""
    if context.days_rest is None or context.seconds_in_last_7_days is None:
        return None
    if context.games_without_box_last_14_days > 0:
        return None
    score = 100
    if context.back_to_back:
        score -= 15
    elif context.days_rest >= 3:
        score += 5
    if context.games_in_last_7_days >= 4:
        score -= 10
    if context.seconds_in_last_7_days > 240 * 60:
        score -= 10
    if context.seconds_in_last_7_days > 35 * 60 * context.games_in_last_7_days:
        score -= 8
    if context.back_to_backs_last_14_days == 1:
        score -= 5
    if context.back_to_backs_last_14_days > 1:
        score -= 12
    return min(score, 100)


def fatigue_adjustment(freshness: int | None) -> float | None:
    """A twentieth of what is missing to 100."""
    return None if freshness is None else (freshness - 100) / 20


def shot_zone_mismatch_score(defense: Row) -> float | None:
    """His shares of attempts by what the opponent allows more than the league there, in points of the makes."""
    paint = defense.paint_rate_last_10, defense.opponent_paint_defense_vs_league_avg
    mid_range = defense.mid_range_rate_last_10, defense.opponent_mid_range_defense_vs_league_avg
    threes = defense.three_pt_rate_last_10, defense.opponent_three_pt_defense_vs_league_avg
    if None in (*paint, *mid_range, *threes):
        return None
    points = 2 * paint[0] * paint[1] + 2 * mid_range[0] * mid_range[1] + 3 * threes[0] * threes[1]
    return within(12 * 0.5 * points, 10)


def against_the_league(defense: Row, weight: float, column: str) -> float | None:
    """A weight times how the opponent differs from the league, once it has played 5 games."""
    if defense.opponent_games_in_sample < 5:
        return None
    return within(weight * defense[column], 3)


def usage_spike_score(freed_hundredths: int | None) -> float | None:
    """0.06 points for a play freed, at most 3."""
    return None if freed_hundredths is None else min(6 * freed_hundredths / 10000, 3.0)


def travel_impact_score(context: Row) -> float | None:
    """A tenth for a thousand miles, over the days since; a tenth for each zone that is left after them."""
    if context.team_days_rest is None or context.travel_miles is None or context.time_zones_crossed is None:
        return None
    zones = max(abs(context.time_zones_crossed) - (context.team_days_rest - 1), 0)
    return 0.0 - (context.travel_miles / (10000 * context.team_days_rest) + zones / 10)


def rest_advantage_score(context: Row) -> float | None:
    """A tenth for each day of rest more than the opponent, up to three of each team."""
    if context.team_days_rest is None or context.opponent_days_rest is None:
        return None
    return 0.1 * (min(context.team_days_rest, 3) - min(context.opponent_days_rest, 3))


def look_ahead_pressure_score(context: Row) -> float | None:
    """Whether there is a game tomorrow."""
    if context.next_game_days_rest is None:
        return None
    return -0.2 if context.next_game_days_rest == 1 else 0.0


def added_in_order(scores: Iterable[float]) -> float | None:
    """Their sum as doubles add up, the first two first; NULL of none."""
    total = None
    for score in scores:
        total = score if total is None else total + score
    return total


def within(score: float, limit: int) -> float:
    """No further from 0 than the limit."""
    return max(-float(limit), min(float(limit), score))


# --- plays freed ---


def plays_freed_hundredths(facts: Facts, context: Row) -> int | None:
    """Of his team-mates who are out and of the rotation, what they use by how often they lately played for the team."""
    if not context.availability_known:
        return None
    freed = 0
    for mate in expected_for(facts)[context.game_id, context.team_id]:
        if mate.player_id != context.player_id and mate.player_status in ("out", "doubtful"):
            freed += hundredths_freed_by(facts, mate)
    return freed


@lru_cache(maxsize=1)
def expected_for(facts: Facts) -> dict[tuple[str, int], list[Row]]:
    """Who is expected, by game and team."""
    rows = facts.rows_of("upcoming_player_game_context").values()
    return grouped(rows, lambda row: [(row.game_id, row.team_id)])


def hundredths_freed_by(facts: Facts, absent: Row) -> int:
    """His plays per game by his share of the team's last games, both floored to a hundredth; 0 if not of the rotation."""
    games = in_season(before(facts.appearances.get(absent.player_id, []), absent.game_date), absent.season)
    seconds = sum(game.seconds_played for game in games)
    if len(games) < 5 or seconds < 15 * 60 * len(games):
        return 0
    plays = sum(100 * game.fg_attempts + 44 * game.ft_attempts + 100 * game.turnovers for game in games) // len(games)
    cache = facts.rows_of("player_daily_cache")[absent.game_date, absent.player_id]
    assert cache.team_id == absent.team_id
    of_team = cache.team_games_used_10
    played = of_team - cache.team_games_missed_last_10
    return plays * played // of_team if of_team else 0
