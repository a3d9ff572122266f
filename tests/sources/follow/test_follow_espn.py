"""`backcourt ingest espn`: scoreboards beside the schedule, and rosters and injuries of the moment, each a snapshot that stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from answering import status
from following import AFTERNOON, Following
from test_espn import FINAL, Document, athlete, board, event, roster, side

from backcourt.sources.espn.teams import IDS

SITE = "/apis/site/v2/sports/basketball/nba/teams"
SCOREBOARD = "/apis/site/v2/sports/basketball/nba/scoreboard"
AHEAD = ("STATUS_SCHEDULED", "pre", False)
OURS = ("Ann Guard", "Dré Forward", "Two Alike", "A New One", "Nobody Known")


def lakers(*hurt: str) -> dict[str, object]:
    out = {"status": "Out", "date": "2024-01-24T12:00Z", "details": {"type": "Knee", "side": "Left"}}
    made = roster(code="LAL", number=IDS["LAL"])
    made["team"]["athletes"] = [
        athlete(str(number), name, [out] if name in hurt else []) for number, name in enumerate(OURS)
    ]
    return made


def both_games(first: tuple[str, str, bool]) -> Document:
    """Clippers and Lakers, whose game may be over, then Warriors and Hawks."""
    over = first == FINAL
    lakers = side("away", IDS["LAL"], "LAL", "91" if over else "0", (22.0, 26.0, 20.0, 23.0) if over else ())
    clippers = side("home", IDS["LAC"], "LAC", "103" if over else "0", (25.0, 22.0, 34.0, 22.0) if over else ())
    others = side("home", IDS["GSW"], "GS"), side("away", IDS["ATL"], "ATL")
    more = {"season_type": 2}
    return board(
        event("401", "2024-01-25T00:30Z", clippers, lakers, first, **more),
        event("402", "2024-01-25T03:00Z", *others, AHEAD, **more),
    )


@pytest.fixture
def espn(following: Following) -> Following:
    """A site that has one roster of a team; the others cannot be had."""
    following.serve(SCOREBOARD, both_games(AHEAD))
    for number in IDS.values():
        following.serve(f"{SITE}/{number}", status(404))
    following.serve(f"{SITE}/{IDS['LAL']}", lakers("Ann Guard"))
    return following


def test_snapshots(espn: Following, real_league: Path) -> None:
    """A roster that changed is another snapshot; what cannot be had is named and delays nothing."""
    answer = espn.type("ingest espn --json")
    assert answer.code == 1
    (made,) = answer.json["seasons"]
    assert (made["fetched"], made["states"]) == (2, {"had": 2, "not fetched": 29})
    assert [row[0] for row in espn.rows("raw.rosters_current", "player_id")] == [11, 13]
    assert espn.rows("raw.injuries_current", "player_id, status, reason") == [(11, "out", "Left Knee")]
    asked = len(espn.server.asked)
    (again,) = espn.type("ingest espn --json").json["seasons"]
    assert (again["fetched"], again["changed"], len(espn.server.asked)) == (0, 0, asked + 29)
    espn.serve(f"{SITE}/{IDS['LAL']}", lakers("Dré Forward"))
    espn.wall.at = AFTERNOON + timedelta(hours=6)
    (later,) = espn.type("ingest espn --json").json["seasons"]
    assert (later["fetched"], later["changed"]) == (2, 3)
    columns = "player_id, snapshot_at"
    rows = espn.rows("raw.injuries_current", columns)
    assert [row[0] for row in rows] == [11, 13]
    assert espn.replayed("espn", "raw.injuries_current", columns, real_league) == rows


def test_the_same_on_the_next_day(espn: Following) -> None:
    """Who is still out is so on that day too, whatever scope is typed."""
    espn.type("ingest espn --json")
    espn.wall.at = AFTERNOON + timedelta(days=1)
    espn.type("ingest espn --json")
    rows = [("2024-01-24", 11), ("2024-01-25", 11)]
    assert [(f"{day}", player) for day, player in espn.rows("raw.injuries", "game_date, player_id")] == rows


def test_another_day(espn: Following) -> None:
    """Of a day that is over there are scoreboards, and no rosters to ask for."""
    espn.wall.at = AFTERNOON + timedelta(days=2)
    made = espn.ingest("espn --dates 2024-01-24")
    assert (made["documents"], len(espn.server.asked)) == (1, 1)


def test_a_result_before_the_schedule_has_it(espn: Following) -> None:
    """Who has the result comes first; the game that is not over stays that of the schedule, and older scoreboards are past."""
    espn.wall.at = AFTERNOON + timedelta(hours=6)
    dates = "espn --dates 2024-01-24"
    assert espn.type(f"ingest {dates} --json").code == 1  # rosters that cannot be had
    columns = "game_id, status, home_points, away_points"
    assert espn.rows("raw.games_current", columns) == [
        ("0022300001", "scheduled", None, None),
        ("0022300002", "scheduled", None, None),
    ]
    espn.serve(SCOREBOARD, both_games(FINAL))
    espn.wall.at += timedelta(hours=1)
    espn.type(f"ingest {dates} --json")
    wanted = [("0022300001", "scheduled", None, None), ("0022300002", "final", 103, 91)]
    assert espn.rows("raw.games_current", columns) == wanted
    assert espn.rows("ledger.supplied", "game_id, source, table_name") == [
        ("0022300001", "local", "games"),
        ("0022300002", "espn", "games"),
    ]
    again = espn.type(f"ingest {dates} --json").json["seasons"][0]
    assert again["changed"] == 0
