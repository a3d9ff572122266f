"""On random real dates of every season: no pre-game row follows the future, and no post-game row another game."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from museum import FUTURES, dates, keep_stored, last_date, leaks, leaks_of_other_games, of_date, of_game

from backcourt.engine.registry import Registry, default_registry
from backcourt.warehouse.duckdb import Warehouse

PRE = tuple(table for table in default_registry().ordered if table.contract.kind == "pre")
POST = tuple(table for table in default_registry().ordered if table.contract.kind == "post")
DRAWS = 2
"""Dates of a season; each takes a quarter of a minute."""
SEASONS = ("2021-22", "2022-23", "2023-24", "2024-25")

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def real_seasons_to_change(real_seasons_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A copy of all real seasons, open; whoever changes it undoes that."""
    path = tmp_path_factory.mktemp("changed") / "w.duckdb"
    shutil.copy(real_seasons_file, path)
    with Warehouse.open(path, threads=1) as warehouse:
        _lighten(warehouse)
        yield warehouse
    path.unlink()


def _lighten(warehouse: Warehouse) -> None:
    """Drop what the engine shows no build of a drawn date: there it would only be changed, rearranged and not read."""
    drawable = [day for season in SEASONS for day in drawn(warehouse, season)]
    days = {*drawable, *(day + timedelta(days=1) for day in drawable), *(last_date(warehouse, day) for day in drawable)}
    for table in (*(table.full_name for table in PRE), "raw.play_by_play", "raw.shots"):
        warehouse.execute(f"DELETE FROM {table} WHERE game_date NOT IN (SELECT UNNEST(?::DATE[]))", [sorted(days)])


def drawn(warehouse: Warehouse, season: str) -> list[date]:
    """Random dates of a season, the season being the seed."""
    return random.Random(season).sample(dates(warehouse, f"season = '{season}'"), DRAWS)


def check_pre_game_tables(warehouse: Warehouse, registry: Registry, day: date) -> None:
    """Nothing that happens on the date or later, or is said too late for it, changes a row of the date."""
    print(f"pre-game tables on {day}")
    keep_stored(warehouse, PRE, of_date(day))
    for future in FUTURES:
        assert leaks(warehouse, registry, PRE, day, *future) == [], (day, future)


def check_post_game_tables(warehouse: Warehouse, registry: Registry, day: date) -> None:
    """Nothing of any other game changes a row of a game of the date."""
    games = warehouse.rows(
        "SELECT game_id FROM raw.games WHERE counts AND is_final AND game_date = ? ORDER BY 1", [day]
    )
    game = random.Random(f"{day}").choice(games)[0]
    print(f"post-game tables of {game} on {day}")
    keep_stored(warehouse, POST, of_game(game))
    for future in FUTURES:
        found = leaks_of_other_games(warehouse, registry, POST, game, day, *future)
        assert found == [], (day, game, future)


@pytest.mark.parametrize("draw", range(DRAWS))
@pytest.mark.parametrize("season", SEASONS)
def test_no_real_row_follows_its_future_or_another_game(
    real_seasons_to_change: Warehouse, registry: Registry, season: str, draw: int
) -> None:
    day = drawn(real_seasons_to_change, season)[draw]
    check_pre_game_tables(real_seasons_to_change, registry, day)
    check_post_game_tables(real_seasons_to_change, registry, day)
