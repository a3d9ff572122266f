"""Why a run ends before its plan does; asked after each commit, so that what a unit of work did is always kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Reason = Literal["interrupted", "limit", "until", "failure"]


@dataclass(frozen=True)
class Stop:
    """Why a run stopped: one word for machines, and the end of a sentence."""

    reason: Reason
    said: str


def _never() -> str:
    return ""


@dataclass(frozen=True)
class Limits:
    """What ends a run early.

    `should_stop` names what asked for it (a signal), and says '' as long as nothing did: the engine handles no signals.
    At most `partitions` are run; nothing is begun after `until`; with `fail_fast` a failed partition is the last.
    """

    should_stop: Callable[[], str] = _never
    partitions: int | None = None
    until: datetime | None = None
    fail_fast: bool = False

    def reached(self, now: datetime, failed: int) -> Stop | None:
        """The limit that a run has reached of which so many partitions have failed, if any."""
        asked = self.should_stop()
        if asked:
            return interrupted(asked)
        if self.fail_fast and failed:
            return Stop("failure", f"{failed:,} partitions failed, and the first failure was to be the last")
        if self.until and now >= self.until:
            return Stop("until", f"it is past {self.until:%Y-%m-%d %H:%M:%S} UTC")
        return None


def interrupted(by: str) -> Stop:
    """The stop that somebody asked for."""
    return Stop("interrupted", f"interrupted by {by}")


def limited(partitions: int) -> Stop:
    """The stop of a run that was to run only so many partitions."""
    return Stop("limit", f"limited to {partitions:,} partitions")
