"""Sources beside the NBA's: what their adapters read and stage of a simulated season is what the league says.

Document by document: written in the source's shape, parsed, staged in a warehouse that has the league's registry and schedule,
and compared with its raw rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from retold import Row, Untold, compare_rows, keyed
from wire_server import AFTER

from backcourt.engine.hashing import quoted
from backcourt.engine.registry import default_registry
from backcourt.sources.bettingpros import records as pros_records
from backcourt.sources.bigdataball import records as ball_records
from backcourt.sources.espn import records as espn_records
from backcourt.sources.local.mapping import read_mapping
from backcourt.sources.local.reader import FileRelation
from backcourt.sources.local.stage import stage
from backcourt.sources.odds_api import records as odds_records
from backcourt.sources.payload import Batch, Payload
from backcourt.sources.simulated import LeagueSize, write_league
from backcourt.sources.simulated.source import ingest_simulated
from backcourt.sources.simulated.wire import bettingpros, bigdataball, espn, odds_api, sportsdataverse
from backcourt.sources.simulated.wire.season import Document, Season
from backcourt.sources.sportsdataverse.releases import BESIDE, open_release
from backcourt.warehouse.duckdb import Warehouse
from staged_records import staged
from stats_ground import SOURCES

LABEL = "2023-24"
"""Points lines of The Odds API begin in 2023."""

Parse = Callable[[Payload], list[Batch]]


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> Season:
    folder = tmp_path_factory.mktemp("four")
    write_league(folder, [2023], seed=2, size=LeagueSize(teams=4, dates=6))
    return Season(folder, LABEL)


@pytest.fixture(scope="module")
def direct(league: Season, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path_factory.mktemp("direct") / "w.duckdb", threads=1) as warehouse:
        ingest_simulated(warehouse, default_registry(), league.folder, AFTER)
        yield warehouse


def told(
    warehouse: Warehouse, source: str, parse: Parse, documents: Iterator[Document], into: Path
) -> dict[str, list[Row]]:
    """The staged rows of all documents by raw table; none of them has a problem."""
    batches: dict[str, list[Any]] = {}
    for each in documents:
        made = Payload(each.request, each.body, each.fetched_at or AFTER.now(), "0" * 64)
        for batch in parse(made):
            batches.setdefault(batch.kind, []).extend(batch.rows)
    found: dict[str, list[Row]] = {}
    for kind, rows in batches.items():
        if rows:
            mappings = SOURCES / source / "mappings"
            table = read_mapping(mappings / f"{kind}.yaml").table
            found[table] = sound(staged(warehouse, default_registry(), mappings, Batch(kind, rows), into))
    return found


def sound(rows: list[Row]) -> list[Row]:
    assert {row.pop("problem") for row in rows} == {None}
    return rows


def stored(warehouse: Warehouse, table: str) -> list[Row]:
    """All rows of a raw table, those that no view shows included."""
    names = default_registry().raw[table].column_names
    rows = warehouse.rows(f"SELECT {', '.join(map(quoted, names))} FROM raw.{table}")
    return [dict(zip(names, row, strict=True)) for row in rows]


# --- lines -----------------------------------------------------------------------------------------------------------


def book_of(row: Row) -> str:
    numbers = {f"bettingpros{number}": book for book, number in bettingpros.BOOKS.items()}
    return numbers.get(row["book"], row["book"]).lower()


def offer(row: Row) -> tuple[Any, ...]:
    return row["game_id"], row.get("player_id"), book_of(row), row["snapshot_at"], row.get("line")


FEED = "the collector is the source"
SPELLED = "a book has one spelling"


def running(warehouse: Warehouse) -> Callable[[Row], bool]:
    tips = dict(warehouse.rows("SELECT game_id, tip_scheduled_at FROM raw.games_current"))
    return lambda row: bool(row["snapshot_at"] >= tips[row["game_id"]])


def test_odds_api(direct: Warehouse, league: Season, tmp_path: Path) -> None:
    found = told(direct, "odds_api", odds_records.parse, odds_api.documents(league), tmp_path)
    assert found.keys() == {"game_lines", "player_lines"}
    for table, rows in found.items():
        untold = [
            Untold(table, "feed", FEED),
            Untold(table, "book", SPELLED),
            Untold(table, "snapshot_quality", "what was quoted in play feeds nothing", running(direct)),
        ]
        compare_rows(table, keyed(stored(direct, table), offer), keyed(rows, offer), untold)


def test_bettingpros(direct: Warehouse, league: Season, tmp_path: Path) -> None:
    found = told(direct, "bettingpros", pros_records.parse, bettingpros.documents(league), tmp_path)
    untold = [
        Untold("player_lines", "feed", FEED),
        Untold("player_lines", "book", "books are numbers"),
        Untold("player_lines", "snapshot_quality", "what was quoted in play feeds nothing", running(direct)),
    ]
    assert found.keys() == {"player_lines"}
    compare_rows(
        "player_lines", keyed(stored(direct, "player_lines"), offer), keyed(found["player_lines"], offer), untold
    )


# --- schedule, rosters, box scores, plays ----------------------------------------------------------------------------


def by(*columns: str) -> Callable[[Row], tuple[Any, ...]]:
    return lambda row: tuple(row[column] for column in columns)


GAME = Untold("games", "tip_actual_at", "a schedule says when games begin, not when they began")


def test_espn(direct: Warehouse, league: Season, tmp_path: Path) -> None:
    found = told(direct, "espn", espn_records.parse, espn.documents(league), tmp_path)
    assert found.keys() == {"games", "rosters"}
    for table, key in (("games", by("game_id")), ("rosters", by("team_id", "player_id", "snapshot_at"))):
        compare_rows(table, keyed(stored(direct, table), key), keyed(found[table], key), [GAME])


def test_sportsdataverse(direct: Warehouse, league: Season) -> None:
    releases = {each.request.need: each for each in sportsdataverse.documents(league)}
    payloads = {need: Payload(each.request, each.body, AFTER.now(), "0" * 64) for need, each in releases.items()}
    untold = [
        GAME,
        Untold("games", "national_tv", "it is not in the release"),
        Untold("player_box", "seconds_played seconds_quality", "minutes are whole, rounded up"),
    ]
    tables = set()
    for need, made in payloads.items():
        with open_release(direct, made, payloads[BESIDE[need]] if need in BESIDE else None) as opened:
            for each in opened:
                table, rows = _release(direct, each.kind, each.file)
                key = by(*default_registry().raw[table].key)
                compare_rows(table, keyed(stored(direct, table), key), keyed(rows, key), untold)
                tables.add(table)
    assert tables == {"games", "player_box", "did_not_play", "team_box"}


def _release(warehouse: Warehouse, kind: str, file: FileRelation) -> tuple[str, list[Row]]:
    mapping = read_mapping(SOURCES / "sportsdataverse" / "mappings" / f"{kind}.yaml")
    contract = default_registry().raw[mapping.table]
    stage(warehouse, contract, mapping, file, None)
    names = (*contract.column_names, "problem")
    rows = warehouse.rows(f"SELECT {', '.join(map(quoted, names))} FROM staged")
    return mapping.table, sound([dict(zip(names, row, strict=True)) for row in rows])


def test_bigdataball(direct: Warehouse, league: Season, tmp_path: Path) -> None:
    found = told(direct, "bigdataball", ball_records.parse, bigdataball.documents(league), tmp_path)
    flags = "is_fast_break is_second_chance is_from_turnover"
    untold = [
        Untold("play_by_play", f"{flags}", "nothing says what was a fast break, a second chance or off a turnover"),
        Untold("shots", flags, "the same"),
        Untold("play_by_play", "event_index", "periods have events of their own, steals and blocks have none"),
        Untold("play_by_play", "players_on", "the ten are listed by team"),
        Untold("shots", "zone_quality zone_basic zone_area", "shots have a distance and no zone"),
        Untold("shots", "zone", "it follows from the distance", lambda row: row["shot_value"] == 2),
    ]
    assert found.keys() == {"play_by_play", "shots"}
    plays = [row for row in found["play_by_play"] if row["action_type"] != "period"]
    ours = [row for row in stored(direct, "play_by_play") if row["action_type"] not in ("steal", "block")]
    key = by("game_id", "action_number")
    compare_rows("play_by_play", keyed(ours, key), keyed(plays, key), untold)
    compare_rows("shots", keyed(stored(direct, "shots"), key), keyed(found["shots"], key), untold)
    on_court = [{key(row): set(row["players_on"].split("|")) for row in rows} for rows in (ours, plays)]
    assert on_court[0] == on_court[1]
