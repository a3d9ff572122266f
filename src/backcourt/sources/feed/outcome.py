"""What became of a source's documents, game by game: had, in progress, postponed, not there, of another shape, not fetched."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from backcourt.engine.intake import Outcome

HAD = "had"
ABSENT, NOT_FETCHED, DAMAGED, WRONG = "not there", "not fetched", "damaged", "of another shape"
NOT_ASKED, WAITS, REFUSED = "not asked", "waits for the box score", "refused"


@dataclass(frozen=True)
class Told:
    """What is known of one document: `state` is `had` where its records were taken, else what stands in the way."""

    need: str
    subject: str
    game_date: date | None
    state: str
    said: str = ""


@dataclass
class FeedReport:
    """What a source gave for a season, document by document, and what the ingest of it changed."""

    source: str
    season: str
    documents: int = 0
    fetched: int = 0
    told: list[Told] = field(default_factory=list)
    refused: list[Told] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    due: int = 0
    stopped: str = ""

    @property
    def states(self) -> dict[str, int]:
        """How many documents are in each state, those that were had first."""
        counted = Counter(each.state for each in self.told)
        return dict(sorted(counted.items(), key=lambda item: (item[0] != HAD, -item[1], item[0])))

    @property
    def troubles(self) -> list[Told]:
        """Documents that could not be fetched or read, and files that were refused; a game that is not over is none."""
        return [each for each in self.told if each.state in (NOT_FETCHED, DAMAGED, WRONG)] + self.refused

    @property
    def changed(self) -> int:
        """Raw rows that came, went or are other than they were."""
        return sum(each.changed for each in self.outcomes)
