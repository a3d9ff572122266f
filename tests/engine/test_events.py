"""The event file: read while it is written, from its newest run on, whatever became of a writer or of the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backcourt.engine import events
from backcourt.engine.events import Tail, append_beside, newest_run
from backcourt.errors import WarehouseError
from support import NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "w.duckdb"


def names(found: list[events.Event]) -> list[object]:
    return [event.get("n") for event in found]


def tell(path: Path, *numbers: int, event: str = "commit") -> None:
    for number in numbers:
        append_beside(path, NOON, event, {"n": number})


def test_a_tail_begins_at_the_newest_run_and_goes_on(path: Path) -> None:
    tail = Tail(path)
    assert tail.read() == []
    tell(path, 1, event=events.STARTED)
    tell(path, 2, 3)
    tell(path, 4, event=events.STARTED)
    tell(path, 5)
    assert names(tail.read()) == [4, 5]
    assert tail.read() == []
    tell(path, 6)
    assert names(tail.read()) == [6]
    assert names(newest_run(path)) == [4, 5, 6]


def test_without_a_start_everything_is_read(path: Path) -> None:
    tell(path, 1, 2)
    assert names(newest_run(path)) == [1, 2]


@pytest.mark.parametrize("block", [7, 64, 1000])
def test_the_start_is_found_however_far_back(path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    """Thousands of commits ago, and across the border of what is read at a time."""
    monkeypatch.setattr(events, "_BLOCK", block)
    tell(path, 0)
    tell(path, 1, event=events.STARTED)
    tell(path, *range(2, 60))
    assert names(newest_run(path)) == list(range(1, 60))


def test_a_text_that_looks_like_a_start_is_none(path: Path) -> None:
    tell(path, 1, event=events.STARTED)
    append_beside(path, NOON, "commit", {"n": 2, "cause": '"event": "run_started"'})
    assert names(newest_run(path)) == [1, 2]


def test_half_a_line_is_not_read_before_it_is_whole(path: Path) -> None:
    tell(path, 1, event=events.STARTED)
    tail = Tail(path)
    tail.read()
    line = json.dumps({"at": NOON.isoformat(), "event": "commit", "pid": 1, "n": 2})
    with events.events_path(path).open("a") as file:
        file.write(line[:30])
        file.flush()
        assert tail.read() == []
        file.write(line[30:] + "\n")
    assert names(tail.read()) == [2]


def test_a_torn_line_spoils_no_other(path: Path) -> None:
    """A process was killed within a line; the next one writes on a line of its own."""
    tell(path, 1, event=events.STARTED)
    with events.events_path(path).open("a") as file:
        file.write('{"at": "2026-')
    tail = Tail(path)
    assert names(tail.read()) == [1]
    tell(path, 2)
    assert names(tail.read()) == [2]
    assert names(newest_run(path)) == [1, 2]
    assert len(events.events_path(path).read_text().splitlines()) == 3


@pytest.mark.parametrize("line", ["[]", "7", '{"event": "commit"}', "\x00\x00"])
def test_what_is_no_event_is_left_out(path: Path, line: str) -> None:
    tell(path, 1, event=events.STARTED)
    with events.events_path(path).open("a") as file:
        file.write(line + "\n")
    tell(path, 2)
    assert names(newest_run(path)) == [1, 2]


def test_a_file_that_was_removed_or_cut_is_read_from_its_beginning(path: Path) -> None:
    tell(path, 1, event=events.STARTED)
    tell(path, 2, 3)
    tail = Tail(path)
    tail.read()
    events.events_path(path).unlink()
    assert tail.read() == []
    tell(path, 4)
    assert names(tail.read()) == [4]
    events.events_path(path).write_text("")
    assert tail.read() == []
    tell(path, 5)
    assert names(tail.read()) == [5]


def test_some_kinds_of_all_events(path: Path) -> None:
    assert events.all_events(path, events.STARTED) == []
    tell(path, 1, 2, event=events.STARTED)
    tell(path, 3)
    tell(path, 4, event=events.ENDED)
    assert names(events.all_events(path, events.STARTED, events.ENDED)) == [1, 2, 4]


def test_a_file_that_cannot_be_written_is_named(path: Path) -> None:
    events.events_path(path).mkdir()
    with pytest.raises(WarehouseError, match=r"w.duckdb.events.jsonl cannot be written: Is a directory"):
        tell(path, 1)
