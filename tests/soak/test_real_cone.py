"""The cone on real seasons: rows altered anywhere in four of them, every date of every season computed beside it."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from altering import READS, REGISTRY, beside_brute_force
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.expect import reach_of
from backcourt.warehouse.duckdb import Warehouse

OF_OTHER_DATES = [
    (name, read)
    for name, read in READS
    if reach_of(REGISTRY, REGISTRY.built[name], REGISTRY.built[read].full_name) != "same_date"
]

pytestmark = [pytest.mark.soak, pytest.mark.real]


def test_no_spared_date_differs(real_seasons_file: Path, tmp_path: Path) -> None:
    """Of every pre-game table and what it reads of other dates; most of the dates that are due are spared."""
    shutil.copy(real_seasons_file, tmp_path / "w.duckdb")
    dates, spared, changed = 0, 0, 0
    with Warehouse.open(tmp_path / "w.duckdb", threads=1) as warehouse:
        evaluate_all(warehouse, REGISTRY)
        for name, read in OF_OTHER_DATES:
            every, left, differing = beside_brute_force(warehouse, name, read, Random(f"{name} {read}"))
            print(f"{name} of {read}: {every} dates, {left} spared, {differing} differ")
            dates, spared, changed = dates + every, spared + left, changed + differing
    print(f"{dates} dates, {spared} spared, {changed} differ")
    assert spared > 3 * changed > 3 * len(OF_OTHER_DATES)
