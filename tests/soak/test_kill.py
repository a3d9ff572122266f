"""A campaign of kill -9: at least 50 seeded kills of ingest and backfill, at least 15 of them inside a COMMIT."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest

from backcourt.sources.simulated.faults import inject
from backcourt.warehouse.duckdb import Warehouse
from killing import Hashes, aims, check_aftermath, commit_times, kill
from support import partition_hashes

pytestmark = pytest.mark.soak

KILLS, INSIDE, MOST = 50, 15, 120


def undisturbed(path: Path, folder: Path) -> tuple[Hashes, list[float], float]:
    """Hashes of a run that nobody disturbed, the times of its COMMITs, and how long it took from its beginning."""
    begun = time.perf_counter()
    times = commit_times(path, folder)
    seconds = time.perf_counter() - begun
    with Warehouse.open(path, read_only=True) as warehouse:
        return partition_hashes(warehouse), times, seconds


@pytest.mark.parametrize(("campaign", "seed"), [("a fresh warehouse", 1), ("a correction", 2)])
def test_every_kill_leaves_the_old_state_or_the_new(league: Path, tmp_path: Path, campaign: str, seed: int) -> None:
    """Half the campaign fills a fresh warehouse, half ingests a correction into a built one."""
    rng = random.Random(seed)
    first, _, _ = undisturbed(tmp_path / "before.duckdb", league)
    folder = tmp_path / "league"
    shutil.copytree(league, folder)
    fresh = campaign == "a fresh warehouse"
    if not fresh:
        inject(folder, "assist_correction")
        inject(folder, "unread_change")
        shutil.copy(tmp_path / "before.duckdb", tmp_path / "after.duckdb")
    expected, times, seconds = undisturbed(tmp_path / "after.duckdb", folder)
    assert fresh == (expected == first)
    states: Counter[str] = Counter()
    inside = killed = 0
    for aim in aims(rng, times, MOST // 3, MOST // 6, seconds):
        if killed >= KILLS // 2 and inside >= (INSIDE + 1) // 2:
            break
        path = tmp_path / "killed.duckdb"
        for left in tmp_path.glob("killed.duckdb*"):
            left.unlink()
        if not fresh:
            shutil.copy(tmp_path / "before.duckdb", path)
        shot = kill(path, folder, aim)
        if shot.survived:
            continue
        killed += 1
        inside += shot.inside_commit
        states[check_aftermath(path, folder, expected, {} if fresh else first)] += 1
    print(f"{campaign}: {killed} kills, {inside} of them inside a COMMIT (of {len(times)}); found {dict(states)}")
    assert killed >= KILLS // 2
    assert inside >= (INSIDE + 1) // 2
    assert states["incomplete"] > 0
