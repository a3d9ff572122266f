"""`backcourt ingest espn`: rosters and injuries of the moment, each fetch a snapshot that stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from answering import status
from following import AFTERNOON, Following
from test_espn import athlete, roster

from backcourt.sources.espn.teams import IDS

SITE = "/apis/site/v2/sports/basketball/nba/teams"
OURS = ("Ann Guard", "Dré Forward", "Two Alike", "A New One", "Nobody Known")


def lakers(*hurt: str) -> dict[str, object]:
    out = {"status": "Out", "date": "2024-01-24T12:00Z", "details": {"type": "Knee", "side": "Left"}}
    made = roster(code="LAL", number=IDS["LAL"])
    made["team"]["athletes"] = [
        athlete(str(number), name, [out] if name in hurt else []) for number, name in enumerate(OURS)
    ]
    return made


@pytest.fixture
def espn(following: Following) -> Following:
    """A site that has one roster of a team; the others cannot be had."""
    for number in IDS.values():
        following.serve(f"{SITE}/{number}", status(404))
    following.serve(f"{SITE}/{IDS['LAL']}", lakers("Ann Guard"))
    return following


def test_snapshots(espn: Following, real_league: Path) -> None:
    """A roster that changed is another snapshot; what cannot be had is named and delays nothing."""
    answer = espn.type("ingest espn --json")
    assert answer.code == 1
    (made,) = answer.json["seasons"]
    assert (made["fetched"], made["states"]) == (1, {"had": 1, "not fetched": 29})
    assert [row[0] for row in espn.rows("raw.rosters_current", "player_id")] == [11, 13]
    assert espn.rows("raw.injuries_current", "player_id, status, reason") == [(11, "out", "Left Knee")]
    asked = len(espn.server.asked)
    (again,) = espn.type("ingest espn --json").json["seasons"]
    assert (again["fetched"], again["changed"], len(espn.server.asked)) == (0, 0, asked + 29)
    espn.serve(f"{SITE}/{IDS['LAL']}", lakers("Dré Forward"))
    espn.wall.at = AFTERNOON + timedelta(hours=6)
    (later,) = espn.type("ingest espn --json").json["seasons"]
    assert (later["fetched"], later["changed"]) == (1, 3)
    columns = "player_id, snapshot_at"
    rows = espn.rows("raw.injuries_current", columns)
    assert [row[0] for row in rows] == [11, 13]
    assert espn.replayed("espn", "raw.injuries_current", columns, real_league) == rows


def test_another_day(espn: Following) -> None:
    """Of a day that is over there is nothing to ask."""
    espn.wall.at = AFTERNOON + timedelta(days=2)
    made = espn.ingest("espn --dates 2024-01-24")
    assert (made["documents"], espn.server.asked) == (0, [])
