"""What is asked of BettingPros; it has no price, and its key is added by the client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from backcourt.seasons import eastern_date
from backcourt.sources.payload import Request
from backcourt.sources.strict_json import utc_text

SOURCE = "bettingpros"
EVENTS, OFFERS = "events", "offers"
POINTS_MARKET = 156

_API = "https://api.bettingpros.com/v3"
_PAGE_SIZE = 10  # more are not given


@dataclass(frozen=True)
class Event:
    """A game as BettingPros lists it. Offers name only its id, so a request for them carries the rest."""

    id: int
    scheduled: datetime
    home: str
    visitor: str

    @property
    def game_date(self) -> date:
        """The Eastern date of its scheduled start."""
        return eastern_date(self.scheduled)

    def __str__(self) -> str:
        return f"{self.id} {self.visitor}@{self.home} {utc_text(self.scheduled)}"


def events(game_date: date) -> Request:
    """The games of an Eastern date, past or to come."""
    params = {"sport": "NBA", "date": game_date.isoformat()}
    return Request(SOURCE, EVENTS, game_date.isoformat(), f"{_API}/events", params)


def offers(event: Event, page: int = 1) -> Request:
    """A page of the points lines of a game; the first tells how many there are."""
    params = {"sport": "NBA", "market_id": str(POINTS_MARKET), "event_id": str(event.id)}
    paging = {"limit": str(_PAGE_SIZE), "page": str(page)}
    return Request(SOURCE, OFFERS, str(event), f"{_API}/offers", {**params, **paging})


def none_at(_: Request) -> frozenset[int]:
    """The statuses that say there is nothing; this source answers with an empty list instead."""
    return frozenset()
