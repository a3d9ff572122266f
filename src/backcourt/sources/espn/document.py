"""A JSON document of ESPN as a model: read with bounds, and refused by the place that is wrong."""

from __future__ import annotations

import json
from typing import Annotated, NoReturn, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from backcourt.sources.payload import Payload, ShapeError

MAX_BYTES = 16 * 1024**2


class Shape(BaseModel):
    """A part of a document: types as they are, what is not used left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, allow_inf_nan=False)


def _plain(text: str) -> str:
    if not text.isprintable():
        raise ValueError("it holds a character that cannot be printed")
    return text


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]
Id = Annotated[str, Field(pattern=r"^-?[0-9]{1,18}$")]
Moment = Annotated[str, Field(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]Z$")]

Model = TypeVar("Model", bound=Shape)


def read(payload: Payload, shape: type[Model]) -> Model:
    """The payload as a document of that shape; raises ShapeError naming the place and what is wrong there."""
    if len(payload.body) > MAX_BYTES:
        raise ShapeError.at(payload, "the document", f"it has {len(payload.body)} bytes, more than {MAX_BYTES}")
    try:
        document = json.loads(payload.body.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ShapeError.at(payload, "the document", f"it is not JSON: {_short(error)}") from error
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        raise ShapeError.at(payload, where, _short(first["msg"])) from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _short(said: object) -> str:
    return " ".join(str(said).split())[:200]
