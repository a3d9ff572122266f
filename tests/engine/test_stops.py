"""A run that is stopped keeps what it committed, tells what it left, and the next one does the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from backcourt.clock import Clock
from backcourt.engine import events, runs
from backcourt.engine.run import RunReport, Unit, backfill
from backcourt.engine.runs import Run
from backcourt.engine.stops import Limits
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse
from support import NOON, POST, Workshop, clock, copied


@pytest.fixture
def raw(ingested: Path, league: Path, tmp_path: Path) -> Iterator[Workshop]:
    """A warehouse of its own with nothing built, and the league that it came from."""
    with copied(ingested, league, tmp_path / "raw") as shop:
        yield shop


def after(asked: int) -> Limits:
    """Limits of a run that is asked to stop when it has been asked so many times whether it is."""
    seen: list[None] = []

    def should_stop() -> str:
        seen.append(None)
        return "SIGTERM" if len(seen) > asked else ""

    return Limits(should_stop)


def run(shop: Workshop, limits: Limits, unit: Unit = "season") -> RunReport:
    return backfill(shop.warehouse, POST, Scope(), clock(), limits=limits, unit=unit)


def latest(shop: Workshop) -> Run:
    return runs.find(shop.warehouse, "latest")


class TestAskedToStop:
    def test_before_the_first_unit(self, raw: Workshop) -> None:
        report = run(raw, after(0))
        assert (report.outcome, report.count("written"), report.not_run) == ("interrupted", 0, 18)
        assert not report.is_complete
        assert latest(raw).stopped == "interrupted by SIGTERM"

    def test_between_units(self, raw: Workshop) -> None:
        """Asked before the table, then after each of its days: the third commit is the last."""
        report = run(raw, after(3), "day")
        assert (report.count("written"), report.not_run) == (3, 15)
        found = latest(raw)
        assert (found.outcome, found.changed, found.not_run, found.cut_off) == ("interrupted", 3, 15, 0)
        assert [each.not_run for each in found.tables] == [3, 6, 6]
        assert found.ended_at is not None

    def test_what_is_left_is_done_next(self, raw: Workshop) -> None:
        run(raw, after(3), "day")
        report = raw.backfill()
        assert (report.planned, report.count("written"), report.outcome) == (15, 15, "complete")
        assert raw.verify().passed

    def test_what_is_left_of_a_cut_off_table_is_not_called_left(self, shop: Workshop) -> None:
        """Team minutes one off: TOGS comes out equal, so when the run stops in front of PGS only that was left."""
        lines = shop.read("team_box")
        lines[5]["minutes"] = str(int(lines[5]["minutes"]) + 1)
        shop.write("team_box", lines)
        shop.ingest(hours=1)
        planned = {each for each, dates in shop.due().items() if dates}
        assert len(planned) > 1
        run(shop, after(2))
        found = latest(shop)
        assert (found.outcome, found.unchanged) == ("interrupted", 1)
        assert sum((found.skipped, found.cut_off, found.unchanged, found.not_run)) == found.considered

    def test_after_the_last_unit_it_is_too_late(self, raw: Workshop) -> None:
        """Asked before each table and after its one unit: the sixth time everything is done."""
        report = run(raw, after(5))
        assert (report.outcome, report.stop, report.not_run) == ("complete", None, 0)

    def test_the_event_file_tells(self, raw: Workshop) -> None:
        run(raw, after(3), "day")
        assert raw.warehouse.path is not None
        last = events.newest_run(raw.warehouse.path)[-1]
        assert (last["event"], last["outcome"], last["not_run"]) == ("run_ended", "interrupted", 15)


def counts(report: RunReport) -> tuple[int, int, int]:
    return (report.count("written"), report.count("failed"), report.not_run)


class TestLimit:
    @pytest.mark.parametrize(("limit", "whole"), [(3, 3), (4, 3), (6, 6), (17, 15), (18, 18), (100, 18)])
    def test_whole_dates_the_oldest_first(self, raw: Workshop, limit: int, whole: int) -> None:
        report = run(raw, Limits(partitions=limit))
        assert counts(report) == (whole, 0, 18 - whole)
        assert report.is_complete == (whole == 18)
        days = [max(each.game_date for each in report.attempts if each.table == table) for table in POST.built]
        assert len(set(days)) == 1
        found = latest(raw)
        assert (found.considered, found.changed, found.not_run) == (18, whole, 18 - whole)
        assert found.stopped == (f"limited to {limit} partitions" if whole < 18 else None)

    @pytest.mark.parametrize("limit", [1, 2])
    def test_of_one_date_what_is_upstream(self, raw: Workshop, limit: int) -> None:
        report = run(raw, Limits(partitions=limit))
        assert [each.table for each in report.attempts] == [each.name for each in POST.ordered[:limit]]

    def test_again_and_again_until_all_is_done(self, raw: Workshop) -> None:
        written = []
        while not (report := run(raw, Limits(partitions=7))).is_complete:
            written.append(report.count("written"))
            assert len(written) < 9
        assert written == [6, 6]
        assert report.count("written") == 6
        assert raw.verify().passed


@dataclass
class Ticking(Clock):
    """A clock on which a minute passes each time it is asked."""

    at: datetime = field(default=NOON)

    def now(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


class TestUntil:
    def test_nothing_begins_after_it(self, raw: Workshop) -> None:
        clock = Ticking()
        limits = Limits(until=NOON + timedelta(minutes=20))
        report = backfill(raw.warehouse, POST, Scope(), clock, limits=limits, unit="day")
        assert report.stop is not None
        assert (report.stop.reason, report.outcome) == ("until", "incomplete")
        assert report.stop.said == "it is past 2026-07-01 12:20:00 UTC"
        assert 0 < report.count("written") < 18
        assert report.count("written") + report.not_run == 18

    def test_what_is_past_runs_nothing(self, raw: Workshop) -> None:
        assert counts(run(raw, Limits(until=NOON))) == (0, 0, 18)

    def test_what_is_far_off_stops_nothing(self, raw: Workshop) -> None:
        assert run(raw, Limits(until=NOON + timedelta(seconds=1))).stop is None


class TestFailFast:
    @pytest.fixture
    def poisoned(self, raw: Workshop) -> Workshop:
        """On the third date a team has other points than its players."""
        lines = raw.read("team_box")
        day = sorted({line["game_date"] for line in lines})[2]
        next(line for line in lines if line["game_date"] == day)["points"] = "1"
        raw.write("team_box", lines)
        raw.ingest(hours=1)
        return raw

    def test_the_first_failure_is_the_last(self, poisoned: Workshop) -> None:
        report = run(poisoned, Limits(fail_fast=True), "day")
        assert report.stop is not None
        assert (report.stop.reason, counts(report)) == ("fail_fast", (2, 1, 15))
        assert (report.outcome, latest(poisoned).not_run) == ("incomplete", 15)

    def test_without_it_the_rest_goes_on(self, poisoned: Workshop) -> None:
        report = run(poisoned, Limits(), "day")
        assert (report.stop, report.count("failed"), report.not_run) == (None, 1, 0)
        assert report.count("written") == 15


class TestCtrlC:
    """What Python raises without a switch, or at the second signal."""

    def test_the_unit_is_undone_and_the_end_recorded(self, raw: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        def struck(warehouse: Warehouse, *_: object) -> None:
            if warehouse.value("SELECT COUNT(*) FROM ledger.partitions") > 6:
                raise KeyboardInterrupt

        monkeypatch.setattr("backcourt.engine.publish._reread", struck)
        with pytest.raises(KeyboardInterrupt):
            raw.backfill()
        found = latest(raw)
        assert (found.outcome, found.changed, found.not_run, found.ended_at) == (
            "interrupted",
            6,
            12,
            NOON.replace(tzinfo=None),
        )
        assert len(raw.hashes()) == 6
        monkeypatch.undo()
        assert raw.backfill().planned == 12
        assert raw.verify().passed
