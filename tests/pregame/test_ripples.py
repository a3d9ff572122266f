"""A change ripples to later dates and no further than it must; a failure stops what stands behind it."""

from __future__ import annotations

from datetime import date

import pytest
from formbook import appeared, correct, lines_of, most_played, played_dates

from backcourt.engine.plan import make_plan
from backcourt.engine.run import RunReport
from backcourt.seasons import DateRange, Scope
from support import Workshop, on_dates


def dates_of(report: RunReport, table: str, outcome: str) -> set[date]:
    return {one.game_date for one in report.attempts if (one.table, one.outcome) == (table, outcome)}


def day_of(line: dict[str, str]) -> date:
    return date.fromisoformat(line["game_date"])


def spine_dates(shop: Workshop, player: str) -> set[date]:
    rows = shop.warehouse.rows("SELECT game_date FROM precompute.player_form WHERE player_id = ?", [int(player)])
    return {row[0] for row in rows}


def spine_players(shop: Workshop, day: date) -> set[int]:
    return {
        row[0] for row in shop.warehouse.rows("SELECT player_id FROM precompute.player_form WHERE game_date = ?", [day])
    }


class TestStaleness:
    def test_a_correction_makes_later_dates_stale_and_no_earlier_one(self, form_shop: Workshop) -> None:
        """Not its own date either: a row reads no result of its date."""
        player = most_played(form_shop)
        line = lines_of(form_shop, player)[5]
        correct(form_shop, line["game_id"], player, points=int(line["points"]) + 1)
        later = {day for day in played_dates(form_shop) if day > day_of(line)}
        assert form_shop.due() == {"player_form": later, "team_form": later}

    def test_only_dates_that_read_it_are_written(self, form_shop: Workshop) -> None:
        """Later dates on which the player's team plays; on the others the output is equal."""
        player = most_played(form_shop)
        line = lines_of(form_shop, player)[5]
        correct(form_shop, line["game_id"], player, points=int(line["points"]) + 1)
        report = form_shop.backfill()
        reading = {day for day in spine_dates(form_shop, player) if day > day_of(line)}
        later = {day for day in played_dates(form_shop) if day > day_of(line)}
        assert 0 < len(reading) < len(later)
        assert dates_of(report, "player_form", "written") == reading
        assert dates_of(report, "player_form", "unchanged") == later - reading

    def test_the_table_behind_is_spared_up_to_the_first_difference(self, form_shop: Workshop) -> None:
        player = most_played(form_shop)
        line = lines_of(form_shop, player)[5]
        correct(form_shop, line["game_id"], player, points=int(line["points"]) + 1)
        report = form_shop.backfill()
        reading = {day for day in spine_dates(form_shop, player) if day > day_of(line)}
        touched = dates_of(report, "team_form", "written") | dates_of(report, "team_form", "unchanged")
        assert touched == dates_of(report, "team_form", "written") == reading

    def test_a_window_ends_the_ripple(self, form_shop: Workshop) -> None:
        """The first game of twelve leaves the window of ten before the last one."""
        player = most_played(form_shop)
        lines = lines_of(form_shop, player)
        correct(form_shop, lines[0]["game_id"], player, points=int(lines[0]["points"]) + 1)
        report = form_shop.backfill()
        tenth = day_of(lines[10])
        reading = {day for day in spine_dates(form_shop, player) if day_of(lines[0]) < day <= tenth}
        assert dates_of(report, "player_form", "written") == reading
        assert max(played_dates(form_shop)) not in reading

    def test_an_equal_output_stops_the_cascade(self, form_shop: Workshop) -> None:
        """On the last date only the other two teams play: it comes out equal, and the table behind does not run at all."""
        *_, before, last = played_dates(form_shop)
        playing = spine_players(form_shop, last)
        line = next(
            line
            for line in form_shop.read("player_box")
            if line["game_date"] == str(before) and appeared(line) and int(line["player_id"]) not in playing
        )
        correct(form_shop, line["game_id"], line["player_id"], points=int(line["points"]) + 1)
        assert form_shop.due() == {"player_form": {last}, "team_form": {last}}
        report = form_shop.backfill()
        assert [(one.table, one.game_date, one.outcome) for one in report.attempts] == [
            ("player_form", last, "unchanged")
        ]
        assert report.planned == 2
        assert form_shop.due() == {}
        assert form_shop.verify().passed

    def test_a_column_that_nobody_reads_changes_nothing(self, form_shop: Workshop) -> None:
        player = most_played(form_shop)
        line = lines_of(form_shop, player)[5]
        correct(form_shop, line["game_id"], player, assists=int(line["assists"]) + 1)
        assert form_shop.due() == {}

    def test_a_change_undone_leaves_no_trace(self, form_shop: Workshop) -> None:
        before, player = form_shop.hashes(), most_played(form_shop)
        line = lines_of(form_shop, player)[5]
        correct(form_shop, line["game_id"], player, points=int(line["points"]) + 1)
        form_shop.backfill()
        assert form_shop.hashes() != before
        correct(form_shop, line["game_id"], player, points=int(line["points"]))
        form_shop.backfill()
        assert form_shop.hashes() == before


class TestFailure:
    """A mean above 60 points breaks the contract of player_form: the day after such a game fails, and heals with it."""

    @pytest.fixture
    def broken(self, raw_shop: Workshop) -> tuple[Workshop, RunReport, set[date]]:
        player = most_played(raw_shop)
        first = lines_of(raw_shop, player)[0]
        correct(raw_shop, first["game_id"], player, points=119)
        report = raw_shop.backfill()
        return raw_shop, report, dates_of(report, "player_form", "failed")

    def test_the_date_fails_alone_with_its_cause(self, broken: tuple[Workshop, RunReport, set[date]]) -> None:
        shop, report, failed = broken
        assert failed
        written = dates_of(report, "player_form", "written")
        assert written == set(played_dates(shop)) - failed
        (cause,) = {one.cause.rpartition(": ")[2] for one in report.attempts if one.outcome == "failed"}
        assert cause == "points_avg_10 is not within 0 to 60"

    def test_the_table_behind_it_is_blocked(self, broken: tuple[Workshop, RunReport, set[date]]) -> None:
        shop, report, failed = broken
        dates = played_dates(shop)
        assert failed < set(dates)
        assert dates_of(report, "team_form", "blocked") == failed
        assert dates_of(report, "team_form", "written") == set(dates) - failed
        causes = {one.cause for one in report.attempts if one.outcome == "blocked"}
        assert causes == {f"needs precompute.player_form {day}, which is failed" for day in failed}
        assert not report.is_complete
        assert not shop.verify().passed

    @pytest.mark.soak
    def test_the_correction_heals_everything(
        self, broken: tuple[Workshop, RunReport, set[date]], form_shop: Workshop
    ) -> None:
        shop, _, _ = broken
        player = most_played(shop)
        first = lines_of(shop, player)[0]
        (was,) = [
            one
            for one in form_shop.read("player_box")
            if (one["game_id"], one["player_id"]) == (first["game_id"], player)
        ]
        correct(shop, first["game_id"], player, points=int(was["points"]))
        report = shop.backfill()
        assert report.is_complete
        assert shop.hashes() == form_shop.hashes()
        assert shop.verify().passed


class TestScope:
    def test_what_a_table_reads_is_built_back_to_the_beginning(self, raw_shop: Workshop) -> None:
        dates = played_dates(raw_shop)
        scope = Scope(dates=(DateRange(dates[9], dates[9]),), tables=("team_form",))
        plan = make_plan(raw_shop.warehouse, raw_shop.registry, scope)
        planned = [
            (one.table.name, {due.is_upstream for due in one.due}, [due.game_date for due in one.due])
            for one in plan.tables
        ]
        assert planned == [
            ("player_form", {True}, dates[:10]),
            ("team_form", {False}, [dates[9]]),
        ]
        report = raw_shop.backfill(scope)
        assert report.is_complete
        assert report.count("written") == 11

    def test_a_date_of_all_tables_brings_what_they_read(self, raw_shop: Workshop) -> None:
        dates = played_dates(raw_shop)
        report = raw_shop.backfill(on_dates(dates[9]))
        assert report.is_complete, {one.cause for one in report.attempts if one.cause}
