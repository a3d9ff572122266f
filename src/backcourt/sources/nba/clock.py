"""The NBA's ways of writing time: `PT25M01.00S`, `25:01`, Eastern wall time with a `Z` that means nothing, UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, TypeVar

from pydantic import BeforeValidator

D = TypeVar("D", bound=date)

_ISO = re.compile(r"PT(?:([0-9]{1,3})M)?(?:([0-9]{1,2})(?:\.([0-9]{1,3}))?S)?")
_COLON = re.compile(r"([0-9]{1,3}):([0-5][0-9])")
_WALL = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_UTC = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]{1,9})?Z")


def iso_milliseconds(text: object) -> int:
    """The milliseconds of `PT11M42.00S`; raises ValueError."""
    match = _ISO.fullmatch(text) if isinstance(text, str) and text != "PT" else None
    if not match or int(match[2] or 0) > 59:
        raise ValueError("a time such as PT11M42.00S is expected")
    return 60_000 * int(match[1] or 0) + 1000 * int(match[2] or 0) + int((match[3] or "0").ljust(3, "0"))


def iso_seconds(text: object) -> int:
    """The seconds of `PT25M01.00S`, rounded; raises ValueError."""
    return (iso_milliseconds(text) + 500) // 1000


def colon_seconds(text: object) -> int | None:
    """The seconds of `25:01`, None for the empty text of someone who did not play; raises ValueError."""
    if text == "":
        return None
    match = _COLON.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise ValueError("minutes such as 25:01 are expected")
    return 60 * int(match[1]) + int(match[2])


def wall_time(text: object) -> datetime:
    """An Eastern wall time, whatever zone it claims; raises ValueError."""
    match = _WALL.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise ValueError("a time such as 2025-01-06T20:00:00Z is expected")
    return _plausible(datetime.fromisoformat(match[1]))


def utc_time(text: object) -> datetime:
    """A moment in UTC; raises ValueError."""
    match = _UTC.fullmatch(text) if isinstance(text, str) else None
    if not match:
        raise ValueError("a time such as 2025-01-07T01:00:00Z is expected")
    return _plausible(datetime.fromisoformat(match[1]).replace(tzinfo=UTC))


def compact_date(text: object) -> date:
    """A date written `20250106`; raises ValueError."""
    if not isinstance(text, str) or not re.fullmatch("[0-9]{8}", text):
        raise ValueError("a date such as 20250106 is expected")
    return _plausible(date.fromisoformat(text))


def iso_date(text: object) -> date:
    """A date written `2025-01-06`; raises ValueError."""
    if not isinstance(text, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("a date such as 2025-01-06 is expected")
    return _plausible(date.fromisoformat(text))


def _plausible(day: D) -> D:
    # Beyond the years of dates, a change of zone would overflow.
    if not 1946 <= day.year <= 2100:
        raise ValueError("a year from 1946 to 2100 is expected")
    return day


Clock = Annotated[int, BeforeValidator(iso_milliseconds)]
"""Milliseconds left, of `PT11M42.00S`."""
Minutes = Annotated[int, BeforeValidator(iso_seconds)]
"""Seconds played, of `PT25M01.00S`."""
ColonMinutes = Annotated[int | None, BeforeValidator(colon_seconds)]
"""Seconds played, of `25:01`; None of the empty text."""
EasternTime = Annotated[datetime, BeforeValidator(wall_time)]
UtcTime = Annotated[datetime, BeforeValidator(utc_time)]
CompactDate = Annotated[date, BeforeValidator(compact_date)]
IsoDate = Annotated[date, BeforeValidator(iso_date)]
