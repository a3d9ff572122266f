"""What waits is told everywhere; retry runs it, and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from terminal import Terminal, copy_beside

from backcourt.clock import SystemClock
from backcourt.engine.run import backfill
from backcourt.seasons import Scope
from support import workshop

PGS, TOGS = "player_game_summary", "team_offense_game_summary"


Failing = tuple[Terminal, str]


@pytest.fixture(scope="module")
def failed(built: Path, league: Path, tmp_path_factory: pytest.TempPathFactory) -> Failing:
    """One team's box score of the first date was made wrong and tried once: TOGS failed, two tables are blocked; the date."""
    cli = Terminal(copy_beside(built, tmp_path_factory.mktemp("failed") / "built"))
    folder = shutil.copytree(league, cli.warehouse.parent / "wrong")
    with workshop(cli.warehouse, folder) as shop:
        lines = shop.read("team_box")
        day = min(line["game_date"] for line in lines)
        next(line for line in lines if line["game_date"] == day)["points"] = "1"
        shop.write("team_box", lines)
        shop.ingest(hours=1)
        assert not backfill(shop.warehouse, shop.registry, Scope(), SystemClock()).is_complete
    shutil.rmtree(folder)
    return cli, day


@pytest.fixture
def failing(failed: Failing, tmp_path: Path) -> Failing:
    """A warehouse of its own in that state."""
    return Terminal(copy_beside(failed[0].warehouse, tmp_path / "failing")), failed[1]


@pytest.fixture
def mended(failing: Failing, league: Path, tmp_path: Path) -> Failing:
    """The same with the box score put right, and another date corrected."""
    cli, day = failing
    folder = shutil.copytree(league, tmp_path / "right")
    with workshop(cli.warehouse, folder) as shop:
        lines = shop.read("team_box")
        line = next(line for line in lines if line["game_date"] > day)
        line["minutes"] = str(int(line["minutes"]) + 1)
        shop.write("team_box", lines)
        shop.ingest(hours=2)
    return cli, day


class TestWaiting:
    def test_backfill_leaves_it_alone_and_does_not_call_it_done(self, failing: Failing) -> None:
        cli, day = failing
        answer = cli("backfill")
        assert answer.code == 1
        assert "Nothing to do now: 15 partitions of the scope are verified, the others wait." in answer.text
        assert f"{TOGS} {day} failed not before " in answer.text
        assert "tried 1 of 4 times" in answer.text
        assert f"{PGS} {day} blocked behind analytics.{TOGS} {day}, which is failed" in answer.text
        assert "3 partitions wait and were not run" in answer.text
        found = cli("backfill --json")
        assert (found.code, found.json["planned"], found.json["is_complete"]) == (1, 0, False)
        assert {(one["table"], one["state"]) for one in found.json["waiting"]} >= {(TOGS, "failed"), (PGS, "blocked")}

    def test_plan_lists_it_apart(self, failed: Failing) -> None:
        cli, day = failed
        found = cli("plan --json").json
        assert (found["partitions"], found["considered"], len(found["waiting"])) == (0, 15, 3)
        assert cli(f"plan --dates {day} --json").json["considered"] == 0
        assert "the others wait" in cli(f"plan --dates {day}").text

    def test_status_and_explain_tell_why(self, failed: Failing) -> None:
        cli, day = failed
        (first, *_) = cli("status --json").json["status"]["waiting"]
        assert (first["table"], first["game_date"], first["state"]) == (TOGS, day, "failed")
        assert first["why"].startswith("not before ")
        assert first["cause"].startswith("the last attempt failed: ")
        assert f"{TOGS} {day} failed not before" in cli("status").text
        text = cli(f"explain TOGS {day}").text
        assert "It is not run now: not before " in text
        assert f"backcourt retry --tables {TOGS} --dates {day}" in text

    def test_given_up(self, failed: Failing) -> None:
        cli, day = failed
        answer = cli("plan", BACKCOURT_RETRIES="0")
        assert f"{TOGS} {day} failed given up after 1 attempt" in answer.text
        assert "given up after 1 attempt" in cli("status", BACKCOURT_RETRIES="0").text
        assert "given up after 1 attempt" in cli(f"explain TOGS {day}", BACKCOURT_RETRIES="0").text
        assert cli("plan --json", BACKCOURT_RETRY_AFTER="0").json["partitions"] == 3


class TestRetry:
    def test_nothing(self, shared_cli: Terminal) -> None:
        answer = shared_cli("retry")
        assert answer.code == 0
        assert "Nothing to retry: no partition of the scope failed or is blocked." in answer.text

    def test_the_cause_comes_first(self, failing: Failing) -> None:
        cli, day = failing
        answer = cli("retry --yes", BACKCOURT_RETRIES="0", BACKCOURT_CONFIRM_OVER="2")
        assert answer.code == 1
        listed, _, told = answer.text.partition("Run ")
        assert f"{TOGS} {day} the last attempt failed: " in listed
        assert f"{PGS} {day} was blocked: needs analytics.{TOGS} {day}, which is failed" in listed
        assert "3 partitions planned: 0 written, 0 unchanged, 1 failed, 2 blocked" in told
        assert cli("runs show latest --json").json["command"] == "retry"

    @pytest.mark.soak
    def test_exactly_that(self, mended: Failing) -> None:
        """Another date is due as well; it stays so."""
        cli, day = mended
        due = {one["game_date"] for each in cli("plan --json").json["tables"] for one in each["dates"]}
        assert len(due) == 2
        found = cli("retry --json")
        assert (found.code, found.json["planned"], found.json["is_complete"]) == (0, 3, True)
        left = {one["game_date"] for each in cli("plan --json").json["tables"] for one in each["dates"]}
        assert left == due - {day}
        assert cli("backfill").code == 0
        assert cli("verify").code == 0

    def test_scope(self, failing: Failing) -> None:
        cli, day = failing
        found = cli("retry --tables TOGS --json").json
        assert (found["planned"], found["failed"]) == (1, 1)
        assert cli(f"retry --dates {day} --tables PGS --json").json["blocked"] == 1
        assert cli("retry --dates 2021-10-24 --json").json["planned"] == 0

    def test_dry_run(self, failed: Failing) -> None:
        cli, _ = failed
        before = cli.state()
        assert cli("retry --dry-run --json").json["partitions"] == 3
        assert "the last attempt failed" in cli("retry --dry-run").text
        assert cli.state() == before

    def test_a_large_one_needs_yes(self, failed: Failing) -> None:
        assert failed[0]("retry", BACKCOURT_CONFIRM_OVER="2").code == 2
