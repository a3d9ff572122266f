"""What verify and report print and write."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from terminal import Terminal

from backcourt.engine import ledger
from backcourt.warehouse.duckdb import Warehouse

ROWS = {"team_offense_game_summary": 12, "player_game_summary": 204, "team_defense_game_summary": 12}
LINE = {
    "period", "table", "verified_dates", "expected_dates", "rows", "expected_rows", "duplicate_keys", "forbidden_nulls", "uncovered_games",
}  # fmt: skip


class TestVerify:
    def test_a_row_per_table_and_one_verdict(self, shared_cli: Terminal) -> None:
        answer = shared_cli("verify")
        assert answer.code == 0
        for table, rows in ROWS.items():
            reread, complete = [line.split() for line in answer.out.splitlines() if line.startswith(table)]
            figures = [str(rows), str(rows), "100.00%", "16", str(rows), "100.00%"]
            assert reread == [table, *figures, "2021-10-19", "to", "2021-10-24", "6", "4"]
            assert complete == [table, "6/6", "0", str(rows), str(rows), "0", "READY"]
        assert answer.out.count("OVERALL") == 1
        last = answer.out.strip().splitlines()[-1]
        assert last.startswith("OVERALL PASS: 18 of 18 expected partitions verified, ")
        assert last.endswith("raw partitions re-read, 0 damaged, 0 broken seals.")

    def test_document(self, shared_cli: Terminal) -> None:
        found = shared_cli("verify --json").json
        assert found.keys() == {"scope", "passed", "marked", "verdict"}
        assert (found["passed"], found["marked"]) == (True, 0)
        assert found["verdict"].keys() == {"tables", "raw_partitions", "damage", "broken_seals"}
        assert {one["table"]: one["rows"] for one in found["verdict"]["tables"]} == ROWS

    def test_nothing_built_is_not_complete(self, raw_cli: Terminal) -> None:
        answer = raw_cli("verify")
        assert answer.code == 1
        assert answer.out.strip().splitlines()[-1].startswith("OVERALL FAIL: 0 of 18 expected partitions verified")
        assert "player_game_summary: 6 missing, 2021-10-19 first" in answer.out

    @pytest.mark.parametrize(
        ("statement", "fails", "cause"),
        [
            (
                "DELETE FROM analytics.player_game_summary WHERE game_date = '2021-10-21'",
                ["player_game_summary"],
                "0 stored",
            ),
            (
                "UPDATE analytics.team_offense_game_summary SET data_hash = NULL WHERE game_date = '2021-10-21'",
                ["team_offense_game_summary", "player_game_summary", "team_defense_game_summary"],
                "do not have the data_hash",
            ),
        ],
        ids=["deleted", "hash"],
    )
    def test_damage_is_found_marked_and_mended(
        self, cli: Terminal, statement: str, fails: list[str], cause: str
    ) -> None:
        with Warehouse.open(cli.warehouse, threads=1) as warehouse:
            warehouse.execute(statement)
        answer = cli("verify")
        assert answer.code == 1
        assert answer.out.count("OVERALL FAIL") == 1
        assert cause in answer.out
        assert "1 damaged partitions were marked" in answer.out
        assert fails[0] in {
            line.split()[0] for line in answer.out.splitlines() if line.rstrip().endswith(" INCOMPLETE")
        }
        again = cli("verify --json")
        assert again.code == 1
        assert {one["table"] for one in again.json["verdict"]["tables"] if one["problems"]} == set(fails)
        assert cli("backfill").code == 0
        assert cli("verify").code == 0

    def test_a_phase_is_ready_or_not(self, cli: Terminal) -> None:
        ready = cli("verify --phase 3")
        assert ready.code == 0
        assert ready.out.strip().splitlines()[-1].startswith("OVERALL PASS, READY for phase 4: 18 of 18 expected")
        with Warehouse.open(cli.warehouse, threads=1) as warehouse:
            warehouse.execute("DELETE FROM ledger.partitions WHERE game_date IN ('2021-10-20', '2021-10-23')")
            warehouse.execute(
                "DELETE FROM analytics.player_game_summary WHERE game_date IN ('2021-10-20', '2021-10-23')"
            )
            ledger.seal_everything(warehouse)
        answer = cli("verify --phase 3 --verbose")
        assert answer.code == 1
        assert "player_game_summary 4/6 2 136 204 0 INCOMPLETE" in answer.text
        assert "player_game_summary 2021-10-20 missing never built" in answer.text
        assert "player_game_summary 2021-10-23 missing never built" in answer.text
        last = answer.out.strip().splitlines()[-1]
        assert last.startswith("OVERALL FAIL, INCOMPLETE for phase 4: 12 of 18 expected partitions verified")
        assert "2021-10-23 missing" not in cli("verify --phase 3").text

    def test_what_must_be_is_counted_from_raw(self, raw_cli: Terminal) -> None:
        """Though nothing is built, and also where what is built has lost its rows."""
        tables = raw_cli("verify --json").json["verdict"]["tables"]
        assert {one["table"]: one["expected_rows"] for one in tables} == ROWS
        assert {(one["rows"], one["verified"], one["missing"], one["ready"]) for one in tables} == {(0, 0, 6, False)}
        assert tables[0]["wanting"][0] == {"game_date": "2021-10-19", "state": "missing", "cause": "never built"}
        raw_cli("backfill")
        with Warehouse.open(raw_cli.warehouse) as warehouse:
            warehouse.execute("DELETE FROM analytics.player_game_summary WHERE game_date > '2021-10-20'")
        (found,) = [
            one for one in raw_cli("verify --json").json["verdict"]["tables"] if one["table"] == "player_game_summary"
        ]
        assert (found["expected_rows"], found["rows"], found["missing"]) == (204, 68, 4)
        assert {one["state"] for one in found["wanting"]} == {"damaged"}

    def test_raw_rows_that_cannot_be_read_count_nothing(self, raw_cli: Terminal) -> None:
        with Warehouse.open(raw_cli.warehouse) as warehouse:
            warehouse.execute("ALTER TABLE raw.player_box RENAME player_id TO person_id")
        found = raw_cli("verify --json")
        assert found.code == 1
        expected = {one["table"]: one["expected_rows"] for one in found.json["verdict"]["tables"]}
        assert expected["player_game_summary"] is None

    def test_scope(self, raw_cli: Terminal) -> None:
        raw_cli("backfill --dates 2021-10-20 --tables PGS")
        assert raw_cli("verify --dates 2021-10-20 --tables PGS").code == 0
        assert raw_cli("verify --dates 2021-10-20").code == 1
        assert raw_cli("verify --tables PGS").code == 1


class TestReport:
    @pytest.mark.parametrize(
        ("by", "periods"),
        [
            ("season", ["2021-22"]),
            ("month", ["2021-10"]),
            ("date", [f"2021-10-{day}" for day in range(19, 25)]),
        ],
    )
    def test_periods(self, shared_cli: Terminal, by: str, periods: list[str]) -> None:
        found = shared_cli(f"report --by {by} --json").json
        assert found.keys() == {"scope", "is_complete", "report"}
        assert (found["is_complete"], found["report"]["by"], found["report"]["kind"]) == (True, by, "simulated")
        lines = found["report"]["lines"]
        assert [line["period"] for line in lines] == [period for period in periods for _ in ROWS]
        assert all(line.keys() == LINE for line in lines)
        for table, rows in ROWS.items():
            assert sum(line["rows"] for line in lines if line["table"] == table) == rows
            assert sum(line["verified_dates"] for line in lines if line["table"] == table) == 6

    def test_text(self, shared_cli: Terminal) -> None:
        answer = shared_cli("report")
        assert answer.code == 0
        assert "Coverage by season, simulated data" in answer.out
        assert "2021-22 player_game_summary 6/6 204 204 0 0 0 complete" in answer.text
        assert "player_game_summary 6 2021-10-19 2021-10-24" in answer.text

    def test_incomplete(self, raw_cli: Terminal) -> None:
        raw_cli("backfill --tables TOGS --dates 2021-10-20")
        answer = raw_cli("report")
        assert answer.code == 1
        assert "2021-22 team_offense_game_summary 1/6 2 12 0 0 0 INCOMPLETE" in answer.text
        assert re.search(r"2021-22 player_game_summary 0/6 0 [1-9]\d+ 0 0 0 INCOMPLETE", answer.text)
        assert raw_cli("report --json").json["is_complete"] is False
        assert raw_cli("report --tables TOGS --dates 2021-10-20").code == 0

    def test_doubles_and_nulls_are_counted(self, cli: Terminal) -> None:
        with Warehouse.open(cli.warehouse, threads=1) as warehouse:
            table = "analytics.team_offense_game_summary"
            warehouse.execute(f"INSERT INTO {table} SELECT * FROM {table} WHERE game_date = '2021-10-20' LIMIT 1")
            warehouse.execute(f"UPDATE {table} SET season = NULL WHERE game_date = '2021-10-22'")
        answer = cli("report --json --by date --tables TOGS")
        assert answer.code == 1
        lines = {line["period"]: line for line in answer.json["report"]["lines"]}
        assert lines["2021-10-20"]["duplicate_keys"] == 1
        assert lines["2021-10-22"]["forbidden_nulls"] == 2
        assert sum(line["duplicate_keys"] + line["forbidden_nulls"] for line in lines.values()) == 3

    def test_out_json(self, shared_cli: Terminal, tmp_path: Path) -> None:
        path = tmp_path / "r.json"
        assert shared_cli(f"report --by month --out {path}").code == 0
        assert json.loads(path.read_text()) == shared_cli("report --by month --json").json["report"]

    def test_out_csv(self, shared_cli: Terminal, tmp_path: Path) -> None:
        path = tmp_path / "r.csv"
        assert shared_cli(f"report --by date --out {path}").code == 0
        with path.open(newline="") as file:
            lines = list(csv.DictReader(file))
        assert len(lines) == 18
        assert set(lines[0]) == LINE
        assert {(line["period"], line["table"], line["rows"]) for line in lines} >= {
            ("2021-10-19", "team_offense_game_summary", "2")
        }

    def test_out_markdown(self, shared_cli: Terminal, tmp_path: Path) -> None:
        path = tmp_path / "r.md"
        assert shared_cli(f"report --out {path}").code == 0
        text = path.read_text()
        assert text.startswith("# Coverage by season, simulated data\n")
        assert "| 2021-22 | player_game_summary | 6/6 | 204 | 204 | 0 | 0 | 0 | complete |" in text
        tables = [line.count("|") for line in text.splitlines() if line.startswith("|")]
        assert tables == [10] * 5 + [9] * 5

    def test_an_incomplete_report_is_written_too(self, raw_cli: Terminal, tmp_path: Path) -> None:
        path = tmp_path / "r.csv"
        assert raw_cli(f"report --out {path}").code == 1
        assert path.read_text().count("\n") == 4

    @pytest.mark.parametrize("name", ["r.txt", "r", "r.CSVX"])
    def test_a_bad_suffix(self, shared_cli: Terminal, tmp_path: Path, name: str) -> None:
        answer = shared_cli(f"report --out {tmp_path / name}")
        assert answer.code == 2
        assert ".json, .csv or .md" in answer.err
        assert list(tmp_path.iterdir()) == []

    def test_a_path_that_cannot_be_written(self, shared_cli: Terminal, tmp_path: Path) -> None:
        answer = shared_cli(f"report --out {tmp_path / 'no' / 'r.csv'} --json")
        assert answer.code == 5
        assert answer.json["error"] == "WarehouseError"
        assert "cannot be written" in answer.json["message"]
