"""What player_daily_cache and player_shot_zone_analysis must say of a player before a date, from box scores, shots and events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import sqrt
from typing import Any

from backcourt.checks.validate.spot.box import player_zones, usage_parts
from backcourt.checks.validate.spot.clock import Clock
from backcourt.checks.validate.spot.raw import Line, Raw, ratio, season_before, total

Columns = dict[str, Any]


# --- player_daily_cache -----------------------------------------------------------------------------------------------


def daily(raw: Raw, clock: Clock, day: date, player: int, season: str, team: int) -> Columns:
    """Averages over his last 5 and 10 games and over the season, and over the season before."""
    games = raw.played(player, season, day)
    earlier = raw.played(player, season_before(season), day)
    home = [line for line in games if line.is_home]
    away = [line for line in games if not line.is_home]
    newest = [*earlier, *games][-1:]
    return {
        "last_game_date": games[-1].game_date if games else None,
        "days_since_last_game": (day - games[-1].game_date).days if games else None,
        "input_age_days": (day - newest[0].game_date).days if newest else None,
        **_last_5(clock, games[-5:]),
        **_last_10(raw, clock, games[-10:]),
        **_decayed(clock, games[-10:]),
        "games_played_season": len(games),
        "points_avg_season": mean(games, "points"),
        "points_std_season": deviation([line.points for line in games]),
        "home_games_season": len(home),
        "home_points_avg_season": mean(home, "points"),
        "away_games_season": len(away),
        "away_points_avg_season": mean(away, "points"),
        "ts_pct_season": true_shooting_of(games),
        "prior_season_games": len(earlier),
        "prior_season_points_avg": mean(earlier, "points"),
        "prior_season_ts_pct": true_shooting_of(earlier),
        **_missed(raw, day, season, team, games),
    }


def _last_5(clock: Clock, games: Sequence[Line]) -> Columns:
    known = timed(clock, games)
    return {
        "games_used_5": len(games),
        "points_avg_last_5": mean(games, "points"),
        "timed_games_5": len(known),
        "minutes_avg_last_5": ratio(sum(known), 60 * len(known)),
    }


def _last_10(raw: Raw, clock: Clock, games: Sequence[Line]) -> Columns:
    known = timed(clock, games)
    with_time = [line for line in games if clock.seconds(line) is not None]
    shares = [usage_parts(raw, line.game, line, clock.seconds(line)) for line in games]
    used = [parts for parts in shares if parts is not None]
    return {
        "games_used_10": len(games),
        "points_avg_last_10": mean(games, "points"),
        "points_std_last_10": deviation([line.points for line in games]),
        "timed_games_10": len(known),
        "minutes_avg_last_10": ratio(sum(known), 60 * len(known)),
        "minutes_std_last_10": deviation(known, unit=60),
        "points_per_minute_last_10": ratio(60 * total(with_time, "points"), sum(known)),
        "usage_games_10": len(used),
        "usage_rate_last_10": ratio(sum(own for own, _ in used), sum(team for _, team in used)),
        "ts_pct_last_10": true_shooting_of(games),
        "efg_pct_last_10": ratio(
            2 * total(games, "fg_made") + total(games, "three_made"), 2 * total(games, "fg_attempted")
        ),
        "fg_attempts_avg_last_10": mean(games, "fg_attempted"),
        "three_pt_attempts_avg_last_10": mean(games, "three_attempted"),
        "ft_attempts_avg_last_10": mean(games, "ft_attempted"),
        "rebounds_avg_last_10": mean(games, "rebounds"),
        "assists_avg_last_10": mean(games, "assists"),
        "turnovers_avg_last_10": mean(games, "turnovers"),
        "plus_minus_avg_last_10": _mean_if_known(games, "plus_minus"),
        "starter_rate_last_10": _mean_if_known(games, "starter"),
    }


def _decayed(clock: Clock, games: Sequence[Line]) -> Columns:
    weighed = list(zip(reversed(games), range(10, 0, -1), strict=False))
    with_time = [(clock.seconds(line), weight) for line, weight in weighed if clock.seconds(line) is not None]
    weights = sum(weight for _, weight in weighed)
    return {
        "decayed_weight_used": weights,
        "points_decayed": ratio(sum(line.points * weight for line, weight in weighed), weights),
        "minutes_decayed": ratio(
            sum((seconds or 0) * weight for seconds, weight in with_time), 60 * sum(weight for _, weight in with_time)
        ),
        "fg_attempts_decayed": ratio(sum(line.fg_attempted * weight for line, weight in weighed), weights),
    }


def _missed(raw: Raw, day: date, season: str, team: int, games: Sequence[Line]) -> Columns:
    """Of the newest ten games of his team that have a box score those in which he did not appear for it."""
    of_team = [game for game in raw.finals(team, season, day) if (game.game_id, team) in raw.boxed][-10:]
    appeared = {line.game_id for line in games if line.team_id == team}
    return {
        "team_games_used_10": len(of_team),
        "team_games_missed_last_10": sum(game.game_id not in appeared for game in of_team),
    }


# --- player_shot_zone_analysis ----------------------------------------------------------------------------------------


def shot_zones(raw: Raw, day: date, player: int, season: str) -> Columns:
    """Where he shot from in his last 10 and 20 games."""
    games = raw.played(player, season, day)
    return {**_zones_10(raw, games[-10:]), **_zones_20(raw, games[-20:])}


def _zones_10(raw: Raw, games: Sequence[Line]) -> Columns:
    zoned = [zones for zones in (player_zones(raw, line) for line in games) if zones is not None]
    sound = len(zoned) >= 5 and 10 * len(zoned) >= 7 * len(games)
    shots = _attempts(zoned)
    everything = sum(shots.values())
    assisted, unassisted = (sum(zones[f"{name}_fg_makes"] for zones in zoned) for name in ("assisted", "unassisted"))
    return {
        "games_in_sample_10": len(games),
        "zone_games_10": len(zoned),
        "sample_quality_10": _tier(len(games), 10),
        "total_shots_last_10": everything if zoned else None,
        **_rates(zoned, "last_10", sound=sound),
        **{f"{zone}_attempts_per_game_last_10": ratio(shots[zone], len(zoned)) if sound else None for zone in shots},
        "primary_scoring_zone": _primary(shots) if sound else None,
        "assisted_rate_last_10": ratio(assisted, assisted + unassisted) if sound else None,
        "unassisted_rate_last_10": ratio(unassisted, assisted + unassisted) if sound else None,
        "free_throw_points_share_last_10": ratio(total(games, "ft_made"), total(games, "points")),
        "ft_attempts_per_fg_attempt_last_10": ratio(total(games, "ft_attempted"), total(games, "fg_attempted")),
    }


def _zones_20(raw: Raw, games: Sequence[Line]) -> Columns:
    zoned = [zones for zones in (player_zones(raw, line) for line in games) if zones is not None]
    sound = len(games) >= 15 and 10 * len(zoned) >= 7 * len(games)
    return {
        "games_in_sample_20": len(games),
        "zone_games_20": len(zoned),
        "sample_quality_20": _tier(len(games), 20),
        **_rates(zoned, "last_20", sound=sound),
    }


def _attempts(zoned: Sequence[Columns]) -> dict[str, int]:
    names = {"paint": "paint_attempts", "mid_range": "mid_range_attempts", "three_pt": "three_attempts_pbp"}
    return {zone: sum(zones[name] for zones in zoned) for zone, name in names.items()}


def _rates(zoned: Sequence[Columns], suffix: str, *, sound: bool) -> Columns:
    names = {"paint": "paint_makes", "mid_range": "mid_range_makes", "three_pt": "three_makes_pbp"}
    shots = _attempts(zoned)
    made = {zone: sum(zones[name] for zones in zoned) for zone, name in names.items()}
    rates = {f"{zone}_rate_{suffix}": ratio(shots[zone], sum(shots.values())) for zone in shots}
    pcts = {f"{zone}_pct_{suffix}": ratio(made[zone], shots[zone]) for zone in shots}
    return {name: value if sound else None for name, value in {**rates, **pcts}.items()}


def _tier(games: int, window: int) -> str:
    """Of the window all, seven tenths, half, or fewer."""
    if games >= window:
        return "excellent"
    if 10 * games >= 7 * window:
        return "good"
    return "limited" if 2 * games >= window else "insufficient"


def _primary(shots: dict[str, int]) -> str | None:
    everything = sum(shots.values())
    if not everything:
        return None
    for zone, name, least in (("paint", "paint", 40), ("three_pt", "perimeter", 40), ("mid_range", "mid_range", 35)):
        if 100 * shots[zone] >= least * everything:
            return name
    return "balanced"


# --- figures ----------------------------------------------------------------------------------------------------------


def timed(clock: Clock, games: Sequence[Line]) -> list[int]:
    """Seconds of the games that have playing time."""
    return [seconds for seconds in (clock.seconds(line) for line in games) if seconds is not None]


def mean(games: Sequence[Line], name: str) -> float | None:
    """A fact per game."""
    return ratio(total(games, name), len(games))


def _mean_if_known(games: Sequence[Line], name: str) -> float | None:
    return None if any(getattr(line, name) is None for line in games) else mean(games, name)


def deviation(values: Sequence[int], unit: int = 1) -> float | None:
    """Sample standard deviation of values / unit, from integer sums."""
    count = len(values)
    if count < 2:
        return None
    scatter = count * sum(value * value for value in values) - sum(values) ** 2
    return sqrt(scatter / (unit * unit * count * (count - 1)))


def true_shooting_of(games: Sequence[Line]) -> float | None:
    """Points over twice FGA + 0.44 x FTA, each summed."""
    return ratio(50 * total(games, "points"), 100 * total(games, "fg_attempted") + 44 * total(games, "ft_attempted"))
