"""Hashes that were lost come back as they were; rows that were altered are never given one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from harm import alter, double, one_row

from backcourt.checks.verify import mark_damage
from backcourt.engine import build, ledger
from backcourt.engine.hashing import fingerprints, partition_hash, row_hash
from backcourt.engine.registry import Registry
from backcourt.engine.rehash import RehashReport, rehash
from backcourt.errors import WarehouseError
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse
from support import POST, Workshop, clock, contents, on_dates

TOGS, TDGS, PGS = (f"analytics.{name}" for name in (
    "team_offense_game_summary", "team_defense_game_summary", "player_game_summary",
))  # fmt: skip
FIRST, SECOND = date(2021, 10, 19), date(2021, 10, 20)
LOST = "UPDATE {} SET data_hash = NULL"


def again(shop: Workshop, scope: Scope | None = None, *, only_missing: bool = False) -> RehashReport:
    return rehash(shop.warehouse, shop.registry, scope or Scope(), clock(), only_missing=only_missing)


def lose(shop: Workshop, table: str, day: date | None = None) -> None:
    """Take the hashes of a table away, or those of one date."""
    shop.warehouse.execute(LOST.format(table) + (f" WHERE game_date = '{day}'" if day else ""))


def rows_of(warehouse: Warehouse, table: str) -> list[Any]:
    return warehouse.rows(f"SELECT * FROM {table} ORDER BY ALL")


def causes(report: RehashReport) -> dict[tuple[str, date | None], str]:
    return {(f"analytics.{each.table}", each.game_date): each.cause for each in report.refused}


class TestWhole:
    def test_nothing_is_written_when_everything_is_right(self, shop: Workshop) -> None:
        before = contents(shop.warehouse)
        report = again(shop)
        assert report.is_complete
        assert (report.partitions, report.rows, report.written) == (18, 12 + 12 + 204, 0)
        assert again(shop, only_missing=True).partitions == 0
        assert contents(shop.warehouse) == before

    @pytest.mark.soak
    @pytest.mark.parametrize("value", ["NULL", "'0123456789abcdef'", "upper(data_hash)"])
    def test_every_row_is_as_a_rebuild_makes_it(self, shop: Workshop, value: str) -> None:
        before = contents(shop.warehouse)
        for table in (TOGS, TDGS, PGS):
            shop.warehouse.execute(f"UPDATE {table} SET data_hash = {value}")
        assert contents(shop.warehouse) != before
        assert again(shop).written == 228
        assert contents(shop.warehouse) == before
        assert shop.due() == {}
        assert shop.verify().passed

    @pytest.mark.parametrize("threads", [1, 8])
    def test_every_table(
        self, all_built: Path, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int
    ) -> None:
        """Cut into as many slices as there are threads."""
        monkeypatch.setattr(build, "SLICE", 8)
        path = shutil.copy(all_built, tmp_path / "w.duckdb")
        with Warehouse.open(path, threads=threads) as warehouse:
            before = contents(warehouse)
            for table in registry.ordered:
                warehouse.execute(LOST.format(table.full_name))
            report = rehash(warehouse, registry, Scope(), clock(), only_missing=True)
            assert report.written == report.rows == sum(before[table.full_name][0] for table in registry.ordered)
            assert contents(warehouse) == before

    def test_only_missing_looks_at_no_other_date(self, shop: Workshop) -> None:
        before = contents(shop.warehouse)
        lose(shop, TOGS, FIRST)
        shop.warehouse.execute(f"UPDATE {TOGS} SET data_hash = 'wrong' WHERE game_date = ?", [SECOND])
        report = again(shop, only_missing=True)
        assert (report.partitions, report.rows, report.written) == (1, 2, 2)
        assert shop.warehouse.value(f"SELECT COUNT(*) FROM {TOGS} WHERE data_hash = 'wrong'") == 2
        assert again(shop).written == 2
        assert contents(shop.warehouse) == before

    def test_scope(self, shop: Workshop) -> None:
        for table in (TOGS, PGS):
            lose(shop, table)
        report = again(shop, replace(on_dates(SECOND), tables=("team_offense_game_summary",)))
        assert (report.partitions, report.written) == (1, 2)
        assert shop.warehouse.rows(f"SELECT DISTINCT game_date FROM {TOGS} WHERE data_hash IS NOT NULL") == [(SECOND,)]
        assert shop.warehouse.value(f"SELECT COUNT(data_hash) FROM {PGS}") == 0

    def test_what_was_marked_for_it_needs_no_rebuild(self, shop: Workshop) -> None:
        before = contents(shop.warehouse)
        lose(shop, PGS, SECOND)
        assert mark_damage(shop.warehouse, shop.verify()) == 1
        assert shop.due() == {"player_game_summary": {SECOND}}
        assert again(shop, only_missing=True).is_complete
        assert shop.due() == {}
        assert shop.verify().passed
        assert contents(shop.warehouse) == before

    def test_the_sql_of_the_tables_is_not_run(self, shop: Workshop) -> None:
        """Nothing raw is there to build from."""
        for name in shop.registry.raw:
            shop.warehouse.execute(f"DELETE FROM raw.{name}")
        lose(shop, PGS)
        assert again(shop).written == 204


ON_SECOND = f"game_date = '{SECOND}'"
ENDS = f"(SELECT MIN(points) AS low, MAX(points) AS high FROM {PGS} WHERE {ON_SECOND})"

# What is done to PGS on the second date, and what rehash says of it.
ALTERED = {
    "a value": (
        lambda shop: alter(shop, PGS, "points", ON_SECOND),
        "1 columns differ from their fingerprints, points first",
    ),
    "a key": (lambda shop: alter(shop, PGS, "player_id", ON_SECOND), "columns differ from their fingerprints"),
    "a row deleted": (lambda _: f"DELETE FROM {PGS} WHERE {one_row(PGS, ON_SECOND)}", "columns differ"),
    "a row doubled": (lambda _: double(PGS).replace(one_row(PGS), one_row(PGS, ON_SECOND)), "columns differ"),
    "values swapped": (
        lambda _: (
            f"UPDATE {PGS} SET points = low + high - points FROM {ENDS} WHERE {ON_SECOND} AND points IN (low, high)"
        ),
        "1 columns differ from their fingerprints, points first",
    ),
}


class TestAltered:
    @pytest.mark.soak
    @pytest.mark.parametrize("harm", ALTERED)
    @pytest.mark.parametrize("hashes", ["lost", "fitting"])
    def test_refused_and_left_alone(self, shop: Workshop, harm: str, hashes: str) -> None:
        """Also when whoever altered the rows gave them the hash of their new content."""
        statement, cause = ALTERED[harm]
        shop.warehouse.execute(statement(shop))
        if hashes == "fitting":
            shop.warehouse.execute(f"UPDATE {PGS} SET data_hash = {row_hash(POST.contract(PGS).columns)}")
        else:
            lose(shop, PGS)
        harmed = rows_of(shop.warehouse, f"(FROM {PGS} WHERE {ON_SECOND})")
        report = again(shop)
        assert not report.is_complete
        assert list(causes(report)) == [(PGS, SECOND)]
        assert cause in causes(report)[PGS, SECOND]
        assert rows_of(shop.warehouse, f"(FROM {PGS} WHERE {ON_SECOND})") == harmed
        assert shop.warehouse.rows(f"SELECT DISTINCT game_date FROM {PGS} WHERE data_hash IS NULL") == (
            [(SECOND,)] if hashes == "lost" else []
        )
        assert not shop.verify().passed

    def test_a_date_without_its_rows(self, shop: Workshop) -> None:
        shop.warehouse.execute(f"DELETE FROM {PGS} WHERE game_date = ?", [SECOND])
        assert list(causes(again(shop))) == [(PGS, SECOND)]

    def test_rows_on_a_date_that_the_ledger_does_not_know(self, shop: Workshop) -> None:
        names = ", ".join(
            "DATE '2030-01-01'" if n == "game_date" else f'"{n}"' for n, _ in shop.warehouse.describe(PGS)
        )
        shop.warehouse.execute(f"INSERT INTO {PGS} SELECT {names} FROM {PGS} WHERE {one_row(PGS)}")
        found = causes(again(shop))
        assert found == {(PGS, date(2030, 1, 1)): "the ledger vouches for no rows of this date"}

    @pytest.mark.parametrize("statement", [f"DROP TABLE {PGS}", f"ALTER TABLE {PGS} DROP COLUMN win_flag"])
    def test_a_table_that_cannot_be_read(self, shop: Workshop, statement: str) -> None:
        lose(shop, TOGS)
        shop.warehouse.execute(statement)
        report = again(shop)
        assert list(causes(report)) == [(PGS, None)]
        assert causes(report)[PGS, None].startswith("it cannot be read: ")
        assert report.written == 12

    def test_the_partition_hash_speaks_where_fingerprints_were_forged(self, shop: Workshop) -> None:
        """With fitting seals, as only someone who knows the engine could write them."""
        shop.warehouse.execute(alter(shop, PGS, "points", ON_SECOND))
        lose(shop, PGS)
        forge_fingerprints(shop)
        ledger.seal(shop.warehouse, "column_fingerprints", [PGS])
        report = again(shop)
        stored = shop.warehouse.value(f"SELECT COUNT(*) FROM {PGS} WHERE game_date = ?", [SECOND])
        cause = f"its rows are not those of the ledger: {stored} recorded, {stored} stored"
        assert causes(report) == {(PGS, SECOND): cause}

    def test_a_ledger_that_was_forged_vouches_for_nothing(self, shop: Workshop) -> None:
        """Neither as it is, nor after verify has sealed it again."""
        shop.warehouse.execute(alter(shop, PGS, "points", ON_SECOND))
        forge_fingerprints(shop)
        right = row_hash(POST.contract(PGS).columns)
        shop.warehouse.execute(
            f"UPDATE ledger.partitions SET partition_hash = f.hash FROM (SELECT game_date, {partition_hash('h')} AS hash"
            f" FROM (SELECT game_date, {right} AS h FROM {PGS}) GROUP BY game_date) AS f"
            " WHERE table_name = ? AND partitions.game_date = f.game_date",
            [PGS],
        )
        with pytest.raises(WarehouseError, match="was changed by other hands"):
            again(shop)
        mark_damage(shop.warehouse, shop.verify())
        assert ledger.broken_seals(shop.warehouse) == []
        report = again(shop)
        assert causes(report) == {
            (PGS, date(2021, 10, day)): "the ledger vouches for no rows of this date" for day in range(19, 25)
        }
        assert report.written == 0
        shop.backfill()
        assert shop.verify().passed
        assert again(shop).is_complete

    def test_rows_of_other_code_wait_for_a_rebuild(self, shop: Workshop) -> None:
        name = TOGS.partition(".")[2]
        table = POST.built[name]
        sql = table.build_sql.replace("50 * b.points", "51 * b.points")
        changed = replace(shop, registry=Registry(POST.raw, {**POST.built, name: replace(table, build_sql=sql)}))
        changed.backfill(replace(on_dates(SECOND), tables=(name,)))
        lose(shop, TOGS)
        report = again(changed)
        assert {day for _, day in causes(report)} == {date(2021, 10, day) for day in (19, 21, 22, 23, 24)}
        assert set(causes(report).values()) == {"it was built with other code, so a backfill is due"}
        assert shop.warehouse.rows(f"SELECT DISTINCT game_date FROM {TOGS} WHERE data_hash IS NOT NULL") == [(SECOND,)]

    def test_another_engine_cannot_compare(self, shop: Workshop) -> None:
        with shop.warehouse.transaction():
            ledger.set_meta(shop.warehouse, "engine", "duckdb 1.0.0")
        with pytest.raises(WarehouseError, match=r"were written by duckdb 1\.0\.0"):
            again(shop)

    def test_a_write_that_did_not_arrive_is_an_error(self, shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        lose(shop, TOGS)
        execute = Warehouse.execute

        def forgetful(self: Warehouse, sql: str, parameters: Any = None) -> None:
            execute(self, sql + " AND FALSE" if sql.startswith("UPDATE analytics") else sql, parameters)

        monkeypatch.setattr(Warehouse, "execute", forgetful)
        with pytest.raises(WarehouseError, match="the stored hashes are not those that were written"):
            again(shop)


def forge_fingerprints(shop: Workshop) -> None:
    """Make the ledger say of PGS what its rows say now."""
    contract = POST.contract(PGS)
    prints = fingerprints(PGS, contract.key, contract.column_names, "game_date")
    shop.warehouse.execute(
        f"UPDATE ledger.column_fingerprints SET fingerprint = n.fingerprint, rows = n.rows FROM ({prints}) AS n"
        " WHERE table_name = ? AND n.game_date = column_fingerprints.game_date AND n.column_name = column_fingerprints.column_name",
        [PGS],
    )
