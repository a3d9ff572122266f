"""What preflight prints, stores and ends with, before there is a warehouse and while another process has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal import Terminal

from backcourt.checks.preflight import round as checks
from backcourt.warehouse.duckdb import Warehouse

HOLD = """
import duckdb
connection = duckdb.connect(path)
print("ready", flush=True)
sys.stdin.read()
"""
FINDING = {"check", "outcome", "said", "subject", "figures", "query", "hint"}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dry run takes longer than all other checks, and has tests of its own."""
    monkeypatch.setattr(checks, "CHECKS", tuple(one for one in checks.CHECKS if one[0] != "dry run"))


def stored(cli: Terminal) -> list[tuple[str, str]]:
    with Warehouse.open(cli.warehouse, read_only=True) as warehouse:
        return [(row[0], row[1]) for row in warehouse.rows("SELECT review_id, outcome FROM ledger.reviews")]


def test_a_sound_warehouse(cli: Terminal) -> None:
    answer = cli("preflight --seasons 2021")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0].strip() == "All game dates, seasons 2021-22, all tables."
    assert sum(line.startswith("analytics") for line in lines) == 1
    assert "3 of 3" in next(line for line in lines if line.startswith("analytics"))
    ((review, outcome),) = stored(cli)
    assert outcome == "pass"
    assert lines[-1].startswith("PREFLIGHT PASS: ")
    assert lines[-1].strip().endswith(f"0 warn, 0 fail, 0 error; stored as {review}")
    assert "To do" not in answer.out


@pytest.mark.usefixtures("quick")
def test_every_round_is_kept(cli: Terminal) -> None:
    for _ in range(2):
        answer = cli("preflight --verbose --tables PGS,TOGS")
        assert sum(line.startswith("analytics") for line in answer.out.splitlines()) == 2
    assert len(stored(cli)) == 2
    assert cli("verify").code == 0


@pytest.mark.usefixtures("quick")
def test_document(cli: Terminal) -> None:
    found = cli("preflight --phase 3 --json").json
    assert found.keys() == {
        "scope", "outcome", "exit_code", "reviewed_at", "stored_as", "not_stored", "counts", "findings",
    }  # fmt: skip
    assert (found["outcome"], found["exit_code"], found["not_stored"]) == ("pass", 0, None)
    assert found["counts"] == {"pass": len(found["findings"]), "warn": 0, "fail": 0, "error": 0}
    assert all(one.keys() == FINDING for one in found["findings"])
    assert [review for review, _ in stored(cli)] == [found["stored_as"]]


@pytest.mark.usefixtures("quick")
def test_before_there_is_a_warehouse(tmp_path: Path) -> None:
    cli = Terminal(tmp_path / "w.duckdb")
    answer = cli("preflight")
    assert answer.code == 1
    assert "To do: Fill one with backcourt ingest SOURCE" in answer.text
    assert "credentials 10 of 10 pass none needed" in answer.text
    assert "; not stored, as the warehouse is not open to write" in answer.out.splitlines()[-1]
    assert cli("preflight --json").json["stored_as"] is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("quick")
def test_a_failure_says_what_to_do(cli: Terminal) -> None:
    with Warehouse.open(cli.warehouse, threads=1) as warehouse:
        warehouse.execute("DELETE FROM raw.shots WHERE game_date = '2021-10-20'")
    answer = cli("preflight")
    assert answer.code == 1
    assert (
        "raw coverage raw.shots of simulated FAIL 5 of 6 final games: not there whole: 0022100002 of 2021-10-20"
        in answer.text
    )
    assert "raw coverage 3 of 4 pass 6 of 6 final games" in answer.text
    assert "To do: Ask again with backcourt ingest simulated --seasons 2021" in answer.text
    assert answer.out.splitlines()[-1].startswith("PREFLIGHT FAIL: ")


@pytest.mark.usefixtures("quick")
def test_warnings_only(cli: Terminal) -> None:
    answer = cli("preflight", BACKCOURT_THREAD="2")
    assert answer.code == 3
    assert "settings BACKCOURT_THREAD WARN it is set, and nothing reads it" in answer.text
    assert "did you mean BACKCOURT_THREADS?" in answer.out
    assert stored(cli)[-1][1] == "warn"


@pytest.mark.usefixtures("quick")
def test_a_setting_that_is_wrong_stops_no_check(cli: Terminal) -> None:
    answer = cli("preflight --json", BACKCOURT_MEMORY_LIMIT="much")
    assert answer.code == 1
    (wrong,) = [one for one in answer.json["findings"] if one["outcome"] != "pass"]
    assert (wrong["check"], wrong["subject"], wrong["outcome"]) == ("settings", "BACKCOURT_MEMORY_LIMIT", "fail")
    # Every other verb refuses it.
    assert cli("status", BACKCOURT_MEMORY_LIMIT="much").code == 2


@pytest.mark.usefixtures("quick")
def test_another_process_has_the_warehouse(cli: Terminal) -> None:
    with cli.process(HOLD) as process:
        answer = cli("preflight --json")
        assert answer.code == 1
        outcomes = {one["check"]: one["outcome"] for one in answer.json["findings"]}
        assert (outcomes["lease"], outcomes["warehouse"], outcomes["schedule"]) == ("fail", "fail", "error")
        said = next(one["said"] for one in answer.json["findings"] if one["check"] == "lease")
        assert f"in use by process {process.pid}" in said
        assert answer.json["not_stored"] == "the warehouse is not open to write"
        process.communicate("")
    assert stored(cli) == []


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("flags", "chosen"),
    [("", ["simulated"]), ("--sources local", ["local"]), ("--sources local,simulated", ["local", "simulated"])],
)
def test_chosen_sources(shared_cli: Terminal, flags: str, chosen: list[str]) -> None:
    found = shared_cli(f"preflight --json {flags}").json["findings"]
    assert [one["subject"] for one in found if one["check"] == "credentials"] == chosen


def test_a_source_that_is_not_known(shared_cli: Terminal) -> None:
    answer = shared_cli("preflight --sources teletext")
    assert answer.code == 2
    assert "Known sources: local, simulated, nba_cdn, nba_stats, odds_api, bettingpros, bigdataball," in answer.err
