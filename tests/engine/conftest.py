from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from backcourt.engine.certify import certify
from backcourt.seasons import Scope
from backcourt.sources.local import ingest_folder
from backcourt.sources.simulated.faults import inject
from backcourt.sources.simulated.source import own_mappings
from support import POST, Workshop, clock, copied, workshop


@pytest.fixture(scope="session")
def whole(built: Path, league: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A verified warehouse where every raw and ledger table has rows: a correction retired some, a bad name was set
    aside, a sample was certified."""
    registry = POST
    with copied(built, league, tmp_path_factory.mktemp("whole")) as shop:
        inject(shop.folder, "assist_correction")
        injuries = shop.read("injuries")
        injuries[-1]["status"] = "poorly"
        shop.write("injuries", injuries)
        mappings = [m.model_copy(update={"quarantines": m.table == "injuries"}) for m in own_mappings(registry)]
        ingest_folder(
            shop.warehouse, registry, shop.folder, clock(1), source="simulated", kind="simulated", mappings=mappings
        )
        shop.backfill()
        certify(shop.warehouse, registry, Scope(tables=("team_offense_game_summary",)), clock(1), sample=1)
        yield shop


@pytest.fixture
def ingested_late(league: Path, tmp_path: Path) -> Iterator[Workshop]:
    """A fresh warehouse from a league of which one covered game has no players' lines."""
    shutil.copytree(league, tmp_path / "late")
    inject(tmp_path / "late", "late_game")
    with workshop(tmp_path / "late.duckdb", tmp_path / "late") as shop:
        shop.ingest()
        yield shop
