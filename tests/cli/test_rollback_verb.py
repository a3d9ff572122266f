"""What rollback and release print and refuse, and how the other verbs speak of what is held."""

from __future__ import annotations

import pytest
from terminal import Terminal

TOGS, PGS = "team_offense_game_summary", "player_game_summary"
DOCUMENT = {"run", "scope", "restored", "removed", "rows", "partitions", "release"}


@pytest.mark.soak
def test_from_a_correction_to_its_release(cli: Terminal, correction: str) -> None:
    assert cli("backfill").code == 0
    run = cli("runs show latest --json").json["run_id"]
    before = cli.state()
    looked = cli("rollback --run latest --dry-run")
    assert looked.code == 0
    assert f"{PGS} as before run {run} 1 {correction} {correction}" in looked.text
    assert cli("rollback --run latest --dry-run --json").json["restored"] == 3
    refused = cli("rollback --run latest")
    assert (refused.code, "3 partitions will be rolled back and held." in refused.err) == (2, True)
    assert cli.state() == before

    answer = cli(f"rollback --run {run} --yes --json")
    assert answer.code == 0
    assert answer.json.keys() == DOCUMENT
    assert (answer.json["restored"], answer.json["removed"]) == (3, 0)
    first = answer.json["partitions"][0]
    assert (first["table"], first["game_date"], first["outcome"], first["before_run"]) == (
        TOGS,
        correction,
        "restored",
        run,
    )

    assert "3 partitions are held after a rollback" in cli("status").text
    assert cli("status").code == 1
    assert f"{TOGS} {correction} held held until it is released rolled back by run" in cli("plan").text
    assert cli("backfill").code == 1
    assert cli("verify").code == 1
    assert cli("load PGS").code == 1
    told = cli(f"explain PGS {correction}").text
    assert f"It is held. Set it free with backcourt release --tables {PGS} --dates {correction}" in told
    assert "What it held before was put back." in told
    assert f"Run {answer.json['run']}: rollback, complete." in cli(f"runs show {answer.json['run']}").text
    again = cli(f"rollback --run {run} --yes")
    assert (again.code, f"nothing that run {run} wrote is stored any more" in again.text) == (0, True)

    freed = cli(answer.json["release"].removeprefix("backcourt "))
    assert freed.code == 0
    assert "3 partitions are free. Build what is not as it should be with backcourt backfill" in freed.text
    assert cli("release --json").json == {
        "scope": "All game dates, all seasons, all tables.",
        "released": 0,
        "partitions": [],
    }
    assert cli("backfill").code == 0
    assert cli("verify").code == 0


def test_a_first_build_is_removed(cli: Terminal) -> None:
    answer = cli("rollback --dates 2021-10-20 --tables TOGS --yes")
    assert answer.code == 0
    assert f"{TOGS} removed, as nothing was there before 1 2021-10-20 2021-10-20 0" in answer.text
    assert "0 partitions restored, 1 removed" in answer.text
    found = {one["table"]: one["states"] for one in cli("status --json").json["status"]["totals"]}
    assert (found[TOGS]["missing"], found[TOGS]["held"]) == (1, 0)
    blocked = cli("backfill")
    assert blocked.code == 1
    assert cli("release").code == 0
    assert cli("backfill").code == 0


@pytest.mark.parametrize(
    "command", ["rollback", "rollback --yes", "rollback --run 7 --yes", "rollback --dates x --yes"]
)
def test_refused(shared_cli: Terminal, command: str) -> None:
    assert shared_cli(command).code == 2
    assert shared_cli(f"{command} --json").json["error"] == "UsageError"
