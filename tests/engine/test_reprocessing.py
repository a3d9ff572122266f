"""Exactly what changed is recomputed: nothing for the same content, and the consumers of a column for a correction."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from backcourt.errors import SourceError
from backcourt.sources.local import ingest_folder
from backcourt.sources.simulated.faults import inject
from backcourt.sources.simulated.source import own_mappings
from backcourt.warehouse.duckdb import Row
from support import Workshop, clock, contents, read_csv, write_csv

TOGS, TDGS, PGS = "team_offense_game_summary", "team_defense_game_summary", "player_game_summary"


def change(shop: Workshop, table: str, column: str, value: str, **key: str) -> date:
    """Write another value into one line of a file; the date of the line."""
    lines = shop.read(table)
    line = next(line for line in lines if all(line[name] == wanted for name, wanted in key.items()))
    assert line[column] != value
    line[column] = value
    shop.write(table, lines)
    return date.fromisoformat(line["game_date"])


def a_player(shop: Workshop) -> dict[str, str]:
    """A box-score line with assists, of some game in the middle."""
    lines = [line for line in shop.read("player_box") if int(line["assists"]) > 1]
    return lines[len(lines) // 2]


class TestNothingNew:
    def test_a_second_backfill_touches_no_data(self, shop: Workshop) -> None:
        before = shop.warehouse.data_statements
        report = shop.backfill()
        assert (report.planned, report.attempts, report.rows, report.data_statements) == (0, [], 0, 0)
        assert shop.warehouse.data_statements == before

    def test_the_count_of_data_statements_counts(self, shop: Workshop) -> None:
        assert shop.backfill(force=True).data_statements > 10

    def test_the_same_files_are_known(self, shop: Workshop) -> None:
        before = contents(shop.warehouse)
        report = shop.ingest(hours=1)
        assert {each.table for each in report.outcomes} == shop.registry.raw.keys() - {"player_aliases"}
        assert len(report.outcomes) == len(shop.registry.raw) - 1
        assert all(each.is_known for each in report.outcomes)
        assert contents(shop.warehouse) == before
        assert shop.due() == {}

    def test_the_same_content_in_other_bytes_changes_nothing(self, shop: Workshop) -> None:
        rng = random.Random(1)
        for path in sorted(shop.folder.glob("*.csv")):
            table = path.stem.removesuffix("_2021-22")
            lines = shop.read(table)
            rng.shuffle(lines)
            shop.write(table, lines)
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        before = contents(shop.warehouse)
        report = shop.ingest(hours=1)
        assert {(each.is_known, each.changed) for each in report.outcomes} == {(False, 0)}
        assert shop.due() == {}
        after = contents(shop.warehouse)
        assert {name for name in before if before[name] != after[name]} <= {"ledger.ingests", "ledger.seals"}

    def test_a_feed_is_read_again_only_when_its_names_could_resolve_otherwise(self, shop: Workshop) -> None:
        """Not for a statistic of somebody in a box score, though its fingerprint now stands elsewhere in the ledger."""
        mappings = [m.model_copy(update={"quarantines": m.table == "injuries"}) for m in own_mappings(shop.registry)]

        def injuries() -> bool:
            report = ingest_folder(
                shop.warehouse,
                shop.registry,
                shop.folder,
                clock(),
                source="simulated",
                kind="simulated",
                mappings=mappings,
            )
            return next(each.is_known for each in report.outcomes if each.table == "injuries")

        injuries()
        assert injuries()
        change(shop, "player_box", "points", "77", **a_player(shop))
        assert injuries()
        players = shop.read("players")
        players[0]["name_key"] += "junior"
        shop.write("players", players)
        assert not injuries()

    def test_force_runs_everything_and_changes_nothing(self, shop: Workshop) -> None:
        before, partitions = contents(shop.warehouse), _partitions(shop)
        report = shop.backfill(force=True)
        assert (report.planned, report.count("unchanged"), report.count("written")) == (18, 18, 0)
        after = contents(shop.warehouse)
        assert {name for name in before if before[name] != after[name]} <= {
            "ledger.meta",
            "ledger.runs",
            "ledger.run_tables",
            "ledger.attempts",
            "ledger.partitions",
            "ledger.seals",
        }
        assert _partitions(shop) == partitions
        assert shop.warehouse.rows("SELECT DISTINCT confirmed_by FROM ledger.partitions") == [(2,)]


def _partitions(shop: Workshop) -> list[Row]:
    """What the ledger says of partitions, but for the run that confirmed them last."""
    return shop.warehouse.rows("SELECT * EXCLUDE (confirmed_by) FROM ledger.partitions ORDER BY ALL")


class TestOneCorrection:
    @pytest.mark.parametrize(
        ("column", "readers"),
        [("steals", {PGS}), ("plus_minus", {PGS}), ("player_name", {PGS}), ("starter", {PGS}), ("season_type", None)],
    )
    def test_player_box_column(self, shop: Workshop, column: str, readers: set[str] | None) -> None:
        """Only tables whose lineage has the column are due, on that date only."""
        consuming = {
            t.name
            for t in shop.registry.ordered
            if column in shop.registry.lineage(t.name).consumed.get("raw.player_box", ())
        }
        if readers is None:
            assert consuming == set()
            return
        assert consuming == readers
        line = a_player(shop)
        other = {"player_name": "Somebody Else", "starter": "false" if line["starter"] == "true" else "true"}
        value = other.get(column) or str(int(line[column]) + 1)
        day = change(shop, "player_box", column, value, game_id=line["game_id"], player_id=line["player_id"])
        outcome = next(each for each in shop.ingest(hours=1).outcomes if each.table == "player_box")
        assert (outcome.added, outcome.replaced, outcome.vanished) == (0, 1, 0)
        assert shop.due() == {name: {day} for name in consuming}

    def test_one_assist_of_a_player_and_his_team(self, shop: Workshop) -> None:
        before = shop.hashes()
        inject(shop.folder, "assist_correction")
        shop.ingest(hours=1)
        changed = shop.warehouse.rows("SELECT DISTINCT game_date FROM raw.player_box WHERE known_kind = 'corrected'")
        day = changed[0][0]
        assert shop.due() == {TOGS: {day}, TDGS: {day}, PGS: {day}}
        report = shop.backfill()
        assert {(each.table, each.game_date, each.outcome) for each in report.attempts} == {
            (table, day, "written") for table in (TOGS, TDGS, PGS)
        }
        after = shop.hashes()
        assert {key for key in before if before[key] != after[key]} == {(table, day) for table in (TOGS, TDGS, PGS)}
        assert shop.verify().passed

    @pytest.mark.soak
    def test_a_correction_taken_back_restores_every_hash(self, shop: Workshop) -> None:
        before = shop.hashes()
        saved = {name: shop.file(name).read_bytes() for name in ("player_box", "team_box")}
        inject(shop.folder, "assist_correction")
        shop.ingest(hours=1)
        shop.backfill()
        assert shop.hashes() != before
        for name, content in saved.items():
            shop.file(name).write_bytes(content)
        shop.ingest(hours=2)
        shop.backfill()
        assert shop.hashes() == before
        assert shop.verify().passed

    def test_an_equal_output_cuts_off_what_is_behind_it(self, shop: Workshop) -> None:
        """Minutes one off leave every column of TOGS equal, so TDGS, which reads TOGS and not the minutes, stays."""
        assert "minutes" not in shop.registry.lineage(TDGS).consumed["raw.team_box"]
        line = shop.read("team_box")[5]
        minutes = str(int(line["minutes"]) + 1)
        day = change(shop, "team_box", "minutes", minutes, game_id=line["game_id"], team_id=line["team_id"])
        before = shop.hashes()
        shop.ingest(hours=1)
        assert shop.due()[TOGS] == {day}
        assert shop.due().get(TDGS, {day}) == {day}
        report = shop.backfill()
        assert [(each.table, each.game_date, each.outcome) for each in report.attempts] == [(TOGS, day, "unchanged")]
        assert shop.hashes() == before
        assert shop.due() == {}
        assert shop.verify().passed

    def test_a_column_that_nobody_reads(self, shop: Workshop) -> None:
        inject(shop.folder, "unread_change")
        outcomes = shop.ingest(hours=1).outcomes
        assert {each.table: each.replaced for each in outcomes if not each.is_known} == {"games": 1}
        assert shop.due() == {}
        assert shop.backfill().data_statements == 0
        assert shop.verify().passed

    def test_a_registry_is_read_by_all_dates(self, shop: Workshop) -> None:
        teams = shop.read("teams")
        teams[0]["tricode"] = "XYZ"
        shop.write("teams", teams)
        shop.ingest(hours=1)
        assert {name: len(days) for name, days in shop.due().items()} == {TOGS: 6, TDGS: 6, PGS: 6}


class TestLateAndGone:
    @pytest.mark.soak
    def test_a_late_row(self, shop: Workshop) -> None:
        listed = shop.read("did_not_play")
        line = listed.pop(7)
        day = date.fromisoformat(line["game_date"])
        saved = shop.file("did_not_play").read_bytes()
        shop.write("did_not_play", listed)
        before = shop.hashes()
        outcome = next(each for each in shop.ingest(hours=1).outcomes if each.table == "did_not_play")
        assert (outcome.added, outcome.replaced, outcome.vanished) == (0, 0, 1)
        tombs = shop.warehouse.rows("SELECT kind, row_id FROM ledger.retired WHERE table_name = 'did_not_play'")
        assert [kind for kind, _ in tombs] == ["vanished"]
        assert shop.warehouse.value("SELECT COUNT(*) FROM raw.did_not_play") == len(listed) + 1
        assert shop.warehouse.value("SELECT COUNT(*) FROM raw.did_not_play_current") == len(listed)
        shop.backfill()
        assert shop.verify().passed
        without = shop.hashes()
        assert {day for key, day in before if before[key, day] != without[key, day]} == {day}
        shop.file("did_not_play").write_bytes(saved)
        outcome = next(each for each in shop.ingest(hours=2).outcomes if each.table == "did_not_play")
        assert (outcome.added, outcome.replaced, outcome.vanished) == (1, 0, 0)
        shop.backfill()
        assert shop.hashes() == before
        assert shop.verify().passed

    def test_mass_vanishing_is_refused_unless_allowed(self, shop: Workshop) -> None:
        inject(shop.folder, "vanished_rows")
        before = contents(shop.warehouse)
        with pytest.raises(
            SourceError, match=r"player_box_2021-22\.csv .*: \d+ of \d+ known rows are missing from it"
        ) as caught:
            shop.ingest(hours=1)
        assert "--accept-deletions" in caught.value.hint
        assert contents(shop.warehouse) == before
        outcome = next(each for each in shop.ingest(hours=1, max_vanishing=1).outcomes if each.table == "player_box")
        assert outcome.vanished > 10
        assert PGS in shop.due()

    def test_a_covered_game_without_players_fails_alone(self, shop: Workshop) -> None:
        inject(shop.folder, "late_game")
        saved = shop.read("player_box")
        games = {line["game_id"]: date.fromisoformat(line["game_date"]) for line in shop.read("team_box")}
        (late,) = games.keys() - {line["game_id"] for line in saved}
        before = shop.hashes()
        shop.ingest(hours=1, max_vanishing=1)
        report = shop.backfill()
        assert not report.is_complete
        failed = [(each.table, each.game_date) for each in report.attempts if each.outcome == "failed"]
        assert failed == [(PGS, games[late])]
        cause = next(each.cause for each in report.attempts if each.outcome == "failed")
        assert late in cause
        verdict = shop.verify()
        assert not verdict.passed
        assert {each.table: each.expected - each.verified for each in verdict.tables} == {TOGS: 0, TDGS: 0, PGS: 1}
        # The old content stays, and is built again as soon as the rows are there.
        assert shop.warehouse.value(f"SELECT COUNT(*) FROM analytics.{PGS} WHERE game_id = '{late}'") > 0
        assert {key: digest for key, digest in shop.hashes().items() if key not in failed} == {
            key: digest for key, digest in before.items() if key not in failed
        }

    @pytest.mark.soak
    def test_a_game_missing_from_the_start_cannot_be_called_complete(self, ingested_late: Workshop) -> None:
        shop = ingested_late
        assert not shop.backfill().is_complete
        verdict = shop.verify()
        assert not verdict.passed
        assert any("1 failed" in problem for each in verdict.tables for problem in each.problems)

    def test_a_failed_team_game_blocks_what_reads_it(self, shop: Workshop) -> None:
        line = shop.read("team_box")[0]
        day = change(shop, "team_box", "points", "1", game_id=line["game_id"], team_id=line["team_id"])
        shop.ingest(hours=1)
        report = shop.backfill()
        outcomes = {each.table: (each.game_date, each.outcome) for each in report.attempts}
        assert outcomes == {TOGS: (day, "failed"), TDGS: (day, "blocked"), PGS: (day, "blocked")}
        blocked = [each.cause for each in report.attempts if each.outcome == "blocked"]
        assert all(f"analytics.{TOGS} {day}, which is failed" in cause for cause in blocked)
        assert not shop.verify().passed


class TestMovedGame:
    def test_old_date_is_closed_and_new_date_built(self, shop: Workshop) -> None:
        """Every game of the last date is put off by three days: a date without games, and a new date."""
        last = max(line["game_date"] for line in shop.read("team_box"))
        was, now = date.fromisoformat(last), date.fromisoformat(last) + timedelta(days=3)
        for path in shop.folder.glob("*_2021-22.csv"):
            lines = read_csv(path)
            if lines and "game_date" in lines[0]:
                write_csv(path, [{**one, "game_date": str(now)} if one["game_date"] == last else one for one in lines])
        before = shop.hashes()
        shop.ingest(hours=1, max_vanishing=1)
        assert shop.due() == {table: {was, now} for table in (TOGS, TDGS, PGS)}
        report = shop.backfill()
        assert report.is_complete
        after = shop.hashes()
        for table in (TOGS, TDGS, PGS):
            assert (table, now) in after
            assert (table, was) not in after
            assert shop.warehouse.value(f"SELECT COUNT(*) FROM analytics.{table} WHERE game_date = ?", [was]) == 0
        kept = {key: digest for key, digest in before.items() if key[1] != was}
        assert {key: after[key] for key in kept} == kept
        verdict = shop.verify()
        assert verdict.passed, verdict.damage
        assert {each.expected for each in verdict.tables} == {6}  # closed dates are expected of nobody
        assert shop.backfill().planned == 0
