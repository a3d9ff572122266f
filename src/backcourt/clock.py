"""The one injected clock. No other module asks the computer for the time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, date, datetime

from backcourt.seasons import eastern_date


class Clock(ABC):
    """Tells the time to whoever was handed it."""

    @abstractmethod
    def now(self) -> datetime:
        """This moment, aware and in UTC."""

    def since(self, moment: datetime) -> float:
        """Seconds since a moment; 0 where the clock was set back meanwhile, as no time is negative."""
        return max(0.0, (self.now() - moment).total_seconds())

    def today_eastern(self) -> date:
        """The US/Eastern date of this moment: the date that games are filed under."""
        return eastern_date(self.now())


@dataclass(frozen=True)
class SystemClock(Clock):
    """The computer's clock."""

    def now(self) -> datetime:
        """This moment, aware and in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class FixedClock(Clock):
    """A clock that stands still, for tests, demos and repeatable runs."""

    at: datetime

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"FixedClock needs a time with a zone, got {self.at.isoformat()}; add tzinfo=UTC")

    def now(self) -> datetime:
        """The moment it was set to, in UTC."""
        return self.at.astimezone(UTC)
