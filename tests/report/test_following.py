"""A watch follows a run to its end from the files beside the warehouse, and never opens the warehouse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from backcourt.report.following import Follower
from backcourt.seasons import Scope, parse_dates
from storyteller import Hands, Story, snapshot
from support import NOON

DAYS = [f"2021-10-{day}" for day in range(19, 23)]


class Scene:
    """A warehouse that nobody can open, its events, a clock, and a follower of it all."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "w.duckdb"
        self.path.write_text("not to be opened")
        self.story, self.clock, self.living = Story(self.path), Hands(), True
        self.follower = self.another()

    def another(self, **more: object) -> Follower:
        return Follower(
            self.path,
            self.clock,
            window=timedelta(minutes=1),
            stalled_after=timedelta(minutes=10),
            alive=lambda *_: self.living,
            **more,  # type: ignore[arg-type]
        )


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    made.follower.close()


def test_nothing_there(scene: Scene) -> None:
    view = scene.follower.look()
    assert (view.run, view.is_followed, view.standing, view.is_over) == (None, False, None, False)
    assert not scene.follower.has_news()


def test_a_run_from_its_start_to_its_end(scene: Scene) -> None:
    snapshot(scene.path, *[("alpha", day, "missing", "never built") for day in DAYS])
    assert scene.follower.has_news()
    assert scene.follower.look().standing["totals"][0].states["missing"] == 4
    scene.story.start(0, 4, {"alpha": {"planned": 4, "values": 40}})
    assert scene.follower.has_news()
    view = scene.follower.look()
    assert (view.run.run, view.run.state, view.is_followed) == ("r1", "running", True)
    scene.clock.seconds = 10
    scene.story.commit(10, "alpha", 2)
    snapshot(
        scene.path,
        *[("alpha", day, state, "") for day, state in zip(DAYS, ["verified"] * 2 + ["missing"] * 2, strict=True)],
    )
    view = scene.follower.look()
    assert (view.run.settled, view.run.rate, view.run.eta_seconds) == (2, 12.0, 10.0)
    (total,) = view.standing["totals"]
    assert (total.states["verified"], total.expected, total.rows, total.expected_rows) == (2, 4, 20, 40)
    assert not scene.follower.has_news()
    scene.story.end(12)
    assert scene.follower.look().is_over


def test_one_that_is_over_when_the_watch_begins_is_not_followed(scene: Scene) -> None:
    scene.story.start(0)
    scene.story.end(1)
    view = scene.follower.look()
    assert (view.run.outcome, view.is_followed, view.is_over) == ("complete", False, False)
    scene.story.run = "r2"
    scene.story.start(5)
    assert (scene.follower.look().run.run, scene.follower.look().is_followed) == ("r2", True)


def test_nor_is_one_that_has_died_before(scene: Scene) -> None:
    scene.story.start(0)
    scene.living = False
    assert not scene.follower.look().is_followed
    scene.living = True
    scene.story.run = "r2"
    scene.story.start(5)
    view = scene.follower.look()
    assert (view.run.run, view.run.state, view.is_followed) == ("r2", "running", True)


def test_one_that_dies_while_it_is_watched(scene: Scene) -> None:
    scene.story.start(0)
    assert not scene.follower.look().is_over
    scene.living = False
    view = scene.follower.look()
    assert (view.run.state, view.is_over) == ("dead", True)


def test_its_end_is_seen_though_another_has_begun(scene: Scene) -> None:
    scene.story.start(0)
    scene.follower.look()
    scene.story.end(1, "incomplete")
    scene.story.run = "r2"
    scene.story.start(2)
    view = scene.follower.look()
    assert (view.run.run, view.run.outcome, view.is_over) == ("r1", "incomplete", True)
    assert scene.follower.look().run.run == "r2"


def test_one_without_an_end_is_dead_once_another_begins(scene: Scene) -> None:
    scene.story.start(0)
    scene.follower.look()
    scene.story.run = "r2"
    scene.story.start(2)
    view = scene.follower.look()
    assert (view.run.run, view.run.state, view.is_over) == ("r1", "dead", True)
    assert (scene.follower.look().run.run, scene.follower.look().is_followed) == ("r2", True)


def test_the_event_file_may_vanish_meanwhile(scene: Scene) -> None:
    scene.story.start(0, 4, {"alpha": {"planned": 4, "values": 40}})
    scene.story.commit(1, "alpha", 1)
    scene.follower.look()
    scene.path.with_name("w.duckdb.events.jsonl").unlink()
    assert scene.follower.look().run.settled == 1
    scene.story.commit(2, "alpha", 1)
    assert (scene.follower.look().run.settled, scene.follower.look().run.planned) == (2, 4)
    scene.story.end(3)
    assert scene.follower.look().is_over


def test_the_snapshot_may_vanish_meanwhile(scene: Scene) -> None:
    snapshot(scene.path, ("alpha", DAYS[0], "verified", ""))
    assert scene.follower.look().standing is not None
    scene.path.with_name("w.duckdb.status.parquet").unlink()
    assert scene.follower.look().standing is None


def test_only_what_was_asked_for_is_counted(scene: Scene) -> None:
    snapshot(
        scene.path,
        *[(table, day, "failed", "too few") for table in ("alpha", "beta") for day in DAYS],
    )
    scope = Scope(dates=parse_dates(f"{DAYS[0]}:{DAYS[1]}", NOON.date()))
    follower = scene.another(wanted=frozenset({"analytics.beta"}), scope=scope)
    standing = follower.look().standing
    assert [(one.table, one.expected) for one in standing["totals"]] == [("beta", 2)]
    assert [(one.month, one.states["failed"]) for one in standing["by_month"]] == [("2021-10", 2)]
    assert [(one.table, str(one.game_date), one.state, one.cause) for one in standing["failures"]] == [
        ("beta", day, "failed", "too few") for day in DAYS[:2]
    ]
    follower.close()
