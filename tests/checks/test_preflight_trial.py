"""The dry run: one date of each table is computed and checked for real, and nothing is written."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from standing import ground, of, told

from backcourt.checks.preflight import trial
from backcourt.checks.preflight.trial import dry_run
from backcourt.engine.contract import Check
from backcourt.engine.registry import Registry, Table, default_registry
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse
from small_league import OUTLOOK, PLAYER, RESULT, TEAM, small_registry, write_small_league
from support import Workshop, contents, on_dates

ORDER = (RESULT, PLAYER, OUTLOOK, TEAM)
FIRST, LAST = date(2021, 10, 19), date(2022, 10, 21)


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seasons of four dates, ingested; copy it before you change it."""
    folder = tmp_path_factory.mktemp("small")
    write_small_league(folder)
    with Warehouse.open(folder / "w.duckdb", threads=1) as warehouse:
        Workshop(warehouse, small_registry(), folder).ingest()
    return folder / "w.duckdb"


@pytest.fixture(scope="module")
def small_built_file(small_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with everything built."""
    path = shutil.copy(small_file, tmp_path_factory.mktemp("small_built") / "w.duckdb")
    with Warehouse.open(path, threads=1) as warehouse:
        assert Workshop(warehouse, small_registry(), path.parent).backfill().is_complete
    return path


@pytest.fixture
def small(small_file: Path, tmp_path: Path) -> Iterator[Workshop]:
    """Four small tables that read each other in every way, nothing built yet."""
    yield from _own(small_file, tmp_path)


@pytest.fixture
def small_built(small_built_file: Path, tmp_path: Path) -> Iterator[Workshop]:
    """The same tables, all built."""
    yield from _own(small_built_file, tmp_path)


def _own(file: Path, folder: Path) -> Iterator[Workshop]:
    shutil.copy(file, folder / "w.duckdb")
    with Warehouse.open(folder / "w.duckdb", threads=1) as warehouse:
        yield Workshop(warehouse, small_registry(), folder)


def tried(shop: Workshop, **changes: object) -> dict[str, tuple[str, object]]:
    """Per table the outcome and the date that was tried."""
    found = list(dry_run(ground(shop, **changes)))
    return {one.subject: (one.outcome, one.figures.get("game_date")) for one in found}


def _with(registry: Registry, table: Table) -> Registry:
    return Registry(registry.raw, {**registry.built, table.name: table})


def last_dates(shop: Workshop) -> tuple[date, date]:
    first, last = shop.warehouse.rows("SELECT MIN(game_date), MAX(game_date) FROM ledger.schedule")[0]
    return first, last


def test_before_anything_is_built_what_a_date_reads_is_tried_before_it(small: Workshop) -> None:
    before = contents(small.warehouse)
    assert tried(small) == dict.fromkeys(ORDER, ("pass", last_dates(small)[1]))
    assert contents(small.warehouse) == before
    assert not small.warehouse.rows("SELECT 1 FROM duckdb_databases() WHERE database_name = 'scratch'")


def test_where_that_is_too_much_an_earlier_date_is_tried(small: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of earlier dates only the last table reads what is built."""
    monkeypatch.setattr(trial, "HISTORY", 2)
    days = [row[0] for row in small.warehouse.rows("SELECT DISTINCT game_date FROM ledger.schedule ORDER BY 1")]
    found = tried(small)
    assert found[RESULT] == found[PLAYER] == found[OUTLOOK] == ("pass", days[-1])
    assert found[TEAM] == ("pass", days[2])
    # Out of the scope if need be.
    assert tried(small, scope=on_dates(*days[-2:]))[TEAM] == ("pass", days[2])


def test_yesterday_is_tried_for_the_sake_of_today(small_built: Workshop) -> None:
    """The results of the last date but one are not built yet, and the last date reads them."""
    days = [row[0] for row in small_built.warehouse.rows("SELECT DISTINCT game_date FROM ledger.schedule ORDER BY 1")]
    stored = small_built.warehouse.rows(
        f"SELECT * EXCLUDE (data_hash) FROM precompute.{TEAM} WHERE game_date = '{days[-1]}'"
    )
    for statement in (
        f"DELETE FROM analytics.{RESULT} WHERE game_date = '{days[-2]}'",
        f"DELETE FROM ledger.partitions WHERE game_date = '{days[-2]}'",
    ):
        small_built.warehouse.execute(statement)
    on = ground(small_built, scope=Scope(tables=(TEAM,)))
    assert [(one.outcome, one.figures["game_date"]) for one in dry_run(on)] == [("pass", days[-1])]
    assert sorted(small_built.warehouse.rows("SELECT * FROM candidate")) == sorted(stored)


def test_a_date_that_fails_fails_what_reads_it(small: Workshop) -> None:
    first = last_dates(small)[0]
    small.warehouse.execute(f"DELETE FROM raw.team_box WHERE game_date = '{first}'")
    found = {one.subject: one for one in dry_run(ground(small))}
    assert found[RESULT].outcome == found[OUTLOOK].outcome == "pass"
    assert found[TEAM].outcome == "fail"
    assert f"not tried, as {RESULT} failed: {first}: keys_equal_spine" in found[TEAM].said


def test_when_everything_is_built_the_last_date_is_tried(small_built: Workshop) -> None:
    before = contents(small_built.warehouse)
    assert tried(small_built) == dict.fromkeys(ORDER, ("pass", last_dates(small_built)[1]))
    assert contents(small_built.warehouse) == before


def test_the_newest_due_date_is_tried(small_built: Workshop) -> None:
    days = [row[0] for row in small_built.warehouse.rows("SELECT DISTINCT game_date FROM ledger.schedule ORDER BY 1")]
    for table, day in ((OUTLOOK, days[2]), (OUTLOOK, days[5]), (TEAM, days[6])):
        small_built.warehouse.execute(
            f"DELETE FROM ledger.partitions WHERE table_name = 'precompute.{table}' AND game_date = '{day}'"
        )
    found = tried(small_built)
    assert found[OUTLOOK] == ("pass", days[5])
    assert found[RESULT] == ("pass", days[-1])
    assert tried(small_built, scope=on_dates(*days[:4]))[OUTLOOK] == ("pass", days[2])


def test_the_dry_run_computes_what_a_backfill_computes(small_built: Workshop) -> None:
    """What is tried of a date reads what was tried before it, as if it had been built."""
    stored = small_built.warehouse.rows(
        f"SELECT * EXCLUDE (data_hash) FROM precompute.{TEAM} WHERE game_date = '{LAST}' ORDER BY ALL"
    )
    small_built.warehouse.execute(f"DELETE FROM ledger.partitions WHERE game_date = '{LAST}'")
    for table in ORDER:
        full = small_built.registry.built[table].full_name
        small_built.warehouse.execute(f"DELETE FROM {full} WHERE game_date = '{LAST}'")
    on = ground(small_built, scope=Scope(tables=(TEAM,)))
    assert [one.outcome for one in dry_run(on)] == ["pass"]
    # The last table that was computed is the one asked for.
    assert small_built.warehouse.rows("SELECT * FROM candidate ORDER BY ALL") == stored


def with_build(shop: Workshop, name: str, old: str, new: str) -> Workshop:
    """The same warehouse, and other SQL of one table."""
    table = shop.registry.built[name]
    assert old in table.build_sql
    other = replace(table, build_sql=table.build_sql.replace(old, new))
    return Workshop(shop.warehouse, _with(shop.registry, other), shop.folder)


def test_a_blocking_check_that_fails_fails(small: Workshop) -> None:
    table = small.registry.built[RESULT]
    check = Check(name="never", why="a test", sql="SELECT game_date FROM candidate")
    contract = table.contract.model_copy(update={"checks": (check,)})
    shop = Workshop(small.warehouse, _with(small.registry, replace(table, contract=contract)), small.folder)
    found = of(dry_run, ground(shop), RESULT)
    assert found.outcome == "fail"
    assert "never: " in found.said
    assert found.hint.startswith("See why with  backcourt explain team_result ")
    behind = of(dry_run, ground(shop), PLAYER)
    assert behind.outcome == "fail"
    assert f"not tried, as {RESULT} failed" in behind.said


def test_a_key_too_few_fails(small: Workshop) -> None:
    shop = with_build(small, RESULT, "b.team_id = s.team_id", "b.team_id = s.team_id AND b.is_home")
    found = of(dry_run, ground(shop), RESULT)
    assert found.outcome == "fail"
    assert "keys_equal_spine" in found.said


def test_sql_that_breaks_is_an_error_and_stops_no_other_table(small: Workshop) -> None:
    shop = with_build(small, OUTLOOK, "SUM(p.points)", "CAST('much' AS INTEGER) + SUM(p.points)")
    outcomes = dict(told(dry_run, ground(shop)))
    assert outcomes[OUTLOOK] == "error"
    assert outcomes[RESULT] == outcomes[PLAYER] == "pass"


def test_a_game_that_was_not_delivered_fails(small: Workshop) -> None:
    last = last_dates(small)[1]
    small.warehouse.execute(f"DELETE FROM raw.player_box WHERE game_date = '{last}'")
    found = of(dry_run, ground(small), PLAYER)
    assert found.outcome == "fail"
    assert "is covered by raw.player_box but has no rows there" in found.said


def test_a_date_that_lost_its_games_is_tried_as_any_other(small_built: Workshop) -> None:
    """Verify found rows on a date without games, and marked them."""
    small_built.warehouse.execute(
        f"""INSERT INTO ledger.partitions (table_name, game_date, season, state, rows, checks, cause, run_id, record_version)
        VALUES ('precompute.{TEAM}', DATE '2022-12-25', '', 'damaged', 0, '', 'rows stand there', 'verify', 0)"""
    )
    assert tried(small_built)[TEAM] == ("pass", date(2022, 12, 25))


def test_nothing_is_expected_of_a_table(small: Workshop) -> None:
    small.warehouse.execute("DELETE FROM ledger.schedule")
    assert {outcome for outcome, _ in tried(small).values()} == {"warn"}


def test_all_twelve_tables_before_anything_is_built(ingested: Path, league: Path) -> None:
    """In a warehouse that is open to read, too."""
    with Warehouse.open(ingested, read_only=True, threads=1) as warehouse:
        shop = Workshop(warehouse, default_registry(), league)
        found = tried(shop)
    assert list(found) == [table.name for table in default_registry().ordered]
    assert {outcome for outcome, _ in found.values()} == {"pass"}
