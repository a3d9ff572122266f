"""Terminals with warehouses of their own, of the small simulated league."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "sources" / "http"))
sys.path.append(str(Path(__file__).parents[1] / "sources" / "roundtrip"))

from terminal import Terminal, copy_beside

from support import POST, Workshop, workshop

COUNTED = (
    "test_reading.py",
    "test_backfill_verb.py",
    "test_ingest_verb.py",
    "test_verify_and_report.py",
    "test_help.py",
    "test_rehash_verb.py",
    "test_code_versions.py",
    "test_runs_and_changes.py",
    "test_as_of_option.py",
    "test_certify_verb.py",
    "test_preflight_verb.py",
    "test_gaps_verb.py",
    "test_monitoring.py",
    "test_watching.py",
    "test_notifying.py",
    "test_page_verb.py",
    "test_daily_verb.py",
    "test_signals.py",
    "test_limits.py",
    "test_retry_verb.py",
    "test_validate_verb.py",
    "test_rollback_verb.py",
    "test_sources_verb.py",
    "test_demo_fetch.py",
)
"""These know the three post-game tables alone, 18 partitions, and count them; the others have every table."""


@pytest.fixture(autouse=True)
def tables(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands know the tables that the tests of the module count."""
    if request.path.name in COUNTED:
        for name, module in list(sys.modules.items()):
            if name.startswith("backcourt.") and hasattr(module, "default_registry"):
                monkeypatch.setattr(module, "default_registry", lambda: POST)


def warehouse_of(request: pytest.FixtureRequest) -> Path:
    """The built warehouse that fits the tables of the module."""
    path: Path = request.getfixturevalue("built" if request.path.name in COUNTED else "all_built")
    return path


@pytest.fixture
def cli(request: pytest.FixtureRequest, tmp_path: Path) -> Terminal:
    """A terminal with a built warehouse of its own: 4 teams, 6 dates."""
    return Terminal(copy_beside(warehouse_of(request), tmp_path / "built"))


@pytest.fixture
def raw_cli(ingested: Path, tmp_path: Path) -> Terminal:
    """A terminal with a warehouse of its own in which nothing is built."""
    return Terminal(copy_beside(ingested, tmp_path / "raw"))


@pytest.fixture(scope="module")
def shared_cli(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A terminal with a built warehouse for commands that only read."""
    return Terminal(copy_beside(warehouse_of(request), tmp_path_factory.mktemp("shared") / "built"))


@pytest.fixture
def correction(cli: Terminal, league: Path, tmp_path: Path) -> str:
    """A correction of one box score is ingested into the warehouse of `cli`; the date of its game."""
    folder = shutil.copytree(league, tmp_path / "corrected")
    with workshop(cli.warehouse, folder) as shop:
        return corrected(shop)


def corrected(shop: Workshop) -> str:
    """Give the first player of the third date one assist less, and his team too; the date."""
    box, teams = shop.read("player_box"), shop.read("team_box")
    day = sorted({line["game_date"] for line in box})[2]
    line = next(line for line in box if line["game_date"] == day and int(line["assists"]) > 0)
    team = next(one for one in teams if (one["game_id"], one["team_id"]) == (line["game_id"], line["team_id"]))
    for one in (line, team):
        one["assists"] = str(int(one["assists"]) - 1)
    shop.write("player_box", box)
    shop.write("team_box", teams)
    shop.ingest(hours=1)
    return day
