"""What was said of a player and of his team-mates before a game."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from absences import has_injured_list, has_report, is_star, members, of_rotation, plays_hundredths, season_of, total
from facts import Facts, Row
from player_status import last_word

Columns = dict[str, Any]


def of_the_availability(facts: Facts, game: Row, team_id: int, player_id: int) -> Columns:
    """Nothing at all is known where nobody says such things, and nobody is questionable without a report."""
    reported = has_report(facts, game)
    known = reported or has_injured_list(facts, game.game_date)
    said = last_word(facts, game, player_id)
    columns = {
        "player_status": said.status,
        "player_status_source": said.source,
        "player_status_reason": said.reason,
        **of_the_teammates(facts, game, team_id, player_id),
    }
    if not reported:
        columns["questionable_star_teammates"] = None
    return {"availability_known": known, **(columns if known else dict.fromkeys(columns))}


def of_the_teammates(facts: Facts, game: Row, team_id: int, player_id: int) -> Columns:
    """Who of the others is missing, and what they do in a game of theirs."""
    mates = [mate for mate in members(facts, team_id, game.game_date) if mate != player_id]
    words = {mate: last_word(facts, game, mate).status for mate in mates}
    out = [season_of(facts, game, mate) for mate in mates if words[mate] in ("out", "doubtful")]
    questionable = [season_of(facts, game, mate) for mate in mates if words[mate] == "questionable"]
    rotation = [games for games in out if of_rotation(games)]
    return {
        "star_teammates_out": len([games for games in out if is_star(games)]),
        "questionable_star_teammates": len([games for games in questionable if is_star(games)]),
        "star_tier_out": sum(tier(games) for games in out if is_star(games)),
        "rotation_teammates_out": len(rotation),
        "teammates_out_plays": sum(plays_hundredths(games) for games in rotation) / 100,
        "teammates_out_points": sum(100 * total(games, "points") // len(games) for games in rotation) / 100,
        "teammates_out_minutes": sum(total(games, "seconds_played") // len(games) for games in rotation) / 60,
    }


def tier(games: Sequence[Row]) -> int:
    """How great a star."""
    points = sum(game.points for game in games)
    if points >= 25 * len(games):
        return 3
    return 2 if points >= 18 * len(games) else 1
