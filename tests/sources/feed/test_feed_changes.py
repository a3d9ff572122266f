"""A source that changes its mind: corrections, games that are live or put off, names that go."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
from cdn_season import (
    BOSTON,
    LAKERS,
    MIAMI,
    MORNING,
    POSTPONED,
    SEASON,
    TONIGHT,
    Fed,
    Season,
    box_path,
    corrected,
    plays_path,
    schedule_path,
    scheduled,
)

from backcourt.sources.feed.age import FINAL, OF_SEASON, max_age
from nba_game import BOS


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (-2, timedelta(minutes=10)),
        (0, timedelta(minutes=10)),
        (1, timedelta(hours=6)),
        (2, timedelta(days=1)),
        (7, timedelta(days=1)),
        (8, timedelta(days=7)),
        (30, timedelta(days=7)),
        (31, FINAL),
    ],
)
def test_age(days: int, age: timedelta) -> None:
    """By the days between a game and the fetch of its document; that of a season is an hour."""
    assert max_age(date(2025, 1, 6), date(2025, 1, 6) + timedelta(days=days)) == age
    assert max_age(None, date(2025, 1, 6)) == OF_SEASON


@pytest.mark.soak
@pytest.mark.parametrize(
    ("later", "asked"),
    [
        # Fetched a day after the Miami game, and three after the two others.
        (timedelta(minutes=59), ""),
        (timedelta(hours=2), "schedule"),
        (timedelta(hours=7), "schedule miami"),
        (timedelta(hours=25), "schedule miami others"),
        (timedelta(days=400), "schedule miami others"),
    ],
)
def test_what_is_asked_again(again: Fed, season: Season, later: timedelta, asked: str) -> None:
    """What is old enough by the clock, whenever somebody comes back; the season stays the one that was asked for."""
    again.wall.at += later
    if later > timedelta(days=30):
        assert max_age(date(2025, 1, 6), date(2025, 1, 9)) < later
        return
    again.run()
    paths = {path for path, _ in season.server.asked}
    assert (schedule_path() in paths) == ("schedule" in asked)
    assert (box_path(MIAMI) in paths) == (plays_path(MIAMI) in paths) == ("miami" in asked)
    assert (box_path(BOSTON) in paths) == (plays_path(LAKERS) in paths) == ("others" in asked)


def test_corrected(again: Fed, season: Season) -> None:
    """A box score that was corrected becomes corrected rows, known since they came; nothing else changes."""
    corrected(season.boxes[BOSTON])
    season.serve()
    before = again.all_rows()
    again.wall.at = MORNING + timedelta(hours=23)
    assert again.run().changed == 0
    again.wall.at = MORNING + timedelta(hours=25)
    report = again.run()
    assert {(each.table, each.replaced, each.added, each.vanished) for each in report.outcomes} == {
        ("player_box", 1, 0, 0),
        ("team_box", 1, 0, 0),
    }
    assert again.rows("player_box", "points, fg_made", f"game_id = '{BOSTON}' AND player_id = 9001") == [(28, 11)]
    assert again.rows("team_box", "points", f"game_id = '{BOSTON}' AND team_id = {BOS}") == [(76,)]
    with again.open() as warehouse:
        found = warehouse.rows(
            "SELECT points, known_kind, known_at FROM raw.player_box WHERE game_id = ? AND player_id = 9001 ORDER BY points",
            [BOSTON],
        )
    assert found == [
        (26, "declared", datetime(2025, 1, 7, 12, tzinfo=UTC).replace(tzinfo=None)),
        (28, "corrected", (MORNING + timedelta(hours=25)).replace(tzinfo=None)),
    ]
    after = again.all_rows()
    assert {kind for kind in before if before[kind] != after[kind]} == {"player_box", "team_box"}


def test_tonight(again: Fed, season: Season) -> None:
    """A game that is on gives no row and is told; when it is over, the next run has it."""
    season.put(scheduled(TONIGHT, "2025-01-09T19:30:00", "LAL", "BOS", status=2, text="Q3 5:12", points=(50, 51)))
    season.play(TONIGHT, "4")
    over = season.boxes[TONIGHT]["game"]
    season.boxes[TONIGHT]["game"] = {**over, "gameStatus": 2, "gameStatusText": "Q3 5:12"}
    season.serve()
    again.wall.at = datetime(2025, 1, 10, 2, tzinfo=UTC)
    report = again.run()
    told = [(each.need, each.state) for each in report.told if each.subject == TONIGHT]
    assert told == [("box", "live"), ("play_by_play", "waits for the box score")]
    assert report.troubles == []
    assert again.rows("player_box", "*", f"game_id = '{TONIGHT}'") == []
    assert again.rows("play_by_play", "*", f"game_id = '{TONIGHT}'") == []
    season.put(scheduled(TONIGHT, "2025-01-09T19:30:00", "LAL", "BOS", status=3, text="Final", points=(74, 70)))
    season.boxes[TONIGHT]["game"] = over
    season.serve()
    again.wall.at += timedelta(minutes=61)
    assert again.run().states["had"] == 9
    assert len(again.rows("player_box", "*", f"game_id = '{TONIGHT}'")) == 12
    assert again.rows("games", "status, home_points", f"game_id = '{TONIGHT}'") == [("final", 74)]


def test_live_again(again: Fed, season: Season) -> None:
    """A final game that is live in a stale answer keeps its rows."""
    season.boxes[MIAMI]["game"] |= {"gameStatus": 2, "gameStatusText": "Q4 0:12"}
    season.serve()
    before = again.all_rows()
    again.wall.at += timedelta(hours=7)
    report = again.run()
    assert [(each.subject, each.state) for each in report.told if each.state != "had"] == [(MIAMI, "live")]
    assert (again.all_rows(), report.changed) == (before, 0)


def test_put_off_and_played(again: Fed, season: Season) -> None:
    """A postponed game gets another date, and is had when it was played there."""
    season.put(scheduled(POSTPONED, "2025-01-11T19:30:00", "DEN", "NYK", status=3, text="Final", points=(74, 70)))
    season.play(POSTPONED, "5")
    season.serve()
    again.wall.at = datetime(2025, 1, 12, 15, tzinfo=UTC)
    report = again.run()
    assert report.troubles == [] or {each.subject for each in report.troubles} == {TONIGHT}
    assert again.rows("games", "game_date, status", f"game_id = '{POSTPONED}'") == [(date(2025, 1, 11), "final")]
    assert again.rows("player_box", "DISTINCT game_date", f"game_id = '{POSTPONED}'") == [(date(2025, 1, 11),)]


def test_moved(again: Fed, season: Season) -> None:
    """A game that was had and is of another date after all stands there, once, and its old date has nothing left.

    Its box score is young enough and still says the date before; the schedule has the last word.
    """
    season.put(scheduled(MIAMI, "2025-01-07T19:30:00", "MIA", "CHI", status=3, text="Final", points=(74, 70)))
    season.serve()
    again.wall.at += timedelta(hours=7)
    assert again.run().troubles == []
    for kind in ("games", "player_box", "team_box", "did_not_play", "shots", "play_by_play", "officials"):
        assert again.rows(kind, "DISTINCT game_date", f"game_id = '{MIAMI}'") == [(date(2025, 1, 7),)], kind
    assert again.counts()["player_box"] == 36
    assert again.run().changed == 0


def test_who_leaves_a_list(again: Fed, season: Season) -> None:
    """A player who is taken off a game's list is no absence any more, and stays in the registry."""
    for side in ("homeTeam", "awayTeam"):
        players = season.boxes[MIAMI]["game"][side]["players"]
        season.boxes[MIAMI]["game"][side]["players"] = [each for each in players if each["played"] == "1"]
    season.serve()
    again.wall.at += timedelta(hours=7)
    report = again.run()
    assert {(each.table, each.vanished) for each in report.outcomes if each.changed} == {("did_not_play", 3)}
    assert again.rows("did_not_play", "*", f"game_id = '{MIAMI}'") == []
    assert again.counts()["players"] == 45


def test_new_name(again: Fed, season: Season) -> None:
    """A player is called as his newest game calls him."""
    season.boxes[MIAMI]["game"]["homeTeam"]["players"][0] |= {"personId": 9001, "name": "Ann Ahl-Bok"}
    for action in season.plays[MIAMI]["game"]["actions"]:
        action.update({key: 9001 for key, value in action.items() if value == 39001})
    season.serve()
    again.wall.at += timedelta(hours=7)
    assert again.run().troubles == []
    assert again.rows("players", "full_name", "player_id = 9001") == [("Ann Ahl-Bok",)]
    assert again.rows("players", "full_name", "player_id = 39001") == [("Ann Ahl III",)]
    (again.archive / "spool" / "nba_cdn" / SEASON / "games" / "made_from.json").unlink()
    assert again.run().changed == 0


def test_from_the_archive_alone(again: Fed, season: Season) -> None:
    """Without the network a fresh warehouse gets the rows that the other one has, corrections included."""
    corrected(season.boxes[MIAMI])
    season.boxes[LAKERS] = {"game": "another shape"}
    season.serve()
    again.wall.at += timedelta(hours=25)
    again.run()
    before = again.all_rows()
    for path in (again.warehouse, again.archive / "spool"):
        path.unlink() if path.is_file() else shutil.rmtree(path)
    asked = len(season.server.asked)
    report = again.run(offline=True)
    assert {each.state for each in report.told if each.subject != TONIGHT} == {"had", "of another shape"}
    assert (again.all_rows(), len(season.server.asked)) == (before, asked)
