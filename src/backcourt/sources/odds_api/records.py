"""Records out of payloads of The Odds API: events to ask about, and one record per offer seen.

A live answer is stamped by each market's `last_update`, a past one by its wrapper's `timestamp`. An offer that was
updated or seen at or after the start that the event itself names is `in_play`, whatever our schedule says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from backcourt.seasons import eastern_date
from backcourt.sources.odds_api import game_offers, player_offers, requests, shapes
from backcourt.sources.payload import Batch, Payload, Record, ShapeError
from backcourt.sources.strict_json import SKEW, T, fetched_at, moment_of, read, utc_text

KINDS = {requests.GAME_LINES: "odds_api_game_lines", requests.PLAYER_POINTS: "odds_api_player_points"}


@dataclass(frozen=True)
class Answer:
    """Events with what is offered on them, and when it stood so; `timestamp` is None for a live answer."""

    events: list[shapes.EventOdds]
    seen_at: datetime
    timestamp: datetime | None


def parse(payload: Payload) -> list[Batch]:
    """The offers of a payload, a batch per date; an event that no book lists gives an empty one."""
    need = payload.request.need
    if need == requests.EVENTS:
        discover(payload)  # events fill no table, but a wrong answer is told here too
        return []
    if need not in KINDS:
        raise ShapeError.at(payload, "request", f"there is no need {need!r}")
    answer = _answer(payload)
    by_date: dict[date, list[Record]] = {}
    for event in answer.events:
        found = by_date.setdefault(eastern_date(event.commence_time), [])
        found.extend(_records(payload, answer, event))
    return [Batch(KINDS[need], tuple(rows), game_date=day) for day, rows in sorted(by_date.items())]


def discover(payload: Payload) -> list[shapes.Event]:
    """The events that a payload lists: their ids are what points lines are asked by."""
    if requests.is_past(payload.request):
        snapshot = read(payload, shapes.PAST_EVENTS)
        _check_wrapper(payload, snapshot)
        found = snapshot.data
    else:
        found = read(payload, shapes.EVENTS)
    _check_events(payload, found)
    return found


def _answer(payload: Payload) -> Answer:
    of_event = payload.request.need == requests.PLAYER_POINTS
    if requests.is_past(payload.request):
        if of_event:
            one = read(payload, shapes.PAST_EVENT_ODDS)
            timestamp, found = _check_wrapper(payload, one), [one.data]
        else:
            several = read(payload, shapes.PAST_ODDS)
            timestamp, found = _check_wrapper(payload, several), several.data
        answer = Answer(found, timestamp, timestamp)
    else:
        found = [read(payload, shapes.EVENT_ODDS)] if of_event else read(payload, shapes.ODDS)
        answer = Answer(found, fetched_at(payload), None)
    if of_event:
        _check_asked(payload, answer.events[0])
    else:
        _check_events(payload, answer.events)
    return answer


def _check_wrapper(payload: Payload, snapshot: shapes.Snapshot[T]) -> datetime:
    """The time of the snapshot, which is the closest one not after the moment that was asked for."""
    asked = _asked_moment(payload)
    if snapshot.timestamp > asked:
        raise ShapeError.at(
            payload, "timestamp", f"{utc_text(snapshot.timestamp)} is after {utc_text(asked)}, the moment asked for"
        )
    before, after = snapshot.previous_timestamp, snapshot.next_timestamp
    if (before and before >= snapshot.timestamp) or (after and after <= snapshot.timestamp):
        raise ShapeError.at(payload, "timestamp", "it does not lie between the previous and the next")
    return snapshot.timestamp


def _asked_moment(payload: Payload) -> datetime:
    """The past moment that a payload's request asked for."""
    text = payload.request.params["date"]
    try:
        return moment_of(text)
    except ValueError as error:
        raise ShapeError.at(payload, "request", f"date {text!r}: {error}") from error


def _check_asked(payload: Payload, event: shapes.Event) -> None:
    if event.id != payload.request.subject:
        raise ShapeError.at(payload, "id", f"it is of event {event.id}, not of the one that was asked for")
    _check_event(payload, event)


def _check_events(payload: Payload, events: Iterable[shapes.Event]) -> None:
    seen: set[str] = set()
    for event in events:
        if event.id in seen:
            raise ShapeError.at(payload, "id", f"event {event.id} stands twice")
        seen.add(event.id)
        _check_event(payload, event)
        day = eastern_date(event.commence_time).isoformat()
        if day != payload.request.subject:
            raise ShapeError.at(payload, "commence_time", f"event {event.id} is of {day}, which was not asked for")


def _check_event(payload: Payload, event: shapes.Event) -> None:
    if event.home_team == event.away_team:
        raise ShapeError.at(payload, "away_team", f"{event.home_team} plays itself in event {event.id}")


def _records(payload: Payload, answer: Answer, event: shapes.EventOdds) -> Iterator[Record]:
    of = game_offers.offers if payload.request.need == requests.GAME_LINES else player_offers.offers
    for bookmaker in event.bookmakers:
        quoted = [(_stood_at(payload, answer, bookmaker, market), market) for market in bookmaker.markets]
        for stood_at, offer in of(payload, event, quoted):
            yield {
                "event_id": event.id,
                "game_date": eastern_date(event.commence_time).isoformat(),
                "commence_time": utc_text(event.commence_time),
                "home_team": event.home_team,
                "away_team": event.away_team,
                "bookmaker": bookmaker.key,
                "snapshot_at": utc_text(stood_at),
                "in_play": max(stood_at, answer.seen_at) >= event.commence_time,
                **offer,
            }


def _stood_at(payload: Payload, answer: Answer, bookmaker: shapes.Bookmaker, market: shapes.Market) -> datetime:
    """When a market stood as it is told; a market that was updated after its snapshot was taken counts as that late."""
    updated = market.last_update or bookmaker.last_update
    if updated and updated > answer.seen_at + SKEW:
        said = f"{market.key} of {bookmaker.key} was updated at {utc_text(updated)}, after it was seen"
        raise ShapeError.at(payload, "last_update", said)
    if answer.timestamp:
        return max(answer.timestamp, updated or answer.timestamp)
    return updated or answer.seen_at
