"""The columns of ml_feature_store that come straight from a player's own games before the date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import sqrt
from typing import Any

from facts import Facts, Row
from player_daily_cache import ratio, timed, total, usage_rate, used

Columns = dict[str, Any]


def of_his_games(
    facts: Facts, day: date, games: Sequence[Row], season_before: Sequence[Row], passed: Columns
) -> Columns:
    """All of them; `games` are those of this season in order of date."""
    return {
        "games_used_7": len(games[-7:]),
        "points_avg_shrunk": shrunk(games, season_before, passed["prior_season_points_avg"]),
        **last_game(games),
        **distribution([game.points for game in games[-10:]]),
        **trend([game.points for game in games]),
        **against_the_season([game.points for game in games], passed),
        **playing_time(games, passed),
        **starts(games),
        **fourth_quarters(games[-10:]),
        "games_since_return": games_since_return(games, day),
        "points_per_minute_season": per_minute(games),
        "usage_games_5": len(used(games[-5:])),
        "usage_rate_last_5": usage_rate(facts, used(games[-5:])),
    }


# --- points ---


def shrunk(games: Sequence[Row], season_before: Sequence[Row], prior_average: float | None) -> float | None:
    """The mean of this season and four games as good as the mean of the season before."""
    if not season_before or prior_average is None:
        return None
    return (total(games, "points") + 4 * prior_average) / (len(games) + 4)


def last_game(games: Sequence[Row]) -> Columns:
    """The newest of his games."""
    if not games:
        return dict.fromkeys(["points_last_game", "minutes_last_game", "started_last_game"])
    newest = games[-1]
    return {
        "points_last_game": newest.points,
        "minutes_last_game": None if newest.seconds_played is None else newest.seconds_played / 60,
        "started_last_game": newest.starter_flag,
    }


def distribution(points: Sequence[int]) -> Columns:
    """How the points of at most 10 games lie."""
    return {
        "points_variation_last_10": variation(points),
        "points_skewness_last_10": skewness(points),
        "points_min_last_10": min(points, default=None),
        "points_max_last_10": max(points, default=None),
        "points_10_plus_rate_last_10": share_of_at_least(10, points),
        "points_20_plus_rate_last_10": share_of_at_least(20, points),
        "points_30_plus_rate_last_10": share_of_at_least(30, points),
    }


def variation(points: Sequence[int]) -> float | None:
    """Sample standard deviation over mean: the root of n x (n x squares - sum x sum) / ((n - 1) x sum x sum)."""
    count, everything = len(points), sum(points)
    if count < 2 or everything == 0:
        return None
    scatter = count * sum(one * one for one in points) - everything**2
    return sqrt(count * scatter / ((count - 1) * everything**2))


def skewness(points: Sequence[int]) -> float | None:
    """Third central moment over second ** 1.5; both are times n to a power here, which falls out."""
    count, first = len(points), sum(points)
    second, third = sum(one**2 for one in points), sum(one**3 for one in points)
    spread = count * second - first**2
    lean = count**2 * third - 3 * count * first * second + 2 * first**3
    return lean / (spread * sqrt(spread)) if spread else None


def share_of_at_least(least: int, points: Sequence[int]) -> float | None:
    """Share of the games with so many points or more."""
    return ratio(sum(one >= least for one in points), len(points))


def trend(points: Sequence[int]) -> Columns:
    """Whether the points rise; `points` are of the season, in order."""
    newest, three_before = points[-2:], points[-5:-2]
    change = (3 * sum(newest) - 2 * sum(three_before)) / 6
    return {
        "points_recent_change": change if len(points) >= 5 else None,
        "points_slope_last_10": slope(points[-10:]) if len(points) >= 5 else None,
        "points_slope_last_7": slope(points[-7:]) if len(points) >= 4 else None,
    }


def slope(values: Sequence[int], unit: int = 1) -> float:
    """Of the least-squares line through the values in order, in values / unit for each game."""
    count = len(values)
    places = range(1, count + 1)
    together = sum(place * value for place, value in zip(places, values, strict=True))
    across = count * sum(place * place for place in places) - sum(places) ** 2
    return (count * together - sum(places) * sum(values)) / (unit * across)


def against_the_season(points: Sequence[int], passed: Columns) -> Columns:
    """The newest games against the season's mean, in spreads of points."""
    season, spread_10 = passed["points_avg_season"], passed["points_std_last_10"]
    known = len(points) >= 2
    return {
        "points_last_5_z": in_spreads(passed["points_avg_last_5"], season, spread_10),
        "points_last_3_z": in_spreads(passed["points_avg_last_3"], season, passed["points_std_season"]),
        "is_breakout": passed["points_avg_last_5"] > season + 1.5 * spread_10 if known else None,
        "games_below_average_streak": below_in_a_row(points) if points else None,
    }


def in_spreads(value: float | None, mean: float | None, spread: float | None) -> float | None:
    """How many spreads above the mean."""
    return (value - mean) / spread if value is not None and mean is not None and spread else None


def below_in_a_row(points: Sequence[int]) -> int:
    """Of the last 10 the newest in a row with fewer points than the mean of the season."""
    streak = 0
    for one in reversed(points[-10:]):
        if one * len(points) >= sum(points):
            break
        streak += 1
    return streak


# --- minutes and role ---


def playing_time(games: Sequence[Row], passed: Columns) -> Columns:
    """Playing time, of the games that have it on record or only if all have it."""
    seconds = [game.seconds_played for game in games]
    last_3, last_10 = seconds[-3:], seconds[-10:]
    known = [one for one in last_10 if one is not None]
    season = passed["minutes_avg_season"]
    return {
        "minutes_avg_last_3": ratio(sum(last_3), 60 * len(last_3)) if None not in last_3 else None,
        "minutes_min_last_10": min(known) / 60 if known else None,
        "minutes_max_last_10": max(known) / 60 if known else None,
        "minutes_slope_last_10": slope(last_10, unit=60) if len(last_10) >= 5 and None not in last_10 else None,
        "minutes_change_last_10": (passed["minutes_avg_last_10"] - season) / season if season else None,
    }


def starts(games: Sequence[Row]) -> Columns:
    """How many of the last 5 he started, if the source says it of all."""
    flags = [game.starter_flag for game in games[-5:]]
    return {"starts_last_5": sum(flags) if flags and None not in flags else None}


def fourth_quarters(games: Sequence[Row]) -> Columns:
    """Playing time in fourth quarters of the games with line-ups."""
    seconds = [game.fourth_quarter_seconds for game in games if game.fourth_quarter_seconds is not None]
    return {
        "fourth_quarter_games_10": len(seconds),
        "fourth_quarter_minutes_avg_last_10": ratio(sum(seconds), 60 * len(seconds)),
    }


def games_since_return(games: Sequence[Row], day: date) -> int | None:
    """His games since the newest stretch of more than 14 days without one; 0 if that stretch ends with the date."""
    if not games:
        return None
    since, later = 0, day
    for game in reversed(games):
        if (later - game.game_date).days > 14:
            break
        since, later = since + 1, game.game_date
    return since


def per_minute(games: Sequence[Row]) -> float | None:
    """Points a minute over the games with playing time on record."""
    known = timed(games)
    return ratio(60 * total(known, "points"), total(known, "seconds_played"))
