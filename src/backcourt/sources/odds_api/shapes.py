"""The payloads of The Odds API, with its own names; only what is read."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field, TypeAdapter

from backcourt.sources.strict_json import Moment, Number, Shape, Text

Data = TypeVar("Data")


class Outcome(Shape):
    """One side of a market: a team, or over and under; a player's stands in `description`."""

    name: Text
    description: Text | None = None
    price: Number
    point: Annotated[Number, Field(ge=-1000, le=1000)] | None = None


class Market(Shape):
    """What a book offers of one kind; `last_update` is missing in some answers."""

    key: Text
    last_update: Moment | None = None
    outcomes: Annotated[list[Outcome], Field(max_length=2000)]


class Bookmaker(Shape):
    """A book and its markets."""

    key: Text
    last_update: Moment | None = None
    markets: Annotated[list[Market], Field(max_length=50)]


class Event(Shape):
    """A game; `commence_time` is rewritten to the actual start once it has begun."""

    # It becomes a part of an address, so it may hold nothing that means something there.
    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
    sport_key: Literal["basketball_nba"]
    commence_time: Moment
    home_team: Text
    away_team: Text


class EventOdds(Event):
    """A game with what the books offer on it."""

    bookmakers: Annotated[list[Bookmaker], Field(max_length=200)]


class Snapshot(Shape, Generic[Data]):
    """The wrapper of a past moment: `data` as it stood at `timestamp`."""

    timestamp: Moment
    previous_timestamp: Moment | None = None
    next_timestamp: Moment | None = None
    data: Data


Events = Annotated[list[Event], Field(max_length=500)]
Odds = Annotated[list[EventOdds], Field(max_length=500)]

EVENTS: TypeAdapter[list[Event]] = TypeAdapter(Events)
PAST_EVENTS: TypeAdapter[Snapshot[list[Event]]] = TypeAdapter(Snapshot[Events])
ODDS: TypeAdapter[list[EventOdds]] = TypeAdapter(Odds)
PAST_ODDS: TypeAdapter[Snapshot[list[EventOdds]]] = TypeAdapter(Snapshot[Odds])
EVENT_ODDS: TypeAdapter[EventOdds] = TypeAdapter(EventOdds)
PAST_EVENT_ODDS: TypeAdapter[Snapshot[EventOdds]] = TypeAdapter(Snapshot[EventOdds])
