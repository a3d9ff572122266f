"""What the schedule says of a team's game: what lies behind it, what comes next, and the way there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import Any

from facts import Facts, Row, before, in_season
from team_record import opponent_of, ratio, wins

Columns = dict[str, Any]


def on_national_tv(facts: Facts, game: Row) -> bool | None:
    """Whether a network shows it, in a season whose schedule names networks."""
    return game.national_tv is not None if game.season in seasons_with_networks(facts) else None


@lru_cache(maxsize=1)
def seasons_with_networks(facts: Facts) -> set[str]:
    """Seasons in which a network is named for any game."""
    return {game.season for game in facts.schedule if game.national_tv is not None}


# --- behind it ---


def place_in_the_season(games: Sequence[Row], earlier: Sequence[Row], game: Row) -> Columns:
    """Which of the season's games it is, and what part of the season that is."""
    regular = sum(one.season_type == "regular" for one in games)
    nth = 1 + sum(one.season_type == "regular" for one in earlier)
    return {
        "season_phase": phase(nth, regular) if game.season_type == "regular" else game.season_type,
        "game_number_in_season": len(earlier) + 1,
        "season_games_scheduled": regular,
    }


def phase(nth: int, regular: int) -> str:
    """Five games open the season, the rest is cut in thirds."""
    if nth <= 5:
        return "opening"
    if nth <= (2 * regular + 3) // 6:
        return "early"
    return "middle" if nth <= (4 * regular + 3) // 6 else "late"


def rest(earlier: Sequence[Row], day: date) -> Columns:
    """How long ago the last game was, and how many there were lately."""
    dates = [game.game_date for game in earlier]
    fortnight = [one for one in dates if one >= day - timedelta(days=14)]
    days = (day - dates[-1]).days if dates else None
    return {
        "last_game_date": dates[-1] if dates else None,
        "days_rest": days,
        "is_back_to_back": days == 1,
        "games_in_last_7_days": sum(one >= day - timedelta(days=7) for one in dates),
        "games_in_last_14_days": len(fortnight),
        "back_to_backs_last_14_days": sum(one - timedelta(days=1) in fortnight for one in fortnight),
    }


# --- what comes next ---


def what_comes_next(facts: Facts, games: Sequence[Row], game: Row, team_id: int) -> Columns:
    """The next game and the next week, where no result decides them."""
    day = game.game_date
    following = next((one for one in games if one.game_date > day), None)
    week = [one for one in games if day < one.game_date <= day + timedelta(days=7)]
    return {
        **next_game(facts, following if following and is_settled(facts, game, following) else None, day, team_id),
        "games_in_next_7_days": len(week) if week_is_settled(facts, game) else None,
    }


def next_game(facts: Facts, following: Row | None, day: date, team_id: int) -> Columns:
    """The columns of the next game; NULL, all of them, without one."""
    if following is None:
        of_it = "date days_rest home national_tv".split()
        return {f"next_game_{name}": None for name in of_it} | {
            "next_opponent_team_id": None,
            "next_opponent_win_pct": None,
        }
    opponent = opponent_of(following, team_id)
    played = in_season(before(facts.team_results.get(opponent, []), day), following.season)
    return {
        "next_game_date": following.game_date,
        "next_game_days_rest": (following.game_date - day).days,
        "next_opponent_team_id": opponent,
        "next_opponent_win_pct": ratio(wins(played, opponent), len(played)),
        "next_game_home": following.home_team_id == team_id,
        "next_game_national_tv": on_national_tv(facts, following),
    }


def is_settled(facts: Facts, game: Row, following: Row) -> bool:
    """Both games are regular, and no cup week has a day from one to the other."""
    if game.season_type != "regular" or following.season_type != "regular":
        return False
    return not meets_cup_week(facts, game.season, game.game_date, following.game_date)


def week_is_settled(facts: Facts, game: Row) -> bool:
    """The game is regular, and the week after it has no day of a cup week nor one after the last regular date."""
    end = game.game_date + timedelta(days=7)
    if game.season_type != "regular" or end > last_regular_dates(facts)[game.season]:
        return False
    return not meets_cup_week(facts, game.season, game.game_date, end)


def meets_cup_week(facts: Facts, season: str, first: date, last: date) -> bool:
    """Any of these dates is one of the 8 up to and including a cup final."""
    return any(first <= final and last >= final - timedelta(days=7) for final in cup_finals(facts).get(season, []))


@lru_cache(maxsize=1)
def cup_finals(facts: Facts) -> dict[str, list[date]]:
    """By season the dates of its cup finals."""
    seasons = {game.season for game in facts.schedule}
    finals = [game for game in facts.schedule if game.season_type == "cup_final"]
    return {season: [final.game_date for final in finals if final.season == season] for season in seasons}


@lru_cache(maxsize=1)
def last_regular_dates(facts: Facts) -> dict[str, date]:
    """By season its last regular date."""
    return {game.season: game.game_date for game in facts.schedule if game.season_type == "regular"}


# --- the road ---


def venue(game: Row) -> int | None:
    """The team whose arena it is in."""
    return None if game.neutral_site else game.home_team_id


def travel(facts: Facts, earlier: Sequence[Row], game: Row) -> Columns:
    """The leg into this game, and all those of the last 14 days."""
    fortnight = game.game_date - timedelta(days=14)
    pairs = zip([None, *earlier], [*earlier, game], strict=True)
    recent = [leg(facts, start, end) for start, end in pairs if end.game_date >= fortnight]
    miles, zones = recent[-1]
    all_miles = None if any(miles is None for miles, _ in recent) else sum(miles for miles, _ in recent)
    all_zones = None if any(zones is None for _, zones in recent) else sum(abs(zones) for _, zones in recent)
    return {
        "travel_tenth_miles": miles,
        "travel_miles": None if miles is None else miles / 10,
        "time_zones_crossed": zones,
        "travel_miles_last_14_days": None if all_miles is None else all_miles / 10,
        "time_zones_crossed_last_14_days": all_zones,
    }


def leg(facts: Facts, start: Row | None, end: Row) -> tuple[Any, Any]:
    """Tenths of a mile and hours eastward from one venue to another, by the offsets of the later date."""
    if start is None or venue(start) is None or venue(end) is None:
        return None, None
    there, here = venue(start), venue(end)
    if there == here:
        return 0, 0
    offset = "summer_utc_offset_hours" if end.eastern_utc_offset_hours == -4 else "winter_utc_offset_hours"
    return facts.arena_distances[there, here], facts.arenas[here][offset] - facts.arenas[there][offset]


def road(earlier: Sequence[Row], game: Row, team_id: int) -> Columns:
    """How many games in a row were away from the own arena, or in it."""
    backwards = [venue(one) == team_id for one in reversed(earlier)]
    away = len(list(takewhile(lambda at_home: not at_home, backwards)))
    at_home = len(list(takewhile(lambda at_home: at_home, backwards)))
    return {
        "consecutive_road_games": away,
        "road_trip_game_number": None if venue(game) == team_id else away + 1,
        "home_stand_game_number": at_home + 1 if venue(game) == team_id else None,
    }
