"""The books that BettingPros numbers; those it is not known to have named keep their number."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CONSENSUS = 0

_BOOKS: Mapping[int, str] = MappingProxyType(
    {
        CONSENSUS: "consensus",
        10: "fanduel",
        12: "draftkings",
        13: "caesars",
        18: "betrivers",
        19: "betmgm",
        24: "bet365",
        33: "espnbet",
        37: "prizepicks",
    }
)


def book_name(number: int) -> str:
    """The name of a book, or the source's number for it."""
    return _BOOKS.get(number, f"bettingpros{number}")
