"""Spread, total and moneylines of a game: what a book says at one moment is one offer.

A book that lists several spreads or totals is taken at the pair nearest even money. Single sides count where there
is no pair; where they contradict each other every reading is told, so that staging sets them aside as one key twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import product

from backcourt.sources.odds_api.prices import american, imbalance
from backcourt.sources.odds_api.shapes import EventOdds, Market, Outcome
from backcourt.sources.payload import Payload, Record, ShapeError

_TOTAL_SIDES = ("Over", "Under")


def offers(
    payload: Payload, event: EventOdds, quoted: Sequence[tuple[datetime, Market]]
) -> Iterator[tuple[datetime, Record]]:
    """The offers of a book by the moment that its markets stood so; other markets are not taken."""
    teams = (event.home_team, event.away_team)
    at: dict[datetime, dict[str, list[float | None]]] = {}
    moneylines: dict[datetime, tuple[int | None, int | None]] = {}
    for stood_at, market in quoted:
        readings = at.setdefault(stood_at, {})
        if market.key in readings or (market.key == "h2h" and stood_at in moneylines):
            raise ShapeError.at(payload, "markets", f"market {market.key} of event {event.id} stands twice")
        if market.key == "spreads":
            readings["spreads"] = _lines(payload, market, teams, mirrored=True)
        elif market.key == "totals":
            readings["totals"] = _lines(payload, market, _TOTAL_SIDES, mirrored=False)
        elif market.key == "h2h":
            moneylines[stood_at] = _moneylines(payload, market, teams)
    for stood_at, readings in at.items():
        home_price, away_price = moneylines.get(stood_at, (None, None))
        for spread, total in product(readings.get("spreads", [None]), readings.get("totals", [None])):
            if any(value is not None for value in (spread, total, home_price, away_price)):
                yield (
                    stood_at,
                    {"home_spread": spread, "total": total, "home_price": home_price, "away_price": away_price},
                )


def _lines(payload: Payload, market: Market, sides: tuple[str, str], *, mirrored: bool) -> list[float | None]:
    """The line of a market for its first side: one, or every reading where single sides contradict each other."""
    first: dict[float, int] = {}
    second: dict[float, int] = {}
    for outcome in market.outcomes:
        side = _side(payload, market, outcome, sides)
        price = american(payload, outcome)
        if outcome.point is not None:
            line = -outcome.point if mirrored and side else outcome.point
            (second if side else first)[line + 0.0] = price
    pairs = sorted((imbalance(first[line], second[line]), line) for line in first.keys() & second.keys())
    if pairs:
        return [pairs[0][1]]
    singles: list[float | None] = [*sorted(first.keys() | second.keys())]
    return singles or [None]


def _moneylines(payload: Payload, market: Market, teams: tuple[str, str]) -> tuple[int | None, int | None]:
    prices: list[int | None] = [None, None]
    for outcome in market.outcomes:
        side = _side(payload, market, outcome, teams)
        if prices[side] is not None:
            raise ShapeError.at(payload, "outcomes", f"{outcome.name} stands twice in {market.key}")
        prices[side] = american(payload, outcome)
    return prices[0], prices[1]


def _side(payload: Payload, market: Market, outcome: Outcome, sides: tuple[str, str]) -> int:
    if outcome.name not in sides:
        raise ShapeError.at(payload, "name", f"{outcome.name!r} in {market.key} is neither {sides[0]} nor {sides[1]}")
    return sides.index(outcome.name)
