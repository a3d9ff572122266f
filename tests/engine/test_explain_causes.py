"""What begins a chain where no raw row does, what no row tells, and where a chain is cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from explaining import due, explained, outline, ran

from backcourt.checks.verify import mark_damage
from backcourt.cli.chain import UNTOLD, lines
from backcourt.engine.chain import MOST_INGESTS
from backcourt.engine.intake import Delivery, receive
from backcourt.engine.news import create_news
from backcourt.engine.registry import Registry
from backcourt.engine.run import backfill
from backcourt.seasons import Scope
from backcourt.sources.local.reader import open_file
from backcourt.sources.local.stage import stage
from backcourt.sources.simulated.source import own_mappings
from playing import Play, Run, beginning
from small_league import OUTLOOK, PLAYER, RESULT, TEAM
from support import Line, clock, write_csv

PLAYERS, TEAMS = f"analytics.{PLAYER}", f"analytics.{RESULT}"


@pytest.fixture
def play() -> Iterator[Play]:
    """Two seasons of four games, the last two not played yet."""
    with beginning() as made:
        yield made


def days(play: Play, season: int = -1) -> list[date]:
    games = play.files.lines[play.files.of("games")[season]]
    return sorted({date.fromisoformat(line["game_date"]) for line in games if line["game_id"][2] == "2"})


def tell(play: Play, table: str, season: int = -1) -> list[Line]:
    """The lines of a file, which will be delivered."""
    name = play.files.of(table)[season]
    play.files.touched.add(name)
    return play.files.lines[name]


def deliver(play: Play) -> None:
    play.undelivered |= play.files.deliver()
    play.ingest()


def a_point_more(play: Play, day: date) -> Line:
    """Of the first player of a date, in the file; that the team has it too nobody checks here."""
    line = next(line for line in tell(play, "player_box") if line["game_date"] == str(day))
    line["points"] = str(int(line["points"]) + 1)
    return line


class TestNoRowBeganIt:
    def test_never_built(self, play: Play) -> None:
        """All that is known of its date is news to a result; an outlook has nothing to compare with."""
        day = days(play)[0]
        chain = ran(play, RESULT, day)
        assert (chain.reason, outline(chain.because)) == ("never built", ["raw.games: 1 new", "raw.team_box: 2 new"])
        assert [told.stream for step in chain.because for told in step.ingests] == [
            "games_2022-23.csv",
            "team_box_2022-23.csv",
        ]
        chain = ran(play, OUTLOOK, day)
        assert (chain.reason, chain.because) == ("never built", ())

    def test_forced(self, play: Play) -> None:
        day = days(play)[0]
        play.run(Run(force=True))
        for table in (RESULT, OUTLOOK):
            chain = ran(play, table, day)
            assert (chain.outcome, chain.reason, chain.rows, chain.because) == ("unchanged", "forced", {}, ())
        assert "It came out equal, so nothing was written." in next(lines(chain))

    def test_code(self, play: Play) -> None:
        """Of what reads it the rows that changed are told, and that it was the code that changed them."""
        day, built = days(play)[0], play.registry.built
        other = replace(
            built[RESULT], build_sql=built[RESULT].build_sql.replace("b.points,", "b.points + 1 AS points,")
        )
        registry = Registry(play.registry.raw, {**built, RESULT: other})
        assert backfill(play.warehouse, registry, Scope(), clock(1)).is_complete
        # What is explained is told by the code of today.
        play.setting = replace(play.setting, registry=lambda code: registry)
        assert (ran(play, RESULT, day).reason, ran(play, RESULT, day).because) == ("code changed", ())
        chain = ran(play, PLAYER, day)
        assert (chain.reason, outline(chain.because)) == ("input changed", [f"{TEAMS}: 2 changed"])
        assert [(cause.reason, cause.dates) for cause in chain.because[0].causes] == [("code changed", 1)]
        assert list(lines(chain))[1:] == [f"  {TEAMS}: 2 rows changed on {day} (points)", "    code changed (1 date)"]

    def test_damage(self, play: Play) -> None:
        day = days(play)[0]
        play.warehouse.execute(f"UPDATE {TEAMS} SET points = points + 1 WHERE game_date = ?", [day])
        mark_damage(play.warehouse, play.shop.verify())
        (cause,) = due(play, PLAYER, day).because[0].causes
        assert cause.reason == "2 rows do not have the data_hash of their content"
        assert due(play, RESULT, day).reason == cause.reason
        assert due(play, RESULT, day).because == ()
        play.run(Run())
        chain = ran(play, RESULT, day)
        assert (chain.reason, chain.rows, chain.because) == (cause.reason, {"changed": 2}, ())

    def test_an_interrupted_run(self, play: Play) -> None:
        """It was killed after its rows were there and before it had noted why; what reads them still tells of them."""
        day = days(play)[0]
        line = next(one for one in tell(play, "team_box") if one["game_date"] == str(day))
        line["points"] = str(int(line["points"]) + 1)
        deliver(play)
        play.run(Run(tables=(RESULT,), crash_after="INSERT INTO ledger.attempts"))
        play.run(Run())
        assert ran(play, RESULT, day).reason == "never built"
        (step,) = ran(play, PLAYER, day).because
        assert (step.table, step.rows, step.because) == (TEAMS, {"changed": 1}, ())
        (cause,) = step.causes
        assert cause.reason.endswith("was interrupted before it noted why")

    def test_nothing_that_is_read(self, play: Play) -> None:
        """A column that nobody reads makes no partition due, and stands in no chain when another one does."""
        first, second = days(play)[:2]
        for line in tell(play, "player_box"):
            line["fouls"] = str((int(line["fouls"] or 0) + 1) % 6)
        deliver(play)
        assert play.shop.due() == {}
        a_point_more(play, first)
        deliver(play)
        play.run(Run())
        assert outline(ran(play, PLAYER, first).because) == ["raw.player_box: 1 corrected"]
        assert outline(ran(play, OUTLOOK, second).because) == ["raw.player_box: 1 corrected"]
        assert ran(play, PLAYER, second).reason == "never built"


class TestWhatNoRowTells:
    def test_dates_that_move_with_the_schedule(self, play: Play) -> None:
        """The first season now begins with its second game, so the second season reads back no further than that."""
        first, later = days(play, 0)[0], days(play)[1]
        play.files.unplay([line for line in tell(play, "games", 0) if line["game_date"] == str(first)], "cancelled")
        deliver(play)
        play.run(Run())
        assert ran(play, RESULT, first).rows == {"deleted": 2}
        assert f"{TEAMS}: 2 deleted" in outline(ran(play, TEAM, days(play, 0)[2]).because)
        chain = ran(play, TEAM, later)
        assert f"{TEAMS}: " in outline(chain.because)
        assert f"  {TEAMS}: {UNTOLD}" in list(lines(chain))


class TestBounds:
    def test_many_ingests(self, play: Play) -> None:
        """A row that was corrected more often than are named is one row, told by the newest of them."""
        day = days(play)[0]
        for _ in range(MOST_INGESTS + 2):
            a_point_more(play, day)
            deliver(play)
        (step,) = due(play, PLAYER, day).because
        assert (step.rows, len(step.ingests), step.more_ingests) == ({"corrected": 1}, MOST_INGESTS, 2)
        moments = [told.ingested_at for told in step.ingests]
        assert moments == sorted(moments, reverse=True)
        assert list(lines(due(play, PLAYER, day)))[-1] == "    and 2 earlier ingests"

    def test_only_what_came_since(self, play: Play) -> None:
        """What an earlier run has taken into account is told no more."""
        day = days(play)[0]
        for number in (1, 2):
            a_point_more(play, day)
            deliver(play)
            play.run(Run())
            (step,) = ran(play, PLAYER, day).because
            assert [told.ingested_at.hour for told in step.ingests] == [12 + number]

    def test_only_dates_that_are_read(self, play: Play) -> None:
        """An outlook reads results before its date, not on it or after."""
        first, second = days(play)[:2]
        a_point_more(play, first)
        a_point_more(play, second)
        deliver(play)
        play.run(Run())
        (step,) = ran(play, OUTLOOK, second).because
        assert (step.rows, step.on.first, step.on.last) == ({"corrected": 1}, first, first)
        assert explained(play, OUTLOOK, first).why_it_is_due is None
        assert ran(play, OUTLOOK, first).reason == "never built"


class TestAnotherSource:
    """What a source says of a game is news only while no better one has rows of it."""

    def test_what_stands_behind_a_better_one(self, play: Play) -> None:
        game = next(line for line in play.files.lines[play.files.of("games")[-1]] if line["game_id"][2] == "2")
        mine = [line for line in play.files.lines["player_box_2022-23"] if line["game_id"] == game["game_id"]]
        last = self._newest(play)
        self._say(play, [line | {"points": "0"} for line in mine])
        assert self._news(play, last) == []
        # Now the better one has it no more, and says so.
        play.files.take("player_box_2022-23", mine)
        deliver(play)
        assert self._news(play, last) == [("simulated", "vanished", len(mine))]
        last = self._newest(play)
        self._say(play, [line | {"points": "1"} for line in mine])
        assert self._news(play, last) == [("other", "corrected", len(mine))]

    def _newest(self, play: Play) -> int:
        return int(play.warehouse.value("SELECT MAX(ingest_id) FROM ledger.ingests"))

    def _news(self, play: Play, after: int) -> list[tuple[str, str, int]]:
        create_news(play.warehouse, play.registry.raw["player_box"], {"points"}, after, self._newest(play))
        rows = play.warehouse.rows("SELECT row_key.source, kind, COUNT(*) FROM news GROUP BY ALL ORDER BY ALL")
        return [(source, kind, count) for source, kind, count in rows]

    def _say(self, play: Play, told: list[Line]) -> None:
        """Another source delivers its own box scores."""
        play.hours += 1
        contract, path = play.registry.raw["player_box"], play.folder / "other.csv"
        write_csv(path, told, list(told[0]))
        (mapping,) = (each for each in own_mappings(play.registry) if each.table == contract.name)
        delivery = Delivery("other", path.name, "all", f"{play.hours}", quarantines=False, windows=None)
        relation = open_file(play.warehouse, path)
        with play.warehouse.transaction():
            stage(play.warehouse, contract, mapping, relation, None)
            receive(play.warehouse, contract, delivery, clock(play.hours).now(), 1.0)
