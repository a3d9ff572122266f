"""What the three post-game tables must say of a game, from box scores, shots and events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backcourt.checks.validate.spot.clock import Clock
from backcourt.checks.validate.spot.raw import Game, Line, NotInRawError, Raw, ratio

Columns = dict[str, Any]

TOLERANCE = 2
"""How many attempts or points shots and events may be away from the box score."""

_RENAMED = {
    "points": "points",
    "fg_makes": "fg_made",
    "fg_attempts": "fg_attempted",
    "three_pt_makes": "three_made",
    "three_pt_attempts": "three_attempted",
    "ft_makes": "ft_made",
    "ft_attempts": "ft_attempted",
    "rebounds": "rebounds",
    "offensive_rebounds": "rebounds_offensive",
    "assists": "assists",
    "turnovers": "turnovers",
    "personal_fouls": "fouls",
}
_OF_PLAYERS = {**_RENAMED, "defensive_rebounds": "rebounds_defensive", "steals": "steals", "blocks": "blocks"}
_PLAYER_ZONES = (
    "paint_attempts paint_makes mid_range_attempts mid_range_makes three_attempts_pbp three_makes_pbp"
).split()
_TEAM_ZONES = {name: f"team_{name}" for name in _PLAYER_ZONES}
_ZONES = {"paint": "paint", "mid_range": "mid_range", "three": "three"}


# --- plays, possessions, length ---------------------------------------------------------------------------------------


def plays_hundredths(line: Line) -> int:
    """FGA + 0.44 x FTA + TOV in hundredths."""
    plays: int = 100 * line.fg_attempted + 44 * line.ft_attempted + 100 * line.turnovers
    return plays


def possessions_hundredths(line: Line) -> int:
    """FGA + 0.44 x FTA + TOV - OREB in hundredths."""
    possessions: int = plays_hundredths(line) - 100 * line.rebounds_offensive
    return possessions


def overtimes(team: Line) -> int:
    """240 player-minutes are regulation, an overtime is 25; printed minutes go to the nearest."""
    periods: int = max(0, team.minutes - 240 + 12) // 25
    return periods


def game_seconds(team: Line) -> int:
    """48 minutes, and five for each overtime."""
    return 2880 + 300 * overtimes(team)


def true_shooting(line: Line) -> float | None:
    """Points over twice FGA + 0.44 x FTA."""
    return ratio(50 * line.points, 100 * line.fg_attempted + 44 * line.ft_attempted)


def effective(line: Line) -> float | None:
    """A three counts half a basket more."""
    return ratio(2 * line.fg_made + line.three_made, 2 * line.fg_attempted)


# --- zones ------------------------------------------------------------------------------------------------------------


def zone_counts(shots: Sequence[Line]) -> Columns:
    """Attempts and makes from each zone."""
    counts: Columns = {}
    for zone in ("paint", "mid_range", "three"):
        there = [shot for shot in shots if shot.zone == zone]
        suffix = "_pbp" if zone == "three" else ""
        counts[f"{zone}_attempts{suffix}"] = len(there)
        counts[f"{zone}_makes{suffix}"] = sum(shot.made for shot in there)
    return counts


def player_zones(raw: Raw, line: Line) -> Columns | None:
    """His shots by zone in a game; None where there are none of the game, or too many or too few."""
    shots = raw.shots(line.game_id)
    own = [shot for shot in shots if shot.player_id == line.player_id]
    if not shots or abs(line.fg_attempted - len(own)) > TOLERANCE:
        return None
    assisted = sum(shot.made and shot.assist_player_id is not None for shot in own)
    makes = sum(shot.made for shot in own)
    return {**zone_counts(own), "assisted_fg_makes": assisted, "unassisted_fg_makes": makes - assisted}


def team_zones(raw: Raw, game: Game, team: int, line: Line) -> Columns | None:
    """A team's shots by zone in a game; None where they do not agree with the box score."""
    own = [shot for shot in raw.shots(game.game_id) if shot.team_id == team]
    return zone_counts(own) if own and abs(line.fg_attempted - len(own)) <= TOLERANCE else None


# --- player_game_summary ----------------------------------------------------------------------------------------------


def player_game(raw: Raw, clock: Clock, game_id: str, player_id: int) -> Columns:
    """The row of a player and a game."""
    game = raw.game(game_id)
    line = next((one for one in raw.listed(player_id) if one.game_id == game_id), None)
    team = line.team_id if line else raw.absentee_team(game_id, player_id)
    played = line if line and line.appeared else None
    return {
        "game_date": game.game_date,
        "season": game.season,
        "season_type": game.season_type,
        "team_id": team,
        "opponent_team_id": game.opponent(team),
        "home_game": team == game.home,
        "win_flag": game.margin(team) > 0,
        "margin_of_victory": game.margin(team),
        "is_dnp": played is None,
        **(_played(raw, clock, game, played) if played else dict.fromkeys(_OF_PLAYED)),
        "has_shot_zones": played is not None and player_zones(raw, played) is not None,
    }


def _played(raw: Raw, clock: Clock, game: Game, line: Line) -> Columns:
    zones = player_zones(raw, line) or dict.fromkeys((*_PLAYER_ZONES, "assisted_fg_makes", "unassisted_fg_makes"))
    seconds = clock.seconds(line)
    shots = raw.shots(line.game_id)
    own = sum(shot.player_id == line.player_id for shot in shots)
    blocked = [shot for shot in shots if shot.block_player_id == line.player_id]
    return {
        **{name: getattr(line, of) for name, of in _OF_PLAYERS.items()},
        "plus_minus": line.plus_minus,
        "starter_flag": line.starter,
        "seconds_played": seconds,
        "seconds_quality": clock.quality(line),
        "minutes_played": None if seconds is None else seconds / 60,
        "fourth_quarter_seconds": clock.fourth_quarter(line),
        **zones,
        "shot_zone_attempts_gap": line.fg_attempted - own if shots else None,
        **{
            f"{name}_blocks": sum(shot.zone == zone for shot in blocked) if shots else None
            for name, zone in (("paint", "paint"), ("mid_range", "mid_range"), ("three_pt", "three"))
        },
        "usage_rate": usage(raw, game, line, seconds),
        "ts_pct": true_shooting(line),
        "efg_pct": effective(line),
    }


_OF_PLAYED = (
    *_OF_PLAYERS,
    *"plus_minus starter_flag seconds_played seconds_quality minutes_played fourth_quarter_seconds".split(),
    *_PLAYER_ZONES,
    *"assisted_fg_makes unassisted_fg_makes shot_zone_attempts_gap paint_blocks mid_range_blocks three_pt_blocks".split(),
    *"usage_rate ts_pct efg_pct".split(),
)


def usage(raw: Raw, game: Game, line: Line, seconds: int | None) -> float | None:
    """His share of the team's plays in his time; none without a team row or playing time, or above 1."""
    parts = usage_parts(raw, game, line, seconds)
    return None if parts is None else parts[0] / parts[1]


def usage_parts(raw: Raw, game: Game, line: Line, seconds: int | None) -> tuple[int, int] | None:
    """What is divided for it."""
    team = raw.team_line(game, line.team_id)
    if team is None or not seconds:
        return None
    own, of_team = plays_hundredths(line) * game_seconds(team), seconds * plays_hundredths(team)
    return (own, of_team) if of_team and own <= of_team else None


# --- team_offense_game_summary and team_defense_game_summary ----------------------------------------------------------


def team_offense(raw: Raw, game_id: str, team_id: int) -> Columns:
    """The row of a team and a game."""
    game = raw.game(game_id)
    line, other = _both_lines(raw, game, team_id)
    own, against = possessions_hundredths(line), possessions_hundredths(other)
    seconds = game_seconds(line)
    zones = team_zones(raw, game, team_id, line)
    shots = [shot for shot in raw.shots(game_id) if shot.team_id == team_id]
    quality = "distance" if any(shot.zone_quality == "distance" for shot in shots) else "source"
    facts = {("points_scored" if name == "points" else name): getattr(line, of) for name, of in _RENAMED.items()}
    return {
        "game_date": game.game_date,
        "season": game.season,
        "season_type": game.season_type,
        "opponent_team_id": game.opponent(team_id),
        "home_game": team_id == game.home,
        **facts,
        **{theirs: zones[name] if zones else None for name, theirs in _TEAM_ZONES.items()},
        "points_in_paint_scored": 2 * zones["paint_makes"] if zones else None,
        **_flagged(raw, game_id, team_id, line),
        "possessions_hundredths": own,
        "possessions": own / 100,
        "offensive_rating": ratio(10000 * line.points, own),
        "pace": own * 2880 / (100 * seconds),
        "game_pace": (own + against) * 2880 / (200 * seconds),
        "ts_pct": true_shooting(line),
        "efg_pct": effective(line),
        "win_flag": game.margin(team_id) > 0,
        "margin_of_victory": game.margin(team_id),
        "overtime_periods": overtimes(line),
        "game_seconds": seconds,
        "has_shot_zones": zones is not None,
        "shot_zones_quality": quality if zones else None,
        "shot_zone_attempts_gap": line.fg_attempted - len(shots) if shots else None,
    }


def _both_lines(raw: Raw, game: Game, team: int) -> tuple[Line, Line]:
    own, other = raw.team_line(game, team), raw.team_line(game, game.opponent(team) or 0)
    if own is None or other is None:
        raise NotInRawError(f"no box score of both teams of game {game.game_id}")
    return own, other


def _flagged(raw: Raw, game_id: str, team: int, line: Line) -> Columns:
    scored = [event for event in raw.events(game_id) if event[5] == team and event[4] > 0]
    told = bool(scored) and abs(line.points - sum(event[4] for event in scored)) <= TOLERANCE

    def flagged(place: int) -> int | None:
        # Not every play-by-play flags its points.
        says = told and all(event[place] is not None for event in scored)
        return sum(event[4] for event in scored if event[place]) if says else None

    return {"fast_break_points_scored": flagged(6), "second_chance_points_scored": flagged(7)}


_FROM_OFFENSE = {
    "points_allowed": "points_scored",
    "opp_fg_makes": "fg_makes",
    "opp_fg_attempts": "fg_attempts",
    "opp_three_pt_makes": "three_pt_makes",
    "opp_three_pt_attempts": "three_pt_attempts",
    "opp_ft_makes": "ft_makes",
    "opp_ft_attempts": "ft_attempts",
    "opp_rebounds": "rebounds",
    "opp_offensive_rebounds": "offensive_rebounds",
    "opp_assists": "assists",
    "turnovers_forced": "turnovers",
    "opp_paint_attempts": "team_paint_attempts",
    "opp_paint_makes": "team_paint_makes",
    "opp_mid_range_attempts": "team_mid_range_attempts",
    "opp_mid_range_makes": "team_mid_range_makes",
    "opp_three_attempts_pbp": "team_three_attempts_pbp",
    "opp_three_makes_pbp": "team_three_makes_pbp",
    "points_in_paint_allowed": "points_in_paint_scored",
    "fast_break_points_allowed": "fast_break_points_scored",
    "second_chance_points_allowed": "second_chance_points_scored",
    "opponent_possessions_hundredths": "possessions_hundredths",
    "opponent_possessions": "possessions",
    "defensive_rating": "offensive_rating",
    "opponent_pace": "pace",
    "opponent_ts_pct": "ts_pct",
    "opponent_efg_pct": "efg_pct",
    "overtime_periods": "overtime_periods",
    "game_seconds": "game_seconds",
    "has_shot_zones": "has_shot_zones",
    "shot_zones_quality": "shot_zones_quality",
    "shot_zone_attempts_gap": "shot_zone_attempts_gap",
}


def team_defense(raw: Raw, game_id: str, team_id: int) -> Columns:
    """The row of a defending team and a game: what the other team did, and its own stops."""
    game = raw.game(game_id)
    line, _ = _both_lines(raw, game, team_id)
    opponent = game.opponent(team_id) or 0
    theirs = team_offense(raw, game_id, opponent)
    blocked = [s for s in raw.shots(game_id) if s.team_id == opponent and s.block_player_id is not None]
    zoned = theirs["has_shot_zones"]
    makes = theirs["team_mid_range_makes"]
    return {
        "game_date": game.game_date,
        "season": game.season,
        "season_type": game.season_type,
        "opponent_team_id": opponent,
        "home_game": team_id == game.home,
        **{name: theirs[of] for name, of in _FROM_OFFENSE.items()},
        "mid_range_points_allowed": None if makes is None else 2 * makes,
        "three_pt_points_allowed": 3 * theirs["three_pt_makes"],
        "fouls_committed": line.fouls,
        "steals": line.steals,
        "blocks": line.blocks,
        "defensive_rebounds": line.rebounds_defensive,
        **{
            f"blocks_{name}": sum(shot.zone == zone for shot in blocked) if zoned else None
            for name, zone in (("paint", "paint"), ("mid_range", "mid_range"), ("three_pt", "three"))
        },
        "win_flag": game.margin(team_id) > 0,
        "margin_of_victory": game.margin(team_id),
    }
