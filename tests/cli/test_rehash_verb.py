"""What rehash prints, and how it ends."""

from __future__ import annotations

import re

import pytest
from terminal import EVERYTHING, Terminal

from backcourt.warehouse.duckdb import Warehouse

PGS = "analytics.player_game_summary"
DAY = "2021-10-21"


def run(cli: Terminal, *statements: str) -> None:
    with Warehouse.open(cli.warehouse, threads=1) as warehouse:
        for statement in statements:
            warehouse.execute(statement)


@pytest.fixture
def lost(cli: Terminal) -> Terminal:
    """A terminal whose warehouse has lost the hashes of a table on one date."""
    run(cli, f"UPDATE {PGS} SET data_hash = NULL WHERE game_date = '{DAY}'")
    return cli


def test_rows_and_seconds(lost: Terminal) -> None:
    answer = lost("rehash --tables PGS")
    assert answer.code == 0
    assert answer.out.startswith("All game dates, all seasons, tables player_game_summary.\n")
    (line,) = [line.split() for line in answer.out.splitlines() if line.startswith("player_game_summary")]
    written = int(line[3])
    assert line == ["player_game_summary", "6", "204", str(written), "0"]
    assert written > 20
    last = answer.out.strip().splitlines()[-1]
    told = rf"204 rows of 6 partitions hashed in \d+\.\d\d s: {written} hashes written, 0 partitions refused\."
    assert re.fullmatch(told, last)
    assert lost("verify").code == 0


def test_only_missing_and_document(lost: Terminal) -> None:
    found = lost("rehash --only-missing --json").json
    assert found.keys() == {"scope", "partitions", "rows", "written", "seconds", "is_complete", "refused", "tables"}
    assert (found["scope"], found["partitions"], found["is_complete"], found["refused"]) == (EVERYTHING, 1, True, [])
    assert found["rows"] == found["written"] > 20
    assert {one["table"]: one["written"] for one in found["tables"] if one["written"]} == {
        "player_game_summary": found["written"]
    }
    again = lost("rehash --only-missing --json").json
    assert (again["partitions"], again["written"]) == (0, 0)


def test_it_mends_what_verify_has_marked(lost: Terminal) -> None:
    assert lost("verify").code == 1
    assert "1 of 3 partitions would run" in lost(f"plan --dates {DAY}").text
    assert lost("rehash --only-missing").code == 0
    assert "Nothing to do" in lost("plan").out
    assert lost("verify").code == 0


def test_altered_rows_are_refused(lost: Terminal) -> None:
    run(lost, f"UPDATE {PGS} SET points = points + 1 WHERE game_date = '{DAY}'")
    answer = lost("rehash")
    assert answer.code == 1
    assert f"player_game_summary {DAY} 1 columns differ from their fingerprints, points first" in answer.text
    assert "backcourt verify" in answer.out
    found = lost("rehash --json")
    assert found.code == 1
    cause = "1 columns differ from their fingerprints, points first"
    assert found.json["refused"] == [{"table": "player_game_summary", "game_date": DAY, "cause": cause}]
    # The way out that it names.
    assert [lost(verb).code for verb in ("verify", "backfill", "rehash", "verify")] == [1, 0, 0, 0]
