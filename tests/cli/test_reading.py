"""Commands that only read: what they print, as a document too, and that they leave the file alone."""

from __future__ import annotations

import shlex
from datetime import date
from pathlib import Path

import pytest
from terminal import EVERYTHING, Terminal

from backcourt.cli import plan as plan_verb
from backcourt.engine.plan import Due, Plan, PlannedTable
from backcourt.engine.registry import default_registry
from backcourt.seasons import Scope
from backcourt.settings import SETTINGS
from backcourt.warehouse.duckdb import Warehouse

DAY = "2021-10-20"
READERS = (
    *("plan", "status", "status --phase 2", "report", f"explain PGS {DAY}", "verify", "backfill --dry-run --force"),
    *("load PGS", "rehash", "rehash --only-missing"),
)
TABLES = {"team_offense_game_summary", "team_defense_game_summary", "player_game_summary"}
NEEDS_FILE = (
    *("plan", "backfill --dry-run", "backfill", "status", "verify", "report", f"explain PGS {DAY}"),
    *("load PGS", "export --out exported", "rehash", "validate"),
)


@pytest.mark.parametrize("command", READERS)
def test_the_file_is_left_alone(cli: Terminal, command: str) -> None:
    before = cli.state()
    for form in (command, f"{command} --json"):
        assert cli(form).code == 0
    assert cli.state() == before


@pytest.mark.parametrize("command", [one for one in READERS if one not in ("verify", "report", "load PGS")])
def test_so_it_is_with_nothing_built(raw_cli: Terminal, command: str) -> None:
    before = raw_cli.state()
    assert raw_cli(command).code == 0
    assert raw_cli.state() == before


@pytest.mark.parametrize("command", NEEDS_FILE)
def test_a_missing_warehouse(tmp_path: Path, command: str) -> None:
    missing = Terminal(tmp_path / "nothing.duckdb")
    answer = missing(command)
    assert answer.code == 5
    assert "There is no warehouse at" in answer.err
    assert "backcourt ingest" in answer.err
    error = missing(f"{command} --json").json
    assert (error["error"], error["exit_code"]) == ("WarehouseError", 5)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [*NEEDS_FILE, "ingest simulated"])
def test_a_file_of_another_kind(tmp_path: Path, command: str) -> None:
    other = Terminal(tmp_path / "other.duckdb")
    other.warehouse.write_text("not a database\n" * 1000)
    answer = other(command)
    assert answer.code == 5
    assert "cannot be opened" in answer.err
    assert other.warehouse.read_text() == "not a database\n" * 1000


@pytest.mark.parametrize("command", [one for one in NEEDS_FILE if one != "backfill"])
def test_a_database_without_ledger(tmp_path: Path, command: str) -> None:
    other = Terminal(tmp_path / "other.duckdb")
    with Warehouse.open(other.warehouse) as warehouse:
        warehouse.execute("CREATE TABLE other AS SELECT 1 AS x")
    before = other.state()
    answer = other(command)
    assert answer.code == 5
    assert "it has no ledger" in answer.err
    assert other(f"{command} --json").json["exit_code"] == 5
    assert other.state() == before


@pytest.mark.parametrize(
    "env",
    [
        one.env
        for one in SETTINGS
        if one.name not in ("warehouse", "real_data", "notify", "sources", "archive", "bigdataball")
    ],
)
def test_a_bad_setting(shared_cli: Terminal, env: str) -> None:
    answer = shared_cli("status", **{env: "nonsense"})
    assert answer.code == 2
    assert f"{env}='nonsense' is not allowed" in answer.err


class TestPlan:
    def test_nothing_to_do(self, shared_cli: Terminal) -> None:
        assert shared_cli("plan").out.splitlines() == [
            EVERYTHING,
            "Nothing to do: all 18 partitions of the scope are verified.",
        ]

    def test_everything_to_do(self, raw_cli: Terminal) -> None:
        answer = raw_cli("plan")
        assert "18 of 18 partitions would run: about" in answer.text
        for table in TABLES:
            assert f"{table} never built 6 2021-10-19 2021-10-24" in answer.text

    def test_document(self, raw_cli: Terminal) -> None:
        found = raw_cli("plan --json --dates 2021-10-20 --tables PGS").json
        assert found.keys() == {"plan", "scope", "partitions", "considered", "rows", "seconds", "tables", "waiting"}
        assert (found["partitions"], found["considered"]) == (2, 2)
        assert [(one["table"], [due["is_upstream"] for due in one["dates"]]) for one in found["tables"]] == [
            ("team_offense_game_summary", [True]),
            ("player_game_summary", [False]),
        ]
        (due,) = found["tables"][1]["dates"]
        assert due.keys() == {"game_date", "reason", "rows", "is_upstream"}
        assert (due["game_date"], due["reason"]) == (DAY, "never built")

    def test_upstream_is_shown_apart(self, raw_cli: Terminal) -> None:
        assert "team_offense_game_summary (upstream) never built 1" in raw_cli(f"plan --tables PGS --dates {DAY}").text

    def test_each_reason_has_its_own_line(self, cli: Terminal) -> None:
        """Damage on two dates, the one upstream: three reasons in two tables."""
        damage(cli, "analytics.team_offense_game_summary", "2021-10-19")
        damage(cli, "analytics.player_game_summary", "2021-10-22")
        assert cli("verify").code == 1
        text = cli("plan").text
        assert "team_offense_game_summary its rows are not those of the ledger 1 2021-10-19 2021-10-19" in text
        assert "player_game_summary its rows are not those of the ledger 1 2021-10-22 2021-10-22" in text
        assert "player_game_summary behind an upstream partition 1 2021-10-19 2021-10-19" in text

    def test_the_rows_of_a_reason_are_its_own(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Whatever a reason says, also with a colon after its first word."""
        reasons = (
            "points_add_up: player 7",
            "behind analytics.x 2021-10-19, which is stale",
            "the last attempt failed: x: y",
            "",
        )
        due = tuple(Due(date(2021, 10, 19 + day), "2021-22", reason, 10 + day) for day, reason in enumerate(reasons))
        table = default_registry().resolve("PGS")
        plan_verb.show(Plan((PlannedTable(table, due),), 4, 0.01), Scope(), as_json=False)
        shown = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
        assert "player_game_summary points_add_up: 1 2021-10-19 2021-10-19 10" in shown
        assert "player_game_summary behind an upstream partition 1 2021-10-20 2021-10-20 11" in shown
        assert "player_game_summary the last attempt failed 1 2021-10-21 2021-10-21 12" in shown
        assert "player_game_summary forced 1 2021-10-22 2021-10-22 13" in shown


def damage(cli: Terminal, table: str, day: str) -> None:
    with Warehouse.open(cli.warehouse, threads=1) as warehouse:
        warehouse.execute(f"DELETE FROM {table} WHERE game_date = '{day}'")


class TestStatus:
    def test_document(self, shared_cli: Terminal) -> None:
        found = shared_cli("status --json").json
        assert found.keys() == {"scope", "status"}
        status = found["status"]
        assert status.keys() == {
            "kind",
            "as_of",
            "totals",
            "by_season",
            "by_month",
            "mixed",
            "raw",
            "raw_rows",
            "running",
            "last_run",
            "last_success",
            "failures",
            "waiting",
            "certificate",
        }
        assert (status["kind"], status["as_of"], status["mixed"], status["running"]) == ("simulated", None, [], None)
        assert {one["table"] for one in status["totals"]} == TABLES
        for one in status["totals"]:
            assert (one["expected"], one["states"]["verified"], one["season"]) == (6, 6, None)
        assert {one["season"] for one in status["by_season"]} == {"2021-22"}

    def test_the_table_furthest_behind_comes_first(self, raw_cli: Terminal) -> None:
        assert raw_cli(f"backfill --tables TDGS --dates :{DAY}").code == 0
        answer = raw_cli("status")
        assert "At least 0.0% of every table is verified (player_game_summary is furthest behind)." in answer.out
        order = [one["table"] for one in raw_cli("status --json").json["status"]["totals"]]
        assert order[0] == "player_game_summary"
        rows = [line.split() for line in answer.out.splitlines()]
        assert ["team_defense_game_summary", "all", "6", "2", "4", "0", "0", "0", "0", "0", "4"] in rows

    def test_raw_tables(self, shared_cli: Terminal) -> None:
        rows = [line.split() for line in shared_cli("status --phase 2").out.splitlines()]
        assert ["raw.games", "2021-22", "6", "6", "0", "0", "6", "6", "simulated"] in rows
        assert ["raw.team_box", "2021-22", "6", "6", "0", "0", "12", "6", "simulated"] in rows

    def test_scope(self, shared_cli: Terminal) -> None:
        (one,) = shared_cli(f"status --json --tables PGS --dates {DAY}").json["status"]["totals"]
        assert (one["table"], one["expected"]) == ("player_game_summary", 1)


class TestExplain:
    def test_document(self, shared_cli: Terminal) -> None:
        found = shared_cli(f"explain PGS {DAY} --json").json
        assert (found["table"], found["game_date"], found["state"], found["reason"]) == (
            "player_game_summary",
            DAY,
            "verified",
            None,
        )
        assert found["built_with"] == found["code_version"]
        assert found["rows"] == found["expected_rows"] > 20
        assert {"games_present", "unique_keys", "keys_equal_spine", "column_rules"} < set(found["checks"])
        inputs = {one["table"]: one for one in found["inputs"]}
        assert inputs.keys() > {"raw.games", "raw.player_box", "analytics.team_offense_game_summary"}
        assert {"points", "seconds_played", "player_id"} <= set(inputs["raw.player_box"]["columns"])
        assert not any(one["changed"] for one in inputs.values())
        (attempt,) = found["attempts"]
        assert (attempt["outcome"], attempt["reason"], attempt["cause"]) == ("written", "never built", None)

    def test_text(self, shared_cli: Terminal) -> None:
        answer = shared_cli(f"explain PGS {DAY}")
        assert answer.out.startswith(f"player_game_summary {DAY}: verified\n")
        for words in (
            "Built from",
            "consumed columns",
            "written",
            "never built",
            "It runs again when a consumed column above changes",
        ):
            assert words in answer.text

    def test_before_the_first_build(self, raw_cli: Terminal) -> None:
        answer = raw_cli(f"explain TOGS {DAY}")
        assert answer.code == 0
        assert f"team_offense_game_summary {DAY}: missing (never built)" in answer.out
        command = answer.out.strip().splitlines()[-1].partition("  ")[2]
        assert command == f"backcourt backfill --tables team_offense_game_summary --dates {DAY}"
        assert raw_cli(shlex.join(shlex.split(command)[1:])).code == 0
        assert "verified" in raw_cli(f"explain TOGS {DAY}").out.splitlines()[0]

    def test_after_a_correction_it_names_the_input(self, cli: Terminal, correction: str) -> None:
        found = cli(f"explain PGS {correction} --json").json
        assert (found["state"], found["reason"]) == ("stale", "input changed")
        changed = {one["table"] for one in found["inputs"] if one["changed"]}
        assert "raw.player_box" in changed
        assert not {"raw.shots", "raw.play_by_play", "raw.games"} & changed
        lines = [line for line in cli(f"explain PGS {correction}").out.splitlines() if "changed" in line.split()]
        assert any(line.startswith("raw.player_box") for line in lines)
        assert cli("backfill").code == 0
        assert cli(f"explain PGS {correction} --json").json["state"] == "verified"
        assert cli(f"explain PGS {correction} --json").json["record_version"] == 2
        assert [one["reason"] for one in cli(f"explain PGS {correction} --json").json["attempts"]] == [
            "input changed",
            "never built",
        ]

    def test_the_chain(self, cli: Terminal, correction: str) -> None:
        """An assist less of a player and his team: due, and after the run. Team offense changes in no column that PGS reads."""
        box, team = (
            f"raw.{table}: 1 row corrected on {correction} (assists); {table}_2021-22.csv (simulated), ingested"
            for table in ("player_box", "team_box")
        )
        before = cli(f"explain PGS {correction}").out
        assert "\nWhy it last ran: never built (run " in before
        waiting = before[before.index("\nWhy it would run: input changed.\n") :].splitlines()
        assert waiting[2] == f"  analytics.team_offense_game_summary: due on {correction}"
        assert waiting[3].startswith(f"    {team}")
        assert waiting[4].startswith(f"  {box}")
        assert waiting[5:] == [
            "  as above: raw.team_box",
            "",
            f"It runs with  backcourt backfill --tables player_game_summary --dates {correction}",
        ]
        assert cli("backfill").code == 0
        after = cli(f"explain PGS {correction}").out.splitlines()
        start = next(
            number for number, line in enumerate(after) if line.startswith("Why it last ran: input changed (run ")
        )
        assert after[start].endswith("UTC). Written: 1 row changed.")
        assert [line.partition(", ingested")[0] for line in after[start + 1 : start + 3]] == [
            f"  {box.removesuffix(', ingested')}",
            f"  {team.removesuffix(', ingested')}",
        ]
        assert "Why it would run" not in "\n".join(after)

    def test_the_chain_as_a_document(self, cli: Terminal, correction: str) -> None:
        assert cli("backfill").code == 0
        found = cli(f"explain PGS {correction} --json").json
        chain = found["why_it_ran"]
        assert chain.keys() == {"run_id", "started_at", "outcome", "reason", "rows", "causes", "because"}
        assert (chain["outcome"], chain["reason"], chain["rows"]) == ("written", "input changed", {"changed": 1})
        assert chain["run_id"] == found["attempts"][0]["run_id"]
        assert found["why_it_is_due"] is None
        box, team = chain["because"]
        assert (box["table"], team["table"]) == ("raw.player_box", "raw.team_box")
        assert box.keys() == {
            "table", "rows", "on", "columns", "due", "ingests", "more_ingests", "is_above", "causes", "because",
        }  # fmt: skip
        assert box["rows"] == {"corrected": 1}
        assert box["on"] == {"dates": 1, "first": correction, "last": correction}
        (told,) = box["ingests"]
        assert told.keys() == {"source", "stream", "ingested_at", "rows"}
        assert (told["stream"], told["rows"]) == ("player_box_2021-22.csv", {"corrected": 1})

    def test_an_unread_change_changes_nothing(self, cli: Terminal, correction: str) -> None:
        other = "2021-10-24"
        assert other != correction
        assert cli(f"explain PGS {other} --json").json["state"] == "verified"

    @pytest.mark.parametrize(
        ("day", "message"),
        [
            ("2021-10-25", "has no partition on 2021-10-25"),
            ("2021-10", "names more than one date"),
            ("2021-10-19:", "names more than one date"),
            ("soon", "'soon' is not a date"),
        ],
    )
    def test_a_date_that_cannot_be_meant(self, shared_cli: Terminal, day: str, message: str) -> None:
        answer = shared_cli(f"explain PGS {day}")
        assert answer.code == 2
        assert message in answer.err
