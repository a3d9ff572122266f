"""A rollback puts back exactly what was there, holds it, and can be taken back; half of one is never seen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from backcourt.checks.verify import mark_damage
from backcourt.engine import ledger, rollback, runs
from backcourt.engine.plan import make_plan
from backcourt.engine.rollback import RollbackReport, make_rollback, release, roll_back
from backcourt.engine.run import RunReport, backfill
from backcourt.engine.waiting import HELD
from backcourt.errors import UsageError, WarehouseError
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse
from rebuilding import differences
from support import POST, TABLES, Workshop, clock, contents, copied, on_dates, read_csv, write_csv

TOGS, TDGS, PGS = TABLES
Content = dict[tuple[str, date], tuple[object, ...]]
Corrected = tuple[Workshop, date, str, Content, Content]
Twice = tuple[Workshop, date, list[str], list[Content]]
History = tuple[Path, date, list[str], list[Content]]


def stored(shop: Workshop) -> Content:
    """Per partition on record its rows and hash, a digest of its fingerprints, and one of the rows themselves."""
    prints = {
        (table, day): digest
        for table, day, digest in shop.warehouse.rows(
            "SELECT table_name, game_date, md5(string_agg(column_name || rows || fingerprint, ',' ORDER BY column_name))"
            " FROM ledger.column_fingerprints GROUP BY ALL"
        )
    }
    found: Content = {}
    for table in shop.registry.ordered:
        name = table.full_name
        digests = dict(
            shop.warehouse.rows(f"SELECT game_date, (COUNT(*), SUM(hash(t))) FROM {name} AS t GROUP BY game_date")
        )
        for day, rows, digest in shop.warehouse.rows(
            "SELECT game_date, rows, partition_hash FROM ledger.partitions WHERE table_name = ? AND partition_hash <> ''",
            [name],
        ):
            found[table.name, day] = (rows, digest, prints.get((name, day)), digests.get(day))
    return found


def states(shop: Workshop, day: date) -> dict[str, str]:
    """The state of each table on a date."""
    make_plan(shop.warehouse, shop.registry, Scope())
    return dict(
        shop.warehouse.rows("SELECT split_part(table_name, '.', 2), state FROM evaluation WHERE game_date = ?", [day])
    )


def run(shop: Workshop, *, keep_runs: int = 5, force: bool = False, scope: Scope | None = None) -> RunReport:
    return backfill(shop.warehouse, shop.registry, scope or Scope(), clock(), keep_runs=keep_runs, force=force)


def correct(shop: Workshop, hours: int, *, keep_runs: int = 5) -> tuple[str, date]:
    """One assist more for the first player, and his team; the run that followed it, and the date."""
    box, teams = shop.read("player_box"), shop.read("team_box")
    line = box[0]
    team = next(one for one in teams if (one["game_id"], one["team_id"]) == (line["game_id"], line["team_id"]))
    for one in (line, team):
        one["assists"] = str(int(one["assists"]) + 1)
    shop.write("player_box", box)
    shop.write("team_box", teams)
    shop.ingest(hours=hours)
    report = run(shop, keep_runs=keep_runs)
    assert report.is_complete
    return report.run_id, date.fromisoformat(line["game_date"])


def undo(shop: Workshop, run_id: str | None = None, scope: Scope | None = None) -> RollbackReport:
    return roll_back(shop.warehouse, shop.registry, scope or Scope(), clock(), run_id)


def free(shop: Workshop, scope: Scope | None = None) -> int:
    return len(release(shop.warehouse, shop.registry, scope or Scope(), clock()))


@pytest.fixture(scope="module")
def history(built: Path, league: Path, tmp_path_factory: pytest.TempPathFactory) -> History:
    """Built, and corrected twice on one date: after each the folder, the run, and what was stored before and after."""
    into = tmp_path_factory.mktemp("history")
    with copied(built, league, into / "0") as shop:
        found, day = [("", stored(shop))], date.min
    for number in (1, 2):
        with copied(into / str(number - 1) / "w.duckdb", into / str(number - 1) / "league", into / str(number)) as shop:
            run_id, day = correct(shop, number)
            found.append((run_id, stored(shop)))
    ids, contents_then = ([each[place] for each in found] for place in (0, 1))
    return into, day, ids[1:], contents_then


@pytest.fixture
def corrected(history: History, tmp_path: Path) -> Iterator[Corrected]:
    """Corrected once: the date, the run of the correction, and what was stored before and after it."""
    into, day, (run_id, _), (before, after, _) = history
    assert {key for key in before if before[key] != after[key]} == {(table, day) for table in TABLES}
    with copied(into / "1" / "w.duckdb", into / "1" / "league", tmp_path / "corrected") as shop:
        yield shop, day, run_id, before, after


@pytest.fixture
def twice(history: History, tmp_path: Path) -> Iterator[Twice]:
    """Corrected twice: both runs, and what was stored before the first, between, and after the second."""
    into, day, ids, then = history
    with copied(into / "2" / "w.duckdb", into / "2" / "league", tmp_path / "twice") as shop:
        yield shop, day, ids, then


class TestCorrection:
    def test_equal_bytes_held(self, corrected: Corrected) -> None:
        shop, day, run_id, before, _ = corrected
        report = undo(shop, run_id)
        assert (report.count("restored"), report.count("removed")) == (3, 0)
        assert stored(shop) == before
        assert states(shop, day) == dict.fromkeys(TABLES, "held")
        verdict = shop.verify()
        assert (verdict.passed, verdict.damage, verdict.broken_seals) == (False, [], [])
        assert [each.problems for each in verdict.tables] == [(f"1 held, {day} first",)] * 3

    def test_skipped_and_not_called_done(self, corrected: Corrected) -> None:
        shop, day, run_id, before, _ = corrected
        undo(shop, run_id)
        plan = make_plan(shop.warehouse, POST, Scope())
        assert (plan.partitions, plan.considered) == (0, 15)
        told = {(each.table, each.game_date, each.state, each.why) for each in plan.waiting}
        assert told == {(table, day, "held", HELD) for table in TABLES}
        report = run(shop)
        assert (report.planned, report.is_complete) == (0, False)
        assert stored(shop) == before

    def test_released_it_is_built_again(self, corrected: Corrected) -> None:
        shop, day, run_id, _, after = corrected
        undo(shop, run_id)
        assert free(shop, on_dates(day + timedelta(days=1))) == 0
        assert free(shop) == 3
        assert states(shop, day) == dict.fromkeys(TABLES, "stale")
        assert run(shop).count("written") == 3
        assert stored(shop) == after
        assert shop.verify().passed
        assert free(shop) == 0

    def test_forced_it_is_built_again(self, corrected: Corrected) -> None:
        shop, day, run_id, _, after = corrected
        undo(shop, run_id)
        assert run(shop, force=True, scope=on_dates(day)).is_complete
        assert stored(shop) == after
        assert set(states(shop, day).values()) == {"verified"}

    def test_it_is_a_run_of_its_own_in_the_feed(self, corrected: Corrected) -> None:
        shop, day, run_id, _, _ = corrected
        version = "SELECT MAX(record_version) FROM ledger.partitions"
        assert shop.warehouse.value(version) == 2
        report = undo(shop, run_id)
        assert shop.warehouse.value(version) == 3  # a number never stands for two contents
        found = runs.find(shop.warehouse, "latest")
        assert (found.run_id, found.command, found.outcome) == (report.run_id, "rollback", "complete")
        assert (found.considered, found.changed, {each.table for each in found.tables}) == (3, 3, set(TABLES))
        feed = "SELECT table_name, game_date, kind, key, columns FROM ledger.changes WHERE run_id = ? ORDER BY ALL"
        there, back = (shop.warehouse.rows(feed, [each]) for each in (run_id, report.run_id))
        assert there == back != []
        noted = "SELECT game_date, outcome, reason FROM ledger.attempts WHERE run_id = ?"
        assert set(shop.warehouse.rows(noted, [report.run_id])) == {(day, "restored", "rolled back")}

    def test_what_reads_it_is_blocked_once(self, corrected: Corrected) -> None:
        """Of one table alone; the other two of the run stay as they are."""
        shop, day, run_id, before, after = corrected
        undo(shop, run_id, Scope(tables=(TOGS,)))
        assert stored(shop) == {**after, (TOGS, day): before[TOGS, day]}
        report = run(shop)
        told = {(each.table, each.game_date, each.outcome) for each in report.attempts}
        assert told == {(TDGS, day, "blocked"), (PGS, day, "blocked")}
        assert {each.cause for each in report.attempts} == {f"needs analytics.{TOGS} {day}, which is held"}
        again = run(shop)
        assert (again.attempts, len(again.waiting)) == ([], 3)
        free(shop)
        assert run(shop).is_complete
        assert stored(shop) == after


def test_a_first_build_is_removed_and_missing(shop: Workshop) -> None:
    assert shop.warehouse.value("SELECT COUNT(*) FROM ledger.previous") == 0
    assert not shop.warehouse.has_table("previous", PGS)
    before = stored(shop)
    report = undo(shop, "latest")
    assert (report.count("restored"), report.count("removed")) == (0, 18)
    assert stored(shop) == {}
    assert [shop.warehouse.value(f"SELECT COUNT(*) FROM {table.full_name}") for table in POST.ordered] == [0, 0, 0]
    plan = make_plan(shop.warehouse, POST, Scope())
    assert (plan.partitions, {each.state for each in plan.waiting}) == (0, {"missing"})
    assert not shop.verify().passed
    assert run(shop).planned == 0
    assert make_rollback(shop.warehouse, POST, on_dates(date(2021, 10, 19))) == ()
    assert free(shop) == 18
    assert run(shop).count("written") == 18
    assert stored(shop) == before


class TestMoreThanOne:
    @pytest.mark.soak
    def test_version_by_version(self, twice: Twice) -> None:
        """Down to the first build, then to nothing, then there is none; a run is rolled back only once."""
        shop, day, (_, second), (before, between, _) = twice
        undo(shop, scope=on_dates(day))
        assert stored(shop) == between
        assert make_rollback(shop.warehouse, POST, Scope(), second) == ()
        undo(shop, scope=on_dates(day))
        assert stored(shop) == before
        assert undo(shop, scope=on_dates(day)).count("removed") == 3
        assert stored(shop) == {key: value for key, value in before.items() if key[1] != day}
        assert make_rollback(shop.warehouse, POST, on_dates(day)) == ()

    def test_an_earlier_run(self, twice: Twice) -> None:
        """To what stood before it: what later runs made of it goes too."""
        shop, _, (first, second), (before, _, _) = twice
        undo(shop, first)
        assert stored(shop) == before
        assert make_rollback(shop.warehouse, POST, Scope(), second) == ()

    @pytest.mark.soak
    def test_after_a_release_the_stack_goes_on(self, twice: Twice) -> None:
        shop, _, (_, second), (_, between, latest) = twice
        undo(shop, second)
        free(shop)
        third = run(shop).run_id
        assert stored(shop) == latest
        assert make_rollback(shop.warehouse, POST, Scope(), second) == ()
        undo(shop, third)
        assert stored(shop) == between


def kept(shop: Workshop) -> list[int]:
    """Of how many runs each table has earlier versions."""
    return [int(shop.warehouse.value(f"SELECT COUNT(DISTINCT replaced_by) FROM previous.{table}")) for table in TABLES]


class TestKept:
    def test_so_many_runs(self, twice: Twice) -> None:
        shop, _, (first, second), _ = twice
        for runs_kept, left in ((2, 2), (1, 1)):
            run(shop, keep_runs=runs_kept)  # itself it replaces nothing, and counts for none
            assert kept(shop) == [left] * 3
        then = contents(shop.warehouse)
        with pytest.raises(UsageError, match="no longer kept of 3 partitions"):
            make_rollback(shop.warehouse, POST, Scope(), first)
        assert contents(shop.warehouse) == then
        assert undo(shop, second).count("restored") == 3
        assert kept(shop) == [0, 0, 0]
        assert shop.verify().broken_seals == []

    def test_none(self, corrected: Corrected) -> None:
        shop, _, run_id, _, _ = corrected
        run(shop, keep_runs=0)
        assert kept(shop) == [0, 0, 0]
        with pytest.raises(UsageError, match="no longer kept"):
            make_rollback(shop.warehouse, POST, Scope(), run_id)

    @pytest.mark.soak
    def test_other_columns(self, corrected: Corrected) -> None:
        """A table with other columns now: what is kept of it cannot be put back, and goes with the next version."""
        shop, _, run_id, _, _ = corrected
        shop.warehouse.execute(f"ALTER TABLE previous.{PGS} ADD COLUMN other INTEGER")
        with pytest.raises(UsageError, match="no longer kept of 1 partitions"):
            make_rollback(shop.warehouse, POST, Scope(), run_id)
        correct(shop, 2)
        assert kept(shop) == [2, 2, 1]
        assert undo(shop, "latest").count("restored") == 3
        shop.warehouse.execute(f"ALTER TABLE analytics.{PGS} ADD COLUMN other INTEGER")
        with pytest.raises(UsageError, match="no longer kept of 6 partitions, player_game_summary"):
            make_rollback(shop.warehouse, POST, Scope(tables=(PGS,)))

    def test_damage_is_no_version(self, shop: Workshop) -> None:
        """What a backfill mended cannot be asked back."""
        shop.warehouse.execute(f"UPDATE analytics.{PGS} SET points = points + 1 WHERE game_date = DATE '2021-10-20'")
        mark_damage(shop.warehouse, shop.verify())
        report = run(shop)
        assert report.count("written") == 1
        with pytest.raises(UsageError, match="no longer kept of 1 partitions"):
            make_rollback(shop.warehouse, POST, Scope(), report.run_id)

    @pytest.mark.soak
    def test_a_date_that_lost_its_games(self, shop: Workshop) -> None:
        """It was emptied and closed; its rows come back and are held, though nothing is expected there."""
        before = stored(shop)
        last = max(day for _, day in before)
        later = str(last + timedelta(days=3))
        for path in shop.folder.glob("*_2021-22.csv"):
            lines = read_csv(path)
            if lines and "game_date" in lines[0]:
                moved = [{**one, "game_date": later} if one["game_date"] == str(last) else one for one in lines]
                write_csv(path, moved)
        shop.ingest(hours=1, max_vanishing=1)
        report = undo(shop, run(shop).run_id)
        assert (report.count("restored"), report.count("removed")) == (3, 3)
        assert stored(shop) == before
        assert states(shop, last) == dict.fromkeys(TABLES, "held")
        free(shop)
        assert run(shop).is_complete


ONE = f"previous.{PGS} WHERE rowid = (SELECT MIN(rowid) FROM previous.{PGS})"


class TestForged:
    @pytest.mark.parametrize(
        "statement",
        [
            f"UPDATE previous.{PGS} SET assists = assists + 1 WHERE rowid = (SELECT MIN(rowid) FROM previous.{PGS})",
            f"INSERT INTO previous.{PGS} SELECT * FROM {ONE}",
        ],
        ids=["altered", "doubled"],
    )
    def test_kept_rows(self, corrected: Corrected, statement: str) -> None:
        shop, _, run_id, _, after = corrected
        shop.warehouse.execute(statement)
        with pytest.raises(WarehouseError, match="are not those that were committed"):
            undo(shop, run_id)
        assert stored(shop) == after
        found = runs.find(shop.warehouse, "latest")
        assert (found.command, found.outcome, found.changed, found.not_run) == ("rollback", "incomplete", 0, 3)

    def test_the_history(self, corrected: Corrected) -> None:
        shop, _, run_id, _, _ = corrected
        shop.warehouse.execute("UPDATE ledger.previous SET partition_hash = 'x'")
        with pytest.raises(WarehouseError, match=r"ledger\.previous of .* was changed by other hands"):
            undo(shop, run_id)
        mark_damage(shop.warehouse, shop.verify(), accept_ledger=True)
        with pytest.raises(UsageError, match="no longer kept"):
            undo(shop, run_id)

    def test_a_held_row(self, corrected: Corrected) -> None:
        shop, day, run_id, _, _ = corrected
        undo(shop, run_id)
        shop.warehouse.execute(f"UPDATE analytics.{PGS} SET points = points + 1 WHERE game_date = DATE '{day}'")
        assert {(each.table, each.game_date) for each in shop.verify().damage} == {(f"analytics.{PGS}", day)}


class TestAtomic:
    def test_an_error_in_the_last_table_undoes_all(self, corrected: Corrected, monkeypatch: pytest.MonkeyPatch) -> None:
        shop, _, run_id, _, after = corrected
        seen: list[object] = []

        def fail(*_: object) -> None:
            seen.append(None)
            if len(seen) == 3:
                raise WarehouseError("no room")

        monkeypatch.setattr(rollback, "_refuse_altered", fail)
        with pytest.raises(WarehouseError, match="no room"):
            undo(shop, run_id)
        assert stored(shop) == after
        monkeypatch.undo()
        assert undo(shop, run_id).count("restored") == 3

    def test_a_crash_leaves_old_or_new(
        self, corrected: Corrected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The file as it is at the last moment before the commit, and just after it."""
        shop, _, run_id, before, after = corrected
        path = shop.warehouse.path
        assert path is not None

        def copy(name: str) -> None:
            for file in path.parent.glob("w.duckdb*"):
                shutil.copy(file, tmp_path / file.name.replace("w.duckdb", name))

        write_end, publish_state = runs.write_end, rollback._publish_state
        monkeypatch.setattr(runs, "write_end", lambda *rest: (write_end(*rest), copy("old.duckdb")))
        monkeypatch.setattr(rollback, "_publish_state", lambda *rest: (copy("new.duckdb"), publish_state(*rest)))
        undo(shop, run_id)
        monkeypatch.undo()
        for name, expected, outcome in (("old", after, "interrupted"), ("new", before, "complete")):
            (tmp_path / f"{name}.duckdb.lease").unlink()
            with Warehouse.open(tmp_path / f"{name}.duckdb", threads=1) as warehouse:
                left = Workshop(warehouse, POST, shop.folder)
                assert stored(left) == expected
                assert ledger.broken_seals(warehouse) == []
                run(left)
                assert runs.recorded(warehouse)[1].outcome == outcome


@pytest.mark.soak
def test_upstream_of_pre_game_tables(chain: Workshop) -> None:
    """After a correction was rolled back, released and built again, every table is what a full rebuild makes it."""
    before = stored(chain)
    run_id, day = correct(chain, 1)
    latest = stored(chain)
    assert {name for name, _ in before if before[name, _] != latest[name, _]} > {TOGS}
    undo(chain, run_id)
    assert stored(chain) == before
    undo(chain, scope=Scope(tables=(TOGS,), dates=on_dates(day).dates))
    assert not run(chain).is_complete
    free(chain)
    assert run(chain).is_complete
    assert differences(chain.warehouse, chain.registry) == []
    assert stored(chain) == latest
