"""What runs and changes print, and what they refuse."""

from __future__ import annotations

import pytest
from terminal import Terminal

PGS = "player_game_summary"
RUN = {
    "run_id", "command", "scope", "started_at", "ended_at", "seconds", "outcome", "unit", "threads", "host", "pid", "considered",
    "skipped", "cut_off", "outside", "recomputed", "changed", "unchanged", "failed", "blocked", "rows", "skip_rate", "seconds_saved",
    "not_run", "stopped",
}  # fmt: skip
CHANGE = {"run", "table", "game_date", "kind", "key", "keys", "columns"}


@pytest.fixture
def corrected(cli: Terminal, correction: str) -> tuple[Terminal, list[str], str]:
    """A first build, a run after a correction and a run without anything to do; the ids of the three, and the date."""
    for _ in range(2):
        assert cli("backfill").code == 0
    ids = [one["run_id"] for one in cli("runs --all --json").json["runs"]]
    return cli, ids[::-1], correction


class TestRuns:
    def test_list(self, corrected: tuple[Terminal, list[str], str]) -> None:
        cli, ids, _ = corrected
        found = cli("runs --all --json").json["runs"]
        assert [one["run_id"] for one in found] == ids[::-1]
        assert all(one.keys() == RUN for one in found)
        assert [(one["considered"], one["skipped"], one["changed"]) for one in found] == [
            (18, 18, 0),
            (18, 15, 3),
            (18, 0, 18),
        ]
        assert [one["skip_rate"] for one in found] == [1.0, 15 / 18, 0.0]
        lines = [line for line in cli("runs --all").out.splitlines() if line.startswith("20")]
        assert [line.split()[0] for line in lines] == ids[::-1]
        assert [line.split()[-2] for line in lines] == ["100.0%", "83.3%", "0.0%"]
        assert len(cli("runs --all --limit 2 --json").json["runs"]) == 2

    def test_what_had_nothing_to_do_is_counted_and_left_out(self, corrected: tuple[Terminal, list[str], str]) -> None:
        cli, ids, _ = corrected
        found = cli("runs --json").json
        assert ([one["run_id"] for one in found["runs"]], found["idle_left_out"]) == (ids[1::-1], 1)
        assert "Left out: 1 that had nothing to do (--all lists them)." in cli("runs").text

    def test_show(self, corrected: tuple[Terminal, list[str], str]) -> None:
        cli, ids, _ = corrected
        found = cli(f"runs show {ids[1]} --json").json
        assert found.keys() == RUN | {"tables"}
        assert {
            one["table"]: (one["considered"], one["skipped"], one["changed"]) for one in found["tables"]
        } == dict.fromkeys((PGS, "team_offense_game_summary", "team_defense_game_summary"), (6, 5, 1))
        text = cli(f"runs show {ids[1]}").text
        for piece in (
            "Partitions considered: 18 skipped on equal input: 15 cut off on equal output: 0",
            "recomputed: 3 (3 changed, 0 unchanged) failed: 0, blocked: 0 Skip rate: 83.3%",
            f"backcourt changes --run {ids[1]}",
        ):
            assert piece in text
        assert cli("runs show latest --json").json["run_id"] == ids[2]

    def test_nothing_yet(self, raw_cli: Terminal) -> None:
        assert raw_cli("runs --json").json == {"runs": [], "idle_left_out": 0}
        assert "Nothing has been run yet" in raw_cli("runs").text
        answer = raw_cli("changes --json")
        assert (answer.code, answer.json["error"]) == (2, "UsageError")

    @pytest.mark.parametrize("command", ["runs show 7", "changes --run 7", "changes --since 7"])
    def test_unknown(self, cli: Terminal, command: str) -> None:
        newest = cli("runs --json").json["runs"][0]["run_id"]
        answer = cli(command)
        assert answer.code == 2
        assert "There is no run '7'" in answer.err
        assert newest in " ".join(answer.err.split())
        assert newest in cli(f"{command} --json").json["hint"]

    @pytest.mark.parametrize(
        "command", ["runs show", "runs drop", "changes --run latest --since latest", "changes --tables PDC"]
    )
    def test_refused(self, cli: Terminal, command: str) -> None:
        assert cli(command).code == 2
        assert cli(f"{command} --json").json["exit_code"] == 2


class TestChanges:
    def test_a_correction(self, corrected: tuple[Terminal, list[str], str]) -> None:
        cli, ids, day = corrected
        found = cli(f"changes --run {ids[1]} --json").json
        assert (found["runs"], found["scope"]) == ([ids[1]], "All game dates, all seasons, all tables.")
        assert all(one.keys() == CHANGE for one in found["changes"])
        assert {(one["run"], one["game_date"], one["kind"]) for one in found["changes"]} == {(ids[1], day, "changed")}
        (player,) = [one for one in found["changes"] if one["table"] == PGS]
        assert player["key"].keys() == {"game_id", "player_id"}
        assert "assists" in player["columns"]
        text = cli(f"changes --run {ids[1]} --tables PGS").text
        assert f"{PGS} changed 1 1 " in text
        assert f"{PGS} {day} changed game_id={player['key']['game_id']} player_id={player['key']['player_id']}" in text

    def test_a_run_that_changed_nothing_says_so(self, corrected: tuple[Terminal, list[str], str]) -> None:
        cli, ids, day = corrected
        for command in ("changes", "changes --run latest"):
            assert f"Run {ids[2]} changed nothing." in cli(command).text
            assert cli(f"{command} --json").json == {
                "scope": "All game dates, all seasons, all tables.", "runs": [ids[2]], "changes": [],
            }  # fmt: skip
        other = "2021-10-19" if day != "2021-10-19" else "2021-10-20"
        assert f"Run {ids[1]} changed nothing in this scope." in cli(f"changes --run {ids[1]} --dates {other}").text
        assert "No run came after it." in cli("changes --since latest").text

    def test_since(self, corrected: tuple[Terminal, list[str], str]) -> None:
        cli, ids, _ = corrected
        found = cli(f"changes --since {ids[0]} --json").json
        assert found["runs"] == ids[1:]
        assert found["changes"] == cli(f"changes --run {ids[1]} --json").json["changes"]

    def test_a_first_build(self, corrected: tuple[Terminal, list[str], str]) -> None:
        """A line a partition, or with --keys each key that the tables have."""
        cli, ids, _ = corrected
        whole = cli(f"changes --run {ids[0]} --tables PGS --json").json["changes"]
        assert [(one["key"], one["kind"]) for one in whole] == [(None, "inserted")] * 6
        each = cli(f"changes --run {ids[0]} --tables PGS --keys --json").json["changes"]
        assert sum(one["keys"] for one in whole) == len(each) == 204
        rows = cli("load PGS --columns game_id,player_id --format json").json
        assert sorted(map(str, (one["key"] for one in each))) == sorted(map(str, rows))
        assert "all 34 of the partition" in cli(f"changes --run {ids[0]} --tables PGS --dates 2021-10-19").text
        assert "These are the first 20; --json has them all." in cli(f"changes --run {ids[0]} --keys").text

    def test_the_document_is_written_while_it_is_read(self, cli: Terminal) -> None:
        """A line a change, so that a reader needs no more memory than a line."""
        lines = cli("changes --keys --json").out.splitlines()
        assert lines[0].endswith('"changes": [')
        assert lines[-1] == "]}"
        assert len(lines) == 2 + 12 + 12 + 204
