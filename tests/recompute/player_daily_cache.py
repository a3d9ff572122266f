"""What player_daily_cache must say, from the played games of a player and of his team alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from math import sqrt
from typing import Any

from facts import Facts, Row, before, in_season, prior_season

NAME = "player_daily_cache"

Columns = dict[str, Any]

FROM_TEAM_CONTEXT = {
    "team_form_games_used_10": "form_games_used_10",
    "team_pace_last_10": "pace_last_10",
    "team_offensive_rating_last_10": "offensive_rating_last_10",
}
FROM_ZONES = "zone_games_10 primary_scoring_zone paint_rate_last_10 three_pt_rate_last_10 assisted_rate_last_10".split()
FROM_PLAYER_CONTEXT = (
    "games_in_last_7_days games_in_last_14_days minutes_in_last_7_days minutes_in_last_14_days"
    " minutes_per_game_last_7_days back_to_backs_last_14_days player_age_years"
).split()


def expected(facts: Facts, game_date: date, player_id: int) -> Columns:
    """Every column of the row of a player and a date."""
    identity = identified(facts, facts.spine_of(NAME)[game_date, player_id])
    assert identity["game_date"] == game_date
    season, team = identity["season"], identity["team_id"]
    earlier = before(facts.appearances.get(player_id, []), game_date)
    this_season = in_season(earlier, season)
    season_before = in_season(earlier, prior_season(season))
    return {
        **identity,
        **age_of_the_input(game_date, this_season, season_before),
        **of_the_last_5(this_season[-5:]),
        **of_the_last_10(facts, this_season[-10:]),
        **decayed(this_season[-10:]),
        **of_the_season(facts, this_season),
        **of_the_season_before(facts, season_before),
        **missed(games_of_the_team(facts, team, season, game_date)[-10:], this_season, team),
        **passed_through(facts, identity),
    }


def identified(facts: Facts, spine: Row) -> Columns:
    """The game and team that the spine expects him for; the rest is what the schedule says of that game."""
    game = facts.scheduled_game[spine.game_id]
    opponents = {game.home_team_id: game.away_team_id, game.away_team_id: game.home_team_id}
    return {
        "game_id": spine.game_id,
        "player_id": spine.player_id,
        "game_date": game.game_date,
        "season": game.season,
        "season_type": game.season_type,
        "team_id": spine.team_id,
        "opponent_team_id": opponents[spine.team_id],
    }


def passed_through(facts: Facts, identity: Columns) -> Columns:
    """What the other tables of the date say, as it stands there."""
    game, player = identity["game_id"], identity["player_id"]
    of_team = facts.rows_of("upcoming_team_game_context")[game, identity["team_id"]]
    of_player = facts.rows_of("upcoming_player_game_context")[game, player]
    of_zones = facts.rows_of("player_shot_zone_analysis")[identity["game_date"], player]
    assert of_team.game_date == of_player.game_date == of_zones.game_date
    return {
        **{name: of_team[source] for name, source in FROM_TEAM_CONTEXT.items()},
        **{name: of_zones[name] for name in FROM_ZONES},
        **{name: of_player[name] for name in FROM_PLAYER_CONTEXT},
    }


# --- his games ---


def age_of_the_input(day: date, this_season: Sequence[Row], season_before: Sequence[Row]) -> Columns:
    """How far back his newest game is."""
    games = [*season_before, *this_season]
    return {
        "last_game_date": this_season[-1].game_date if this_season else None,
        "days_since_last_game": (day - this_season[-1].game_date).days if this_season else None,
        "input_age_days": (day - games[-1].game_date).days if games else None,
    }


def of_the_last_5(games: Sequence[Row]) -> Columns:
    """Columns over at most 5 played games."""
    return {
        "games_used_5": len(games),
        "points_avg_last_5": average(games, "points"),
        "timed_games_5": len(timed(games)),
        "minutes_avg_last_5": minutes_per_game(games),
    }


def of_the_last_10(facts: Facts, games: Sequence[Row]) -> Columns:
    """Columns over at most 10 played games, each as heavy as the others."""
    with_time, with_usage = timed(games), used(games)
    return {
        "games_used_10": len(games),
        "points_avg_last_10": average(games, "points"),
        "points_std_last_10": spread_of([game.points for game in games]),
        "timed_games_10": len(with_time),
        "minutes_avg_last_10": minutes_per_game(games),
        "minutes_std_last_10": spread_of([game.seconds_played for game in with_time], unit=60),
        "points_per_minute_last_10": ratio(60 * total(with_time, "points"), total(with_time, "seconds_played")),
        "usage_games_10": len(with_usage),
        "usage_rate_last_10": usage_rate(facts, with_usage),
        "ts_pct_last_10": true_shooting(games),
        "efg_pct_last_10": ratio(
            2 * total(games, "fg_makes") + total(games, "three_pt_makes"), 2 * total(games, "fg_attempts")
        ),
        "fg_attempts_avg_last_10": average(games, "fg_attempts"),
        "three_pt_attempts_avg_last_10": average(games, "three_pt_attempts"),
        "ft_attempts_avg_last_10": average(games, "ft_attempts"),
        "rebounds_avg_last_10": average(games, "rebounds"),
        "assists_avg_last_10": average(games, "assists"),
        "turnovers_avg_last_10": average(games, "turnovers"),
        "plus_minus_avg_last_10": average_if_all_known(games, "plus_minus"),
        "starter_rate_last_10": average_if_all_known(games, "starter_flag"),
    }


def decayed(games: Sequence[Row]) -> Columns:
    """Averages over at most 10 played games, the newest weighing 10, the one before 9 and so on."""
    weighed = list(zip(reversed(games), range(10, 0, -1), strict=False))
    with_time = [(game, weight) for game, weight in weighed if game.seconds_played is not None]
    weights = sum(weight for _, weight in weighed)
    weights_with_time = sum(weight for _, weight in with_time)
    return {
        "decayed_weight_used": weights,
        "points_decayed": ratio(weighed_total(weighed, "points"), weights),
        "minutes_decayed": ratio(weighed_total(with_time, "seconds_played"), 60 * weights_with_time),
        "fg_attempts_decayed": ratio(weighed_total(weighed, "fg_attempts"), weights),
    }


def of_the_season(facts: Facts, games: Sequence[Row]) -> Columns:
    """Columns over all played games of the season, and over those at home and away."""
    home = [game for game in games if game.home_game]
    away = [game for game in games if not game.home_game]
    return {
        "games_played_season": len(games),
        "points_avg_season": average(games, "points"),
        "points_std_season": spread_of([game.points for game in games]),
        "home_games_season": len(home),
        "home_points_avg_season": average(home, "points"),
        "away_games_season": len(away),
        "away_points_avg_season": average(away, "points"),
        "timed_games_season": len(timed(games)),
        "minutes_avg_season": minutes_per_game(games),
        "usage_games_season": len(used(games)),
        "usage_rate_season": usage_rate(facts, used(games)),
        "ts_pct_season": true_shooting(games),
    }


def of_the_season_before(facts: Facts, games: Sequence[Row]) -> Columns:
    """Columns over all played games of the season before."""
    return {
        "prior_season_games": len(games),
        "prior_season_timed_games": len(timed(games)),
        "prior_season_usage_games": len(used(games)),
        "prior_season_points_avg": average(games, "points"),
        "prior_season_minutes_avg": minutes_per_game(games),
        "prior_season_usage_rate": usage_rate(facts, used(games)),
        "prior_season_ts_pct": true_shooting(games),
    }


# --- games of his team ---


@lru_cache(maxsize=1)
def boxed_games(facts: Facts) -> set[tuple[str, int]]:
    """Game and team of every box score with players who appeared."""
    return {(game.game_id, game.team_id) for games in facts.appearances.values() for game in games}


def games_of_the_team(facts: Facts, team_id: int, season: str, day: date) -> list[Row]:
    """Final games of a team before a date, in its season, that have players' box scores."""
    games = in_season(before(facts.team_results.get(team_id, []), day), season)
    return [game for game in games if (game.game_id, team_id) in boxed_games(facts)]


def missed(team_games: Sequence[Row], this_season: Sequence[Row], team_id: int) -> Columns:
    """How many of the team's games there are, and in how many he did not appear for it."""
    appeared = {game.game_id for game in this_season if game.team_id == team_id}
    return {
        "team_games_used_10": len(team_games),
        "team_games_missed_last_10": sum(game.game_id not in appeared for game in team_games),
    }


# --- figures ---


def timed(games: Sequence[Row]) -> list[Row]:
    """Those with playing time on record."""
    return [game for game in games if game.seconds_played is not None]


def used(games: Sequence[Row]) -> list[Row]:
    """Those whose usage rate is known."""
    return [game for game in games if game.usage_rate is not None]


def minutes_per_game(games: Sequence[Row]) -> float | None:
    """Over the games with playing time."""
    return ratio(total(timed(games), "seconds_played"), 60 * len(timed(games)))


def usage_rate(facts: Facts, games: Sequence[Row]) -> float | None:
    """His plays over those of his team in his time, by the row of the team that he played each game for."""
    his, of_the_team = 0, 0
    for game in games:
        team = facts.offense_of[game.game_id, game.team_id]
        his += plays_hundredths(game) * team.game_seconds
        of_the_team += game.seconds_played * plays_hundredths(team)
    return ratio(his, of_the_team)


def plays_hundredths(row: Row) -> int:
    """FGA + 0.44 x FTA + TOV of a player or a team in a game, in hundredths."""
    plays: int = 100 * row.fg_attempts + 44 * row.ft_attempts + 100 * row.turnovers
    return plays


def true_shooting(games: Sequence[Row]) -> float | None:
    """Points over twice (FGA + 0.44 x FTA)."""
    attempts_hundredths = 100 * total(games, "fg_attempts") + 44 * total(games, "ft_attempts")
    return ratio(100 * total(games, "points"), 2 * attempts_hundredths)


def average_if_all_known(games: Sequence[Row], column: str) -> float | None:
    """The average; NULL if one game does not have it."""
    if any(game[column] is None for game in games):
        return None
    return average(games, column)


def average(games: Sequence[Row], column: str) -> float | None:
    """A column per game."""
    return ratio(total(games, column), len(games))


def spread_of(values: Sequence[int], unit: int = 1) -> float | None:
    """Sample standard deviation of values / unit: (n x sum of squares - square of sum) / (n x (n - 1)) under the root."""
    count = len(values)
    if count < 2:
        return None
    scatter = count * sum(value * value for value in values) - sum(values) ** 2
    return sqrt(scatter / (unit * unit * count * (count - 1)))


# --- arithmetic ---


def weighed_total(weighed: Iterable[tuple[Row, int]], column: str) -> int:
    """A column summed over games, each as often as it weighs."""
    return sum(weight * game[column] for game, weight in weighed)


def total(games: Iterable[Row], column: str) -> int:
    """A column summed over games that all have it."""
    return sum(game[column] for game in games)


def ratio(part: int, whole: int) -> float | None:
    """One division; NULL of nothing."""
    return part / whole if whole else None
