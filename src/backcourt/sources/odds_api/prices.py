"""Prices of offers: American odds only, and which of several pairs is nearest even money."""

from __future__ import annotations

from backcourt.sources.odds_api.shapes import Outcome
from backcourt.sources.payload import Payload, ShapeError


def american(payload: Payload, outcome: Outcome) -> int:
    """The price of an outcome; raises ShapeError for decimal odds, which is what the API sends unless asked."""
    price = outcome.price
    if abs(price) < 100 or price != int(price) or abs(price) > 100_000:
        raise ShapeError.at(payload, "price", f"{price:g} of {outcome.name} is not American odds (oddsFormat=american)")
    return int(price)


def imbalance(one: int, other: int) -> int:
    """How far two prices are from even money: -110 and -110 is 0, -137 and +106 is 43."""
    return abs(_from_even(one) - _from_even(other))


def _from_even(price: int) -> int:
    return price - 100 if price > 0 else price + 100
