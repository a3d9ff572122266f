"""What every way of feeding a warehouse shares: how it is opened, where files lie meanwhile, and how a season is asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from backcourt.clock import Clock
from backcourt.engine.registry import Registry
from backcourt.sources.feed.outcome import FeedReport
from backcourt.sources.http import Fetcher, Progress
from backcourt.warehouse.duckdb import Warehouse

SPOOL = "spool"
"""The folder of the archive in which records become files."""

EVERYTHING = 1.0
"""The share of known rows that may vanish where a document was read whole."""

Opening = Callable[[], AbstractContextManager[Warehouse]]
"""Opens the warehouse to write."""


class FeedSeason(Protocol):
    """Feeds a warehouse with a season of a source."""

    def __call__(
        self,
        opening: Opening,
        registry: Registry,
        season: str,
        fetcher: Fetcher,
        clock: Clock,
        *,
        max_vanishing: float = ...,
        progress: Callable[[Progress], None] = ...,
    ) -> FeedReport:
        """What became of the season's documents."""
