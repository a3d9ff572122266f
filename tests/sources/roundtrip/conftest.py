"""A simulated season on a server of this machine, in the wire shapes of the sources."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "http"))

from backcourt.sources.simulated import LeagueSize, write_league
from backcourt.sources.simulated.wire.season import Season

LEAGUE = LeagueSize(teams=30, dates=2)
"""Every team, so that schedules tell of a whole registry, and a game of each."""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine behind a proxy reaches its own server without it."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="session")
def whole_league(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty teams, two dates; read it, do not change it."""
    folder = tmp_path_factory.mktemp("whole_league")
    write_league(folder, [2021], seed=3, size=LEAGUE)
    return folder


@pytest.fixture(scope="session")
def season(whole_league: Path) -> Season:
    return Season(whole_league, "2021-22")
