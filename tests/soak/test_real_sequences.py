"""Corrections deep in the history of a real season, runs of parts of it and crashes end with the bytes of a full rebuild."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from random import Random

import pytest
from amends import AMENDS, Season

from backcourt.engine.registry import Registry
from backcourt.engine.run import backfill
from backcourt.seasons import DateRange, Scope
from backcourt.warehouse.duckdb import Warehouse
from playing import Fused
from rebuilding import differences
from support import clock

# More of them when asked: REAL_SEQUENCES=20 make soak ARGS=tests/soak/test_real_sequences.py
SEQUENCES = int(os.environ.get("REAL_SEQUENCES", "6"))

pytestmark = [pytest.mark.soak, pytest.mark.real]


def test_sequences_on_a_real_season(real_season: Warehouse, registry: Registry, tmp_path: Path) -> None:
    """Each has three corrections of three kinds, a run of a part that may crash, then a run of all; all tables, all dates."""
    assert real_season.path
    shutil.copy(real_season.path, tmp_path / "w.duckdb")
    with Fused.open(tmp_path / "w.duckdb", threads=1) as warehouse:
        assert isinstance(warehouse, Fused)
        season = Season(warehouse, registry, Random(1))
        for number in range(SEQUENCES):
            begun, rng = time.perf_counter(), Random(number)
            amends = [AMENDS[(3 * number + which) % len(AMENDS)] for which in range(3)]
            for amend in amends:
                amend(season)
            _run_a_part(warehouse, registry, rng)
            report = backfill(warehouse, registry, Scope(), clock())
            assert report.is_complete, {each.cause for each in report.attempts if each.cause}
            ran = time.perf_counter()
            assert differences(warehouse, registry) == []
            assert backfill(warehouse, registry, Scope(), clock()).planned == 0
            print(
                f"{number}: {', '.join(each.__name__ for each in amends)}: {report.count('written')} written,"
                f" {report.count('unchanged')} unchanged in {ran - begun:.1f} s, compared in {time.perf_counter() - ran:.1f} s"
            )


def _run_a_part(warehouse: Fused, registry: Registry, rng: Random) -> None:
    """Some weeks of some tables, until a statement at which every other one crashes."""
    days = [row[0] for row in warehouse.rows("SELECT DISTINCT game_date FROM ledger.schedule ORDER BY 1")]
    first = rng.randrange(len(days))
    scope = Scope(
        dates=(DateRange(days[first], days[min(first + 20, len(days) - 1)]),),
        tables=tuple(rng.sample(sorted(registry.built), 2)),
    )
    with warehouse.fused(rng.choice((None, rng.randrange(100, 600)))):
        backfill(warehouse, registry, scope, clock(), unit=rng.choice(("season", "month", "week")))
