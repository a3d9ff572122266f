"""A warehouse with its league and a terminal, in which accidents are made to happen."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "cli"))

from scene import Scene, knows
from terminal import Terminal, copy_beside

from backcourt.engine.registry import Registry
from backcourt.engine.run import backfill
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse
from small_league import small_registry, write_small_league
from support import POST, Workshop, clock


@pytest.fixture(autouse=True)
def post_game_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands know the three post-game tables, 18 partitions."""
    knows(monkeypatch, POST)


@pytest.fixture
def scene(built: Path, league: Path, tmp_path: Path) -> Scene:
    """Everything is built: 4 teams, 6 dates, a game each."""
    return _scene(built, league, tmp_path)


@pytest.fixture
def raw_scene(ingested: Path, league: Path, tmp_path: Path) -> Scene:
    """The same with nothing built."""
    return _scene(ingested, league, tmp_path)


@pytest.fixture(scope="session")
def two_seasons_built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A warehouse of two seasons with the four small tables built, and the folder it came from."""
    folder, file = tmp_path_factory.mktemp("two_seasons"), tmp_path_factory.mktemp("two_built") / "w.duckdb"
    write_small_league(folder)
    with Warehouse.open(file, threads=1) as warehouse:
        Workshop(warehouse, small_registry(), folder).ingest()
        assert backfill(warehouse, small_registry(), Scope(), clock()).is_complete
    return file, folder


@pytest.fixture
def two_seasons(two_seasons_built: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Two seasons of four dates, and four tables, of which two look back; the commands know them."""
    knows(monkeypatch, small_registry())
    return _scene(*two_seasons_built, tmp_path, small_registry())


def _scene(file: Path, league: Path, into: Path, registry: Registry = POST) -> Scene:
    folder = Path(shutil.copytree(league, into / "league"))
    return Scene(Terminal(copy_beside(file, into / "scene")), folder, registry)
