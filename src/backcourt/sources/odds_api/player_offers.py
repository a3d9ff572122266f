"""Points lines of players: over and under of one player, book and line are one offer; either may be missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest

from backcourt.sources.odds_api.prices import american
from backcourt.sources.odds_api.requests import POINTS_MARKET
from backcourt.sources.odds_api.shapes import EventOdds, Market, Outcome
from backcourt.sources.payload import Payload, Record, ShapeError

_SIDES = ("Over", "Under")


def offers(
    payload: Payload, event: EventOdds, quoted: Sequence[tuple[datetime, Market]]
) -> Iterator[tuple[datetime, Record]]:
    """The offers of a book's points market; ladders of alternates are markets of their own, and not taken."""
    for stood_at, market in quoted:
        if market.key == POINTS_MARKET:
            for player, line, over, under in _paired(payload, market):
                yield stood_at, {"player": player, "line": line, "over_price": over, "under_price": under}


def _paired(payload: Payload, market: Market) -> Iterator[tuple[str, float | None, int | None, int | None]]:
    """By player and line the prices of both sides; a side that stands twice gives two offers of one key, to be set aside."""
    found: dict[tuple[str, float | None], tuple[list[int], list[int]]] = {}
    for outcome in market.outcomes:
        player, side = _side(payload, outcome)
        found.setdefault((player, outcome.point), ([], []))[side].append(american(payload, outcome))
    for (player, line), sides in found.items():
        for over, under in zip_longest(*sides):
            yield player, line, over, under


def _side(payload: Payload, outcome: Outcome) -> tuple[str, int]:
    if outcome.description is None:
        raise ShapeError.at(payload, "description", f"an outcome {outcome.name!r} names no player")
    if outcome.name not in _SIDES:
        raise ShapeError.at(payload, "name", f"{outcome.name!r} of {outcome.description} is neither Over nor Under")
    return outcome.description, _SIDES.index(outcome.name)
