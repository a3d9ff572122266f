"""What verify --certify prints, stores and marks, and what status says of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal import Terminal

from forging import forge, row_of
from support import POST, workshop

PGS, DAY = "analytics.player_game_summary", "2021-10-21"
HOLD = """
import duckdb
connection = duckdb.connect(path)
print("ready", flush=True)
sys.stdin.read()
"""
TABLES = ["team_offense_game_summary", "player_game_summary", "team_defense_game_summary"]


@pytest.fixture
def forged(cli: Terminal, league: Path) -> str:
    """A player of one date has a steal too many, and the whole ledger vouches for it; the cause that names it."""
    with workshop(cli.warehouse, league) as shop:
        row = row_of(shop, PGS, f"game_date = '{DAY}' AND steals IS NOT NULL")
        who = f"game_id = '{row['game_id']}' AND player_id = {row['player_id']}"
        forge(shop, PGS, f"UPDATE {PGS} SET steals = steals + 1 WHERE {who}")
    steals = int(str(row["steals"]))
    return (
        f"first row game_id {row['game_id']}, player_id {row['player_id']}:"
        f" column steals is {steals + 1} stored, {steals} recomputed"
    )


def test_a_row_per_table_and_the_certificate(cli: Terminal) -> None:
    answer = cli("verify --certify")
    assert answer.code == 0, answer.out
    _, _, told = answer.out.partition("Recomputed from raw")
    rows = [line.split() for line in told.splitlines() if line.startswith(tuple(TABLES))]
    assert sorted(rows) == sorted(
        [table, "6", rows, "0", "0", "PASS"] for table, rows in zip(TABLES, ("12", "204", "12"), strict=True)
    )
    assert "Certificate passed: 18 partitions recomputed and compared, 0 differing, 0 not compared" in answer.out
    assert answer.out.strip().splitlines()[-1].startswith("OVERALL PASS: 18 of 18 expected partitions verified, ")
    assert "Last certificate: passed at " in cli("status").out


def test_document_of_a_sample(cli: Terminal) -> None:
    found = cli("verify --certify --sample 2 --seed 7 --tables PGS --json").json
    assert found.keys() == {"scope", "passed", "marked", "verdict", "certificate", "refusal"}
    made = found["certificate"]
    assert (found["passed"], made["outcome"], made["sample"], made["seed"]) == (True, "passed", 2, 7)
    assert len(made["sampled_dates"]) == 2
    assert {each["table"]: each["compared"] for each in made["tables"]} == {
        PGS: 2,
        "analytics.team_offense_game_summary": 2,
    }
    last = cli("status --json").json["status"]["certificate"]
    assert (last["certificate_id"], last["sample"], last["compared"]) == (made["certificate_id"], 2, 4)
    again = cli("verify --certify --sample 2 --seed 7 --tables PGS")
    assert f"Sample of 2 dates, seed 7: {', '.join(made['sampled_dates'])}; and what their rows read." in again.out
    assert "Last certificate: passed at " in cli("status").out
    assert "a sample of 2 dates of: All game dates" in cli("status").out


@pytest.mark.soak
def test_a_mismatch_fails_until_it_is_repaired(cli: Terminal, forged: str) -> None:
    assert cli("verify").code == 0
    assert cli("status").code == 0
    answer = cli("verify --certify")
    assert answer.code == 1
    assert f"{PGS} {DAY}: {forged}" in answer.out
    assert "1 partitions were marked as damaged; `backcourt backfill` rebuilds them." in answer.out
    assert answer.out.count("OVERALL FAIL") == 1
    again = cli("verify")
    assert again.code == 1
    assert "player_game_summary: 1 damaged, 2021-10-21 first" in again.out
    status = cli("status")
    assert status.code == 1
    assert f"player_game_summary {DAY} is damaged: certificate-" in status.out
    assert forged in status.out
    assert forged in cli(f"explain PGS {DAY}").out
    (damaged,) = cli("status --json").json["status"]["failures"]
    assert (damaged["table"], damaged["game_date"]) == ("player_game_summary", DAY)
    assert cli("status --tables TDGS").code == 0
    assert cli("backfill").code == 0
    assert cli("verify --certify").code == 0
    assert cli("status").code == 0


def test_a_mismatch_is_shown_while_the_file_is_in_use(cli: Terminal, forged: str) -> None:
    """The snapshot beside the file is that of after the certificate."""
    assert cli("verify --certify --json").json["certificate"]["outcome"] == "failed"
    with cli.process(HOLD):
        answer = cli("status")
    assert answer.code == 1
    assert forged in answer.out


def test_no_certificate_from_damaged_raw_rows(cli: Terminal, league: Path) -> None:
    with workshop(cli.warehouse, league) as shop:
        shop.warehouse.execute("DELETE FROM raw.player_box WHERE rowid = (SELECT MIN(rowid) FROM raw.player_box)")
    answer = cli("verify --certify")
    assert answer.code == 1
    assert "Certificate not made: raw.player_box are damaged; ingest their files again first." in answer.out
    assert "OVERALL FAIL" in answer.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--sample 3", "--sample 3 means nothing without --certify"),
        ("--seed 3", "--seed 3 means nothing without --certify --sample N"),
        ("--certify --seed 3", "--seed 3 means nothing without --certify --sample N"),
        ("--certify --sample 0", "--sample"),
    ],
)
def test_flags_that_cannot_be_meant(shared_cli: Terminal, words: str, said: str) -> None:
    answer = shared_cli(f"verify {words}")
    assert answer.code == 2
    assert said in answer.err


def test_the_tables_of_the_test_are_those_of_the_commands() -> None:
    assert {table.name for table in POST.ordered} == set(TABLES)
