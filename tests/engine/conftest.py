from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from chain import CHAIN

from backcourt.checks.finding import Finding, review, store
from backcourt.engine import refused
from backcourt.engine.certify import certify
from backcourt.engine.refused import Refusal
from backcourt.engine.reorder import reorder
from backcourt.engine.run import backfill
from backcourt.seasons import Scope
from backcourt.sources.local import ingest_folder
from backcourt.sources.manual.adapter import ingest_manual
from backcourt.sources.naming import NewAlias, add_alias
from backcourt.sources.simulated.faults import inject
from backcourt.sources.simulated.source import own_mappings
from backcourt.warehouse.duckdb import Warehouse
from support import NOON, POST, Workshop, clock, copied, workshop


@pytest.fixture(scope="session")
def whole(built: Path, league: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A verified warehouse where every raw and ledger table has rows: a correction retired some, a bad name was set
    aside, a value corrected by hand, an order of sources chosen, a sample was certified, a round of checks stored, a partition refused."""
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
        arena = shop.warehouse.value("SELECT MIN(team_id) FROM raw.arenas_current")
        by_hand = shop.folder.with_name("overrides.csv")
        by_hand.write_text(f"table,key,column,value,reason\narenas,team_id={arena},city,Elsewhere,it moved\n", "utf-8")
        ingest_manual(shop.warehouse, registry, by_hand, clock(1))
        player = shop.warehouse.value("SELECT MIN(player_id) FROM raw.players_current")
        add_alias(
            shop.warehouse,
            registry,
            NewAlias("Somebody Else", player, "simulated", date(2021, 10, 1), date(2022, 6, 30)),
            clock(1),
        )
        reorder(shop.warehouse, registry, "shots", ["simulated"], NOON)
        shop.backfill()
        certify(shop.warehouse, registry, Scope(tables=("team_offense_game_summary",)), clock(1), sample=1)
        store(shop.warehouse, review("validate", "all", NOON, [Finding("points", "pass", "all add up")]))
        day = shop.warehouse.value("SELECT MIN(game_date) FROM analytics.player_game_summary")
        with shop.warehouse.transaction():
            refused.remember(shop.warehouse, [Refusal("analytics.player_game_summary", day, "points", "", "why")], "r")
        yield shop


@pytest.fixture
def ingested_late(league: Path, tmp_path: Path) -> Iterator[Workshop]:
    """A fresh warehouse from a league of which one covered game has no players' lines."""
    shutil.copytree(league, tmp_path / "late")
    inject(tmp_path / "late", "late_game")
    with workshop(tmp_path / "late.duckdb", tmp_path / "late") as shop:
        shop.ingest()
        yield shop


@pytest.fixture(scope="session")
def chain_file(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file with the tables of CHAIN built; copy it before you change it."""
    path = tmp_path_factory.mktemp("chain") / "w.duckdb"
    shutil.copy(ingested, path)
    with Warehouse.open(path, threads=1) as warehouse:
        assert backfill(warehouse, CHAIN, Scope(), clock()).is_complete
    return path


@pytest.fixture
def chain(chain_file: Path, league: Path, tmp_path: Path) -> Iterator[Workshop]:
    """A warehouse of its own with the tables of CHAIN built."""
    shutil.copy(chain_file, tmp_path / "w.duckdb")
    shutil.copytree(league, tmp_path / "league")
    with Warehouse.open(tmp_path / "w.duckdb", threads=1) as warehouse:
        yield Workshop(warehouse, CHAIN, tmp_path / "league")
