"""A row reads back to the start of the season before its own; what is older is history of the seasons before it only."""

from __future__ import annotations

from pathlib import Path

import pytest

from backcourt.warehouse.duckdb import Warehouse
from rebuilding import differences
from small_league import OUTLOOK, SEASONS, small_registry, write_small_league
from support import Workshop, read_csv, write_csv


@pytest.fixture
def old_roster(tmp_path: Path) -> Workshop:
    """Two seasons, built; of one team only the roster of the summer before the first is known."""
    write_small_league(tmp_path, SEASONS)
    for path in sorted(tmp_path.glob("rosters_*.csv")):
        lines = read_csv(path)
        team, summer = lines[0]["team_id"], "2021-10-04"
        assert path.stem.endswith("2022-23") or lines[0]["game_date"] == summer
        write_csv(path, [line for line in lines if line["team_id"] != team or line["game_date"] == summer])
    shop = Workshop(Warehouse.in_memory(threads=1), small_registry(), tmp_path)
    shop.ingest()
    assert shop.backfill().is_complete
    return shop


@pytest.mark.soak
def test_verify_reads_each_season_as_it_was_built(old_roster: Workshop) -> None:
    """Shown all seasons at once, rows of the second would be expected of the roster that only the first may read."""
    teams = f"SELECT season, COUNT(DISTINCT team_id) FROM precompute.{OUTLOOK} GROUP BY season ORDER BY season"
    assert old_roster.warehouse.rows(teams) == [("2021-22", 4), ("2022-23", 3)]
    verdict = old_roster.verify()
    assert verdict.damage == []
    assert verdict.passed
    assert differences(old_roster.warehouse, old_roster.registry) == []
