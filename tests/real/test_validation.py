"""Four real seasons are right by every rule, and an incident of the kind that went unseen for four months is told."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from backcourt.checks.validate.health import health
from backcourt.checks.validate.stage import create_stage
from backcourt.checks.validate.whole import validate
from backcourt.clock import FixedClock
from backcourt.engine.registry import Registry
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse
from support import NOON

pytestmark = pytest.mark.real

MLFS = "precompute.ml_feature_store"
FOUR = ("2023-11", "2023-12", "2024-01", "2024-02")
INCIDENTS = {
    "market_spread_size": ("0", "0 in 100% of its values"),
    "points_std_season": ("7.5", "one value only, 7.5"),
    "minutes_avg_last_3": ("minutes_avg_last_3 * 60", "on average"),
    "travel_miles": ("NULL", "of the rows have a value, declared are"),
}


@pytest.fixture(scope="module")
def copied_seasons(real_seasons_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seasons in a file that may be changed."""
    return Path(shutil.copy(real_seasons_file, tmp_path_factory.mktemp("seasons") / "w.duckdb"))


def test_nothing_is_wrong_and_nothing_is_warned_of(copied_seasons: Path, registry: Registry) -> None:
    with Warehouse.open(copied_seasons, threads=1) as warehouse:
        made = validate(warehouse, registry, Scope(), FixedClock(NOON), samples=200, seed=11)
    assert [(each.check, each.subject, each.said) for each in made.review.findings if each.outcome != "pass"] == []
    rows = {each.subject: each.figures["rows"] for each in made.review.findings if each.check == "spot_check"}
    assert set(rows.values()) == {200}
    assert len(rows) == 9


@pytest.mark.parametrize("seasons", [("2021-22",), ("2024-25",), ("2022-23", "2023-24")])
def test_nor_of_fewer_seasons(copied_seasons: Path, registry: Registry, seasons: tuple[str, ...]) -> None:
    """Each season must do with its own months where there are no two others."""
    with Warehouse.open(copied_seasons, threads=1) as warehouse:
        stage = create_stage(warehouse, registry, Scope(seasons=seasons))
        others = ", ".join(f"'{season}'" for season in seasons)
        warehouse.execute(f"DELETE FROM evaluation WHERE season NOT IN ({others})")
        wrong = [each.finding.said for each in health(stage) if each.finding.outcome != "pass"]
    assert wrong == []


def test_an_incident_of_four_months_is_told(copied_seasons: Path, registry: Registry) -> None:
    months = ", ".join(map(repr, FOUR))
    changed = ", ".join(f"{column} = {value}" for column, (value, _) in INCIDENTS.items())
    with Warehouse.open(copied_seasons, threads=1) as warehouse:
        warehouse.execute(f"UPDATE {MLFS} SET {changed} WHERE strftime(game_date, '%Y-%m') IN ({months})")
        stage = create_stage(warehouse, registry, Scope(tables=("ml_feature_store",)))
        found = {each.finding.figures.get("column"): each.finding.said for each in health(stage)}
    for column, (_, said) in INCIDENTS.items():
        assert said in found[column], column
