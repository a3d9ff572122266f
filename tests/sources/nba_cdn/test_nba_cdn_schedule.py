"""The schedule file, which stats.nba.com answers in the same words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from cdn_payloads import game, schedule, side

from backcourt.engine.registry import Registry
from backcourt.names import TEAM_IDS
from backcourt.sources.nba_cdn import records, requests
from backcourt.sources.nba_stats import records as stats_records
from backcourt.sources.nba_stats import requests as stats_requests
from backcourt.sources.payload import Batch, ShapeError
from backcourt.warehouse.duckdb import Warehouse
from nba_game import BOS, NYK
from payloads import changed, payload, renamed
from staged_records import of_kind, picked, staged

MAPPINGS = Path(records.__file__).parent / "mappings"
PRE, LATE, NOTHING = "0012400001", "0022400003", (None, None)


def parsed(document: object, season: str = "2024-25") -> list[Batch]:
    return records.parse(payload(requests.schedule(season), document))


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path / "w.duckdb", threads=1) as opened:
        yield opened


def test_games(warehouse: Warehouse, registry: Registry, tmp_path: Path) -> None:
    """Eastern dates, tip-off in UTC whatever the `Z` of the Eastern fields says, results of final games alone."""
    rows = staged(warehouse, registry, MAPPINGS, of_kind(parsed(schedule()), "games"), tmp_path)
    columns = (
        "game_id game_date season season_type home_team_id away_team_id tip_scheduled_at home_points away_points status"
    )
    at = datetime
    assert picked(rows, columns) == [
        (PRE, date(2024, 10, 5), "2024-25", "preseason", BOS, 15020, at(2024, 10, 5, 16), 90, 88, "final"),
        ("0022400001", date(2025, 1, 6), "2024-25", "regular", BOS, NYK, at(2025, 1, 7, 0, 30), 74, 70, "final"),
        ("0022400002", date(2025, 1, 7), "2024-25", "regular", BOS, NYK, at(2025, 1, 8, 1), *NOTHING, "live"),
        (LATE, date(2025, 7, 1), "2024-25", "regular", BOS, NYK, at(2025, 7, 1, 23, 30), *NOTHING, "scheduled"),
        ("0022400004", date(2025, 1, 8), "2024-25", "regular", BOS, NYK, at(2025, 1, 9, 0, 30), *NOTHING, "postponed"),
        ("0022400005", date(2025, 1, 9), "2024-25", "regular", BOS, NYK, at(2025, 1, 10, 0, 30), *NOTHING, "postponed"),
        (
            "0022400006",
            date(2025, 1, 10),
            "2024-25",
            "regular",
            BOS,
            NYK,
            at(2025, 1, 11, 0, 30),
            *NOTHING,
            "cancelled",
        ),
        ("0052400101", date(2025, 4, 15), "2024-25", "play_in", BOS, NYK, None, *NOTHING, "scheduled"),
        (
            "0062400001",
            date(2024, 12, 17),
            "2024-25",
            "cup_final",
            BOS,
            NYK,
            at(2024, 12, 18, 1, 30),
            *NOTHING,
            "scheduled",
        ),
    ]
    assert picked(rows, "neutral_site arena arena_city national_tv tip_actual_at cutoff_kind problem")[:2] == [
        (True, "TD Garden", "Boston", None, None, "scheduled", None),
        (False, "TD Garden", "Boston", "ESPN", None, "scheduled", None),
    ]
    assert picked(rows, "national_tv cutoff_kind is_final")[3] == ("ABC", "scheduled", False)
    assert picked(rows, "cutoff_kind arena arena_city")[7:] == [
        ("noon", "TD Garden", "Boston"),
        ("scheduled", None, None),
    ]
    assert {row["problem"] for row in rows} == {None}


def test_games_that_other_results_decide() -> None:
    """They are told of with their date, and stand in no table."""
    assert [tuple(row.values()) for row in of_kind(parsed(schedule()), "status").rows] == [
        ("0042400107", "if_necessary", "2025-05-01: played if the series is not decided"),
        ("0042400211", "placeholder", "2025-05-05: its sides are not decided"),
    ]


def test_teams_are_all_or_none(warehouse: Warehouse, registry: Registry, tmp_path: Path) -> None:
    """A schedule that names the thirty is a registry of them."""
    assert "teams" not in {batch.kind for batch in parsed(schedule())}
    document = schedule()
    sides = [side(team_id, f"City {code}", f"Name {code}", code) for code, team_id in TEAM_IDS.items()]
    document["leagueSchedule"]["gameDates"][1]["games"] += [
        game(
            f"00224001{place:02d}",
            1,
            "7:30 pm ET",
            "2025-02-01T19:30:00",
            "2025-02-02T00:30:00",
            homeTeam=home,
            awayTeam=away,
        )
        for place, (home, away) in enumerate(zip(sides[::2], sides[1::2], strict=True))
    ]
    rows = staged(warehouse, registry, MAPPINGS, of_kind(parsed(document), "teams"), tmp_path)
    assert picked(rows, "team_id tricode full_name nickname city conference division problem")[:2] == [
        (1610612737, "ATL", "City ATL Name ATL", "Name ATL", "City ATL", None, None, None),
        (1610612738, "BOS", "City BOS Name BOS", "Name BOS", "City BOS", None, None, None),
    ]
    assert len(rows) == 30


def test_the_statistics_site_answers_the_same() -> None:
    """Its schedule has the body of the file."""
    other = stats_records.parse(payload(stats_requests.schedule("2024-25"), schedule()))
    assert other == parsed(schedule())


FIRST = ("leagueSchedule", "gameDates", 0, "games", 0)
DRIFT: dict[str, tuple[Any, str]] = {
    "another season": (
        changed(schedule(), "leagueSchedule", "seasonYear", to="2025-26"),
        "it is of 2025-26, not 2024-25",
    ),
    "another league": (changed(schedule(), "leagueSchedule", "leagueId", to="10"), "leagueSchedule.leagueId"),
    "a game of another season": (changed(schedule(), *FIRST, "gameId", to="0022300001"), "its id is of 2023-24"),
    "a game twice": (changed(schedule(), *FIRST, "gameId", to="0022400001"), "game 0022400001: it is listed twice"),
    "no games": (changed(schedule(), "leagueSchedule", "gameDates", to=[]), "the season has no game"),
    "a null list": (changed(schedule(), "leagueSchedule", "gameDates", 1, "games", to=None), "gameDates.1.games"),
    "a missing key": (changed(schedule(), *FIRST, "gameStatus"), "games.0.gameStatus"),
    "a renamed key": (renamed(schedule(), *FIRST, "gameDateTimeUTC", to="gameTimeUTC"), "games.0.gameDateTimeUTC"),
    "a new status": (changed(schedule(), *FIRST, "gameStatus", to=4), "games.0.gameStatus"),
    "a new letter": (changed(schedule(), *FIRST, "postponedStatus", to="X"), "games.0.postponedStatus"),
    "a team as text": (changed(schedule(), *FIRST, "homeTeam", "teamId", to="1610612738"), "homeTeam.teamId"),
    "an id that lost its zeros": (changed(schedule(), *FIRST, "gameId", to="12400001"), "games.0.gameId"),
    "a date that is none": (
        changed(schedule(), *FIRST, "gameDateEst", to="2024-10-32T00:00:00Z"),
        "games.0.gameDateEst",
    ),
    "Eastern time in UTC": (
        changed(schedule(), *FIRST, "gameDateTimeEst", to="2024-10-05T16:00:00Z"),
        "gameDateTimeEst: 2024-10-05 16:00:00 Eastern is not 2024-10-05 16:00:00+00:00",
    ),
    "a result without a score": (
        changed(schedule(), *FIRST, "homeTeam", "score", to=None),
        "it is final, and has no score",
    ),
    "networks under a new name": (
        renamed(schedule(), *FIRST, "broadcasters", "nationalTvBroadcasters", to="national"),
        "neither nationalTvBroadcasters nor nationalBroadcasters is there",
    ),
}


@pytest.mark.parametrize("drift", DRIFT)
def test_another_shape_is_refused(drift: str) -> None:
    """Each with the place and what is wrong there."""
    document, said = DRIFT[drift]
    with pytest.raises(ShapeError) as caught:
        parsed(document)
    assert said in caught.value.message
