"""A failed partition is tried again so many times and no more; nothing that stands behind it is blocked twice over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backcourt.clock import FixedClock
from backcourt.engine import stops
from backcourt.engine.plan import Plan, make_plan
from backcourt.engine.registry import Registry
from backcourt.engine.run import RunReport, backfill
from backcourt.engine.stops import Limits
from backcourt.engine.waiting import Patience
from backcourt.report.status import read_status
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse
from support import NOON, POST, TABLES, Line, Workshop, copied, on_dates, read_csv

TOGS, TDGS, PGS = TABLES
Poisoned = tuple[Workshop, date, list[Line]]
TRIED = Patience(retries=3, wait=timedelta(minutes=10))


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def run(shop: Workshop, minutes: float, registry: Registry = POST, **options: Any) -> RunReport:
    options = {"patience": TRIED, **options}
    return backfill(shop.warehouse, registry, Scope(), FixedClock(at(minutes)), **options)


def planned(shop: Workshop, minutes: float) -> Plan:
    return make_plan(shop.warehouse, POST, Scope(), patience=TRIED, now=at(minutes))


def became(report: RunReport) -> Counter[str]:
    return Counter(each.outcome for each in report.attempts)


def why(plan: Plan) -> dict[str, str]:
    return {each.table: each.why for each in plan.waiting}


def poison(shop: Workshop, points: int = 1, hours: int = 1) -> date:
    """Give a team other points than its players, so that TOGS fails on a date and TDGS and PGS are blocked; the date."""
    lines = shop.read("team_box")
    lines[0]["points"] = str(points)
    shop.write("team_box", lines)
    shop.ingest(hours=hours)
    return date.fromisoformat(lines[0]["game_date"])


@pytest.fixture(scope="module")
def poisoned_shop(built: Path, league: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, date]:
    """A built warehouse with one bad box score, tried once at noon: its file, its league and the date."""
    into = tmp_path_factory.mktemp("poisoned")
    with copied(built, league, into) as shop:
        day = poison(shop)
        assert became(run(shop, 0)) == {"failed": 1, "blocked": 2}
    return into / "w.duckdb", into / "league", day


@pytest.fixture
def poisoned(poisoned_shop: tuple[Path, Path, date], league: Path, tmp_path: Path) -> Iterator[Poisoned]:
    """A copy of it, the date, and the good lines."""
    file, bad_league, day = poisoned_shop
    with copied(file, bad_league, tmp_path / "poisoned") as shop:
        yield shop, day, read_csv(league / shop.file("team_box").name)


class TestBudget:
    @pytest.mark.soak
    def test_so_many_tries_and_no_more(self, poisoned: Poisoned) -> None:
        """A cron job every ten minutes: after 0, 10, 30 and 70 minutes, and never again."""
        shop, day, _ = poisoned
        tried = [
            minutes
            for minutes in (*range(10, 90, 10), 1510)
            if planned(shop, minutes).partitions and run(shop, minutes)
        ]
        assert tried == [10, 30, 70]
        plan = planned(shop, 2880)
        assert (plan.partitions, plan.considered) == (0, 15)
        assert why(plan) == {
            TOGS: "given up after 4 attempts",
            TDGS: f"behind analytics.{TOGS} {day}, which is failed",
            PGS: f"behind analytics.{TOGS} {day}, which is failed",
        }
        assert [each.cause[:25] for each in plan.waiting] == [
            "the last attempt failed: ",
            *["was blocked: needs analyti"[:25]] * 2,
        ]
        report = run(shop, 2880)
        assert (report.attempts, len(report.waiting), report.outcome) == ([], 3, "incomplete")
        counted = shop.warehouse.rows(
            "SELECT outcome, COUNT(*) FROM ledger.attempts WHERE cause IS NOT NULL GROUP BY 1"
        )
        assert dict(counted) == {"failed": 4, "blocked": 8}

    def test_until_when_is_told(self, poisoned: Poisoned) -> None:
        shop, _, _ = poisoned
        assert why(planned(shop, 9.9))[TOGS] == "not before 2026-07-01 12:10:00 UTC, tried 1 of 4 times"
        assert planned(shop, 9.9).partitions == 0
        assert planned(shop, 10).partitions == 3
        run(shop, 10)
        assert why(planned(shop, 29.9))[TOGS] == "not before 2026-07-01 12:30:00 UTC, tried 2 of 4 times"

    def test_the_rest_goes_on(self, poisoned: Poisoned) -> None:
        """What has nothing to do with the bad date is built while that waits."""
        shop, _, good = poisoned
        lines = [*shop.read("team_box")]
        other = next(number for number, line in enumerate(good) if line["game_date"] != good[0]["game_date"])
        lines[other]["minutes"] = str(int(lines[other]["minutes"]) + 1)
        shop.write("team_box", lines)
        shop.ingest(hours=2)
        report = run(shop, 1)
        assert report.planned > 0
        assert set(became(report)) <= {"written", "unchanged"}
        assert len(report.waiting) == 3

    def test_a_mended_input_is_tried_at_once(self, poisoned: Poisoned) -> None:
        shop, _, good = poisoned
        shop.write("team_box", good)
        shop.ingest(hours=2)
        report = run(shop, 1)
        assert (report.count("failed"), report.waiting, report.outcome) == (0, (), "complete")
        assert shop.verify().passed

    def test_another_bad_input_is_counted_anew(self, poisoned: Poisoned) -> None:
        shop, _, _ = poisoned
        run(shop, 10)
        poison(shop, points=2, hours=2)
        assert became(run(shop, 11)) == {"failed": 1, "blocked": 2}
        assert why(planned(shop, 12))[TOGS] == "not before 2026-07-01 12:21:00 UTC, tried 1 of 4 times"

    @pytest.mark.soak
    def test_what_failed_before_it_was_good_counts_no_more(self, poisoned: Poisoned) -> None:
        shop, _, good = poisoned
        shop.write("team_box", good)
        shop.ingest(hours=2)
        assert run(shop, 11).is_complete
        poison(shop, points=1, hours=3)
        run(shop, 20)
        assert why(planned(shop, 21))[TOGS].endswith("tried 1 of 4 times")

    def test_force_tries_and_begins_anew(self, poisoned: Poisoned) -> None:
        shop, day, _ = poisoned
        once = {"patience": Patience(retries=1)}
        run(shop, 10, **once)
        assert run(shop, 9999, **once).attempts == []
        forced = backfill(shop.warehouse, POST, on_dates(day), FixedClock(at(9999)), force=True)
        assert forced.count("failed") == 1
        assert run(shop, 9999, **once).attempts == []
        assert run(shop, 99999, **once).count("failed") == 1

    def test_other_checks_are_another_try(self, poisoned: Poisoned) -> None:
        """The code version says nothing of checks: what failed one that was wrong must not wait once that is mended."""
        shop, _, _ = poisoned
        table = POST.built[TOGS]
        wide = [
            each.model_copy(update={"range": (-1e6, 1e6)}) if each.range else each for each in table.contract.columns
        ]
        lenient = table.contract.model_copy(update={"columns": tuple(wide)})
        registry = Registry(POST.raw, {**POST.built, TOGS: replace(table, contract=lenient)})
        assert became(run(shop, 1)) == {}
        assert became(run(shop, 1, registry)) == {"failed": 1, "blocked": 2}

    def test_a_clock_that_was_set_back_stops_nobody(self, poisoned: Poisoned) -> None:
        shop, _, _ = poisoned
        assert planned(shop, -60).partitions == 3

    @pytest.mark.soak
    def test_by_cause(self, shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each cause has a budget of its own; taking turns gains no more tries than that."""
        day, twice = poison(shop), Patience(retries=1)
        causes = iter("ab" * 20)
        monkeypatch.setattr("backcourt.engine.run.guard.failures", lambda *_: {day: f"{next(causes)}: bad"})
        tries = [bool(run(shop, minutes, patience=twice).attempts) for minutes in range(0, 12_000, 2000)]
        assert tries == [True, True, True, False, False, False]


class TestCrash:
    def test_an_attempt_that_was_not_noted_is_made_again(self, shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        """Killed between the commit and the note: nothing waits for an attempt that nobody counted."""
        poison(shop)

        def die(*_: object) -> None:
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr("backcourt.engine.run._note", die)
            with pytest.raises(SystemExit):
                run(shop, 0)
        assert planned(shop, 0).partitions == 3
        run(shop, 0)
        assert planned(shop, 1).partitions == 0


def test_status_tells(poisoned: Poisoned) -> None:
    shop, day, _ = poisoned
    shop.warehouse.close()
    assert shop.warehouse.path is not None
    (first, *others) = read_status(shop.warehouse.path, POST, Scope(), at(5), timedelta(minutes=10), TRIED).waiting
    assert (first.table, first.game_date, first.state) == (TOGS, day, "failed")
    assert first.why.startswith("not before 2026-07-01 12:10:00 UTC")
    assert {each.table for each in others} == {TDGS, PGS}


class TestPatience:
    @pytest.mark.parametrize(
        ("attempts", "minutes", "waits"),
        [(1, 9, True), (1, 10, False), (2, 19, True), (2, 20, False), (3, 39, True), (3, 40, False), (4, 10**6, True)],
    )
    def test_twice_as_long_each_time(self, attempts: int, minutes: int, waits: bool) -> None:
        assert (TRIED.said(attempts, NOON, at(minutes)) is not None) == waits

    def test_never_longer_than_a_day(self) -> None:
        patient = Patience(retries=50, wait=timedelta(minutes=10))
        assert patient.said(40, NOON, NOON + timedelta(hours=23)) is not None
        assert patient.said(40, NOON, NOON + timedelta(hours=24)) is None

    def test_no_retries(self) -> None:
        assert Patience(retries=0).said(1, NOON, at(10**6)) == "given up after 1 attempt"


class TestTooManyFailures:
    @pytest.mark.parametrize(
        ("tried", "failed", "stops"),
        [(19, 19, False), (20, 10, False), (20, 11, True), (400, 200, False), (400, 201, True)],
    )
    def test_the_share(self, tried: int, failed: int, stops: bool) -> None:
        found = Limits().reached(datetime(2026, 7, 1, tzinfo=UTC), tried, failed)
        assert (found is not None) == stops
        if found:
            assert found.said == f"too many failures: {failed} of {tried} partitions that were tried"

    def test_a_run_ends(self, shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stops, "_ENOUGH", 4)

        def failing(warehouse: Warehouse, _: object) -> dict[date, str]:
            return {row[0]: "x: bad" for row in warehouse.rows("SELECT game_date FROM unit_dates")}

        monkeypatch.setattr("backcourt.engine.run.guard.failures", failing)
        report = run(shop, 0, force=True, unit="day")
        assert report.stop is not None
        assert (report.stop.reason, report.outcome) == ("too_many_failures", "incomplete")
        assert (report.count("failed"), report.not_run) == (4, 14)
