"""status --watch: what it shows of a run, how it ends, and that it neither blocks nor is blocked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from terminal import Terminal

from backcourt.cli import watch as watching
from backcourt.cli.watch import watch
from backcourt.report.following import Follower
from storyteller import Hands, Story, snapshot

DAYS = [f"2021-10-{day}" for day in range(19, 23)]
PLAN = {"alpha": {"planned": 4, "values": 40}}


class Scene:
    """A watch of a warehouse that nobody can open, and what happens beside it while the watch pauses."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "w.duckdb"
        self.path.write_text("not to be opened")
        self.story, self.clock, self.living = Story(self.path), Hands(), True

    def watch(self, *, by: str = "season", failures: bool = False, as_json: bool = False) -> int:
        follower = Follower(self.path, self.clock, alive=lambda *_: self.living)
        try:
            return watch(follower, self.clock, 1.0, by=by, failures=failures, as_json=as_json, pause=self.clock.sleep)
        finally:
            follower.close()

    def stands(self, *states: str, reason: str = "") -> None:
        snapshot(self.path, *[("alpha", day, state, reason) for day, state in zip(DAYS, states, strict=True)])

    def plays(self, outcome: str = "complete") -> Iterator[None]:
        """A run of four partitions in four seconds, of which one may fail."""
        last = "verified" if outcome == "complete" else "failed"
        self.stands(*["missing"] * 4)
        yield
        self.story.start(self.clock.seconds, 4, PLAN)
        for step in range(1, 5):
            while self.clock.seconds < step:
                yield
            self.story.commit(
                step, "alpha", int(step < 4 or last == "verified"), failed=int(step == 4 and last == "failed")
            )
            self.stands(
                *["verified"] * (step - 1),
                last if step == 4 else "verified",
                *["missing"] * (4 - step),
                reason="too <few>",
            )
        self.story.end(self.clock.seconds, outcome)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path)
    made.clock.script = made.plays()
    return made


def test_a_run_from_its_start_to_its_end(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert scene.watch() == 0
    lines = capsys.readouterr().out.splitlines()
    told = [line.partition("Z ")[2] for line in lines if "Z " in line]
    assert told[0].startswith("No run is going on; waiting for one.")
    assert told[2].startswith("Busy: backfill r1 on ")
    assert told[3].startswith(
        "0 of 4 partitions, time left unknown, no commit yet; 0 failed, 0 blocked. At least 0.0% of every"
    )
    assert told[4].startswith("1 of 4 partitions, 60.0 a minute over the last 5 min, about ")
    assert "At least 25.0% of every table is verified (alpha is furthest behind)." in told[4]
    assert any(": ended complete." in line for line in told)
    assert told[-1].startswith("4 of 4 partitions, ")
    assert "All 4 partitions of 1 tables are verified." in told[-1]
    rows = [line.split() for line in lines]
    (row,) = [row for row in rows if row[:1] == ["alpha"]]
    assert (row[1:8], row[9:]) == (["4", "4", "100.0%", "40", "40", "4", "4"], ["-", "0", "0"])
    assert ["2021-22", "4", "4", "100.0%", "100.0%", "alpha", "0", "0"] in rows


def test_a_run_that_failed(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    scene.clock.script = scene.plays("incomplete")
    assert scene.watch(by="month", failures=True) == 1
    out = capsys.readouterr().out
    assert out.count("Z failed: alpha 2021-10-22: too <few>") == 1
    assert ["2021-10", "3", "4", "75.0%", "75.0%", "alpha", "1", "0"] in [line.split() for line in out.splitlines()]
    assert "ended incomplete." in out


def test_documents(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    assert scene.watch(as_json=True) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    known = {"at", "is_followed", "run"}
    assert found[0].keys() == known
    assert all(one.keys() == known | {"totals", "by_season", "failures"} for one in found[1:])
    followed = [one for one in found if one["is_followed"]]
    assert [one["run"]["settled"] for one in followed] == [0, 1, 2, 3, 4]
    assert [one["totals"][0]["states"]["verified"] for one in followed] == [0, 1, 2, 3, 4]
    assert [one["run"]["planned"] - one["run"]["settled"] for one in followed] == [4, 3, 2, 1, 0]
    assert followed[-1]["run"]["outcome"] == "complete"


def test_on_a_terminal_everything_stands_at_once(
    scene: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = Console(force_terminal=True, width=160, height=40, highlight=False, color_system=None)
    monkeypatch.setattr(watching, "screen", lambda: wide)
    scene.clock.script = scene.plays("incomplete")
    assert scene.watch() == 1
    out = capsys.readouterr().out
    for piece in (
        "waiting for one",
        "Busy: backfill r1",
        "1 of 4 partitions, 60.0 a minute",
        "done now",
        "least of a table",
        "1 failures",
        "too <few>",
        "ended incomplete",
    ):
        assert piece in out


def test_one_that_dies(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    def dies() -> Iterator[None]:
        yield
        scene.story.start(0, 4, PLAN)
        yield from [None] * 10
        scene.living = False

    scene.clock.script = dies()
    assert scene.watch() == 1
    out = capsys.readouterr().out
    assert ": dead." in out
    assert f"Process {scene.story.pid} is gone; what was committed stays." in out


def test_one_that_is_silent_is_stalled_until_it_goes_on(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    def pauses() -> Iterator[None]:
        scene.story.start(0, 4, PLAN)
        while scene.clock.seconds < 610:
            yield
        scene.story.commit(scene.clock.seconds, "alpha", 4)
        yield from [None] * 10
        scene.story.end(scene.clock.seconds)

    scene.clock.script = pauses()
    assert scene.watch() == 0
    out = capsys.readouterr().out
    assert out.index(": running.") < out.index(": stalled.") < out.index(": ended complete.")
    assert f"Look at process {scene.story.pid} on " in out


def test_ctrl_c_ends_the_watch_and_not_the_run(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupts() -> Iterator[None]:
        scene.story.start(0, 4, PLAN)
        yield
        raise KeyboardInterrupt

    scene.clock.script = interrupts()
    assert scene.watch() == 130
    assert "Stopped watching; what was watched goes on." in capsys.readouterr().out


def test_a_warehouse_that_is_not_there(tmp_path: Path) -> None:
    answer = Terminal(tmp_path / "w.duckdb")("status --watch")
    assert answer.code == 5
    assert "There is no warehouse at" in answer.err


class TestWithARealRun:
    """In processes of their own."""

    def test_neither_blocks_the_other(self, raw_cli: Terminal) -> None:
        """The watch begins first; the run takes the file all the same, and its first figure is there within a second."""
        watcher = run_process(raw_cli, "status --watch --json --interval 0.2 --tables TOGS")
        first = json.loads(line_of(watcher))
        assert (first["is_followed"], first["run"] and first["run"]["state"]) == (False, first["run"] and "ended")
        builder = run_process(raw_cli, "backfill --unit day --json")
        seen = []
        while not seen or seen[-1]["run"]["state"] != "ended":
            one = json.loads(line_of(watcher))
            seen += [one] if one["is_followed"] else []
        done = json.loads(builder.communicate(timeout=60)[0])
        assert builder.returncode == watcher.wait(timeout=10) == 0
        assert done["is_complete"]
        assert (seen[0]["run"]["run"], seen[0]["run"]["pid"]) == (done["run"], builder.pid)
        assert (seen[-1]["run"]["settled"], seen[-1]["run"]["outcome"]) == (done["planned"], "complete")
        assert {one["states"]["verified"] for one in seen[-1]["totals"]} == {6}

    def test_ctrl_c(self, raw_cli: Terminal) -> None:
        watcher = run_process(raw_cli, "status --watch")
        line_of(watcher)
        watcher.send_signal(signal.SIGINT)
        out, err = watcher.communicate(timeout=10)
        assert (watcher.returncode, err) == (130, "")
        assert "Stopped watching" in out
        assert raw_cli("status").code == 0


# To read the SQL of every table takes longer than to build one.
SMALL = """
import sys
from backcourt.cli import backfill, main
from backcourt.engine import registry
known = registry.default_registry()
small = registry.Registry(known.raw, {name: known.built[name] for name in ("team_offense_game_summary",)})
backfill.default_registry = lambda: small
main.main()
"""


def run_process(cli: Terminal, command: str) -> subprocess.Popen[str]:
    """The command line as a process of its own, that builds one table."""
    env = {name: value for name, value in cli.environment({}).items() if value is not None}
    words = [sys.executable, "-c", SMALL, *command.split()]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **env})


def line_of(process: subprocess.Popen[str]) -> str:
    """The next line that a process prints."""
    assert process.stdout is not None
    return process.stdout.readline()
