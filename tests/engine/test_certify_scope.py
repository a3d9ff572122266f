"""What a certificate speaks of: a scope, a sample, seasons; and when none is made."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from chain import AVERAGES, CHAIN, DAYS, PGS, TOGS, certified, rebuild_averages, states, told
from harm import alter

from backcourt.checks.certify import certify as verify_and_certify
from backcourt.engine import recompute
from backcourt.engine.certify import _sampled, certify
from backcourt.engine.registry import Registry
from backcourt.errors import UsageError, WarehouseError
from backcourt.seasons import Scope
from backcourt.sources.simulated import LeagueSize, write_league
from backcourt.warehouse.duckdb import Warehouse
from forging import forge
from support import TINY, Workshop, clock, on_dates


def chosen(sample: int, seed: int) -> tuple[date, ...]:
    """The dates that a seed chooses."""
    return tuple(sorted(_sampled({"any": set(DAYS)}, sample, seed)["any"]))


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

    @pytest.mark.soak
    def test_two_seasons(self, tmp_path: Path) -> None:
        """A wrong row of one season is read by the next; units are seasons, and each is compared."""
        # So small a league plays on two of its three dates.
        write_league(tmp_path / "league", [2021, 2022], seed=1, size=LeagueSize(teams=4, dates=3))
        names = ("team_offense_game_summary", "league_averages")
        registry = Registry(CHAIN.raw, {name: CHAIN.built[name] for name in names})
        with Warehouse.open(tmp_path / "w.duckdb", threads=1) as warehouse:
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
        with Warehouse.open(tmp_path / "w.duckdb", threads=1) as warehouse:
            made = certify(warehouse, CHAIN, Scope(), clock())
        assert (made.outcome, made.compared, made.skipped) == ("incomplete", 0, 3 * TINY.dates)

    def test_damage_that_verify_finds_is_left_to_it(self, chain: Workshop) -> None:
        chain.warehouse.execute(alter(chain, PGS, "assists"))
        made = verify_and_certify(chain.warehouse, CHAIN, Scope(), clock())
        assert made.marked == 1
        assert made.certificate is not None
        assert (made.certificate.outcome, made.certificate.skipped, made.passed) == ("incomplete", 1, False)
