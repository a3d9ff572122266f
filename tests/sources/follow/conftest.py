"""A server with documents of a source, a warehouse with the small league's schedule, and a terminal beside it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "http"))
sys.path.append(str(Path(__file__).parents[1] / "injury_report"))
sys.path.append(str(Path(__file__).parents[1] / "odds_api"))
sys.path.append(str(Path(__file__).parents[1] / "bettingpros"))
sys.path.append(str(Path(__file__).parents[1] / "espn"))
sys.path.append(str(Path(__file__).parents[1] / "bigdataball"))
sys.path.append(str(Path(__file__).parents[1] / "sportsdataverse"))
sys.path.append(str(Path(__file__).parents[2] / "cli"))

from answering import serving
from following import HURRIED, Following, Wall, make_league

from backcourt.sources.http import open_fetcher


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine behind a proxy reaches its own server without it."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="session")
def real_league(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of real kind with registries and schedule; copy it before you change it."""
    folder = tmp_path_factory.mktemp("real_league")
    make_league(folder)
    return folder / "w.duckdb"


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    """The clock of the commands; nobody waits for a host that fails."""
    wall = Wall()
    for module in ("fetching", "daily", "options"):
        monkeypatch.setattr(f"backcourt.cli.{module}.CLOCK", wall)
    for module in ("fetching", "daily"):
        monkeypatch.setattr(f"backcourt.cli.{module}.open_fetcher", partial(open_fetcher, patience=HURRIED))
    return wall


@pytest.fixture
def following(real_league: Path, wall: Wall, tmp_path: Path) -> Iterator[Following]:
    shutil.copy(real_league, tmp_path / "w.duckdb")
    with serving() as server:
        yield Following(server, tmp_path, wall)
