"""When the same is asked again, and after how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from backcourt.sources.http.errors import FetchError

Result = TypeVar("Result")


@dataclass(frozen=True)
class Patience:
    """So many attempts; the first wait, twice as long each time up to the longest, and up to `jitter` more at random.

    A host that asks to wait gets its wait, unless that is more than `longest_asked`.
    """

    attempts: int = 4
    first: float = 1.0
    longest: float = 30.0
    jitter: float = 1.0
    longest_asked: float = 120.0

    def wait(self, state: RetryCallState) -> float:
        """Seconds until the next attempt."""
        backoff = wait_exponential_jitter(self.first, self.longest, 2, self.jitter)(state)
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, FetchError) else None
        return max(backoff, asked or 0.0)

    def backoff(self, failures: int) -> float:
        """Seconds to leave a host alone that has failed so many times in a row."""
        return min(self.first * 2.0 ** (failures - 1), self.longest)


def persist(attempt: Callable[[], Result], patience: Patience, sleep: Callable[[float], None]) -> Result:
    """What an attempt gives, tried again while its error is a passing one; the last error tells how often."""
    retrying = Retrying(
        stop=stop_after_attempt(patience.attempts),
        wait=patience.wait,
        retry=retry_if_exception(lambda error: isinstance(error, FetchError) and error.passing),
        sleep=sleep,
        reraise=True,
    )
    try:
        return retrying(attempt)
    except FetchError as error:
        error.tried(retrying.statistics["attempt_number"])
        raise


def asked_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that a Retry-After asks for, as a number or as a date; None for none or nonsense."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9]) if len(text) <= 9 else 1e9
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
