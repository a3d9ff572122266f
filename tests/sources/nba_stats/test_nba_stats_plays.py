"""The statistics site's play-by-play: order, second rows, events of teams, assists by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from stats_payloads import plays

from backcourt.sources.nba_stats import records, requests
from backcourt.sources.payload import Batch, ShapeError
from nba_game import BOS, DAY, GAME, NYK
from payloads import changed, payload, renamed
from staged_records import of_kind, picked, told

ASKED = requests.plays(GAME, DAY)
Rows = Callable[..., list[dict[str, Any]]]


def parsed(document: object) -> list[Batch]:
    return records.parse(payload(ASKED, document))


def test_events(rows: Rows) -> None:
    """In the order of `actionId`; who acted, the score where it is written, nothing on fast breaks."""
    found = rows(payload(ASKED, plays()), "play_by_play")
    columns = (
        "event_index action_number period clock_ms action_type player_id team_id made points score_home score_away"
    )
    none = (None, None)
    assert picked(found, columns) == [
        (1, 7, 1, 702000, "2pt", 9004, BOS, False, 0, *none),
        (2, 7, 1, 702000, "block", 9103, NYK, None, 0, *none),
        (3, 8, 1, 700000, "rebound", 9001, BOS, None, 0, *none),
        (4, 9, 1, 695000, "3pt", 9002, BOS, True, 3, 3, 0),
        (5, 10, 1, 680000, "turnover", 9101, NYK, None, 0, *none),
        (6, 10, 1, 680000, "steal", 9003, BOS, None, 0, *none),
        (7, 12, 1, 675000, "foul", 9104, NYK, None, 0, *none),
        (8, 13, 1, 675000, "freethrow", 9002, BOS, True, 1, 4, 0),
        (9, 14, 1, 675000, "freethrow", 9002, BOS, False, 0, *none),
        (10, 15, 1, 673000, "rebound", None, NYK, None, 0, *none),
        (11, 16, 1, 673000, "timeout", None, NYK, None, 0, *none),
        (12, 17, 1, 673000, "substitution", 9104, NYK, None, 0, *none),
        (13, 19, 1, 670000, "freethrow", 9101, NYK, True, 1, 4, 1),
        (14, 20, 4, 700, "2pt", 9102, NYK, True, 2, 4, 3),
    ]
    about = "game_id game_date season is_fast_break is_second_chance is_from_turnover players_on problem"
    assert set(picked(found, about)) == {(GAME, DAY, "2024-25", None, None, None, None, None)}


def test_who_else_was_in_an_event(rows: Rows) -> None:
    """Blocks and steals by number, assists by the one player of that name."""
    found = rows(payload(ASKED, plays()), "play_by_play")
    helpers = "event_index assist_player_id block_player_id steal_player_id foul_drawn_player_id"
    assert [row for row in picked(found, helpers) if any(row[1:])] == [
        (1, None, 9103, None, None),
        (4, 9003, None, None, None),
        (5, None, None, 9003, None),
    ]
    throws = "event_index free_throw_number free_throw_total free_throw_kind"
    assert [row for row in picked(found, throws) if any(row[1:])] == [
        (8, 1, 2, "personal"),
        (9, 2, 2, "personal"),
        (13, None, None, "technical"),
    ]


def test_shots(rows: Rows) -> None:
    """The zone follows from the place, and says so."""
    columns = "action_number player_id team_id shot_value made zone zone_quality distance_ft court_x court_y problem"
    found = rows(payload(ASKED, plays()), "shots")
    assert picked(found, columns) == [
        (7, 9004, BOS, 2, False, "paint", "distance", 2, -5, 29, None),
        (9, 9002, BOS, 3, True, "three", "distance", 22, -228, 12, None),
        (20, 9102, NYK, 2, True, "mid_range", "distance", 14, 81, 110, None),
    ]
    assert picked(found, "assist_player_id block_player_id is_fast_break zone_basic") == [
        (None, 9103, None, None),
        (9003, None, None, None),
        (None, None, None, None),
    ]


def test_an_assist_that_is_not_told_apart() -> None:
    """Two of a name, or none: no one is credited, and it is told."""
    said = [row["said"] for row in of_kind(parsed(plays()), "status").rows]
    assert said == ["action 20: which Nobody of team 1610612752 assisted is not told"]
    twins = changed(plays(), "game", "actions", 2, "playerName", to="Cop")
    shots = {row["actionNumber"]: row["assistPersonId"] for row in of_kind(parsed(twins), "shots").rows}
    assert shots[9] is None
    assert len(of_kind(parsed(twins), "status").rows) == 2


def test_a_game_that_goes_on() -> None:
    """Before the end of the fourth period, in an overtime, or with a tied score it is not over."""
    end = ("game", "actions", 16)
    assert told(parsed(changed(plays(), *end))) == [(GAME, "live")]
    assert told(parsed(changed(plays(), *end, "period", to=3))) == [(GAME, "live")]
    assert told(parsed(changed(plays(), "game", "actions", 17, "period", to=5))) == [(GAME, "live")]
    assert told(parsed(changed(plays(), *end, "scoreAway", to="4"))) == [(GAME, "live")]
    assert told(parsed(changed(plays(), "game", "actions", to=[]))) == [(GAME, "empty")]


ACTIONS = ("game", "actions")
SHOT = (*ACTIONS, 5)
DRIFT: dict[str, tuple[Any, str]] = {
    "another game": (changed(plays(), "game", "gameId", to="0022499002"), "it is about game 0022499002"),
    "a null list": (changed(plays(), *ACTIONS, to=None), "game.actions"),
    "a missing key": (changed(plays(), *SHOT, "actionId"), "game.actions.5.actionId"),
    "a renamed key": (renamed(plays(), *SHOT, "shotValue", to="value"), "game.actions.5.shotValue"),
    "a score as a number": (changed(plays(), *SHOT, "scoreHome", to=3), "game.actions.5.scoreHome"),
    "a shot worth four": (changed(plays(), *SHOT, "shotValue", to=4), "game.actions.5.shotValue"),
    "a shot worth one": (changed(plays(), *SHOT, "shotValue", to=1), "actionId 6: 'Made Shot' of 1 points"),
    "a shot that is none": (changed(plays(), *SHOT, "isFieldGoal", to=0), "actionId 6: 'Made Shot' with isFieldGoal 0"),
    "a new kind of shot": (changed(plays(), *SHOT, "actionType", to="Heave"), "actionId 6: 'Heave' with isFieldGoal 1"),
    "made and missed": (changed(plays(), *SHOT, "actionType", to="Missed Shot"), "'Missed Shot' of 3 points, 'Made'"),
    "a shot of no one": (changed(plays(), *SHOT, "personId", to=0), "a shot without its player or team"),
    "an event twice": (changed(plays(), *SHOT, "actionId", to=3), "an actionId stands twice"),
    "two shots of a number": (changed(plays(), *SHOT, "actionNumber", to=7), "two shots have one actionNumber"),
    "points that do not add up": (changed(plays(), *ACTIONS, 16, "scoreHome", to="5"), "they give 7 points"),
    "three teams": (changed(plays(), *SHOT, "teamId", to=1610612737), "events of 3 teams"),
}


@pytest.mark.parametrize("drift", DRIFT)
def test_another_shape_is_refused(drift: str) -> None:
    """Each with the place and what is wrong there."""
    document, said = DRIFT[drift]
    with pytest.raises(ShapeError) as caught:
        parsed(document)
    assert said in caught.value.message
