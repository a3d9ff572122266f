"""Damage that was found is mended by the ordinary commands, and leaves what there would be without it."""

from __future__ import annotations

from pathlib import Path

import pytest
from harm import alter, double, one_row

from backcourt.checks.reread import raw_damage
from backcourt.checks.verify import mark_damage
from backcourt.engine.mend import undo_damaged_ingests
from backcourt.errors import SourceError
from backcourt.sources.simulated import write_league
from backcourt.sources.simulated.source import ingest_simulated
from support import TINY, Workshop, clock, copied

PGS = "analytics.player_game_summary"
TOGS = "analytics.team_offense_game_summary"


def mark(shop: Workshop) -> int:
    """What verify does when it finds damage; the verdict must have been no."""
    verdict = shop.verify()
    assert not verdict.passed
    return mark_damage(shop.warehouse, verdict)


def rows_of(shop: Workshop, table: str) -> object:
    return shop.warehouse.rows(f"SELECT COUNT(*), SUM(hash(t)) FROM {table} AS t")


def clocks(shop: Workshop) -> object:
    """When every box-score row was known."""
    return shop.warehouse.rows("SELECT game_id, player_id, known_at, known_kind FROM raw.player_box ORDER BY ALL")


class TestBuilt:
    """Marking stale is enough: a backfill builds the partition again."""

    @pytest.mark.soak
    @pytest.mark.parametrize("harm", ["alter", "delete", "double", "hash"])
    def test_row(self, shop: Workshop, harm: str) -> None:
        statement = {
            "alter": alter(shop, PGS, "points"),
            "delete": f"DELETE FROM {PGS} WHERE {one_row(PGS)}",
            "double": double(PGS),
            "hash": f"UPDATE {PGS} SET data_hash = NULL WHERE {one_row(PGS)}",
        }[harm]
        before, rows = shop.hashes(), rows_of(shop, PGS)
        shop.warehouse.execute(statement)
        assert mark(shop) == 1
        assert shop.due() == {"player_game_summary": {min(day for _, day in before)}}
        assert shop.backfill().count("written") == 1
        assert shop.verify().passed
        assert shop.hashes() == before
        assert rows_of(shop, PGS) == rows

    @pytest.mark.soak
    def test_row_of_a_partition_that_is_blocked_first(self, shop: Workshop) -> None:
        """That it was blocked, and what it stands behind is as it was, must not make its altered row good."""
        before = shop.hashes()
        shop.warehouse.execute(alter(shop, PGS, "points"))
        assert mark(shop) == 1
        lines = shop.read("team_box")
        good = [dict(line) for line in lines]
        bad = next(line for line in lines if line["game_date"] == str(min(day for _, day in before)))
        bad["points"] = "1"
        shop.write("team_box", lines)
        shop.ingest(hours=1)
        assert shop.backfill().count("blocked") == 2
        shop.write("team_box", good)
        shop.ingest(hours=2)
        shop.backfill()
        assert shop.verify().passed
        assert shop.hashes() == before

    @pytest.mark.soak
    def test_damage_that_another_table_reads(self, shop: Workshop) -> None:
        before = shop.hashes()
        shop.warehouse.execute(alter(shop, TOGS, "pace"))
        mark(shop)
        report = shop.backfill()
        assert ("team_offense_game_summary", "written") in {(each.table, each.outcome) for each in report.attempts}
        assert "player_game_summary" not in {each.table for each in report.attempts}  # nothing of it differs
        assert shop.verify().passed
        assert shop.hashes() == before


class TestLedger:
    @pytest.mark.soak
    @pytest.mark.parametrize(
        ("table", "harm"),
        [
            ("ledger.partitions", "alter"),
            ("ledger.partitions", "delete"),
            ("ledger.column_fingerprints", "delete"),
            ("ledger.column_fingerprints", "double"),
        ],
    )
    def test_rows_of_a_built_table(self, shop: Workshop, table: str, harm: str) -> None:
        before = shop.hashes()
        row = one_row(table, f"table_name = '{TOGS}'")
        statement = {
            "alter": alter(
                shop, table, "fingerprint" if "column" in table else "partition_hash", f"table_name = '{TOGS}'"
            ),
            "delete": f"DELETE FROM {table} WHERE {row}",
            "double": f"INSERT INTO {table} SELECT * FROM {table} WHERE {row}",
        }[harm]
        shop.warehouse.execute(statement)
        assert mark(shop) >= 6  # all of the table is distrusted
        assert shop.backfill().is_complete
        assert shop.verify().passed
        assert shop.hashes() == before


class TestRaw:
    """Raw rows are mended by ingesting the same files again, after which nothing built needs to change."""

    @pytest.mark.soak
    @pytest.mark.parametrize("harm", ["alter", "delete", "double", "known_at"])
    def test_row(self, shop: Workshop, harm: str) -> None:
        table = "raw.player_box"
        before, known = shop.hashes(), clocks(shop)
        statement = {
            "alter": alter(shop, table, "points"),
            "delete": f"DELETE FROM {table} WHERE {one_row(table)}",
            "double": double(table),
            "known_at": alter(shop, table, "known_at"),
        }[harm]
        shop.warehouse.execute(statement)
        assert mark(shop) >= 1
        shop.ingest(hours=5)
        assert shop.backfill().is_complete
        verdict = shop.verify()
        assert verdict.passed, [*verdict.damage, *verdict.broken_seals]
        assert shop.hashes() == before
        assert clocks(shop) == known
        assert all(each.is_known for each in shop.ingest(hours=6).outcomes)

    @pytest.mark.soak
    def test_two_files_of_one_table(self, ingested: Path, league: Path, tmp_path: Path) -> None:
        """Two seasons were damaged; each is mended by its own file, and the mark stands until both are."""
        with copied(ingested, league, tmp_path / "shop") as shop:
            contract = shop.registry.raw["team_box"]
            write_league(shop.folder, [2021, 2022], seed=1, size=TINY)
            shop.ingest()
            for season in ("2021-22", "2022-23"):
                shop.warehouse.execute(alter(shop, "raw.team_box", "steals", f"season = '{season}'"))
            assert len(list(raw_damage(shop.warehouse, contract))) == 4
            mark(shop)
            ingest_simulated(shop.warehouse, shop.registry, shop.folder, clock(1), seasons=["2021-22"])
            assert next(each.cause[:14] for each in raw_damage(shop.warehouse, contract)) == "rows of ingest"
            shop.ingest(hours=2)
            assert list(raw_damage(shop.warehouse, contract)) == []
            assert shop.warehouse.value("SELECT COUNT(*) FROM ledger.partitions WHERE state = 'damaged'") == 0


@pytest.mark.soak
def test_a_narrower_delivery_mends_nothing(shop: Workshop) -> None:
    """What is taken out must come back: a file of other seasons than the damaged rows had is refused."""
    contract = shop.registry.raw["player_box"]
    shop.warehouse.execute(f"DELETE FROM raw.player_box WHERE {one_row('raw.player_box')}")
    mark(shop)
    stream = shop.file("player_box").name
    with pytest.raises(SourceError, match="2021-22; this is 2022-23"):
        undo_damaged_ingests(shop.warehouse, contract, "simulated", stream, "2022-23")
    shop.ingest()
    shop.backfill()
    assert shop.verify().passed
