"""What player_shot_zone_analysis must say, from the played games of a player alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from facts import Facts, Row, before, in_season, prior_season

NAME = "player_shot_zone_analysis"

Columns = dict[str, Any]


def expected(facts: Facts, game_date: date, player_id: int) -> Columns:
    """Every column of the row of a player and a date."""
    identity = identified(facts, game_date, player_id)
    earlier = before(facts.appearances.get(player_id, []), game_date)
    this_season = in_season(earlier, identity["season"])
    season_before = in_season(earlier, prior_season(identity["season"]))
    return {
        **identity,
        **of_the_last_10(this_season[-10:]),
        **of_the_last_20(this_season[-20:]),
        **of_the_season_before(season_before),
    }


def identified(facts: Facts, game_date: date, player_id: int) -> Columns:
    """The game and team that the spine expects him for; the rest is what the schedule says of that game."""
    spine = facts.spine_of(NAME)[game_date, player_id]
    game = facts.scheduled_game[spine.game_id]
    assert game.game_date == game_date
    opponents = {game.home_team_id: game.away_team_id, game.away_team_id: game.home_team_id}
    return {
        "game_id": spine.game_id,
        "player_id": player_id,
        "game_date": game_date,
        "season": game.season,
        "season_type": game.season_type,
        "team_id": spine.team_id,
        "opponent_team_id": opponents[spine.team_id],
    }


# --- the windows ---


def of_the_last_10(games: list[Row]) -> Columns:
    """Columns over at most 10 played games."""
    zoned = with_zones(games)
    sound = zones_are_sound(zoned, games)
    shots, makes = zone_attempts(zoned), zone_makes(zoned)
    per_game = {zone: shots[zone] / len(zoned) if sound else None for zone in shots}
    rates = shares(shots) if sound else nothing(shots)
    pcts = percentages(makes, shots) if sound else nothing(shots)
    assisted, unassisted = total(zoned, "assisted_fg_makes"), total(zoned, "unassisted_fg_makes")
    known_and1 = [game for game in games if game.and1_count is not None]
    return {
        "games_in_sample_10": len(games),
        "zone_games_10": len(zoned),
        "sample_quality_10": sample_quality(len(games), excellent=10, good=7, limited=5),
        "total_shots_last_10": sum(shots.values()) if zoned else None,
        "paint_rate_last_10": rates["paint"],
        "mid_range_rate_last_10": rates["mid_range"],
        "three_pt_rate_last_10": rates["three_pt"],
        "paint_pct_last_10": pcts["paint"],
        "mid_range_pct_last_10": pcts["mid_range"],
        "three_pt_pct_last_10": pcts["three_pt"],
        "paint_attempts_per_game_last_10": per_game["paint"],
        "mid_range_attempts_per_game_last_10": per_game["mid_range"],
        "three_pt_attempts_per_game_last_10": per_game["three_pt"],
        "primary_scoring_zone": primary_zone(shots) if sound else None,
        "assisted_rate_last_10": ratio(assisted, assisted + unassisted) if sound else None,
        "unassisted_rate_last_10": ratio(unassisted, assisted + unassisted) if sound else None,
        "free_throw_points_share_last_10": ratio(total(games, "ft_makes"), total(games, "points")),
        "ft_attempts_per_fg_attempt_last_10": ratio(total(games, "ft_attempts"), total(games, "fg_attempts")),
        "play_by_play_games_10": len(known_and1),
        "and1_per_game_last_10": ratio(total(known_and1, "and1_count"), len(known_and1)),
    }


def of_the_last_20(games: list[Row]) -> Columns:
    """Columns over at most 20 played games, of which a trend needs 15."""
    zoned = with_zones(games)
    sound = len(games) >= 15 and 10 * len(zoned) >= 7 * len(games)
    shots, makes = zone_attempts(zoned), zone_makes(zoned)
    rates = shares(shots) if sound else nothing(shots)
    pcts = percentages(makes, shots) if sound else nothing(shots)
    return {
        "games_in_sample_20": len(games),
        "zone_games_20": len(zoned),
        "sample_quality_20": sample_quality(len(games), excellent=20, good=14, limited=10),
        "paint_rate_last_20": rates["paint"],
        "mid_range_rate_last_20": rates["mid_range"],
        "three_pt_rate_last_20": rates["three_pt"],
        "paint_pct_last_20": pcts["paint"],
        "mid_range_pct_last_20": pcts["mid_range"],
        "three_pt_pct_last_20": pcts["three_pt"],
    }


def of_the_season_before(games: list[Row]) -> Columns:
    """Columns over all played games of the season before."""
    zoned = with_zones(games)
    shots = zone_attempts(zoned)
    rates = shares(shots) if zones_are_sound(zoned, games) else nothing(shots)
    return {
        "prior_season_games": len(games),
        "prior_season_zone_games": len(zoned),
        "prior_season_paint_rate": rates["paint"],
        "prior_season_mid_range_rate": rates["mid_range"],
        "prior_season_three_pt_rate": rates["three_pt"],
    }


def sample_quality(games: int, excellent: int, good: int, limited: int) -> str:
    """The word for a number of games."""
    if games >= excellent:
        return "excellent"
    if games >= good:
        return "good"
    return "limited" if games >= limited else "insufficient"


# --- zones ---


def with_zones(games: list[Row]) -> list[Row]:
    """Those with shots that agree with the box score."""
    return [game for game in games if game.has_shot_zones]


def zones_are_sound(zoned: list[Row], games: list[Row]) -> bool:
    """Five games with zones, and seven of ten."""
    return len(zoned) >= 5 and 10 * len(zoned) >= 7 * len(games)


def zone_attempts(zoned: list[Row]) -> dict[str, int]:
    """Attempts from each zone."""
    return {
        "paint": total(zoned, "paint_attempts"),
        "mid_range": total(zoned, "mid_range_attempts"),
        "three_pt": total(zoned, "three_attempts_pbp"),
    }


def zone_makes(zoned: list[Row]) -> dict[str, int]:
    """Makes from each zone."""
    return {
        "paint": total(zoned, "paint_makes"),
        "mid_range": total(zoned, "mid_range_makes"),
        "three_pt": total(zoned, "three_makes_pbp"),
    }


def shares(shots: dict[str, int]) -> dict[str, float | None]:
    """The part of all shots that is from each zone."""
    return {zone: ratio(shots[zone], sum(shots.values())) for zone in shots}


def percentages(makes: dict[str, int], shots: dict[str, int]) -> dict[str, float | None]:
    """The part of the shots from each zone that went in."""
    return {zone: ratio(makes[zone], shots[zone]) for zone in shots}


def nothing(shots: dict[str, int]) -> dict[str, float | None]:
    """A NULL for each zone."""
    return dict.fromkeys(shots)


def primary_zone(shots: dict[str, int]) -> str | None:
    """The first zone that is large enough."""
    everything = sum(shots.values())
    if everything == 0:
        return None
    if 100 * shots["paint"] >= 40 * everything:
        return "paint"
    if 100 * shots["three_pt"] >= 40 * everything:
        return "perimeter"
    if 100 * shots["mid_range"] >= 35 * everything:
        return "mid_range"
    return "balanced"


# --- arithmetic ---


def total(games: list[Row], column: str) -> int:
    """A column summed over games that all have it."""
    return sum(game[column] for game in games)


def ratio(part: int, whole: int) -> float | None:
    """One division; NULL of nothing."""
    return part / whole if whole else None
