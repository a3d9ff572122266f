"""Tables that say what could be known before a game: a registry of two, and a league for them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from formbook import FILES, LEAGUE, copied_shop

from backcourt.engine.registry import TABLES, Registry, load_registry
from backcourt.engine.run import backfill
from backcourt.seasons import Scope
from backcourt.sources.simulated import write_league
from backcourt.warehouse.duckdb import Warehouse
from support import Workshop, clock

HERE = Path(__file__).parent / "registry"


@pytest.fixture(scope="session")
def form_registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """The raw tables that ship, with player_form and with team_form, which reads it."""
    folder = tmp_path_factory.mktemp("form") / "tables"
    shutil.copytree(TABLES / "raw", folder / "raw")
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    return load_registry(folder)


@pytest.fixture(scope="session")
def form_league(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the two tables need, of four teams and 24 dates; copy them before you change them."""
    folder = tmp_path_factory.mktemp("form_league")
    write_league(folder, [2021], seed=1, size=LEAGUE)
    for path in folder.iterdir():
        if path.stem not in FILES:
            path.unlink()
    return folder


@pytest.fixture(scope="session")
def form_ingested(form_registry: Registry, form_league: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file with nothing built; copy it before you change it."""
    path = tmp_path_factory.mktemp("form_ingested") / "w.duckdb"
    with Warehouse.open(path, threads=1) as warehouse:
        Workshop(warehouse, form_registry, form_league).ingest()
    return path


@pytest.fixture(scope="session")
def form_built(form_registry: Registry, form_ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file with both tables built; copy it before you change it."""
    path = tmp_path_factory.mktemp("form_built") / "w.duckdb"
    shutil.copy(form_ingested, path)
    with Warehouse.open(path, threads=1) as warehouse:
        report = backfill(warehouse, form_registry, Scope(), clock())
        assert report.is_complete
        assert report.planned == 2 * 24
    return path


@pytest.fixture
def raw_shop(form_ingested: Path, form_registry: Registry, form_league: Path, tmp_path: Path) -> Iterator[Workshop]:
    """A warehouse of its own with nothing built, and a league of its own."""
    yield from _shop(form_ingested, form_registry, form_league, tmp_path / "raw")


@pytest.fixture
def form_shop(form_built: Path, form_registry: Registry, form_league: Path, tmp_path: Path) -> Iterator[Workshop]:
    """A built warehouse of its own, and a league of its own."""
    yield from _shop(form_built, form_registry, form_league, tmp_path / "built")


@pytest.fixture(scope="module")
def one_shop(
    form_built: Path, form_registry: Registry, form_league: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workshop]:
    """The same for all examples of a property; each writes the whole box score anew."""
    yield from _shop(form_built, form_registry, form_league, tmp_path_factory.mktemp("one_shop"))


def _shop(file: Path, registry: Registry, league: Path, into: Path) -> Iterator[Workshop]:
    into.mkdir(exist_ok=True)
    shutil.copy(file, into / "w.duckdb")
    with Warehouse.open(into / "w.duckdb", threads=1) as warehouse:
        yield copied_shop(warehouse, registry, league, into / "league")
