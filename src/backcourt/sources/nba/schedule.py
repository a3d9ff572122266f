"""A season's schedule in records: the games of two known sides, and what is said of the others."""

from __future__ import annotations

import re
from datetime import UTC

from backcourt.seasons import EASTERN
from backcourt.sources.nba.ids import TEAMS, season, season_type
from backcourt.sources.nba.shapes import Broadcasts, LeagueSchedule, ScheduledGame, ScheduledTeam
from backcourt.sources.nba.status import told
from backcourt.sources.payload import Batch, Payload, Record, ShapeError

_STATES = {1: "scheduled", 2: "live", 3: "final"}
_POSTPONED, _CANCELLED = re.compile("ppd|postponed", re.I), re.compile("cancell?ed", re.I)
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2} ?[ap]m( ET)?|TBD", re.I)


def schedule_batches(payload: Payload, schedule: LeagueSchedule, asked: str) -> list[Batch]:
    """The games of the season that was asked for; raises ShapeError for another season, or for none."""
    if schedule.seasonYear != asked:
        raise ShapeError.at(payload, "leagueSchedule.seasonYear", f"it is of {schedule.seasonYear}, not {asked}")
    games = [game for day in schedule.gameDates for game in day.games]
    if not games:
        raise ShapeError.at(payload, "leagueSchedule.gameDates", "the season has no game")
    _require_each_once(payload, games, asked)
    left_out = {game.gameId: said for game in games if (said := _why_left_out(game))}
    played = [game for game in games if game.gameId not in left_out]
    batches = [Batch("games", [_game(payload, game) for game in played], season=asked)] if played else []
    if left_out:
        batches.append(Batch("status", [told(game_id, *said) for game_id, said in left_out.items()], season=asked))
    teams = {team.teamId: team for game in played for team in (game.homeTeam, game.awayTeam) if team.teamId in TEAMS}
    # A registry is whole or it is none: a few weeks of games do not name every team.
    if len(teams) == len(TEAMS):
        batches.append(Batch("teams", [_team(payload, teams[team_id]) for team_id in sorted(teams)]))
    return batches


def _require_each_once(payload: Payload, games: list[ScheduledGame], asked: str) -> None:
    seen: set[str] = set()
    for game in games:
        where = f"leagueSchedule, game {game.gameId}"
        if game.gameId in seen:
            raise ShapeError.at(payload, where, "it is listed twice")
        if season(game.gameId) != asked:
            raise ShapeError.at(payload, where, f"its id is of {season(game.gameId)}")
        seen.add(game.gameId)


def _why_left_out(game: ScheduledGame) -> tuple[str, str] | None:
    if not game.homeTeam.teamId or not game.awayTeam.teamId:
        return "placeholder", f"{game.gameDateEst.date()}: its sides are not decided"
    if game.ifNecessary:
        return "if_necessary", f"{game.gameDateEst.date()}: played if the series is not decided"
    return None


def _game(payload: Payload, game: ScheduledGame) -> Record:
    is_timed = _has_time(game)
    if is_timed and game.gameDateTimeUTC.astimezone(EASTERN).replace(tzinfo=None) != game.gameDateTimeEst:
        said = f"{game.gameDateTimeEst} Eastern is not {game.gameDateTimeUTC}"
        raise ShapeError.at(payload, f"leagueSchedule, game {game.gameId}, gameDateTimeEst", said)
    state = _state(game)
    is_final = state == "final"
    if is_final and (game.homeTeam.score is None or game.awayTeam.score is None):
        raise ShapeError.at(payload, f"leagueSchedule, game {game.gameId}", "it is final, and has no score")
    return {
        "gameId": game.gameId,
        "gameDate": game.gameDateEst.date().isoformat(),
        "season": season(game.gameId),
        "seasonType": season_type(game.gameId),
        "homeTeamId": game.homeTeam.teamId,
        "awayTeamId": game.awayTeam.teamId,
        "gameDateTimeUTC": game.gameDateTimeUTC.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if is_timed else None,
        "homeScore": game.homeTeam.score if is_final else None,
        "awayScore": game.awayTeam.score if is_final else None,
        "status": state,
        "isNeutral": game.isNeutral,
        "arenaName": game.arenaName or None,
        "arenaCity": game.arenaCity or None,
        "nationalTv": _network(payload, game.gameId, game.broadcasters),
    }


def _has_time(game: ScheduledGame) -> bool:
    """A game without a time yet is written as midnight."""
    wall = game.gameDateTimeEst
    return game.gameStatusText.upper() != "TBD" and (wall.hour, wall.minute) != (0, 0)


def _state(game: ScheduledGame) -> str:
    text = game.gameStatusText
    if _POSTPONED.search(text):
        return "postponed"
    if _CANCELLED.search(text):
        return "cancelled"
    if game.gameStatus == 1 and game.postponedStatus in ("P", "Y") and not _TIME.fullmatch(text):
        return "postponed"
    return _STATES[game.gameStatus]


def _network(payload: Payload, game_id: str, broadcasts: Broadcasts) -> str | None:
    lists = (broadcasts.nationalTvBroadcasters, broadcasts.nationalBroadcasters)
    if lists == (None, None):
        where = f"leagueSchedule, game {game_id}, broadcasters"
        raise ShapeError.at(payload, where, "neither nationalTvBroadcasters nor nationalBroadcasters is there")
    names = [one.broadcasterDisplay for found in lists if found for one in found]
    return next((name for name in names if name and name != "TBD"), None)


def _team(payload: Payload, team: ScheduledTeam) -> Record:
    if not (team.teamTricode and team.teamCity and team.teamName):
        raise ShapeError.at(payload, f"leagueSchedule, team {team.teamId}", "it has no code, city or name")
    return {
        "teamId": team.teamId,
        "teamTricode": team.teamTricode,
        "teamCity": team.teamCity,
        "teamName": team.teamName,
    }
