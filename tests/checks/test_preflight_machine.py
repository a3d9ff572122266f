"""Too little room or memory, a clock that is wrong, a zone that is not New York's."""

from __future__ import annotations

import os
import shutil
from collections import namedtuple
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest
from standing import ground, only

from backcourt.checks.preflight import machine
from backcourt.clock import Clock, FixedClock
from backcourt.warehouse.duckdb import Warehouse
from support import NOON, Workshop, workshop

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def unbuilt(ingested: Path, league: Path, tmp_path: Path) -> Iterator[Workshop]:
    """A warehouse of its own in which everything is due."""
    shutil.copy(ingested, tmp_path / "w.duckdb")
    with workshop(tmp_path / "w.duckdb", league) as shop:
        yield shop


@pytest.mark.parametrize(("share", "outcome"), [(0.5, "fail"), (1.5, "warn"), (3, "pass")])
def test_room_for_the_plan(unbuilt: Workshop, share: float, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    needed = only(machine.disk, ground(unbuilt)).figures["needed"]
    assert isinstance(needed, int)
    assert needed > 50_000
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(10**12, 0, int(needed * share)))
    found = only(machine.disk, ground(unbuilt))
    assert (found.outcome, found.figures["partitions"]) == (outcome, 18)
    assert bool(found.hint) == (outcome != "pass")


def test_room_before_there_is_a_warehouse(tmp_path: Path) -> None:
    found = only(machine.disk, ground(None, tmp_path / "none" / "w.duckdb"))
    assert found.outcome == "pass"
    assert "nothing is planned" in found.said


def test_room_that_cannot_be_told(unbuilt: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(folder: Path) -> Usage:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(shutil, "disk_usage", gone)
    assert only(machine.disk, ground(unbuilt)).outcome == "error"


@pytest.mark.parametrize(
    ("held", "outcome"), [(1_400_000_000, "fail"), (1_600_000_000, "warn"), (2_000_000_000, "pass")]
)
def test_memory_for_the_engine_and_the_process(held: int, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "machine_memory", lambda: held)
    found = only(machine.memory, ground(None, Path("w.duckdb"), settings={"memory_limit": "1500MB"}))
    assert found.outcome == outcome
    assert ("BACKCOURT_MEMORY_LIMIT" in found.hint) == (outcome != "pass")


def test_a_container_grants_less_than_the_machine_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sysconf", {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 2**20}.__getitem__)
    (tmp_path / "max").write_text("max\n")
    (tmp_path / "some").write_text(f"{2**30}\n")
    assert machine.machine_memory((tmp_path / "none", tmp_path / "max")) == 2**32
    assert machine.machine_memory((tmp_path / "max", tmp_path / "some")) == 2**30


def test_memory_that_cannot_be_told_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> int:
        raise ValueError("unrecognized configuration name")

    monkeypatch.setattr(os, "sysconf", unknown)
    assert only(machine.memory, ground(None, Path("w.duckdb"))).outcome == "error"


@pytest.mark.parametrize(("hours", "outcome", "what"), [(1, "pass", "newest ingest"), (-1, "fail", "newest ingest")])
def test_the_clock_is_not_before_what_the_ledger_knows(shop: Workshop, hours: int, outcome: str, what: str) -> None:
    shop.warehouse.execute("UPDATE ledger.ingests SET ingested_at = ingested_at + INTERVAL 1 MINUTE")
    found = only(machine.clock, ground(shop, clock=FixedClock(NOON + timedelta(hours=hours))))
    assert (found.outcome, found.figures["newest_is"]) == (outcome, what)


def test_the_clock_is_not_before_the_newest_commit(shop: Workshop) -> None:
    shop.warehouse.execute("UPDATE ledger.partitions SET committed_at = committed_at + INTERVAL 2 DAY")
    found = only(machine.clock, ground(shop))
    assert (found.outcome, found.figures["newest_is"]) == ("fail", "newest commit")


@dataclass(frozen=True)
class Local(Clock):
    """A clock that tells the time of some zone as if it were UTC."""

    def now(self) -> datetime:
        return NOON.astimezone(timezone(timedelta(hours=2)))


def test_a_clock_that_is_not_utc() -> None:
    assert only(machine.clock, ground(None, Path("w.duckdb"), clock=Local())).outcome == "fail"


def test_a_clock_of_another_century() -> None:
    early = FixedClock(NOON.replace(year=1970))
    assert only(machine.clock, ground(None, Path("w.duckdb"), clock=early)).outcome == "fail"


def test_the_zone_is_new_yorks() -> None:
    on = ground(None, Path("w.duckdb"))
    assert only(machine.time_zone, on).outcome == "pass"
    no_summer = partial(machine.time_zone, zone=timezone(timedelta(hours=-5)))
    found = only(no_summer, on)
    assert found.outcome == "fail"
    assert found.said.startswith("Python takes 2021-10-20 02:30:00 UTC for")


def test_an_engine_that_knows_no_summer_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Warehouse.value

    def value(self: Warehouse, sql: str, parameters: list[datetime]) -> object:
        return asked(self, sql.replace("America/New_York", "Etc/GMT+5"), parameters)

    monkeypatch.setattr(Warehouse, "value", value)
    found = only(machine.time_zone, ground(None, Path("w.duckdb")))
    assert found.outcome == "fail"
    assert "the engine takes" in found.said


def test_an_engine_without_zones_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Warehouse.value

    def value(self: Warehouse, sql: str, parameters: list[datetime]) -> object:
        return asked(self, sql.replace("America/New_York", "America/Nowhere"), parameters)

    monkeypatch.setattr(Warehouse, "value", value)
    assert only(machine.time_zone, ground(None, Path("w.duckdb"))).outcome == "error"
