"""The change feed says, key by key, what the rows of two states of a table differ in."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from backcourt.checks.verify import mark_damage
from backcourt.engine import changes, runs
from backcourt.engine.changes import Change
from backcourt.engine.contract import Contract
from backcourt.engine.runs import Run
from backcourt.errors import UsageError
from backcourt.seasons import Scope
from backcourt.sources.simulated.faults import inject
from backcourt.warehouse.duckdb import QueryError
from support import Workshop, contents, copied, on_dates, read_csv, write_csv

TOGS, TDGS, PGS = "team_offense_game_summary", "team_defense_game_summary", "player_game_summary"

Rows = dict[tuple[str, date, str], dict[str, Any]]
Differences = dict[tuple[str, date, str], tuple[str, frozenset[str]]]


def rows_of(shop: Workshop) -> Rows:
    """Every row of the built tables by table, date and key, read without the engine."""
    found: Rows = {}
    for table in shop.registry.ordered:
        names = table.contract.column_names
        for values in shop.warehouse.rows(f"SELECT {', '.join(names)} FROM {table.full_name}"):
            row = dict(zip(names, values, strict=True))
            found[table.name, row["game_date"], key_of(table.contract, row)] = row
    return found


def key_of(contract: Contract, row: dict[str, Any]) -> str:
    return json.dumps({name: row[name] for name in contract.key}, default=str)


def differences(before: Rows, after: Rows) -> Differences:
    """What a reader of both states sees: compared in plain Python."""
    found: Differences = {}
    for place in before.keys() | after.keys():
        if place not in before or place not in after:
            found[place] = ("inserted" if place in after else "deleted", frozenset())
        elif before[place] != after[place]:
            columns = {name for name in after[place] if before[place][name] != after[place][name]}
            found[place] = ("changed", frozenset(columns))
    return found


def told(shop: Workshop, run: str | None = None, *, each_key: bool = True, scope: Scope | None = None) -> list[Change]:
    chosen = runs.chosen(shop.warehouse, run)
    return list(changes.read(shop.warehouse, shop.registry, chosen, scope or Scope(), each_key=each_key))


def as_differences(feed: list[Change]) -> Differences:
    found = {(one.table, one.game_date, json.dumps(one.key)): (one.kind, frozenset(one.columns)) for one in feed}
    assert len(found) == len(feed), "a key is told twice"
    return found


def correct_box(shop: Workshop, *, hours: int, steals: int) -> date:
    """Other steals for one player; the date of the game."""
    lines = shop.read("player_box")
    line = lines[len(lines) // 2]
    line["steals"] = str(int(line["steals"]) + steals)
    shop.write("player_box", lines)
    shop.ingest(hours=hours, max_vanishing=1)
    return date.fromisoformat(line["game_date"])


class TestFeed:
    def test_a_first_build_is_one_line_a_partition(self, shop: Workshop) -> None:
        assert shop.warehouse.value("SELECT COUNT(*) FROM ledger.changes") == 18
        whole = told(shop, each_key=False)
        assert {(one.kind, one.key, one.columns) for one in whole} == {("inserted", None, ())}
        assert sum(one.keys for one in whole) == len(rows_of(shop))
        assert as_differences(told(shop)) == differences({}, rows_of(shop))

    def test_a_correction_tells_keys_and_columns(self, shop: Workshop) -> None:
        before = rows_of(shop)
        day = correct_box(shop, hours=1, steals=1)
        shop.backfill()
        feed = told(shop)
        assert as_differences(feed) == differences(before, rows_of(shop))
        assert [(one.table, one.game_date, one.kind, one.columns, one.keys) for one in feed] == [
            (PGS, day, "changed", ("steals",), 1)
        ]

    def test_one_assist_changes_many_columns(self, shop: Workshop) -> None:
        before = rows_of(shop)
        inject(shop.folder, "assist_correction")
        shop.ingest(hours=1)
        shop.backfill()
        feed = told(shop)
        assert as_differences(feed) == differences(before, rows_of(shop))
        assert {one.table for one in feed} == {TOGS, TDGS, PGS}
        assert all("assists" in " ".join(one.columns) for one in feed)

    @pytest.mark.soak
    def test_a_row_gone_and_back(self, shop: Workshop) -> None:
        saved, listed, before = shop.file("did_not_play").read_bytes(), shop.read("did_not_play"), rows_of(shop)
        listed.pop(7)
        shop.write("did_not_play", listed)
        shop.ingest(hours=1)
        shop.backfill()
        without = rows_of(shop)
        assert as_differences(told(shop)) == differences(before, without)
        assert [one.kind for one in told(shop) if one.table == PGS] == ["deleted"]
        shop.file("did_not_play").write_bytes(saved)
        shop.ingest(hours=2)
        shop.backfill()
        assert as_differences(told(shop)) == differences(without, before)
        assert [one.kind for one in told(shop) if one.table == PGS] == ["inserted"]

    def test_a_moved_date_deletes_before_it_inserts(self, shop: Workshop) -> None:
        last = max(line["game_date"] for line in shop.read("team_box"))
        was, now = date.fromisoformat(last), date.fromisoformat(last) + timedelta(days=3)
        for path in shop.folder.glob("*_2021-22.csv"):
            lines = read_csv(path)
            if lines and "game_date" in lines[0]:
                write_csv(path, [{**one, "game_date": str(now)} if one["game_date"] == last else one for one in lines])
        before = rows_of(shop)
        shop.ingest(hours=1, max_vanishing=1)
        shop.backfill()
        feed = told(shop)
        assert as_differences(feed) == differences(before, rows_of(shop))
        for table in (TOGS, TDGS, PGS):
            of_table = [(one.kind, one.game_date) for one in feed if one.table == table]
            half = len(of_table) // 2
            assert of_table == [("deleted", was)] * half + [("inserted", now)] * half

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_any_row_by_any_hand(self, shop: Workshop, seed: int) -> None:
        """Rows altered, deleted and added by others are rebuilt; the feed says what that changed of what stood there."""
        rng = random.Random(seed)
        table = shop.registry.built[PGS].contract
        for statement in (
            "UPDATE {t} SET steals = steals + 3, player_lookup = NULL WHERE rowid IN {some}",
            "UPDATE {t} SET assists = NULL WHERE rowid IN {some}",
            "DELETE FROM {t} WHERE rowid IN {some}",
        ):
            some = f"(SELECT rowid FROM {table.full_name} WHERE hash(rowid, {rng.randrange(10**6)}) % 9 = 0)"
            shop.warehouse.execute(statement.format(t=table.full_name, some=some))
        shop.warehouse.execute(
            f"INSERT INTO {table.full_name} SELECT * REPLACE (9999999 AS player_id) FROM {table.full_name} LIMIT 1"
        )
        harmed = rows_of(shop)
        mark_damage(shop.warehouse, shop.verify())
        shop.backfill()
        found = differences(harmed, rows_of(shop))
        assert {kind for kind, _ in found.values()} == {"inserted", "changed", "deleted"}
        assert as_differences(told(shop)) == found

    def test_another_set_of_columns(self, shop: Workshop) -> None:
        """Rows that only lost a column are changed, in none of the columns there are."""
        contract = shop.registry.built[TOGS].contract
        shop.warehouse.execute(f"UPDATE {contract.full_name} SET data_hash = 'of other columns'")
        shop.warehouse.execute("CREATE TEMP TABLE changed_dates AS SELECT DISTINCT game_date FROM analytics." + TOGS)
        rows = f"CREATE TEMP TABLE hashed AS SELECT * REPLACE ('of these' AS data_hash) FROM {contract.full_name}"
        shop.warehouse.execute(rows)
        run = shop.backfill().run_id
        changes.record(shop.warehouse, contract, run)
        assert {(one.kind, one.columns) for one in told(shop)} == {("changed", ())}
        assert len(told(shop)) == 12


class TestRunsWithoutChange:
    def test_nothing_due(self, shop: Workshop) -> None:
        shop.backfill()
        assert told(shop) == []

    def test_force_and_a_column_that_nobody_reads(self, shop: Workshop) -> None:
        shop.backfill(force=True)
        assert told(shop) == []
        inject(shop.folder, "unread_change")
        shop.ingest(hours=1)
        shop.backfill()
        assert told(shop) == []
        assert shop.warehouse.value("SELECT COUNT(*) FROM ledger.changes") == 18

    def test_a_failed_date_changes_nothing(self, shop: Workshop) -> None:
        lines = shop.read("team_box")
        lines[0]["points"] = "1"
        shop.write("team_box", lines)
        shop.ingest(hours=1)
        before = rows_of(shop)
        assert not shop.backfill().is_complete
        assert rows_of(shop) == before
        assert told(shop) == []


class TestOneCommit:
    def test_feed_and_rows_are_stored_together_or_not_at_all(
        self, shop: Workshop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What dies while the rows are replaced leaves no line of the feed either."""
        correct_box(shop, hours=1, steals=1)
        before, rows = contents(shop.warehouse)["ledger.changes"], rows_of(shop)

        def die(*_: object) -> None:
            assert shop.warehouse.value("SELECT COUNT(*) FROM ledger.changes") == 19
            raise QueryError("the power went")

        with monkeypatch.context() as patch:
            patch.setattr("backcourt.engine.publish._replace_rows", die)
            with pytest.raises(QueryError):
                shop.backfill()
        assert contents(shop.warehouse)["ledger.changes"] == before
        assert rows_of(shop) == rows
        shop.backfill()
        assert as_differences(told(shop)) == differences(rows, rows_of(shop))


@pytest.fixture(scope="module")
def history(
    built: Path, league: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Workshop, list[tuple[Run, Differences]]]]:
    """A first build and five corrections and withdrawals, each run with what it changed; to be read."""
    with copied(built, league, tmp_path_factory.mktemp("history") / "shop") as shop:
        steps = [(runs.find(shop.warehouse, "latest"), differences({}, rows_of(shop)))]
        listed = shop.read("did_not_play")
        for number in range(1, 6):
            before = rows_of(shop)
            shop.write("did_not_play", listed[number:] if number != 4 else listed)
            correct_box(shop, hours=number, steals=1 if number % 2 else -1)
            shop.backfill()
            steps.append((runs.find(shop.warehouse, "latest"), differences(before, rows_of(shop))))
        yield shop, steps


@pytest.mark.soak
class TestManyRuns:
    def test_every_run_is_told_as_it_was(self, history: tuple[Workshop, list[tuple[Run, Differences]]]) -> None:
        """Whole partitions too, though later runs inserted and deleted keys of theirs."""
        shop, steps = history
        assert len({run.run_id for run, _ in steps}) == 6
        for run, expected in steps:
            assert as_differences(told(shop, run.run_id)) == expected

    def test_since_is_all_that_follows_in_order(self, history: tuple[Workshop, list[tuple[Run, Differences]]]) -> None:
        shop, steps = history
        chosen = runs.chosen(shop.warehouse, since=steps[2][0].run_id)
        assert [run.run_id for run in chosen] == [run.run_id for run, _ in steps[3:]]
        feed = list(changes.read(shop.warehouse, shop.registry, chosen, Scope(), each_key=True))
        assert [as_differences([one for one in feed if one.run == run.run_id]) for run in chosen] == [
            expected for _, expected in steps[3:]
        ]
        assert [one.run for one in feed] == sorted(one.run for one in feed)
        assert runs.chosen(shop.warehouse, since="latest") == []

    def test_applied_to_a_copy_it_gives_the_table(
        self, history: tuple[Workshop, list[tuple[Run, Differences]]]
    ) -> None:
        """A cache that follows the feed, and looks up nothing but the keys it names, has the keys of today."""
        shop, steps = history
        cache: set[tuple[str, date, str]] = set()
        for run, _ in steps:
            for one in told(shop, run.run_id):
                place = (one.table, one.game_date, json.dumps(one.key))
                if one.kind == "deleted":
                    cache.remove(place)
                else:
                    assert (place in cache) == (one.kind == "changed")
                    cache.add(place)
        assert cache == rows_of(shop).keys()

    def test_a_scope_cuts_it(self, history: tuple[Workshop, list[tuple[Run, Differences]]]) -> None:
        shop, steps = history
        first = steps[0][0].run_id
        day = min(day for _, day, _ in rows_of(shop))
        assert {one.game_date for one in told(shop, first, scope=on_dates(day))} == {day}
        assert {one.table for one in told(shop, first, scope=Scope(tables=(TDGS,)))} == {TDGS}
        assert told(shop, first, scope=on_dates(day - timedelta(days=1))) == []
        extents = changes.extents(shop.warehouse, [steps[0][0]], Scope(tables=(TOGS,)))
        assert [(one.kind, one.keys, one.dates) for one in extents] == [("inserted", 12, 6)]


class TestWhichRun:
    def test_unknown(self, shop: Workshop) -> None:
        known = runs.find(shop.warehouse, "latest").run_id
        for ask in ({"run_id": "yesterday"}, {"since": "yesterday"}):
            with pytest.raises(UsageError, match="no run 'yesterday'") as caught:
                runs.chosen(shop.warehouse, **ask)
            assert known in caught.value.hint

    def test_both(self, shop: Workshop) -> None:
        with pytest.raises(UsageError, match="cannot both be meant"):
            runs.chosen(shop.warehouse, "latest", "latest")
