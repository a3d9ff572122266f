"""A simulated league with every table built, for those who change its future."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from backcourt.engine.registry import Registry
from backcourt.sources.simulated import LeagueSize, write_league
from backcourt.warehouse.duckdb import Warehouse
from support import Workshop

LEAGUE = LeagueSize(teams=6, dates=30)


@pytest.fixture(scope="session")
def played_league(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seasons of six teams, ingested and built; copy the warehouse before you write to it."""
    folder = tmp_path_factory.mktemp("played_league")
    write_league(folder / "files", [2021, 2022], seed=3, size=LEAGUE)
    with Warehouse.open(folder / "w.duckdb", threads=2) as warehouse:
        shop = Workshop(warehouse, registry, folder / "files")
        shop.ingest()
        report = shop.backfill()
        assert report.is_complete, {one.cause for one in report.attempts if one.cause}
    return folder / "w.duckdb"


@pytest.fixture(scope="module")
def league_to_change(played_league: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A copy of it, open; whoever changes it undoes that."""
    path = tmp_path_factory.mktemp("changed") / "w.duckdb"
    shutil.copy(played_league, path)
    with Warehouse.open(path, threads=2) as warehouse:
        yield warehouse
