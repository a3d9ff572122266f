"""A league with its post-game tables and a small feature store, of which a training set can be made."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from backcourt.engine.registry import TABLES, Registry, load_registry
from backcourt.engine.run import backfill
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse
from support import POST, clock

HERE = Path(__file__).parent / "registry"


@pytest.fixture(scope="session")
def store_registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """The post-game tables that ship, with a small `ml_feature_store`."""
    folder = tmp_path_factory.mktemp("store") / "tables"
    for name in ("raw", "spines", "shared"):
        shutil.copytree(TABLES / name, folder / name)
    for name in POST.built:
        shutil.copytree(TABLES / "analytics" / name, folder / "analytics" / name)
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    return load_registry(folder)


@pytest.fixture(scope="session")
def store_built(ingested: Path, store_registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file with these tables built; copy it before you change it."""
    path = tmp_path_factory.mktemp("store_built") / "w.duckdb"
    shutil.copy(ingested, path)
    with Warehouse.open(path, threads=1) as warehouse:
        report = backfill(warehouse, store_registry, Scope(), clock())
        assert report.is_complete, {one.cause for one in report.attempts if one.cause}
    return path


@pytest.fixture
def store(store_built: Path) -> Iterator[Warehouse]:
    """That warehouse, open to read."""
    with Warehouse.open(store_built, read_only=True, threads=1, clock=clock()) as warehouse:
        yield warehouse


@pytest.fixture
def unfinished(store_built: Path, tmp_path: Path) -> Iterator[Warehouse]:
    """A warehouse of its own in which one date of the player table has to be built again."""
    path = shutil.copy(store_built, tmp_path / "unfinished.duckdb")
    with Warehouse.open(path, threads=1, clock=clock()) as warehouse:
        warehouse.execute(
            "UPDATE ledger.partitions SET state = 'failed', cause = 'a test' WHERE game_date = '2021-10-21'"
            " AND table_name = 'analytics.player_game_summary'"
        )
        yield warehouse
