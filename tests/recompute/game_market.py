"""What the market said of a game before it, from the admitted game lines alone; a spread here is the home team's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from facts import Row

DECLARED_OPENING, TIMED, DECLARED_CLOSING = "declared_opening", "timed", "declared_closing"
AGREEMENT = 3


class Stage(NamedTuple):
    """What the books offered in one stage, and when the last of them was seen."""

    quality: str
    median: float
    books: int
    seen_at: datetime | None


def market(lines: Sequence[Row], column: str, cutoff_at: datetime) -> dict[str, Any]:
    """The last stage whose books agree, how the market opened, and the way between; `column` is home_spread or total."""
    offers = [line for line in lines if line[column] is not None and said_before(line, cutoff_at)]
    opened = declared(offers, column, DECLARED_OPENING)
    latest = declared(offers, column, DECLARED_CLOSING) or timed(offers, column, last=True) or opened
    opening = opened or undeclared_opening(offers, column, latest)
    moved = opening is not None and latest is not None and latest.quality != DECLARED_OPENING
    return {
        "line": latest.median if latest else None,
        "opening": opening.median if opening else None,
        "movement": latest.median - opening.median if moved and latest and opening else None,
        "quality": latest.quality if latest else None,
        "at": latest.seen_at if latest else None,
        "books": latest.books if latest else 0,
    }


def said_before(line: Row, cutoff_at: datetime) -> bool:
    """A timed snapshot from before the cut-off, or a declared opening or closing."""
    if line.snapshot_quality == TIMED:
        return line.snapshot_at < cutoff_at
    return line.snapshot_quality in (DECLARED_OPENING, DECLARED_CLOSING)


def undeclared_opening(offers: Sequence[Row], column: str, latest: Stage | None) -> Stage | None:
    """The first timed offers, if something came after them."""
    first = timed(offers, column, last=False)
    if first is None or latest is None:
        return None
    if latest.quality == DECLARED_CLOSING:
        return first
    return first if latest.seen_at is not None and latest.seen_at > first.seen_at else None


def declared(offers: Sequence[Row], column: str, quality: str) -> Stage | None:
    """A declared stage, in which every book has one offer."""
    return agreed(quality, [offer for offer in offers if offer.snapshot_quality == quality], column)


def timed(offers: Sequence[Row], column: str, last: bool) -> Stage | None:
    """The timed stage: of every book its last snapshot, or its first."""
    of_book: dict[str, list[Row]] = defaultdict(list)
    for offer in offers:
        if offer.snapshot_quality == TIMED:
            of_book[offer.book].append(offer)
    in_order = [sorted(snapshots, key=lambda row: row.snapshot_at) for snapshots in of_book.values()]
    return agreed(TIMED, [snapshots[-1 if last else 0] for snapshots in in_order], column)


def agreed(quality: str, offers: Sequence[Row], column: str) -> Stage | None:
    """The stage of one offer a book, unless there is none or the middle two are too far apart."""
    if not offers:
        return None
    assert len({offer.book for offer in offers}) == len(offers), "a book has one offer in a stage"
    values = sorted(offer[column] for offer in offers)
    lower, upper = values[(len(values) - 1) // 2], values[len(values) // 2]
    if upper - lower > AGREEMENT:
        return None
    seen_at = max(offer.snapshot_at for offer in offers) if quality == TIMED else None
    return Stage(quality, (lower + upper) / 2, len(offers), seen_at)
