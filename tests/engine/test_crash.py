"""A few kills of ingest and backfill on every run of the tests; the campaign is tests/soak/test_kill.py."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from backcourt.warehouse.duckdb import Warehouse
from killing import Aim, check_aftermath, kill
from support import partition_hashes


@pytest.mark.parametrize(
    ("from_raw", "aim", "states"),
    [
        (False, Aim(1, 0.0), {"empty", "ledger only"}),  # the ledger is being created
        pytest.param(False, Aim(7, 0.001), {"incomplete"}, marks=pytest.mark.soak),  # in the middle of the ingest
        pytest.param(True, Aim(4, 0.001), {"incomplete"}, marks=pytest.mark.soak),  # the first unit is being published
        (True, Aim(6, 0.002), {"incomplete"}),  # the second
        pytest.param(True, Aim(None, 0.3), {"incomplete", "complete"}, marks=pytest.mark.soak),  # anywhere
    ],
    ids=["first commit", "ingest", "first unit", "second unit", "any moment"],
)
def test_a_kill(
    league: Path, ingested: Path, built: Path, tmp_path: Path, from_raw: bool, aim: Aim, states: set[str]
) -> None:
    with Warehouse.open(built, read_only=True) as whole:
        expected = partition_hashes(whole)
    path = tmp_path / "killed.duckdb"
    if from_raw:
        shutil.copy(ingested, path)
    shot = kill(path, league, aim)
    assert not shot.survived
    if aim.commit is not None:
        assert shot.said.count("c") >= aim.commit
        assert "E" not in shot.said
    assert check_aftermath(path, league, expected, {}) in states
