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


TOGS = Scope(tables=("team_offense_game_summary",))


def after(asked: int) -> Limits:
    """Limits of a run that is asked to stop when it has been asked so many times whether it is."""
    seen: list[None] = []

    def should_stop() -> str:
        seen.append(None)
        return "SIGTERM" if len(seen) > asked else ""

    return Limits(should_stop)


def run(shop: Workshop, limits: Limits, unit: Unit = "season", scope: Scope | None = None) -> RunReport:
    return backfill(shop.warehouse, POST, scope or Scope(), clock(), limits=limits, unit=unit)


def latest(shop: Workshop) -> Run:
    return runs.find(shop.warehouse, "latest")


class TestAskedToStop:
    def test_between_units_and_what_is_left_is_done_next(self, raw: Workshop) -> None:
        """Asked before the table, then after each of its days: the third commit is the last."""
        report = run(raw, after(3), "day")
        assert (report.outcome, report.count("written"), report.not_run) == ("interrupted", 3, 15)
        assert not report.is_complete
        found = latest(raw)
        assert (found.outcome, found.changed, found.not_run, found.cut_off) == ("interrupted", 3, 15, 0)
        assert found.stopped == "interrupted by SIGTERM"
        assert [each.not_run for each in found.tables] == [3, 6, 6]
        assert found.ended_at is not None
        assert raw.warehouse.path is not None
        last = events.newest_run(raw.warehouse.path)[-1]
        assert (last["event"], last["outcome"], last["not_run"]) == ("run_ended", "interrupted", 15)
        report = raw.backfill()
        assert (report.planned, report.count("written"), report.outcome) == (15, 15, "complete")
        assert raw.verify().passed

    def test_before_the_first_unit_and_after_the_last(self, raw: Workshop) -> None:
        report = run(raw, after(0), scope=TOGS)
        assert (report.outcome, report.count("written"), report.not_run) == ("interrupted", 0, 6)
        report = run(raw, after(1), scope=TOGS)
        assert (report.outcome, report.stop, report.not_run) == ("complete", None, 0)

    def test_what_is_left_of_a_cut_off_table_is_not_called_left(self, shop: Workshop) -> None:
        """Team minutes one off: TOGS comes out equal, so when the run stops in front of PGS only that was left."""
        lines = shop.read("team_box")
        lines[5]["minutes"] = str(int(lines[5]["minutes"]) + 1)
        shop.write("team_box", lines)
        shop.ingest(hours=1)
        run(shop, after(2))
        found = latest(shop)
        assert (found.outcome, found.unchanged) == ("interrupted", 1)
        assert found.not_run > 0
        assert sum((found.skipped, found.cut_off, found.unchanged, found.not_run)) == found.considered


@pytest.mark.soak
def test_limit_again_and_again_until_all_is_done(raw: Workshop) -> None:
    report = run(raw, Limits(partitions=7))
    assert (report.count("written"), report.not_run, report.outcome) == (6, 12, "incomplete")
    found = latest(raw)
    assert (found.considered, found.changed, found.not_run) == (18, 6, 12)
    assert found.stopped == "limited to 7 partitions"
    assert run(raw, Limits(partitions=11)).count("written") == 9
    report = run(raw, Limits(partitions=3))
    assert (report.count("written"), report.stop, report.is_complete) == (3, None, True)
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
        limits = Limits(until=NOON + timedelta(minutes=12))
        report = backfill(raw.warehouse, POST, TOGS, Ticking(), limits=limits, unit="day")
        assert report.stop is not None
        assert (report.stop.reason, report.outcome) == ("until", "incomplete")
        assert report.stop.said == "it is past 2026-07-01 12:12:00 UTC"
        assert 0 < report.count("written") < 6
        assert report.count("written") + report.not_run == 6

    def test_the_moment_itself(self) -> None:
        limits = Limits(until=NOON)
        assert limits.reached(NOON - timedelta(seconds=1), 0, 0) is None
        assert limits.reached(NOON, 0, 0) is not None


def test_fail_fast(raw: Workshop) -> None:
    """On the third date a team has other points than its players; without the flag the other dates go on."""
    lines = raw.read("team_box")
    day = sorted({line["game_date"] for line in lines})[2]
    next(line for line in lines if line["game_date"] == day)["points"] = "1"
    raw.write("team_box", lines)
    raw.ingest(hours=1)
    report = run(raw, Limits(fail_fast=True), "day", TOGS)
    assert report.stop is not None
    assert (report.stop.reason, report.outcome) == ("fail_fast", "incomplete")
    assert (report.count("written"), report.count("failed"), report.not_run) == (2, 1, 3)
    report = run(raw, Limits(), "day", TOGS)
    assert (report.count("written"), report.stop) == (3, None)


def test_ctrl_c_undoes_the_unit_and_records_the_end(raw: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Python raises without a switch, or at the second signal."""

    def struck(warehouse: Warehouse, *_: object) -> None:
        if warehouse.value("SELECT COUNT(*) FROM ledger.partitions") > 6:
            raise KeyboardInterrupt

    monkeypatch.setattr("backcourt.engine.publish._reread", struck)
    with pytest.raises(KeyboardInterrupt):
        raw.backfill()
    found = latest(raw)
    assert (found.outcome, found.changed, found.not_run) == ("interrupted", 6, 12)
    assert found.ended_at == NOON.replace(tzinfo=None)
    assert len(raw.hashes()) == 6
    monkeypatch.undo()
    assert raw.backfill().planned == 12
