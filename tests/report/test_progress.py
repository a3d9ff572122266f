"""Rates and times left are those of a stopwatch, and a run that is silent or gone is told."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import timedelta

import pytest

from backcourt.report.progress import Progress, is_alive, progress
from storyteller import PLAN, Story, at

MINUTE = timedelta(minutes=1)


def seen(story: Story, seconds: float, *, alive: bool = True, window: timedelta = MINUTE) -> Progress:
    found = progress(
        story.events, at(seconds), window=window, stalled_after=timedelta(minutes=10), alive=lambda *_: alive
    )
    assert found is not None
    return found


def steady(interval: float, commits: int, each: int = 10) -> Story:
    """A run of one table that settles `each` partitions every `interval` seconds."""
    story = Story()
    planned = 2 * commits * each
    story.start(0, planned, {"alpha": {"planned": planned, "values": planned}})
    for number in range(1, commits + 1):
        story.commit(number * interval, "alpha", each)
    return story


class TestRate:
    @pytest.mark.parametrize("interval", [0.5, 3.0, 20.0])
    def test_of_a_steady_run(self, interval: float) -> None:
        """The stopwatch: ten partitions each interval; half of them are done."""
        story = steady(interval, 12)
        now = 12 * interval
        found = seen(story, now)
        watched = min(now, 60.0)
        stopwatch = sum(10 for number in range(1, 13) if now - number * interval < watched) / watched * 60
        assert found.rate == pytest.approx(stopwatch)
        assert found.rate == pytest.approx(10 / interval * 60, rel=0.35)
        assert found.eta_seconds == pytest.approx(12 * interval)
        assert seen(story, now + interval / 2).eta_seconds == pytest.approx(11.5 * interval)

    def test_it_is_of_the_window_and_not_since_the_start(self) -> None:
        """Slow for ten minutes, then a partition a second: what counts is the last minute."""
        story = Story()
        story.start(0, 200, {"alpha": {"planned": 200, "values": 200}})
        story.commit(600, "alpha", 10)
        for second in range(1, 91):
            story.commit(600 + second, "alpha", 1)
        found = seen(story, 690)
        assert found.rate == pytest.approx(60.0)
        assert found.eta_seconds == pytest.approx(100.0)
        assert found.tables[0].rate == pytest.approx(60.0)

    def test_it_falls_when_nothing_happens(self) -> None:
        story = steady(1.0, 30, each=1)
        assert seen(story, 30).rate == pytest.approx(60.0)
        assert seen(story, 61).rate == pytest.approx(29.0)
        assert seen(story, 120).rate == 0.0
        assert seen(story, 120).eta_seconds == 0.0

    def test_before_the_first_commit_there_is_none(self) -> None:
        story = Story()
        story.start(0)
        found = seen(story, 5)
        assert (found.rate, found.eta_seconds, found.last_commit, found.settled) == (None, None, None, 0)
        assert [(one.table, one.left, one.eta_seconds) for one in found.tables] == [
            ("alpha", 40, None),
            ("beta", 20, None),
        ]


class TestTimeLeft:
    def test_a_table_that_has_not_begun_is_weighed_by_its_values(self) -> None:
        """Ten of alpha, of ten values each, took five seconds: 20 values a second; beta holds 2,000."""
        story = Story()
        story.start(0)
        story.commit(5, "alpha", 10)
        alpha, beta = seen(story, 5).tables
        assert (alpha.eta_seconds, beta.eta_seconds) == (pytest.approx(15.0), pytest.approx(100.0))
        assert seen(story, 5).eta_seconds == pytest.approx(115.0)
        assert (alpha.rate, beta.rate) == (pytest.approx(120.0), None)

    def test_a_table_that_has_goes_at_its_own_pace(self) -> None:
        """Of beta ten took 80 seconds, so the other ten take as long, whatever alpha took."""
        story = Story()
        story.start(0)
        story.commit(20, "alpha", 40)
        story.commit(100, "beta", 10)
        found = seen(story, 100, window=timedelta(minutes=5))
        assert found.eta_seconds == pytest.approx(80.0)
        assert found.tables[1].rate == pytest.approx(7.5)
        assert found.rate == pytest.approx(30.0)
        assert seen(story, 130).eta_seconds == pytest.approx(50.0)

    def test_a_table_behind_is_over(self) -> None:
        """What was planned of alpha and cut off is not waited for once beta has begun."""
        story = Story()
        story.start(0)
        story.commit(10, "alpha", 4)
        story.commit(30, "beta", 5)
        found = seen(story, 30)
        assert [(one.left, one.cut_off) for one in found.tables] == [(0, 36), (15, 0)]
        assert (found.cut_off, found.eta_seconds) == (36, pytest.approx(60.0))

    def test_a_run_that_was_stopped_has_left_something(self) -> None:
        story = Story()
        story.start(0)
        story.commit(10, "alpha", 40)
        story.end(11, "interrupted", not_run=20)
        found = seen(story, 12)
        assert (found.state, found.outcome, found.eta_seconds) == ("ended", "interrupted", None)
        assert [(one.left, one.cut_off) for one in found.tables] == [(0, 0), (20, 0)]
        story.events[-1]["not_run"] = 0
        assert [(one.left, one.cut_off) for one in seen(story, 12).tables] == [(0, 0), (0, 20)]

    def test_failures_are_settled_and_counted(self) -> None:
        story = Story()
        story.start(0)
        story.commit(10, "alpha", 30, failed=2, blocked=8)
        found = seen(story, 10)
        assert (found.settled, found.failed, found.blocked) == (40, 2, 8)
        assert (found.tables[0].left, found.tables[0].failed, found.tables[0].blocked) == (0, 2, 8)

    def test_files_of_an_ingest_count_one_by_one(self) -> None:
        story = Story()
        story.start(0, 8, {}, command="ingest")
        for number in (1, 2):
            story.tell(number * 3, "file", stream="x.csv", changed=5)
        found = seen(story, 6)
        assert (found.unit, found.settled, found.planned) == ("files", 2, 8)
        assert (found.rate, found.eta_seconds) == (pytest.approx(20.0), pytest.approx(18.0))

    def test_a_clock_that_was_set_back_makes_no_time_negative(self) -> None:
        story = Story()
        story.start(100)
        story.commit(90, "alpha", 10)
        found = seen(story, 80)
        assert found.eta_seconds is None
        assert found.rate is None
        story.commit(95, "alpha", 10)
        assert seen(story, 96).eta_seconds >= 0


class TestState:
    def test_silence_is_told_after_so_many_minutes(self) -> None:
        story = steady(1.0, 3)
        assert seen(story, 3 + 599).state == "running"
        assert seen(story, 3 + 600).state == "stalled"

    def test_any_sign_of_life_counts(self) -> None:
        story = steady(1.0, 3)
        story.tell(500, "heartbeat")
        found = seen(story, 3 + 600)
        assert (found.state, found.last_commit, found.last_heard) == ("running", at(3), at(500))

    def test_a_process_that_is_gone_is_dead_at_once(self) -> None:
        assert seen(steady(1.0, 3), 4, alive=False).state == "dead"
        assert seen(steady(1.0, 3), 4, alive=False).is_over

    def test_an_end_is_an_end_whatever_became_of_the_process(self) -> None:
        story = steady(1.0, 3)
        story.end(4, "incomplete")
        found = seen(story, 99999, alive=False)
        assert (found.state, found.outcome, found.ended) == ("ended", "incomplete", at(4))

    def test_processes_of_this_host(self) -> None:
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        assert is_alive(socket.gethostname(), os.getpid())
        assert is_alive(socket.gethostname(), 1)
        assert not is_alive(socket.gethostname(), gone.pid)
        assert is_alive("elsewhere", gone.pid)


class TestWhichRun:
    def test_the_newest_counts(self) -> None:
        story = steady(1.0, 3)
        story.end(4)
        story.run = "r2"
        story.start(10)
        assert seen(story, 11).run == "r2"
        assert (seen(story, 11).settled, seen(story, 11).state) == (0, "running")

    def test_none(self) -> None:
        assert progress([], at(0)) is None
        story = Story()
        story.tell(0, "rehash", rows=3)
        assert progress(story.events, at(0)) is None

    def test_one_whose_start_was_removed(self) -> None:
        """The event file was deleted in its midst: it is shown as far as it is known."""
        story = steady(1.0, 3)
        del story.events[0]
        found = seen(story, 4)
        assert (found.run, found.planned, found.settled, found.eta_seconds) == ("r1", None, 30, None)
        assert found.tables == ()

    def test_who_it_is(self) -> None:
        story = Story()
        story.start(0)
        found = seen(story, 1)
        assert (found.run, found.command, found.scope, found.kind) == ("r1", "backfill", "All.", "simulated")
        assert (found.pid, found.raw_rows, found.started) == (os.getpid(), {"raw.games": 6}, at(0))
        assert [(one.table, one.planned) for one in found.tables] == [
            (name, one["planned"]) for name, one in PLAN.items()
        ]
