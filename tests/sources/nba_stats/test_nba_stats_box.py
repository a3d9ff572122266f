"""The statistics site's box score: the content network's counts, other minutes, no word on whether the game is over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stats_payloads import box

from backcourt.sources.nba_cdn import records as cdn
from backcourt.sources.nba_stats import records, requests
from backcourt.sources.payload import Batch, Request, ShapeError
from nba_game import BOS, DAY, GAME, NYK, PLAYER_COLUMNS, PLAYER_ROWS, TEAM_COLUMNS, TEAM_ROWS
from payloads import changed, payload, renamed
from staged_records import picked, told

ASKED = requests.box(GAME, DAY)
Rows = Callable[..., list[dict[str, Any]]]


def parsed(document: object, request: Request = ASKED) -> list[Batch]:
    return records.parse(payload(request, document))


def test_players(rows: Rows) -> None:
    """The same rows as from the content network: exact seconds, a position for the five who start."""
    assert picked(rows(payload(ASKED, box()), "player_box"), PLAYER_COLUMNS) == PLAYER_ROWS


def test_teams(rows: Rows) -> None:
    """The date is the one that was asked for: the document has none."""
    assert picked(rows(payload(ASKED, box()), "team_box"), TEAM_COLUMNS) == TEAM_ROWS


def test_those_who_did_not_play(rows: Rows) -> None:
    """With the comment as printed; the inactive are not in this document."""
    assert picked(
        rows(payload(ASKED, box()), "did_not_play"), "game_id player_id game_date season team_id reason problem"
    ) == [
        (GAME, 9007, DAY, "2024-25", BOS, "DNP - Coach's Decision", None),
        (GAME, 9107, DAY, "2024-25", NYK, None, None),
    ]


@pytest.mark.parametrize("kind", ["games", "teams", "player_box", "team_box", "did_not_play", "play_by_play", "shots"])
def test_both_sources_speak_the_same_words(kind: str) -> None:
    """So their mappings do not differ."""
    ours, theirs = (Path(module.__file__ or "").parent / "mappings" / f"{kind}.yaml" for module in (records, cdn))
    assert ours.read_text() == theirs.read_text()


BOX = "boxScoreTraditional"
HOME, AWAY = (BOX, "homeTeam"), (BOX, "awayTeam")
FIRST = (*HOME, "players", 0)


def with_minutes(home: str, away: str) -> Any:
    """The box score with other minutes of the teams."""
    document = changed(box(), *HOME, "statistics", "minutes", to=home)
    return changed(document, *AWAY, "statistics", "minutes", to=away)


@pytest.mark.parametrize("minutes", ["12:00", "239:00", "0:00", "", "252:00", "270:00"])
def test_a_game_that_goes_on(minutes: str) -> None:
    """Whole periods have been played when it is over."""
    expected = [(GAME, "live")] if minutes != "239:00" else None
    if expected:
        assert told(parsed(with_minutes(minutes, minutes))) == expected
    else:
        # Off by a minute is how the site prints some games that are over.
        assert {batch.kind for batch in parsed(with_minutes(minutes, minutes))} >= {"player_box", "team_box"}


def test_a_tie_is_not_the_end() -> None:
    """After 240 minutes with a tied score there is an overtime to come."""
    document = changed(box(), *HOME, "statistics", "points", to=70)
    assert told(parsed(document)) == [(GAME, "live")]


def test_a_game_without_players() -> None:
    """Neither players nor points: nothing has happened. Points without players are a fault."""
    document = box()
    for side in ("homeTeam", "awayTeam"):
        document[BOX][side]["players"] = []
    with pytest.raises(ShapeError, match="homeTeam: 0 players of team 1610612738 played"):
        parsed(document)
    for side in ("homeTeam", "awayTeam"):
        document[BOX][side]["statistics"]["points"] = 0
    assert told(parsed(document)) == [(GAME, "empty")]


def test_a_game_of_guests() -> None:
    """A team outside the 30 is told of."""
    document = changed(changed(box(), *AWAY, "teamId", to=15020), BOX, "awayTeamId", to=15020)
    assert told(parsed(document)) == [(GAME, "exhibition")]


DRIFT: dict[str, tuple[Any, str]] = {
    "another game": (changed(box(), BOX, "gameId", to="0022499002"), "it is about game 0022499002"),
    "a renamed envelope": (renamed(box(), BOX, to="boxScoreV4"), "boxScoreTraditional: Field required"),
    "a missing key": (changed(box(), *FIRST, "position"), "homeTeam.players.0.position"),
    "a null list": (changed(box(), *HOME, "players", to=None), "homeTeam.players"),
    "no players": (changed(box(), *AWAY, "players", to=[]), "awayTeam: 0 players of team 1610612752 played"),
    "other minutes": (
        changed(box(), *FIRST, "statistics", "minutes", to="PT40M00.00S"),
        "players.0.statistics.minutes",
    ),
    "seconds over sixty": (changed(box(), *FIRST, "statistics", "minutes", to="40:75"), "players.0.statistics.minutes"),
    "a swapped type": (changed(box(), *FIRST, "statistics", "assists", to="7"), "players.0.statistics.assists"),
    "positions for all": (changed(box(), *HOME, "players", 5, "position", to="G"), "has 6 starters"),
    "no positions": (changed(box(), *FIRST, "position", to=""), "has 4 starters"),
    "minutes that are gone": (
        changed(box(), *FIRST, "statistics", "minutes", to=""),
        "did not play, and has statistics",
    ),
    "points that do not add up": (changed(box(), *HOME, "players", 5), "players have 69 points, the team 74"),
    "teams the wrong way round": (changed(box(), BOX, "homeTeamId", to=NYK), "are not those of its teams"),
    "half a point": (changed(box(), *FIRST, "statistics", "plusMinusPoints", to=1.5), "plusMinusPoints"),
    "a word of failure": ({"Message": "An error has occurred."}, "the source says 'An error has occurred.'"),
}


@pytest.mark.parametrize("drift", DRIFT)
def test_another_shape_is_refused(drift: str) -> None:
    """Each with the place and what is wrong there."""
    document, said = DRIFT[drift]
    with pytest.raises(ShapeError) as caught:
        parsed(document)
    assert said in caught.value.message


def test_a_request_without_a_date() -> None:
    """Nothing else says when the game was played."""
    with pytest.raises(ShapeError, match="on which date the game is played"):
        parsed(box(), Request("nba_stats", requests.BOX, GAME, ASKED.url))
