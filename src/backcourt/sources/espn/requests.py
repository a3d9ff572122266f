"""Where ESPN's documents are."""

from __future__ import annotations

from datetime import date

from backcourt.names import team_tricode
from backcourt.sources.espn.teams import IDS, TRICODES
from backcourt.sources.payload import Request

SOURCE = "espn"
_SITE = "https://site.api.espn.com/apis/site/v2/sports/basketball/nba"


def scoreboard(day: date) -> Request:
    """The games of an Eastern date with their state and scores; the subject is the date."""
    return Request(SOURCE, "games", day.isoformat(), f"{_SITE}/scoreboard", {"dates": f"{day:%Y%m%d}", "limit": "100"})


def roster(team: str) -> Request:
    """Who is on a team's roster now, and who of them is hurt; the subject is the team's tricode."""
    tricode = team_tricode(team)
    return Request(SOURCE, "rosters", tricode, f"{_SITE}/teams/{IDS[tricode]}", {"enable": "roster"})


def rosters() -> tuple[Request, ...]:
    """The rosters of all 30 teams."""
    return tuple(roster(tricode) for tricode in TRICODES.values())
