"""The words of a PDF with their places; the one module that knows the PDF library.

What a broken or hostile file can cost is bounded before the library sees it: bytes, bytes once inflated, pages, words.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from typing import Any

from backcourt.errors import UsageError
from backcourt.sources.payload import Payload, ShapeError

MAX_BYTES = 2 * 1024**2
MAX_INFLATED = 6 * 1024**2
MAX_PAGES = 60
MAX_WORDS = 2000  # of a page; a full one has about 300
_STREAM = re.compile(rb"stream\r?\n")
_TWICE_PACKED = re.compile(rb"/Filter\s*\[[^\]]*/\w+\s*/")


@dataclass(frozen=True)
class Word:
    """A word on a page, in points from its left and upper edge."""

    text: str
    left: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        """The height of its letters."""
        return self.bottom - self.top


def read_pages(payload: Payload) -> list[list[Word]]:
    """The words of every page; raises ShapeError for what is no PDF or cannot be read as one."""
    _refuse_unsafe(payload)
    library = _library()
    try:
        with library.open(BytesIO(payload.body)) as document:
            if not 1 <= len(document.pages) <= MAX_PAGES:
                raise ShapeError.at(payload, "document", f"it has {len(document.pages)} pages, not 1 to {MAX_PAGES}")
            return [_words(payload, page) for page in document.pages]
    except ShapeError:
        raise
    except Exception as error:
        # The library raises whatever its parts do: of a broken PDF that is one thing, unreadable.
        said = f"it cannot be read as a PDF ({type(error).__name__}: {str(error)[:80]})"
        raise ShapeError.at(payload, "document", said) from error


def _library() -> Any:
    try:
        return import_module("pdfplumber")
    except ImportError as error:
        raise UsageError.missing_extra("the injury report", "pdf") from error


def _words(payload: Payload, page: Any) -> list[Word]:
    found = page.extract_words(x_tolerance=1.5, y_tolerance=2)
    if len(found) > MAX_WORDS:
        raise ShapeError.at(payload, f"page {page.page_number}", f"it has {len(found)} words, over {MAX_WORDS}")
    return [Word(one["text"], float(one["x0"]), float(one["top"]), float(one["bottom"])) for one in found]


def _refuse_unsafe(payload: Payload) -> None:
    body = payload.body
    if not body.startswith(b"%PDF-"):
        raise ShapeError.at(payload, "document", f"it is no PDF; it begins with {body[:40]!r}")
    if len(body) > MAX_BYTES:
        raise ShapeError.at(payload, "document", f"it has {len(body)} bytes, over {MAX_BYTES}")
    if _TWICE_PACKED.search(body):
        raise ShapeError.at(payload, "document", "a stream of it is packed more than once")
    inflated = 0
    for size in _inflated(body):
        inflated += size
        if inflated > MAX_INFLATED:
            raise ShapeError.at(payload, "document", f"its streams hold more than {MAX_INFLATED} bytes once inflated")


def _inflated(body: bytes) -> Iterator[int]:
    """The size of each packed stream, read no further than it matters."""
    for start in _STREAM.finditer(body):
        try:
            yield len(zlib.decompressobj().decompress(body[start.end() :], MAX_INFLATED + 1))
        except zlib.error:
            yield 0  # not packed, or not a stream at all
