"""Random faults strike ordinary commands; the end is always the warehouse that nobody disturbed."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from random import Random

import pytest

from backcourt.engine.registry import Registry
from backcourt.warehouse.duckdb import Warehouse
from chaos import BACKFILL, DAILY, FAULTS, INGEST, Theatre, campaign, theatre
from deliveries import CHANGES
from playing import SMALL
from playing import stage as built_stage
from small_league import small_registry
from support import SEASON

FAULTS_SMALL, LIVES = 200, 10
FAULTS_FULL = 10

DELIVERED = (
    "a column that nobody reads",
    "the same rows in another order",
    "shooting of a team",
    "a roster",
    "a line",
    "another code of a team",
    "assists of a player and his team",
)
"""Changes that break no check: whatever is not complete in the end, a fault has done."""


@pytest.fixture
def small() -> Iterator[Theatre]:
    """The small league with two dates to come."""
    with small_theatre() as made:
        yield made


def small_theatre() -> AbstractContextManager[Theatre]:
    """The small league with two dates to come, ingested and built."""
    _, files = built_stage(SMALL)
    return theatre("small", small_registry(), files.folder)


class Source:
    """Says something new each time: corrections, and now and then the results of a day that was still to come."""

    def __init__(self, stage: Theatre, rng: Random) -> None:
        _, files = built_stage(SMALL)
        self.files, self.rng = files.copied(stage.folder), rng

    def deliver(self, *names: str) -> None:
        """Write what is new: changes of these names, or of any."""
        for name in names or self.rng.sample(DELIVERED, 2):
            CHANGES[name](self.files, self.rng.randrange(1000), self.rng.randrange(1000))
        if self.files.taken and self.rng.random() < 0.2:
            while self.files.taken:
                self.files.bring_back(-1)
        self.files.deliver()


@pytest.mark.soak
def test_some_faults(small: Theatre) -> None:
    """One of each kind."""
    rng = Random(5)
    tally = campaign(small, rng, tuple(FAULTS), Source(small, rng).deliver, each=len(FAULTS))
    assert all(tally[name] == 1 for name in FAULTS)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("defect", "name"),
    [
        ("drops a row", "deleted event file"),
        ("skips a partition", "deleted event file"),
        ("says that it is done", "corrupted raw file"),
        ("leaves a traceback", "clock jump"),
    ],
)
def test_what_is_lost_is_seen(small: Theatre, defect: str, name: str) -> None:
    """With a defect in the commands a life of one fault does not pass; without it, it does."""
    rng = Random(1)
    source = Source(small, rng)
    small.acts = (DAILY,)

    def deliver() -> None:
        source.deliver("assists of a player and his team", "shooting of a team")

    campaign(small, rng, [name], deliver, each=1)
    small.defect = defect
    with pytest.raises(AssertionError):
        campaign(small, rng, [name], deliver, each=1)


@pytest.mark.soak
def test_many_faults() -> None:
    """Lives of twenty faults each on the small league, compared after every tenth."""
    tally: Counter[str] = Counter()
    for life in range(LIVES):
        with small_theatre() as stage:
            rng = Random(life)
            names = [*FAULTS, *FAULTS, *rng.sample(sorted(FAULTS), 2), "SIGKILL", "SIGKILL"]
            rng.shuffle(names)
            tally += campaign(stage, rng, names, Source(stage, rng).deliver, each=10)
    _tell(tally)
    assert sum(tally[name] for name in FAULTS) == FAULTS_SMALL
    assert all(tally[name] >= 10 for name in FAULTS)
    assert tally["kills in a COMMIT"] >= tally["SIGKILL"] // 4


@pytest.mark.soak
@pytest.mark.real
def test_faults_at_full_size(real_demo: Path, real_data: Path, registry: Registry, tmp_path: Path) -> None:
    """Ten on a real season and all tables, while corrections of it come in."""
    for path in sorted(real_data.iterdir()):
        if "_20" not in path.name or f"_{SEASON}" in path.name:
            (tmp_path / path.name).symlink_to(path.resolve())
    built, acts = real_demo / "backcourt-demo.duckdb", (INGEST, BACKFILL, DAILY)
    with theatre("full", registry, tmp_path, built, acts) as stage:
        rng = Random(1)
        names = [*FAULTS, "SIGKILL", "SIGTERM"]
        tally = campaign(stage, rng, names, lambda: _correct(stage.folder, rng), each=10)
    _tell(tally)
    assert sum(tally[name] for name in FAULTS) == FAULTS_FULL


def _correct(folder: Path, rng: Random) -> None:
    """Two players of a team have each other's assists, in some game of a real season: all sums stay what they are."""
    path = folder / f"player_box_{SEASON}.parquet"
    draft = folder.parent / "draft.parquet"
    with Warehouse.in_memory(threads=1) as warehouse:
        lines = f"(SELECT *, file_row_number AS line FROM read_parquet('{path}', file_row_number = true))"
        one, its, other, the_others = warehouse.rows(
            f"SELECT a.line, a.ast, b.line, b.ast FROM {lines} AS a JOIN {lines} AS b"
            " ON b.game_id = a.game_id AND b.team_id = a.team_id AND b.line > a.line AND b.ast <> a.ast"
            f" ORDER BY a.line, b.line LIMIT 1 OFFSET {rng.randrange(50_000)}"
        )[0]
        assists = f"CASE file_row_number WHEN {one} THEN {the_others} WHEN {other} THEN {its} ELSE ast END"
        warehouse.execute(
            f"COPY (SELECT * EXCLUDE (file_row_number) REPLACE ({assists} AS ast)"
            f" FROM read_parquet('{path}', file_row_number = true) ORDER BY file_row_number) TO '{draft}' (FORMAT parquet)"
        )
    path.unlink()
    draft.rename(path)


def _tell(tally: Counter[str]) -> None:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{dict(tally)}, {used.ru_utime + used.ru_stime:.0f} s of CPU in processes of their own so far")
