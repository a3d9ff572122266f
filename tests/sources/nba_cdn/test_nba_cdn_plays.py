"""The content network's play-by-play: events in order, and shots with their zones, helpers and occasions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cdn_payloads import plays

from backcourt.engine.registry import Registry
from backcourt.sources.nba_cdn import records, requests
from backcourt.sources.payload import Batch, ShapeError
from backcourt.warehouse.duckdb import Warehouse
from nba_game import BOS, DAY, GAME, NYK
from payloads import changed, payload, renamed
from staged_records import of_kind, picked, staged, told

MAPPINGS = Path(records.__file__).parent / "mappings"


def parsed(document: object, game_date: date | None = None) -> list[Batch]:
    return records.parse(payload(requests.plays(GAME, game_date), document))


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path / "w.duckdb", threads=1) as opened:
        yield opened


def test_events(warehouse: Warehouse, registry: Registry, tmp_path: Path) -> None:
    """In the order of `orderNumber`; a team's event has no player; periods and jump balls are left out."""
    rows = staged(warehouse, registry, MAPPINGS, of_kind(parsed(plays()), "play_by_play"), tmp_path)
    columns = (
        "event_index action_number period clock_ms action_type player_id team_id made points score_home score_away"
    )
    assert picked(rows, columns) == [
        (1, 7, 1, 702000, "2pt", 9004, BOS, False, 0, 0, 0),
        (2, 26, 1, 702000, "block", 9103, NYK, None, 0, 0, 0),
        (3, 8, 1, 700000, "rebound", 9001, BOS, None, 0, 0, 0),
        (4, 9, 1, 695500, "3pt", 9003, BOS, True, 3, 3, 0),
        (5, 10, 1, 680000, "turnover", 9101, NYK, None, 0, 3, 0),
        (6, 11, 1, 680000, "steal", 9002, BOS, None, 0, 3, 0),
        (7, 12, 1, 675000, "foul", 9104, NYK, None, 0, 3, 0),
        (8, 13, 1, 675000, "freethrow", 9002, BOS, True, 1, 4, 0),
        (9, 14, 1, 675000, "freethrow", 9002, BOS, False, 0, 4, 0),
        (10, 15, 1, 673000, "rebound", None, NYK, None, 0, 4, 0),
        (11, 16, 1, 673000, "timeout", None, NYK, None, 0, 4, 0),
        (12, 17, 1, 673000, "substitution", 9105, NYK, None, 0, 4, 0),
        (13, 18, 1, 673000, "substitution", 9106, NYK, None, 0, 4, 0),
        (14, 19, 1, 670000, "freethrow", 9101, NYK, True, 1, 4, 1),
        (15, 20, 5, 70, "2pt", 9102, NYK, True, 2, 4, 3),
        (16, 21, 5, 10, "3pt", 9101, NYK, False, 0, 4, 3),
    ]
    # The date is the Eastern one of the first event: it is past midnight in UTC.
    assert {row["game_date"] for row in rows} == {DAY}
    assert {(row["game_id"], row["season"], row["players_on"], row["problem"]) for row in rows} == {
        (GAME, "2024-25", None, None)
    }


def test_who_else_was_in_an_event(warehouse: Warehouse, registry: Registry, tmp_path: Path) -> None:
    """Assist, block, steal, foul drawn; free throws by number and kind; what was a fast break."""
    rows = staged(warehouse, registry, MAPPINGS, of_kind(parsed(plays()), "play_by_play"), tmp_path)
    helpers = "event_index assist_player_id block_player_id steal_player_id foul_drawn_player_id"
    assert [row for row in picked(rows, helpers) if any(row[1:])] == [
        (1, None, 9103, None, None),
        (4, 9001, None, None, None),
        (5, None, None, 9002, None),
        (7, None, None, None, 9002),
    ]
    throws = "event_index free_throw_number free_throw_total free_throw_kind"
    assert [row for row in picked(rows, throws) if any(row[1:])] == [
        (8, 1, 2, "personal"),
        (9, 2, 2, "personal"),
        (14, 1, 1, "technical"),
    ]
    flags = "event_index is_fast_break is_second_chance is_from_turnover"
    assert [row for row in picked(rows, flags) if any(row[1:])] == [(4, False, True, True), (8, True, False, False)]
    assert picked(rows, flags)[0] == (1, False, False, False)


def test_shots(warehouse: Warehouse, registry: Registry, tmp_path: Path) -> None:
    """The zone is the source's; without one it follows from the place, and says so."""
    rows = staged(warehouse, registry, MAPPINGS, of_kind(parsed(plays()), "shots"), tmp_path)
    assert picked(rows, "action_number player_id team_id shot_value made zone zone_quality distance_ft problem") == [
        (7, 9004, BOS, 2, False, "paint", "source", 2, None),
        (9, 9003, BOS, 3, True, "three", "source", 22, None),
        (20, 9102, NYK, 2, True, "mid_range", "distance", 14, None),
        (21, 9101, NYK, 3, False, "three", "source", 61, None),
    ]
    assert picked(rows, "zone_basic zone_area court_x court_y assist_player_id block_player_id") == [
        ("Restricted Area", "Center(C)", -5, 29, None, 9103),
        ("Left Corner 3", "Left Side(L)", -228, 12, 9001, None),
        (None, None, 81, 110, None, None),
        ("Backcourt", "Back Court(BC)", 20, 610, None, None),
    ]
    assert picked(rows, "is_fast_break is_second_chance is_from_turnover") == [
        (False, False, False),
        (False, True, True),
        (False, False, False),
        (False, False, False),
    ]


def test_the_date_of_the_schedule_comes_first() -> None:
    """Where the request knows the date, no event decides it."""
    assert {batch.game_date for batch in parsed(plays(), date(2025, 1, 5))} == {date(2025, 1, 5)}


def test_a_game_that_goes_on() -> None:
    """No event is given before the last."""
    document = plays()
    document["game"]["actions"].pop()
    assert told(parsed(document)) == [(GAME, "live")]
    assert told(parsed(changed(plays(), "game", "actions", to=[]))) == [(GAME, "empty")]


def test_a_heave_is_no_players_shot() -> None:
    """It counts for the team alone, and its points count all the same."""
    document = plays()
    made = document["game"]["actions"][-4]
    document["game"]["actions"][-4] = {**made, "actionType": "heave", "personId": 0, "shotResult": "Missed"}
    for action in document["game"]["actions"][-3:]:
        action["scoreAway"] = "1"
    assert len(of_kind(parsed(document), "shots").rows) == 3


ACTIONS = ("game", "actions")
SHOT = (*ACTIONS, 5)
DRIFT: dict[str, tuple[Any, str]] = {
    "another game": (changed(plays(), "game", "gameId", to="0022499002"), "it is about game 0022499002"),
    "a missing list": (changed(plays(), *ACTIONS), "game.actions: Field required"),
    "a null list": (changed(plays(), *ACTIONS, to=None), "game.actions"),
    "a missing key": (changed(plays(), *SHOT, "clock"), "game.actions.5.clock"),
    "a renamed key": (renamed(plays(), *SHOT, "personId", to="playerId"), "game.actions.5.personId"),
    "a score as a number": (changed(plays(), *SHOT, "scoreHome", to=3), "game.actions.5.scoreHome"),
    "a clock of another kind": (changed(plays(), *SHOT, "clock", to="11:35"), "game.actions.5.clock"),
    "an unknown area": (changed(plays(), *SHOT, "area", to="Paint"), "game.actions.5.area"),
    "an unknown result": (changed(plays(), *SHOT, "shotResult", to="Good"), "game.actions.5.shotResult"),
    "no result": (changed(plays(), *SHOT, "shotResult", to=None), "they give 4 points, the score at the end is 7"),
    "a shot of a new kind": (changed(plays(), *ACTIONS, 2, "actionType", to="4pt"), "'4pt' is a shot of no known kind"),
    "a made shot of a new kind": (
        changed(plays(), *SHOT, "actionType", to="4pt"),
        "they give 4 points, the score at the end is 7",
    ),
    "a shot of no one": (changed(plays(), *SHOT, "personId", to=0), "a shot without its result, player or team"),
    "a shot from nowhere": (
        changed(changed(plays(), *SHOT, "area"), *SHOT, "xLegacy", to=None),
        "a shot with neither an area nor a place",
    ),
    "an event twice": (changed(plays(), *SHOT, "actionNumber", to=7), "an actionNumber stands twice"),
    "a place in the order twice": (changed(plays(), *SHOT, "orderNumber", to=70_000), "an orderNumber stands twice"),
    "a score that does not add up": (changed(plays(), *ACTIONS, -1, "scoreHome", to="5"), "the score at the end is 8"),
    "three teams": (changed(plays(), *SHOT, "teamId", to=1610612737), "events of 3 teams"),
}


@pytest.mark.parametrize("drift", DRIFT)
def test_another_shape_is_refused(drift: str) -> None:
    """Each with the place and what is wrong there."""
    document, said = DRIFT[drift]
    with pytest.raises(ShapeError) as caught:
        parsed(document)
    assert said in caught.value.message


def test_a_game_of_guests() -> None:
    """A team outside the 30 is told of."""
    document = plays()
    for action in document["game"]["actions"]:
        action["teamId"] = 15020 if action.get("teamId") == NYK else action.get("teamId")
    assert told(parsed(document)) == [(GAME, "exhibition")]


def test_the_time_of_building_is_no_content() -> None:
    """`meta` may be anything."""
    assert parsed(changed(plays(), "meta")) == parsed(plays())
    assert replace(parsed(plays())[0], rows=()) == Batch("play_by_play", (), "2024-25", DAY, GAME)
