"""What is a game, when it is, and how long ago: from the schedule alone, in Eastern dates, by no date that somebody typed."""

from __future__ import annotations

import re

import pytest
from bench import Bench, Row, built, row
from casebook import TABLES, contracts

TEAM, PLAYER = "upcoming_team_game_context", "upcoming_player_game_context"
SEASON = row(season="2021-22", season_type="regular")
TEAMS = row(SEASON, home_team_id=1, away_team_id=2)

# --- what is a game --------------------------------------------------------------------------------------------------

SCORE = row(home_points=99, away_points=90)
NO_RESULTS = {
    "not played": row(status="scheduled"),
    "final without a score": row(status="final"),
    "final with half a score": row(status="final", home_points=99),
    "final with nothing to nothing": row(status="final", home_points=0, away_points=0),
    "postponed with an old score": row(SCORE, status="postponed"),
    "still being played": row(SCORE, status="live"),
}


@pytest.mark.parametrize("what", NO_RESULTS)
def test_only_a_final_score_of_both_teams_is_a_result(what: str) -> None:
    games = [row(TEAMS, SCORE, game_id="A", game_date="2022-01-03", status="final")]
    games.append(row(TEAMS, NO_RESULTS[what], game_id="B", game_date="2022-01-05"))
    bench = Bench(games=games)
    assert bench.spine("team_games", "game_id, team_id") == [("A", 1), ("A", 2)]


def test_one_game_is_a_slate_and_fifteen_are() -> None:
    """How many rows there must be follows from the games of that very date."""
    games = [row(TEAMS, game_id="A", game_date="2022-01-03", status="scheduled")]
    for number in range(15):
        teams = row(home_team_id=2 * number, away_team_id=2 * number + 1)
        games.append(row(SEASON, teams, game_id=f"B{number}", game_date="2022-01-05", status="scheduled"))
    bench = Bench(games=games)
    days = [day for (day,) in bench.spine("scheduled_team_games", "strftime(game_date, '%d')")]
    assert (days.count("03"), days.count("05"), len(days)) == (2, 30, 32)


def of_kind(kind: str, date: str) -> Row:
    return row(TEAMS, season_type=kind, game_id=f"{kind} {date}", game_date=date, status="scheduled")


@pytest.mark.parametrize(("kind", "rest"), [("preseason", 7), ("all_star", 7), ("cup_final", 2), ("play_in", 2)])
def test_an_exhibition_is_neither_a_game_nor_the_end_of_a_rest(kind: str, rest: int) -> None:
    """A cup final is: it tires like any other. Its kind stands in the row, so that statistics can leave it out."""
    games = [of_kind("regular", "2022-02-10"), of_kind(kind, "2022-02-15"), of_kind("regular", "2022-02-17")]
    expect = row(game_id="regular 2022-02-17", team_id=1, days_rest=rest, games_in_last_14_days=1 if rest == 7 else 2)
    assert built(TEAM, {"raw.games_current": games}, expect) == []


# --- when it is ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "cutoff"),
    [
        ("2022-01-05", "2022-01-05 17:00:00"),
        ("2022-03-12", "2022-03-12 17:00:00"),
        ("2022-03-13", "2022-03-13 16:00:00"),
        ("2022-11-05", "2022-11-05 16:00:00"),
        ("2022-11-06", "2022-11-06 17:00:00"),
    ],
)
def test_a_game_without_a_time_is_cut_off_at_noon_in_the_east(date: str, cutoff: str) -> None:
    """Also on the days on which the clocks change."""
    bench = Bench(games=[row(TEAMS, game_id="A", game_date=date)])
    assert [tuple(map(str, each)) for each in bench.rows("SELECT cutoff_at, cutoff_kind FROM raw.games_current")] == [
        (cutoff, "noon")
    ]


# --- how long ago ----------------------------------------------------------------------------------------------------

AFTER_ONE = row(SEASON, game_id="B", game_date="2022-01-05", team_id=1, opponent_team_id=2)
OF_TEAM = row(
    AFTER_ONE, last_game_date="2022-01-04", days_rest=1, is_back_to_back=True, game_number_in_season=9,
    games_in_last_7_days=3, games_in_last_14_days=6, back_to_backs_last_14_days=1,
)  # fmt: skip
OF_PLAYER = row(
    AFTER_ONE, player_id=7, days_rest=1, back_to_back=True, season_games=8, days_since_2_plus_days_rest=4,
    games_in_last_7_days=3, games_in_last_14_days=6, games_without_box_last_14_days=0,
)  # fmt: skip
CALENDARS = {
    TEAM: ("rest_agrees", OF_TEAM, "is_back_to_back"),
    PLAYER: ("rest_agrees_with_windows", OF_PLAYER, "back_to_back"),
}


@pytest.mark.parametrize("name", CALENDARS)
def test_rest_that_contradicts_itself_is_refused(name: str) -> None:
    """A back-to-back is one day of rest, in both tables; a rest of 0 days, and one counted otherwise, do not fit."""
    rule, right, back_to_back = CALENDARS[name]
    bench = Bench()
    assert bench.offences(name, rule, right) == []
    for wrong in ({back_to_back: False}, row(days_rest=0), row(days_rest=2), row(games_in_last_7_days=0)):
        assert bench.offences(name, rule, row(right, wrong)), wrong


@pytest.mark.parametrize("name", CALENDARS)
def test_windows_that_do_not_nest_are_refused(name: str) -> None:
    rule = "windows_nest" if name == PLAYER else "rest_agrees"
    right = row(CALENDARS[name][1], games_used_3=3, games_used_5=5, games_used_10=8) if name == PLAYER else OF_TEAM
    bench = Bench()
    assert bench.offences(name, rule, right) == []
    assert bench.offences(name, rule, row(right, games_in_last_7_days=7))
    assert bench.offences(name, rule, row(right, games_in_last_14_days=9))


# --- no date is typed ------------------------------------------------------------------------------------------------

DATE = re.compile(
    r"'\d{4}(?:-\d{2}){1,2}[^']*'|\bDATE\s*'|\bMAKE_DATE\b|\b20[1-3]\d\b|EXTRACT\(MONTH FROM [\w.]+\)\s*(?:[<>=]|IN|BETWEEN)",
    re.I,
)


def dates_in(sql: str) -> list[str]:
    """Dates, months and years that stand in SQL, comments apart."""
    return [match.group() for match in DATE.finditer(re.sub(r"--[^\n]*", "", sql))]


def test_no_table_names_a_date() -> None:
    """Seasons begin and end where the schedule says so."""
    queries = {str(path.relative_to(TABLES)): path.read_text(encoding="utf-8") for path in TABLES.rglob("*.sql")}
    for contract in contracts("analytics", "precompute"):
        queries |= {f"{contract.name} {check.name}": check.sql for check in contract.checks}
    assert len(queries) > 60
    assert {where: found for where, sql in queries.items() if (found := dates_in(sql))} == {}


@pytest.mark.parametrize(
    "sql",
    [
        "WHERE game_date >= '2024-10-01'",
        "WHERE game_date >= DATE '2025-10-22'",
        "WHERE season = '2021-22'",
        "WHERE game_date >= MAKE_DATE(y, 10, 1)",
        "CASE WHEN EXTRACT(MONTH FROM game_date) IN (10, 11) THEN 'early' END",
        "WHERE EXTRACT(YEAR FROM game_date) > 2021",
    ],
)
def test_a_typed_date_is_found(sql: str) -> None:
    assert dates_in(sql)
