"""`backcourt ingest bigdataball`: the files of games that are over, below an address of the buyer's or out of a folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from answering import document, serving
from following import Following, Wall
from test_bigdataball import short_game, written

import stats_ground
from backcourt.warehouse.duckdb import Warehouse

NAME = "[2025-06-22]-0042400407-IND@OKC.csv"
QUOTED = "/feed/%5B2025-06-22%5D-0042400407-IND@OKC.csv"
INGEST = "bigdataball --dates 2025-06-22"
TABLES = ("play_by_play", "shots")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse in which the game of the file is over."""
    folder = tmp_path_factory.mktemp("played")
    game = {"home_score": "2", "away_score": "1", "status": "Final"}
    with pytest.MonkeyPatch.context() as patch:
        plain = stats_ground._game
        patch.setattr(stats_ground, "_game", lambda *row: plain(*row) | (game if row[0].startswith("004") else {}))
        with stats_ground.ground(folder):
            pass
    return folder / "w.duckdb"


@pytest.fixture
def bought(played: Path, wall: Wall, tmp_path: Path) -> Iterator[Following]:
    (tmp_path / "w.duckdb").write_bytes(played.read_bytes())
    wall.at = datetime(2025, 6, 24, 12, tzinfo=UTC)
    with serving() as server:
        yield Following(server, tmp_path, wall)


def test_from_an_address(bought: Following, played: Path) -> None:
    """One that is not there yet is asked for again after some hours, and one that is there never."""
    bought.settings = {"BACKCOURT_BIGDATABALL": f"http://{bought.server.host}/feed"}
    made = bought.ingest(INGEST)
    assert (made["documents"], made["states"]) == (1, {"not there": 1})
    assert bought.ingest(INGEST)["fetched"] == 0
    bought.serve(QUOTED, document(written(short_game()), **{"Content-Type": "text/csv"}))
    assert bought.ingest(INGEST)["fetched"] == 0
    bought.wall.at = bought.wall.at.replace(hour=18)
    made = bought.ingest("bigdataball")  # a day or two ago is near
    assert (made["fetched"], made["states"]) == (1, {"had": 1})
    assert [len(bought.rows(f"raw.{table}_current")) for table in TABLES] == [9, 2]
    asked = len(bought.server.asked)
    again = bought.ingest(INGEST)
    assert (again["fetched"], again["changed"], len(bought.server.asked)) == (0, 0, asked)
    columns = "game_id, event_index, player_id, points, players_on"
    rows = bought.rows("raw.play_by_play_current", columns)
    bought.settings = {}
    assert bought.replayed(INGEST, "raw.play_by_play_current", columns, played) == rows


def test_from_a_folder(bought: Following, tmp_path: Path) -> None:
    """A file that changed is another version, and replaces what it corrects."""
    folder = tmp_path / "bought"
    folder.mkdir()
    (folder / NAME).write_bytes(written(short_game()))
    (folder / "read me.txt").write_text("no game")
    made = bought.ingest(f"bigdataball {folder} --seasons 2024")
    assert (made["documents"], made["states"]) == (1, {"had": 1})
    assert [len(bought.rows(f"raw.{table}_current")) for table in TABLES] == [9, 2]
    assert bought.ingest(f"bigdataball {folder} --seasons 2024")["changed"] == 0
    (folder / NAME).write_bytes(written(short_game()[:-1]))
    bought.wall.at = bought.wall.at.replace(day=25)
    answer = bought.type(f"ingest bigdataball {folder} --seasons 2024")
    assert answer.code == 1
    assert "of another shape" in answer.text
    assert len(bought.rows("raw.play_by_play_current")) == 9
    line = short_game()
    line[1]["player"] = "Chet Holmgren"
    line[1]["assist"] = ""
    del line[4]
    (folder / NAME).write_bytes(written(line))
    bought.wall.at = bought.wall.at.replace(day=26)
    assert bought.ingest(f"bigdataball {folder} --seasons 2024")["changed"] > 0
    with Warehouse.open(bought.warehouse, read_only=True, threads=1) as warehouse:
        (shooter,) = warehouse.rows("SELECT player_id FROM raw.shots_current WHERE made")
    assert shooter == (1631096,)
    assert len(bought.rows("raw.play_by_play_current")) == 8


def test_no_place(bought: Following, tmp_path: Path) -> None:
    answer = bought.type(f"ingest {INGEST}")
    assert answer.code == 5
    assert "BACKCOURT_BIGDATABALL is not set" in answer.err
    answer = bought.type(f"ingest bigdataball {tmp_path}/none --dates 2025-06-22")
    assert answer.code == 5
    assert "is not a folder" in answer.err
