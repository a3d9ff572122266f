"""Why a run ends before its plan does; asked after each commit, so that what a unit of work did is always kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Reason = Literal["interrupted", "limit", "until", "fail_fast", "too_many_failures"]

# Of fewer partitions nobody can tell whether it is a few that are bad or everything.
_ENOUGH = 20


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
    At most `partitions` are run; nothing is begun after `until`; with `fail_fast` a failed partition is the last, and in
    any case a run ends when more than the share `max_failing` of what it tried has failed.
    """

    should_stop: Callable[[], str] = _never
    partitions: int | None = None
    until: datetime | None = None
    fail_fast: bool = False
    max_failing: float = 0.5

    def reached(self, now: datetime, tried: int, failed: int) -> Stop | None:
        """The limit that a run has reached which tried so many partitions, of which so many failed; if any."""
        asked = self.should_stop()
        if asked:
            return interrupted(asked)
        if self.fail_fast and failed:
            return Stop("fail_fast", f"{failed:,} partitions failed, and the first failure was to be the last")
        if tried >= _ENOUGH and failed > self.max_failing * tried:
            return Stop("too_many_failures", f"too many failures: {failed:,} of {tried:,} partitions that were tried")
        if self.until and now >= self.until:
            return Stop("until", f"it is past {self.until:%Y-%m-%d %H:%M:%S} UTC")
        return None


def interrupted(by: str) -> Stop:
    """The stop that somebody asked for."""
    return Stop("interrupted", f"interrupted by {by}")


def limited(partitions: int) -> Stop:
    """The stop of a run that was to run only so many partitions."""
    return Stop("limit", f"limited to {partitions:,} partitions")
