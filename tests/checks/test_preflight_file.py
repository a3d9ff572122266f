"""A warehouse that is missing, shut, taken, read-only, of another version or changed by other hands."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from standing import ground, of, only, told

from backcourt.checks.preflight import file
from backcourt.checks.preflight.ground import Ground, opening
from backcourt.engine import events, ledger
from backcourt.errors import ContractError, LockedError, WarehouseError
from backcourt.warehouse.duckdb import Warehouse
from backcourt.warehouse.lease import Holder
from support import NOON, Workshop, contents


@contextmanager
def opened(path: Path) -> Iterator[Ground]:
    with opening(path, lambda read_only: Warehouse.open(path, read_only=read_only)) as (warehouse, refused):
        yield ground(None, path, warehouse=warehouse, refused=refused)


class TestWarehouse:
    def test_it_is_there(self, shop: Workshop) -> None:
        found = only(file.warehouse, ground(shop))
        assert (found.outcome, found.figures["kind"]) == ("pass", "simulated")

    def test_it_is_missing_and_stays_so(self, tmp_path: Path) -> None:
        with opened(tmp_path / "w.duckdb") as on:
            found = only(file.warehouse, on)
            assert (found.outcome, found.hint) == ("fail", "Fill one with  backcourt ingest SOURCE")
        assert list(tmp_path.iterdir()) == []

    def test_it_is_no_warehouse(self, tmp_path: Path) -> None:
        (tmp_path / "w.duckdb").write_text("not a database, but long enough to be looked at as if it were one\n" * 99)
        with opened(tmp_path / "w.duckdb") as on:
            assert on.warehouse is None
            assert only(file.warehouse, on).outcome == "fail"

    def test_it_is_a_database_of_others(self, tmp_path: Path) -> None:
        with opened(tmp_path / "w.duckdb"):
            pass
        Warehouse.open(tmp_path / "w.duckdb").close()
        with opened(tmp_path / "w.duckdb") as on:
            found = only(file.warehouse, on)
            assert found.outcome == "fail"
            assert "ingest" in found.hint
            assert only(file.ledger_version, on).outcome == "fail"
            assert told(file.writable, on) == [("folder", "pass"), ("file", "error")]


class TestWritable:
    def test_what_is_written_is_taken_back(self, shop: Workshop) -> None:
        before, beside = contents(shop.warehouse), sorted(shop.warehouse.path.parent.iterdir())  # type: ignore[union-attr]
        assert told(file.writable, ground(shop)) == [("folder", "pass"), ("file", "pass")]
        assert contents(shop.warehouse) == before
        assert sorted(shop.warehouse.path.parent.iterdir()) == beside  # type: ignore[union-attr]

    def test_a_folder_that_takes_no_file(self, shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(**named: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(tempfile, "NamedTemporaryFile", full)
        found = of(file.writable, ground(shop), "folder")
        assert found.outcome == "fail"
        assert "No space left on device" in found.said

    def test_a_file_that_is_read_only(self, shop: Workshop) -> None:
        refused = WarehouseError("The warehouse cannot be opened: Permission denied", "Check its rights.")
        found = of(file.writable, ground(shop, refused=refused), "file")
        assert (found.outcome, found.hint) == ("fail", "Check its rights.")

    def test_a_write_that_fails_is_an_error(self, shop: Workshop) -> None:
        shop.warehouse.execute("DROP TABLE ledger.meta")
        assert told(file.writable, ground(shop)) == [("folder", "pass"), ("file", "error")]

    def test_before_there_is_a_warehouse_its_folder_is_tried(self, tmp_path: Path) -> None:
        assert told(file.writable, ground(None, tmp_path / "w.duckdb")) == [("folder", "pass")]
        (found,) = told(file.writable, ground(None, tmp_path / "none" / "w.duckdb"))
        assert found == ("folder", "fail")


class TestLease:
    def test_nobody_has_it(self, shop: Workshop, tmp_path: Path) -> None:
        assert only(file.lease, ground(shop)).outcome == "pass"
        assert only(file.lease, ground(None, tmp_path / "w.duckdb")).outcome == "pass"

    def test_somebody_has_it(self, shop: Workshop) -> None:
        locked = LockedError("The warehouse w.duckdb is in use by process 12 (python).", "Wait for it.")
        for on in (ground(shop, refused=locked), ground(None, Path("w.duckdb"), refused=locked)):
            found = only(file.lease, on)
            assert found.outcome == "fail"
            assert "process 12" in found.said

    def test_it_was_taken_from_a_dead_process(self, shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        dead = Holder(4711, "elsewhere", NOON, NOON, "token")
        monkeypatch.setattr(Warehouse, "taken_from", dead)
        found = only(file.lease, ground(shop))
        assert found.outcome == "warn"
        assert "process 4711 on elsewhere" in found.said

    def test_a_run_that_was_killed(self, shop: Workshop) -> None:
        shop.warehouse.execute("UPDATE ledger.runs SET outcome = 'running', ended_at = NULL")
        found = only(file.lease, ground(shop))
        assert found.outcome == "warn"
        assert "never ended" in found.said


class TestEventFile:
    def test_it_can_be_written_and_read(self, shop: Workshop) -> None:
        path = events.events_path(shop.warehouse.path)  # type: ignore[arg-type]
        assert not path.exists()
        assert only(file.event_file, ground(shop)).outcome == "pass"
        assert not path.exists()
        events.append(shop.warehouse, ground(shop).clock.now(), "run_started", {"run": "r"})
        before = path.read_text()
        assert only(file.event_file, ground(shop)).said.endswith("1 events of the newest run can be read")
        assert path.read_text() == before

    def test_a_folder_stands_in_its_place(self, shop: Workshop) -> None:
        events.events_path(shop.warehouse.path).mkdir()  # type: ignore[arg-type]
        assert only(file.event_file, ground(shop)).outcome == "fail"

    def test_it_is_something_else(self, shop: Workshop) -> None:
        path = events.events_path(shop.warehouse.path)  # type: ignore[arg-type]
        path.write_text("half an eve}\n")
        found = only(file.event_file, ground(shop))
        assert (found.outcome, found.said) == ("fail", f"{path} holds no event")
        # After a piece that a killed process left, events go on.
        events.append(shop.warehouse, ground(shop).clock.now(), "run_started", {"run": "r"})
        assert only(file.event_file, ground(shop)).outcome == "pass"


class TestLedger:
    def test_it_is_of_this_version(self, shop: Workshop) -> None:
        assert told(file.ledger_version, ground(shop)) == [("schema", "pass"), ("engine", "pass")]

    def test_it_is_of_another_version(self, shop: Workshop) -> None:
        ledger.set_meta(shop.warehouse, "schema_version", "1")
        found = only(file.ledger_version, ground(shop))
        assert found.outcome == "fail"
        assert "has version 1" in found.said

    def test_it_was_written_by_another_engine(self, shop: Workshop) -> None:
        ledger.set_meta(shop.warehouse, "engine", "duckdb 0.1")
        assert of(file.ledger_version, ground(shop), "engine").outcome == "warn"
        assert only(file.seals, ground(shop)).outcome == "warn"

    def test_it_is_nowhere(self, tmp_path: Path) -> None:
        assert only(file.ledger_version, ground(None, tmp_path / "w.duckdb")).outcome == "error"


class TestSeals:
    def test_they_are_unbroken(self, shop: Workshop) -> None:
        assert only(file.seals, ground(shop)).outcome == "pass"

    def test_one_is_broken(self, shop: Workshop) -> None:
        shop.warehouse.execute("UPDATE ledger.partitions SET rows = rows + 1 WHERE table_name LIKE '%player%'")
        found = only(file.seals, ground(shop))
        assert found.outcome == "fail"
        assert "analytics.player_game_summary was changed by other hands" in found.said

    def test_many_are_broken(self, shop: Workshop) -> None:
        shop.warehouse.execute("DELETE FROM ledger.seals")
        found = told(file.seals, ground(shop))
        assert {outcome for _, outcome in found} == {"fail"}
        assert len(found) == file.SHOWN + 1


class TestContracts:
    def test_tables_have_their_columns(self, shop: Workshop) -> None:
        assert only(file.contracts, ground(shop)).said == "17 raw and 3 built tables"

    def test_a_built_table_lacks_one(self, shop: Workshop) -> None:
        shop.warehouse.execute("ALTER TABLE analytics.player_game_summary DROP COLUMN assists")
        found = only(file.contracts, ground(shop))
        assert (found.subject, found.outcome) == ("analytics.player_game_summary", "warn")
        assert found.figures == {"columns": ["assists"]}

    @pytest.mark.parametrize(
        ("statement", "subject", "said"),
        [
            ("ALTER TABLE raw.officials ADD COLUMN mood VARCHAR", "raw.officials", "mood"),
            ("DROP TABLE raw.officials", "raw.officials", "gone"),
            ("DROP TABLE analytics.player_game_summary", "analytics.player_game_summary", "gone"),
        ],
    )
    def test_a_table_is_another_or_gone(self, shop: Workshop, statement: str, subject: str, said: str) -> None:
        shop.warehouse.execute("DROP VIEW IF EXISTS raw.officials_current")
        shop.warehouse.execute(statement)
        found = only(file.contracts, ground(shop))
        assert (found.subject, found.outcome) == (subject, "fail")
        assert said in found.said

    def test_a_contract_that_cannot_be_read(self, shop: Workshop) -> None:
        def load() -> None:
            raise ContractError("contract.yaml: not a valid contract", "Compare it with another.")

        assert only(file.contracts, ground(shop, load=load)).outcome == "error"
