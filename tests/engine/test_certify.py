"""A certificate finds what the whole ledger vouches for and raw does not give; what differs is quarantined and mended."""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from chain import AVERAGES, CHAIN, DAYS, PGS, TOGS, certified, rebuild_averages, states, told
from harm import alter

from backcourt.clock import FixedClock
from backcourt.engine import ledger, recompute
from backcourt.engine.build import compute
from backcourt.engine.certify import certify
from backcourt.engine.registry import Registry, Table
from backcourt.engine.run import backfill
from backcourt.errors import WarehouseError
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import QueryError, Warehouse
from forging import forge, reseal, row_of
from support import TINY, Workshop, contents, on_dates


def forge_a_steal(shop: Workshop, day: date) -> dict[str, object]:
    """Give the first player of a date a steal more; nothing but a recompute can tell. The row as it was."""
    row = row_of(shop, PGS, f"game_date = '{day}' AND steals IS NOT NULL")
    where = f"game_id = '{row['game_id']}' AND player_id = {row['player_id']}"
    forge(shop, PGS, f"UPDATE {PGS} SET steals = steals + 1 WHERE {where}")
    return row


class TestWhatIsRight:
    def test_everything_passes_and_the_verdict_is_stored(self, chain: Workshop) -> None:
        made = certified(chain)
        assert (made.outcome, made.compared, made.skipped, made.mismatches) == ("passed", 3 * TINY.dates, 0, [])
        assert {each.table for each in made.tables} == {TOGS, PGS, AVERAGES}
        stored = chain.warehouse.rows("SELECT * EXCLUDE (run_id, certified_at, engine) FROM ledger.certificates")
        whole = "All game dates, all seasons, all tables."
        assert stored == [(made.certificate_id, whole, None, None, None, 3 * TINY.dates, 0, 0, "passed")]
        assert chain.warehouse.value("SELECT engine FROM ledger.certificates") == made.engine
        newest = chain.warehouse.value("SELECT run_id FROM ledger.runs ORDER BY started_at DESC LIMIT 1")
        assert chain.warehouse.value("SELECT run_id FROM ledger.certificates") == newest
        tables = chain.warehouse.rows(
            "SELECT table_name, code_version, compared, rows FROM ledger.certified ORDER BY 1"
        )
        rows = {name: chain.warehouse.value(f"SELECT COUNT(*) FROM {name}") for name, *_ in tables}
        assert tables == sorted(
            (table.full_name, chain.registry.lineage(table.name).code_version, TINY.dates, rows[table.full_name])
            for table in CHAIN.ordered
        )
        assert chain.verify().passed

    def test_the_digest_is_that_of_the_partition_hashes(self, chain: Workshop) -> None:
        hashes = chain.hashes()
        lines = [f"{day} {hashes['player_game_summary', day]}" for day in DAYS]
        certified(chain)
        stored = chain.warehouse.value("SELECT digest FROM ledger.certified WHERE table_name = ?", [PGS])
        assert stored == hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def test_data_stays_and_nothing_is_left_beside(self, chain: Workshop) -> None:
        path = chain.warehouse.path
        assert path is not None
        before = {name: digest for name, digest in contents(chain.warehouse).items() if "ledger.cert" not in name}
        path.with_name(path.name + ".beside").write_text("left by a process that was killed")
        certified(chain)
        after = contents(chain.warehouse)
        assert {name for name in before if before[name] != after[name]} == {"ledger.seals"}
        assert [each.name for each in path.parent.iterdir() if "beside" in each.name] == []

    def test_what_is_ahead_is_not_asked_for(self, ingested: Path, league: Path, tmp_path: Path) -> None:
        shutil.copy(ingested, tmp_path / "w.duckdb")
        noon = FixedClock(datetime(2021, 10, 21, 16, tzinfo=UTC))
        with Warehouse.open(tmp_path / "w.duckdb", threads=1, clock=noon) as warehouse:
            backfill(warehouse, CHAIN, Scope(), noon)
            made = certify(warehouse, CHAIN, Scope(), noon)
        assert made.outcome == "passed"
        assert {each.table: len(each.comparisons) for each in made.tables}[AVERAGES] == 4  # to the day after
        assert {each.table: len(each.comparisons) for each in made.tables}[PGS] == 6


class TestForged:
    """`forge` asserts of each of these that plain verify finds nothing."""

    def test_plain_verify_passes(self, chain: Workshop) -> None:
        forge_a_steal(chain, DAYS[2])
        assert chain.verify().passed

    def test_a_value_with_fitting_hashes(self, chain: Workshop) -> None:
        row = forge_a_steal(chain, DAYS[2])
        made = certified(chain)
        assert made.outcome == "failed"
        who = f"game_id {row['game_id']}, player_id {row['player_id']}"
        stored, right = int(str(row["steals"])) + 1, row["steals"]
        cause = f"first row {who}: column steals is {stored} stored, {right} recomputed"
        assert told(made) == [(PGS, DAYS[2], cause)]
        first = chain.warehouse.value("SELECT first_mismatch FROM ledger.certified WHERE mismatches = 1")
        assert first == f"{DAYS[2]}: {cause}"

    def test_the_first_row_and_the_first_column_are_named(self, chain: Workshop) -> None:
        first = row_of(chain, PGS, f"game_date = '{DAYS[1]}' AND steals IS NOT NULL")
        raised = f"UPDATE {PGS} SET steals = steals + 1, blocks = blocks + 1 WHERE game_date = '{DAYS[1]}'"
        forge(chain, PGS, raised)
        names = CHAIN.contract(PGS).column_names
        column = min(("steals", "blocks"), key=names.index)
        ((_, _, cause),) = told(certified(chain))
        assert cause.startswith(
            f"first row game_id {first['game_id']}, player_id {first['player_id']}: column {column} is "
        )

    def test_the_last_bit_of_a_double(self, chain: Workshop) -> None:
        """Equality, no tolerance."""
        row = row_of(chain, TOGS, "pace > 0")
        where = f"game_id = '{row['game_id']}' AND team_id = {row['team_id']}"
        forge(chain, TOGS, f"UPDATE {TOGS} SET pace = pace * (1 + 2.3e-16) WHERE {where}")
        assert chain.warehouse.value(f"SELECT pace FROM {TOGS} WHERE {where}") != row["pace"]
        ((table, _, cause),) = told(certified(chain))
        assert table == TOGS
        assert "column pace is " in cause
        assert f"{row['pace']} recomputed" in cause

    def test_two_rows_that_swapped_a_value(self, chain: Workshop) -> None:
        """Every count and every sum stays as it was."""
        ids = chain.warehouse.rows(
            f"SELECT arg_min(player_id, steals), arg_max(player_id, steals) FROM {PGS} WHERE game_date = '{DAYS[0]}'"
        )[0]
        values = chain.warehouse.rows(f"SELECT MIN(steals), MAX(steals) FROM {PGS} WHERE game_date = '{DAYS[0]}'")[0]
        assert values[0] != values[1]
        swap = (
            f"UPDATE {PGS} SET steals = IF(player_id = {ids[0]}, {values[1]}, {values[0]})"
            f" WHERE game_date = '{DAYS[0]}' AND player_id IN {ids}"
        )
        forge(chain, PGS, swap)
        assert [(table, day) for table, day, _ in told(certified(chain))] == [(PGS, DAYS[0])]

    def test_an_upstream_that_its_readers_were_built_from(self, chain: Workshop) -> None:
        """A wrong stored upstream must not vouch for what was built from it: both are found."""
        forge(chain, TOGS, f"UPDATE {TOGS} SET turnovers = turnovers + 5 WHERE game_date = '{DAYS[0]}'")
        report = rebuild_averages(chain)
        assert report.count("written") == 5  # every date after the first reads the wrong rows
        found = {(table, day) for table, day, _ in told(certified(chain))}
        assert found == {(TOGS, DAYS[0]), *((AVERAGES, day) for day in DAYS[1:])}

    def test_a_reader_that_was_not_rebuilt(self, chain: Workshop) -> None:
        """What the planner should have rebuilt and did not: the upstream is right, its reader is of yesterday."""
        forge(
            chain,
            AVERAGES,
            f"UPDATE {AVERAGES} SET turnovers_per_100 = turnovers_per_100 + 0.25 WHERE game_date = '{DAYS[3]}'",
        )
        assert [(table, day) for table, day, _ in told(certified(chain))] == [(AVERAGES, DAYS[3])]

    def test_a_date_that_the_ledger_knows_nothing_of(self, chain: Workshop) -> None:
        chain.warehouse.execute(
            "CREATE TEMP TABLE current_before AS SELECT '' AS table_name, DATE '2021-01-01' AS game_date"
        )
        with chain.warehouse.transaction():
            for table in [each.full_name for each in CHAIN.ordered]:
                chain.warehouse.execute(f"DELETE FROM {table} WHERE game_date = ?", [DAYS[5]])
                for name in ("partitions", "column_fingerprints"):
                    chain.warehouse.execute(
                        f"DELETE FROM ledger.{name} WHERE table_name = ? AND game_date = ?", [table, DAYS[5]]
                    )
            chain.warehouse.execute("DELETE FROM ledger.schedule WHERE game_date = ?", [DAYS[5]])
            reseal(chain)
        assert chain.verify(on_dates(DAYS[4])).damage == []
        found = told(certified(chain))
        assert {(table, day) for table, day, _ in found} == {(TOGS, DAYS[5]), (PGS, DAYS[5]), (AVERAGES, DAYS[5])}
        assert all(cause.endswith("it is not stored, and raw gives it") for *_, cause in found)


class TestRows:
    """Rows too few and too many; plain verify sees these too, so the certificate is asked alone."""

    def test_missing(self, chain: Workshop) -> None:
        row = row_of(chain, PGS, f"game_date = '{DAYS[4]}'")
        forge(
            chain,
            PGS,
            f"DELETE FROM {PGS} WHERE game_id = '{row['game_id']}' AND player_id = {row['player_id']}",
            keys_too=True,
        )
        who = f"game_id {row['game_id']}, player_id {row['player_id']}"
        assert told(certified(chain)) == [(PGS, DAYS[4], f"first row {who}: it is not stored, and raw gives it")]

    @pytest.mark.parametrize("hashed", [True, False])
    def test_extra(self, chain: Workshop, hashed: bool) -> None:
        """Without a data_hash it would not even change the partition hash; it is counted too."""
        row = row_of(chain, PGS, f"game_date = '{DAYS[4]}'")
        where = f"game_id = '{row['game_id']}' AND player_id = {row['player_id']}"
        extra = f"INSERT INTO {PGS} SELECT * REPLACE (1 AS player_id, NULL AS data_hash) FROM {PGS} WHERE {where}"
        forge(chain, PGS, extra, keys_too=True, keep_hashes=not hashed)
        cause = f"first row game_id {row['game_id']}, player_id 1: it is stored, and raw does not give it"
        assert told(certified(chain)) == [(PGS, DAYS[4], cause)]

    def test_doubled(self, chain: Workshop) -> None:
        row = row_of(chain, TOGS)
        where = f"game_id = '{row['game_id']}' AND team_id = {row['team_id']}"
        forge(chain, TOGS, f"INSERT INTO {TOGS} SELECT * FROM {TOGS} WHERE {where}", keys_too=True)
        ((_, _, cause),) = told(certified(chain))
        assert cause.endswith("it is stored 2 times, and raw gives it 1 times")

    def test_content_that_the_ledger_does_not_know(self, chain: Workshop) -> None:
        """The stored rows are compared, not only what the ledger says of them."""
        chain.warehouse.execute(alter(chain, PGS, "data_hash"))
        ((table, _, cause),) = told(certified(chain))
        assert table == PGS
        assert cause.startswith("its values equal their recompute, its hashes do not: ")

    def test_a_hash_that_the_rows_do_not_have(self, chain: Workshop) -> None:
        """The ledger is compared, not only the stored rows."""
        chain.warehouse.execute(alter(chain, "ledger.partitions", "partition_hash", f"table_name = '{PGS}'"))
        ledger.seal_everything(chain.warehouse)
        ((table, _, cause),) = told(certified(chain))
        assert table == PGS
        assert cause.startswith("its values equal their recompute, its hashes do not: ")

    def test_a_table_that_is_gone(self, chain: Workshop) -> None:
        chain.warehouse.execute(f"DROP TABLE {AVERAGES}")
        found = told(certified(chain))
        assert [(table, day) for table, day, _ in found] == [(AVERAGES, day) for day in DAYS]
        assert all("its stored rows cannot be read: " in cause for *_, cause in found)


class TestQuarantine:
    @pytest.mark.soak
    def test_nothing_passes_until_it_is_repaired(self, chain: Workshop) -> None:
        before = chain.hashes()
        forge_a_steal(chain, DAYS[2])
        made = certified(chain)
        (mismatch,) = made.mismatches
        cause = chain.warehouse.value("SELECT cause FROM ledger.partitions WHERE state = 'damaged'")
        assert cause == f"{made.certificate_id}: {mismatch.cause}"
        assert ledger.broken_seals(chain.warehouse) == []
        assert states(chain)[PGS, DAYS[2]] == "damaged"
        assert not chain.verify().passed
        again = certified(chain)
        assert (again.outcome, again.skipped, again.mismatches) == ("incomplete", 1, [])
        assert again.certificate_id != made.certificate_id
        assert chain.backfill().is_complete
        assert chain.hashes() == before
        assert chain.verify().passed
        assert certified(chain).outcome == "passed"
        outcomes = [
            row[0] for row in chain.warehouse.rows("SELECT outcome FROM ledger.certificates ORDER BY certificate_id")
        ]
        assert outcomes == ["failed", "incomplete", "passed"]

    @pytest.mark.soak
    def test_an_upstream_and_its_readers_are_repaired_together(self, chain: Workshop) -> None:
        before = chain.hashes()
        forge(chain, TOGS, f"UPDATE {TOGS} SET turnovers = turnovers + 5 WHERE game_date = '{DAYS[0]}'")
        rebuild_averages(chain)
        certified(chain)
        assert set(states(chain).values()) == {"damaged", "stale"}
        chain.backfill()
        assert chain.hashes() == before
        assert certified(chain).outcome == "passed"

    def test_what_is_stale_is_no_mismatch(self, chain: Workshop) -> None:
        """A correction that was ingested and not yet built: nothing vouches for the old content."""
        box, teams = chain.read("player_box"), chain.read("team_box")
        line = next(line for line in box if line["game_date"] == str(DAYS[2]) and int(line["assists"]) > 0)
        team = next(one for one in teams if (one["game_id"], one["team_id"]) == (line["game_id"], line["team_id"]))
        for one in (line, team):
            one["assists"] = str(int(one["assists"]) - 1)
        chain.write("player_box", box)
        chain.write("team_box", teams)
        chain.ingest(hours=1)
        made = certified(chain)
        assert (made.outcome, made.mismatches) == ("incomplete", [])
        assert made.skipped == len(states(chain)) > 0
        assert "damaged" not in states(chain).values()
        chain.backfill()
        assert certified(chain).outcome == "passed"

    def test_a_date_that_cannot_be_recomputed(self, chain: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        def failing(warehouse: Warehouse, registry: Registry, table: Table, dates: list[date], home: str) -> None:
            if table.full_name == AVERAGES and DAYS[3] in dates:
                raise QueryError("Conversion Error: seeded")
            compute(warehouse, registry, table, dates, home)

        monkeypatch.setattr(recompute, "compute", failing)
        made = certified(chain)
        assert told(made) == [(AVERAGES, DAYS[3], "it cannot be recomputed: Conversion Error: seeded")]
        assert made.compared == 3 * TINY.dates

    def test_a_failure_leaves_nothing(self, chain: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        def out_of_room(*_: object) -> None:
            raise WarehouseError("The warehouse could not go on: no room.")

        before = contents(chain.warehouse)
        monkeypatch.setattr(recompute, "compute", out_of_room)
        with pytest.raises(WarehouseError, match="no room"):
            certified(chain)
        path = chain.warehouse.path
        assert path is not None
        assert contents(chain.warehouse) == before
        assert [each.name for each in path.parent.iterdir() if "beside" in each.name] == []
