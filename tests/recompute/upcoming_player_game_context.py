"""What upcoming_player_game_context must say, from played games and from what was said before the game alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from facts import Facts, Row, before, in_season, prior_season
from points_lines import points_line
from upcoming_player_absences import of_the_availability
from upcoming_player_form import against_lines, form, history, ratio

NAME = "upcoming_player_game_context"

Columns = dict[str, Any]

POSITIONS = {"G": "guard", "F": "forward", "C": "center"}
RESTED_DAYS = 3

OF_THE_TEAM = {
    "team_days_rest": "days_rest",
    "opponent_def_rating_last_10": "opponent_defensive_rating_last_10",
    "opponent_off_rating_last_10": "opponent_offensive_rating_last_10",
    "team_form_games_used_10": "form_games_used_10",
    "revenge_game": "lost_last_meeting",
} | {
    name: name
    for name in (
        "season_phase spread opening_spread spread_movement game_total total_movement implied_team_total"
        " opponent_days_rest rest_advantage travel_miles time_zones_crossed travel_miles_last_14_days"
        " consecutive_road_games next_game_days_rest games_in_next_7_days opponent_form_games_used_10"
        " opponent_pace_last_10 opponent_ft_rate_allowed_last_10 opponent_rebound_rate_last_10 pace_differential"
        " win_streak loss_streak"
    ).split()
}


def expected(facts: Facts, game_id: str, player_id: int) -> Columns:
    """Every column of the row of a game and a player."""
    spine = facts.spine_of(NAME)[game_id, player_id]
    game, team = facts.scheduled_game[game_id], spine.team_id
    opponent = game.away_team_id if team == game.home_team_id else game.home_team_id
    earlier = before(facts.appearances.get(player_id, []), game.game_date)
    this_season = in_season(earlier, game.season)
    season_before = in_season(earlier, prior_season(game.season))
    without_box = unboxed(facts, game, team)
    line = points_line(facts, game_id, player_id, game.cutoff_at)
    return {
        **identified(facts, spine, game, opponent),
        **registered(facts.players.get(player_id), game.game_date),
        **line,
        **against_lines(this_season, line["points_line"]),
        **of_the_team(facts.rows_of("upcoming_team_game_context")[game_id, team]),
        **rest(game.game_date, this_season, without_box),
        **windows_of_days(game.game_date, this_season, without_box),
        **usage(facts, last_days(this_season, game.game_date, 7)),
        "games_missed_streak": missed(boxed(facts, game, team), this_season),
        **form(this_season),
        **of_the_availability(facts, game, team, player_id),
        **history(this_season, season_before, team, opponent),
    }


# --- who, where and when ---


def identified(facts: Facts, spine: Row, game: Row, opponent: int) -> Columns:
    """What spine and schedule say."""
    assert spine.game_date == game.game_date
    return {
        "game_id": game.game_id,
        "player_id": spine.player_id,
        "game_date": game.game_date,
        "season": game.season,
        "season_type": game.season_type,
        "team_id": spine.team_id,
        "opponent_team_id": opponent,
        "team_abbr": facts.teams[spine.team_id].tricode,
        "opponent_team_abbr": facts.teams[opponent].tricode,
        "home_game": spine.team_id == game.home_team_id,
        "cutoff_at": game.cutoff_at,
        "cutoff_kind": game.cutoff_kind,
        "expected_because": spine.expected_because,
        "team_games_since_seen": spine.team_games_since,
    }


def registered(player: Row | None, day: date) -> Columns:
    """What the registry says of him."""
    return {
        "player_lookup": player.name_key if player else None,
        "player_full_name": player.full_name if player else None,
        "player_age_years": age(player.birth_date, day) if player and player.birth_date else None,
        "position": POSITIONS[player.position[0]] if player and player.position else None,
    }


def age(born: date, day: date) -> int:
    """Whole years; a birthday on the day counts."""
    had_birthday = (day.month, day.day) >= (born.month, born.day)
    return day.year - born.year - (0 if had_birthday else 1)


def of_the_team(team: Row) -> Columns:
    """Columns of the team's row of the same game."""
    return {name: team[theirs] for name, theirs in OF_THE_TEAM.items()}


# --- the games of his team ---


@lru_cache(maxsize=1)
def games_with_box(facts: Facts) -> set[str]:
    """Games in whose box score anybody appeared."""
    return {game.game_id for games in facts.appearances.values() for game in games}


def played_by_the_team(facts: Facts, game: Row, team: int) -> list[Row]:
    """Final games of the team this season before the date."""
    return in_season(before(facts.team_results.get(team, []), game.game_date), game.season)


def boxed(facts: Facts, game: Row, team: int) -> list[Row]:
    """Those with a box score."""
    return [played for played in played_by_the_team(facts, game, team) if played.game_id in games_with_box(facts)]


def unboxed(facts: Facts, game: Row, team: int) -> list[Row]:
    """Those without: whether he played in them is not known."""
    return [played for played in played_by_the_team(facts, game, team) if played.game_id not in games_with_box(facts)]


def missed(of_the_team: Sequence[Row], games: Sequence[Row]) -> int:
    """Games of the team since his last."""
    return len([played for played in of_the_team if not games or played.game_date > games[-1].game_date])


# --- fatigue ---


def rest(day: date, games: Sequence[Row], without_box: Sequence[Row]) -> Columns:
    """Days between his games."""
    days = [game.game_date for game in games]
    known = bool(days) and not any(game.game_date > days[-1] for game in without_box)
    return {
        "days_rest": (day - days[-1]).days if known else None,
        "back_to_back": day - timedelta(days=1) in days,
        "days_rest_before_last_game": (days[-1] - days[-2]).days if len(days) > 1 else None,
        "days_since_2_plus_days_rest": (day - last_rested([*days, day])).days if known else None,
    }


def last_rested(days: Sequence[date]) -> date:
    """The last of the dates that came after two whole days off, as the first one did."""
    rested = [day for last, day in pairwise(days) if (day - last).days >= RESTED_DAYS]
    return [days[0], *rested][-1]


def last_days(games: Sequence[Row], day: date, count: int) -> list[Row]:
    """Games on the last so many dates before the date."""
    return [game for game in games if day - timedelta(days=count) <= game.game_date < day]


def windows_of_days(day: date, games: Sequence[Row], without_box: Sequence[Row]) -> Columns:
    """Figures of the last 7 and 14 days."""
    last_7, last_14 = last_days(games, day, 7), last_days(games, day, 14)
    unknown_7, unknown_14 = last_days(without_box, day, 7), last_days(without_box, day, 14)
    seconds_7 = None if unknown_7 else total_if_known(last_7, "seconds_played")
    seconds_14 = None if unknown_14 else total_if_known(last_14, "seconds_played")
    fourth = None if unknown_7 else total_if_known(last_7, "fourth_quarter_seconds")
    return {
        "games_in_last_7_days": len(last_7),
        "games_in_last_14_days": len(last_14),
        "games_without_box_last_14_days": len(unknown_14),
        "seconds_in_last_7_days": seconds_7,
        "seconds_in_last_14_days": seconds_14,
        "minutes_in_last_7_days": ratio(seconds_7, 60),
        "minutes_in_last_14_days": ratio(seconds_14, 60),
        "minutes_per_game_last_7_days": ratio(seconds_7, 60 * len(last_7)),
        "fourth_quarter_minutes_last_7_days": ratio(fourth, 60),
        "back_to_backs_last_14_days": len(back_to_backs(last_14)),
    }


def back_to_backs(games: Sequence[Row]) -> list[Row]:
    """The second ones of games on consecutive dates."""
    days = {game.game_date for game in games}
    return [game for game in games if game.game_date - timedelta(days=1) in days]


def usage(facts: Facts, window: Sequence[Row]) -> Columns:
    """His share of the plays while he was on the court."""
    used, whole = 0, 0
    games = [game for game in window if game.usage_rate is not None]
    for game in games:
        team = facts.offense_of[game.game_id, game.team_id]
        used += plays(game) * team.game_seconds
        whole += game.seconds_played * plays(team)
    return {"usage_rate_last_7_days": ratio(used, whole), "usage_games_last_7_days": len(games)}


def plays(game: Row) -> int:
    """Shots, trips to the line and turnovers, in hundredths."""
    return 100 * game.fg_attempts + 44 * game.ft_attempts + 100 * game.turnovers


# --- arithmetic ---


def total_if_known(games: Sequence[Row], column: str) -> int | None:
    """A column summed, if every game has it; 0 of no game."""
    values = [game[column] for game in games]
    return None if None in values else sum(values)
