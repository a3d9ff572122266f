"""How soon a host may be asked again."""

from __future__ import annotations

from collections.abc import Callable

from backcourt.sources.http.waiting import Waiting


class Pace:
    """Keeps requests to one host apart: by its interval times a factor, and as long as it has asked to wait."""

    def __init__(self, interval_of: Callable[[str], float], waiting: Waiting, factor: float = 1.0) -> None:
        self._interval_of, self._waiting, self._factor = interval_of, waiting, factor
        self._free_at: dict[str, float] = {}

    def due_in(self, host: str) -> float:
        """Seconds until a host may be asked."""
        return max(0.0, self._free_at.get(host, 0.0) - self._waiting.elapsed()) if host in self._free_at else 0.0

    def wait(self, host: str) -> None:
        """Wait until a host may be asked, and count that as asking it."""
        left = self.due_in(host)
        if left:
            self._waiting.sleep(left)
        self._free_at[host] = self._waiting.elapsed() + self._interval_of(host) * self._factor

    def hold(self, host: str, seconds: float) -> None:
        """Leave a host alone for some time; a longer hold stays."""
        until = self._waiting.elapsed() + seconds
        self._free_at[host] = max(until, self._free_at.get(host, until))
