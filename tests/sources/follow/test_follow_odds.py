"""`backcourt ingest odds_api`: what it costs is confirmed first, what is here is not bought, and in-game odds feed nothing."""

from __future__ import annotations

import copy
from datetime import timedelta
from pathlib import Path

import pytest
from answering import document, status
from following import AFTERNOON, NEXT_DAY, Following
from odds_payloads import CLIPPERS, EVENT, LINES, POINTS, WARRIORS, wrapped

SPORT = "/v4/sports/basketball_nba"
PAST = "/v4/historical/sports/basketball_nba"
OTHER = CLIPPERS["id"]
KEY = {"ODDS_API_KEY": "a-key-of-the-odds-api"}
COLUMNS = "player_id, book, line, over_american, under_american, snapshot_at, snapshot_quality"


@pytest.fixture
def odds(following: Following) -> Following:
    following.settings = dict(KEY)
    following.serve(f"{SPORT}/events", [WARRIORS, CLIPPERS])
    following.serve(f"{SPORT}/odds", LINES)
    following.serve(f"{SPORT}/events/{EVENT}/odds", POINTS)
    following.serve(f"{SPORT}/events/{OTHER}/odds", status(404))
    following.serve(f"{PAST}/events", wrapped([WARRIORS, CLIPPERS], "2024-01-24T10:55:38Z") | _around("10:50", "11:00"))
    following.serve(f"{PAST}/odds", wrapped(LINES) | _around("21:50", "23:59"))
    following.serve(f"{PAST}/events/{EVENT}/odds", wrapped(POINTS))
    following.serve(f"{PAST}/events/{OTHER}/odds", status(404))
    return following


def _around(before: str, after: str) -> dict[str, str]:
    return {"previous_timestamp": f"2024-01-24T{before}:00Z", "next_timestamp": f"2024-01-24T{after}:00Z"}


def test_live(odds: Following, real_league: Path) -> None:
    """Three credits for the lines of the date, one for the points of each game."""
    refused = odds.type("ingest odds_api")
    assert (refused.code, odds.server.asked) == (2, [])
    assert "odds_api will take up to 5 credits: 1 of events, 1 of game_lines, 2 credits for what is only" in refused.err
    made = odds.ingest("odds_api --yes")
    assert made["states"] == {"had": 3, "not there": 1}
    assert made["fetched"] == 3
    rows = odds.rows("raw.player_lines_current", COLUMNS)
    assert [row[:5] for row in rows] == [(11, "caesars", 24.5, None, -120), (11, "draftkings", 25.5, -115, -105)]
    assert len(odds.rows("raw.game_lines_current")) == 2
    asked = len(odds.server.asked)
    again = odds.ingest("odds_api")  # costs nothing, so nobody is asked
    assert (again["fetched"], again["changed"], len(odds.server.asked)) == (0, 0, asked)
    assert odds.replayed("odds_api", "raw.player_lines_current", COLUMNS, real_league) == rows


def test_each_snapshot_stays(odds: Following) -> None:
    """A price that moved is another row; the one before it stays."""
    odds.ingest("odds_api --yes")
    moved = copy.deepcopy(POINTS)
    market = moved["bookmakers"][0]["markets"][0]
    market["last_update"] = "2024-01-25T01:10:00Z"
    market["outcomes"] = market["outcomes"][:2]
    odds.serve(f"{SPORT}/events/{EVENT}/odds", moved)
    odds.wall.at = AFTERNOON + timedelta(hours=3, minutes=20)  # the Clippers play, the Warriors do not yet
    later = odds.ingest("odds_api --yes")
    assert later["fetched"] == 3
    times = [f"{row[5]:%H:%M}" for row in odds.rows("raw.player_lines_current", COLUMNS)]
    assert sorted(times) == ["01:10", "21:50", "21:59"]


def test_in_play(odds: Following) -> None:
    """What is quoted after the start is stored and marked, and no table can read it as known before the game."""
    odds.wall.at = AFTERNOON + timedelta(hours=2, minutes=20)
    early = copy.deepcopy(POINTS) | {"commence_time": "2024-01-25T00:10:00Z"}
    odds.serve(f"{SPORT}/events/{EVENT}/odds", early)
    odds.ingest("odds_api --yes")
    assert odds.rows("raw.player_lines_current", COLUMNS) == []
    assert {row[6] for row in odds.rows("raw.player_lines_marked", COLUMNS)} == {"date_only"}


def test_past(odds: Following) -> None:
    """One credit for the events, thirty for the lines, ten for the points of each game; each only once."""
    odds.wall.at = NEXT_DAY
    near = odds.ingest("odds_api")
    assert (near["documents"], odds.server.asked) == (0, [])  # nobody named a date, so nothing past is bought
    refused = odds.type("ingest odds_api --dates 2024-01-24")
    assert (refused.code, odds.server.asked) == (2, [])
    assert "odds_api will take up to 51 credits:" in refused.err
    made = odds.ingest("odds_api --dates 2024-01-24 --yes")
    assert made["states"] == {"had": 3, "not there": 1}
    assert [row[0] for row in odds.rows("raw.player_lines_current", COLUMNS)] == [11, 11]
    asked = len(odds.server.asked)
    again = odds.ingest("odds_api --dates 2024-01-24")
    assert (again["changed"], len(odds.server.asked)) == (0, asked)


def test_what_was_seen_live_is_not_bought(odds: Following) -> None:
    odds.serve(f"{SPORT}/events/{OTHER}/odds", POINTS | CLIPPERS)
    odds.ingest("odds_api --yes")
    odds.wall.at = NEXT_DAY
    asked = len(odds.server.asked)
    made = odds.ingest("odds_api --dates 2024-01-24")
    assert (made["documents"], len(odds.server.asked)) == (0, asked)


def test_an_answer_without_offers_buys_nothing_and_stands_in_no_ones_way(odds: Following) -> None:
    """Books had posted nothing yet; what stood before the tip is bought all the same, once it is confirmed."""
    odds.serve(f"{SPORT}/events/{OTHER}/odds", POINTS | CLIPPERS | {"bookmakers": []})
    odds.ingest("odds_api --yes")
    odds.wall.at = NEXT_DAY
    answer = odds.type("ingest odds_api --dates 2024-01-24 --json")
    assert answer.code == 2
    assert "up to 10 credits: 1 of player_points. Nothing was sent." in answer.json["message"]


def test_before_any_request(odds: Following) -> None:
    """A missing key and a budget that does not reach end the command; the key is shown nowhere."""
    answer = odds.type("ingest odds_api --yes", ODDS_API_KEY="")
    assert answer.code == 5
    assert "ODDS_API_KEY is not set" in answer.err
    answer = odds.type("ingest odds_api --yes", BACKCOURT_CREDITS="4")
    assert answer.code == 2
    assert "A run may spend 4; nothing was sent." in answer.err
    assert odds.server.asked == []
    assert KEY["ODDS_API_KEY"] not in answer.out + answer.err


def test_a_wrong_list(odds: Following) -> None:
    """A list of events of another shape is named; the lines of the date are taken."""
    odds.serve(f"{SPORT}/events", document(b'[{"id": 3}]'))
    answer = odds.type("ingest odds_api --yes --json")
    assert answer.code == 1
    (made,) = answer.json["seasons"]
    assert [(each["need"], each["state"]) for each in made["not_taken"]] == [("events", "of another shape")]
    assert len(odds.rows("raw.game_lines_current")) == 2


@pytest.mark.soak
def test_daily(odds: Following) -> None:
    """It spends nothing that BACKCOURT_CREDITS did not allow."""
    words = "daily --json --sample 0 --sources odds_api"
    answer = odds.type(words)
    (fed,) = answer.json["sources"]
    assert (fed["changed"], odds.server.asked) == (0, [])
    assert "would take up to 5 credits, and nobody is asked here" in fed["error"]
    (fed,) = odds.type(words, BACKCOURT_CREDITS="3").json["sources"]
    assert "more than the 3 of a run" in fed["error"]
    assert odds.server.asked == []
    (fed,) = odds.type(words, BACKCOURT_CREDITS="10").json["sources"]
    assert (fed["changed"], fed["error"]) == (4, "")
