"""How much time and room a document may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, between two pieces and in all for one attempt; decoded bytes; redirects."""

    connect: float = 5
    read: float = 20
    total: float = 60
    largest: int = 64 * MIB
    redirects: int = 5


DEFAULT = Limits()

BY_MEDIA: Mapping[str, Limits] = MappingProxyType(
    {
        # A season of play-by-play in one file.
        "application/vnd.apache.parquet": Limits(total=600, largest=512 * MIB),
        "text/csv": Limits(total=600, largest=512 * MIB),
        "application/pdf": Limits(largest=16 * MIB),
    }
)
"""By what a request expects, where that differs."""

QUOTED = 64 * 1024
"""Of an answer that is an error, so many bytes are read to be quoted."""
