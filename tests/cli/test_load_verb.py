"""What load prints and writes."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pyarrow.parquet
import pytest
from terminal import Terminal

from backcourt.engine.registry import default_registry
from backcourt.warehouse.duckdb import Warehouse

SOME = "--columns player_id,points,minutes_played,home_game,game_date"


class TestTable:
    def test_the_first_rows(self, shared_cli: Terminal) -> None:
        answer = shared_cli(f"load PGS --dates 2021-10-20 --limit 2 {SOME}")
        assert answer.code == 0
        scope, header, *lines, count = answer.out.strip().splitlines()
        assert scope == "Game dates 2021-10-20, all seasons, tables player_game_summary."
        assert header.split() == ["player_id", "points", "minutes_played", "home_game", "game_date"]
        rows = [line.split() for line in lines if line]
        assert len(rows) == 2
        for player, points, minutes, home, day in rows:
            assert player.isdigit()
            assert (points == "-") == (minutes == "-")
            assert home in ("true", "false")
            assert day == "2021-10-20"
        assert count.startswith("2 of ")
        assert count.endswith(" rows of player_game_summary. More with --limit N, all with --out FILE.")

    def test_ten_rows_and_all_columns_in_parts_with_the_key(self, shared_cli: Terminal) -> None:
        """However narrow the terminal, every column is there and no line is broken."""
        answer = shared_cli("load PGS", COLUMNS="120")
        names = default_registry().resolve("PGS").contract.column_names
        headers = [line.split() for line in answer.out.splitlines() if line.startswith("game_id")]
        assert all(header[:2] == ["game_id", "player_id"] for header in headers)
        assert [name for header in headers for name in header[2:]] == list(names[2:])
        assert max(len(line.rstrip()) for line in answer.out.splitlines()) <= 120
        assert "10 of " in answer.out

    def test_a_null_is_a_dash_and_an_id_has_no_commas(self, shared_cli: Terminal) -> None:
        lines = shared_cli("load PGS --columns team_id,dnp_reason,points --limit 1000").out.splitlines()
        rows = [line.split("  ") for line in lines if line.strip()[:2] == "16"]
        assert len(rows) > 100
        assert all(row[0].strip().isdigit() for row in rows)
        assert "-" in {row[1].strip() for row in rows}

    def test_everything_that_is_there(self, shared_cli: Terminal) -> None:
        assert shared_cli("load TOGS --limit 1000").out.rstrip().endswith("12 of 12 rows of team_offense_game_summary.")

    def test_document(self, shared_cli: Terminal) -> None:
        found = shared_cli(f"load PGS --dates 2021-10-20 --limit 3 --json {SOME}").json
        assert found.keys() == {"scope", "table", "rows", "data"}
        assert found["table"] == "analytics.player_game_summary"
        assert found["rows"] > len(found["data"]) == 3
        assert list(found["data"][0]) == ["player_id", "points", "minutes_played", "home_game", "game_date"]
        assert found["data"][0]["game_date"] == "2021-10-20"


class TestFiles:
    def test_csv(self, shared_cli: Terminal, tmp_path: Path) -> None:
        path = tmp_path / "rows.csv"
        answer = shared_cli(f"load PGS --out {path}")
        assert answer.code == 0
        rows = list(csv.DictReader(StringIO(path.read_text())))
        assert tuple(rows[0]) == default_registry().resolve("PGS").contract.column_names
        assert f"{len(rows)} rows of player_game_summary written to {path}." in answer.out
        assert shared_cli("load PGS --format csv").out == path.read_text()

    def test_json(self, shared_cli: Terminal, tmp_path: Path) -> None:
        path = tmp_path / "rows.json"
        assert shared_cli(f"load PGS --out {path} {SOME}").code == 0
        rows = json.loads(path.read_text())
        assert shared_cli(f"load PGS --format json {SOME}").json == rows
        assert list(rows[0]) == ["player_id", "points", "minutes_played", "home_game", "game_date"]
        assert shared_cli(f"load PGS --json --limit 1000 {SOME}").json["data"] == rows

    def test_parquet(self, shared_cli: Terminal, tmp_path: Path) -> None:
        path = tmp_path / "rows.parquet"
        found = shared_cli(f"load PGS --out {path} --json --limit 7").json
        assert found["written"]["rows"] == 7
        assert found["file"] == str(path)
        assert pyarrow.parquet.read_table(path).num_rows == 7

    def test_nothing(self, shared_cli: Terminal) -> None:
        assert shared_cli("load PGS --dates 2030 --format json").json == []
        header, *rows = shared_cli("load PGS --dates 2030 --format csv").out.splitlines()
        assert header.startswith("game_id,")
        assert rows == []

    def test_the_format_beats_the_name_and_a_file_is_replaced_whole(self, shared_cli: Terminal, tmp_path: Path) -> None:
        path = tmp_path / "rows.txt"
        path.write_text("something else " * 10_000)
        assert shared_cli(f"load TOGS --out {path} --format csv --columns points_scored").code == 0
        assert path.read_text().splitlines()[0] == "points_scored"
        assert [one.name for one in tmp_path.iterdir()] == ["rows.txt"]

    @pytest.mark.parametrize("name", ["no/rows.csv", "."])
    def test_a_place_that_cannot_be_written(self, shared_cli: Terminal, tmp_path: Path, name: str) -> None:
        answer = shared_cli(f"load TOGS --out {tmp_path / name} --format csv")
        assert answer.code == 5
        assert "cannot be written" in answer.err
        assert list(tmp_path.iterdir()) == []


class TestRefused:
    @pytest.mark.parametrize(
        ("flags", "message"),
        [
            ("PGS --format parquet", "no text for a terminal"),
            ("PGS --out rows.xlsx", "cannot be written as xlsx"),
            ("PGS --out rows", "a file without suffix"),
            ("PGS --out rows.csv --format table", "cannot be written as table"),
            ("PGS --columns point", "no column 'point'"),
            ("PGS --columns points,points", "named twice"),
            ("PGS --dates Friday", "'Friday' is not a date"),
            ("nothing", "no table 'nothing'"),
            ("PDC", "'PDC' is ambiguous"),
            ("PGS,TOGS", "no table 'PGS,TOGS'"),
            ("PGS --limit 0", "Invalid value for '--limit'"),
        ],
    )
    def test_what_cannot_be_meant(
        self, shared_cli: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, message: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        answer = shared_cli(f"load {flags}")
        assert answer.code == 2
        assert answer.out == ""
        assert message in answer.err
        assert shared_cli(f"load {flags} --json").json["exit_code"] == 2
        assert list(tmp_path.iterdir()) == []

    def test_what_is_not_verified(self, raw_cli: Terminal) -> None:
        answer = raw_cli("load PGS")
        assert answer.code == 1
        assert "6 of 6 partitions are not verified, 2021-10-19 (missing) first" in answer.err
        assert "--allow-incomplete" in answer.err
        allowed = raw_cli("load PGS --allow-incomplete")
        assert allowed.code == 0
        assert "0 of 0 rows of player_game_summary." in allowed.out

    def test_a_season_that_nobody_knows(self, shared_cli: Terminal) -> None:
        answer = shared_cli("load PGS --seasons 2021:2022")
        assert answer.code == 1
        assert "no game of 2022-23 is in the schedule" in answer.err

    def test_damage_is_shown_only_to_who_asks(self, cli: Terminal) -> None:
        with Warehouse.open(cli.warehouse, threads=1) as warehouse:
            warehouse.execute("UPDATE ledger.partitions SET state = 'damaged' WHERE game_date = '2021-10-21'")
        assert "1 of 6 partitions are not verified, 2021-10-21 (damaged) first" in cli("load TOGS").err
        assert cli("load TOGS --dates 2021-10-20").code == 0
        assert "12 of 12 rows" in cli("load TOGS --allow-incomplete --limit 20").out
