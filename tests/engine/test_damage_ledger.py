"""Whatever is done to a row of the ledger, or to the seals that guard it, verify finds it and names it."""

from __future__ import annotations

import pytest
from harm import LEDGER, OTHER, alter, double, found, harmed, one_row, types

from backcourt.engine.ledger import broken_seals
from backcourt.errors import WarehouseError
from support import Workshop, contents


class TestLedgerRows:
    @pytest.mark.parametrize("table", LEDGER)
    def test_every_column_is_sealed(self, whole: Workshop, table: str) -> None:
        for column in types(whole, table):
            with harmed(whole, alter(whole, table, column)):
                assert table in "\n".join(map(str, broken_seals(whole.warehouse))), column

    @pytest.mark.soak
    @pytest.mark.parametrize("table", LEDGER)
    def test_a_row_deleted(self, whole: Workshop, table: str) -> None:
        said = found(whole, f"DELETE FROM {table} WHERE {one_row(table)}")
        assert f"{table} " in said
        assert "was changed by other hands" in said

    @pytest.mark.parametrize("table", LEDGER)
    def test_a_row_added(self, whole: Workshop, table: str) -> None:
        columns = types(whole, table)
        first = next(iter(columns))  # another value in it, as some have a primary key
        values = [OTHER[columns[first]].format(first), *(f'"{name}"' for name in list(columns)[1:])]
        with harmed(whole, f"INSERT INTO {table} SELECT {', '.join(values)} FROM {table} WHERE {one_row(table)}"):
            assert f"{table} " in "\n".join(map(str, broken_seals(whole.warehouse)))

    @pytest.mark.parametrize(
        "table", ["ledger.coverage", "ledger.schedule", "ledger.column_fingerprints", "ledger.attempts"]
    )
    def test_a_row_doubled(self, whole: Workshop, table: str) -> None:
        with harmed(whole, double(table)):
            assert f"{table} " in "\n".join(map(str, broken_seals(whole.warehouse)))

    @pytest.mark.parametrize("table", LEDGER)
    def test_a_seal_deleted(self, whole: Workshop, table: str) -> None:
        name = table.partition(".")[2]
        condition = one_row("ledger.seals", f"ledger_table = '{name}' AND rows > 0")
        with harmed(whole, f"DELETE FROM ledger.seals WHERE {condition}"):
            broken = list(map(str, broken_seals(whole.warehouse)))
        assert len(broken) == 1
        assert broken[0].startswith(table)
        assert "no seal" in broken[0]

    @pytest.mark.parametrize("harm", ["digest", "rows", "subject", "ledger_table", "double", "delete"])
    def test_a_seal_harmed(self, whole: Workshop, harm: str) -> None:
        table = "ledger.seals"
        statements = {"double": double(table), "delete": f"DELETE FROM {table} WHERE {one_row(table)}"}
        assert "changed by other hands" in found(whole, statements.get(harm) or alter(whole, table, harm))

    def test_nothing_is_built_or_ingested_on_a_harmed_ledger(self, shop: Workshop) -> None:
        shop.warehouse.execute(f"DELETE FROM ledger.attempts WHERE {one_row('ledger.attempts')}")
        before = contents(shop.warehouse)
        for act in (shop.backfill, shop.ingest):
            with pytest.raises(WarehouseError, match=r"ledger\.attempts .* was changed by other hands") as caught:
                act()
            assert "verify" in caught.value.hint
        assert contents(shop.warehouse) == before
