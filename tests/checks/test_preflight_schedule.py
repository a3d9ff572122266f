"""A schedule that lacks games, has too many, or cannot be true; real seasons over and under way, and leagues."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from standing import ground, of, only, told

from backcourt.checks.preflight.schedule import Season, judge, schedule
from backcourt.seasons import DateRange, Scope
from support import SEASON, Workshop

OVER, UNDER_WAY = date(2022, 7, 1), date(2021, 12, 24)
WHOLE = Season("2021-22", 1230, 0, 30, 82, 82, 82, 82, 0, 0, 0, 0)
LEAGUE = Season("2021-22", 6, 0, 4, 3, 3, 3, 3, 0, 0, 0, 0)

ONE_GAME = "game_id = (SELECT MIN(game_id) FROM raw.games WHERE season_type = 'regular')"


@pytest.mark.parametrize(
    ("changes", "today", "outcome", "said"),
    [
        ({}, OVER, "pass", "82 games each"),
        (
            {"games": 1229, "fewest": 81, "fewest_listed": 81},
            OVER,
            "fail",
            "1 of 1,230 are missing, and the season is over",
        ),
        ({"games": 1189, "teams": 29}, OVER, "fail", "30 teams play"),
        ({"games": 1231, "most": 83, "most_listed": 83}, OVER, "fail", "82 for each team"),
        ({"games": 1229, "called_off": 1, "fewest": 81}, OVER, "warn", "1 were called off"),
        ({"overdue": 2}, OVER, "fail", "2 have no result, and the season is over"),
        ({"overdue": 2}, UNDER_WAY, "warn", "2 of the past have no result"),
        ({"games": 1200, "fewest": 80, "fewest_listed": 80}, UNDER_WAY, "warn", "1,200 of 1,230 are listed so far"),
        ({"games": 1231, "most": 83, "most_listed": 83}, UNDER_WAY, "fail", "82 for each team"),
        ({}, UNDER_WAY, "pass", "1,230 regular games"),
        ({"twice": 1}, UNDER_WAY, "fail", "second of a team"),
        ({"sides": 1}, OVER, "fail", "two different teams"),
        ({"ids": 1}, OVER, "fail", "id"),
    ],
)
def test_a_real_season(changes: dict[str, int], today: date, outcome: str, said: str) -> None:
    found = judge(replace(WHOLE, **changes), "real", today)
    assert found.outcome == outcome
    assert said in found.said


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "pass"),
        ({"games": 5, "fewest": 2, "fewest_listed": 2}, "fail"),
        ({"games": 5, "fewest": 2, "called_off": 1}, "warn"),
        ({"teams": 3, "fewest": 2, "fewest_listed": 2}, "pass"),
        ({"overdue": 1}, "warn"),
    ],
)
def test_a_league(changes: dict[str, int], outcome: str) -> None:
    assert judge(replace(LEAGUE, **changes), "simulated", OVER).outcome == outcome


def test_the_league_of_the_tests(shop: Workshop) -> None:
    found = only(schedule, ground(shop))
    assert (found.subject, found.outcome) == (SEASON, "pass")
    assert found.said == "6 regular games, 4 teams, 3 games each"


@pytest.mark.parametrize(
    ("statement", "outcome", "said"),
    [
        (f"DELETE FROM raw.games WHERE {ONE_GAME}", "fail", "a team has 2 and another 3"),
        (f"UPDATE raw.games SET away_team_id = home_team_id WHERE {ONE_GAME}", "fail", "two different teams"),
        (f"UPDATE raw.games SET away_team_id = NULL WHERE {ONE_GAME}", "fail", "two different teams"),
        ("UPDATE raw.games SET game_date = DATE '2021-10-19'", "fail", "second of a team on one date"),
        (f"UPDATE raw.games SET game_id = '0022000001' WHERE {ONE_GAME}", "fail", "of another season"),
        (f"UPDATE raw.games SET game_id = '22100001' WHERE {ONE_GAME}", "fail", "id that is none"),
        (f"UPDATE raw.games SET status = 'postponed', takes_place = FALSE WHERE {ONE_GAME}", "warn", "called off"),
        (f"UPDATE raw.games SET status = 'scheduled', is_final = FALSE WHERE {ONE_GAME}", "warn", "have no result"),
        ("UPDATE raw.games SET season_type = 'preseason' WHERE season_type = 'regular'", "fail", "no regular season"),
        ("UPDATE ledger.meta SET value = 'real' WHERE key = 'kind'", "fail", "30 teams play"),
    ],
)
def test_a_schedule_that_was_harmed(shop: Workshop, statement: str, outcome: str, said: str) -> None:
    shop.warehouse.execute(statement)
    found = only(schedule, ground(shop))
    assert found.outcome == outcome
    assert said in found.said


def test_a_season_that_was_asked_for_and_is_not_there(shop: Workshop) -> None:
    on = ground(shop, scope=Scope(seasons=(SEASON, "2022-23")))
    assert told(schedule, on) == [("2022-23", "fail"), (SEASON, "pass")]
    assert of(schedule, on, "2022-23").hint == "Fill it with  backcourt ingest simulated --seasons 2021:2022"


def test_a_scope_without_a_game(shop: Workshop) -> None:
    summer = Scope(dates=(DateRange(date(2022, 8, 1), date(2022, 8, 31)),))
    found = only(schedule, ground(shop, scope=summer))
    assert (found.outcome, found.said) == ("fail", "no game that counts is in the scope")


def test_no_schedule_at_all(shop: Workshop) -> None:
    shop.warehouse.execute("DELETE FROM ledger.schedule")
    assert only(schedule, ground(shop)).said == "there is none"


def test_a_schedule_that_cannot_be_read_is_an_error(shop: Workshop) -> None:
    shop.warehouse.execute("ALTER TABLE raw.games RENAME season_type TO kind")
    assert only(schedule, ground(shop)).outcome == "error"
