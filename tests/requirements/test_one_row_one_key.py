"""Every expected row once, none beside, and a write that is either done or said not to be."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from bench import Bench, built, row

from backcourt.engine import publish
from backcourt.engine.contract import Check, Contract
from backcourt.engine.registry import Registry
from backcourt.engine.run import backfill
from backcourt.errors import WarehouseError
from backcourt.seasons import Scope
from backcourt.sources.simulated.faults import inject
from backcourt.warehouse.duckdb import Warehouse
from support import Workshop, clock, on_dates, workshop

TOGS, PGS = "team_offense_game_summary", "player_game_summary"
GAME = row(game_id="A", game_date="2022-01-05")
HOME = row(GAME, team_id=1, opponent_team_id=2, home_game=True)
AWAY = row(GAME, team_id=2, opponent_team_id=1, home_game=False)


# --- keys ------------------------------------------------------------------------------------------------------------


def test_a_row_that_stands_twice_is_refused() -> None:
    bench = Bench()
    assert bench.offences(TOGS, "unique_keys", HOME, AWAY) == []
    assert bench.offences(TOGS, "unique_keys", HOME, AWAY, AWAY) == ["2022-01-05 key A 2 stands 2 times"]


def test_a_row_too_few_or_too_many_is_refused() -> None:
    bench = Bench()
    missing = bench.offences(TOGS, "keys_equal_spine", HOME, expected=[HOME, AWAY])
    surplus = bench.offences(TOGS, "keys_equal_spine", HOME, AWAY, expected=[HOME])
    assert missing == ["2022-01-05 expected key A 2 is missing"]
    assert surplus == ["2022-01-05 key A 2 is not expected"]


@pytest.mark.parametrize(
    "table", [TOGS, "team_defense_game_summary", "upcoming_team_game_context"], ids=["offence", "defence", "context"]
)
def test_a_game_with_the_home_team_alone_is_half_a_game(table: str) -> None:
    bench = Bench()
    assert bench.offences(table, "two_rows_a_game", HOME, AWAY) == []
    assert bench.offences(table, "two_rows_a_game", HOME)


def test_a_line_in_many_versions_makes_one_row() -> None:
    """The same offer of three feeds, and an earlier one of each: six lines, one player, one row."""
    offer = row(GAME, player_id=7, book="fanduel", snapshot_quality="timed")
    given = {
        "raw.games_current": [
            row(
                GAME,
                home_team_id=1,
                away_team_id=2,
                season_type="regular",
                status="final",
                home_points=99,
                away_points=90,
            )
        ],
        "raw.player_box_current": [
            row(GAME, player_id=7, team_id=1, seconds_played=1800, seconds_quality="exact", points=24)
        ],
        "raw.player_lines_current": [
            row(offer, feed=feed, line=points, snapshot_at=moment)
            for feed in ("first", "second", "third")
            for points, moment in ((19.5, "2022-01-05 15:00"), (20.5, "2022-01-05 20:00"))
        ],
    }
    assert built(PGS, given, row(game_id="A", player_id=7, points_line=20.5, over_under_result="OVER")) == []


def test_a_player_stands_in_one_team_on_a_date() -> None:
    bench, name = Bench(), "upcoming_player_game_context"
    here, there = row(GAME, player_id=7, team_id=1), row(GAME, game_id="B", player_id=7, team_id=2)
    assert bench.offences(name, "one_team_per_date", here) == []
    assert bench.offences(name, "one_team_per_date", here, there)


# --- writes ----------------------------------------------------------------------------------------------------------


def test_a_write_that_loses_a_row_stores_nothing(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    before, whole = shop.hashes(), publish._replace_rows

    def forgetful(warehouse: Warehouse, contract: Contract) -> None:
        whole(warehouse, contract)
        of_changed = "WHERE game_date IN (SELECT game_date FROM changed_dates)"
        warehouse.execute(
            f"DELETE FROM {contract.full_name} WHERE rowid = (SELECT MIN(rowid) FROM {contract.full_name} {of_changed})"
        )

    inject(shop.folder, "assist_correction")
    shop.ingest(hours=1)
    with monkeypatch.context() as patch:
        patch.setattr(publish, "_replace_rows", forgetful)
        with pytest.raises(WarehouseError, match="1 stored keys differ from the expected ones"):
            shop.backfill()
    assert shop.hashes() == before
    assert shop.backfill().is_complete
    assert shop.verify().passed


def test_a_commit_that_stores_nothing_is_found_out(
    ingested: Path, league: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(ingested, tmp_path / "w.duckdb")

    @contextmanager
    def undone(warehouse: Warehouse) -> Iterator[None]:
        warehouse.execute("BEGIN TRANSACTION")
        yield
        warehouse.execute("ROLLBACK")

    with workshop(tmp_path / "w.duckdb", league) as shop:
        monkeypatch.setattr(Warehouse, "transaction", undone)
        with pytest.raises(WarehouseError, match="are not in the ledger after their commit"):
            shop.backfill()


def test_a_rewrite_keeps_when_its_partition_was_first_there(shop: Workshop) -> None:
    inject(shop.folder, "assist_correction")
    shop.ingest(hours=1)
    day = shop.due()[PGS].pop()
    of_day = "FROM ledger.partitions WHERE table_name = ? AND game_date = ?"
    columns = f"SELECT record_version, first_committed_at, committed_at {of_day}"
    key = [f"analytics.{PGS}", day]
    version, first, last = shop.warehouse.rows(columns, key)[0]
    backfill(shop.warehouse, shop.registry, Scope(), clock(5))
    again, still_first, later = shop.warehouse.rows(columns, key)[0]
    assert (version, again, still_first) == (1, 2, first)
    assert later > last


def test_a_check_that_cannot_be_run_is_no_pass(shop: Workshop) -> None:
    """A tricode is no number: the rule breaks on the first row, and its dates fail with it."""
    table = shop.registry.built[PGS]
    broken = Check(name="broken", why="", sql="SELECT game_date FROM candidate WHERE CAST(team_abbr AS INTEGER) > 0")
    contract = table.contract.model_copy(update={"checks": (*table.contract.checks, broken)})
    registry = Registry(shop.registry.raw, {**shop.registry.built, PGS: replace(table, contract=contract)})
    report = backfill(shop.warehouse, registry, on_dates(*sorted({day for _, day in shop.hashes()})[:2]), clock())
    assert {(each.table, each.outcome) for each in report.attempts} == {(PGS, "failed")}
    assert len(report.attempts) == 2
    assert all("Could not convert string" in each.cause for each in report.attempts)


def test_a_build_that_lacks_a_column_of_its_contract_is_no_pass(shop: Workshop) -> None:
    table = shop.registry.built[PGS]
    more = table.contract.column("points").model_copy(update={"name": "points_off_the_bench"})
    contract = table.contract.model_copy(update={"columns": (*table.contract.columns, more)})
    registry = Registry(shop.registry.raw, {**shop.registry.built, PGS: replace(table, contract=contract)})
    report = backfill(shop.warehouse, registry, on_dates(*sorted({day for _, day in shop.hashes()})[:2]), clock())
    assert report.count("failed") == len(report.attempts) == 2
    assert "points_off_the_bench" in report.attempts[0].cause
