"""Warehouses with every table built, to be validated."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from backcourt.engine.registry import Registry
from backcourt.warehouse.duckdb import Warehouse
from support import Workshop


@pytest.fixture(scope="session")
def sound(
    all_built: Path, league: Path, registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workshop]:
    """Every table of the league built; harm it only within `harmed`."""
    path = tmp_path_factory.mktemp("sound") / "w.duckdb"
    shutil.copy(all_built, path)
    with Warehouse.open(path, threads=1) as warehouse:
        yield Workshop(warehouse, registry, league)


@pytest.fixture
def full_shop(all_built: Path, league: Path, registry: Registry, tmp_path: Path) -> Iterator[Workshop]:
    """A warehouse of its own with every table built, and the league it came from."""
    shutil.copy(all_built, tmp_path / "w.duckdb")
    shutil.copytree(league, tmp_path / "league")
    with Warehouse.open(tmp_path / "w.duckdb", threads=1) as warehouse:
        yield Workshop(warehouse, registry, tmp_path / "league")
