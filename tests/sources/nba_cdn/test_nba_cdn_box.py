"""The content network's box score: one document with those who played, those who sat and those who were out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cdn_payloads import box

from backcourt.engine.registry import Registry
from backcourt.sources.nba.document import MAX_BYTES
from backcourt.sources.nba_cdn import records, requests
from backcourt.sources.payload import Batch, ShapeError
from backcourt.warehouse.duckdb import Warehouse
from nba_game import BOS, DAY, GAME, NYK, PLAYER_COLUMNS, PLAYER_ROWS, TEAM_COLUMNS, TEAM_ROWS
from payloads import changed, payload, renamed
from staged_records import of_kind, picked, staged, told

MAPPINGS = Path(records.__file__).parent / "mappings"


def parsed(document: object) -> list[Batch]:
    return records.parse(payload(requests.box(GAME), document))


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path / "w.duckdb", threads=1) as opened:
        yield opened


@pytest.fixture
def rows(warehouse: Warehouse, registry: Registry, tmp_path: Path) -> Callable[[str], list[dict[str, Any]]]:
    batches = parsed(box())
    return lambda kind: staged(warehouse, registry, MAPPINGS, of_kind(batches, kind), tmp_path)


def test_players(rows: Callable[[str], list[dict[str, Any]]]) -> None:
    """Seconds are exact, starters known, and whoever did not play has no line."""
    assert picked(rows("player_box"), PLAYER_COLUMNS) == PLAYER_ROWS


def test_teams(rows: Callable[[str], list[dict[str, Any]]]) -> None:
    """The date is the Eastern one, the season and its type come from the id."""
    assert picked(rows("team_box"), TEAM_COLUMNS) == TEAM_ROWS


def test_those_who_did_not_play(rows: Callable[[str], list[dict[str, Any]]]) -> None:
    """Seated and inactive, with the reason as printed."""
    assert picked(rows("did_not_play"), "game_id player_id game_date season team_id reason problem") == [
        (GAME, 9007, DAY, "2024-25", BOS, None, None),
        (GAME, 9008, DAY, "2024-25", BOS, "INACTIVE_INJURY - Left Knee; Sprain", None),
        (GAME, 9107, DAY, "2024-25", NYK, "INACTIVE_GLEAGUE_TWOWAY", None),
    ]


def test_officials_and_players(rows: Callable[[str], list[dict[str, Any]]]) -> None:
    """The crew in the order listed; everybody whom the box names goes to the registry."""
    assert picked(rows("officials"), "game_id official_id game_date name slot problem") == [
        (GAME, 801, DAY, "Pia Ref", 1, None),
        (GAME, 802, DAY, "Quo Ref", 2, None),
        (GAME, 803, DAY, "Ray Ref", 3, None),
    ]
    players = picked(rows("players"), "player_id full_name name_key problem")
    assert len(players) == 15
    assert players[1:3] == [(9002, "Bo Bek Jr.", "bobekjr", None), (9003, "Cé Čop", "cecop", None)]
    assert players[7] == (9008, "Hub Hex", "hubhex", None)


def test_the_time_of_building_is_no_content() -> None:
    """`meta` may be anything."""
    assert parsed(changed(box(), "meta", "time", to="2031-01-01")) == parsed(changed(box(), "meta")) == parsed(box())


@pytest.mark.parametrize(
    ("status", "text", "state"),
    [
        (1, "7:30 pm ET", "scheduled"),
        (1, "PPD", "postponed"),
        (1, "Cancelled", "cancelled"),
        (2, "Q3 5:12", "live"),
        (2, "Halftime", "live"),
    ],
)
def test_a_game_without_a_result(status: int, text: str, state: str) -> None:
    """Only what it says of itself is given; the half-filled rest is not even looked at."""
    document = changed(changed(box(), "game", "gameStatus", to=status), "game", "gameStatusText", to=text)
    document["game"].pop("homeTeam")
    assert told(parsed(document)) == [(GAME, state)]


def test_a_guest_of_the_preseason() -> None:
    """A game of others than the 30 teams is told of, and gives no line."""
    assert told(parsed(changed(box(), "game", "awayTeam", "teamId", to=15020))) == [(GAME, "exhibition")]


def test_a_few_seconds_are_an_appearance() -> None:
    """A line with minutes was played, whatever the flag says."""
    document = changed(box(), "game", "homeTeam", "players", 6, "statistics", "minutes", to="PT00M04.00S")
    lines = {row["personId"]: row["seconds"] for row in of_kind(parsed(document), "player_box").rows}
    assert lines[9007] == 4


HOME, FIRST = ("game", "homeTeam"), ("game", "homeTeam", "players", 0)
DRIFT: dict[str, tuple[Any, str]] = {
    "another game": (changed(box(), "game", "gameId", to="0022499002"), "game.gameId: it is about game 0022499002"),
    "an id as a number": (changed(box(), "game", "gameId", to=22499001), "game.gameId"),
    "a missing key": (changed(box(), *FIRST, "statistics", "points"), "homeTeam.players.0.statistics.points"),
    "a renamed key": (renamed(box(), *HOME, "players", to="roster"), "game.homeTeam.players"),
    "a new status": (changed(box(), "game", "gameStatus", to=4), "game.gameStatus"),
    "a status as text": (changed(box(), "game", "gameStatus", to="3"), "game.gameStatus"),
    "a new status of a player": (changed(box(), *FIRST, "status", to="SUSPENDED"), "players.0.status"),
    "a null list": (changed(box(), *HOME, "players", to=None), "game.homeTeam.players"),
    "no players": (changed(box(), *HOME, "players", to=[]), "game.homeTeam: 0 players of team 1610612738 played"),
    "an object for a list": (changed(box(), *HOME, "players", to={}), "game.homeTeam.players"),
    "no team": (changed(box(), "game", "awayTeam"), "game.awayTeam"),
    "other minutes": (changed(box(), *FIRST, "statistics", "minutes", to="39:59"), "players.0.statistics.minutes"),
    "points as text": (changed(box(), *FIRST, "statistics", "points", to="26"), "players.0.statistics.points"),
    "points that do not add up": (
        changed(box(), *FIRST, "statistics", "points", to=27),
        "players.0: player 9001 has 27 points, where the shots made give 26",
    ),
    "a player is missing": (
        changed(box(), *HOME, "players", 5),
        "game.homeTeam: players have 69 points, the team 74, the score says 74",
    ),
    "another score": (changed(box(), *HOME, "score", to=75), "players have 74 points, the team 74, the score says 75"),
    "a score that is tied": (changed(box(), *HOME, "score", to=70), "both sides have 70 points"),
    "minutes that do not add up": (
        changed(box(), *FIRST, "statistics", "minutes", to="PT20M00.00S"),
        "game.homeTeam: players have 13200 seconds, the team 14400",
    ),
    "more made than tried": (
        changed(box(), *FIRST, "statistics", "fieldGoalsAttempted", to=9),
        "10 fieldGoalsMade of 9",
    ),
    "six starters": (changed(box(), *HOME, "players", 5, "starter", to="1"), "has 6 starters"),
    "a player twice": (changed(box(), *HOME, "players", 1, "personId", to=9001), "player 9001 is listed twice"),
    "a player on both sides": (
        changed(box(), "game", "awayTeam", "players", 0, "personId", to=9001),
        "awayTeam.players.0: player 9001 is listed twice",
    ),
    "statistics of one who sat": (
        changed(box(), *HOME, "players", 6, "statistics", "assists", to=1),
        "player 9007 did not play, and has statistics",
    ),
    "a team against itself": (changed(box(), "game", "awayTeam", "teamId", to=BOS), "plays against itself"),
    "an official twice": (changed(box(), "game", "officials", 1, "personId", to=801), "an official is listed twice"),
    "half a point": (changed(box(), *FIRST, "statistics", "plusMinusPoints", to=0.5), "plusMinusPoints"),
    "a list": ([box()], "document: an object is expected"),
    "HTML": (b"<html>Access Denied</html>", "document: it is not JSON"),
    "a word of failure": ({"Message": "An error has occurred."}, "the source says 'An error has occurred.'"),
    "nothing": (b"", "document: it is not JSON"),
    "not UTF-8": (b'{"game": "\xff"}', "document: it is not JSON"),
    "not a number": (b'{"game": NaN}', "NaN is no number"),
    "infinity": (b'{"game": 1e999}', "is no finite number"),
    "a long number": (b'{"game": ' + b"9" * 400 + b"}", "a number of 400 digits"),
    "too long": (b" " * (MAX_BYTES + 1), f"it has {MAX_BYTES + 1} bytes, over {MAX_BYTES}"),
    "too deep": (b'{"game": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested too deeply"),
}


@pytest.mark.parametrize("drift", DRIFT)
def test_another_shape_is_refused(drift: str) -> None:
    """Each with the place and what is wrong there."""
    document, said = DRIFT[drift]
    with pytest.raises(ShapeError) as caught:
        parsed(document)
    assert said in caught.value.message
    assert caught.value.message.startswith(f"nba_cdn, box {GAME}: ")
    assert caught.value.hint


def test_an_unknown_need() -> None:
    """A payload of something else is refused, not guessed."""
    other = requests.Request("nba_cdn", "odds", GAME, "https://cdn.nba.com/x")
    with pytest.raises(ShapeError, match="there is no need 'odds'"):
        records.parse(payload(other, box()))
