"""The health check tells a success that is too old, a failure, silence and death, during a run too."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from backcourt.report.history import Health, History, PastRun, health, of_events
from storyteller import NOON, Story, at

DAY = timedelta(hours=24)
TEN = timedelta(minutes=10)


def past(run: str, hours: float, outcome: str = "complete") -> PastRun:
    """A run that took a minute and ended so many hours before noon."""
    ended = NOON - timedelta(hours=hours)
    return PastRun(run, outcome, ended - timedelta(minutes=1), None if outcome == "killed" else ended, "h", 7, 2, 3)


def judged(*runs: PastRun, now: datetime = NOON) -> Health:
    return health(History(runs), now, DAY)


@pytest.mark.parametrize("hours", [0.0, 1.0, 23.99, 24.0])
def test_young_enough(hours: float) -> None:
    found = judged(past("new", hours), past("old", 50, "incomplete"))
    assert found.healthy
    assert found.age_hours == hours
    assert "run new" in found.why


@pytest.mark.parametrize("hours", [24.001, 100.0])
def test_too_old(hours: float) -> None:
    found = judged(past("new", hours))
    assert not found.healthy
    assert f"run new, is {hours:.1f} hours old, over 24." in found.why


@pytest.mark.parametrize("outcome", ["incomplete", "interrupted", "killed", "anything else"])
def test_the_last_run_failed(outcome: str) -> None:
    """However young the newest success is."""
    found = judged(past("bad", 0.5, outcome), past("good", 1))
    assert not found.healthy
    assert found.why.startswith(f"The last run, bad, ended {outcome}")
    assert "2 partitions failed, 3 blocked" in found.why


def test_no_run_ever() -> None:
    assert judged() == Health(False, "No run has succeeded yet.", None)


def test_an_end_in_the_future_is_not_young() -> None:
    """A clock was wrong when it was written, or is now; it would be called young for years."""
    assert "a clock is wrong" in judged(past("new", -2)).why
    assert not judged(past("new", -2)).healthy
    assert judged(past("new", -0.01)).healthy


class TestDuringARun:
    @pytest.fixture
    def story(self, tmp_path: Path) -> Story:
        """A complete run a day and a half ago, and one that goes on."""
        story = Story(tmp_path / "w.duckdb", run="first")
        story.start(-36 * 3600)
        story.commit(-36 * 3600 + 5, "alpha", 40, failed=1)
        story.end(-36 * 3600 + 10)
        story.run = "second"
        story.start(0)
        return story

    def judge(self, story: Story, seconds: float, stalled_after: timedelta = TEN) -> Health:
        assert story.path is not None
        return health(of_events(story.path, at(seconds), stalled_after), at(seconds), DAY)

    def test_what_is_known(self, story: Story) -> None:
        assert story.path is not None
        found = of_events(story.path, at(1), TEN)
        assert found.going is not None
        assert (found.going.run, [one.run for one in found.runs]) == ("second", ["first"])
        assert found.last == found.last_success
        assert found.last is not None
        assert (found.last.seconds, found.last.failed, found.last.pid) == (10.0, 1, story.pid)

    def test_a_commit_makes_it_young(self, story: Story) -> None:
        assert not self.judge(story, 5).healthy
        story.commit(6, "alpha", 1)
        assert self.judge(story, 7) == Health(True, self.judge(story, 7).why, 0.0)
        assert "a commit of run second" in self.judge(story, 7).why

    def test_files_of_an_ingest_do_not(self, story: Story) -> None:
        story.end(1)
        story.run = "ingest of x"
        story.start(36 * 3600, 3, {}, command="ingest")
        story.tell(36 * 3600 + 1, "file", stream="x.csv", changed=1)
        assert not self.judge(story, 36 * 3600 + 2).healthy

    def test_a_failure_before_it_counts(self, story: Story) -> None:
        story.end(1, "incomplete")
        story.run = "third"
        story.start(2)
        story.commit(3, "alpha", 1)
        found = self.judge(story, 4)
        assert (found.healthy, found.why.partition(" at ")[0]) == (False, "The last run, second, ended incomplete")

    def test_one_that_was_killed_before_it_counts(self, story: Story) -> None:
        story.run = "third"
        story.start(2)
        story.commit(3, "alpha", 1)
        assert "second, ended killed:" in self.judge(story, 4).why

    def test_silence(self, story: Story) -> None:
        story.commit(6, "alpha", 1)
        found = self.judge(story, 6 + 600)
        assert not found.healthy
        assert "second" in found.why
        assert "is stalled: silent since 2026-07-01 12:00:06 UTC" in found.why
        assert self.judge(story, 6 + 600, timedelta(minutes=20)).healthy

    def test_death(self, story: Story) -> None:
        story.pid = 2**22 + 1  # beyond the last process that Linux numbers
        story.run = "third"
        story.start(2)
        story.commit(3, "alpha", 1)
        found = self.judge(story, 4)
        assert not found.healthy
        assert f"Run third is dead: its process {story.pid}" in found.why
