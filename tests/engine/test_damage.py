"""Whatever is done to a stored row, of data or of the ledger, verify finds it and names it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support import Workshop, clock, copied

from backcourt.checks.verify import Verdict
from backcourt.engine.hashing import row_hash
from backcourt.engine.ledger import broken_seals
from backcourt.engine.registry import default_registry
from backcourt.sources.local import ingest_folder
from backcourt.sources.simulated.faults import inject
from backcourt.sources.simulated.source import own_mappings

REGISTRY = default_registry()
RAW = sorted(REGISTRY.raw)
BUILT = sorted(table.full_name for table in REGISTRY.ordered)
LEDGER = [
    "ledger.meta", "ledger.ingests", "ledger.coverage", "ledger.sources", "ledger.schedule", "ledger.column_fingerprints",
    "ledger.retired", "ledger.partitions", "ledger.presence", "ledger.runs", "ledger.attempts", "raw.unresolved",
]  # fmt: skip
BOOKKEEPING = ["row_id", "ingest_id", "source", "known_at", "known_kind", "ingested_at"]

# Another value of the same type; NULL becomes a value.
OTHER = {
    "VARCHAR": "COALESCE({0}, '') || 'x'",
    "BIGINT": "COALESCE({0}, 0) + 100000",
    "INTEGER": "COALESCE({0}, 0) + 100000",
    "DOUBLE": "COALESCE({0}, 0) + 0.0009765625",
    "BOOLEAN": "NOT COALESCE({0}, FALSE)",
    "DATE": "{0} + 10000",
    "TIMESTAMP": "COALESCE({0}, TIMESTAMP '2021-01-01') + INTERVAL 1 MICROSECOND",
}


@pytest.fixture(scope="module")
def whole(built: Path, league: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A verified warehouse where every raw and ledger table has rows: a correction retired some, a bad name was set aside."""
    with copied(built, league, tmp_path_factory.mktemp("whole")) as shop:
        inject(shop.folder, "assist_correction")
        injuries = shop.read("injuries")
        injuries[0]["status"] = "poorly"
        shop.write("injuries", injuries)
        mappings = [m.model_copy(update={"quarantines": m.table == "injuries"}) for m in own_mappings(REGISTRY)]
        ingest_folder(shop.warehouse, REGISTRY, shop.folder, clock(1), source="simulated", kind="simulated", mappings=mappings)
        shop.backfill()
        yield shop


@contextmanager
def harmed(shop: Workshop, *statements: str) -> Iterator[Workshop]:
    """The warehouse after some statements of other hands, undone afterwards."""
    shop.warehouse.execute("BEGIN TRANSACTION")
    try:
        for statement in statements:
            shop.warehouse.execute(statement)
        yield shop
    finally:
        shop.warehouse.execute("ROLLBACK")


def found(shop: Workshop, *statements: str) -> str:
    """Everything that verify says after some statements; it must not pass."""
    with harmed(shop, *statements):
        verdict = shop.verify()
    assert not verdict.passed
    return told(verdict)


def told(verdict: Verdict) -> str:
    lines = [f"{each.table} {each.game_date}: {each.cause}" for each in verdict.damage]
    lines += [str(seal) for seal in verdict.broken_seals]
    return "\n".join(lines + [f"{each.table}: {problem}" for each in verdict.tables for problem in each.problems])


def types(shop: Workshop, table: str) -> dict[str, str]:
    return dict(shop.warehouse.describe(table))


def one_row(table: str, condition: str = "TRUE") -> str:
    return f"rowid = (SELECT MIN(rowid) FROM {table} WHERE {condition})"


def alter(shop: Workshop, table: str, column: str, condition: str = "TRUE") -> str:
    value = OTHER[types(shop, table)[column]].format(f'"{column}"')
    return f'UPDATE {table} SET "{column}" = {value} WHERE {one_row(table, condition)}'


def double(table: str) -> str:
    return f"INSERT INTO {table} SELECT * FROM {table} WHERE {one_row(table)}"


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
    @pytest.mark.parametrize("kind", ["VARCHAR", "BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "TIMESTAMP", "DATE", "data_hash"])
    def test_altered(self, whole: Workshop, table: str, kind: str) -> None:
        columns = types(whole, table)
        column = kind if kind == "data_hash" else next((name for name in reversed(columns) if columns[name] == kind and name != "data_hash"), None)
        if column is None:
            assert kind == "TIMESTAMP"  # the team tables have none
            return
        said = found(whole, alter(whole, table, column))
        assert table in said

    @pytest.mark.parametrize("table", BUILT)
    def test_key_altered(self, whole: Workshop, table: str) -> None:
        assert table in found(whole, alter(whole, table, "game_id"))

    @pytest.mark.parametrize("table", BUILT)
    def test_deleted(self, whole: Workshop, table: str) -> None:
        day = whole.warehouse.value(f"SELECT game_date FROM {table} WHERE {one_row(table)}")
        assert f"{table} {day}: its rows are not those of the ledger" in found(whole, f"DELETE FROM {table} WHERE {one_row(table)}")

    @pytest.mark.parametrize("table", BUILT)
    def test_doubled(self, whole: Workshop, table: str) -> None:
        assert "its rows are not those of the ledger" in found(whole, double(table))

    def test_a_date_emptied(self, whole: Workshop) -> None:
        assert "0 stored" in found(whole, f"DELETE FROM {BUILT[0]} WHERE game_date = (SELECT MIN(game_date) FROM {BUILT[0]})")

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

    def test_a_column_dropped(self, whole: Workshop) -> None:
        said = found(whole, f"ALTER TABLE {BUILT[0]} DROP COLUMN win_flag")
        assert f"{BUILT[0]} None: it cannot be read or checked" in said

    def test_a_table_dropped(self, whole: Workshop) -> None:
        assert BUILT[0] in found(whole, f"DROP TABLE {BUILT[0]}")


class TestRawRows:
    @pytest.mark.parametrize("name", RAW)
    @pytest.mark.parametrize("harm", ["alter", "delete", "double"])
    def test_harmed(self, whole: Workshop, name: str, harm: str) -> None:
        table = f"raw.{name}"
        column = next(c.name for c in reversed(REGISTRY.raw[name].columns) if c.name not in REGISTRY.raw[name].key)
        statement = {"alter": alter(whole, table, column), "delete": f"DELETE FROM {table} WHERE {one_row(table)}", "double": double(table)}
        assert table in found(whole, statement[harm])

    @pytest.mark.parametrize("column", BOOKKEEPING)
    def test_bookkeeping_altered(self, whole: Workshop, column: str) -> None:
        assert "raw.player_box" in found(whole, alter(whole, "raw.player_box", column))

    @pytest.mark.parametrize("harm", ["alter", "delete", "double"])
    def test_a_retired_row(self, whole: Workshop, harm: str) -> None:
        table, retired = "raw.player_box", "row_id IN (SELECT row_id FROM ledger.retired WHERE table_name = 'player_box')"
        statement = {
            "alter": alter(whole, table, "points", retired),
            "delete": f"DELETE FROM {table} WHERE {one_row(table, retired)}",
            "double": f"INSERT INTO {table} SELECT * FROM {table} WHERE {one_row(table, retired)}",
        }
        assert table in found(whole, statement[harm])

    def test_a_whole_ingest_deleted(self, whole: Workshop) -> None:
        assert "raw.officials" in found(whole, "DELETE FROM raw.officials")


class TestLedgerRows:
    @pytest.mark.parametrize("table", LEDGER)
    def test_every_column_is_sealed(self, whole: Workshop, table: str) -> None:
        for column in types(whole, table):
            with harmed(whole, alter(whole, table, column)):
                assert table in "\n".join(map(str, broken_seals(whole.warehouse))), column

    @pytest.mark.parametrize("table", LEDGER)
    @pytest.mark.parametrize("harm", ["alter", "delete", "double"])
    def test_harmed(self, whole: Workshop, table: str, harm: str) -> None:
        columns = types(whole, table)
        if harm == "alter":
            statement = alter(whole, table, list(columns)[-1])
        elif harm == "delete":
            statement = f"DELETE FROM {table} WHERE {one_row(table)}"
        else:
            first = next(iter(columns))  # of a primary key, so that there can be a second row
            values = [OTHER[columns[first]].format(first), *(f'"{name}"' for name in list(columns)[1:])]
            statement = f"INSERT INTO {table} SELECT {', '.join(values)} FROM {table} WHERE {one_row(table)}"
        assert f"{table}" in found(whole, statement)
        assert "was changed by other hands" in found(whole, statement)

    @pytest.mark.parametrize("table", ["ledger.coverage", "ledger.schedule", "ledger.column_fingerprints", "ledger.attempts"])
    def test_exact_copy_added(self, whole: Workshop, table: str) -> None:
        assert f"{table}" in found(whole, double(table))

    @pytest.mark.parametrize("table", LEDGER)
    def test_seal_deleted(self, whole: Workshop, table: str) -> None:
        name = table.partition(".")[2]
        assert "no seal" in found(whole, f"DELETE FROM ledger.seals WHERE ledger_table = '{name}'")

    @pytest.mark.parametrize("harm", ["digest", "rows", "subject", "ledger_table", "double"])
    def test_seal_altered(self, whole: Workshop, harm: str) -> None:
        statement = double("ledger.seals") if harm == "double" else alter(whole, "ledger.seals", harm)
        assert "changed by other hands" in found(whole, statement)


class TestVerifyIsNotEasilySatisfied:
    def test_an_empty_warehouse_does_not_pass(self, ingested: Path, league: Path, tmp_path: Path) -> None:
        with copied(ingested, league, tmp_path / "raw_only") as shop:
            verdict = shop.verify()
        assert not verdict.passed
        assert [(each.expected, each.verified) for each in verdict.tables] == [(6, 0)] * 3
