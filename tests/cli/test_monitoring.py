"""status as others read it: a breakdown, failures, a health check, metrics and a digest, also while a run goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from terminal import Terminal

from backcourt.clock import FixedClock
from exposition import parse
from storyteller import Story
from support import NOON, TABLES

DAY = "2021-10-20"
HOLD = """
import duckdb
connection = duckdb.connect(path)
print("ready", flush=True)
sys.stdin.read()
"""

DIGEST = {
    "run_id", "command", "scope", "started_at", "ended_at", "seconds", "outcome", "unit", "threads", "host", "pid", "considered",
    "skipped", "cut_off", "outside", "recomputed", "changed", "unchanged", "failed", "blocked", "rows", "skip_rate", "seconds_saved",
    "stopped", "not_run",
    "warehouse", "kind", "failures", "failures_not_listed", "verified", "expected", "least_verified_share", "newest_verified",
}  # fmt: skip


@pytest.fixture
def blocked(raw_cli: Terminal) -> Terminal:
    """The last run blocked one partition, and built none."""
    assert raw_cli(f"backfill --tables PGS --no-upstream --dates {DAY}").code == 1
    return raw_cli


@pytest.fixture
def held(cli: Terminal) -> Iterator[Terminal]:
    """Another process has the warehouse, and only the files beside it can be read."""
    with cli.process(HOLD):
        yield cli


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    """The command line's clock, an hour after the league was built."""
    clock = FixedClock(NOON + timedelta(hours=1))
    monkeypatch.setattr("backcourt.cli.status.CLOCK", clock)
    return clock


class TestBreakdown:
    def test_by_month(self, shared_cli: Terminal) -> None:
        rows = [line.split() for line in shared_cli("status --by month").out.splitlines()]
        assert ["player_game_summary", "2021-10", "6", "6", "0", "0", "0", "0", "0", "0", "204"] in rows
        found = shared_cli("status --json").json["status"]
        assert {(one["table"], one["month"], one["season"]) for one in found["by_month"]} == {
            (table, "2021-10", None) for table in TABLES
        }
        assert {one["newest_verified"] for one in found["totals"]} == {"2021-10-24"}

    def test_all_is_verified(self, shared_cli: Terminal) -> None:
        assert "All 18 partitions of 3 tables are verified." in shared_cli("status").out

    def test_failures(self, blocked: Terminal) -> None:
        cause = f"was blocked: needs analytics.team_offense_game_summary {DAY}, which is missing"
        assert f"player_game_summary {DAY} blocked {cause}" in blocked("status --failures").text
        assert cause not in blocked("status").text
        assert blocked("status --json").json["status"]["failures"] == [
            {"table": "player_game_summary", "game_date": DAY, "state": "blocked", "cause": cause}
        ]


class TestHealth:
    def test_healthy(self, shared_cli: Terminal, noon: FixedClock) -> None:
        answer = shared_cli("status --max-age 1")
        assert answer.code == 0
        assert len(answer.out.splitlines()) == 1
        assert "is 1.0 hours old, within 1." in answer.out
        assert shared_cli("status --max-age 1 --json").json == {
            "healthy": True,
            "why": answer.out.strip(),
            "age_hours": 1.0,
        }

    def test_too_old(self, shared_cli: Terminal, noon: FixedClock) -> None:
        answer = shared_cli("status --max-age 0.5")
        assert (answer.code, len(answer.out.splitlines())) == (1, 1)
        assert "over 0.5." in answer.out
        assert not shared_cli("status --max-age 0.5 --json").json["healthy"]

    def test_a_failure(self, blocked: Terminal) -> None:
        answer = blocked("status --max-age 1000000")
        assert answer.code == 1
        assert "ended incomplete at " in answer.out
        assert "0 partitions failed, 1 blocked." in answer.out

    def test_nothing_built(self, raw_cli: Terminal) -> None:
        answer = raw_cli("status --max-age 24")
        assert (answer.code, answer.out.strip()) == (1, "No run has succeeded yet.")

    def test_no_warehouse(self, tmp_path: Path) -> None:
        assert Terminal(tmp_path / "w.duckdb")("status --max-age 24").code == 5

    def test_while_another_process_has_the_file(self, held: Terminal, noon: FixedClock) -> None:
        assert held("status --max-age 1").code == 0
        story = Story(held.warehouse, run="r")
        story.start(3590)
        assert held("status --max-age 1").code == 0
        story.end(3595, "incomplete")
        answer = held("status --max-age 1")
        assert (answer.code, "The last run, r, ended incomplete" in answer.out) == (1, True)


class TestPrometheus:
    def test_what_is_stored(self, shared_cli: Terminal) -> None:
        answer = shared_cli("status --prometheus")
        assert answer.code == 0
        found = parse(answer.out)
        assert all(name.startswith("backcourt_") and one.help and one.kind == "gauge" for name, one in found.items())

        def of(name: str, **labels: str) -> float:
            return found[f"backcourt_{name}"].samples[tuple(sorted(labels.items()))]

        for table in TABLES:
            assert of("partitions", table=table, state="verified") == 6
            assert of("partitions", table=table, state="failed") == 0
            assert of("rows", table=table) == of("expected_rows", table=table)
            assert of("newest_verified_date_seconds", table=table) == datetime(2021, 10, 24, tzinfo=UTC).timestamp()
        assert of("rows", table="player_game_summary") == 204
        assert of("raw_rows", table="games") == 6 + 10  # ten of preseason
        assert of("raw_rows", table="team_box") == 12
        assert of("last_run_success") == 1
        assert of("last_run_end_timestamp_seconds") == of("last_success_end_timestamp_seconds") == NOON.timestamp()
        assert of("last_run_duration_seconds") == 0
        assert {of("run_state", state=each) for each in ("running", "stalled", "dead")} == {0}
        ((labels, _),) = found["backcourt_last_run_info"].samples.items()
        assert dict(labels)["outcome"] == "complete"

    def test_a_failure(self, blocked: Terminal) -> None:
        found = parse(blocked("status --prometheus").out)
        assert found["backcourt_last_run_success"].samples == {(): 0}
        assert found["backcourt_last_run_failures"].samples == {
            (("outcome", "blocked"),): 1,
            (("outcome", "failed"),): 0,
        }
        assert "backcourt_last_success_end_timestamp_seconds" not in found

    def test_while_another_process_has_the_file(self, held: Terminal, noon: FixedClock) -> None:
        """The same figures, and the run that goes on beside the last one that is over."""
        idle = parse(held("status --prometheus").out)
        story = Story(held.warehouse, run="r")
        story.start(3590)
        found = parse(held("status --prometheus").out)
        assert found["backcourt_run_state"].samples[(("state", "running"),)] == 1
        same = ("partitions", "rows", "last_run_info", "last_run_success", "newest_verified_date_seconds")
        assert {name: found[f"backcourt_{name}"] for name in same} == {name: idle[f"backcourt_{name}"] for name in same}
        assert found["backcourt_raw_rows"].samples == {(("table", "games"),): 6}


class TestDigest:
    def test_of_a_run(self, shared_cli: Terminal) -> None:
        found = shared_cli("status --digest").json
        assert found.keys() == DIGEST
        assert (found["outcome"], found["changed"], found["failures"], found["kind"]) == (
            "complete",
            18,
            [],
            "simulated",
        )
        assert (found["verified"], found["expected"], found["least_verified_share"]) == (18, 18, 1.0)
        assert found["newest_verified"] == dict.fromkeys(TABLES, "2021-10-24")
        assert found["ended_at"] == NOON.isoformat()

    def test_of_a_failure(self, blocked: Terminal) -> None:
        found = blocked("status --digest").json
        assert (found["outcome"], found["blocked"], found["least_verified_share"]) == ("incomplete", 1, 0.0)
        assert found["failures"] == [
            {
                "table": "player_game_summary",
                "game_date": DAY,
                "state": "blocked",
                "cause": f"needs analytics.team_offense_game_summary {DAY}, which is missing",
            }
        ]

    def test_there_is_none(self, raw_cli: Terminal) -> None:
        assert raw_cli("status --digest").code == 2

    def test_it_waits_for_the_file(self, held: Terminal) -> None:
        assert held("status --digest").code == 4


@pytest.mark.parametrize(
    "flags",
    [
        *(
            "--watch --max-age 1",
            "--prometheus --digest",
            "--max-age 1 --digest",
            "--watch --phase 2",
            "--phase 2 --max-age 1",
        ),
        *("--max-age 1 --tables PGS", "--digest --dates 2021", "--max-age -1", "--interval 0 --watch", "--by week"),
    ],
)
def test_what_cannot_be_meant(shared_cli: Terminal, flags: str) -> None:
    assert shared_cli(f"status {flags}").code == 2
