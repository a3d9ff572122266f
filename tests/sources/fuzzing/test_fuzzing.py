"""Whatever comes instead of a document: rows that can be written down, or an error that can be read, soon and in little room.

The ordinary suite reads some of every document and measures each; the campaign reads over 100,000. Both name the seed of a
failure: `TARGETS[name].make(seed)` of targets.py is the payload again.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from targets import TARGETS, Releases, Target

from backcourt.errors import SourceError
from backcourt.sources.payload import Batch
from backcourt.warehouse.duckdb import Warehouse
from stats_ground import ground
from support import contents

FEW = 25
SECONDS = 3.0
"""Of CPU for one payload, whatever is in it; whole ones take a few thousandths."""
ROOM = 48 * 1024**2
"""Bytes that reading one payload may take at once."""
GROWTH = 256 * 1024**2
"""Bytes by which the process may be larger after all payloads of a target."""
NEEDS = ("games", "player_box", "team_box")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that is worked in and that temporary files go to."""
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with ground(tmp_path_factory.mktemp("fuzzed")) as made:
        yield made


def read(name: str, target: Target, seed: int) -> bool:
    """Read one mutated payload; whether it was taken."""
    made = target.make(seed)
    batches: list[Batch] = []
    said = ""
    begun = time.process_time()
    try:
        batches = target.parse(made)
    except SourceError as error:
        said = error.message or "nothing"
    except BaseException as error:
        error.add_note(f"{name}, seed {seed}")
        raise
    else:
        for batch in batches:
            for row in batch.rows:
                text = json.dumps(dict(row), allow_nan=False, ensure_ascii=False)
                assert text.encode(), f"{name}, seed {seed}"
    spent = time.process_time() - begun
    assert len(said) < 1500, f"{name}, seed {seed}: a message of {len(said)} characters"
    assert spent < SECONDS, f"{name}, seed {seed}: {spent:.1f} s"
    return not said


@pytest.mark.parametrize("name", TARGETS)
def test_some(name: str, empty: Path) -> None:
    """Some are taken as they are, most are refused; each is measured."""
    target = TARGETS[name]
    few = FEW if target.soak > 1000 else 8
    tracemalloc.start()
    try:
        for seed in range(few):
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            read(name, target, seed)
            room = tracemalloc.get_traced_memory()[1] - before
            assert room < ROOM, f"{name}, seed {seed}: {room / 1024**2:.0f} MiB"
    finally:
        tracemalloc.stop()
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("need", NEEDS)
def test_some_releases(need: str, warehouse: Warehouse, tmp_path: Path, empty: Path) -> None:
    """Parquet is read by the engine; its warehouse stays as it is."""
    before = contents(warehouse)
    target = Releases(warehouse, tmp_path).target(need)
    taken = [read(f"sportsdataverse {need}", target, seed) for seed in range(12)]
    assert not all(taken)
    assert (contents(warehouse), list(empty.iterdir())) == (before, [])


def test_the_campaign_is_large_enough() -> None:
    assert sum(each.soak for each in TARGETS.values()) >= 100_000


def test_a_failure_names_its_seed() -> None:
    """An error of another kind, a message without end, and a value that cannot be written down."""
    make = TARGETS["espn roster"].make

    def broken(payload: object) -> list[object]:
        raise KeyError("team")

    with pytest.raises(KeyError) as caught:
        read("broken", Target(make, broken, 1), 7)  # type: ignore[arg-type]
    assert caught.value.__notes__ == ["broken, seed 7"]

    def endless(payload: object) -> list[object]:
        raise SourceError("x" * 5000)

    with pytest.raises(AssertionError, match="endless, seed 7"):
        read("endless", Target(make, endless, 1), 7)  # type: ignore[arg-type]


@pytest.mark.soak
@pytest.mark.parametrize("name", TARGETS)
def test_all(name: str, empty: Path) -> None:
    target, before = TARGETS[name], _size()
    taken = sum(read(name, target, seed) for seed in range(target.soak))
    assert 0 < taken < target.soak
    assert _size() - before < GROWTH
    assert list(empty.iterdir()) == []


@pytest.mark.soak
@pytest.mark.parametrize("need", NEEDS)
def test_all_releases(need: str, warehouse: Warehouse, tmp_path: Path, empty: Path) -> None:
    stored, before = contents(warehouse), _size()
    target = Releases(warehouse, tmp_path).target(need)
    taken = sum(read(f"sportsdataverse {need}", target, seed) for seed in range(target.soak))
    assert 0 < taken < target.soak
    assert _size() - before < GROWTH
    assert (contents(warehouse), list(empty.iterdir())) == (stored, [])


def _size() -> int:
    """The most memory that the process ever had, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most
