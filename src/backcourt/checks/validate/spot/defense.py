"""What team_defense_zone_analysis must say of a team before a date, from box scores and shots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from backcourt.checks.validate.spot.box import game_seconds, possessions_hundredths, team_zones
from backcourt.checks.validate.spot.raw import Game, Line, Raw, ratio, season_before

Columns = dict[str, Any]

WINDOW = 15
_ZONES = {"paint": "paint_{}", "mid_range": "mid_range_{}", "three_pt": "three_{}_pbp"}
_SHOT_ZONES = {"paint": "paint", "mid_range": "mid_range", "three_pt": "three"}


@dataclass(frozen=True)
class Defended:
    """A game that a team defended: the line of who attacked, and by zone what he made and what was blocked."""

    game: Game
    attack: Line
    zones: Columns | None
    blocks: dict[str, int]


def defended(raw: Raw, team: int, games: Sequence[Game], *, with_zones: bool) -> list[Defended]:
    """Those of some games that have the box scores of both teams."""
    found = []
    for game in games:
        opponent = game.opponent(team) or 0
        line = raw.team_line(game, opponent)
        if line is not None:
            zones = team_zones(raw, game, opponent, line) if with_zones else None
            shots = raw.shots(game.game_id) if with_zones else []
            blocked = [shot for shot in shots if shot.team_id == opponent and shot.block_player_id is not None]
            blocks = {name: sum(shot.zone == zone for shot in blocked) for name, zone in _SHOT_ZONES.items()}
            found.append(Defended(game, line, zones, blocks))
    return found


def team_zone_defense(raw: Raw, day: date, team: int, season: str) -> Columns:
    """The row of a team and a date, but for what is held against the league."""
    season_games = defended(raw, team, raw.finals(team, season, day), with_zones=False)
    window = defended(raw, team, [each.game for each in season_games[-WINDOW:]], with_zones=True)
    earlier = defended(raw, team, raw.finals(team, season_before(season), day), with_zones=False)
    home = [each for each in season_games if each.game.home == team]
    away = [each for each in season_games if each.game.home != team]
    possessions = sum(possessions_hundredths(each.attack) for each in window)
    seconds = sum(game_seconds(each.attack) for each in window)
    return {
        "games_in_sample": len(window),
        "sample_tier": "high" if len(window) >= WINDOW else "medium" if len(window) >= 10 else "low",
        **_zones(window),
        "defensive_rating_last_15": rating(window),
        "opponent_points_per_game": ratio(sum(each.attack.points for each in window), len(window)),
        "opponent_pace_last_15": ratio(possessions * 2880, 100 * seconds),
        "home_season_games_used": len(home),
        "defensive_rating_home_season": rating(home),
        "away_season_games_used": len(away),
        "defensive_rating_away_season": rating(away),
        "prior_season_games_used": len(earlier),
        "prior_season_defensive_rating": rating(earlier),
    }


def rating(games: Sequence[Defended]) -> float | None:
    """Points allowed per 100 possessions."""
    points = sum(each.attack.points for each in games)
    return ratio(10000 * points, sum(possessions_hundredths(each.attack) for each in games))


def _zones(window: Sequence[Defended]) -> Columns:
    zoned = [each for each in window if each.zones is not None]
    sound = len(zoned) >= 5 and 10 * len(zoned) >= 7 * len(window)
    counted = {
        (zone, what): sum((each.zones or {})[name.format(what)] for each in zoned)
        for zone, name in _ZONES.items()
        for what in ("attempts", "makes")
    }
    everything = sum(counted[zone, "attempts"] for zone in _ZONES)
    figures: Columns = {"paint_points_allowed_per_game": ratio(2 * counted["paint", "makes"], len(zoned))}
    for zone in _ZONES:
        attempts = counted[zone, "attempts"]
        figures |= {
            f"{zone}_pct_allowed_last_15": ratio(counted[zone, "makes"], attempts),
            f"{zone}_attempts_allowed_per_game": ratio(attempts, len(zoned)),
            f"{zone}_share_allowed": ratio(attempts, everything),
            f"{zone}_blocks_per_game": ratio(sum(each.blocks[zone] for each in zoned), len(zoned)),
        }
    return {"zone_games_used": len(zoned), **{name: value if sound else None for name, value in figures.items()}}
