"""The Python API says what the command line says."""

from __future__ import annotations

from pathlib import Path

import pytest

import backcourt
from backcourt.errors import IncompleteError, UsageError, WarehouseError
from backcourt.warehouse.duckdb import Warehouse


def test_the_public_names_are_sorted_and_there() -> None:
    """`__all__` is the whole surface."""
    assert sorted(backcourt.__all__) == backcourt.__all__
    assert all(hasattr(backcourt, name) for name in backcourt.__all__)


def test_rows_are_loaded_in_order_of_date_and_key(built: Path) -> None:
    """One dictionary a row, with the contract's columns."""
    with backcourt.open_warehouse(built) as warehouse:
        rows = backcourt.load(warehouse, "TOGS")
        stored = warehouse.value("SELECT COUNT(*) FROM analytics.team_offense_game_summary")
    assert len(rows) == stored > 0
    order = [(row["game_date"], row["game_id"], row["team_id"]) for row in rows]
    assert order == sorted(order)
    assert "data_hash" not in rows[0]


def test_a_scope_cuts_what_is_loaded(built: Path) -> None:
    """Dates and seasons are those of the command line."""
    with backcourt.open_warehouse(built) as warehouse:
        days = sorted({row["game_date"] for row in backcourt.load(warehouse, "TOGS")})
        one = backcourt.load(warehouse, "TOGS", dates=str(days[0]))
        assert {row["game_date"] for row in one} == {days[0]}
        assert backcourt.load(warehouse, "TOGS", seasons="2022") == []


def test_what_is_not_verified_is_not_loaded(ingested: Path) -> None:
    """An unbuilt table is an error, and an empty list only for who asks for it."""
    with backcourt.open_warehouse(ingested) as warehouse:
        with pytest.raises(IncompleteError, match="not verified"):
            backcourt.load(warehouse, "player_game_summary")
        assert backcourt.load(warehouse, "player_game_summary", allow_incomplete=True) == []


def test_plan_backfill_and_verify_go_together(ingested: Path, tmp_path: Path) -> None:
    """What the plan names is built, and then verified."""
    path = tmp_path / "w.duckdb"
    path.write_bytes(ingested.read_bytes())
    with backcourt.open_warehouse(path, read_only=False) as warehouse:
        planned = backcourt.plan(warehouse, tables=["TOGS"]).partitions
        report = backcourt.backfill(warehouse, tables=["TOGS"])
        assert planned == report.count("written") > 0
        assert backcourt.verify(warehouse, tables=["TOGS"]).passed
        assert not backcourt.verify(warehouse).passed


def test_a_folder_is_ingested(league: Path, tmp_path: Path) -> None:
    """Files that no mapping of real data claims are no ingest at all."""
    with (
        Warehouse.open(tmp_path / "w.duckdb") as warehouse,
        pytest.raises(backcourt.BackcourtError, match=r"claims|schedule|shape"),
    ):
        backcourt.ingest(warehouse, league)


def test_nonsense_is_refused(built: Path, tmp_path: Path) -> None:
    """The same errors as on the command line."""
    with backcourt.open_warehouse(built) as warehouse, pytest.raises(UsageError, match="ambiguous"):
        backcourt.load(warehouse, "PDC")
    with pytest.raises(WarehouseError, match="no warehouse"):
        backcourt.open_warehouse(tmp_path / "none.duckdb")
