"""Records out of payloads of BettingPros: events to ask about, and one record per line of a book.

A line stood when it was updated; an opening is what the source declares to be one. What was updated at or after the
scheduled start is `in_play`. That its times are UTC is an inference, and only an answer that came before the start proves
that its lines stood before it: those of a later answer are `told_after`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from backcourt.sources.bettingpros import requests, shapes
from backcourt.sources.bettingpros.books import book_name
from backcourt.sources.payload import Batch, Payload, Record, Request, ShapeError
from backcourt.sources.strict_json import SKEW, fetched_at, moment_of, read, utc_text

KIND = "bettingpros_player_points"
_SUBJECT = re.compile(r"(\d{1,10}) ([A-Z]{2,4})@([A-Z]{2,4}) (\S+)")
_SIDES = ("over", "under")

Quote = tuple[float | None, int | None, datetime]
"""A line, its price and the moment since when."""
Quotes = dict[tuple[int, float | None], list[Quote | None]]
"""By book and line the quotes of over and under."""


def parse(payload: Payload) -> list[Batch]:
    """The lines of a page of offers as a batch of their game; a game that no book lists gives an empty one."""
    need = payload.request.need
    if need == requests.EVENTS:
        discover(payload)  # events fill no table, but a wrong answer is told here too
        return []
    if need != requests.OFFERS:
        raise ShapeError.at(payload, "request", f"there is no need {need!r}")
    event = _asked(payload)
    rows: list[Record] = []
    seen: set[str] = set()
    for offer in _page(payload).offers:
        if (offer.event_id, offer.market_id) != (event.id, requests.POINTS_MARKET):
            said = f"an offer is of event {offer.event_id} and market {offer.market_id}, which were not asked for"
            raise ShapeError.at(payload, "offers", said)
        player = offer.participants[0].name
        if player in seen:
            raise ShapeError.at(payload, "offers", f"{player} stands twice")
        seen.add(player)
        rows.extend(_records(payload, event, player, offer))
    return [Batch(KIND, tuple(rows), game_date=event.game_date)]


def discover(payload: Payload) -> list[requests.Event]:
    """The games that a payload lists, all of the date that was asked for."""
    found = [
        requests.Event(one.id, one.scheduled, one.home, one.visitor) for one in read(payload, shapes.EVENT_LIST).events
    ]
    seen: set[int] = set()
    for event in found:
        if event.id in seen:
            raise ShapeError.at(payload, "events", f"event {event.id} stands twice")
        seen.add(event.id)
        if event.home == event.visitor:
            raise ShapeError.at(payload, "events", f"{event.home} plays itself in event {event.id}")
        if event.game_date.isoformat() != payload.request.subject:
            raise ShapeError.at(payload, "events", f"event {event.id} is of {event.game_date}, which was not asked for")
    return found


def pages(payload: Payload) -> int:
    """How many pages of offers there are in all."""
    return _page(payload).pagination.total_pages


def _page(payload: Payload) -> shapes.OfferList:
    found = read(payload, shapes.OFFER_LIST)
    if str(found.pagination.page) != payload.request.params.get("page"):
        raise ShapeError.at(payload, "_pagination", f"it is page {found.pagination.page}, which was not asked for")
    return found


def _asked(payload: Payload) -> requests.Event:
    try:
        return asked_event(payload.request)
    except ValueError as error:
        raise ShapeError.at(payload, "request", f"subject {payload.request.subject!r}: {error}") from error


def asked_event(request: Request) -> requests.Event:
    """The game that offers are asked for, out of the request's subject; raises ValueError where that names none."""
    subject = _SUBJECT.fullmatch(request.subject)
    if not subject:
        raise ValueError("it names no game")
    return requests.Event(int(subject[1]), moment_of(subject[4]), home=subject[3], visitor=subject[2])


def _records(payload: Payload, event: requests.Event, player: str, offer: shapes.Offer) -> Iterator[Record]:
    told_after = fetched_at(payload) >= event.scheduled
    standing: Quotes = {}
    opening: Quotes = {}
    for selection in offer.selections:
        side = _SIDES.index(selection.selection)
        for book in selection.books:
            for line in book.lines:
                if line.main and not line.is_off:
                    quote = (line.line, _american(payload, player, line.cost), _seen(payload, player, line.updated))
                    _add(standing, book.id, side, quote)
        if first := selection.opening_line:
            quote = (first.line, _american(payload, player, first.cost), _seen(payload, player, first.created))
            _add(opening, first.book_id, side, quote)
    if len(offer.selections) != len({selection.selection for selection in offer.selections}):
        raise ShapeError.at(payload, "selections", f"a side of {player} stands twice")
    for declared, quotes in (("", standing), ("opening", opening)):
        for (book_id, points), (over, under) in quotes.items():
            stood_at = max(quote[2] for quote in (over, under) if quote)
            yield {
                "event_id": event.id,
                "game_date": event.game_date.isoformat(),
                "scheduled": utc_text(event.scheduled),
                "home": event.home,
                "visitor": event.visitor,
                "player": player,
                "book": book_name(book_id),
                "line": points,
                "over_cost": over[1] if over else None,
                "under_cost": under[1] if under else None,
                "updated": utc_text(stood_at),
                "declared": declared,
                "in_play": stood_at >= event.scheduled,
                "told_after": told_after,
            }


def _add(quotes: Quotes, book_id: int, side: int, quote: Quote) -> None:
    """Keep the newest quote of a book, line and side: the earlier ones are not what stands."""
    sides = quotes.setdefault((book_id, quote[0]), [None, None])
    standing = sides[side]
    if standing is None or quote[2] >= standing[2]:
        sides[side] = quote


def _american(payload: Payload, player: str, cost: float | None) -> int | None:
    if cost is None:
        return None
    if not 100 <= abs(cost) <= 100_000 or cost != int(cost):
        raise ShapeError.at(payload, "cost", f"{cost:g} of {player} is not American odds")
    return int(cost)


def _seen(payload: Payload, player: str, moment: datetime) -> datetime:
    if moment > fetched_at(payload) + SKEW:
        raise ShapeError.at(payload, "updated", f"a line of {player} is of {utc_text(moment)}, after it was fetched")
    return moment
