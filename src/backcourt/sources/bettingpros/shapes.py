"""The payloads of BettingPros, with its own names; only what is read. Times have no zone and are UTC."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from backcourt.sources.strict_json import Moment, Number, Shape, Text

Id = Annotated[int, Field(ge=0, le=10**9)]
Tricode = Annotated[str, Field(pattern=r"^[A-Z]{2,4}$")]
Points = Annotated[Number, Field(ge=-1000, le=1000)]


class Event(Shape):
    """A game; its teams are tricodes."""

    id: Id
    sport: Literal["NBA"]
    scheduled: Moment
    home: Tricode
    visitor: Tricode


class EventList(Shape):
    """The games of a date."""

    events: Annotated[list[Event], Field(max_length=100)]


class Line(Shape):
    """A price and since when; a line that is off the board says so."""

    line: Points | None
    cost: Number | None
    updated: Moment
    main: bool = True
    is_off: bool = False


class Book(Shape):
    """A book's lines on one side; number 0 is the consensus."""

    id: Id
    lines: Annotated[list[Line], Field(max_length=500)]


class Opening(Shape):
    """The first line that was seen on a side, and at which book."""

    book_id: Id
    line: Points | None
    cost: Number | None
    created: Moment


class Selection(Shape):
    """One side of an offer."""

    selection: Literal["over", "under"]
    opening_line: Opening | None = None
    books: Annotated[list[Book], Field(max_length=200)]


class Participant(Shape):
    """Whom an offer is on; the team beside the name is the one of today and is not read."""

    name: Text


class Offer(Shape):
    """A market on a player."""

    market_id: Id
    event_id: Id
    participants: Annotated[list[Participant], Field(min_length=1, max_length=1)]
    selections: Annotated[list[Selection], Field(max_length=2)]


class Pagination(Shape):
    """Which page of how many."""

    page: Annotated[int, Field(ge=1, le=10_000)]
    total_pages: Annotated[int, Field(ge=0, le=10_000)]


class OfferList(Shape):
    """A page of offers."""

    offers: Annotated[list[Offer], Field(max_length=500)]
    pagination: Pagination = Field(alias="_pagination")


EVENT_LIST: TypeAdapter[EventList] = TypeAdapter(EventList)
OFFER_LIST: TypeAdapter[OfferList] = TypeAdapter(OfferList)
