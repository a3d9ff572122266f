"""BigDataBall's file of a game: an authored one, its rows typed by hand, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from backcourt.clock import FixedClock
from backcourt.engine.registry import default_registry
from backcourt.errors import SourceError
from backcourt.sources.bigdataball import requests
from backcourt.sources.bigdataball.records import parse
from backcourt.sources.local import ingest_folder
from backcourt.sources.payload import Payload, ShapeError
from backcourt.warehouse.duckdb import Warehouse
from mutating import torn
from stats_ground import FETCHED, ground, payload, picked, staged

Line = dict[str, str]

COLUMNS = (
    "game_id,data_set,date,a1,a2,a3,a4,a5,h1,h2,h3,h4,h5,period,away_score,home_score,remaining_time,elapsed,play_length,play_id,"
    "team,event_type,assist,away,home,block,entered,left,num,opponent,outof,player,points,possession,reason,result,steal,type,"
    "shot_distance,original_x,original_y,converted_x,converted_y,description"
).split(",")
AWAY = ("Tyrese Haliburton", "Pascal Siakam", "Myles Turner", "Andrew Nembhard", "Aaron Nesmith")
HOME = ("Shai Gilgeous-Alexander", "Chet Holmgren", "Jalen Williams", "Luguentz Dort", "Isaiah Hartenstein")
ON_COURT = "1630169|1627783|1626167|1629614|1630174|1628983|1631096|1631114|1629652|1628392"
REQUEST = requests.play_by_play("https://example.test/feed/", "42400407", date(2025, 6, 22), "IND", "OKC")


def play(number: int, period: int, clock: str, away: int, home: int, event: str, **more: str) -> Line:
    line = dict.fromkeys(COLUMNS, "")
    line |= {"game_id": "42400407", "data_set": "NBA 2025 Playoffs", "date": "2025-06-22"}
    line |= dict(zip(("a1", "a2", "a3", "a4", "a5"), AWAY, strict=True))
    line |= dict(zip(("h1", "h2", "h3", "h4", "h5"), HOME, strict=True))
    line |= {"period": str(period), "away_score": str(away), "home_score": str(home)}
    return line | {"remaining_time": clock, "play_id": str(number), "event_type": event} | more


def short_game() -> list[Line]:
    shot = {"result": "made", "points": "2", "type": "driving layup", "shot_distance": "3"}
    missed = {"result": "missed", "points": "0", "type": "3pt jump shot", "shot_distance": "26"}
    return [
        play(1, 1, "0:12:00", 0, 0, "start of period", type="start of period"),
        play(
            2, 1, "0:11:44", 0, 2, "shot", **shot, team="OKC", player="Jalen Williams", assist="Chet Holmgren",
            original_x="-20", original_y="16.4",
        ),
        play(4, 1, "0:11:20", 0, 2, "shot", **missed, team="IND", player="Myles Turner", block="Luguentz Dort"),
        play(5, 1, "0:11:19", 0, 2, "rebound", team="IND", player="Aaron Nesmith", type="rebound offensive"),
        play(6, 1, "0:11:05.5", 0, 2, "turnover", team="IND", player="Tyrese Haliburton", steal="Luguentz Dort", type="bad pass"),
        play(7, 2, "0:05:00", 0, 2, "foul", team="OKC", player="Luguentz Dort", opponent="Pascal Siakam", type="shooting"),
        play(
            8, 2, "0:05:00", 1, 2, "free throw", team="IND", player="Pascal Siakam", num="1", outof="2", result="made", points="1",
            type="free throw 1/2",
        ),
        play(
            9, 4, "0:00:30", 1, 2, "free throw", team="IND", player="Pascal Siakam", result="missed", points="0",
            type="free throw technical",
        ),
        play(10, 4, "0:00:00", 1, 2, "end of period", type="end of period"),
    ]  # fmt: skip


def written(lines: list[Line], columns: list[str] = COLUMNS) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def test_the_events_of_a_game(tmp_path: Path) -> None:
    """Zeros of the id, names to ids, the clock in milliseconds, the ten on court; what no column says is none."""
    events, _ = parse(payload(REQUEST, written(short_game())))
    assert (events.game_id, events.season) == ("0042400407", "2024-25")
    with ground(tmp_path / "w") as warehouse:
        rows = staged(warehouse, tmp_path, "bigdataball", events)
    assert [row["problem"] for row in rows] == [None] * 9
    wanted = (
        "game_id",
        "event_index",
        "action_number",
        "period",
        "clock_ms",
        "action_type",
        "player_id",
        "team_id",
        "points",
    )
    assert picked(rows, *wanted) == [
        ("0042400407", 1, 1, 1, 720000, "period", None, None, 0),
        ("0042400407", 2, 2, 1, 704000, "2pt", 1631114, 1610612760, 2),
        ("0042400407", 3, 4, 1, 680000, "3pt", 1626167, 1610612754, 0),
        ("0042400407", 4, 5, 1, 679000, "rebound", 1630174, 1610612754, 0),
        ("0042400407", 5, 6, 1, 665500, "turnover", 1630169, 1610612754, 0),
        ("0042400407", 6, 7, 2, 300000, "foul", 1629652, 1610612760, 0),
        ("0042400407", 7, 8, 2, 300000, "freethrow", 1627783, 1610612754, 1),
        ("0042400407", 8, 9, 4, 30000, "freethrow", 1627783, 1610612754, 0),
        ("0042400407", 9, 10, 4, 0, "period", None, None, 0),
    ]
    assert [row["made"] for row in rows] == [None, True, False, None, None, None, True, False, None]
    assert picked(rows, "assist_player_id", "block_player_id", "steal_player_id", "foul_drawn_player_id")[1:6] == [
        (1631096, None, None, None),
        (None, 1629652, None, None),
        (None, None, None, None),
        (None, None, 1629652, None),
        (None, None, None, 1627783),
    ]
    assert picked(rows[6:8], "free_throw_number", "free_throw_total", "free_throw_kind") == [
        (1, 2, "personal"),
        (None, None, "technical"),
    ]
    assert {row["players_on"] for row in rows} == {ON_COURT}
    assert {(row["is_fast_break"], row["is_second_chance"], row["is_from_turnover"]) for row in rows} == {
        (None, None, None)
    }
    assert picked(rows[-1:], "score_away", "score_home", "season", "game_date") == [
        (1, 2, "2024-25", date(2025, 6, 22))
    ]


def test_the_shots_of_a_game(tmp_path: Path) -> None:
    """Zones by value and distance, marked so."""
    _, shots = parse(payload(REQUEST, written(short_game())))
    with ground(tmp_path / "w") as warehouse:
        rows = staged(warehouse, tmp_path, "bigdataball", shots)
    assert [row["problem"] for row in rows] == [None, None]
    wanted = (
        "action_number",
        "player_id",
        "shot_value",
        "made",
        "zone",
        "zone_quality",
        "distance_ft",
        "court_x",
        "court_y",
    )
    assert picked(rows, *wanted) == [
        (2, 1631114, 2, True, "paint", "distance", 3, -20, 16),
        (4, 1626167, 3, False, "three", "distance", 26, None, None),
    ]


@pytest.mark.parametrize(
    ("kind", "distance", "zone"),
    [("jump shot", "8", "paint"), ("jump shot", "9", "mid_range"), ("layup", "", "paint"), ("jump shot", "", None)],
)
def test_zones_of_two_pointers(kind: str, distance: str, zone: str | None) -> None:
    """Eight feet are the last of the paint; without a distance only an attempt at the rim has a zone."""
    lines = short_game()
    lines[1] |= {"type": kind, "shot_distance": distance}
    _, shots = parse(payload(REQUEST, written(lines)))
    assert picked(shots.rows[:1], "zone") == [(zone,)]


def test_one_name_on_court_that_nobody_has_sets_its_events_aside(tmp_path: Path) -> None:
    """The event is not stored with nine on court: it is told with the column and the name."""
    lines = short_game()
    lines[3]["h5"] = "Nobody Known"
    events, _ = parse(payload(REQUEST, written(lines)))
    with ground(tmp_path / "w") as warehouse:
        rows = staged(warehouse, tmp_path, "bigdataball", events)
    assert [row["problem"] for row in rows if row["problem"]] == [
        "column h5: no registered player is called 'Nobody Known'"
    ]


def test_ids_of_games() -> None:
    """Ten characters; what is none of the NBA is refused."""
    assert requests.whole_id("22100001") == "0022100001"
    assert REQUEST.url == "https://example.test/feed/[2025-06-22]-0042400407-IND@OKC.csv"
    for wrong in ("1022100001", "72100001", "x", ""):
        with pytest.raises(SourceError, match="no game of the NBA"):
            requests.whole_id(wrong)


def change(row: int, **values: str) -> Callable[[list[Line]], None]:
    return lambda lines: lines[row].update(values)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (change(0, game_id="42400406"), "line 2, game_id: it is 0042400406, asked was 0042400407"),
        (change(3, game_id="4240"), "line 5, game_id: String should match"),
        (change(3, date="2025-06-23"), "line 5, date: 2025-06-23 after 2025-06-22"),
        (change(3, date="06/22/2025"), "line 5, date: String should match"),
        (change(3, event_type="replay"), "line 5, event_type: 'replay' is not known"),
        (change(1, result="good"), "line 3, result: Input should be 'made' or 'missed'"),
        (change(1, result=""), "line 3: an attempt without a result"),
        (change(1, points="3"), "points: the events add up to IND 1, OKC 3; the score is 1 and 2"),
        (change(1, points="two"), "line 3, points: Input should be a valid integer"),
        (change(3, a1="Pascal Siakam"), "line 5, a1 to h5: a player is on court twice"),
        (change(3, play_id="4"), "line 5, play_id: 4 does not follow"),
        (change(5, period="1", play_id="3"), "line 7, play_id: 3 does not follow"),
        (change(8, period="3"), "period: 3 after 4"),
        (change(1, remaining_time="11:44"), "line 3, remaining_time: String should match"),
        (lambda lines: lines.pop(), "the game is not over there: free throw of period 4"),
        (lambda lines: lines.clear(), "it has no event"),
    ],
)
def test_a_changed_file_is_refused_by_its_place(edit: Callable[[list[Line]], None], said: str) -> None:
    """Another game's file, a torn one, a new word, points that do not add up."""
    lines = short_game()
    edit(lines)
    refused(written(lines), said)


def test_a_changed_header_is_refused() -> None:
    """A column gone, renamed or there twice."""
    refused(written(short_game(), [name for name in COLUMNS if name != "h5"]), "column h5 is not there once")
    refused(written(short_game()).replace(b"play_id", b"playid", 1), "column play_id is not there once")
    refused(written(short_game()).replace(b"data_set", b"play_id", 1), "column play_id is not there once")


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"\xff\xfe\x00", b"a" * (8 * 1024**2 + 1)])
def test_what_is_no_file_is_refused(body: bytes) -> None:
    """Nothing, a page, other bytes, too much."""
    refused(body, "bigdataball, play_by_play 0042400407")


def refused(body: bytes, said: str) -> None:
    with pytest.raises(ShapeError) as caught:
        parse(payload(REQUEST, body))
    assert said in caught.value.message


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=torn(written(short_game())))
def test_a_damaged_file_is_read_or_refused(body: bytes) -> None:
    """No other error, whatever the bytes are."""
    try:
        batches = parse(Payload(REQUEST, body, payload(REQUEST, b"").fetched_at, "0" * 64))
    except ShapeError:
        return
    for batch in batches:
        json.dumps(list(batch.rows), allow_nan=False).encode()


@pytest.mark.real
def test_a_real_file(real_data: Path) -> None:
    """The seventh game of the finals of 2025: 103 to 91, 510 events."""
    body = (real_data / "samples" / "bigdataball" / "game.csv").read_bytes()
    events, shots = parse(payload(REQUEST, body))
    assert (len(events.rows), len(shots.rows)) == (510, 157)
    assert picked(events.rows[-1:], "away_score", "home_score") == [(91, 103)]
    made = [row for row in shots.rows if row["made"]]
    assert (
        sum(int(row["shot_value"] or 0) for row in made)
        + sum(row["action_type"] == "freethrow" and row["made"] is True for row in events.rows)
        == 194
    )


@pytest.mark.real
def test_a_real_file_against_the_real_registry(real_data: Path, tmp_path: Path) -> None:
    """Every name of the file is a player, ten are on court at every event, and zones differ from the NBA's beyond 8 feet only."""
    files = tmp_path / "files"
    files.mkdir()
    for name in ("teams", "players", "schedule_2024-25"):
        (files / f"{name}.parquet").symlink_to((real_data / f"{name}.parquet").resolve())
    body = (real_data / "samples" / "bigdataball" / "game.csv").read_bytes()
    events, shots = parse(payload(REQUEST, body))
    with Warehouse.open(tmp_path / "w.duckdb", threads=1) as warehouse:
        ingest_folder(warehouse, default_registry(), files, FixedClock(FETCHED))
        rows = staged(warehouse, tmp_path, "bigdataball", events)
        assert {row["problem"] for row in rows} == {None}
        assert {row["players_on"].count("|") for row in rows} == {9}
        zones = Counter(row["zone"] for row in staged(warehouse, tmp_path, "bigdataball", shots))
    assert zones == {"three": 68, "paint": 53, "mid_range": 36}
