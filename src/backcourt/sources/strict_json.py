"""JSON payloads, read strictly: bounded, UTF-8, no NaN, no key twice, and in the documented shape or not at all."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
)

from backcourt.sources.payload import Payload, ShapeError

MAX_BYTES = 32 * 1024**2
_YEARS = range(2000, 2100)
T = TypeVar("T")


class Shape(BaseModel):
    """The part of a JSON object that is read; what else it holds is left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


def _printable(text: str) -> str:
    if not text.isprintable() or not text.strip():
        raise ValueError("is blank or holds characters that cannot be printed")
    return text


def moment_of(value: object) -> datetime:
    """The moment of ISO 8601 with Z or an offset, or of `YYYY-MM-DD HH:MM:SS`, which is UTC; raises ValueError."""
    if not isinstance(value, str) or not 19 <= len(value) <= 35:
        raise ValueError("is not a time")
    moment = datetime.fromisoformat(value)
    if moment.year not in _YEARS:
        raise ValueError(f"has the year {moment.year}")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Text = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
Moment = Annotated[datetime, BeforeValidator(moment_of)]
Number = Annotated[float, Field(ge=-1_000_000, le=1_000_000), AllowInfNan(False)]


def read(payload: Payload, shape: TypeAdapter[T]) -> T:
    """The payload in its shape; raises ShapeError naming the place and the value that is not so."""
    document = _document(payload)
    try:
        return shape.validate_python(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "document"
        raise ShapeError.at(payload, where, f"{first['msg']}, found {_shown(first['input'])}") from error


def utc_text(moment: datetime) -> str:
    """A moment as records carry it: UTC, to the second or finer, with Z."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def fetched_at(payload: Payload) -> datetime:
    """When the payload was fetched, with its zone."""
    moment = payload.fetched_at
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


SKEW = timedelta(minutes=15)
"""How far a source's clock may be ahead before its times are not believed."""


def _document(payload: Payload) -> object:
    if len(payload.body) > MAX_BYTES:
        raise ShapeError.at(payload, "document", f"it has {len(payload.body)} bytes, over {MAX_BYTES}")
    try:
        text = payload.body.decode("utf-8")
        return json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        said = f"it is not JSON as it should be ({error}); it begins with {_shown(payload.body[:40])}"
        raise ShapeError.at(payload, "document", said) from error


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is out of range")
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in an object")
    return found


def _shown(value: object) -> str:
    if isinstance(value, list | dict):
        return f"a {'list' if isinstance(value, list) else 'object'} of {len(value)}"
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**30 else "a huge number"
    return text if len(text) <= 80 else text[:77] + "..."
