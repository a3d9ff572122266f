"""What a run says it skipped, cut off and recomputed is what became of the partitions, and savings are measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from backcourt.clock import Clock
from backcourt.engine import ledger, runs
from backcourt.engine.plan import make_plan
from backcourt.engine.run import backfill
from backcourt.engine.runs import Run, Tally
from backcourt.errors import UsageError, WarehouseError
from backcourt.report import history
from backcourt.seasons import Scope
from backcourt.sources.simulated.faults import inject
from backcourt.warehouse.duckdb import QueryError
from support import NOON, POST, Workshop

TOGS, TDGS, PGS = "team_offense_game_summary", "team_defense_game_summary", "player_game_summary"


def figures(run: Run) -> tuple[int, ...]:
    return (run.considered, run.skipped, run.cut_off, run.changed, run.unchanged, run.failed, run.blocked)


def latest(shop: Workshop) -> Run:
    return runs.find(shop.warehouse, "latest")


class TestCounts:
    def test_a_first_build_skips_nothing(self, shop: Workshop) -> None:
        run = latest(shop)
        assert figures(run) == (18, 0, 0, 18, 0, 0, 0)
        assert (run.outcome, run.skip_rate, run.seconds_saved, run.rows) == ("complete", 0.0, 0.0, 12 + 12 + 204)
        assert {(each.table, each.considered, each.written) for each in run.tables} == {
            (table, 6, 6) for table in (TOGS, TDGS, PGS)
        }

    def test_nothing_due(self, shop: Workshop) -> None:
        shop.backfill()
        assert figures(latest(shop)) == (18, 18, 0, 0, 0, 0, 0)
        assert latest(shop).skip_rate == 1.0

    def test_a_correction(self, shop: Workshop) -> None:
        inject(shop.folder, "assist_correction")
        shop.ingest(hours=1)
        shop.backfill()
        assert figures(latest(shop)) == (18, 15, 0, 3, 0, 0, 0)
        assert latest(shop).skip_rate == 15 / 18

    def test_an_equal_output_cuts_off(self, shop: Workshop) -> None:
        """Team minutes one off: TOGS comes out equal, so TDGS and PGS behind it are not computed."""
        lines = shop.read("team_box")
        lines[5]["minutes"] = str(int(lines[5]["minutes"]) + 1)
        shop.write("team_box", lines)
        shop.ingest(hours=1)
        planned = make_plan(shop.warehouse, POST, Scope()).partitions
        shop.backfill()
        run = latest(shop)
        assert figures(run) == (18, 18 - planned, planned - 1, 0, 1, 0, 0)
        assert run.cut_off > 0
        assert run.skip_rate == 17 / 18

    def test_force_recomputes_what_is_equal(self, shop: Workshop) -> None:
        shop.backfill(Scope(tables=(TOGS,)), force=True)
        assert figures(latest(shop)) == (6, 0, 0, 0, 6, 0, 0)

    def test_failed_and_blocked(self, shop: Workshop) -> None:
        lines = shop.read("team_box")
        lines[0]["points"] = "1"
        shop.write("team_box", lines)
        shop.ingest(hours=1)
        shop.backfill()
        run = latest(shop)
        assert figures(run) == (18, 15, 0, 0, 0, 1, 2)
        assert run.outcome == "incomplete"

    def test_an_empty_scope_has_no_rate(self, shop: Workshop) -> None:
        shop.backfill(Scope(seasons=("2030-31",)))
        assert figures(latest(shop)) == (0, 0, 0, 0, 0, 0, 0)
        assert latest(shop).skip_rate is None

    def test_every_partition_ends_in_one_way(self, shop: Workshop) -> None:
        """Over all runs of a history, and per table as in total."""
        for number, fault in enumerate(("assist_correction", "unread_change", "late_game")):
            inject(shop.folder, fault)
            shop.ingest(hours=number + 1, max_vanishing=1)
            shop.backfill()
        found = [runs.find(shop.warehouse, run.run_id) for run in runs.recorded(shop.warehouse)]
        assert len(found) == 4
        for run in found:
            assert sum(figures(run)[1:]) == run.considered == 18
            attempts = shop.warehouse.value("SELECT COUNT(*) FROM ledger.attempts WHERE run_id = ?", [run.run_id])
            assert run.recomputed + run.failed + run.blocked == attempts
            for name in ("considered", "planned", "cut_off", "written", "unchanged", "failed", "blocked"):
                column = {"planned": "considered - planned", "written": "written"}.get(name, name)
                total = shop.warehouse.value(f"SELECT {column} FROM ledger.runs WHERE run_id = ?", [run.run_id])
                of_tables = sum(
                    each.considered - each.planned if name == "planned" else getattr(each, name) for each in run.tables
                )
                assert of_tables == total, name


@dataclass
class Stopwatch(Clock):
    """A clock that goes on by what a table's build is said to take, and stands still otherwise."""

    at: datetime = field(default=NOON)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def taking(monkeypatch: pytest.MonkeyPatch) -> Callable[[Stopwatch, float, float], None]:
    """Makes every build take some seconds before its first partition, and some for each."""
    from backcourt.engine import run as module

    build = module.build

    def make(clock: Stopwatch, before: float, each: float) -> None:
        def slow(warehouse: object, registry: object, table: object, dates: list[object]) -> None:
            clock.at += timedelta(seconds=before + each * len(dates))
            build(warehouse, registry, table, dates)  # type: ignore[arg-type]

        monkeypatch.setattr(module, "build", slow)

    return make


class TestSavings:
    def test_by_the_only_size_measured(self, shop: Workshop, taking: Callable[[Stopwatch, float, float], None]) -> None:
        clock = Stopwatch()
        taking(clock, 0.0, 2.0)
        backfill(shop.warehouse, POST, Scope(), clock, force=True)
        run = latest(shop)
        assert [each.seconds for each in run.tables] == [12.0, 12.0, 12.0]
        assert (run.seconds, run.seconds_saved) == (36.0, 0.0)
        backfill(shop.warehouse, POST, Scope(), clock)
        run = latest(shop)
        assert (run.seconds, run.seconds_saved) == (0.0, 36.0)
        assert [each.seconds_saved for each in run.tables] == [12.0, 12.0, 12.0]

    def test_what_every_run_spends_is_not_saved(
        self, shop: Workshop, taking: Callable[[Stopwatch, float, float], None]
    ) -> None:
        """100 s before the first partition and 2 s each: a partition spared saves 2 s, not its share of the 100."""
        clock = Stopwatch()
        taking(clock, 100.0, 2.0)
        backfill(shop.warehouse, POST, Scope(), clock, force=True)
        inject(shop.folder, "assist_correction")
        shop.ingest(hours=1)
        backfill(shop.warehouse, POST, Scope(), clock)
        run = latest(shop)
        assert [each.seconds for each in run.tables] == [102.0] * 3
        assert run.seconds_saved == pytest.approx(15 * 2.0)

    def test_never_measured_is_never_claimed(self, shop: Workshop) -> None:
        shop.backfill()
        assert latest(shop).skipped == 18
        assert latest(shop).seconds_saved == 0.0

    def test_a_clock_set_back_gives_no_negative_time(
        self, shop: Workshop, taking: Callable[[Stopwatch, float, float], None]
    ) -> None:
        clock = Stopwatch()
        taking(clock, -50.0, 0.0)
        backfill(shop.warehouse, POST, Scope(), clock, force=True)
        backfill(shop.warehouse, POST, Scope(), clock)
        assert latest(shop).seconds_saved == 0.0


class TestRecord:
    def test_newest_first(self, shop: Workshop) -> None:
        """Also where a clock that stands still gives eleven runs one name, and numbers them."""
        ids = [runs.find(shop.warehouse, "latest").run_id]
        ids += [shop.backfill(Scope(tables=(TOGS,))).run_id for _ in range(11)]
        assert [run.run_id for run in runs.recorded(shop.warehouse)] == ids[::-1]
        assert [run.run_id for run in runs.recorded(shop.warehouse, 2)] == ids[:-3:-1]
        assert latest(shop).run_id == ids[-1]
        assert [run.run_id for run in runs.chosen(shop.warehouse, since=ids[8])] == ids[9:]

    @pytest.mark.soak
    def test_a_killed_run_is_closed_with_what_it_committed(
        self, shop: Workshop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inject(shop.folder, "assist_correction")
        shop.ingest(hours=1)

        def die(*_: object) -> None:
            raise QueryError("killed")

        with monkeypatch.context() as patch:
            patch.setattr("backcourt.engine.run._end_run", die)
            with pytest.raises(QueryError):
                shop.backfill()
        killed = latest(shop)
        assert (killed.outcome, killed.ended_at, killed.seconds, killed.tables) == ("running", None, None, ())
        shop.backfill()
        killed = runs.find(shop.warehouse, killed.run_id)
        assert killed.outcome == "interrupted"
        assert figures(killed) == (18, 15, 0, 3, 0, 0, 0)
        assert figures(latest(shop)) == (18, 18, 0, 0, 0, 0, 0)
        assert shop.verify().passed

    def test_unknown(self, shop: Workshop) -> None:
        with pytest.raises(UsageError, match="no run '7'") as caught:
            runs.find(shop.warehouse, "7")
        assert latest(shop).run_id in caught.value.hint

    def test_nothing_was_ever_run(self, ingested_late: Workshop) -> None:
        with pytest.raises(UsageError, match="nothing has been run yet"):
            latest(ingested_late)
        assert runs.recorded(ingested_late.warehouse) == []

    def test_a_tally_has_the_columns_of_its_table(self, shop: Workshop) -> None:
        """They are written in their order."""
        names = [name for name, _ in shop.warehouse.describe("ledger.run_tables")]
        assert names == ["run_id", "table_name", *list(Tally.__dataclass_fields__)[1:]]

    def test_a_ledger_of_another_version_is_refused(self, shop: Workshop) -> None:
        ledger.set_meta(shop.warehouse, "schema_version", "1")
        for use in (lambda: ledger.create(shop.warehouse), shop.backfill):
            with pytest.raises(
                WarehouseError, match=f"has version 1; this Backcourt reads and writes {ledger.SCHEMA_VERSION}"
            ):
                use()


def test_a_clock_that_is_set_back_makes_no_time_negative(shop: Workshop) -> None:
    """The end is on record before the beginning, as the clock said it."""

    class SetBack(Clock):
        def __init__(self) -> None:
            self.asked = 0

        def now(self) -> datetime:
            self.asked += 1
            return NOON - timedelta(hours=self.asked)

    report = backfill(shop.warehouse, POST, Scope(), SetBack(), force=True)
    assert report.is_complete
    assert report.seconds == 0.0
    run = latest(shop)
    assert run.ended_at
    assert run.ended_at < run.started_at
    assert run.seconds == 0.0
    assert {each.seconds for each in run.tables} == {0.0}
    assert make_plan(shop.warehouse, POST, Scope(), force=True).seconds > 0
    shown = history.of_ledger(shop.warehouse).runs[0]
    assert shown.seconds == 0.0
