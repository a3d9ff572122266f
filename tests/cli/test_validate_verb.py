"""What validate prints, writes, stores and marks, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import Terminal

from backcourt.checks.validate import health
from backcourt.checks.validate.result import Result, failed
from backcourt.checks.validate.stage import Stage
from forging import forge, row_of
from support import POST, workshop

TABLES = ["team_offense_game_summary", "player_game_summary", "team_defense_game_summary"]
PGS = "analytics.player_game_summary"


@pytest.fixture
def forged(cli: Terminal, league: Path) -> str:
    """A player has a steal too many, and the whole ledger vouches for it; the date."""
    with workshop(cli.warehouse, league) as shop:
        row = row_of(shop, PGS, "NOT is_dnp")
        who = f"game_id = '{row['game_id']}' AND player_id = {row['player_id']}"
        forge(shop, PGS, f"UPDATE {PGS} SET steals = steals + 1 WHERE {who}")
    return str(row["game_date"])


def test_a_row_for_each_table_and_one_line_that_says_it_all(cli: Terminal) -> None:
    answer = cli("validate --samples 4 --seed 2")
    assert answer.code == 0, answer.out
    rows = [line.split() for line in answer.out.splitlines() if line.startswith(tuple(TABLES))]
    assert [row[0] for row in rows] == TABLES
    for _, checks, passed, warned, wrong, errors, outcome in rows:
        assert (checks, "0", "0", "0", "PASS") == (passed, warned, wrong, errors, outcome)
        assert int(checks) > 10
    assert "Rows from raw: 12 rows of 3 tables recomputed, seed 2." in answer.out
    assert answer.out.strip().splitlines()[-1].startswith("OVERALL PASS: ")
    again = cli("validate --json --samples 4 --seed 2").json
    assert again["review_id"] in cli("validate --seed 2").out or again["review_id"].startswith("validate-")


def test_document(cli: Terminal) -> None:
    made = cli("validate --json --dates 2021-10-20 --tables PGS").json
    assert list(made) == [
        *("passed", "marked", "released", "review_id", "kind", "scope", "reviewed_at", "outcome", "exit_code"),
        *("counts", "findings"),
    ]
    assert (made["passed"], made["outcome"], made["exit_code"], made["marked"]) == (True, "pass", 0, 0)
    assert made["scope"] == "Game dates 2021-10-20, all seasons, tables player_game_summary."
    assert made["counts"] == {"pass": len(made["findings"]), "warn": 0, "fail": 0, "error": 0}
    assert all(
        list(each) == ["check", "outcome", "said", "subject", "figures", "query", "hint"] for each in made["findings"]
    )
    (sums,) = [each for each in made["findings"] if each["check"] == "player_sums"]
    assert sums["figures"]["compared"] == 2
    assert "FROM analytics.player_game_summary" in sums["query"]


@pytest.mark.parametrize("name", ["review.md", "review.json"])
def test_it_is_written_to_a_file(cli: Terminal, forged: str, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("of yesterday")
    answer = cli(f"validate --seed 1 --out {path}")
    assert answer.code == 1
    text = path.read_text()
    assert "player_stops" in text
    assert [each.name for each in tmp_path.glob(".*")] == []
    if name.endswith(".json"):
        made = json.loads(text)
        assert (made["outcome"], made["marked"]) == ("fail", 2)
    else:
        assert text.startswith("# Validate: fail\n")
        assert "## fail: player_stops player_game_summary" in text
        assert "```sql" in text
        assert forged in text


@pytest.mark.parametrize(("words", "code", "said"), [
    ("--out review.txt", 2, "a validation cannot be written as .txt"),
    ("--out missing/review.md", 5, "missing/review.md cannot be written"),
    ("--samples 0", 2, "--samples"),
])  # fmt: skip
def test_what_cannot_be_done_is_said(
    cli: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = cli(f"validate {words}")
    assert answer.code == code
    assert said in " ".join(answer.err.split())


@pytest.mark.soak
def test_a_blocking_rule_quarantines_until_it_is_rebuilt(cli: Terminal, forged: str) -> None:
    assert cli("verify").code == 0
    answer = cli("validate --seed 1")
    assert answer.code == 1
    assert f"FAIL player_stops player_game_summary: 1 against it, first {forged}: game_id " in answer.out
    assert "2 partitions were marked as damaged; `backcourt backfill` rebuilds them." in answer.out
    status = cli("status")
    assert status.code == 1
    assert f"player_game_summary {forged} is damaged: validate-" in status.out
    assert "player_stops" in cli(f"explain PGS {forged}").out
    assert cli("load PGS").code == 1
    assert cli("backfill").code == 0
    assert cli("validate").code == 0
    assert cli("status").code == 0


def test_warnings_alone_end_in_3(cli: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(stage: Stage) -> Iterator[Result]:
        yield failed(health.DRIFT, stage.tables[0].name, "points in 2021-10: 0 in 100% of its values", {}, hint="Look.")

    monkeypatch.setattr(health, "health", odd)
    answer = cli("validate")
    assert answer.code == 3
    assert "WARN column_drift team_offense_game_summary: points in 2021-10: 0 in 100%" in answer.out
    assert "column_drift: Look." in answer.out
    assert "OVERALL WARN: " in answer.out
    assert cli("status").code == 0


def test_nothing_to_look_at_is_an_error(cli: Terminal) -> None:
    answer = cli("validate --dates 2021-07")
    assert answer.code == 1
    assert "ERROR expected : no covered game lies in the scope" in answer.out
    assert "Rows from raw: no row was recomputed." in answer.out


def test_what_is_not_built_fails(raw_cli: Terminal) -> None:
    answer = raw_cli("validate")
    assert answer.code == 1
    assert "FAIL complete player_game_summary: 6 of 6 partitions are not verified" in answer.out
    assert "ERROR spot_check player_game_summary: " in answer.out


def test_the_tables_of_the_test_are_those_of_the_commands() -> None:
    assert {table.name for table in POST.ordered} == set(TABLES)
