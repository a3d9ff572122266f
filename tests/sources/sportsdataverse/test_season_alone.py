"""A season from releases alone: ids are ESPN's, the kind of a game follows from what ESPN calls it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from test_sportsdataverse import ESPN_GAME, parquet, schedule_row

from backcourt.sources.local.reader import open_file
from backcourt.warehouse.duckdb import Warehouse
from stats_ground import ground, mapping_of, staged_file


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with ground(tmp_path_factory.mktemp("alone")) as warehouse:
        yield warehouse


def staged(warehouse: Warehouse, folder: Path, **more: Any) -> list[dict[str, Any]]:
    path = folder / "own_schedule_2024-25.parquet"
    path.write_bytes(parquet(folder, [schedule_row(season_type=2, notes_headline="") | more]))
    mapping = mapping_of("sportsdataverse", "own_schedule")
    assert mapping.matches(path.name)
    return staged_file(warehouse, mapping, open_file(warehouse, path))


def test_a_game(here: Warehouse, tmp_path: Path) -> None:
    """Its id is as long as one of the NBA's, and begins with what none of these begins with."""
    (row,) = staged(here, tmp_path)
    wanted = {
        "game_id": f"0{ESPN_GAME}",
        "game_date": date(2024, 10, 23),
        "season": "2024-25",
        "season_type": "regular",
    }
    wanted |= {
        "home_team_id": 1610612744,
        "away_team_id": 1610612752,
        "home_points": 7,
        "away_points": 5,
        "problem": None,
    }
    assert {name: row[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"season_type": 1}, "preseason"),
        ({"season_type": 3, "notes_headline": "NBA Finals - Game 7"}, "playoffs"),
        ({"season_type": 5}, "play_in"),
        ({"notes_headline": "Emirates NBA Cup - Championship"}, "cup_final"),
        ({"notes_headline": "Emirates NBA Cup - Quarterfinals"}, "regular"),
    ],
)
def test_kinds(here: Warehouse, tmp_path: Path, more: dict[str, Any], kind: str) -> None:
    assert [row["season_type"] for row in staged(here, tmp_path, **more)] == [kind]


def test_a_side_that_is_no_team(here: Warehouse, tmp_path: Path) -> None:
    more = {"type_abbreviation": "ALLSTAR", "home_abbreviation": "EAST", "away_abbreviation": "WEST"}
    (row,) = staged(here, tmp_path, **more)
    assert (row["season_type"], row["home_team_id"], row["away_team_id"]) == ("all_star", None, None)


def test_another_kind_is_refused(here: Warehouse, tmp_path: Path) -> None:
    (row,) = staged(here, tmp_path, season_type=4)
    assert "4" in row["problem"]
