"""A box score of the statistics site in records.

It does not say whether the game is over: that follows from the minutes of the teams (240, and 25 for each overtime)
and from a score that is not tied.
"""

from __future__ import annotations

from backcourt.sources.nba.box import Line, Side, box_batches
from backcourt.sources.nba.document import read
from backcourt.sources.nba.ids import TEAMS, require_date, require_game
from backcourt.sources.nba.status import told_of_game
from backcourt.sources.nba_stats.shapes import Box, BoxDocument, BoxPlayer, BoxTeam
from backcourt.sources.payload import Batch, Payload, ShapeError

_REGULATION, _OVERTIME = 240, 25
# Printed team minutes are 239 to 241 of a game of 240.
_SLACK = 1


def box(payload: Payload) -> list[Batch]:
    """The lines of a game that is over; raises ShapeError where they do not add up."""
    game = read(payload, BoxDocument).boxScoreTraditional
    require_game(payload, "boxScoreTraditional.gameId", game.gameId)
    if (game.homeTeam.teamId, game.awayTeam.teamId) != (game.homeTeamId, game.awayTeamId):
        raise ShapeError.at(payload, "boxScoreTraditional", "homeTeamId and awayTeamId are not those of its teams")
    day = require_date(payload)
    sides = (game.homeTeam, game.awayTeam)
    if not {side.teamId for side in sides} <= TEAMS:
        return [told_of_game(game.gameId, "exhibition", f"teams {sorted(side.teamId for side in sides)}", day)]
    if not any(side.players or side.statistics.points for side in sides):
        return [told_of_game(game.gameId, "empty", "it lists no player", day)]
    if said := _in_progress(game):
        return [told_of_game(game.gameId, "live", said, day)]
    home = _side("boxScoreTraditional.homeTeam", game.homeTeam)
    away = _side("boxScoreTraditional.awayTeam", game.awayTeam)
    return box_batches(payload, game.gameId, day, home, away)


def _in_progress(game: Box) -> str | None:
    statistics = [side.statistics for side in (game.homeTeam, game.awayTeam)]
    minutes = max((each.minutes or 0) // 60 for each in statistics)
    past = (minutes - _REGULATION + _SLACK) % _OVERTIME - _SLACK
    if minutes < _REGULATION - _SLACK or past > _SLACK or statistics[0].points == statistics[1].points:
        return f"{statistics[0].points}:{statistics[1].points} after {minutes} minutes of each team"
    return None


def _side(where: str, team: BoxTeam) -> Side:
    lines = tuple(_line(f"{where}.players.{number}", player) for number, player in enumerate(team.players))
    return Side(where, team.teamId, team.statistics.points, team.statistics.minutes or 0, team.statistics, lines)


def _line(where: str, player: BoxPlayer) -> Line:
    return Line(
        where=where,
        person_id=player.personId,
        name=f"{player.firstName} {player.familyName}".strip(),
        # A position is printed for the five who start, and for no one else.
        starts=bool(player.position),
        seconds=player.statistics.minutes,
        tally=player.statistics,
        reason=player.comment or None,
    )
