"""Names become ids once, where a file is read; afterwards games, teams and players are joined by their ids alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bench import Bench, Row, row
from casebook import TABLES

from backcourt.engine.registry import Registry, default_registry
from backcourt.sources.local import ingest_folder
from backcourt.warehouse.duckdb import Warehouse
from support import clock

CELTICS, CLIPPERS, LAKERS = 1610612738, 1610612746, 1610612747

# --- files of three sources -------------------------------------------------------------------------------------------

TEAM = "team_id,team,full_name,nickname,city,conference,division"
PERSON = "player_id,full_name,position,birth_date,height,weight_lb"
GAME = (
    "game_id,game_date,season,season_type,home_team_id,away_team_id,start_time_utc,actual_tip_et,home_score,away_score,status,"
    "neutral_site,arena,arena_city,national_tv"
)
LINE = (
    "season,source,book,home_team,away_team,game_date_et,close_home_spread,close_total,home_ml,away_ml,"
    "open_home_spread,open_total"
)
REPORT = "game_date,player,team,source,status,reason,report_time_et"
OFFER = (
    "season,source,game_date_et_inferred,player,book,line,over_american,under_american,snapshot_utc,opp_or_team,market"
)
FILES = {
    "teams": [
        TEAM,
        f"{CELTICS},BOS,Boston Celtics,Celtics,Boston,East,Atlantic",
        f"{CLIPPERS},LAC,LA Clippers,Clippers,Los Angeles,West,Pacific",
        f"{LAKERS},LAL,Los Angeles Lakers,Lakers,Los Angeles,West,Pacific",
    ],
    "players": [
        PERSON,
        "7,Luka Dončić,G,1999-02-28,6-7,230",
        "8,Jaren Jackson Jr.,F,1999-09-15,6-10,242",
        "21,Two Of-That-Name,G,1990-01-01,6-0,180",
        "22,Two Of That Name,F,1999-01-01,6-8,220",
    ],
    # Half past ten in the evening in Los Angeles is the next morning in UTC; in March the clocks are put forward.
    "schedule_2021-22": [
        GAME,
        f"G1,2022-01-09,2021-22,Regular Season,{LAKERS},{CELTICS},2022-01-10 03:30:00,2022-01-09 22:40:00,99,90,Final,false,,,",
        f"G2,2022-03-13,2021-22,Regular Season,{CELTICS},{CLIPPERS},2022-03-13 23:30:00,2022-03-13 19:40:00,99,90,Final,false,,,",
    ],
    "game_lines_closing": [
        LINE,
        "2021-22,a,DraftKings,Los Angeles Lakers,Boston Celtics,2022-01-09,-3.5,220.5,,,,",
        "2021-22,b,draftkings,LALakers,boston,2022-01-09,-4.5,221.5,,,,",
        "2021-22,a,DraftKings,L.A. Clippers,Boston Celtics,2022-01-09,-7.5,230.5,,,,",
        "2021-22,a,DraftKings,Los Angeles Lakers,Boston Celtics,2022-01-10,-8.5,230.5,,,,",
        "2021-22,unknown,DraftKings,Los Angeles Fakers,Boston Celtics,2022-01-09,-9.5,230.5,,,,",
        "2021-22,turned,DraftKings,Boston Celtics,Los Angeles Lakers,2022-01-09,3.5,220.5,,,,",
    ],
    "injuries_official_report": [
        REPORT,
        '2022-01-09,"DONCIC, LUKA",LA Lakers,official,Out,sore ankle,2022-01-09 17:30:00',
        '2022-03-13,"Jackson Jr., Jaren",BOS,official,Questionable,rest,2022-03-13 17:30:00',
        '2022-01-09,"Jackson Jr., Jaren",BOS,official,Perhaps,rest,2022-01-09 17:30:00',
    ],
    "player_props_intraday_x": [
        OFFER,
        "2021-22,x,2022-01-09,Luka Doncic,BetMGM,28.5,-110,-110,2022-01-09 20:00:00,@BOS,points",
        "2021-22,x,2022-01-09,luka  dončić,mgm,29.5,-110,-110,2022-01-09 21:00:00,BOS,points",
        "2021-22,x,2022-01-09,Luka Doncic,BetMGM,8.5,-110,-110,2022-01-09 20:00:00,BOS,rebounds",
        "2021-22,x,2022-01-09,Two Of That Name,BetMGM,9.5,-110,-110,2022-01-09 20:00:00,BOS,points",
        "2021-22,x,2022-01-09,No Body,BetMGM,7.5,-110,-110,2022-01-09 20:00:00,BOS,points",
    ],
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse with the files above in its raw tables."""
    folder = tmp_path_factory.mktemp("told")
    for name, lines in FILES.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with Warehouse.in_memory(threads=1) as warehouse:
        ingest_folder(warehouse, Registry(default_registry().raw, {}), folder, clock())
        yield warehouse


def refused(told: Warehouse, table: str) -> dict[str, int]:
    return dict(told.rows("SELECT problem, rows FROM raw.unresolved WHERE table_name = ?", [table]))


def lines_of(told: Warehouse, *feeds: str) -> list[tuple[Any, ...]]:
    columns = "game_id, feed, book, home_spread"
    return told.rows(
        f"SELECT {columns} FROM raw.game_lines_current WHERE list_contains(?, feed) ORDER BY feed", [feeds]
    )


def test_a_game_is_found_by_its_date_and_both_teams(told: Warehouse) -> None:
    """Whatever they are called; with another opponent or on another date it is another game, and said to be unknown."""
    assert lines_of(told, "a", "b") == [("G1", "a", "draftkings", -3.5), ("G1", "b", "draftkings", -4.5)]
    assert [what for what in refused(told, "game_lines") if "no game is found" in what]


def test_a_line_with_an_unknown_team_is_refused(told: Warehouse) -> None:
    assert lines_of(told, "unknown") == []


def test_a_spread_listed_from_the_other_side_is_turned_round(told: Warehouse) -> None:
    """Boston, listed as at home, gets 3.5 points; so the Lakers, who are at home, give them."""
    assert lines_of(told, "turned") == [("G1", "turned", "draftkings", -3.5)]


def test_a_player_is_found_however_his_name_is_written(told: Warehouse) -> None:
    assert told.rows("SELECT DISTINCT player_id FROM raw.player_lines_current") == [(7,)]
    assert told.rows("SELECT player_id, status FROM raw.injuries_current ORDER BY 1") == [
        (7, "out"),
        (8, "questionable"),
    ]


def test_a_name_of_two_players_or_of_none_is_counted_and_not_guessed(told: Warehouse) -> None:
    assert refused(told, "player_lines") == {
        "column player: 'Two Of That Name' may be any of 21, 22": 1,
        "column player: no registered player is called 'No Body'": 1,
    }


def test_another_market_is_no_line_on_points(told: Warehouse) -> None:
    """And one book is one book: BetMGM twice, not 8.5 rebounds."""
    lines = told.rows("SELECT book, line FROM raw.player_lines_current ORDER BY line")
    assert lines == [("betmgm", 28.5), ("betmgm", 29.5)]


def test_a_status_outside_the_vocabulary_is_refused(told: Warehouse) -> None:
    (problem,) = refused(told, "injuries")
    assert problem.startswith("column status: Perhaps is not one of Out, ")


def test_a_time_of_the_east_is_stored_as_utc(told: Warehouse) -> None:
    """Five hours in winter, four from the second Sunday of March on; the date stays that of the evening."""
    games = told.rows("SELECT game_id, game_date, tip_actual_at, cutoff_at FROM raw.games_current ORDER BY 1")
    assert [tuple(map(str, game)) for game in games] == [
        ("G1", "2022-01-09", "2022-01-10 03:40:00", "2022-01-10 03:30:00"),
        ("G2", "2022-03-13", "2022-03-13 23:40:00", "2022-03-13 23:30:00"),
    ]
    reports = told.rows("SELECT snapshot_at FROM raw.injuries_current ORDER BY 1")
    assert [str(at) for (at,) in reports] == ["2022-01-09 22:30:00", "2022-03-13 21:30:00"]


# --- teams of players ------------------------------------------------------------------------------------------------

SEASON = row(season="2021-22", season_type="regular")
FIRST = row(
    SEASON,
    game_id="A",
    game_date="2022-01-03",
    home_team_id=1,
    away_team_id=2,
    status="final",
    home_points=99,
    away_points=90,
)
THIRD = row(SEASON, game_id="C", game_date="2022-01-05", home_team_id=1, away_team_id=2, status="scheduled")
PLAYED = row(
    SEASON, game_id="A", game_date="2022-01-03", player_id=7, team_id=1, seconds_played=600, seconds_quality="exact"
)
TRADED = [row(player_id=7, team_id=1, kind="traded_out"), row(player_id=7, team_id=2, kind="traded_in")]


@pytest.mark.parametrize(("on", "team"), [("2022-01-04", 2), ("2022-01-05", 1)], ids=["the day before", "that day"])
def test_a_traded_player_is_expected_for_the_team_that_had_him_before_the_date(on: str, team: int) -> None:
    bench = Bench(games=[FIRST, THIRD], player_box=[PLAYED], transactions=[row(one, game_date=on) for one in TRADED])
    assert bench.spine("expected_players", "game_id, player_id, team_id") == [("C", 7, team)]


def test_the_schedule_says_who_was_at_home_and_against_whom() -> None:
    """The box score says for whom a player played; whatever else it says of the game is not asked."""
    wrong: Row = row(PLAYED, team_id=2, opponent_team_id=9, is_home=True)
    found = Bench(games=[FIRST], player_box=[wrong]).spine(
        "player_games", "player_id, team_id, opponent_team_id, is_home"
    )
    assert found == [(7, 2, 1, False)]


# --- joins -----------------------------------------------------------------------------------------------------------

NAMES = r"(?:player_lookup|player_name|full_name|player_full_name|name_key|tricode|\w*team_abbr)"
JOIN_BY_NAME = re.compile(rf"\.{NAMES}\s*(?:=|IN\b|LIKE\b)|=\s*\w+\.{NAMES}\b|PARTITION BY [^)]*\b{NAMES}\b", re.I)


def joins_by_name(sql: str) -> list[str]:
    """Where SQL compares names, or counts by them."""
    return [match.group() for match in JOIN_BY_NAME.finditer(sql)]


def test_no_table_joins_by_a_name() -> None:
    files = sorted(TABLES.rglob("*.sql"))
    assert len(files) > 20
    assert {path.name: found for path in files if (found := joins_by_name(path.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    "sql",
    [
        "JOIN b ON b.player_lookup = a.player_lookup",
        "JOIN b ON a.game_id = b.game_id AND b.team_abbr = a.team_abbr",
        "JOIN teams AS t ON t.tricode IN (a.home, a.away)",
        "COUNT(*) OVER (PARTITION BY season, player_name ORDER BY game_date)",
    ],
)
def test_a_join_by_a_name_is_found(sql: str) -> None:
    assert joins_by_name(sql)


def test_no_game_id_is_taken_apart() -> None:
    """Who was at home stands in the schedule, not in an id."""
    found: dict[str, Any] = {
        path.name: hits
        for path in sorted(Path(TABLES).rglob("*.sql"))
        if (hits := re.findall(r"(?:SUBSTRING|SPLIT|STARTS_WITH|LEFT|RIGHT)\w*\(\w*\.?game_id", path.read_text()))
    }
    assert found == {}
