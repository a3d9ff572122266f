"""Where the releases of sportsdataverse are; a season is called by the year it ends in."""

from __future__ import annotations

from backcourt.seasons import season_window
from backcourt.sources.payload import Request

SOURCE = "sportsdataverse"
PARQUET = "application/vnd.apache.parquet"
_RELEASES = "https://github.com/sportsdataverse/sportsdataverse-data/releases/download"
_FILES = {
    "games": "espn_nba_schedules/nba_schedule",
    "player_box": "espn_nba_player_boxscores/player_box",
    "team_box": "espn_nba_team_boxscores/team_box",
}
NEEDS = tuple(_FILES)


def release(need: str, season: str) -> Request:
    """All games of a season for a need; the subject is the season as 2023-24.

    >>> release("games", "2023-24").url.rpartition("/")[2]
    'nba_schedule_2024.parquet'
    """
    return Request(SOURCE, need, season, f"{_RELEASES}/{_FILES[need]}_{end_year(season)}.parquet", media=PARQUET)


def end_year(season: str) -> int:
    """The year a season ends in."""
    return season_window(season)[1].year
