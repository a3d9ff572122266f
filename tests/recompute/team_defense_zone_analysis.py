"""What team_defense_zone_analysis must say, from the games that a team defended alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from facts import Facts, Row, before, in_season, prior_season

NAME = "team_defense_zone_analysis"

Columns = dict[str, Any]

PAINT, MID_RANGE, THREE = "paint", "mid_range", "three_pt"
MAKES = {PAINT: "opp_paint_makes", MID_RANGE: "opp_mid_range_makes", THREE: "opp_three_makes_pbp"}
ATTEMPTS = {PAINT: "opp_paint_attempts", MID_RANGE: "opp_mid_range_attempts", THREE: "opp_three_attempts_pbp"}
BLOCKS = {PAINT: "blocks_paint", MID_RANGE: "blocks_mid_range", THREE: "blocks_three_pt"}


def expected(facts: Facts, game_date: date, team_id: int) -> Columns:
    """Every column of the row of a team and a date."""
    season = facts.spine_of(NAME)[game_date, team_id].season
    earlier = before(facts.defense.get(team_id, []), game_date)
    this_season = in_season(earlier, season)
    window = this_season[-15:]
    return {
        "game_date": game_date,
        "team_id": team_id,
        "season": season,
        "team_abbr": facts.teams[team_id].tricode,
        **window_figures(window),
        **zone_figures(window, facts.rows_of("league_averages")[(game_date,)]),
        **season_figures(this_season, in_season(earlier, prior_season(season))),
    }


# --- the whole window, and seasons ---


def window_figures(window: Sequence[Row]) -> Columns:
    """Figures over all games of the window."""
    seconds = total(window, "game_seconds")
    possessions = total(window, "opponent_possessions_hundredths")
    return {
        "games_in_sample": len(window),
        "sample_tier": tier(len(window)),
        "defensive_rating_last_15": rating(window),
        "opponent_points_per_game": ratio(total(window, "points_allowed"), len(window)),
        "opponent_pace_last_15": ratio(possessions * 2880, 100 * seconds),
    }


def tier(games: int) -> str:
    """The word for a number of games."""
    if games == 15:
        return "high"
    return "medium" if games >= 10 else "low"


def season_figures(this_season: Sequence[Row], season_before: Sequence[Row]) -> Columns:
    """Figures over the season so far, at home and away, and over the one before."""
    home = [game for game in this_season if game.home_game]
    away = [game for game in this_season if not game.home_game]
    return {
        "home_season_games_used": len(home),
        "defensive_rating_home_season": rating(home),
        "away_season_games_used": len(away),
        "defensive_rating_away_season": rating(away),
        "prior_season_games_used": len(season_before),
        "prior_season_defensive_rating": rating(season_before),
    }


def rating(games: Sequence[Row]) -> float | None:
    """Points allowed per 100 possessions."""
    return ratio(10000 * total(games, "points_allowed"), total(games, "opponent_possessions_hundredths"))


# --- zones ---


def zone_figures(window: Sequence[Row], league: Row) -> Columns:
    """Figures over the games of the window with zones; NULL, all of them, where these are too few."""
    zoned = [game for game in window if game.has_shot_zones]
    sound = len(zoned) >= 5 and 10 * len(zoned) >= 7 * len(window)
    figures = {
        **figures_of_zone(zoned, PAINT),
        **figures_of_zone(zoned, MID_RANGE),
        **figures_of_zone(zoned, THREE),
        "paint_points_allowed_per_game": ratio(total(zoned, "points_in_paint_allowed"), len(zoned)) if sound else None,
        **against_the_league(zoned, league),
    }
    return {"zone_games_used": len(zoned)} | (figures if sound else dict.fromkeys(figures))


def figures_of_zone(zoned: Sequence[Row], zone: str) -> Columns:
    """Percentage, attempts, share and blocks of one zone."""
    attempts = total(zoned, ATTEMPTS[zone])
    everything = sum(total(zoned, column) for column in ATTEMPTS.values())
    return {
        f"{zone}_pct_allowed_last_15": ratio(total(zoned, MAKES[zone]), attempts),
        f"{zone}_attempts_allowed_per_game": ratio(attempts, len(zoned)),
        f"{zone}_share_allowed": ratio(attempts, everything),
        f"{zone}_blocks_per_game": ratio(total(zoned, BLOCKS[zone]), len(zoned)),
    }


def against_the_league(zoned: Sequence[Row], league: Row) -> Columns:
    """How each zone was defended against the league, and which best and worst; of equal ones the first is named."""
    figures = {zone: above_the_league(zoned, zone, league[f"{zone}_pct"]) for zone in (PAINT, MID_RANGE, THREE)}
    known = {zone: figure for zone, figure in figures.items() if figure is not None}
    names = {PAINT: "paint", MID_RANGE: "mid_range", THREE: "perimeter"}
    return {
        **{f"{zone}_defense_vs_league_avg": None if zone not in known else float(known[zone]) for zone in figures},
        "strongest_zone": names[min(known, key=lambda zone: known[zone])] if len(known) == 3 else None,
        "weakest_zone": names[max(known, key=lambda zone: known[zone])] if len(known) == 3 else None,
    }


def above_the_league(zoned: Sequence[Row], zone: str, league_pct: float | None) -> Fraction | None:
    """The exact difference of what was allowed and the league's percentage, which has three decimals."""
    attempts = total(zoned, ATTEMPTS[zone])
    if attempts == 0 or league_pct is None:
        return None
    return Fraction(total(zoned, MAKES[zone]), attempts) - Fraction(round(1000 * league_pct), 1000)


# --- arithmetic ---


def total(games: Sequence[Row], column: str) -> int:
    """A column summed over games that all have it."""
    return sum(game[column] for game in games)


def ratio(part: int, whole: int) -> float | None:
    """One division; NULL of nothing."""
    return part / whole if whole else None
