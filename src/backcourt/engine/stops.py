"""Why a run ends before its plan does; asked after each commit, so that what a unit of work did is always kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Reason = Literal["interrupted"]


@dataclass(frozen=True)
class Stop:
    """Why a run stopped: one word for machines, and a sentence."""

    reason: Reason
    said: str


def _never() -> str:
    return ""


@dataclass(frozen=True)
class Limits:
    """What ends a run early.

    `should_stop` names what asked for it (a signal), and says '' as long as nothing did: the engine handles no signals.
    """

    should_stop: Callable[[], str] = _never

    def reached(self) -> Stop | None:
        """The limit that a run has reached, if any."""
        asked = self.should_stop()
        return interrupted(asked) if asked else None


def interrupted(by: str) -> Stop:
    """The stop that somebody asked for."""
    return Stop("interrupted", f"interrupted by {by}")
