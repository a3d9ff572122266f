"""The sources that `backcourt ingest` knows, and what each needs before it can be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Source:
    """A source: the kind of its data, and the environment variables that it cannot do without."""

    name: str
    kind: Literal["real", "simulated"]
    credentials: tuple[str, ...] = ()


OWN_IDS = ("sportsdataverse",)
"""Sources whose own schedule numbers the games otherwise than the NBA does."""

SOURCES = (
    Source("local", "real"),
    Source("simulated", "simulated"),
    Source("nba_cdn", "real"),
    Source("nba_stats", "real"),
    Source("odds_api", "real", ("ODDS_API_KEY",)),
    Source("bettingpros", "real", ("BETTINGPROS_API_KEY",)),
    Source("bigdataball", "real", ("BACKCOURT_BIGDATABALL",)),
    Source("injury_report", "real"),
    Source("sportsdataverse", "real"),
    Source("espn", "real"),
)
