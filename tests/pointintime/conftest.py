"""A simulated league for those who change its future."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backcourt.engine.publish import create_table
from backcourt.engine.registry import Registry
from backcourt.engine.run import backfill
from backcourt.seasons import Scope
from backcourt.sources.simulated import LeagueSize, write_league
from backcourt.warehouse.duckdb import Warehouse
from support import POST, Workshop, clock

LEAGUE = LeagueSize(teams=6, dates=30)


@pytest.fixture(scope="session")
def played_league(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seasons of six teams with the post-game tables; pre-game tables are there and empty."""
    folder = tmp_path_factory.mktemp("played_league")
    write_league(folder / "files", [2021, 2022], seed=3, size=LEAGUE)
    with Warehouse.open(folder / "w.duckdb", threads=1) as warehouse:
        Workshop(warehouse, registry, folder / "files").ingest()
        report = backfill(warehouse, POST, Scope(), clock())
        assert report.is_complete, {one.cause for one in report.attempts if one.cause}
        for table in registry.ordered:
            create_table(warehouse, table.contract)
    return folder / "w.duckdb"


@pytest.fixture(scope="module")
def league_to_change(played_league: Path) -> Iterator[Warehouse]:
    """The same, open; rows of pre-game tables may be added, and whoever changes anything else undoes that."""
    with Warehouse.open(played_league, threads=1) as warehouse:
        yield warehouse
