"""Releases of sportsdataverse: authored seasons of a game or two, their rows typed by hand, and what is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backcourt.errors import SourceError
from backcourt.sources.payload import Payload, ShapeError
from backcourt.sources.sportsdataverse.releases import open_release
from backcourt.sources.sportsdataverse.requests import release
from backcourt.sources.sportsdataverse.shapes import SHAPES
from backcourt.warehouse.duckdb import Warehouse
from stats_ground import FETCHED, ground, mapping_of, picked, staged_file

SEASON = "2024-25"
ESPN_GAME = 401704628
TYPES = {"athlete_id": "BIGINT", "game_id": "INTEGER", "id": "INTEGER", "minutes": "DOUBLE", "home_score": "INTEGER"}

Row = dict[str, Any]
Rows = list[Row]


def schedule_row(**more: Any) -> Row:
    return {
        "id": ESPN_GAME, "date": "2024-10-24T02:30Z", "season": 2025, "time_valid": True, "neutral_site": False,
        "venue_full_name": "Chase Center", "venue_address_city": "San Francisco", "status_period": 5,
        "status_type_name": "STATUS_FINAL", "status_type_completed": True, "home_id": 9, "home_abbreviation": "GS", "home_score": 7,
        "away_id": 18, "away_abbreviation": "NY", "away_score": 5,
        "season_type": 2, "type_abbreviation": "STD", "notes_headline": "",
    } | more  # fmt: skip


def sides(home: bool) -> Row:
    ours, theirs = ((9, "GS", 7), (18, "NY", 5)) if home else ((18, "NY", 5), (9, "GS", 7))
    return {
        "game_id": ESPN_GAME, "season": 2025, "team_id": ours[0], "team_abbreviation": ours[1], "team_score": ours[2],
        "opponent_team_id": theirs[0], "opponent_team_abbreviation": theirs[1], "opponent_team_score": theirs[2],
    }  # fmt: skip


NOTHING = dict.fromkeys(
    [name for name in SHAPES["team_box"] if name.partition("_")[0] not in ("game", "season", "team", "opponent")], 0
)


def player(number: int, name: str, minutes: float | None, *, home: bool = True, **more: Any) -> Row:
    listed = {
        "athlete_id": number,
        "athlete_display_name": name,
        "home_away": "home" if home else "away",
        "minutes": minutes,
    }
    blank = {"points": 0, "starter": False, "did_not_play": minutes is None, "reason": "", "plus_minus": "0"}
    return sides(home) | NOTHING | listed | blank | more


def players() -> Rows:
    threes = {"three_point_field_goals_made": 1, "three_point_field_goals_attempted": 2}
    return [
        player(
            3975, "Stephen Curry", 38.0, points=7, field_goals_made=2, field_goals_attempted=5, **threes, free_throws_made=2,
            free_throws_attempted=2, defensive_rebounds=4, offensive_rebounds=1, assists=6, steals=1, blocks=1, turnovers=3, fouls=2,
            plus_minus="+2", starter=True,
        ),
        player(6589, "Draymond Green", 1.0, fouls=1, plus_minus="-3"),
        player(1, "Pascal Siakam", None, reason="COACH'S DECISION"),
        player(3934719, "OG Anunoby", 41.0, home=False, points=5, field_goals_made=2, field_goals_attempted=4,
               three_point_field_goals_made=1, three_point_field_goals_attempted=1, starter=True, plus_minus="-2"),
        player(3934672, "Jalen Brunson", 0.0, home=False, assists=2),
        player(2, "Myles Turner", 0.0, home=False),
    ]  # fmt: skip


def teams() -> Rows:
    ours = {
        "field_goals_made": 2,
        "field_goals_attempted": 5,
        "three_point_field_goals_made": 1,
        "three_point_field_goals_attempted": 2,
    }
    theirs = {
        "field_goals_made": 2,
        "field_goals_attempted": 4,
        "three_point_field_goals_made": 1,
        "three_point_field_goals_attempted": 1,
    }
    return [
        sides(True)
        | NOTHING
        | ours
        | {"free_throws_made": 2, "free_throws_attempted": 2, "turnovers": 3, "team_home_away": "home"},
        sides(False) | NOTHING | theirs | {"assists": 2, "team_home_away": "away"},
    ]


AUTHORED: dict[str, Callable[[], Rows]] = {"games": lambda: [schedule_row()], "player_box": players, "team_box": teams}


def parquet(folder: Path, rows: Rows, **types: str) -> bytes:
    """The bytes of a Parquet file with these rows, written by the engine itself."""

    def kind(name: str) -> str:
        held = next((row[name] for row in rows if row[name] is not None), None)
        guess = {bool: "BOOLEAN", int: "INTEGER", float: "DOUBLE", str: "VARCHAR", type(None): "INTEGER"}[type(held)]
        return (TYPES | types).get(name, guess)

    path = folder / "authored.parquet"
    names = list(rows[0])
    with Warehouse.in_memory() as scratch:
        scratch.execute(f"CREATE TABLE authored ({', '.join(f'{name} {kind(name)}' for name in names)})")
        scratch.insert("authored", [tuple(row[name] for name in names) for row in rows])
        scratch.execute(f"COPY authored TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


def payload(need: str, body: bytes, season: str = SEASON) -> Payload:
    return Payload(release(need, season), body, FETCHED, hashlib.sha256(body).hexdigest())


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse with the registry and the schedule; rows are staged in it and none is stored."""
    with ground(tmp_path_factory.mktemp("ground")) as warehouse:
        yield warehouse


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A sound schedule."""
    return parquet(tmp_path_factory.mktemp("whole"), [schedule_row()])


def opened(warehouse: Warehouse, folder: Path, need: str, rows: Rows, schedule: Rows | None = None) -> dict[str, Rows]:
    """The staged rows of an authored release, by kind."""
    beside = None if need == "games" else payload("games", parquet(folder, schedule or [schedule_row()]))
    with open_release(warehouse, payload(need, parquet(folder, rows)), beside) as releases:
        found = {}
        for each in releases:
            mapping = mapping_of("sportsdataverse", each.kind)
            assert mapping.matches(each.file.path.name)
            found[each.kind] = staged_file(warehouse, mapping, each.file)
        return found


# --- rows ------------------------------------------------------------------------------------------------------------


def test_requests_call_a_season_by_its_end() -> None:
    """2024-25 is 2025."""
    assert release("player_box", SEASON).url.endswith("/espn_nba_player_boxscores/player_box_2025.parquet")
    assert release("games", "1999-00").url.endswith("nba_schedule_2000.parquet")


def test_the_schedule(here: Warehouse, tmp_path: Path) -> None:
    """UTC dates become Eastern ones; the kind of game is the schedule's that it is found in; a game to come has no points."""
    coming = schedule_row(
        id=2, date="2024-10-25T23:30Z", home_id=18, home_abbreviation="NY", away_id=11, away_abbreviation="IND", home_score=0,
        away_score=0, status_type_name="STATUS_SCHEDULED", status_type_completed=False,
    )  # fmt: skip
    stars = schedule_row(id=3, home_id=31, home_abbreviation="EAST", away_id=32, away_abbreviation="WEST")
    odd = schedule_row(status_type_name="STATUS_RAIN_DELAY")
    rows = opened(here, tmp_path, "games", [schedule_row(), coming, stars, odd])["sportsdataverse_schedule"]
    wanted = ("game_id", "game_date", "season_type", "status", "home_points", "away_points", "tip_scheduled_at")
    assert picked(rows[:2], *wanted) == [
        ("0022400061", date(2024, 10, 23), "regular", "final", 7, 5, datetime.fromisoformat("2024-10-24T02:30")),
        (
            "0022400062",
            date(2024, 10, 25),
            "regular",
            "scheduled",
            None,
            None,
            datetime.fromisoformat("2024-10-25T23:30"),
        ),
    ]
    assert rows[2]["problem"] == "game: no game is found for 2024-10-23 EAST WEST"
    assert rows[3]["problem"].startswith("column status_type_name: STATUS_RAIN_DELAY is not one of")


def test_box_lines_of_players(here: Warehouse, tmp_path: Path) -> None:
    """Whole minutes, rounded up; signs in text; who has neither minutes nor statistics did not play."""
    found = opened(here, tmp_path, "player_box", players())
    rows = found["sportsdataverse_player_box"]
    assert [row["problem"] for row in rows] == [None] * 4
    by_id = {row["player_id"]: row for row in rows}
    curry = {
        "game_id": "0022400061", "game_date": date(2024, 10, 23), "season": SEASON, "season_type": "regular", "team_id": 1610612744,
        "opponent_team_id": 1610612752, "player_name": "Stephen Curry", "is_home": True, "starter": True, "seconds_played": 2280,
        "seconds_quality": "whole_minutes", "points": 7, "fg_made": 2, "fg_attempted": 5, "three_made": 1, "three_attempted": 2,
        "ft_made": 2, "ft_attempted": 2, "rebounds_offensive": 1, "rebounds_defensive": 4, "assists": 6, "steals": 1, "blocks": 1,
        "turnovers": 3, "fouls": 2, "plus_minus": 2, "appeared": True,
    }  # fmt: skip
    assert {name: by_id[201939][name] for name in curry} == curry
    assert picked([by_id[203110]], "seconds_played", "plus_minus", "appeared") == [(60, -3, True)]
    assert picked([by_id[1628973]], "seconds_played", "appeared", "is_home") == [(0, True, False)]
    absent = found["sportsdataverse_did_not_play"]
    assert sorted(picked(absent, "player_id", "team_id", "reason", "problem"), key=str) == [
        (1626167, 1610612752, None, None),
        (1627783, 1610612744, "COACH'S DECISION", None),
    ]


def test_an_athlete_under_both_teams_belongs_where_the_points_add_up(here: Warehouse, tmp_path: Path) -> None:
    """Curry stands under New York too, whose score is complete without him: that line is dropped."""
    lines = players()
    twin = lines[0] | sides(False) | {"home_away": "away"}
    rows = opened(here, tmp_path, "player_box", [*lines, twin])["sportsdataverse_player_box"]
    assert [row["problem"] for row in rows] == [None] * 4
    assert [row["team_id"] for row in rows if row["player_id"] == 201939] == [1610612744]


def test_an_athlete_under_both_teams_is_set_aside_where_nothing_tells(here: Warehouse, tmp_path: Path) -> None:
    """Without points of his own, neither line can be told from the other; both remain, and the key stands twice."""
    lines = players()
    twin = lines[1] | sides(False) | {"home_away": "away"}
    rows = opened(here, tmp_path, "player_box", [*lines, twin])["sportsdataverse_player_box"]
    assert sorted(row["team_id"] for row in rows if row["player_id"] == 203110) == [1610612744, 1610612752]


def test_a_line_that_stands_twice_counts_once(here: Warehouse, tmp_path: Path) -> None:
    """Word for word the same, it says nothing new."""
    lines = players()
    rows = opened(here, tmp_path, "player_box", [*lines, lines[0]])["sportsdataverse_player_box"]
    assert len(rows) == 4


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        ({"points": 6}, "the points of the team's players do not add up to its score"),
        ({"minutes": 31.5}, "minutes are not whole"),
        (
            {"athlete_display_name": "Nobody Known"},
            "column athlete_display_name: no registered player is called 'Nobody Known'",
        ),
        ({"game_id": 999}, "the schedule has no final game of that id"),
    ],
)
def test_a_wrong_line_sets_its_rows_aside(here: Warehouse, tmp_path: Path, edit: Row, problem: str) -> None:
    """The rest of the season is not refused for it."""
    lines = players()
    lines[0] |= edit
    rows = opened(here, tmp_path, "player_box", lines)["sportsdataverse_player_box"]
    assert problem in {
        row["problem"] for row in rows if row["player_name"] in (edit.get("athlete_display_name"), "Stephen Curry")
    }
    assert None in {row["problem"] for row in rows if row["is_home"] is False}


def test_box_lines_of_teams(here: Warehouse, tmp_path: Path) -> None:
    """The length is that of the periods in the schedule: one overtime."""
    rows = opened(here, tmp_path, "team_box", teams())["sportsdataverse_team_box"]
    wanted = ("game_id", "team_id", "is_home", "minutes", "points", "turnovers", "plus_minus", "problem")
    assert picked(rows, *wanted) == [
        ("0022400061", 1610612744, True, 265, 7, 3, 2, None),
        ("0022400061", 1610612752, False, 265, 5, 0, -2, None),
    ]


def test_points_that_do_not_follow_from_shots_are_set_aside(here: Warehouse, tmp_path: Path) -> None:
    """A column of zeros is no box score."""
    rows = teams()
    rows[0] |= {"field_goals_made": 0}
    (wrong, _) = opened(here, tmp_path, "team_box", rows)["sportsdataverse_team_box"]
    assert wrong["problem"] == "the points do not follow from the shots"


# --- what is refused -------------------------------------------------------------------------------------------------


def without(name: str) -> Callable[[Rows], Rows]:
    return lambda rows: [{key: value for key, value in row.items() if key != name} for row in rows]


def all_with(name: str, value: Any) -> Callable[[Rows], Rows]:
    return lambda rows: [row | {name: value} for row in rows]


@pytest.mark.parametrize(
    ("need", "edit", "said"),
    [
        ("player_box", without("minutes"), "column minutes: it is missing"),
        (
            "player_box",
            all_with("athlete_display_name", 7),
            "column athlete_display_name: it holds INTEGER, wanted is VARCHAR",
        ),
        ("player_box", all_with("starter", "yes"), "column starter: it holds VARCHAR, wanted is BOOLEAN"),
        ("player_box", all_with("season", 2024), "column season: it holds 2024 to 2024, asked was 2025"),
        ("player_box", all_with("team_id", 18), "team id 18 is called 'GS', known is 'NY'"),
        ("player_box", all_with("opponent_team_abbreviation", "MIL"), "is called 'MIL'"),
        ("team_box", without("turnovers"), "column turnovers: it is missing"),
        ("games", without("date"), "column date: it is missing"),
        ("games", all_with("date", 20241024), "column date: it holds INTEGER, wanted is VARCHAR"),
    ],
)
def test_a_changed_release_is_refused_whole(
    here: Warehouse, tmp_path: Path, need: str, edit: Callable[[Rows], Rows], said: str
) -> None:
    """A column gone, of another type, another season, a team by another name."""
    with pytest.raises(ShapeError) as caught:
        opened(here, tmp_path, need, edit(AUTHORED[need]()))
    assert said in caught.value.message


def test_a_release_without_rows_is_refused(here: Warehouse, tmp_path: Path) -> None:
    """A season has games."""
    body = empty(tmp_path)
    with pytest.raises(ShapeError, match="it has 0 rows"), open_release(here, payload("games", body)):
        pass


def empty(folder: Path) -> bytes:
    (folder / "full.parquet").write_bytes(parquet(folder, [schedule_row()]))
    with Warehouse.in_memory() as scratch:
        scratch.execute(
            f"COPY (FROM '{folder / 'full.parquet'}' LIMIT 0) TO '{folder / 'empty.parquet'}' (FORMAT parquet)"
        )
    return (folder / "empty.parquet").read_bytes()


@pytest.mark.parametrize("body", [b"", b"<html>Not Found</html>", b"PAR1PAR1", b"PAR1" + bytes(100) + b"PAR1"])
def test_what_is_no_parquet_is_refused(here: Warehouse, body: bytes) -> None:
    """A page, nothing, a file without its inside."""
    with (
        pytest.raises(ShapeError, match="sportsdataverse, games 2024-25: the file"),
        open_release(here, payload("games", body)),
    ):
        pass


def test_box_scores_need_the_schedule_of_their_season(here: Warehouse, tmp_path: Path) -> None:
    """Without it, or with another one, nothing is read."""
    box, other = (
        payload("team_box", parquet(tmp_path, teams())),
        payload("games", parquet(tmp_path, [schedule_row()]), "2023-24"),
    )
    for beside in (None, other):
        with pytest.raises(SourceError, match="cannot be read without that of games"), open_release(here, box, beside):
            pass


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_release_is_read_or_refused(here: Warehouse, whole: bytes, data: st.DataObject) -> None:
    """Bytes overwritten or cut anywhere: the reader's complaint is a source's error, and nothing else gets out."""
    place = data.draw(st.integers(0, len(whole) - 1))
    junk = data.draw(st.binary(min_size=1, max_size=8))
    body = data.draw(st.sampled_from((whole[:place], whole[:place] + junk + whole[place + len(junk) :])))
    try:
        with open_release(here, payload("games", body)) as (each,):
            staged_file(here, mapping_of("sportsdataverse", each.kind), each.file)
    except SourceError:
        return
