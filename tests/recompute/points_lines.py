"""What is the line on a player's points, from the offers that were seen before the game."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from facts import Facts, Row

Columns = dict[str, Any]

PREFERRED_BOOKS = ["draftkings", "fanduel"]
STAGES = ["declared_opening", "timed", "declared_closing"]

Moment = tuple[int, str]
"""When an offer stood: its stage, and of timed ones the clock as sortable text."""


def points_line(facts: Facts, game_id: str, player_id: int, cutoff_at: datetime) -> Columns:
    """The last line of one book, and its first."""
    offers = admitted(facts.player_lines.get((game_id, player_id), []), cutoff_at)
    lines = {book: main_lines(of_book) for book, of_book in by_book(offers).items()}
    books = [book for book in lines if lines[book]]
    if not books:
        return described(None, None) | {"line_books": len(lines)}
    of_book = lines[min(books, key=place_of_book)]
    return described(of_book[max(of_book)], opening(of_book)) | {"line_books": len(lines)}


def described(line: Row | None, first: Row | None) -> Columns:
    """The columns of a line and of the one it opened with."""
    return {
        "has_points_line": line is not None,
        "points_line": line.line if line else None,
        "points_line_source": line.book if line else None,
        "points_line_quality": line.snapshot_quality if line else None,
        "points_line_at": line.snapshot_at if line else None,
        "opening_points_line": first.line if first else None,
        "line_movement": line.line - first.line if line and first else None,
    }


def admitted(offers: list[Row], cutoff_at: datetime) -> list[Row]:
    """Those of a stage, and if timed from before the cut-off."""
    staged = [offer for offer in offers if offer.snapshot_quality in STAGES]
    return [offer for offer in staged if offer.snapshot_at is None or offer.snapshot_at < cutoff_at]


def by_book(offers: list[Row]) -> dict[str, list[Row]]:
    """Offers of each book."""
    books = defaultdict(list)
    for offer in offers:
        books[offer.book].append(offer)
    return books


def place_of_book(book: str) -> tuple[int, str]:
    """The preferred ones first, then by name."""
    place = PREFERRED_BOOKS.index(book) if book in PREFERRED_BOOKS else len(PREFERRED_BOOKS)
    return place, book


def opening(lines: dict[Moment, Row]) -> Row | None:
    """The earliest line; a lone one only if declared to be the opening."""
    first = lines[min(lines)]
    return first if len(lines) > 1 or first.snapshot_quality == "declared_opening" else None


# --- which of the offers of a moment is the line ---


def main_lines(offers: list[Row]) -> dict[Moment, Row]:
    """The line of each moment at which one can be told; of several feeds that of the first by name."""
    found: dict[Moment, Row] = {}
    for feed in sorted({offer.feed for offer in offers}):
        for at, of_moment in by_moment([offer for offer in offers if offer.feed == feed]).items():
            line = main_line(of_moment)
            if line is not None:
                found.setdefault(at, line)
    return found


def by_moment(offers: list[Row]) -> dict[Moment, list[Row]]:
    """Offers of each moment."""
    moments = defaultdict(list)
    for offer in offers:
        moments[moment(offer)].append(offer)
    return moments


def moment(offer: Row) -> Moment:
    """A declared opening is before every timed line, a declared closing after it."""
    clock = offer.snapshot_at.isoformat() if offer.snapshot_at else ""
    return STAGES.index(offer.snapshot_quality), clock


def main_line(offers: list[Row]) -> Row | None:
    """The only offer; of several the pair of prices nearest even money, of equal ones the lower line."""
    if len(offers) == 1:
        return offers[0]
    priced = [offer for offer in offers if offer.over_american is not None and offer.under_american is not None]
    return min(priced, key=lambda offer: (from_even_money(offer), offer.line), default=None)


def from_even_money(offer: Row) -> float:
    """How far apart the two prices are."""
    return abs(beyond_100(offer.over_american) - beyond_100(offer.under_american))


def beyond_100(american: float) -> float:
    """What a price is above or below even money: 6 of +106, -37 of -137."""
    return american - 100 if american > 0 else american + 100
