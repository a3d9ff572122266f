"""The Python API says what the command line says."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import backcourt
from backcourt.errors import IncompleteError, LockedError, UsageError, WarehouseError
from backcourt.warehouse.duckdb import Warehouse


def test_the_public_names_are_sorted_and_there() -> None:
    """`__all__` is the whole surface."""
    assert sorted(backcourt.__all__) == backcourt.__all__
    assert all(hasattr(backcourt, name) for name in backcourt.__all__)


def test_rows_are_loaded_in_order_of_date_and_key(built: Path) -> None:
    """One dictionary a row, with the contract's columns."""
    with backcourt.open_warehouse(built) as warehouse:
        rows = backcourt.load("TOGS", format="rows", warehouse=warehouse)
        stored = warehouse.value("SELECT COUNT(*) FROM analytics.team_offense_game_summary")
    assert len(rows) == stored > 0
    order = [(row["game_date"], row["game_id"], row["team_id"]) for row in rows]
    assert order == sorted(order)
    assert "data_hash" not in rows[0]


def test_a_scope_cuts_what_is_loaded(built: Path) -> None:
    """Dates and seasons are those of the command line."""
    days = sorted({row["game_date"] for row in backcourt.load("TOGS", format="rows", warehouse=built)})
    one = backcourt.load("TOGS", dates=str(days[0]), format="rows", warehouse=built)
    assert {row["game_date"] for row in one} == {days[0]}
    assert backcourt.load("TOGS", dates="2022-07-04", format="rows", warehouse=built) == []


def test_the_warehouse_is_open_or_a_path_or_the_one_of_the_environment(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All three give the same; one that was handed over open stays open."""
    by_path = backcourt.load("PGS", seasons="2021", warehouse=str(built))
    with backcourt.open_warehouse(built) as warehouse:
        assert backcourt.load("PGS", seasons="2021", warehouse=warehouse) == by_path
        assert warehouse.value("SELECT 1") == 1
    monkeypatch.setenv("BACKCOURT_WAREHOUSE", str(built))
    assert backcourt.load("PGS", seasons="2021") == by_path
    assert by_path.num_rows > 100


def test_columns_are_chosen_in_the_order_asked_for(built: Path) -> None:
    """As a list or as on the command line."""
    for columns in (["points", "player_id"], "points, player_id"):
        assert backcourt.load("PGS", columns=columns, warehouse=built).column_names == ["points", "player_id"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("point", "player_game_summary has no column 'point'"),
        ("data_hash", "has no column 'data_hash'"),
        ("points,points", "the column 'points' is named twice"),
        ([], "no column is named"),
    ],
)
def test_wrong_columns_are_refused(built: Path, columns: str | list[str], message: str) -> None:
    """With what is wrong, and what there is."""
    with pytest.raises(UsageError, match=message) as raised:
        backcourt.load("PGS", columns=columns, warehouse=built)
    assert raised.value.hint


def test_what_is_not_verified_is_not_loaded(ingested: Path) -> None:
    """An unbuilt table is an error, and an empty list only for who asks for it."""
    with backcourt.open_warehouse(ingested) as warehouse:
        with pytest.raises(IncompleteError, match="not verified"):
            backcourt.load("player_game_summary", warehouse=warehouse)
        rows = backcourt.load("player_game_summary", format="rows", warehouse=warehouse, allow_incomplete=True)
    assert rows == []


def test_a_season_that_was_never_ingested_is_not_complete(built: Path) -> None:
    """Asked for four seasons, one is no answer."""
    with pytest.raises(IncompleteError, match="no game of 2022-23, 2023-24, 2024-25 is in the schedule"):
        backcourt.load("PGS", seasons="2021:2024", warehouse=built)
    assert backcourt.load("PGS", seasons="2021:2024", warehouse=built, allow_incomplete=True).num_rows > 100


def test_plan_backfill_and_verify_go_together(ingested: Path, tmp_path: Path) -> None:
    """What the plan names is built, and then verified."""
    path = tmp_path / "w.duckdb"
    path.write_bytes(ingested.read_bytes())
    with backcourt.open_warehouse(path, read_only=False) as warehouse:
        planned = backcourt.plan(warehouse, tables=["TOGS"]).partitions
        report = backcourt.backfill(warehouse, tables=["TOGS"])
        assert planned == report.count("written") > 0
        assert backcourt.verify(warehouse, tables=["TOGS"]).passed
        assert backcourt.validate(warehouse, tables=["TOGS"], samples=2, seed=1).passed
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
    with pytest.raises(UsageError, match="ambiguous"):
        backcourt.load("PDC", warehouse=built)
    with pytest.raises(UsageError, match="no format 'excel'"):
        backcourt.load("PGS", format="excel", warehouse=built)  # type: ignore[arg-type]
    Warehouse.open(tmp_path / "other.duckdb").close()
    with pytest.raises(WarehouseError, match="it has no ledger"):
        backcourt.load("PGS", warehouse=tmp_path / "other.duckdb")
    with pytest.raises(WarehouseError, match="no warehouse"):
        backcourt.open_warehouse(tmp_path / "none.duckdb")


def test_runs_and_changes_are_those_of_the_command_line(built: Path) -> None:
    """The first build inserted every key there is, and says so."""
    (run,) = backcourt.runs(warehouse=built)
    assert (run["considered"], run["changed"], run["skip_rate"]) == (18, 18, 0.0)
    assert backcourt.runs(limit=1, warehouse=built) == [run]
    rows = backcourt.load("PGS", columns="game_id,player_id", format="rows", warehouse=built)
    told = backcourt.changes(run["run_id"], tables=["PGS"], warehouse=built)
    assert sorted(map(str, (one["key"] for one in told))) == sorted(map(str, rows))
    assert {one["kind"] for one in told} == {"inserted"}
    assert [one["key"] for one in backcourt.changes(tables=["PGS"], keys=False, warehouse=built)] == [None] * 6
    assert backcourt.changes(since="latest", warehouse=built) == []
    with pytest.raises(UsageError, match="no run 'nightly'"):
        backcourt.changes("nightly", warehouse=built)


@pytest.mark.soak
def test_what_was_known_at_a_moment(built: Path, tmp_path: Path) -> None:
    """As a warehouse of its own, to be built; from a path or from a warehouse that is open to read."""
    with backcourt.as_of("2021-10-21T12:00:00Z", tmp_path / "then.duckdb", warehouse=built) as then:
        assert backcourt.backfill(then, tables=["TOGS"]).is_complete
        days = {str(row["game_date"]) for row in backcourt.load("TOGS", format="rows", warehouse=then)}
    assert days == {"2021-10-19", "2021-10-20"}
    moment = datetime(2021, 10, 20, 7, tzinfo=timezone(timedelta(hours=-5)))
    with (
        backcourt.open_warehouse(built) as origin,
        backcourt.as_of(moment, tmp_path / "earlier.duckdb", warehouse=origin) as then,
    ):
        assert backcourt.plan(then, tables=["TOGS"]).partitions == 1
    with (
        backcourt.open_warehouse(tmp_path / "then.duckdb", read_only=False) as writable,
        pytest.raises(LockedError, match="open for writing in this process"),
    ):
        backcourt.as_of("2021-10-20", tmp_path / "other.duckdb", warehouse=writable)
    Warehouse.open(tmp_path / "empty.duckdb").close()
    with pytest.raises(WarehouseError, match="it has no ledger"):
        backcourt.as_of("2021-10-20", tmp_path / "other.duckdb", warehouse=tmp_path / "empty.duckdb")
    assert not (tmp_path / "other.duckdb").exists()
