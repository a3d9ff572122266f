"""The statistics site's tables: game logs, shot charts, the registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from stats_payloads import chart, player_log, registry, team_log

from backcourt.errors import UsageError
from backcourt.sources.nba_stats import records, requests
from backcourt.sources.payload import Batch, ShapeError
from nba_game import BOS, DAY, GAME, NYK, PLAYER_COLUMNS, PLAYER_ROWS, TEAM_COLUMNS, TEAM_ROWS
from payloads import changed, payload
from staged_records import of_kind, picked, told

PLAYERS = requests.player_log("2024-25", "regular")
TEAMS = requests.team_log("2024-25", "regular", DAY, DAY)
CHART = requests.chart(GAME, DAY, "2024-25", "regular")
REGISTRY = requests.registry("2024-25")
Rows = Callable[..., list[dict[str, Any]]]

TABLE = ("resultSets", 1)
ROW = (*TABLE, "rowSet", 0)


def test_players_of_a_log(rows: Rows) -> None:
    """Whole minutes, of which none may still be an appearance; who started is not told."""
    found = rows(payload(PLAYERS, player_log()), "player_log")
    expected = {
        row[0]: (*row[:5], None, 0 if row[0] == 9006 else 2400, "whole_minutes", *row[8:]) for row in PLAYER_ROWS
    }
    assert {row[0]: row for row in picked(found, PLAYER_COLUMNS)} == expected
    assert set(picked(found, "game_id game_date season season_type")) == {(GAME, DAY, "2024-25", "regular")}


def test_teams_of_a_log(rows: Rows) -> None:
    """The opponent and the home side are in the matchup."""
    assert picked(rows(payload(TEAMS, team_log()), "team_log"), TEAM_COLUMNS) == TEAM_ROWS


def test_a_log_of_nothing() -> None:
    """A log without rows says so."""
    assert told(records.parse(payload(TEAMS, changed(team_log(), *TABLE, "rowSet", to=[])))) == [
        ("2024-25 regular 2025-01-06:2025-01-06", "empty")
    ]


def with_cells(document: Any, header: str, value: Any, *, of: str | None = None) -> Any:
    """A log with one column written over, in the rows of one side or in all."""
    place, team = (document["resultSets"][1]["headers"].index(name) for name in (header, "TEAM_ABBREVIATION"))
    for row in document["resultSets"][1]["rowSet"]:
        if of in (None, row[team]):
            row[place] = value
    return document


@pytest.mark.parametrize(
    ("document", "state"),
    [
        (with_cells(player_log(), "WL", None), "live"),
        (changed(team_log(), *ROW), "partial"),
        (with_cells(with_cells(team_log(), "TEAM_ID", 15020, of="NYK"), "WL", None), "exhibition"),
    ],
)
def test_a_game_that_is_not_whole(document: Any, state: str) -> None:
    """It is told of, and none of its rows is given; the other games of the log are."""
    request = PLAYERS if document["parameters"]["PlayerOrTeam"] == "P" else TEAMS
    assert told(records.parse(payload(request, document))) == [(GAME, state)]
    other = with_cells(team_log(), "GAME_ID", "0022499002")["resultSets"][1]["rowSet"]
    if request is TEAMS:
        document["resultSets"][1]["rowSet"] += other
        batches = records.parse(payload(request, document))
        assert {row["GAME_ID"] for row in of_kind(batches, "team_log").rows} == {"0022499002"}


def test_a_log_with_four_players_of_a_side() -> None:
    """Half a box score is none."""
    document = player_log()
    document["resultSets"][1]["rowSet"] = document["resultSets"][1]["rowSet"][2:]
    assert told(records.parse(payload(PLAYERS, document))) == [(GAME, "partial")]


def test_a_chart(rows: Rows) -> None:
    """The NBA's zones; what counts two is no three, wherever it was marked; no one is said to have assisted."""
    found = rows(payload(CHART, chart()), "shot_chart")
    columns = "action_number period clock_ms player_id team_id shot_value made zone zone_quality zone_basic problem"
    assert picked(found, columns) == [
        (7, 1, 702000, 9004, BOS, 2, False, "paint", "source", "Restricted Area", None),
        (9, 1, 695000, 9002, BOS, 3, True, "three", "source", "Left Corner 3", None),
        (20, 4, 0, 9102, NYK, 2, True, "paint", "source", "In The Paint (Non-RA)", None),
        (30, 5, 9000, 9101, NYK, 2, False, "mid_range", "source", "Above the Break 3", None),
    ]
    assert picked(
        found, "game_id game_date season distance_ft zone_area court_x court_y assist_player_id is_fast_break"
    ) == [
        (GAME, DAY, "2024-25", 2, "Center(C)", -5, 29, None, None),
        (GAME, DAY, "2024-25", 22, "Left Side(L)", -228, 12, None, None),
        (GAME, DAY, "2024-25", 14, "Right Side(R)", 81, 110, None, None),
        (GAME, DAY, "2024-25", 23, "Center(C)", 10, 229, None, None),
    ]


def test_a_chart_of_nothing_or_of_one_side() -> None:
    """Both are told of."""
    assert told(records.parse(payload(CHART, changed(chart(), *TABLE, "rowSet", to=[])))) == [(GAME, "empty")]
    one = chart()
    one["resultSets"][1]["rowSet"] = one["resultSets"][1]["rowSet"][:2]
    assert told(records.parse(payload(CHART, one))) == [(GAME, "partial")]


def test_the_registry(rows: Rows) -> None:
    """Names in one key, heights in inches; what is not there is NULL."""
    found = rows(payload(REGISTRY, registry()), "players")
    assert picked(found, "player_id full_name name_key position birth_date height_in weight_lb problem") == [
        (9001, "Ann Ahl", "annahl", "G-F", None, 80, 210, None),
        (9010, "Solo", "solo", "C", None, 84, None, None),
        (9011, "Zoé Čáp Jr.", "zoecapjr", None, None, None, None, None),
    ]


def test_requests() -> None:
    """All parameters in the order of their names, blank ones too; a chart is asked for with those that missed."""
    assert list(CHART.params) == sorted(CHART.params)
    assert (CHART.params["ContextMeasure"], CHART.params["RookieYear"]) == ("FGA", "")
    assert str(TEAMS) == (
        "https://stats.nba.com/stats/leaguegamelog?Counter=0&DateFrom=01/06/2025&DateTo=01/06/2025&Direction=ASC"
        "&LeagueID=00&PlayerOrTeam=T&Season=2024-25&SeasonType=Regular Season&Sorter=DATE"
    )
    with pytest.raises(UsageError, match="has no word for 'cup_final'"):
        requests.player_log("2024-25", "cup_final")


def made_only() -> Any:
    """A long chart without a miss, which is what the site gives unless it is asked for all attempts."""
    document = chart()
    rows = document["resultSets"][1]["rowSet"]
    made = [rows[1], rows[2]] * 12
    document["resultSets"][1]["rowSet"] = [[*row[:2], 100 + place, *row[3:]] for place, row in enumerate(made)]
    return document


def cell(document: Any, header: str) -> tuple[str | int, ...]:
    """The path of a column in the first row."""
    return (*ROW, document["resultSets"][1]["headers"].index(header))


P, T, C, R = player_log(), team_log(), chart(), registry()
DRIFT: dict[str, tuple[Any, Any, str]] = {
    "another season": (
        PLAYERS,
        changed(P, "parameters", "Season", to="2023-24"),
        "it answers '2023-24', not '2024-25'",
    ),
    "teams for players": (PLAYERS, T, "parameters.PlayerOrTeam: it answers 'T', not 'P'"),
    "a game of another season": (TEAMS, with_cells(team_log(), "GAME_ID", "0022399001"), "and not of 2024-25"),
    "an id that lost its zeros": (TEAMS, changed(T, *cell(T, "GAME_ID"), to="22499001"), "rowSet.0.GAME_ID"),
    "no tables": (TEAMS, changed(T, "resultSets", to=[]), "0 tables are called LeagueGameLog; there are none"),
    "null tables": (TEAMS, changed(T, "resultSets", to=None), "resultSets"),
    "null rows": (TEAMS, changed(T, *TABLE, "rowSet", to=None), "resultSets.1.rowSet"),
    "a renamed table": (
        TEAMS,
        changed(T, *TABLE, "name", to="GameLog"),
        "0 tables are called LeagueGameLog; there are Other",
    ),
    "a renamed header": (TEAMS, changed(T, *TABLE, "headers", 0, to="SEASON"), "headers: SEASON_ID is missing"),
    "a header twice": (TEAMS, changed(T, *TABLE, "headers", 1, to="SEASON_ID"), "a header stands twice"),
    "a short row": (TEAMS, changed(T, *ROW, 3), "27 cells under 28 headers"),
    "a null count": (TEAMS, changed(T, *cell(T, "PTS"), to=None), "LeagueGameLog.rowSet.0.PTS"),
    "a count as text": (TEAMS, changed(T, *cell(T, "PTS"), to="74"), "LeagueGameLog.rowSet.0.PTS"),
    "a new result": (TEAMS, changed(T, *cell(T, "WL"), to="T"), "LeagueGameLog.rowSet.0.WL"),
    "two winners": (TEAMS, with_cells(team_log(), "WL", "W"), "it has not one winner and one loser"),
    "the wrong winner": (
        TEAMS,
        with_cells(with_cells(team_log(), "WL", "L", of="BOS"), "WL", "W", of="NYK"),
        "NYK won with 70 points to 74",
    ),
    "a line twice": (
        PLAYERS,
        changed(P, *TABLE, "rowSet", 1, to=P["resultSets"][1]["rowSet"][0]),
        "9106 has two lines",
    ),
    "points that do not add up": (TEAMS, changed(T, *cell(T, "PTS"), to=75), "a line of BOS has 75 points"),
    "another matchup": (TEAMS, changed(T, *cell(T, "MATCHUP"), to="NYK @ BOS"), "BOS plays NYK @ BOS"),
    "no minutes": (TEAMS, changed(T, *cell(T, "MIN"), to=None), "BOS has no MIN"),
    "two dates": (TEAMS, changed(T, *cell(T, "GAME_DATE"), to="2025-01-07"), "it is played on two dates"),
    "a shot of another game": (CHART, changed(C, *cell(C, "GAME_ID"), to="0022499002"), "a shot of game 0022499002"),
    "another measure": (CHART, changed(C, "parameters", "ContextMeasure", to="PTS"), "it answers 'PTS', not 'FGA'"),
    "shots made alone": (CHART, made_only(), "every shot is made; ask for ContextMeasure FGA"),
    "a new zone": (CHART, changed(C, *cell(C, "SHOT_ZONE_BASIC"), to="Paint"), "rowSet.0.SHOT_ZONE_BASIC"),
    "made and missed": (CHART, changed(C, *cell(C, "SHOT_MADE_FLAG"), to=1), "'Missed Shot' with SHOT_MADE_FLAG 1"),
    "a shot twice": (CHART, changed(C, *cell(C, "GAME_EVENT_ID"), to=9), "a GAME_EVENT_ID stands twice"),
    "an empty registry": (REGISTRY, changed(R, *TABLE, "rowSet", to=[]), "the registry has no player"),
    "a player twice": (REGISTRY, changed(R, *cell(R, "PERSON_ID"), to=9010), "a player is listed twice"),
    "a height in words": (REGISTRY, changed(R, *cell(R, "HEIGHT"), to="tall"), "PlayerIndex.rowSet.0.HEIGHT"),
    "a player without a name": (
        REGISTRY,
        changed(changed(R, *cell(R, "PLAYER_LAST_NAME"), to=None), *cell(R, "PLAYER_FIRST_NAME"), to=""),
        "player 9001 has no name",
    ),
}


@pytest.mark.parametrize("drift", DRIFT)
def test_another_shape_is_refused(drift: str) -> None:
    """Each with the place and what is wrong there."""
    request, document, said = DRIFT[drift]
    with pytest.raises(ShapeError) as caught:
        records.parse(payload(request, document))
    assert said in caught.value.message


def test_batches_of_a_log_name_their_season() -> None:
    """They are about many games."""
    (batch,) = records.parse(payload(TEAMS, team_log()))
    assert (batch.season, batch.game_id, batch.game_date) == ("2024-25", None, None)
    assert isinstance(batch, Batch)
