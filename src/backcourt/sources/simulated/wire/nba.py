"""What both NBA sources write alike: the schedule, the counts of a line, and clocks."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from backcourt.seasons import EASTERN
from backcourt.sources.simulated.wire.season import Line, Season, utc

Node = dict[str, Any]

META: Node = {"version": 1, "request": "the simulated league of Backcourt", "time": "2000-01-01T00:00:00.000Z"}

_COUNTS = {
    "fieldGoalsMade": "fg_made",
    "fieldGoalsAttempted": "fg_attempted",
    "threePointersMade": "three_made",
    "threePointersAttempted": "three_attempted",
    "freeThrowsMade": "ft_made",
    "freeThrowsAttempted": "ft_attempted",
    "reboundsOffensive": "rebounds_offensive",
    "reboundsDefensive": "rebounds_defensive",
    "assists": "assists",
    "steals": "steals",
    "blocks": "blocks",
    "turnovers": "turnovers",
    "foulsPersonal": "fouls",
    "points": "points",
}


def counts(line: Line | None) -> Node:
    """The counts of a line of a box score, or those of nobody who played."""
    return {name: int(line[column]) if line else 0 for name, column in _COUNTS.items()}


def clock(milliseconds: int) -> str:
    """A time as `PT11M42.00S`."""
    minutes, rest = divmod(milliseconds, 60_000)
    return f"PT{minutes:02d}M{rest // 1000:02d}.{rest % 1000 // 10:02d}S"


def number(text: str) -> int:
    """An id or a count; 0 where there is none."""
    return int(text or 0)


def schedule(season: Season) -> Node:
    """The schedule of the season; the sides of an all-star game have ids that are no team's."""
    games = sorted(season.games, key=lambda game: (game["game_date"], game["game_id"]))
    dates = [
        {"gameDate": day, "games": [_game(season, game) for game in of_day]}
        for day, of_day in groupby(games, key=lambda game: game["game_date"])
    ]
    return {"meta": META, "leagueSchedule": {"seasonYear": season.label, "leagueId": "00", "gameDates": dates}}


def tip_off(game: Line) -> datetime:
    """When a game is scheduled to begin."""
    return utc(game["tip_scheduled_at"])


def _game(season: Season, game: Line) -> Node:
    utc = tip_off(game)
    wall = utc.astimezone(EASTERN)
    shown = [{"broadcasterDisplay": game["national_tv"]}] if game["national_tv"] else []
    return {
        "gameId": game["game_id"],
        "gameStatus": 3,
        "gameStatusText": "Final",
        "gameDateEst": f"{game['game_date']}T00:00:00Z",
        "gameDateTimeEst": f"{wall:%Y-%m-%dT%H:%M:%S}Z",
        "gameDateTimeUTC": f"{utc:%Y-%m-%dT%H:%M:%S}Z",
        "ifNecessary": False,
        "arenaName": game["arena"],
        "arenaCity": game["arena_city"],
        "postponedStatus": "N",
        "isNeutral": game["neutral_site"] == "true",
        "broadcasters": {"nationalTvBroadcasters": shown},
        "homeTeam": _side(season, game, "home"),
        "awayTeam": _side(season, game, "away"),
    }


def _side(season: Season, game: Line, side: str) -> Node:
    team, score = season.teams.get(game[f"{side}_team_id"]), number(game[f"{side}_points"])
    if team is None:
        return {"teamId": 1, "teamName": side, "teamCity": "", "teamTricode": "", "score": score}
    return {
        "teamId": int(team["team_id"]),
        "teamName": team["nickname"],
        "teamCity": team["city"],
        "teamTricode": team["tricode"],
        "score": score,
    }
