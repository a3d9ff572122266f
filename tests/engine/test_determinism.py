"""The same raw rows give the same partition hashes, however the work is cut up, ordered, repeated or interrupted."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backcourt.engine import build
from backcourt.engine.registry import Registry, default_registry
from backcourt.engine.run import Unit, backfill
from backcourt.seasons import DateRange, Scope
from backcourt.sources.simulated import LeagueSize, write_league
from backcourt.warehouse.duckdb import Warehouse
from support import TABLES, Workshop, clock, on_dates, partition_hashes, workshop

Hashes = dict[tuple[str, date], str]
Fresh = Callable[..., AbstractContextManager[Workshop]]


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a league of sixteen dates, over three ISO weeks and two months, ingested into `w.duckdb`."""
    folder = tmp_path_factory.mktemp("weeks")
    write_league(folder / "league", [2021], seed=2, size=LeagueSize(teams=4, dates=16))
    with workshop(folder / "w.duckdb", folder / "league") as shop:
        shop.ingest()
    return folder


@pytest.fixture(scope="module")
def undisturbed(weeks: Path, tmp_path_factory: pytest.TempPathFactory) -> Hashes:
    """The hashes of one run over everything, on two threads, by season."""
    path = tmp_path_factory.mktemp("undisturbed") / "w.duckdb"
    shutil.copy(weeks / "w.duckdb", path)
    with workshop(path, weeks / "league") as shop:
        assert shop.backfill().is_complete
        hashes = shop.hashes()
    assert len(hashes) == 3 * 16
    assert len(set(hashes.values())) == len(hashes)
    return hashes


@pytest.fixture
def fresh(weeks: Path, tmp_path: Path) -> Fresh:
    """Opens a copy of the ingested warehouse, on so many threads."""

    @contextmanager
    def opened(threads: int = 2) -> Iterator[Workshop]:
        path = tmp_path / f"fresh{threads}.duckdb"
        shutil.copy(weeks / "w.duckdb", path)
        with workshop(path, weeks / "league", threads=threads) as shop:
            yield shop

    return opened


class TestHowTheWorkIsCut:
    @pytest.mark.parametrize(
        ("unit", "threads", "commits"),
        [
            ("season", 1, 3),
            ("season", 8, 3),
            ("month", 2, 6),
            *(pytest.param("week", threads, 9, marks=pytest.mark.soak) for threads in (1, 2, 8)),
        ],
    )
    def test_units_and_threads(self, fresh: Fresh, undisturbed: Hashes, unit: Unit, threads: int, commits: int) -> None:
        with fresh(threads) as shop:
            report = shop.backfill(unit=unit)
            assert report.count("written") == 48
            assert shop.hashes() == undisturbed
            settled = "SELECT COUNT(DISTINCT committed_at) FROM ledger.partitions"
            assert shop.warehouse.value(settled) == 1  # the clock stands still; units are counted by their events
            events = Path(str(shop.warehouse.path) + ".events.jsonl").read_text(encoding="utf-8")
            assert events.count('"event": "commit"') == commits

    def test_slices_of_a_unit(self, fresh: Fresh, undisturbed: Hashes, monkeypatch: pytest.MonkeyPatch) -> None:
        """Rows are hashed in as many slices as there are threads; here of a few rows each."""
        seen: list[str] = []

        def watched(*arguments: Any) -> str:
            seen.append(in_slices(*arguments))
            return seen[-1]

        in_slices = build.in_slices
        monkeypatch.setattr(build, "in_slices", watched)
        monkeypatch.setattr(build, "SLICE", 4)
        with fresh(8) as shop:
            shop.backfill()
            assert shop.hashes() == undisturbed
        assert [query.count(" UNION ALL ") for query in seen] == [7, 7, 7]

    @pytest.mark.soak
    def test_units_of_a_day(self, ingested: Path, built: Path, league: Path, tmp_path: Path) -> None:
        shutil.copy(ingested, tmp_path / "w.duckdb")
        with Warehouse.open(built, read_only=True) as whole:
            expected = partition_hashes(whole)
        with workshop(tmp_path / "w.duckdb", league, threads=1) as shop:
            assert shop.backfill(unit="day").count("written") == 18
            assert shop.hashes() == expected

    @pytest.mark.soak
    def test_dates_in_any_order(self, fresh: Fresh, undisturbed: Hashes) -> None:
        days = sorted({day for _, day in undisturbed})
        random.Random(5).shuffle(days)
        assert days != sorted(days)
        with fresh() as shop:
            for start in range(0, len(days), 4):
                shop.backfill(on_dates(*days[start : start + 4]))
            assert shop.hashes() == undisturbed
            assert shop.backfill().planned == 0

    def test_tables_before_dates(self, fresh: Fresh, undisturbed: Hashes) -> None:
        """Asking for a table brings the table that it reads along; the rest comes later."""
        with fresh() as shop:
            report = shop.backfill(Scope(tables=("team_defense_game_summary",)))
            assert {each.table for each in report.attempts} == {
                "team_offense_game_summary",
                "team_defense_game_summary",
            }
            shop.backfill()
            assert shop.hashes() == undisturbed

    @pytest.mark.soak
    def test_files_ingested_in_another_order_of_rows(self, weeks: Path, undisturbed: Hashes, tmp_path: Path) -> None:
        shutil.copytree(weeks / "league", tmp_path / "league")
        with workshop(tmp_path / "w.duckdb", tmp_path / "league", threads=1) as shop:
            for path in sorted(shop.folder.glob("*.csv")):
                header, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
                random.Random(3).shuffle(lines)
                path.write_text(header + "".join(lines), encoding="utf-8")
            shop.ingest()
            shop.backfill(unit="month")
            assert shop.hashes() == undisturbed


@pytest.mark.soak
class TestEveryTable:
    """The pre-game tables too, which read the past of their rows, and each other."""

    @pytest.mark.parametrize(
        ("unit", "threads", "seed"),
        [pytest.param("day", 8, "1", marks=pytest.mark.soak), ("week", 8, "1"), ("season", 1, "2")],
    )
    def test_in_a_process_of_its_own(
        self, ingested: Path, all_built: Path, tmp_path: Path, unit: Unit, threads: int, seed: str
    ) -> None:
        """Nothing is warm, and Python's own hashes, which order its sets, are other ones."""
        path = shutil.copy(ingested, tmp_path / "w.duckdb")
        code = "from backcourt.cli.main import main; main()"
        command = ["backfill", "--yes", "--unit", unit, "--threads", str(threads), "--warehouse", str(path)]
        env = {name: value for name, value in os.environ.items() if not name.startswith("BACKCOURT_")}
        subprocess.run(
            [sys.executable, "-c", code, *command], check=True, env={**env, "PYTHONHASHSEED": seed}, capture_output=True
        )
        assert hashes_of(path) == hashes_of(all_built)

    def test_tables_in_any_order(
        self, ingested: Path, all_built: Path, registry: Registry, league: Path, tmp_path: Path
    ) -> None:
        """Each is asked for by itself, in month units; what it reads is built along with it."""
        path = shutil.copy(ingested, tmp_path / "w.duckdb")
        names = [table.name for table in registry.ordered]
        random.Random(7).shuffle(names)
        with Warehouse.open(path, threads=2) as warehouse:
            shop = Workshop(warehouse, registry, league)
            for name in names:
                assert shop.backfill(Scope(tables=(name,)), unit="month").is_complete
            assert shop.backfill().planned == 0
        assert hashes_of(path) == hashes_of(all_built)


def hashes_of(path: Path) -> Hashes:
    """The partition hashes of a warehouse with every table built."""
    with Warehouse.open(path, read_only=True) as warehouse:
        hashes = partition_hashes(warehouse)
    assert len({table for table, _ in hashes}) == len(default_registry().built)
    return hashes


class TestInterrupted:
    @pytest.mark.soak
    def test_an_exception_between_units_leaves_what_was_committed(self, fresh: Fresh, undisturbed: Hashes) -> None:
        units: list[str] = []

        def stop(table: str, dates: int) -> None:
            units.append(table)
            if len(units) == 4:
                raise KeyboardInterrupt

        with fresh() as shop:
            with pytest.raises(KeyboardInterrupt):
                backfill(shop.warehouse, shop.registry, Scope(), clock(), unit="week", on_unit=stop)
            part = shop.hashes()
            assert 0 < len(part) < 48
            assert part.items() <= undisturbed.items()
            assert not shop.verify().passed
            assert shop.backfill().planned == 48 - len(part)
            assert shop.hashes() == undisturbed
            assert shop.verify().passed

    @pytest.mark.soak
    def test_ranges_that_overlap(self, fresh: Fresh, undisturbed: Hashes) -> None:
        days = sorted({day for _, day in undisturbed})
        with fresh() as shop:
            shop.backfill(Scope(dates=(DateRange(None, days[6]),)))
            shop.backfill(Scope(dates=(DateRange(days[4], days[9]),)), unit="week")
            shop.backfill(Scope(dates=(DateRange(days[12], None),)))
            assert shop.backfill().planned == 3 * 2
            assert shop.hashes() == undisturbed


Step = tuple[tuple[int, ...], tuple[str, ...], Unit, bool]
steps = st.tuples(
    st.lists(st.integers(0, 5), max_size=4).map(tuple),
    st.lists(st.sampled_from(TABLES), max_size=2, unique=True).map(tuple),
    st.sampled_from(["season", "month", "week", "day"]),
    st.booleans(),
)


@pytest.mark.soak
class TestAnySequence:
    """Whatever was run before, a full run ends with the same hashes as a full run alone."""

    @given(sequence=st.lists(steps, min_size=1, max_size=2))
    @settings(
        max_examples=3, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_partial_runs_then_a_full_one(
        self, ingested: Path, built: Path, league: Path, tmp_path: Path, sequence: list[Step]
    ) -> None:
        with Warehouse.open(built, read_only=True) as whole:
            expected = partition_hashes(whole)
        days = sorted({day for _, day in expected})
        shutil.copy(ingested, tmp_path / "w.duckdb")
        with workshop(tmp_path / "w.duckdb", league) as shop:
            for chosen, tables, unit, force in sequence:
                ranges = tuple(DateRange(days[index], days[index]) for index in chosen)
                shop.backfill(Scope(dates=ranges, tables=tables), unit=unit, force=force)
                assert shop.hashes().items() <= expected.items()
            assert shop.backfill().is_complete
            assert shop.hashes() == expected
            assert shop.backfill().planned == 0
