"""ESPN's scoreboard and rosters: authored documents, their rows typed by hand, and what is refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from backcourt.names import TEAM_IDS, team_tricode
from backcourt.sources.espn import requests, teams
from backcourt.sources.espn.records import parse
from backcourt.sources.payload import Payload, ShapeError
from mutating import damaged
from stats_ground import ground, payload, picked, staged

Document = dict[str, Any]
DAY = date(2025, 6, 22)


def side(where: str, number: str, code: str, score: str = "0", periods: tuple[float, ...] = ()) -> Document:
    scores = [{"value": points, "period": place} for place, points in enumerate(periods, 1)]
    return {"homeAway": where, "team": {"id": number, "abbreviation": code}, "score": score, "linescores": scores}


def event(
    number: str, tip: str, home: Document, away: Document, status: tuple[str, str, bool], **more: Any
) -> Document:
    name, state, completed = status
    competition = {
        "type": {"id": "1", "abbreviation": more.get("kind", "STD")},
        "timeValid": more.get("time_valid", True),
        "neutralSite": False,
        "venue": {"fullName": "Paycom Center", "address": {"city": "Oklahoma City", "state": "OK"}},
        "competitors": [home, away],
        "notes": [{"type": "event", "headline": more.get("note", "")}],
        "broadcasts": [{"market": "national", "names": ["ABC"]}, {"market": "home", "names": ["FDSOK"]}],
        "status": {"clock": 0.0, "period": 4, "type": {"name": name, "state": state, "completed": completed}},
    }
    season = {"year": 2025, "type": more.get("season_type", 3), "slug": "post-season"}
    return {"id": number, "date": tip, "season": season, "competitions": [competition]}


FINAL = ("STATUS_FINAL", "post", True)


def board(*events: Document) -> Document:
    return {"leagues": [{"id": "46", "slug": "nba"}], "events": list(events)}


def finals_game() -> Document:
    home = side("home", "25", "OKC", "103", (25.0, 22.0, 34.0, 22.0))
    away = side("away", "11", "IND", "91", (22.0, 26.0, 20.0, 23.0))
    return event("401766128", "2025-06-23T00:00Z", home, away, FINAL)


def scoreboard(*events: Document, day: date = DAY) -> Payload:
    return payload(requests.scoreboard(day), board(*events))


def athlete(number: str, name: str, injuries: list[Document] | None = None) -> Document:
    return {"id": number, "fullName": name, "status": {"id": "1", "type": "active"}, "injuries": injuries or []}


def roster(*, code: str = "IND", number: str = "11") -> Document:
    knee = {
        "status": "Out",
        "date": "2025-06-23T04:10Z",
        "details": {"type": "Achilles", "side": "Right", "returnDate": "2026-10-01"},
    }
    older = {"status": "Day-To-Day", "date": "2025-06-17T04:10Z", "details": {"type": "Calf", "side": "Right"}}
    tired = {"status": "Day-To-Day", "date": "2025-06-20T12:00Z", "details": {"type": "Rest", "side": "Not Specified"}}
    athletes = [
        athlete("4396993", "Tyrese Haliburton", [older, knee]),
        athlete("3149673", "Pascal Siakam"),
        athlete("3133628", "Myles Turner", [tired]),
        athlete("4395712", "Andrew Nembhard"),
        athlete("1", "Nobody Known"),
    ]
    return {"team": {"id": number, "abbreviation": code, "displayName": "Indiana Pacers", "athletes": athletes}}


# --- rows ------------------------------------------------------------------------------------------------------------


def test_a_final_game_is_found_in_the_schedule(tmp_path: Path) -> None:
    """ESPN's date is UTC and its ids its own: the game is the one of that Eastern date and those teams."""
    (batch,) = parse(scoreboard(finals_game()))
    assert (batch.kind, batch.game_date, batch.season) == ("espn_scoreboard", DAY, "2024-25")
    with ground(tmp_path / "w") as warehouse:
        (row,) = staged(warehouse, tmp_path, "espn", batch)
    assert row["problem"] is None
    assert (row["game_id"], row["season_type"], row["status"]) == ("0042400407", "playoffs", "final")
    assert (row["home_team_id"], row["away_team_id"]) == (1610612760, 1610612754)
    assert (row["home_points"], row["away_points"]) == (103, 91)
    assert row["tip_scheduled_at"] == datetime.fromisoformat("2025-06-23T00:00")
    assert (row["arena"], row["arena_city"], row["national_tv"]) == ("Paycom Center", "Oklahoma City", "ABC")


def test_a_neutral_game_listed_from_the_other_side_is_turned(tmp_path: Path) -> None:
    """The schedule says who is at home; scores go with the teams."""
    home, away = side("home", "11", "IND", "91"), side("away", "25", "OKC", "103")
    (batch,) = parse(scoreboard(event("1", "2025-06-23T00:00Z", home, away, FINAL)))
    with ground(tmp_path / "w") as warehouse:
        (row,) = staged(warehouse, tmp_path, "espn", batch)
    assert (row["home_team_id"], row["home_points"], row["away_points"]) == (1610612760, 103, 91)


def test_a_game_not_played_has_no_points() -> None:
    """ESPN prints 0 to 0 before the tip; a time that is to be decided is none."""
    east, west = side("home", "25", "OKC"), side("away", "11", "IND")
    tbd = event("1", "2025-06-23T00:00Z", east, west, ("STATUS_SCHEDULED", "pre", False), time_valid=False)
    (batch,) = parse(scoreboard(tbd))
    assert picked(batch.rows, "status", "home_score", "away_score", "tip_at") == [("scheduled", None, None, None)]


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        (("STATUS_IN_PROGRESS", "in", False), "live"),
        (("STATUS_HALFTIME", "in", False), "live"),
        (("STATUS_DELAYED", "pre", False), "scheduled"),
        (("STATUS_DELAYED", "in", False), "live"),
        (("STATUS_POSTPONED", "post", False), "postponed"),
        (("STATUS_CANCELED", "post", True), "cancelled"),
    ],
)
def test_states_are_told_apart(status: tuple[str, str, bool], wanted: str) -> None:
    """A game that is not final has a state and no result."""
    home, away = side("home", "25", "OKC", "50"), side("away", "11", "IND", "48")
    (batch,) = parse(scoreboard(event("1", "2025-06-23T00:00Z", home, away, status)))
    assert picked(batch.rows, "status", "home_score") == [(wanted, None)]


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"season_type": 1}, "preseason"),
        ({"season_type": 2}, "regular"),
        ({"season_type": 5}, "play_in"),
        ({"season_type": 3, "note": "Play-In - East - 9th Place vs 10th Place"}, "play_in"),
        ({"season_type": 2, "note": "Emirates NBA Cup - Championship"}, "cup_final"),
        ({"season_type": 2, "note": "Emirates NBA Cup - Semifinals"}, "regular"),
        ({"season_type": 2, "kind": "ALLSTAR"}, "all_star"),
    ],
)
def test_kinds_of_games(more: dict[str, Any], wanted: str) -> None:
    """Part of the season, and what is printed above the game."""
    home, away = side("home", "25", "OKC", "103"), side("away", "11", "IND", "91")
    (batch,) = parse(scoreboard(event("1", "2025-06-23T00:00Z", home, away, FINAL, **more)))
    assert picked(batch.rows, "season_type") == [(wanted,)]


def test_a_date_without_games_is_an_answer() -> None:
    """An empty slate is told as one."""
    (batch,) = parse(scoreboard())
    assert (list(batch.rows), batch.game_date) == ([], DAY)


def test_all_star_sides_are_set_aside_by_name(tmp_path: Path) -> None:
    """They are no team, so no game is found; the row says so and is not dropped."""
    home, away = side("home", "132374", "CHK", "41"), side("away", "132375", "SHQ", "25")
    (batch,) = parse(scoreboard(event("1", "2025-06-23T00:00Z", home, away, FINAL, kind="ALLSTAR")))
    with ground(tmp_path / "w") as warehouse:
        (row,) = staged(warehouse, tmp_path, "espn", batch)
    assert row["problem"] == "game: no game is found for 2025-06-22 CHK SHQ"


def test_a_roster_and_its_injuries(tmp_path: Path) -> None:
    """Players stand at the moment of the fetch; the newest of several entries is the health of now."""
    players, hurt = parse(payload(requests.roster("IND"), roster()))
    with ground(tmp_path / "w") as warehouse:
        rows = staged(warehouse, tmp_path, "espn", players)
        injuries = staged(warehouse, tmp_path, "espn", hurt)
    fetched, day = datetime.fromisoformat("2025-06-23T16:30"), date(2025, 6, 23)
    assert picked(rows[:2], "game_date", "team_id", "player_id", "snapshot_at", "status") == [
        (day, 1610612754, 1630169, fetched, "active"),
        (day, 1610612754, 1627783, fetched, "active"),
    ]
    assert rows[4]["problem"] == "column player: no registered player is called 'Nobody Known'"
    wanted = ("player_id", "status", "reason", "snapshot_at", "snapshot_quality", "game_date")
    assert picked(injuries, *wanted) == [
        (1630169, "out", "Right Achilles", fetched, "timed", day),
        (1626167, "questionable", "Rest", fetched, "timed", day),
    ]


def test_every_team_is_one_of_the_nbas() -> None:
    """Thirty ids, thirty codes, and the one normaliser knows each code as the same team."""
    assert sorted(teams.TRICODES.values()) == sorted(TEAM_IDS)
    assert {team_tricode(code) for code in teams.CODES.values()} == set(TEAM_IDS)
    assert all(team_tricode(teams.CODES[number]) == tricode for number, tricode in teams.TRICODES.items())
    assert len(requests.rosters()) == 30


# --- what is refused -------------------------------------------------------------------------------------------------


def at(document: Any, *path: Any) -> Any:
    for key in path:
        document = document[key]
    return document


COMPETITION = ("events", 0, "competitions", 0)
STATUS = (*COMPETITION, "status", "type")
HOME = (*COMPETITION, "competitors", 0)


def put(path: tuple[Any, ...], value: Any) -> Callable[[Document], None]:
    return lambda document: at(document, *path[:-1]).__setitem__(path[-1], value)


def drop(path: tuple[Any, ...]) -> Callable[[Document], None]:
    return lambda document: at(document, *path[:-1]).__delitem__(path[-1])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (drop(("events",)), "events: Field required"),
        (put(("events",), None), "events: Input should be a valid list"),
        (drop((*COMPETITION, "competitors")), "competitors: Field required"),
        (put((*COMPETITION, "competitors"), []), "at least 2 items"),
        (put((*STATUS, "name"), "STATUS_RAIN_DELAY"), "STATUS_RAIN_DELAY in state post is not known"),
        (put((*STATUS, "completed"), False), "STATUS_FINAL is in state post, completed False"),
        (put((*STATUS, "state"), "in"), "STATUS_FINAL is in state in"),
        (put((*HOME, "score"), 103), "score: Input should be a valid string"),
        (put((*HOME, "score"), "104"), "the periods of OKC add up to 103, its score is 104"),
        (put((*HOME, "score"), "0"), "a final game with the score 0 to 91"),
        (put((*HOME, "linescores"), None), "linescores: Input should be a valid list"),
        (put((*HOME, "linescores"), []), "scores of different periods"),
        (put((*HOME, "homeAway"), "away"), "both sides are at home, or both away"),
        (put((*HOME, "team", "abbreviation"), "NY"), "team id 25 is called 'NY', known is 'OKC'"),
        (put((*HOME, "team", "id"), "99"), "team id 99 is called 'OKC', which is team 25"),
        (put(("events", 0, "date"), "2025-06-24T00:00Z"), "is on 2025-06-23, asked was 2025-06-22"),
        (put(("events", 0, "date"), "2025-06-39T00:00Z"), "2025-06-39T00:00Z is no date"),
        (put(("events", 0, "date"), 1750636800), "date: Input should be a valid string"),
        (put(("events", 0, "season", "type"), 4), "season.type: Input should be 1, 2, 3 or 5"),
        (put(("leagues", 0, "slug"), "wnba"), "slug: Input should be 'nba'"),
        (lambda document: document["events"].append(copy.deepcopy(document["events"][0])), "stands more than once"),
    ],
)
def test_a_changed_scoreboard_is_refused_by_its_place(change: Callable[[Document], None], said: str) -> None:
    """Nothing of it is used, and the message tells what and where."""
    document = board(finals_game())
    change(document)
    refused(payload(requests.scoreboard(DAY), document), said)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            drop(
                (
                    "team",
                    "athletes",
                )
            ),
            "athletes: Field required",
        ),
        (
            put(
                (
                    "team",
                    "athletes",
                ),
                None,
            ),
            "athletes: Input should be a valid list",
        ),
        (
            put(
                (
                    "team",
                    "athletes",
                ),
                [],
            ),
            "0 players are no team",
        ),
        (
            lambda document: document["team"].update({"id": "18", "abbreviation": "NY"}),
            "it is the roster of NY (18), asked was IND (11)",
        ),
        (put(("team", "athletes", 0, "id"), "3149673"), "3149673 stands more than once"),
        (put(("team", "athletes", 0, "injuries"), None), "injuries: Input should be a valid list"),
        (put(("team", "athletes", 0, "injuries", 1, "status"), "Resting"), "the status 'Resting' is not known"),
        (put(("team", "athletes", 0, "fullName"), "Tyrese\x00Haliburton"), "a character that cannot be printed"),
    ],
)
def test_a_changed_roster_is_refused_by_its_place(change: Callable[[Document], None], said: str) -> None:
    """Another team's roster, an athlete twice, a status that is not known."""
    document = roster()
    change(document)
    refused(payload(requests.roster("IND"), document), said)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><body>Access Denied</body></html>", "it is not JSON"),
        (b"", "it is not JSON"),
        (b'{"events": NaN}', "NaN is no number"),
        (b"\xff\xfe", "it is not JSON"),
        (b"[" * 200_000, "it is not JSON"),
        (b" " * (16 * 1024**2 + 1), "more than 16777216"),
    ],
)
def test_what_is_no_document_is_refused(body: bytes, said: str) -> None:
    """A page in place of data, nothing, or too much."""
    refused(payload(requests.scoreboard(DAY), body), said)


def refused(document: Payload, said: str) -> None:
    with pytest.raises(ShapeError) as caught:
        parse(document)
    assert said in caught.value.message
    assert caught.value.message.startswith("espn, ")
    assert caught.value.hint


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=damaged(board(finals_game())))
def test_a_damaged_scoreboard_is_read_or_refused(body: bytes) -> None:
    """No other error, whatever the bytes are."""
    read_or_refused(payload(requests.scoreboard(DAY), body))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=damaged(roster()))
def test_a_damaged_roster_is_read_or_refused(body: bytes) -> None:
    """No other error, whatever the bytes are."""
    read_or_refused(payload(requests.roster("IND"), body))


def read_or_refused(document: Payload) -> None:
    try:
        batches = parse(document)
    except ShapeError:
        return
    for batch in batches:
        json.dumps(list(batch.rows), allow_nan=False).encode()


# --- real documents --------------------------------------------------------------------------------------------------


@pytest.mark.real
def test_the_real_documents(real_data: Path) -> None:
    """Eleven games of 15 January 2024, the empty slate of the all-star break, Boston's roster of summer 2025."""
    samples = real_data / "samples" / "espn"
    day = date(2024, 1, 15)
    (games,) = parse(payload(requests.scoreboard(day), (samples / "scoreboard_api.json").read_bytes()))
    assert len(games.rows) == 11
    first = ("401585183", "2024-01-15 18:00:00", "PHI", "HOU", 124, 115, "final", "regular", "NBA TV")
    wanted = ("event_id", "tip_at", "home", "away", "home_score", "away_score", "status", "season_type", "national_tv")
    assert picked(games.rows[:1], *wanted) == [first]
    (none,) = parse(
        payload(requests.scoreboard(date(2025, 2, 14)), (samples / "scoreboard_20250214.json").read_bytes())
    )
    assert not none.rows
    players, hurt = parse(payload(requests.roster("BOS"), (samples / "roster_api.json").read_bytes()))
    assert (len(players.rows), picked(hurt.rows[:1], "player", "status", "reason")) == (
        17,
        [("Jaylen Brown", "Out", "Knee")],
    )
