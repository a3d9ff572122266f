"""Two processes and one warehouse; a process that is interrupted or killed."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator

import pytest
from terminal import EVERYTHING, Terminal

from backcourt.engine.registry import Registry
from support import TINY

HOLD = """
import duckdb
connection = duckdb.connect(path)
print("ready", flush=True)
sys.stdin.read()
"""
# A backfill that stops after its first table is committed.
PAUSED = """
from backcourt.cli.main import application
from backcourt.engine import run
publish, seen = run.publish, []
def paused(warehouse, *rest):
    seen.append(rest)
    if len(seen) == 2:
        print("ready", flush=True)
        sys.stdin.read()
    return publish(warehouse, *rest)
run.publish = paused
application(["backfill"])(["backfill"])
"""

WAITING = (
    *(
        "plan",
        "backfill",
        "backfill --dry-run",
        "verify",
        "verify --certify",
        "report",
        "explain PGS 2021-10-20",
        "ingest simulated",
    ),
    *("load PGS", "export --out exported"),
)


def partitions(registry: Registry) -> int:
    """How many partitions the league's dates make."""
    return TINY.dates * len(registry.built)


@pytest.fixture
def holder(cli: Terminal) -> Iterator[subprocess.Popen[str]]:
    """Another process has the warehouse open."""
    with cli.process(HOLD) as process:
        yield process


@pytest.fixture
def running(raw_cli: Terminal) -> Iterator[subprocess.Popen[str]]:
    """A backfill that has committed its first table."""
    with raw_cli.process(PAUSED) as process:
        yield process


class TestLocked:
    @pytest.mark.parametrize("command", WAITING)
    def test_the_holder_is_named(self, cli: Terminal, holder: subprocess.Popen[str], command: str) -> None:
        answer = cli(command)
        assert answer.code == 4
        assert f"is in use by process {holder.pid} (" in answer.err
        assert "`backcourt status` works meanwhile" in answer.err
        error = cli(f"{command} --json")
        assert error.code == 4
        assert (error.json["error"], error.json["exit_code"]) == ("LockedError", 4)

    def test_status_answers(self, cli: Terminal, registry: Registry, holder: subprocess.Popen[str]) -> None:
        """From the snapshot of the last run; nothing says that one is going on."""
        answer = cli("status --json")
        assert answer.code == 0
        status = answer.json["status"]
        assert status["running"] is None
        verified = {one["table"]: one["states"]["verified"] for one in status["totals"]}
        assert verified == dict.fromkeys(registry.built, TINY.dates)
        assert cli("plan").code == 4

    def test_status_without_a_snapshot(self, cli: Terminal, holder: subprocess.Popen[str]) -> None:
        cli.warehouse.with_name("w.duckdb.status.parquet").unlink()
        answer = cli("status")
        assert answer.code == 4
        assert str(holder.pid) in answer.err

    def test_it_waits_as_long_as_it_is_told(self, cli: Terminal, holder: subprocess.Popen[str]) -> None:
        holder.communicate("")
        assert cli("plan --lock-timeout 5").code == 0


class TestWhileARunIsGoingOn:
    def test_status_says_so(self, raw_cli: Terminal, running: subprocess.Popen[str]) -> None:
        answer = raw_cli("status")
        assert answer.code == 0
        assert f"of process {running.pid} since " in answer.out
        assert answer.out.startswith(EVERYTHING)
        status = raw_cli("status --json").json["status"]
        assert status["running"]["pid"] == running.pid
        states = {one["table"]: one["states"] for one in status["totals"]}
        assert states["team_offense_game_summary"]["verified"] == 6
        assert states["player_game_summary"]["missing"] == 6
        refused = raw_cli("backfill")
        assert refused.code == 4
        assert re.search(rf"process {running.pid} \(.*\) on \S+ since 20\S+ \S+ UTC, last heard of 20", refused.err)

    @pytest.mark.soak
    def test_afterwards_it_is_over(self, raw_cli: Terminal, registry: Registry, running: subprocess.Popen[str]) -> None:
        out, err = running.communicate("")
        assert running.returncode == 0, err
        assert f"{partitions(registry)} written" in " ".join(out.split())
        assert raw_cli("status --json").json["status"]["running"] is None

    @pytest.mark.soak
    def test_killed(self, raw_cli: Terminal, registry: Registry, running: subprocess.Popen[str]) -> None:
        running.kill()
        running.wait()
        status = raw_cli("status --json").json["status"]
        assert status["running"] is None
        assert raw_cli("backfill --json").json["planned"] == partitions(registry) - TINY.dates
        assert raw_cli("verify").code == 0
        told = [json.loads(line) for line in raw_cli.warehouse.with_name("w.duckdb.events.jsonl").open()]
        assert [one["dead_pid"] for one in told if one["event"] == "lease_taken_over"] == [running.pid]
        outcomes = [one["outcome"] for one in raw_cli("runs --json").json["runs"]]
        assert outcomes == ["complete", "interrupted"]


def test_a_process_of_its_own(raw_cli: Terminal) -> None:
    """The console script, as a shell starts it: exit code and streams."""
    script = "from backcourt.cli.main import main; main()"

    def start(command: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-c", script, *shlex.split(command), "--warehouse", str(raw_cli.warehouse)]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    done = start("backfill --tables TOGS")
    assert (done.returncode, done.stderr) == (0, "")
    assert "6 written" in done.stdout
    assert start("verify").returncode == 1
    refused = start("plan --tables PDC")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("Error: ")
    assert "Traceback" not in refused.stderr
