"""A certificate finds what the whole ledger vouches for and raw does not give; what differs is quarantined and mended."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from harm import alter

from backcourt.checks.certify import certify as verify_and_certify
from backcourt.clock import FixedClock
from backcourt.engine import ledger, recompute
from backcourt.engine.build import compute
from backcourt.engine.certify import Certificate, _sampled, certify
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.registry import Registry, Table, default_registry
from backcourt.engine.run import RunReport, backfill
from backcourt.errors import UsageError, WarehouseError
from backcourt.seasons import Scope
from backcourt.sources.simulated import LeagueSize, write_league
from backcourt.warehouse.duckdb import QueryError, Warehouse
from forging import forge, reseal, row_of
from support import TINY, Workshop, clock, contents, on_dates

TOGS, PGS = "analytics.team_offense_game_summary", "analytics.player_game_summary"
AVERAGES = "precompute.league_averages"

# A post-game table, one that reads its own date of it, and a pre-game one that reads all dates before its own.
CHAIN = Registry(
    default_registry().raw,
    {name: default_registry().built[name] for name in (full.partition(".")[2] for full in (TOGS, PGS, AVERAGES))},
)
DAYS = [date(2021, 10, day) for day in range(19, 25)]


@pytest.fixture(scope="module")
def chain_file(ingested: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file with the tables of CHAIN built; copy it before you change it."""
    path = tmp_path_factory.mktemp("chain") / "w.duckdb"
    shutil.copy(ingested, path)
    with Warehouse.open(path, threads=2) as warehouse:
        assert backfill(warehouse, CHAIN, Scope(), clock()).is_complete
    return path


@pytest.fixture
def chain(chain_file: Path, league: Path, tmp_path: Path) -> Iterator[Workshop]:
    """A warehouse of its own with the tables of CHAIN built."""
    shutil.copy(chain_file, tmp_path / "w.duckdb")
    shutil.copytree(league, tmp_path / "league")
    with Warehouse.open(tmp_path / "w.duckdb", threads=2) as warehouse:
        yield Workshop(warehouse, CHAIN, tmp_path / "league")


def certified(shop: Workshop, scope: Scope | None = None, **options: int) -> Certificate:
    return certify(shop.warehouse, shop.registry, scope or Scope(), clock(), **options)


def told(made: Certificate) -> list[tuple[str, date, str]]:
    return [(each.table, each.game_date, each.cause) for each in made.mismatches]


def states(shop: Workshop) -> dict[tuple[str, date], str]:
    """Partitions that are not verified, with what the evaluation says."""
    evaluate_all(shop.warehouse, shop.registry)
    rows = shop.warehouse.rows("SELECT table_name, game_date, state FROM evaluation WHERE state <> 'verified'")
    return {(table, day): state for table, day, state in rows}


def forge_a_steal(shop: Workshop, day: date) -> dict[str, object]:
    """Give the first player of a date a steal more; nothing but a recompute can tell. The row as it was."""
    row = row_of(shop, PGS, f"game_date = '{day}' AND steals IS NOT NULL")
    where = f"game_id = '{row['game_id']}' AND player_id = {row['player_id']}"
    forge(shop, PGS, f"UPDATE {PGS} SET steals = steals + 1 WHERE {where}")
    return row


def rebuild_averages(shop: Workshop) -> RunReport:
    """Build the league's averages from what is stored upstream, right or wrong."""
    scope = Scope(tables=("league_averages",))
    return backfill(shop.warehouse, shop.registry, scope, clock(), force=True, with_upstream=False)


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
        with Warehouse.open(tmp_path / "w.duckdb", threads=2, clock=noon) as warehouse:
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
        assert {(table, day) for table, day, _ in found} == {(TOGS, DAYS[5]), (PGS, DAYS[5])}
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


class TestScope:
    @pytest.mark.parametrize(
        ("table", "expected"),
        [
            ("league_averages", {AVERAGES: [DAYS[3]], TOGS: DAYS[:3]}),
            ("player_game_summary", {PGS: [DAYS[3]], TOGS: [DAYS[3]]}),
        ],
        ids=["the dates before", "its own date"],
    )
    def test_tables_bring_what_they_read(self, chain: Workshop, table: str, expected: dict[str, list[date]]) -> None:
        """What is only read is recomputed and compared too, and nothing that is not read."""
        made = certified(chain, Scope(dates=on_dates(DAYS[3]).dates, tables=(table,)))
        assert {each.table: [one.game_date for one in each.comparisons] for each in made.tables} == expected

    def test_a_sample_recomputes_what_its_dates_read(self, chain: Workshop) -> None:
        forge(chain, TOGS, f"UPDATE {TOGS} SET turnovers = turnovers + 5 WHERE game_date = '{DAYS[0]}'")
        rebuild_averages(chain)
        seed = next(seed for seed in range(100) if chosen(1, seed) == (DAYS[4],))
        made = certified(chain, sample=1, seed=seed)
        assert {(table, day) for table, day, _ in told(made)} == {(TOGS, DAYS[0]), (AVERAGES, DAYS[4])}

    def test_the_seed_chooses_the_dates(self, chain: Workshop) -> None:
        assert len({chosen(2, seed) for seed in range(20)}) > 10
        assert set(chosen(2, 1)) < set(chosen(4, 1))
        made = certified(chain, Scope(tables=("league_averages",)), sample=2, seed=1)
        assert made.sampled_dates == chosen(2, 1)
        row = chain.warehouse.rows("SELECT sample, seed, sampled_dates FROM ledger.certificates")
        assert row == [(2, 1, ",".join(map(str, chosen(2, 1))))]

    def test_without_a_seed_the_moment_is_stored(self, chain: Workshop) -> None:
        made = certified(chain, Scope(tables=("league_averages",)), sample=100)
        assert made.seed == int(clock().now().timestamp())
        assert made.sampled_dates == tuple(DAYS)

    def test_two_seasons(self, tmp_path: Path) -> None:
        """A wrong row of one season is read by the next; units are seasons, and each is compared."""
        # So small a league plays on two of its three dates.
        write_league(tmp_path / "league", [2021, 2022], seed=1, size=LeagueSize(teams=4, dates=3))
        names = ("team_offense_game_summary", "league_averages")
        registry = Registry(CHAIN.raw, {name: CHAIN.built[name] for name in names})
        with Warehouse.open(tmp_path / "w.duckdb", threads=2) as warehouse:
            shop = Workshop(warehouse, registry, tmp_path / "league")
            shop.ingest()
            shop.backfill()
            forge(shop, TOGS, f"UPDATE {TOGS} SET turnovers = turnovers + 5 WHERE game_date = '{DAYS[1]}'")
            rebuild_averages(shop)
            made = certified(shop, Scope(seasons=("2022-23",), tables=("league_averages",)))
        found = {(table, day) for table, day, _ in told(made)}
        assert (TOGS, DAYS[1]) in found
        assert {table for table, day in found if day > DAYS[1]} == {AVERAGES}
        assert made.compared == 2 + 3  # all of the season, and all but its last date of what it reads

    def test_nothing_in_scope_certifies_nothing(self, chain: Workshop) -> None:
        made = certified(chain, on_dates(date(2030, 1, 1)))
        assert (made.outcome, made.compared, made.tables) == ("incomplete", 0, ())


class TestRefused:
    def test_a_sample_of_none(self, chain: Workshop) -> None:
        with pytest.raises(UsageError, match="at least 1"):
            certified(chain, sample=0)

    def test_read_only(self, built: Path) -> None:
        with (
            Warehouse.open(built, read_only=True) as warehouse,
            pytest.raises(WarehouseError, match="open read-only"),
        ):
            certify(warehouse, CHAIN, Scope(), clock())

    def test_a_harmed_ledger(self, chain: Workshop) -> None:
        chain.warehouse.execute("DELETE FROM ledger.attempts")
        with pytest.raises(WarehouseError, match="changed by other hands"):
            certified(chain)
        made = verify_and_certify(chain.warehouse, CHAIN, Scope(), clock())
        assert (made.passed, made.certificate) == (False, None)
        assert "ledger.attempts" in made.refusal

    def test_damaged_raw_rows(self, chain: Workshop) -> None:
        """A recompute from damaged rows would call what is right wrong."""
        chain.warehouse.execute(alter(chain, "raw.player_box", "assists"))
        made = verify_and_certify(chain.warehouse, CHAIN, Scope(), clock())
        assert (made.passed, made.certificate) == (False, None)
        assert made.refusal == "raw.player_box are damaged; ingest their files again first."
        assert {table for table, _ in states(chain)} & {PGS} == set()

    def test_nothing_is_built(self, ingested: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What nothing vouches for is not recomputed either."""
        shutil.copy(ingested, tmp_path / "w.duckdb")
        monkeypatch.setattr(recompute, "compute", None)
        with Warehouse.open(tmp_path / "w.duckdb", threads=2) as warehouse:
            made = certify(warehouse, CHAIN, Scope(), clock())
        assert (made.outcome, made.compared, made.skipped) == ("incomplete", 0, 3 * TINY.dates)

    def test_damage_that_verify_finds_is_left_to_it(self, chain: Workshop) -> None:
        chain.warehouse.execute(alter(chain, PGS, "assists"))
        made = verify_and_certify(chain.warehouse, CHAIN, Scope(), clock())
        assert made.marked == 1
        assert made.certificate is not None
        assert (made.certificate.outcome, made.certificate.skipped, made.passed) == ("incomplete", 1, False)


def chosen(sample: int, seed: int) -> tuple[date, ...]:
    """The dates that a seed chooses."""
    return tuple(sorted(_sampled({"any": set(DAYS)}, sample, seed)["any"]))


def test_a_warehouse_from_before_gets_the_tables(chain: Workshop) -> None:
    """Where certificates are not known yet nothing is broken, and the first one makes room for itself."""
    for name in ("certificates", "certified"):
        chain.warehouse.execute(f"DROP TABLE ledger.{name}")
        chain.warehouse.execute("DELETE FROM ledger.seals WHERE ledger_table = ?", [name])
    assert chain.verify().passed
    assert chain.backfill(force=True).is_complete
    assert certified(chain, Scope(tables=("team_offense_game_summary",))).outcome == "passed"
    assert chain.verify().passed
    assert chain.warehouse.value("SELECT COUNT(*) FROM ledger.certificates") == 1
