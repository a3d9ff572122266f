"""What to ask of stats.nba.com; its parameters are sent in the order of their names, all of them, blank or not."""

from __future__ import annotations

from datetime import date

from backcourt.errors import UsageError
from backcourt.sources.payload import Request

SOURCE = "nba_stats"
SCHEDULE, REGISTRY = "schedule", "players"
PLAYER_LOG, TEAM_LOG = "player_log", "team_log"
BOX, PLAYS, CHART = "box", "play_by_play", "shot_chart"

SEASON_TYPES = {
    "preseason": "Pre Season",
    "regular": "Regular Season",
    "all_star": "All Star",
    "playoffs": "Playoffs",
    "play_in": "PlayIn",
}
"""The site's names for the kinds of games; under which of them it files a cup final is not known."""

_BASE = "https://stats.nba.com/stats"
_HEADERS = {
    "Accept": "application/json, text/plain, */*",
    "Accept-Language": "en-US,en;q=0.9",
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
    "Referer": "https://www.nba.com/",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36",
}
# The chart answers nothing unless every filter is there.
_CHART_FILTERS = """
    AheadBehind ClutchTime ContextFilter DateFrom DateTo EndPeriod EndRange GameSegment Location Month OpponentTeamID
    Outcome Period PlayerPosition PointDiff Position RangeType RookieYear SeasonSegment StartPeriod StartRange VsConference
    VsDivision
""".split()


def schedule(season: str) -> Request:
    """The schedule of any season, with the body of the content network's file."""
    return _request(SCHEDULE, season, "scheduleleaguev2", {"LeagueID": "00", "Season": season})


def player_log(season: str, season_type: str, first: date | None = None, last: date | None = None) -> Request:
    """A line per player and game, of a season or of some dates of it."""
    return _log(PLAYER_LOG, "P", season, season_type, first, last)


def team_log(season: str, season_type: str, first: date | None = None, last: date | None = None) -> Request:
    """A line per team and game, of a season or of some dates of it."""
    return _log(TEAM_LOG, "T", season, season_type, first, last)


def box(game_id: str, game_date: date) -> Request:
    """The box score of a game: seconds, starters and who did not play; not the inactive."""
    params = {"StartPeriod": "0", "EndPeriod": "0", "StartRange": "0", "EndRange": "0", "RangeType": "0"}
    return _request(BOX, game_id, "boxscoretraditionalv3", {"GameID": game_id, **params}, game_date)


def plays(game_id: str, game_date: date) -> Request:
    """The play-by-play of a game."""
    params = {"GameID": game_id, "StartPeriod": "0", "EndPeriod": "0"}
    return _request(PLAYS, game_id, "playbyplayv3", params, game_date)


def chart(game_id: str, game_date: date, season: str, season_type: str) -> Request:
    """The shots of a game with the NBA's zones; by default the site would leave out those that missed."""
    params = {
        **dict.fromkeys(_CHART_FILTERS, ""),
        "ContextMeasure": "FGA",
        "GameID": game_id,
        "LastNGames": "0",
        "LeagueID": "00",
        "Month": "0",
        "OpponentTeamID": "0",
        "Period": "0",
        "PlayerID": "0",
        "Season": season,
        "SeasonType": _word(season_type),
        "TeamID": "0",
    }
    return _request(CHART, game_id, "shotchartdetail", params, game_date)


def registry(season: str) -> Request:
    """Every player there has been up to a season."""
    blank = "Active AllStar College Country DraftPick DraftRound DraftYear Height PlayerPosition Weight".split()
    params = {"Historical": "1", "LeagueID": "00", "Season": season, "TeamID": "0"}
    return _request(REGISTRY, season, "playerindex", {**dict.fromkeys(blank, ""), **params})


def _log(need: str, whose: str, season: str, season_type: str, first: date | None, last: date | None) -> Request:
    params = {
        "Counter": "0",
        "DateFrom": first.strftime("%m/%d/%Y") if first else "",
        "DateTo": last.strftime("%m/%d/%Y") if last else "",
        "Direction": "ASC",
        "LeagueID": "00",
        "PlayerOrTeam": whose,
        "Season": season,
        "SeasonType": _word(season_type),
        "Sorter": "DATE",
    }
    dates = f" {first or ''}:{last or ''}" if first or last else ""
    return _request(need, f"{season} {season_type}{dates}", "leaguegamelog", params)


def _word(season_type: str) -> str:
    word = SEASON_TYPES.get(season_type)
    if word is None:
        raise UsageError(
            f"stats.nba.com has no word for {season_type!r}.",
            f"Ask for {', '.join(SEASON_TYPES)}; a cup final comes with its own box score and play-by-play.",
        )
    return word


def _request(need: str, subject: str, endpoint: str, params: dict[str, str], game_date: date | None = None) -> Request:
    return Request(
        SOURCE,
        need,
        subject,
        f"{_BASE}/{endpoint}",
        params=dict(sorted(params.items())),
        headers=_HEADERS,
        game_date=game_date,
    )
