"""Fixtures that every folder of tests may use."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from backcourt.clock import FixedClock
from backcourt.engine.registry import Registry, default_registry
from backcourt.engine.run import backfill
from backcourt.seasons import Scope
from backcourt.sources.local import ingest_folder
from backcourt.sources.simulated import SMALL, write_league
from backcourt.warehouse.duckdb import Warehouse
from support import NOON, POST, TINY, Workshop, copied, workshop

OpenWorkshop = Callable[..., AbstractContextManager[Workshop]]

HERE = Path(__file__).parent
BESIDE = HERE.parents[1] / "shared" / "data"


LONGEST = (
    "soak/test_chaos.py",
    "real/test_known_answers.py",
    "soak/test_any_sequence.py",
    "soak/test_real_sequences.py",
    "test_runbook.py",
    "soak/test_kill.py",
    "engine/test_determinism.py",
)
"""Files of tests that take longest: they begin first, so that no worker is left with one of them at the end."""


def pytest_configure(config: pytest.Config) -> None:
    """Workers of pytest-xdist take the files in the order that they are collected in, not by how many tests they have."""
    config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs all real seasons takes minutes to build, so it is a campaign."""
    for item in items:
        if "real_seasons_file" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.soak)
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return LONGEST.index(name) if (name := str(item.path.relative_to(HERE))) in LONGEST else len(LONGEST)


@pytest.fixture(scope="session")
def registry() -> Registry:
    """The tables that ship with Backcourt; parsed once per process."""
    return default_registry()


@pytest.fixture(scope="session")
def clock() -> FixedClock:
    """A clock that stands still."""
    return FixedClock(NOON)


# --- the simulated league --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def small_league(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six teams, thirty dates; read it, do not change it."""
    folder = tmp_path_factory.mktemp("small_league")
    write_league(folder, [2021], seed=1, size=SMALL)
    return folder


@pytest.fixture(scope="session")
def league(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four teams, six dates; read it, do not change it."""
    folder = tmp_path_factory.mktemp("league")
    write_league(folder, [2021], seed=1, size=TINY)
    return folder


@pytest.fixture
def open_workshop(tmp_path: Path) -> OpenWorkshop:
    """Makes fresh warehouses: `with open_workshop(folder, name=..., threads=...) as shop`."""

    def make(folder: Path, name: str = "w", threads: int = 1) -> AbstractContextManager[Workshop]:
        return workshop(tmp_path / f"{name}.duckdb", folder, threads=threads)

    return make


@pytest.fixture(scope="session")
def ingested(league: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file with the league's raw tables and nothing built; copy it before you change it."""
    path = tmp_path_factory.mktemp("ingested") / "w.duckdb"
    with workshop(path, league) as shop:
        shop.ingest()
    return path


@pytest.fixture(scope="session")
def built(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file with the league ingested and the post-game tables built; copy it before you change it."""
    return _built(ingested, POST, tmp_path_factory.mktemp("built") / "w.duckdb")


@pytest.fixture(scope="session")
def all_built(ingested: Path, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file with the league ingested and every table built; copy it before you change it."""
    return _built(ingested, registry, tmp_path_factory.mktemp("all_built") / "w.duckdb")


def _built(ingested: Path, tables: Registry, path: Path) -> Path:
    shutil.copy(ingested, path)
    with Warehouse.open(path, threads=1) as warehouse:
        report = backfill(warehouse, tables, Scope(), FixedClock(NOON))
        assert report.is_complete, {one.cause for one in report.attempts if one.cause}
        assert report.planned == len(tables.built) * TINY.dates
    return path


@pytest.fixture
def shop(built: Path, league: Path, tmp_path: Path) -> Iterator[Workshop]:
    """A built warehouse of its own, with a copy of the league that it came from."""
    with copied(built, league, tmp_path / "shop") as made:
        yield made


# --- the real seasons ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real seasons; without it the test is skipped, except where someone named it."""
    named = os.environ.get("BACKCOURT_REAL_DATA")
    folder = Path(named) if named else BESIDE
    if not folder.is_dir():
        if named:
            pytest.fail(f"BACKCOURT_REAL_DATA names {folder}, which is not a folder")
        pytest.skip("there are no real seasons here (BACKCOURT_REAL_DATA)")
    return folder


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name`, made by whichever worker of pytest-xdist comes first."""
    base = factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with _alone(base / f"{name}.lock"):
        folder = base / name
        if not folder.exists():
            draft = base / f"{name}.draft"
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            make(draft)
            draft.rename(folder)
    return folder


@pytest.fixture(scope="session")
def real_demo(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo on the real season 2021-22: what it printed is in `demo.txt`, its warehouse beside it."""

    def make(folder: Path) -> None:
        code = "from backcourt.cli.main import main; main()"
        settings = {**os.environ, "BACKCOURT_REAL_DATA": str(real_data.resolve()), "COLUMNS": "200"}
        command = [sys.executable, "-c", code, "demo"]
        done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        (folder / "demo.txt").write_text(done.stdout, encoding="utf-8")

    return _once(tmp_path_factory, "real_2021-22", make)


@pytest.fixture(scope="session")
def real_season(real_demo: Path) -> Iterator[Warehouse]:
    """The real season 2021-22, every file of it ingested and every table built; open to read."""
    with Warehouse.open(real_demo / "backcourt-demo.duckdb", read_only=True, threads=1) as warehouse:
        yield warehouse


@pytest.fixture(scope="session")
def real_seasons_file(real_data: Path, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file with all real seasons ingested and every table built; copy it before you change it."""

    def make(folder: Path) -> None:
        with Warehouse.open(folder / "w.duckdb", threads=1) as warehouse:
            ingest_folder(warehouse, registry, real_data, FixedClock(NOON))
            report = backfill(warehouse, registry, Scope(), FixedClock(NOON))
            assert report.is_complete, {one.cause for one in report.attempts if one.cause}

    return _once(tmp_path_factory, "real_seasons", make) / "w.duckdb"


@pytest.fixture(scope="session")
def real_seasons(real_seasons_file: Path) -> Iterator[Warehouse]:
    """The same, open to read."""
    with Warehouse.open(real_seasons_file, read_only=True, threads=1) as warehouse:
        yield warehouse


@pytest.fixture(scope="session")
def real_box_2023(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Schedule and box scores of the real season 2023-24 with its post-game tables, and nothing else; open to read."""

    def make(folder: Path) -> None:
        files = folder / "files"
        files.mkdir()
        names = ("teams", "players", "schedule_2023-24", "player_box_2023-24", "team_box_2023-24")
        for name in names:
            (files / f"{name}.parquet").symlink_to((real_data / f"{name}.parquet").resolve())
        with Warehouse.open(folder / "w.duckdb", threads=1) as warehouse:
            ingest_folder(warehouse, POST, files, FixedClock(NOON))
            backfill(warehouse, POST, Scope(), FixedClock(NOON))

    path = _once(tmp_path_factory, "real_2023-24", make) / "w.duckdb"
    with Warehouse.open(path, read_only=True, threads=1) as warehouse:
        yield warehouse
