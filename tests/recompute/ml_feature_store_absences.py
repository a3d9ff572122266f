"""Whom a team misses most before a game, and how a player did without him."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from absences import LIKELY_TO_MISS_IT, members, of_rotation, season_of, total
from facts import Facts, Row
from player_status import last_word

Columns = dict[str, Any]


def of_the_absences(facts: Facts, identity: Columns, his_games: Sequence[Row], rotation_out: int | None) -> Columns:
    """Columns about the rotation team-mate with the most playing time of those who are out.

    `rotation_out` is how many of them upcoming_player_game_context counts; NULL if nobody knows who is out.
    """
    team, player = identity["team_id"], identity["player_id"]
    absentees = {} if rotation_out is None else dict(rotation_players_out(facts, identity["game_id"], team))
    absentees.pop(player, None)
    if not absentees:
        return {"top_absentee_id": None, "top_absentee_minutes": None, **without([])}
    top = min(absentees, key=lambda mate: (-absentees[mate], mate))
    of_the_top = {game.game_id for game in facts.appearances[top] if game.team_id == team}
    alone = [game for game in his_games if game.team_id == team and game.game_id not in of_the_top]
    return {"top_absentee_id": top, "top_absentee_minutes": absentees[top] / 60, **without(alone)}


@cache
def rotation_players_out(facts: Facts, game_id: str, team_id: int) -> dict[int, int]:
    """Members of the team who are likely to miss the game and of the rotation, with their seconds per game, floored."""
    game = facts.scheduled_game[game_id]
    games_of = {player: season_of(facts, game, player) for player in members(facts, team_id, game.game_date)}
    return {
        player: total(games, "seconds_played") // len(games)
        for player, games in games_of.items()
        if of_rotation(games) and last_word(facts, game, player).status in LIKELY_TO_MISS_IT
    }


def without(games: Sequence[Row]) -> Columns:
    """What he did in the games that the other one missed."""
    seconds = [game.seconds_played for game in games]
    known = games and None not in seconds
    return {
        "games_without_top_absentee": len(games),
        "minutes_avg_without_top_absentee": sum(seconds) / (60 * len(games)) if known else None,
        "points_avg_without_top_absentee": sum(game.points for game in games) / len(games) if games else None,
    }
