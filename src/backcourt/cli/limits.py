"""Options that end a run before its plan does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

import typer

from backcourt.engine.stops import Limits
from backcourt.errors import UsageError

Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="Run at most so many partitions: whole dates, the oldest first")
]
Until = Annotated[
    str | None, typer.Option("--until", help="Begin nothing after a time (06:30, UTC, or ISO) or a while (30m, 1h30m)")
]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Stop after the first commit in which a partition failed")]

_EXAMPLE = "06:30  or  30m"
_WHILE = re.compile(r"(?:(\d{1,4})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?")


def limits_of(limit: int | None, until: str | None, now: datetime, *, fail_fast: bool) -> Limits:
    """The limits that the options set; raises UsageError for a time that cannot be meant."""
    return Limits(partitions=limit, until=parse_until(until, now) if until else None, fail_fast=fail_fast)


def parse_until(text: str, now: datetime) -> datetime:
    """The moment of an `--until` value, in UTC: a while from now, the next time the clock says so, or an ISO time."""
    text = text.strip()
    spell = _WHILE.fullmatch(text)
    if text and spell:
        hours, minutes, seconds = (int(figure or 0) for figure in spell.groups())
        return now + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text):
        return _next(text, now)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError.bad_scope("--until", text, "it is neither a time nor a while", _EXAMPLE) from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment <= now:
        raise UsageError.bad_scope("--until", text, f"that has passed; it is {now:%Y-%m-%dT%H:%M:%S} UTC", _EXAMPLE)
    return moment.astimezone(UTC)


def _next(text: str, now: datetime) -> datetime:
    """The next moment at which a clock in UTC says so."""
    try:
        at = datetime.combine(now.date(), time.fromisoformat(text.zfill(len("06:30"))), UTC)
    except ValueError:
        raise UsageError.bad_scope("--until", text, "no clock says so", _EXAMPLE) from None
    return at if at > now else at + timedelta(days=1)
