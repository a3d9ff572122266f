"""A small league in which records of sources are staged and stored: two games, four teams, a few players."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from backcourt.clock import FixedClock
from backcourt.engine import ledger
from backcourt.engine.intake import Delivery, Outcome, receive
from backcourt.engine.registry import default_registry
from backcourt.seasons import season_window
from backcourt.sources.local import ingest_folder
from backcourt.sources.local.mapping import read_mapping
from backcourt.sources.local.reader import open_file
from backcourt.sources.local.stage import stage
from backcourt.sources.payload import Batch
from backcourt.sources.simulated.source import own_mappings
from backcourt.warehouse.duckdb import Warehouse
from support import NOON, write_csv

SOURCES = Path(ledger.__file__).parents[1] / "sources"
SEASON = "2023-24"

# Tip-off 19:30 Eastern on 24 January 2024 is 00:30 UTC of the next day, and 22:00 is 03:00.
GAMES = [
    ("0022300001", "2024-01-24", "2024-01-25 03:00:00", 1610612744, 1610612737),
    ("0022300002", "2024-01-24", "2024-01-25 00:30:00", 1610612746, 1610612747),
]
TEAMS = [
    (1610612744, "GSW", "Golden State Warriors", "Warriors", "San Francisco"),
    (1610612737, "ATL", "Atlanta Hawks", "Hawks", "Atlanta"),
    (1610612746, "LAC", "LA Clippers", "Clippers", "Los Angeles"),
    (1610612747, "LAL", "Los Angeles Lakers", "Lakers", "Los Angeles"),
]
PLAYERS = [
    (11, "Ann Guard", "annguard"),
    (12, "Bo Center Jr.", "bocenterjr"),
    (13, "Dré Forward", "dreforward"),
    (14, "Two Alike", "twoalike"),
    (15, "Two Alike", "twoalike"),
]


def write_league_files(folder: Path) -> None:
    """The files of the league, in the columns of the raw tables."""
    folder.mkdir(parents=True)
    for table, header, rows in (
        ("teams", ["team_id", "tricode", "full_name", "nickname", "city"], TEAMS),
        ("players", ["player_id", "full_name", "name_key"], PLAYERS),
        (f"games_{SEASON}", ["game_id", "game_date", "tip_scheduled_at", "home_team_id", "away_team_id"], GAMES),
    ):
        contract = default_registry().raw[table.partition("_20")[0]]
        columns = [column.name for column in contract.columns if column.derived is None]
        lines = [dict(zip(header, map(str, row), strict=True)) for row in rows]
        if contract.name == "games":
            lines = [line | {"season": SEASON, "season_type": "regular", "status": "scheduled"} for line in lines]
        write_csv(folder / f"{table}.csv", [{name: line.get(name, "") for name in columns} for line in lines], columns)


def ingest_league(warehouse: Warehouse, folder: Path) -> None:
    """Fill the registries and the schedule of a fresh warehouse."""
    write_league_files(folder)
    registry = default_registry()
    ingest_folder(warehouse, registry, folder, FixedClock(NOON), mappings=own_mappings(registry), kind="simulated")


def store(warehouse: Warehouse, source: str, batch: Batch, folder: Path, stream: str = "one") -> Outcome:
    """Stage the records of a batch through their mapping and store them as a delivery."""
    mapping = read_mapping(SOURCES / source / "mappings" / f"{batch.kind}.yaml")
    contract = default_registry().raw[mapping.table]
    path = folder / f"{batch.kind}_{stream}.ndjson"
    path.write_text("\n".join(json.dumps(dict(row)) for row in batch.rows), encoding="utf-8")
    assert mapping.matches(path.name)
    with warehouse.transaction():
        stage(warehouse, contract, mapping, open_file(warehouse, path), None)
        delivery = Delivery(source, stream, SEASON, stream, mapping.quarantines, (season_window(SEASON),))
        return receive(warehouse, contract, delivery, NOON, 1.0)


def unresolved(warehouse: Warehouse) -> list[tuple[object, ...]]:
    """What was set aside, by reason."""
    return warehouse.rows("SELECT problem, rows FROM raw.unresolved ORDER BY problem")


def rows(warehouse: Warehouse, relation: str, columns: Sequence[str]) -> list[tuple[object, ...]]:
    """Some columns of a relation, in order."""
    return warehouse.rows(f"SELECT {', '.join(columns)} FROM {relation} ORDER BY ALL")


@pytest.fixture(scope="session")
def league_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file with registries and schedule; copy it before you change it."""
    folder = tmp_path_factory.mktemp("sources")
    with Warehouse.open(folder / "w.duckdb", threads=1) as warehouse:
        ingest_league(warehouse, folder / "files")
    return folder / "w.duckdb"


@pytest.fixture
def told(league_file: Path, tmp_path: Path) -> Iterator[Warehouse]:
    """A copy of it, open."""
    shutil.copy(league_file, tmp_path / "w.duckdb")
    with Warehouse.open(tmp_path / "w.duckdb", threads=1) as warehouse:
        yield warehouse


@pytest.fixture(scope="session")
def samples(real_data: Path) -> Path:
    """Real payloads as the sources sent them."""
    return real_data / "samples"
