"""Time that passes while a program waits: injected, so that tests do not wait, and ended by who asks to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from backcourt.errors import BackcourtError

_SLICE = 0.25
"""Seconds after which a waiting program looks again whether it is to stop."""


class StoppedError(BackcourtError):
    """Somebody asked to stop while something was waited for."""

    exit_code = 130

    @classmethod
    def by(cls, name: str) -> StoppedError:
        return cls(f"Stopped by {name} while waiting for a host.", "Run the same again: what has come is kept.")


def never() -> str:
    """Nobody asks to stop."""
    return ""


@dataclass(frozen=True)
class Waiting:
    """Sleeps, and tells how much time has passed; `should_stop` names what asked to stop, '' as long as nothing did."""

    should_stop: Callable[[], str] = never
    nap: Callable[[float], None] = time.sleep
    elapsed: Callable[[], float] = time.monotonic

    def sleep(self, seconds: float) -> None:
        """Wait; raises StoppedError soon after somebody asked to stop."""
        end = self.elapsed() + seconds
        while (left := end - self.elapsed()) > 0:
            if asked := self.should_stop():
                raise StoppedError.by(asked)
            self.nap(min(left, _SLICE))
