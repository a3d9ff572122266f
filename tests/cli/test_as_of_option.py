"""`backfill --as-of`: a warehouse of a moment, which says so wherever it is looked at."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from terminal import Terminal

from backcourt.engine.excerpt import write_excerpt
from backcourt.engine.run import backfill
from backcourt.seasons import Scope
from backcourt.sources.simulated.faults import inject
from backcourt.warehouse.duckdb import Warehouse
from support import POST, clock, workshop

THEN = "2026-07-01T12:30:00+00:00"


@pytest.fixture(scope="module")
def origin(built: Path, league: Path, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A warehouse to which a correction came an hour after everything else."""
    folder = tmp_path_factory.mktemp("origin")
    shutil.copy(built, folder / "w.duckdb")
    with workshop(folder / "w.duckdb", shutil.copytree(league, folder / "league")) as shop:
        inject(shop.folder, "assist_correction")
        shop.ingest(1)
    return Terminal(folder / "w.duckdb")


@pytest.fixture(scope="module")
def then(origin: Terminal, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """What was known before it, with the post-game tables built."""
    into = tmp_path_factory.mktemp("then") / "then.duckdb"
    with Warehouse.open(origin.warehouse, read_only=True) as known:
        write_excerpt(
            known, into, POST, datetime.fromisoformat(THEN), clock(5), lambda path: Warehouse.open(path, threads=1)
        )
    with Warehouse.open(into) as warehouse:
        assert backfill(warehouse, POST, Scope(), clock(5)).is_complete
    return Terminal(into)


def test_it_is_taken_and_built(origin: Terminal, tmp_path: Path) -> None:
    into, before = tmp_path / "then.duckdb", origin.state()
    done = origin(f"backfill --as-of 2026-07-01T14:30+02:00 --into {into}")
    assert done.code == 0, done.out + done.err
    assert f"{into} holds what was known at {THEN}" in done.text
    assert "16 games, 16 of them with their result." in done.text
    assert "18 partitions planned: 18 written" in done.text
    assert origin.state() == before
    assert origin(f"verify --warehouse {into}").code == 0


def test_status_and_report_say_so(then: Terminal) -> None:
    assert f"Data: simulated, as known at {THEN}." in then("status").text
    assert then("status --json").json["status"]["as_of"] == THEN
    assert f"simulated data as known at {THEN}" in then("report --tables PGS").text
    assert then("report --tables PGS --json").json["report"]["as_of"] == THEN


def test_a_warehouse_of_today_says_nothing_of_it(origin: Terminal) -> None:
    assert "as known at" not in origin("status").text
    assert origin("status --json").json["status"]["as_of"] is None
    assert origin("backfill --tables TOGS --dates 1999 --json").json["as_of"] is None


def test_an_export_says_so(then: Terminal, tmp_path: Path) -> None:
    done = then(f"export PGS --out {tmp_path / 'out'}")
    assert done.code == 0, done.err
    assert f"known at {THEN}" in done.text
    assert json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["as_of"] == THEN


def test_a_further_backfill_finds_it_done(then: Terminal) -> None:
    again = then("backfill --json")
    assert (again.code, again.json["planned"], again.json["as_of"]) == (0, 0, THEN)


def test_nothing_more_is_ingested(then: Terminal) -> None:
    before = then.state()
    refused = then("ingest simulated --json")
    assert (refused.code, refused.json["exit_code"]) == (2, 2)
    assert f"holds what was known at {THEN}; nothing more is ingested" in refused.json["message"]
    assert then.state() == before


def test_before_everything(origin: Terminal, tmp_path: Path) -> None:
    done = origin(f"backfill --as-of 1999-12-31 --into {tmp_path / 'w.duckdb'}")
    assert done.code == 0
    assert "No game was known then; the first was known at 2021-10-06T12:00:00 UTC." in done.text
    assert "Nothing is expected in this scope" in done.text


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("--as-of 2022-01-01", 2, "--as-of and --into belong together"),
        ("--into {new}", 2, "--as-of and --into belong together"),
        ("--as-of yesterday --into {new}", 2, "it is no ISO date or time"),
        ("--as-of 2022-02-30 --into {new}", 2, "it is no ISO date or time"),
        ("--as-of 0001-01-01T00:00+05:00 --into {new}", 2, "it is no ISO date or time"),
        ("--as-of 2999-01-01 --into {new}", 2, "has not come"),
        ("--as-of 2022-01-01 --into {new} --dry-run", 2, "--dry-run plans for a warehouse that is there"),
        ("--as-of 2022-01-01 --into {old}", 2, "is there already"),
        ("--as-of 2022-01-01 --into {new}/w.duckdb", 5, "cannot be opened"),
        ("--as-of 2022-01-01 --into {new} --warehouse {new}", 5, "There is no warehouse at"),
    ],
)
def test_refused(origin: Terminal, tmp_path: Path, words: str, code: int, message: str) -> None:
    new = tmp_path / "new.duckdb"
    answer = origin(f"backfill --json {words.format(new=new, old=origin.warehouse)}")
    assert (answer.code, message in answer.json["message"]) == (code, True), answer.out
    assert list(tmp_path.iterdir()) == []
