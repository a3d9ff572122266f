"""The records in a payload of the NBA's content network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from backcourt.sources.nba.box import Line, Side, box_batches
from backcourt.sources.nba.document import read
from backcourt.sources.nba.ids import TEAMS, require_game
from backcourt.sources.nba.schedule import schedule_batches
from backcourt.sources.nba.shapes import ScheduleDocument
from backcourt.sources.nba.status import told_of_game
from backcourt.sources.nba_cdn.plays import play_batches
from backcourt.sources.nba_cdn.requests import BOX, PLAYS, SCHEDULE
from backcourt.sources.nba_cdn.shapes import (
    BoxDocument,
    BoxGame,
    BoxPlayer,
    BoxTeam,
    PlayByPlayDocument,
    Standing,
    StandingDocument,
)
from backcourt.sources.payload import Batch, Payload, Record, ShapeError

_BEFORE_FINAL = {1: "scheduled", 2: "live"}


def parse(payload: Payload) -> list[Batch]:
    """The batches of a payload; raises ShapeError for one that is not what was asked for."""
    need = payload.request.need
    if need == SCHEDULE:
        return schedule_batches(payload, read(payload, ScheduleDocument).leagueSchedule, payload.request.subject)
    if need == BOX:
        return _box(payload)
    if need == PLAYS:
        game = read(payload, PlayByPlayDocument).game
        require_game(payload, "game.gameId", game.gameId)
        return play_batches(payload, game)
    raise ShapeError.at(payload, "request", f"there is no need {need!r}; known are {SCHEDULE}, {BOX} and {PLAYS}")


def _box(payload: Payload) -> list[Batch]:
    standing = read(payload, StandingDocument).game
    require_game(payload, "game.gameId", standing.gameId)
    day = standing.gameEt.date()
    if standing.gameStatus != 3:
        said = standing.gameStatusText
        return [told_of_game(standing.gameId, _state(standing), said, day)]
    game = read(payload, BoxDocument).game
    sides = {game.homeTeam.teamId, game.awayTeam.teamId}
    if not sides <= TEAMS:
        return [told_of_game(game.gameId, "exhibition", f"teams {sorted(sides)}", day)]
    home, away = _side("game.homeTeam", game.homeTeam), _side("game.awayTeam", game.awayTeam)
    batches = box_batches(payload, game.gameId, day, home, away)
    return [*batches, *_beside(payload, game, batches[0])]


def _state(game: Standing) -> str:
    said = game.gameStatusText.lower()
    if "ppd" in said or "postponed" in said:
        return "postponed"
    return "cancelled" if "cancel" in said else _BEFORE_FINAL[game.gameStatus]


def _beside(payload: Payload, game: BoxGame, box: Batch) -> list[Batch]:
    """The players whom the box names, and the officials."""
    listed = (*game.homeTeam.players, *game.awayTeam.players)
    players: Sequence[Record] = [{"personId": player.personId, "name": player.name} for player in listed]
    officials: Sequence[Record] = [
        {
            "gameId": game.gameId,
            "gameDate": game.gameEt.date().isoformat(),
            "personId": official.personId,
            "name": official.name,
            "slot": slot,
        }
        for slot, official in enumerate(game.officials, 1)
    ]
    if len({official.personId for official in game.officials}) != len(officials):
        raise ShapeError.at(payload, "game.officials", "an official is listed twice")
    return [
        replace(box, kind=kind, rows=rows) for kind, rows in (("players", players), ("officials", officials)) if rows
    ]


def _side(where: str, team: BoxTeam) -> Side:
    lines = tuple(_line(f"{where}.players.{number}", player) for number, player in enumerate(team.players))
    return Side(where, team.teamId, team.score, team.statistics.minutes, team.statistics, lines)


def _line(where: str, player: BoxPlayer) -> Line:
    played = player.played == "1"
    reasons = (player.notPlayingReason, player.notPlayingDescription)
    return Line(
        where=where,
        person_id=player.personId,
        name=player.name,
        starts=player.starter == "1",
        # A line with minutes was played, whatever the flag says; statistics without either are refused.
        seconds=player.statistics.minutes if played or player.statistics.minutes else None,
        tally=player.statistics,
        reason=" - ".join(reason for reason in reasons if reason) or None,
    )
