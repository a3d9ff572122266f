"""What backfill says of a run, and what it refuses."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from terminal import EVERYTHING, Terminal

from support import workshop

DOCUMENT = {
    "run", "planned", "written", "unchanged", "failed", "blocked", "rows", "seconds", "data_statements", "is_complete", "trouble", "retry",
    "as_of", "outside", "outcome", "not_run", "stopped", "go_on", "waiting",
}  # fmt: skip
OUTCOMES = ("written", "unchanged", "failed", "blocked")


def outcomes(document: dict[str, int]) -> tuple[int, ...]:
    return tuple(document[name] for name in OUTCOMES)


def retry_of(out: str) -> str:
    """The command that the last line names, without the name of the program."""
    last = out.strip().splitlines()[-1]
    assert last.startswith("Retry with  backcourt ")
    return last.removeprefix("Retry with  backcourt ")


class TestRun:
    def test_first_and_second(self, raw_cli: Terminal) -> None:
        first = raw_cli("backfill")
        assert first.code == 0
        assert first.out.startswith(EVERYTHING)
        assert "18 partitions planned: 18 written, 0 unchanged, 0 failed, 0 blocked, 0 cut off" in first.text
        second = raw_cli("backfill")
        assert second.code == 0
        assert "0 partitions planned: 0 written, 0 unchanged, 0 failed, 0 blocked" in second.text
        assert "0 statements on raw and built tables" in second.text

    def test_document(self, raw_cli: Terminal) -> None:
        first = raw_cli("backfill --json").json
        assert first.keys() == DOCUMENT
        assert (first["planned"], *outcomes(first)) == (18, 18, 0, 0, 0)
        assert first["data_statements"] > 10
        assert (first["is_complete"], first["trouble"], first["retry"], first["as_of"]) == (True, [], None, None)
        assert first["rows"] == 12 + 12 + 204
        second = raw_cli("backfill --json").json
        assert (second["planned"], second["data_statements"], second["rows"]) == (0, 0, 0)

    @pytest.mark.parametrize("unit", ["season", "month", "week", "day"])
    def test_units(self, raw_cli: Terminal, unit: str) -> None:
        found = raw_cli(f"backfill --tables TOGS --unit {unit} --threads 1 --json").json
        assert outcomes(found) == (6, 0, 0, 0)

    def test_force(self, cli: Terminal) -> None:
        found = cli("backfill --force --tables TOGS --json").json
        assert (found["planned"], *outcomes(found)) == (6, 0, 6, 0, 0)
        assert "team_offense_game_summary forced 6" in cli("backfill --force --tables TOGS --dry-run").text

    def test_scope(self, raw_cli: Terminal) -> None:
        assert raw_cli("backfill --tables TDGS --dates 2021-10-20:2021-10-21 --json").json["planned"] == 4
        assert raw_cli("plan --json").json["partitions"] == 14

    def test_dry_run_is_the_plan(self, raw_cli: Terminal) -> None:
        assert raw_cli("backfill --dry-run").out == raw_cli("plan").out
        assert raw_cli("backfill --dry-run --json").json == raw_cli("plan --json").json

    def test_a_correction(self, cli: Terminal, correction: str) -> None:
        answer = cli("plan --json").json
        assert {due["game_date"] for one in answer["tables"] for due in one["dates"]} == {correction}
        assert cli("verify").code == 1
        assert cli("backfill").code == 0
        assert cli("verify").code == 0


class TestConfirmation:
    def test_a_large_plan_needs_yes(self, raw_cli: Terminal) -> None:
        before = raw_cli.state()
        answer = raw_cli("backfill", BACKCOURT_CONFIRM_OVER="17")
        assert answer.code == 2
        assert "18 partitions will run, more than 17" in answer.err
        assert "--yes" in answer.err
        error = raw_cli("backfill --json", BACKCOURT_CONFIRM_OVER="17").json
        assert (error["error"], error["exit_code"]) == ("UsageError", 2)
        assert raw_cli.state() == before

    @pytest.mark.parametrize(("flags", "limit"), [("--yes", "17"), ("", "18"), ("--dry-run", "0")])
    def test_not_asked(self, raw_cli: Terminal, flags: str, limit: str) -> None:
        assert raw_cli(f"backfill {flags}", BACKCOURT_CONFIRM_OVER=limit).code == 0


class TestPlanId:
    def test_the_plan_that_was_looked_at_is_run(self, raw_cli: Terminal) -> None:
        planned = raw_cli("plan")
        (name,) = re.findall(r"Plan (\S+);", planned.text)
        assert name == raw_cli("plan --json").json["plan"]
        assert name.startswith("18-")
        assert raw_cli(f"backfill --plan {name} --dry-run").code == 0
        assert raw_cli(f"backfill --plan {name} --limit 6").code == 1
        assert "Plan " not in raw_cli("plan --dates 2021-10-19").text

    def test_another_plan_is_refused(self, cli: Terminal, correction: str) -> None:
        name = cli("plan --json").json["plan"]
        assert cli("backfill --tables TOGS").code == 0
        before = cli.state()
        answer = cli(f"backfill --plan {name}")
        assert answer.code == 2
        now = cli("plan --json").json
        told = f"{now['partitions']} partitions with {now['rows']} rows would run, in plan {name} it was 3 with"
        assert f"The plan has changed: {told}" in " ".join(answer.err.split())
        assert f"now {now['plan']}." in " ".join(answer.err.split())
        assert cli(f"backfill --plan {name} --json").json["error"] == "UsageError"
        assert cli.state() == before

    def test_as_many_of_another_scope_are_another_plan(self, raw_cli: Terminal) -> None:
        name = raw_cli("plan --tables TOGS --dates 2021-10-19 --json").json["plan"]
        answer = raw_cli(f"backfill --tables TOGS --dates 2021-10-20 --plan {name}")
        assert answer.code == 2
        assert "as many, but other dates" in " ".join(answer.err.split())

    def test_no_id(self, raw_cli: Terminal) -> None:
        answer = raw_cli("backfill --plan latest")
        assert (answer.code, "'latest' is not the id of a plan" in answer.err) == (2, True)


class TestBlocked:
    @pytest.mark.parametrize("by_option", [False, True], ids=["environment", "option"])
    def test_without_upstream(self, raw_cli: Terminal, by_option: bool) -> None:
        """The retry command completes, also when only the option named the warehouse."""
        option = f" --warehouse {shlex.quote(str(raw_cli.warehouse))}" if by_option else ""
        other = str(raw_cli.warehouse.with_name("other.duckdb")) if by_option else str(raw_cli.warehouse)
        answer = raw_cli("backfill --tables PGS --no-upstream" + option, BACKCOURT_WAREHOUSE=other)
        assert answer.code == 1
        assert "6 partitions planned: 0 written, 0 unchanged, 0 failed, 6 blocked" in answer.text
        for day in range(19, 25):
            cause = f"needs analytics.team_offense_game_summary 2021-10-{day}, which is missing"
            assert f"player_game_summary 2021-10-{day} blocked {cause}" in answer.text
        retry = retry_of(answer.out)
        assert ("--warehouse" in retry) == by_option
        again = raw_cli(retry, BACKCOURT_WAREHOUSE=other)
        assert again.code == 0
        assert "12 partitions planned: 12 written" in again.text
        assert raw_cli("verify --tables PGS").code == 0

    def test_document(self, raw_cli: Terminal) -> None:
        answer = raw_cli("backfill --tables PGS --no-upstream --dates 2021-10-20 --json")
        assert answer.code == 1
        found = answer.json
        assert (found["is_complete"], outcomes(found)) == (False, (0, 0, 0, 1))
        (trouble,) = found["trouble"]
        assert (trouble["table"], trouble["game_date"], trouble["outcome"]) == (
            "player_game_summary",
            "2021-10-20",
            "blocked",
        )
        assert found["retry"] == "backcourt backfill --tables player_game_summary --dates 2021-10-20"

    def test_status_and_explain_tell_of_it(self, raw_cli: Terminal) -> None:
        raw_cli("backfill --tables PGS --no-upstream --dates 2021-10-20")
        totals = {one["table"]: one["states"] for one in raw_cli("status --json").json["status"]["totals"]}
        assert totals["player_game_summary"]["blocked"] == 1
        answer = raw_cli("explain PGS 2021-10-20")
        assert (
            "blocked (was blocked: needs analytics.team_offense_game_summary 2021-10-20, which is missing)"
            in answer.text
        )


class TestFailed:
    @pytest.fixture
    def wrong(self, raw_cli: Terminal, league: Path, tmp_path: Path) -> tuple[str, Path]:
        """A box score in which a player scored more than his shots; the date of the game, and the folder."""
        folder = shutil.copytree(league, tmp_path / "wrong")
        with workshop(raw_cli.warehouse, folder) as shop:
            box = shop.read("player_box")
            box[0]["points"] = str(int(box[0]["points"]) + 1)
            shop.write("player_box", box)
            shop.ingest(hours=1)
        return box[0]["game_date"], folder

    def test_the_date_is_shown_with_its_cause(self, raw_cli: Terminal, wrong: tuple[str, Path]) -> None:
        day, _ = wrong
        answer = raw_cli("backfill")
        assert answer.code == 1
        (line,) = [
            line for line in answer.out.splitlines() if line.startswith("player_game_summary") and "failed" in line
        ]
        assert day in line
        assert "1 failed" in answer.text
        assert retry_of(answer.out) == f"retry --tables player_game_summary --dates {day}"
        assert raw_cli(f"explain PGS {day} --json").json["state"] == "failed"
        assert f"{day} first" in raw_cli("verify").text

    @pytest.mark.soak
    def test_it_heals(self, raw_cli: Terminal, wrong: tuple[str, Path], league: Path) -> None:
        retry = retry_of(raw_cli("backfill").out)
        assert raw_cli(retry).code == 1
        with workshop(raw_cli.warehouse, league) as shop:
            shop.ingest(hours=2)
        assert raw_cli(retry).code == 0
        assert raw_cli("verify").code == 0
