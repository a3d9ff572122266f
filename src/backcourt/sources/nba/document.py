"""The bytes of an NBA payload as a checked document: whatever they are, the answer is a model or a ShapeError."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import isfinite
from reprlib import repr as short
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from backcourt.sources.payload import Payload, ShapeError

MAX_BYTES = 24 * 1024**2
"""A season's schedule has 9 MB, its log of players 6; small objects take twenty times their bytes in memory."""
_MAX_DIGITS = 18


class Shape(BaseModel):
    """A part of a payload: what is read of it is checked strictly, what is not read may be anything."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


def _printable(text: str) -> str:
    if any(letter < " " or letter == "\x7f" for letter in text):
        raise ValueError("it holds control characters")
    return text.strip()


def _whole(value: object) -> object:
    # Plus-minus is written 15.0.
    return int(value) if isinstance(value, float) and value.is_integer() else value


Text = Annotated[str, Field(max_length=300), AfterValidator(_printable)]
Name = Annotated[str, Field(max_length=100), AfterValidator(_printable), Field(min_length=1)]
Whole = Annotated[int, BeforeValidator(_whole), Field(ge=-1_000_000, le=1_000_000)]
Count = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=1000)]
PersonId = Annotated[int, Field(ge=1, le=10**10)]
OptionalId = Annotated[int, Field(ge=0, le=10**10)]

M = TypeVar("M", bound=Shape)


def read(payload: Payload, shape: type[M]) -> M:
    """The payload as a document of that shape; raises ShapeError naming the first place where it is not."""
    return fit(payload, shape, _parsed(payload))


def fit(payload: Payload, shape: type[M], document: object, where: Sequence[str | int] = ()) -> M:
    """A part of a document, found at `where`, as a model; raises ShapeError naming the first place that is wrong."""
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, (*where, *first["loc"]))) or "document"
        raise ShapeError.at(payload, place, f"{first['msg']}, not {_shown(first['input'])}") from None


def _parsed(payload: Payload) -> object:
    if len(payload.body) > MAX_BYTES:
        raise ShapeError.at(payload, "document", f"it has {len(payload.body)} bytes, over {MAX_BYTES}")
    try:
        text = payload.body.decode("utf-8")
        document = json.loads(text, parse_constant=_refuse, parse_int=_integer, parse_float=_number)
    except RecursionError:
        raise ShapeError.at(payload, "document", "it is nested too deeply") from None
    except ValueError as error:
        said = f"it is not JSON ({str(error)[:80]}) but begins with {payload.body[:40]!r}"
        raise ShapeError.at(payload, "document", said) from None
    if not isinstance(document, dict):
        raise ShapeError.at(payload, "document", f"an object is expected, not {_shown(document)}")
    if isinstance(message := document.get("Message"), str) and len(document) == 1:
        # The way the source reports a failure, with status 200.
        raise ShapeError.at(payload, "Message", f"the source says {short(message)}")
    return document


def _shown(value: object) -> str:
    """A value in a few words: it may be half a season."""
    if isinstance(value, dict | list):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    return short(value)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if not isfinite(value):
        raise ValueError(f"{digits[:20]} is no finite number")
    return value


def row(headers: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    """A row of a table with headers."""
    return dict(zip(headers, cells, strict=True))
