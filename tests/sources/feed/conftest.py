"""A season on a server, and a warehouse to be fed from it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "http"))
sys.path.append(str(Path(__file__).parents[1] / "nba_cdn"))
sys.path.append(str(Path(__file__).parents[1] / "nba_stats"))
sys.path.append(str(Path(__file__).parents[2] / "cli"))

from answering import serving
from cdn_season import Fed, Season


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine behind a proxy reaches its own server without it."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def season() -> Iterator[Season]:
    with serving() as server:
        yield Season(server)


@pytest.fixture
def fed(season: Season, tmp_path: Path) -> Fed:
    return Fed(season.server, tmp_path)


@pytest.fixture(scope="session")
def fed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a warehouse that was fed once, and its archive; copy it before you change it."""
    folder = tmp_path_factory.mktemp("fed_once")
    with serving() as server:
        Season(server)
        Fed(server, folder).run()
    return folder


@pytest.fixture
def again(season: Season, fed_once: Path, tmp_path: Path) -> Fed:
    """A warehouse of its own that was fed once."""
    shutil.copytree(fed_once, tmp_path / "again")
    return Fed(season.server, tmp_path / "again")
