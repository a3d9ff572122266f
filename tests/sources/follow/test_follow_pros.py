"""`backcourt ingest bettingpros`: the games of a date, then all pages of the offers on each."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from answering import Handler, Reply, as_json, document
from following import AFTERNOON, NEXT_DAY, Following
from pros_payloads import EVENTS, OFFERS, line, listed, offer, side
from test_json_page import COMMANDS as DOCUMENTED
from test_json_page import differences

API = "/v3"
COLUMNS = "player_id, book, line, snapshot_quality"
TWO = listed(offer("Dre Forward", side("over", {12: [line(8.5, 110, "2024-01-24 20:00:00")]})), page=2, pages=2)
NO_OFFERS = listed(pages=1)


def one() -> dict[str, Any]:
    """The first page as it stands in the afternoon."""
    page = copy.deepcopy(OFFERS) | {"_pagination": {"page": 1, "limit": 10, "total_pages": 2}}
    text = as_json(page).decode().replace("2024-01-25 01:00:00", "2024-01-24 20:00:00")
    return dict(json.loads(text.replace("2024-01-25 02:00:00", "2024-01-24 21:00:00")))


def offers(pages: dict[tuple[str, str], Any]) -> Reply:
    """What is answered by event and page."""

    def reply(handler: Handler) -> None:
        asked = parse_qs(urlsplit(handler.path).query)
        document(as_json(pages[asked["event_id"][0], asked["page"][0]]))(handler)

    return reply


@pytest.fixture
def pros(following: Following) -> Following:
    following.settings = {"BETTINGPROS_API_KEY": "a-key-of-the-visitors"}
    following.serve(f"{API}/events", EVENTS)
    following.serve(f"{API}/offers", offers({("20001", "1"): one(), ("20001", "2"): TWO, ("20002", "1"): NO_OFFERS}))
    return following


def test_all_pages(pros: Following, real_league: Path) -> None:
    made = pros.ingest("bettingpros")
    assert (made["fetched"], made["states"]) == (4, {"had": 4})
    rows = pros.rows("raw.player_lines_current", COLUMNS)
    assert (13, "draftkings", 8.5, "timed") in rows
    assert {row[0] for row in rows} == {11, 12, 13}
    assert "declared_opening" in {row[3] for row in rows}
    asked = len(pros.server.asked)
    again = pros.ingest("bettingpros")
    assert (again["documents"], again["fetched"], again["changed"], len(pros.server.asked)) == (4, 0, 0, asked)
    assert pros.replayed("bettingpros", "raw.player_lines_current", COLUMNS, real_league) == rows


def test_each_snapshot_stays(pros: Following) -> None:
    pros.ingest("bettingpros")
    before = pros.rows("raw.player_lines_current", f"{COLUMNS}, snapshot_at")
    moved = listed(offer("Ann Guard", side("over", {12: [line(26.5, -110, "2024-01-24 23:30:00")]})))
    pros.serve(f"{API}/offers", offers({("20001", "1"): moved, ("20002", "1"): NO_OFFERS}))
    pros.wall.at = AFTERNOON + timedelta(hours=2)
    later = pros.ingest("bettingpros")
    assert later["fetched"] == 3
    after = pros.rows("raw.player_lines_current", f"{COLUMNS}, snapshot_at")
    assert set(before) < set(after)
    assert len(after) == len(before) + 1


def test_told_after_the_start(pros: Following) -> None:
    """A date that is over is asked for when it is named, and feeds nothing; what stood before the start stays."""
    pros.wall.at = NEXT_DAY
    assert pros.ingest("bettingpros")["documents"] == 0
    made = pros.ingest("bettingpros --dates 2024-01-24")
    assert made["fetched"] == 4
    assert pros.rows("raw.player_lines_current") == []
    assert {row[3] for row in pros.rows("raw.player_lines_marked", COLUMNS)} == {"date_only"}
    pros.wall.at = NEXT_DAY.replace(month=6)
    assert pros.ingest("bettingpros --dates 2024-01-24")["fetched"] == 0


def test_a_wrong_page(pros: Following) -> None:
    """It is named, and the other games and pages are taken."""
    pros.serve(f"{API}/offers", offers({("20001", "1"): one(), ("20001", "2"): NO_OFFERS, ("20002", "1"): NO_OFFERS}))
    answer = pros.type("ingest bettingpros --json")
    assert answer.code == 1
    (made,) = answer.json["seasons"]
    (wrong,) = made["not_taken"]
    assert (wrong["of"], wrong["state"]) == ("20001 ATL@GSW 2024-01-25T03:00:00Z", "of another shape")
    assert {row[0] for row in pros.rows("raw.player_lines_current", COLUMNS)} == {11, 12}


def test_no_key(pros: Following) -> None:
    answer = pros.type("ingest bettingpros", BETTINGPROS_API_KEY="")
    assert (answer.code, pros.server.asked) == (5, [])
    assert "BETTINGPROS_API_KEY is not set" in answer.err


def test_stopped(pros: Following, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signal stops between documents; what came is ingested, and the same command asks for the rest."""

    @contextmanager
    def after_two() -> Iterator[Callable[[], str]]:
        yield lambda: "SIGTERM" if len(pros.server.asked) >= 2 else ""

    with monkeypatch.context() as stopping:
        stopping.setattr("backcourt.cli.fetching.stop_switch", after_two)
        answer = pros.type("ingest bettingpros --json")
    assert answer.code == 130
    (made,) = answer.json["seasons"]
    assert (made["fetched"], made["stopped"]) == (2, "SIGTERM")
    assert differences("ingest", answer.json, DOCUMENTED["ingest nba_cdn --json"]) == []
    assert {row[0] for row in pros.rows("raw.player_lines_current", COLUMNS)} == {11, 12}
    made = pros.ingest("bettingpros")
    assert (made["fetched"], len(pros.server.asked)) == (2, 4)
    assert {row[0] for row in pros.rows("raw.player_lines_current", COLUMNS)} == {11, 12, 13}
