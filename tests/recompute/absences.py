"""Who belonged to a team before a game, and whom it is likely to miss."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from facts import Facts, Row, before, in_season
from player_status import last_word

LIKELY_TO_MISS_IT = ("out", "doubtful")
LEFT = ("waived", "traded_out")
JOINED = ("signed", "traded_in")
INJURED_LIST_DAYS = 180
FULL_SEASON = 82


class Sign(NamedTuple):
    """Something of a date that says where a player belongs, or nowhere; of one date the weightiest counts."""

    game_date: date
    weight: int
    team_id: int | None


def absences(facts: Facts, game: Row, team_id: int) -> dict[str, Any]:
    """Who is missing, and what they do in a game of theirs."""
    day = game.game_date
    reported, known = has_report(facts, game), has_report(facts, game) or has_injured_list(facts, day)
    status = {player: last_word(facts, game, player).status for player in members(facts, team_id, day)}
    out = [season_of(facts, game, player) for player in status if status[player] in LIKELY_TO_MISS_IT]
    rotation = [games for games in out if of_rotation(games)]
    counts = {
        "players_out": len(out),
        "rotation_players_out": len(rotation),
        "stars_out": sum(is_star(games) for games in out),
        "questionable_players": sum(said == "questionable" for said in status.values()) if reported else None,
        "plays_out_hundredths": sum(plays_hundredths(games) for games in rotation),
        "points_out_hundredths": sum(100 * total(games, "points") // len(games) for games in rotation),
        "seconds_out": sum(total(games, "seconds_played") // len(games) for games in rotation),
    }
    told = counts if known and status else dict.fromkeys(counts)
    return {"availability_known": known, "has_injury_report": reported, **told}


# --- what a player is to his team ---


def season_of(facts: Facts, game: Row, player_id: int) -> list[Row]:
    """His games of the season before the date, for whichever team."""
    return in_season(before(facts.appearances.get(player_id, []), game.game_date), game.season)


def of_rotation(games: list[Row]) -> bool:
    """Five games, and a quarter of an hour in each."""
    return len(games) >= 5 and total(games, "seconds_played") >= 900 * len(games)


def is_star(games: list[Row]) -> bool:
    """Ten games, and 18 points a game, or 28 minutes and 12 points."""
    if len(games) < 10:
        return False
    points, seconds = total(games, "points"), total(games, "seconds_played")
    return points >= 18 * len(games) or (seconds >= 1680 * len(games) and points >= 12 * len(games))


def plays_hundredths(games: list[Row]) -> int:
    """Plays a game, of which a free throw is 0.44."""
    plays = 100 * total(games, "fg_attempts") + 44 * total(games, "ft_attempts") + 100 * total(games, "turnovers")
    return plays // len(games)


def total(games: list[Row], column: str) -> int:
    """A column summed over games that all have it."""
    return sum(game[column] for game in games)


# --- who belongs to a team ---


def members(facts: Facts, team_id: int, day: date) -> list[int]:
    """Players whose newest sign before the date names the team, unless that is a season's worth of games ago."""
    return [player for player in ever_of(facts).get(team_id, []) if belongs(facts, player, team_id, day)]


def belongs(facts: Facts, player_id: int, team_id: int, day: date) -> bool:
    """He is one of them on the date."""
    newest = newest_before(signs(facts)[player_id], day)
    if newest is None or newest.team_id != team_id:
        return False
    played = before(facts.team_results.get(team_id, []), day)
    by_then = before(played, newest.game_date + timedelta(days=1))
    return len(played) - len(by_then) < FULL_SEASON


@lru_cache(maxsize=1)
def ever_of(facts: Facts) -> dict[int, list[int]]:
    """By team everybody whom any sign puts in it."""
    players: dict[int, list[int]] = defaultdict(list)
    for player, found in signs(facts).items():
        for team in {sign.team_id for sign in found} - {None}:
            players[team].append(player)
    return players


@lru_cache(maxsize=1)
def signs(facts: Facts) -> dict[int, list[Sign]]:
    """By player the signs of where he belongs; who leaves a team on the day of its game belongs to none."""
    found: dict[int, list[Sign]] = defaultdict(list)
    for player, games in facts.appearances.items():
        found[player] += [Sign(game.game_date, 2, game.team_id) for game in games]
    for row in facts.read("raw.rosters_current"):
        found[row.player_id].append(Sign(row.game_date, 3, row.team_id))
    for player, moves in facts.transactions.items():
        found[player] += [Sign(move.game_date, 5, move.team_id) for move in moves if move.kind in JOINED]
        found[player] += [Sign(move.game_date, 4, None) for move in moves if move.kind in LEFT]
        found[player] += [
            Sign(move.game_date, 1, move.team_id)
            for move in moves
            if move.kind == "injured_list_activated" and move.team_id is not None
        ]
    return {player: weightiest(every) for player, every in found.items()}


# --- what is known of a game ---


def has_report(facts: Facts, game: Row) -> bool:
    """A timed report of the date is from before the cut-off."""
    first = first_reports(facts).get(game.game_date)
    return first is not None and first < game.cutoff_at


@lru_cache(maxsize=1)
def first_reports(facts: Facts) -> dict[date, Any]:
    """When the first timed report of each date was seen."""
    first: dict[date, Any] = {}
    for (_, day), rows in facts.injuries.items():
        for row in rows:
            if row.snapshot_quality == "timed":
                first[day] = min(first.get(day, row.snapshot_at), row.snapshot_at)
    return first


def has_injured_list(facts: Facts, day: date) -> bool:
    """Somebody was placed on the injured list or activated from it in the days before the date."""
    dates = injured_list_dates(facts)
    return bisect_left(dates, day - timedelta(days=INJURED_LIST_DAYS)) < bisect_left(dates, day)


@lru_cache(maxsize=1)
def injured_list_dates(facts: Facts) -> list[date]:
    """Dates of all transactions of the injured list."""
    moves = [move for every in facts.transactions.values() for move in every]
    return sorted(move.game_date for move in moves if move.kind.startswith("injured_list"))


# --- by date ---


def weightiest(every: Iterable[Sign]) -> list[Sign]:
    """Of each date the weightiest, in order of date."""
    of_date: dict[date, Sign] = {}
    for one in every:
        if one.game_date not in of_date or one.weight > of_date[one.game_date].weight:
            of_date[one.game_date] = one
    return [of_date[day] for day in sorted(of_date)]


def newest_before(every: list[Sign], day: date) -> Sign | None:
    """The last of them before a date."""
    place = bisect_left(every, day, key=lambda one: one.game_date)
    return every[place - 1] if place else None
