"""`backcourt ingest sportsdataverse`: a season in three files, alone in a warehouse or beside another schedule."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from answering import Reply, document, status
from following import Following
from test_sportsdataverse import parquet, players, schedule_row, teams

from backcourt.clock import FixedClock
from backcourt.engine.registry import default_registry
from backcourt.errors import SourceError
from backcourt.sources.local import ingest_folder
from backcourt.sources.simulated.source import own_mappings
from backcourt.warehouse.duckdb import Warehouse
from market_league import write_league_files
from stats_ground import ground
from support import NOON

INGEST = "sportsdataverse --seasons 2024"
RELEASES = "/sportsdataverse/sportsdataverse-data/releases/download"
PATHS = {
    "games": f"{RELEASES}/espn_nba_schedules/nba_schedule_2025.parquet",
    "player_box": f"{RELEASES}/espn_nba_player_boxscores/player_box_2025.parquet",
    "team_box": f"{RELEASES}/espn_nba_team_boxscores/team_box_2025.parquet",
}
STARS = {"home_id": 31, "home_abbreviation": "EAST", "away_id": 32, "away_abbreviation": "WEST"}


def served(body: bytes) -> Reply:
    return document(body, **{"Content-Type": "application/octet-stream"})


@pytest.fixture
def season(following: Following, tmp_path: Path) -> Following:
    following.folder = tmp_path / "alone"
    following.folder.mkdir()
    following.wall.at = datetime(2024, 12, 1, 12, tzinfo=UTC)
    stars = schedule_row(id=401704999, date="2025-02-17T01:00Z", type_abbreviation="ALLSTAR", **STARS)
    for need, rows in (("games", [schedule_row(), stars]), ("player_box", players()), ("team_box", teams())):
        following.serve(PATHS[need], served(parquet(tmp_path, rows)))
    return following


def test_alone(season: Following, tmp_path: Path) -> None:
    """Games and players under ESPN's ids; what is the same is not asked for, nor changes anything."""
    made = season.ingest(INGEST)
    assert (made["fetched"], made["states"], made["not_taken"]) == (3, {"had": 3}, [])
    games = season.rows("raw.games_current", "game_id, game_date, season_type, home_points, is_final")
    assert [(row[0], f"{row[1]}", *row[2:]) for row in games] == [
        ("0401704628", "2024-10-23", "regular", 7, True),
        ("0401704999", "2025-02-16", "all_star", 7, True),
    ]
    lines = season.rows("raw.player_box_current", "player_id, game_id, points, seconds_played")
    assert {row[1] for row in lines} == {"0401704628"}
    assert [(row[0], *row[2:]) for row in lines] == [
        (3934672, 0, 0),
        (3934719, 5, 2460),
        (3975, 7, 2280),
        (6589, 0, 60),
    ]
    assert len(season.rows("raw.team_box_current")) == 2
    assert len(season.rows("raw.teams")) == 30
    assert season.rows("raw.did_not_play_current", "player_id") == [(1,), (2,)]
    asked = len(season.server.asked)
    again = season.ingest(INGEST)
    assert (again["fetched"], again["changed"], len(season.server.asked)) == (0, 0, asked)
    columns = "player_id, game_id, points, seconds_played"
    other = Following(season.server, tmp_path / "replayed", season.wall)
    other.folder.mkdir()
    answer = other.type(f"ingest {INGEST}", BACKCOURT_OFFLINE="yes", BACKCOURT_ARCHIVE=str(season.folder / "archive"))
    assert answer.code == 0, answer
    assert other.rows("raw.player_box_current", columns) == lines


@pytest.mark.soak
def test_what_is_built_from_it(season: Following) -> None:
    """The tables that need no more than box scores."""
    season.ingest(INGEST)
    answer = season.type("backfill --tables TOGS,PGS --yes --json")
    assert answer.json["written"] > 0, answer


@pytest.mark.soak
def test_trouble(season: Following, tmp_path: Path) -> None:
    """A release of another shape is named; a later one of another shape takes away nothing."""
    season.serve(PATHS["team_box"], served(parquet(tmp_path, [{"season": 2025}])))
    answer = season.type(f"ingest {INGEST} --json")
    assert answer.code == 1
    (made,) = answer.json["seasons"]
    assert [(each["need"], each["state"]) for each in made["not_taken"]] == [("team_box", "of another shape")]
    assert len(season.rows("raw.player_box_current")) == 4
    season.wall.at = season.wall.at.replace(day=3)
    season.serve(PATHS["player_box"], status(404))
    season.serve(PATHS["team_box"], served(parquet(tmp_path, teams())))
    answer = season.type(f"ingest {INGEST} --json")
    (made,) = answer.json["seasons"]
    assert [(each["need"], each["state"]) for each in made["not_taken"]] == [("player_box", "not fetched")]
    assert [len(season.rows(f"raw.{table}_current")) for table in ("player_box", "team_box")] == [4, 2]


def test_nothing_there(season: Following) -> None:
    season.serve(PATHS["games"], status(404))
    answer = season.type(f"ingest {INGEST}")
    assert (answer.code, season.warehouse.exists()) == (5, False)
    assert "sportsdataverse, games 2024-25" in answer.err


def test_beside_another_schedule(season: Following, tmp_path: Path) -> None:
    """Games are found in the schedule that is there; a season that is not in it is refused before anything is asked."""
    season.folder = tmp_path  # the league's warehouse has 2023-24
    answer = season.type(f"ingest {INGEST}")
    assert (answer.code, season.server.asked) == (5, [])
    assert "has its games from local, which has none of 2024-25" in answer.err


def test_games_found_in_another_schedule(season: Following, tmp_path: Path) -> None:
    """Under the NBA's ids; who is not registered is set aside, and no game comes from here."""
    season.folder = tmp_path / "beside"
    with ground(season.folder):
        pass
    made = season.ingest(INGEST)
    assert made["not_taken"] == []
    assert season.rows("raw.player_box_current", "player_id, game_id, points")[0] == (1628384, "0022400061", 5)
    assert len(season.rows("raw.team_box_current")) == 2
    assert {row[0] for row in season.rows("raw.games", "source")} == {"local"}


def test_another_schedule_over_it(season: Following, tmp_path: Path) -> None:
    """Its games have ESPN's ids: those of another schedule would be the same games a second time."""
    season.ingest(INGEST)
    write_league_files(tmp_path / "files")
    registry = default_registry()
    mappings = own_mappings(registry)
    said = "has games from sportsdataverse, and those of local have other ids: each would stand twice"
    with Warehouse.open(season.warehouse, threads=1) as warehouse, pytest.raises(SourceError, match=said):
        ingest_folder(warehouse, registry, tmp_path / "files", FixedClock(NOON), mappings=mappings)
    assert {row[0] for row in season.rows("raw.games", "source")} == {"sportsdataverse"}


@pytest.mark.soak
def test_daily(season: Following) -> None:
    answer = season.type("daily --json --sample 0 --sources sportsdataverse:2024")
    (fed,) = answer.json["sources"]
    assert (fed["error"], fed["changed"] > 30) == ("", True)
