"""Requests and records of BettingPros."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pros_payloads import DAY, EVENTS, FETCHED, OFFERS, WARRIORS, line, listed, offer, side

from backcourt.sources.bettingpros import requests
from backcourt.sources.bettingpros.records import discover, pages, parse
from backcourt.sources.payload import Payload, Record, ShapeError
from drifting import changed, harmed, payload_of, renamed

ASKED = requests.offers(WARRIORS)
LISTED = requests.events(DAY)
PAGE = payload_of(ASKED, OFFERS, FETCHED)
FIGURES = ("player", "book", "line", "over_cost", "under_cost", "updated", "declared", "in_play")


def shown(record: Record) -> tuple[object, ...]:
    return tuple(record[name] for name in FIGURES)


def test_requests() -> None:
    """Events of an Eastern date; points of an event, whose name carries what the answer leaves out."""
    assert LISTED.url == "https://api.bettingpros.com/v3/events"
    assert LISTED.params == {"sport": "NBA", "date": "2024-01-24"}
    assert ASKED.url == "https://api.bettingpros.com/v3/offers"
    assert (ASKED.params["market_id"], ASKED.params["event_id"], ASKED.params["page"]) == ("156", "20001", "1")
    assert ASKED.subject == "20001 ATL@GSW 2024-01-25T03:00:00Z"
    assert "key" not in str([asdict(LISTED), asdict(ASKED)]).lower()
    assert requests.offers(WARRIORS, 2).params["page"] == "2"


def test_events() -> None:
    """The second began at half past seven in the evening, Eastern."""
    first, second = discover(payload_of(LISTED, EVENTS, FETCHED))
    assert first == WARRIORS
    assert (second.game_date, second.home, second.visitor) == (DAY, "LAC", "LAL")
    assert parse(payload_of(LISTED, EVENTS, FETCHED)) == []
    assert discover(payload_of(LISTED, {"events": []}, FETCHED)) == []


def test_offers() -> None:
    """Main lines with both prices at the later update, the consensus as a book, openings as such; books without a name."""
    (batch,) = parse(PAGE)
    assert (batch.kind, batch.game_date) == ("bettingpros_player_points", DAY)
    assert [shown(row) for row in batch.rows] == [
        ("Ann Guard", "consensus", 25.5, -112, -108, "2024-01-25T01:00:00Z", "", False),
        ("Ann Guard", "draftkings", 25.5, -115, -105, "2024-01-25T02:00:00Z", "", False),
        ("Ann Guard", "fanduel", 24.5, -110, -110, "2024-01-23T15:00:00Z", "opening", False),
        ("Bo Center Jr.", "bettingpros99", 9.5, 120, None, "2024-01-25T01:00:00Z", "", False),
    ]
    assert {(row["game_date"], row["home"], row["visitor"]) for row in batch.rows} == {("2024-01-24", "GSW", "ATL")}
    assert pages(PAGE) == 3


@pytest.mark.parametrize(("updated", "in_play"), [("2024-01-25 02:59:59", False), ("2024-01-25 03:00:00", True)])
def test_in_play(updated: str, in_play: bool) -> None:
    """From the second of the scheduled start."""
    offered = offer("Ann Guard", side("over", {12: [line(25.5, -115, updated)]}))
    (batch,) = parse(payload_of(ASKED, listed(offered), FETCHED))
    assert [row["in_play"] for row in batch.rows] == [in_play]


def test_one_late_side_makes_the_offer_late() -> None:
    """Both prices stood only when the later one did."""
    sides = [side("over", {12: [line(25.5, -115)]}), side("under", {12: [line(25.5, -105, "2024-01-25 03:01:00")]})]
    (batch,) = parse(payload_of(ASKED, listed(offer("Ann Guard", *sides)), FETCHED))
    assert [row["in_play"] for row in batch.rows] == [True]


def test_sides_of_different_lines_are_not_paired() -> None:
    """And of several prices on one line the newest counts."""
    lines = [line(25.5, -115), line(25.5, -120, "2024-01-25 01:30:00"), line(25.5, -130, "2024-01-24 20:00:00")]
    sides = [side("over", {12: lines}), side("under", {12: [line(24.5, -105)]})]
    (batch,) = parse(payload_of(ASKED, listed(offer("Ann Guard", *sides)), FETCHED))
    assert [(row["line"], row["over_cost"], row["under_cost"]) for row in batch.rows] == [
        (25.5, -120, None),
        (24.5, None, -105),
    ]


def test_nothing_is_offered() -> None:
    """An empty page is an answer."""
    (batch,) = parse(payload_of(ASKED, listed(), FETCHED))
    assert (batch.rows, batch.game_date) == ((), DAY)


PLACE = ("offers", 0, "selections", 0, "books", 0, "lines", 0)
DRIFT: list[tuple[Any, Any, str]] = [
    (ASKED, changed(OFFERS, ("offers",), ...), "offers"),
    (ASKED, changed(OFFERS, ("offers",), None), "offers"),
    (ASKED, renamed(OFFERS, (*PLACE, "updated"), "updated_at"), "updated"),
    (ASKED, renamed(OFFERS, ("_pagination",), "pagination"), "_pagination"),
    (ASKED, changed(OFFERS, ("_pagination", "page"), 2), "which was not asked for"),
    (ASKED, changed(OFFERS, ("offers", 0, "event_id"), 20002), "of event 20002 and market 156"),
    (ASKED, changed(OFFERS, ("offers", 0, "market_id"), 151), "of event 20001 and market 151"),
    (ASKED, changed(OFFERS, ("offers", 0, "participants"), []), "participants"),
    (ASKED, changed(OFFERS, ("offers", 0, "selections", 0, "selection"), "yes"), "selection"),
    (ASKED, changed(OFFERS, ("offers", 0, "selections", 0, "selection"), "under"), "a side of Ann Guard stands twice"),
    (ASKED, changed(OFFERS, ("offers", 1, "participants", 0, "name"), "Ann Guard"), "Ann Guard stands twice"),
    (ASKED, changed(OFFERS, (*PLACE, "cost"), 1.91), "1.91 of Ann Guard is not American odds"),
    (ASKED, changed(OFFERS, (*PLACE, "cost"), "-110"), "cost"),
    (ASKED, changed(OFFERS, (*PLACE, "line"), True), "line"),
    (ASKED, changed(OFFERS, (*PLACE, "updated"), "2024-07-01 00:00:00"), "after it was fetched"),
    (ASKED, changed(OFFERS, (*PLACE, "updated"), None), "updated"),
    (ASKED, {"message": "Forbidden"}, "offers"),
    (ASKED, b"<html></html>", "not JSON"),
    (LISTED, {"events": None}, "events"),
    (LISTED, renamed(EVENTS, ("events", 0, "visitor"), "away"), "visitor"),
    (LISTED, changed(EVENTS, ("events", 0, "sport"), "WNBA"), "sport"),
    (LISTED, changed(EVENTS, ("events", 0, "id"), 20002), "stands twice"),
    (LISTED, changed(EVENTS, ("events", 0, "home"), "ATL"), "plays itself"),
    (LISTED, changed(EVENTS, ("events", 0, "scheduled"), "2024-01-25 05:00:00"), "of 2024-01-25, which was not"),
]


@pytest.mark.parametrize(("request_", "document", "said"), DRIFT)
def test_drift_is_named(request_: Any, document: Any, said: str) -> None:
    """Nothing of a payload in another shape is used."""
    with pytest.raises(ShapeError) as caught:
        parse(payload_of(request_, document, FETCHED))
    assert said in caught.value.message
    assert caught.value.message.startswith(f"bettingpros, {request_.need} {request_.subject}")


@pytest.mark.parametrize("subject", ["20001", "20001 ATL@GSW soon", "20001 ATL@GSW 2024-01-25", ""])
def test_offers_of_no_game(subject: str) -> None:
    """Without the game that was asked for there is no saying when it was played."""
    with pytest.raises(ShapeError, match="subject"):
        parse(replace(PAGE, request=replace(ASKED, subject=subject)))


def test_another_need() -> None:
    """Only events and offers can be parsed."""
    with pytest.raises(ShapeError, match="no need 'props'"):
        parse(replace(PAGE, request=replace(ASKED, need="props")))


@pytest.mark.parametrize("payload", [PAGE, payload_of(LISTED, EVENTS, FETCHED)], ids=["offers", "events"])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_harm_gives_shape_errors_or_batches(payload: Payload, data: st.DataObject) -> None:
    """Whatever is done to a payload, nothing else comes out of it."""
    made = data.draw(harmed(payload))
    try:
        found = parse(made)
    except ShapeError:
        return
    for batch in found:
        assert all(isinstance(value, str | int | float | None) for row in batch.rows for value in row.values())


@pytest.mark.real
def test_real_events(samples: Any) -> None:
    """Three games of 21 October 2021; scheduled in UTC, listed under the Eastern date."""
    body = (samples / "bettingpros" / "events.json").read_bytes()
    found = discover(payload_of(requests.events(datetime(2021, 10, 21, tzinfo=UTC).date()), body, FETCHED))
    assert [(one.id, one.visitor, one.home) for one in found] == [
        (20879, "DAL", "ATL"),
        (20880, "MIL", "MIA"),
        (20881, "LAC", "GSW"),
    ]
    assert found[2].scheduled == datetime(2021, 10, 22, 2, tzinfo=UTC)
