"""Who is expected before tip-off, against who then appeared, on four real seasons."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from population import (
    SEASON_TYPES,
    STORED,
    Figures,
    create_appearances,
    create_population,
    recall_and_precision,
    spine,
    spine_with,
)

from backcourt.engine.registry import TABLES
from backcourt.engine.shared import expand
from backcourt.warehouse.duckdb import Warehouse

pytestmark = pytest.mark.real

SEASONS = ("2021-22", "2022-23", "2023-24", "2024-25")

WHO_PLAYED = """SELECT game_id, player_id, team_id, season, season_type, 'played' AS expected_because
  FROM raw.player_box_current WHERE appeared"""

WHOLE_SEASON = """SELECT s.game_id, b.player_id, s.team_id, s.season, s.season_type, 'season' AS expected_because
  FROM shared.team_schedule AS s
  JOIN (SELECT DISTINCT player_id, team_id, season FROM raw.player_box_current WHERE appeared) AS b
    ON b.team_id = s.team_id AND b.season = s.season"""


@pytest.fixture(scope="module")
def counted(real_seasons: Warehouse) -> Iterator[Warehouse]:
    """The warehouse with who appeared and, as `stored`, who was expected in the built tables."""
    create_appearances(real_seasons)
    create_population(real_seasons, "stored", STORED)
    yield real_seasons
    real_seasons.execute("DROP TABLE stored")
    real_seasons.execute("DROP TABLE appearances")


def figures(warehouse: Warehouse, sql: str) -> Figures:
    """Recall and precision of a spine in the regular season."""
    create_population(warehouse, "tried", sql)
    try:
        return recall_and_precision(warehouse, "tried", "regular")
    finally:
        warehouse.execute("DROP TABLE tried")


@pytest.mark.parametrize("season_type", SEASON_TYPES)
def test_the_population_finds_98_in_100_and_two_thirds_of_it_appear(counted: Warehouse, season_type: str) -> None:
    made = recall_and_precision(counted, "stored", season_type)
    print(season_type, made)
    assert made.problems == []
    assert made.expected > 10_000


@pytest.mark.parametrize("season", SEASONS)
def test_every_season_does(counted: Warehouse, season: str) -> None:
    made = recall_and_precision(counted, "stored", "regular", games=f"season = '{season}'")
    assert made.problems == []
    assert made.expected > 35_000


def test_the_built_tables_hold_what_the_spine_expects(counted: Warehouse) -> None:
    create_population(counted, "expected", spine())
    (only_spine, only_stored) = counted.rows(
        """SELECT (SELECT COUNT(*) FROM (FROM expected EXCEPT FROM stored)),
          (SELECT COUNT(*) FROM (FROM stored EXCEPT FROM expected))"""
    )[0]
    counted.execute("DROP TABLE expected")
    assert (only_spine, only_stored) == (0, 0)


@pytest.mark.parametrize(
    ("defect", "problem"),
    [
        (spine_with(3), "recall 0.95"),
        (expand(WHOLE_SEASON, TABLES / "shared"), "precision 0."),
        (WHO_PLAYED, "as if it were known who played"),
        (spine(without=("raw.player_box_current",)), "recall 0."),
    ],
    ids=["look-back of 3 games", "everybody of the season", "who played", "no box scores"],
)
def test_a_defect_turns_it_red(counted: Warehouse, defect: str, problem: str) -> None:
    made = figures(counted, defect)
    print(made)
    assert [text for text in made.problems if problem in text], made
