"""CSV files in the shape of the raw contracts: one file per table, or per table and season."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

Row = Sequence[Any]  # what the csv module writes: None and "" are NULL


# What a contract calls its columns, in its order, without the derived ones; a test holds the two together.
_BOX = (
    "points fg_made fg_attempted three_made three_attempted ft_made ft_attempted rebounds_offensive "
    "rebounds_defensive assists steals blocks turnovers fouls plus_minus"
)
_SNAPSHOT = "game_id feed book snapshot_at snapshot_quality game_date"
COLUMNS: dict[str, tuple[str, ...]] = {
    table: tuple(names.split())
    for table, names in {
        "games": "game_id game_date season season_type home_team_id away_team_id tip_scheduled_at tip_actual_at "
        "home_points away_points status neutral_site arena arena_city national_tv",
        "player_box": "game_id player_id game_date season season_type team_id opponent_team_id player_name is_home "
        f"starter seconds_played seconds_quality {_BOX}",
        "team_box": f"game_id team_id game_date season season_type opponent_team_id is_home minutes {_BOX}",
        "did_not_play": "game_id player_id game_date season team_id reason",
        "shots": "game_id action_number game_date season period clock_ms player_id team_id shot_value made zone "
        "zone_quality distance_ft assist_player_id block_player_id is_fast_break is_second_chance is_from_turnover "
        "zone_basic zone_area court_x court_y",
        "play_by_play": "game_id event_index game_date season action_number period clock_ms action_type player_id "
        "team_id made points free_throw_number free_throw_total free_throw_kind assist_player_id block_player_id "
        "steal_player_id foul_drawn_player_id is_fast_break is_second_chance is_from_turnover score_home score_away "
        "players_on",
        "player_lines": "game_id player_id feed book snapshot_at snapshot_quality game_date line over_american "
        "under_american",
        "game_lines": f"{_SNAPSHOT} home_spread total home_moneyline away_moneyline",
        "injuries": "game_date player_id team_id feed status reason snapshot_at snapshot_quality",
        "rosters": "game_date team_id player_id snapshot_at status",
        "transactions": "game_date player_id team_id kind notes",
        "officials": "game_id official_id game_date name slot",
        "teams": "team_id tricode full_name nickname city conference division",
        "players": "player_id full_name name_key position birth_date height_in weight_lb",
        "arenas": "team_id arena city latitude_microdegrees longitude_microdegrees timezone",
        "arena_distances": "from_team_id to_team_id distance_tenth_miles",
    }.items()
}
REGISTRIES = ("teams", "players", "arenas", "arena_distances")
PER_SEASON = tuple(table for table in COLUMNS if table not in REGISTRIES)


def file_name(table: str, season: str | None = None) -> str:
    """The file of a table, `games_2021-22.csv`, or of a registry, `teams.csv`."""
    return f"{table}_{season}.csv" if season else f"{table}.csv"


def boolean(value: bool) -> str:
    """A boolean as the files spell it."""
    return "true" if value else "false"


def timestamp(moment: datetime) -> str:
    """A UTC moment as the files spell it."""
    return moment.isoformat(" ")


def write_registry(folder: Path, table: str, rows: Iterable[Row]) -> None:
    """Write a registry: its rows under its header."""
    with (folder / file_name(table)).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS[table])
        writer.writerows(rows)


class SeasonFiles:
    """The open files of a season: rows go to disk game by game, so that a season never sits in memory."""

    def __init__(self, folder: Path, season: str) -> None:
        self._stack = ExitStack()
        self._folder, self._season = folder, season
        self._files: dict[str, TextIO] = {}
        self._writers: dict[str, Any] = {}

    def __enter__(self) -> SeasonFiles:
        for table in PER_SEASON:
            path = self._folder / file_name(table, self._season)
            file = self._stack.enter_context(path.open("w", encoding="utf-8", newline=""))
            self._files[table] = file
            self._writers[table] = csv.writer(file, lineterminator="\n")
            self._writers[table].writerow(COLUMNS[table])
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def add(self, table: str, rows: Iterable[Row]) -> None:
        """Append rows to a table's file."""
        self._writers[table].writerows(rows)

    def add_plain(self, table: str, rows: Iterable[Row]) -> None:
        """Append rows of numbers and plain words, with "" for NULL: nothing to quote, and in half the time."""
        self._files[table].write("".join([",".join(map(str, row)) + "\n" for row in rows]))
