"""What is done is counted, partition by partition: no order, failure or second process makes a mark that covers the rest."""

from __future__ import annotations

from scene import FIRST, LAST, PGS, TOGS, Scene

from support import Line

BAD = "2021-10-21"


def wrong_points(lines: list[Line]) -> list[Line]:
    """A team has other points than its players."""
    next(line for line in lines if line["game_date"] == BAD)["points"] = "1"
    return lines


def test_the_newest_first_and_one_that_fails(raw_scene: Scene) -> None:
    """The last date is done before all others and one in the middle fails: exactly the others are left."""
    assert raw_scene(f"backfill --tables PGS --dates {LAST}").code == 0
    raw_scene.edit("team_box_2021-22", wrong_points)
    raw_scene.ingest()
    found = raw_scene(f"backfill --tables PGS --dates {BAD}:{LAST} --json")
    assert found.code == 1
    assert {(one["table"], one["game_date"], one["outcome"]) for one in found.json["trouble"]} == {
        (TOGS, BAD, "failed"),
        (PGS, BAD, "blocked"),
    }
    left = {one["table"]: [due["game_date"] for due in one["dates"]] for one in raw_scene("plan --json").json["tables"]}
    assert left[TOGS] == left[PGS] == [FIRST, "2021-10-20"]
    assert raw_scene("backfill").code == 1
    assert {day for _, day in raw_scene.causes()} == {BAD}


def test_what_ends_starts_nothing(raw_scene: Scene) -> None:
    """A date that is done is no signal: what reads it is due, and waits until somebody asks."""
    assert raw_scene(f"backfill --tables TOGS --dates {FIRST}").code == 0
    assert len(raw_scene("runs --json").json["runs"]) == 1
    assert {table for table, _ in raw_scene.hashes()} == {TOGS}
    assert raw_scene("plan --json").json["partitions"] == 17


def test_refused_by_another_writer_is_not_done(raw_scene: Scene) -> None:
    """Exit code 4, and all of it is still to be done; without the other it is done."""
    hold = "import duckdb\nheld = duckdb.connect(path)\nprint('ready', flush=True)\nsys.stdin.read()"
    with raw_scene.cli.process(hold) as process:
        answer = raw_scene("backfill --tables TOGS")
        assert answer.code == 4
        assert f"is in use by process {process.pid} " in answer.err
    assert raw_scene("runs --json").json["runs"] == []
    assert raw_scene("backfill --tables TOGS --json").json["written"] == 6
