"""Records of The Odds API: what is in a payload, and what is refused."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odds_payloads import (
    BEFORE,
    CLIPPERS,
    DAY,
    EVENT,
    LINES,
    LIVE_LINES,
    LIVE_POINTS,
    PAST_LINES,
    PAST_POINTS,
    POINTS,
    WARRIORS,
    book,
    market,
    outcome,
    wrapped,
)

from backcourt.sources.odds_api import requests
from backcourt.sources.odds_api.records import discover, parse
from backcourt.sources.payload import Payload, Record, ShapeError
from drifting import changed, harmed, payload_of, renamed

LIVE = payload_of(LIVE_POINTS, POINTS, datetime(2024, 1, 24, 22, tzinfo=UTC))


def offers(payload: Payload) -> list[Record]:
    """The records of the only batch."""
    (batch,) = parse(payload)
    return list(batch.rows)


def shown(record: Record, *names: str) -> tuple[object, ...]:
    return tuple(record[name] for name in names)


class TestPoints:
    def test_over_and_under_are_one_offer(self) -> None:
        found = offers(LIVE)
        assert [shown(one, "bookmaker", "player", "line", "over_price", "under_price") for one in found] == [
            ("draftkings", "Ann Guard", 25.5, -115, -105),
            ("draftkings", "Bo Center", 12.5, 120, None),
            ("draftkings", "Dre Forward", None, None, -110),
            ("williamhill_us", "Guard, Ann", 24.5, None, -120),
        ]

    def test_the_game_is_that_of_the_eastern_day(self) -> None:
        (batch,) = parse(LIVE)
        assert (batch.kind, batch.game_date, batch.game_id) == ("odds_api_player_points", date(2024, 1, 24), None)
        assert shown(batch.rows[0], "event_id", "game_date", "commence_time", "home_team", "away_team") == (
            EVENT,
            "2024-01-24",
            "2024-01-25T03:10:00Z",
            "Golden State Warriors",
            "Atlanta Hawks",
        )

    def test_a_live_offer_stood_when_its_market_was_updated(self) -> None:
        assert {one["snapshot_at"] for one in offers(LIVE)} == {"2024-01-24T21:59:00Z", "2024-01-24T21:50:00Z"}
        assert {one["in_play"] for one in offers(LIVE)} == {False}

    def test_a_market_without_a_time_takes_that_of_its_book_or_of_the_fetch(self) -> None:
        lone = market("player_points", outcome("Over", 100, 9.5, "Ann Guard"), updated=None)
        books = [book("a", lone), book("b", lone, updated=None)]
        found = offers(payload_of(LIVE_POINTS, {**WARRIORS, "bookmakers": books}, BEFORE))
        assert [one["snapshot_at"] for one in found] == ["2024-01-24T21:59:30Z", "2024-01-24T22:00:00Z"]

    def test_a_past_offer_stood_at_the_time_of_the_wrapper(self) -> None:
        data = copy.deepcopy(POINTS)
        data["bookmakers"][0]["markets"][0]["last_update"] = "2024-01-24T21:40:00Z"
        found = offers(payload_of(PAST_POINTS, wrapped(data)))
        # the other market was updated a little after its snapshot, and counts as that late
        assert [one["snapshot_at"] for one in found[2:]] == ["2024-01-24T21:55:40Z"] * 2
        data["bookmakers"][0]["markets"][0]["last_update"] = "2024-01-24T21:59:00Z"
        assert offers(payload_of(PAST_POINTS, wrapped(data)))[0]["snapshot_at"] == "2024-01-24T21:59:00Z"

    def test_no_book_lists_the_event(self) -> None:
        (batch,) = parse(payload_of(LIVE_POINTS, {**WARRIORS, "bookmakers": []}))
        assert (batch.rows, batch.game_date) == ((), DAY)

    def test_a_side_that_stands_twice_is_told_twice(self) -> None:
        twice = market("player_points", outcome("Over", 100, 9.5, "A B"), outcome("Over", 110, 9.5, "A B"))
        found = offers(payload_of(LIVE_POINTS, {**WARRIORS, "bookmakers": [book("a", twice)]}, BEFORE))
        assert [one["over_price"] for one in found] == [100, 110]


class TestInPlay:
    """The start that counts here is the one that the event names, which is rewritten to the actual one."""

    def event(self, updated: str, commence: str = "2024-01-25T03:10:00Z") -> dict[str, Any]:
        lone = market("player_points", outcome("Over", 100, 9.5, "Ann Guard"), updated=updated)
        return {**WARRIORS, "commence_time": commence, "bookmakers": [book("a", lone)]}

    @pytest.mark.parametrize(("updated", "in_play"), [("2024-01-25T03:09:59Z", False), ("2024-01-25T03:10:00Z", True)])
    def test_a_live_offer_by_its_update(self, updated: str, in_play: bool) -> None:
        fetched = datetime(2024, 1, 25, 3, 9, 59, tzinfo=UTC)
        assert [one["in_play"] for one in offers(payload_of(LIVE_POINTS, self.event(updated), fetched))] == [in_play]

    def test_a_live_offer_by_when_it_was_fetched(self) -> None:
        payload = payload_of(LIVE_POINTS, self.event("2024-01-24T20:00:00Z"), datetime(2024, 1, 25, 3, 10, tzinfo=UTC))
        assert [one["in_play"] for one in offers(payload)] == [True]

    @pytest.mark.parametrize(
        ("timestamp", "in_play"), [("2024-01-25T03:09:59Z", False), ("2024-01-25T03:10:00Z", True)]
    )
    def test_a_past_offer_by_its_snapshot(self, timestamp: str, in_play: bool) -> None:
        asked = requests.player_points_at(EVENT, datetime(2024, 1, 25, 3, 30, tzinfo=UTC))
        document = wrapped(self.event("2024-01-24T20:00:00Z"), timestamp)
        # fetched a year later: that says nothing about when it stood
        payload = payload_of(asked, document, datetime(2025, 1, 1, tzinfo=UTC))
        assert [one["in_play"] for one in offers(payload)] == [in_play]

    def test_a_start_that_was_rewritten_to_an_earlier_one(self) -> None:
        payload = payload_of(LIVE_POINTS, self.event("2024-01-24T20:00:00Z", commence="2024-01-24T19:59:00Z"))
        assert [one["in_play"] for one in offers(payload)] == [True]


class TestLines:
    def found(self) -> list[Record]:
        return offers(payload_of(LIVE_LINES, LINES, BEFORE))

    def test_markets_of_one_moment_are_one_offer_and_alternates_give_way_to_even_money(self) -> None:
        assert shown(self.found()[0], "bookmaker", "home_spread", "total", "home_price", "away_price") == (
            "draftkings",
            -4.5,
            240.5,
            -180,
            155,
        )

    def test_one_side_is_enough_for_a_spread(self) -> None:
        one = self.found()[1]
        assert shown(one, "home_team", "bookmaker", "home_spread", "total") == (
            "Los Angeles Clippers",
            "betonlineag",
            -2.0,
            None,
        )

    def test_an_offer_without_any_figure_is_none(self) -> None:
        assert {one["bookmaker"] for one in self.found()} == {"draftkings", "betonlineag"}

    def test_markets_of_several_moments_are_several_offers(self) -> None:
        late = market("totals", outcome("Over", -110, 230.5), updated="2024-01-24T21:58:00Z")
        early = market("spreads", outcome("Atlanta Hawks", -110, 3.5))
        found = offers(payload_of(LIVE_LINES, [{**WARRIORS, "bookmakers": [book("a", early, late)]}], BEFORE))
        assert [shown(one, "snapshot_at", "home_spread", "total") for one in found] == [
            ("2024-01-24T21:59:00Z", -3.5, None),
            ("2024-01-24T21:58:00Z", None, 230.5),
        ]

    def test_sides_that_contradict_each_other_are_all_told(self) -> None:
        split = market("spreads", outcome("Atlanta Hawks", -110, 5.5), outcome("Golden State Warriors", -110, -4.5))
        found = offers(payload_of(LIVE_LINES, [{**WARRIORS, "bookmakers": [book("a", split)]}], BEFORE))
        assert [one["home_spread"] for one in found] == [-5.5, -4.5]

    def test_a_date_without_games(self) -> None:
        assert parse(payload_of(LIVE_LINES, [])) == []
        assert parse(payload_of(PAST_LINES, wrapped([]))) == []


class TestEvents:
    def test_live_and_past(self) -> None:
        for payload in (
            payload_of(requests.events(DAY), [WARRIORS, CLIPPERS]),
            payload_of(requests.events_at(DAY, BEFORE), wrapped([WARRIORS, CLIPPERS])),
        ):
            assert [event.id for event in discover(payload)] == [EVENT, "f" * 32]
            assert parse(payload) == []


LINE_DOC, POINT_DOC = LINES, POINTS
FIRST = ("bookmakers", 0, "markets", 0)
DRIFT = [
    (LIVE_POINTS, changed(POINT_DOC, ("bookmakers",), ...), "bookmakers"),
    (LIVE_POINTS, renamed(POINT_DOC, ("bookmakers",), "books"), "bookmakers"),
    (LIVE_POINTS, changed(POINT_DOC, ("bookmakers",), None), "bookmakers"),
    (LIVE_POINTS, changed(POINT_DOC, (*FIRST, "outcomes"), None), "outcomes"),
    (LIVE_POINTS, changed(POINT_DOC, (*FIRST, "outcomes", 0, "price"), "-115"), "price"),
    (LIVE_POINTS, changed(POINT_DOC, (*FIRST, "outcomes", 0, "price"), 1.91), "oddsFormat=american"),
    (LIVE_POINTS, changed(POINT_DOC, (*FIRST, "outcomes", 0, "price"), True), "price"),
    (LIVE_POINTS, changed(POINT_DOC, (*FIRST, "outcomes", 0, "name"), "Yes"), "neither Over nor Under"),
    (LIVE_POINTS, changed(POINT_DOC, (*FIRST, "outcomes", 0, "description"), ...), "names no player"),
    (LIVE_POINTS, changed(POINT_DOC, (*FIRST, "outcomes", 0, "point"), 10**12), "point"),
    (LIVE_POINTS, changed(POINT_DOC, (*FIRST, "last_update"), "2024-01-25T09:00:00Z"), "after it was seen"),
    (LIVE_POINTS, changed(POINT_DOC, (*FIRST, "last_update"), 1706130000), "last_update"),
    (LIVE_POINTS, changed(POINT_DOC, ("commence_time",), "soon"), "commence_time"),
    (LIVE_POINTS, changed(POINT_DOC, ("id",), "f" * 32), "not of the one that was asked for"),
    (LIVE_POINTS, changed(POINT_DOC, ("sport_key",), "basketball_wnba"), "sport_key"),
    (LIVE_POINTS, changed(POINT_DOC, ("away_team",), "Golden State Warriors"), "plays itself"),
    (LIVE_POINTS, [POINTS], "document"),
    (LIVE_POINTS, {"message": "Unknown event"}, "id"),
    (LIVE_POINTS, b"<!DOCTYPE html><html></html>", "not JSON"),
    (LIVE_POINTS, b"", "not JSON"),
    (LIVE_POINTS, b"\xff\xfe", "not JSON"),
    (LIVE_POINTS, b"[" * 100_000, "not JSON"),
    (LIVE_POINTS, b'{"id": NaN}', "NaN"),
    (LIVE_POINTS, b'{"id": 1e999}', "out of range"),
    (LIVE_POINTS, b'{"id": "a", "id": "b"}', "twice"),
    (PAST_POINTS, POINTS, "timestamp"),
    (PAST_POINTS, wrapped([POINTS]), "data"),
    (PAST_POINTS, wrapped(POINTS, "2024-01-24T22:00:01Z"), "the moment asked for"),
    (PAST_POINTS, wrapped(POINTS, "2024-01-24T21:50:38Z"), "between the previous and the next"),
    (LIVE_LINES, wrapped(LINES), "document"),
    (PAST_LINES, wrapped({}), "data"),
    (LIVE_LINES, [LINES[0], LINES[0]], "stands twice"),
    (LIVE_LINES, changed(LINE_DOC, (0, "commence_time"), "2024-01-26T03:00:00Z"), "of 2024-01-25, which was not"),
    (LIVE_LINES, changed(LINE_DOC, (0, *FIRST, "outcomes", 0, "name"), "Draw"), "neither Golden State Warriors nor"),
    (LIVE_LINES, changed(LINE_DOC, (0, *FIRST, "outcomes", 0, "name"), "Golden State Warriors"), "stands twice"),
    (LIVE_LINES, changed(LINE_DOC, (0, "bookmakers", 0, "markets", 1, "key"), "h2h"), "stands twice"),
]


@pytest.mark.parametrize(("request_", "document", "said"), DRIFT)
def test_drift_is_named(request_: Any, document: Any, said: str) -> None:
    """Nothing of a payload in another shape is used, and the error says where it differs."""
    with pytest.raises(ShapeError) as caught:
        parse(payload_of(request_, document, BEFORE))
    assert said in caught.value.message
    assert caught.value.message.startswith(f"odds_api, {request_.need} {request_.subject}")
    assert "archived as 0123456789ab" in caught.value.hint


def test_a_past_moment_that_is_none() -> None:
    """A request that names no time cannot be answered."""
    asked = replace(PAST_POINTS, params={"date": "2024-01-24"})
    with pytest.raises(ShapeError, match="date '2024-01-24'"):
        parse(payload_of(asked, wrapped(POINTS)))


def test_what_is_not_asked_for_is_no_need() -> None:
    """A request of another need cannot be parsed."""
    with pytest.raises(ShapeError, match="no need 'scores'"):
        parse(replace(LIVE, request=replace(LIVE_POINTS, need="scores")))


@pytest.mark.parametrize(
    "payload",
    [
        LIVE,
        payload_of(PAST_POINTS, wrapped(POINTS)),
        payload_of(LIVE_LINES, LINES),
        payload_of(PAST_LINES, wrapped(LINES)),
        payload_of(requests.events_at(DAY, BEFORE), wrapped([WARRIORS])),
    ],
    ids=["points", "past_points", "lines", "past_lines", "events"],
)
@settings(max_examples=100, deadline=None)
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
