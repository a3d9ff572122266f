"""What the tests of ESPN, sportsdataverse and BigDataBall stand on: a small real-named registry, and staging by mapping."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backcourt.clock import FixedClock
from backcourt.engine.registry import default_registry
from backcourt.sources.local import ingest_folder
from backcourt.sources.local.mapping import FileMapping, read_mapping
from backcourt.sources.local.reader import FileRelation, open_file
from backcourt.sources.local.stage import stage
from backcourt.sources.payload import Batch, Payload, Request
from backcourt.warehouse.duckdb import Warehouse
from support import Line

SOURCES = Path(__file__).parents[1] / "src" / "backcourt" / "sources"
FETCHED = datetime(2025, 6, 23, 16, 30, tzinfo=UTC)

TEAMS = [
    ("1610612754", "IND", "Indiana Pacers", "Pacers", "Indianapolis"),
    ("1610612760", "OKC", "Oklahoma City Thunder", "Thunder", "Oklahoma City"),
    ("1610612744", "GSW", "Golden State Warriors", "Warriors", "San Francisco"),
    ("1610612752", "NYK", "New York Knicks", "Knicks", "New York"),
]
PLAYERS = [
    ("1630169", "Tyrese Haliburton"),
    ("1627783", "Pascal Siakam"),
    ("1626167", "Myles Turner"),
    ("1629614", "Andrew Nembhard"),
    ("1630174", "Aaron Nesmith"),
    ("204456", "T.J. McConnell"),
    ("1628983", "Shai Gilgeous-Alexander"),
    ("1631096", "Chet Holmgren"),
    ("1631114", "Jalen Williams"),
    ("1629652", "Luguentz Dort"),
    ("1628392", "Isaiah Hartenstein"),
    ("1627936", "Alex Caruso"),
    ("201939", "Stephen Curry"),
    ("203110", "Draymond Green"),
    ("1628384", "OG Anunoby"),
    ("1628973", "Jalen Brunson"),
]
GAMES = [
    # game, date, kind, home, away, tip-off in UTC
    ("0042400407", "2025-06-22", "Playoffs", "1610612760", "1610612754", "2025-06-23 00:00:00"),
    ("0022400061", "2024-10-23", "Regular Season", "1610612744", "1610612752", "2024-10-24 02:30:00"),
    ("0022400062", "2024-10-25", "Regular Season", "1610612752", "1610612754", "2024-10-25 23:30:00"),
]


def ground_files(folder: Path) -> None:
    """Write the registry and the schedule as files of the local source."""
    none = {"position": "", "birth_date": "", "height": "6-6", "weight_lb": "210"}
    keys = ("team_id", "team", "full_name", "nickname", "city")
    teams = [{**dict(zip(keys, row, strict=True)), "conference": "", "division": ""} for row in TEAMS]
    new_csv(folder / "teams.csv", teams)
    new_csv(folder / "players.csv", [{"player_id": number, "full_name": name, **none} for number, name in PLAYERS])
    new_csv(folder / "schedule_2024-25.csv", [_game(*row) for row in GAMES])


def new_csv(path: Path, lines: Sequence[Line]) -> None:
    """Write a file with the columns of its first line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def _game(game: str, day: str, kind: str, home: str, away: str, tip: str) -> Line:
    blank = {"actual_tip_et": "", "home_score": "", "away_score": "", "neutral_site": "false"}
    named = {"game_id": game, "game_date": day, "season": "2024-25", "season_type": kind, "start_time_utc": tip}
    teams = {"home_team_id": home, "away_team_id": away, "status": "Scheduled"}
    return {**named, **teams, **blank, "arena": "", "arena_city": "", "national_tv": ""}


@contextmanager
def ground(folder: Path) -> Iterator[Warehouse]:
    """A warehouse with the registry and the schedule, and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    ground_files(folder)
    with Warehouse.open(folder / "w.duckdb", threads=1) as warehouse:
        ingest_folder(warehouse, default_registry(), folder, FixedClock(FETCHED))
        yield warehouse


def mapping_of(source: str, kind: str) -> FileMapping:
    """The mapping of a kind of records."""
    return read_mapping(SOURCES / source / "mappings" / f"{kind}.yaml")


def staged(warehouse: Warehouse, folder: Path, source: str, batch: Batch) -> list[dict[str, Any]]:
    """The rows of a batch as its mapping stages them, with their problem."""
    path = folder / f"{batch.kind}_{batch.game_date or batch.season}.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in batch.rows), encoding="utf-8")
    mapping = mapping_of(source, batch.kind)
    assert mapping.matches(path.name)
    return staged_file(warehouse, mapping, open_file(warehouse, path))


def staged_file(warehouse: Warehouse, mapping: FileMapping, file: FileRelation) -> list[dict[str, Any]]:
    """The rows of a file as a mapping stages them, with their problem."""
    contract = default_registry().raw[mapping.table]
    stage(warehouse, contract, mapping, file, None)
    names = (*contract.column_names, "problem")
    rows = warehouse.rows(f"SELECT {', '.join(names)} FROM staged ORDER BY source_row")
    return [dict(zip(names, row, strict=True)) for row in rows]


def picked(rows: Sequence[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """Some columns of rows."""
    return [tuple(row[name] for name in names) for row in rows]


def payload(request: Request, body: object) -> Payload:
    """A document as it would come: bytes as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Payload(request, data, FETCHED, hashlib.sha256(data).hexdigest())
