"""Whatever is done to a stored row of data, verify finds it and names it."""

from __future__ import annotations

from pathlib import Path

import pytest
from harm import BOOKKEEPING, BUILT, LEDGER, RAW, REGISTRY, alter, double, found, harmed, one_row, told, types

from backcourt.checks.certify import certify
from backcourt.checks.reread import built_damage, raw_damage
from backcourt.checks.verify import mark_damage
from backcourt.engine.hashing import row_hash
from support import Workshop, clock, copied, on_dates


class TestUndamaged:
    def test_verify_passes(self, whole: Workshop) -> None:
        verdict = whole.verify()
        assert verdict.passed, told(verdict)
        assert verdict.expected == 18
        assert verdict.raw_partitions > 6 * 9

    def test_every_table_has_a_row_to_harm(self, whole: Workshop) -> None:
        tables = [*LEDGER, *BUILT, *(f"raw.{name}" for name in RAW)]
        assert [name for name in tables if not whole.warehouse.value(f"SELECT COUNT(*) FROM {name}")] == []

    def test_every_ledger_table_is_harmed_below(self, whole: Workshop) -> None:
        stored = {f"ledger.{row[0]}" for row in whole.warehouse.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'ledger'")}  # fmt: skip
        assert stored == {*LEDGER, "ledger.seals"} - {"raw.unresolved"}


class TestBuiltRows:
    @pytest.mark.parametrize("table", BUILT)
    def test_altered(self, whole: Workshop, table: str) -> None:
        """One column of each type, the key and the hash; table by table, as a whole verify takes longer."""
        columns = types(whole, table)
        chosen = {kind: name for name, kind in columns.items() if name != "data_hash"}
        assert chosen.keys() >= {"VARCHAR", "BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "DATE"}
        days = [row[0] for row in whole.warehouse.rows(f"SELECT DISTINCT game_date FROM {table}")]
        for column in sorted({*chosen.values(), "game_id", "data_hash"}):
            with harmed(whole, alter(whole, table, column)):
                damage = list(built_damage(whole.warehouse, REGISTRY, REGISTRY.resolve(table), days))
            assert {each.table for each in damage} == {table}, column

    @pytest.mark.parametrize("table", BUILT)
    def test_altered_reaches_the_verdict(self, whole: Workshop, table: str) -> None:
        day = whole.warehouse.value(f"SELECT game_date FROM {table} WHERE {one_row(table)}")
        said = found(whole, alter(whole, table, "win_flag"))
        assert f"{table} {day}: 1 rows do not have the data_hash of their content" in said

    @pytest.mark.parametrize("table", BUILT)
    def test_deleted(self, whole: Workshop, table: str) -> None:
        day = whole.warehouse.value(f"SELECT game_date FROM {table} WHERE {one_row(table)}")
        assert f"{table} {day}: its rows are not those of the ledger" in found(
            whole, f"DELETE FROM {table} WHERE {one_row(table)}"
        )

    @pytest.mark.parametrize("table", BUILT)
    def test_doubled(self, whole: Workshop, table: str) -> None:
        assert "its rows are not those of the ledger" in found(whole, double(table))

    def test_a_date_emptied(self, whole: Workshop) -> None:
        assert "0 stored" in found(
            whole, f"DELETE FROM {BUILT[0]} WHERE game_date = (SELECT MIN(game_date) FROM {BUILT[0]})"
        )

    def test_rows_on_a_date_without_games(self, whole: Workshop) -> None:
        table = BUILT[0]
        columns = ", ".join("DATE '2030-01-01'" if name == "game_date" else f'"{name}"' for name in types(whole, table))
        said = found(whole, f"INSERT INTO {table} SELECT {columns} FROM {table} WHERE {one_row(table)}")
        assert "2030-01-01" in said

    def test_forged_with_a_fitting_data_hash(self, whole: Workshop) -> None:
        table = "analytics.player_game_summary"
        rehash = f"UPDATE {table} SET data_hash = {row_hash(REGISTRY.contract(table).columns)}"
        said = found(whole, alter(whole, table, "assists", "assists > 0"), rehash)
        assert "its rows are not those of the ledger" in said

    def test_two_players_points_swapped_with_fitting_hashes(self, whole: Workshop) -> None:
        table = "analytics.player_game_summary"
        day, game, one, other = whole.warehouse.rows(
            f"SELECT a.game_date, a.game_id, a.player_id, b.player_id FROM {table} AS a JOIN {table} AS b"
            " ON b.game_id = a.game_id AND b.player_id > a.player_id AND b.assists <> a.assists ORDER BY ALL LIMIT 1"
        )[0]
        swap = (
            f"UPDATE {table} SET assists = (SELECT o.assists FROM {table} AS o WHERE o.game_id = '{game}'"
            f" AND o.player_id = CASE {table}.player_id WHEN {one} THEN {other} ELSE {one} END)"
            f" WHERE game_id = '{game}' AND player_id IN ({one}, {other})"
        )
        said = found(whole, swap, f"UPDATE {table} SET data_hash = {row_hash(REGISTRY.contract(table).columns)}")
        assert f"{table} {day}" in said


class TestTables:
    """What a statement on a whole table does; each on a copy, as a failed query ends a transaction."""

    def test_a_column_dropped(self, shop: Workshop) -> None:
        shop.warehouse.execute(f"ALTER TABLE {BUILT[0]} DROP COLUMN win_flag")
        verdict = shop.verify()
        assert not verdict.passed
        assert f"{BUILT[0]} None: it cannot be read or checked" in told(verdict)

    @pytest.mark.parametrize("table", [BUILT[0], "raw.officials"])
    def test_a_table_dropped(self, shop: Workshop, table: str) -> None:
        shop.warehouse.execute(f"DROP TABLE {table}")
        verdict = shop.verify()
        assert not verdict.passed
        assert f"{table} None: " in told(verdict)

    def test_a_dropped_table_is_built_again(self, shop: Workshop) -> None:
        before = shop.hashes()
        shop.warehouse.execute(f"DROP TABLE {BUILT[0]}")
        mark_damage(shop.warehouse, shop.verify())
        assert shop.backfill().count("written") == 6
        assert shop.verify().passed
        assert shop.hashes() == before


class TestRawRows:
    """Damage to raw rows is looked for table by table; one of them is shown to reach the verdict."""

    def said(self, shop: Workshop, name: str, statement: str) -> str:
        with harmed(shop, statement):
            damage = list(raw_damage(shop.warehouse, REGISTRY.raw[name]))
        assert damage
        assert {each.table for each in damage} == {f"raw.{name}"}
        return "\n".join(each.cause for each in damage)

    def test_undamaged(self, whole: Workshop) -> None:
        assert [each for contract in REGISTRY.raw.values() for each in raw_damage(whole.warehouse, contract)] == []

    @pytest.mark.parametrize("name", RAW)
    def test_altered(self, whole: Workshop, name: str) -> None:
        for column in REGISTRY.raw[name].column_names:
            assert "were changed" in self.said(whole, name, alter(whole, f"raw.{name}", column)), column

    @pytest.mark.parametrize("name", RAW)
    def test_deleted(self, whole: Workshop, name: str) -> None:
        assert "were changed" in self.said(whole, name, f"DELETE FROM raw.{name} WHERE {one_row(f'raw.{name}')}")

    @pytest.mark.parametrize("name", RAW)
    def test_doubled(self, whole: Workshop, name: str) -> None:
        assert "were changed" in self.said(whole, name, double(f"raw.{name}"))

    @pytest.mark.parametrize("name", ["player_box", "teams", "player_lines"])
    def test_bookkeeping_altered(self, whole: Workshop, name: str) -> None:
        for column in BOOKKEEPING:
            assert "were changed" in self.said(whole, name, alter(whole, f"raw.{name}", column)), column

    def test_a_retired_row(self, whole: Workshop) -> None:
        table, retired = (
            "raw.player_box",
            "row_id IN (SELECT row_id FROM ledger.retired WHERE table_name = 'player_box')",
        )
        for statement in (
            alter(whole, table, "points", retired),
            f"DELETE FROM {table} WHERE {one_row(table, retired)}",
            f"INSERT INTO {table} SELECT * FROM {table} WHERE {one_row(table, retired)}",
        ):
            assert "were changed" in self.said(whole, "player_box", statement)

    def test_a_whole_table_emptied(self, whole: Workshop) -> None:
        assert "0 found" in self.said(whole, "play_by_play", "DELETE FROM raw.play_by_play")

    def test_it_reaches_the_verdict(self, whole: Workshop) -> None:
        day = whole.warehouse.value(f"SELECT game_date FROM raw.player_box WHERE {one_row('raw.player_box')}")
        said = found(whole, alter(whole, "raw.player_box", "points"))
        assert f"raw.player_box {day}: 1 columns differ from their fingerprints, points first" in said


class TestOneDate:
    """With dates in the scope the raw rows that stand on them are read, and registries; a certificate reads all."""

    def test_damage_is_found_on_its_own_date(self, whole: Workshop) -> None:
        days = [row[0] for row in whole.warehouse.rows("SELECT DISTINCT game_date FROM raw.player_box ORDER BY 1")]
        harm = f"UPDATE raw.player_box SET points = points + 1 WHERE game_date = DATE '{days[1]}'"
        with harmed(whole, harm):
            of_date, of_another = (whole.verify(on_dates(day)) for day in days[1::-1])
            assert "1 columns differ from their fingerprints, points first" in told(of_date)
            assert not of_another.damage
            assert whole.verify().damage
        assert whole.verify(on_dates(days[1])).raw_partitions < whole.verify().raw_partitions

    @pytest.mark.parametrize("harm", ["DELETE FROM {0} WHERE {1}", "INSERT INTO {0} SELECT * FROM {0} WHERE {1}"])
    def test_a_row_gone_or_doubled(self, whole: Workshop, harm: str) -> None:
        day = whole.warehouse.value("SELECT MAX(game_date) FROM raw.team_box")
        with harmed(whole, harm.format("raw.team_box", f"game_date = DATE '{day}'")):
            assert whole.verify(on_dates(day)).damage

    def test_a_registry_is_always_read(self, whole: Workshop) -> None:
        day = whole.warehouse.value("SELECT MAX(game_date) FROM raw.team_box")
        with harmed(whole, "UPDATE raw.teams SET tricode = 'QQQ'"):
            assert {each.table for each in whole.verify(on_dates(day)).damage} == {"raw.teams"}

    def test_no_certificate_of_one_date_stands_on_damage_of_another(self, shop: Workshop) -> None:
        first, last = shop.warehouse.rows("SELECT MIN(game_date), MAX(game_date) FROM raw.player_box")[0]
        shop.warehouse.execute(f"UPDATE raw.player_box SET points = points + 1 WHERE game_date = DATE '{first}'")
        made = certify(shop.warehouse, shop.registry, on_dates(last), clock())
        assert made.certificate is None
        assert "raw.player_box" in made.refusal


class TestVerifyIsNotEasilySatisfied:
    def test_an_empty_warehouse_does_not_pass(self, ingested: Path, league: Path, tmp_path: Path) -> None:
        with copied(ingested, league, tmp_path / "raw_only") as shop:
            verdict = shop.verify()
        assert not verdict.passed
        assert [(each.expected, each.verified) for each in verdict.tables] == [(6, 0)] * 3
