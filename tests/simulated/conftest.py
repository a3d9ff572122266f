from __future__ import annotations

from pathlib import Path

import pytest

from backcourt.sources.simulated import SMALL, write_league


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    write_league(folder, [2021], seed=1, size=SMALL)
    return folder


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    write_league(folder, [2021], seed=1)
    return folder
