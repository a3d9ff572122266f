"""Whether a body is the kind of document that was asked for, and whole, as far as its first and last bytes tell."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

from backcourt.sources.http.errors import NotTheMediaError, TruncatedError
from backcourt.sources.payload import Request

_TITLE = re.compile(r"<title[^>]*>([^<]{1,300})", re.IGNORECASE)
_TAG = re.compile(r"<(script|style)\b.*?(</\1>|$)|<[^>]*>?", re.IGNORECASE | re.DOTALL)
_PAGE = re.compile(rb"\s*(<!doctype html|<html|<head|<body)", re.IGNORECASE)
_LOOKED_AT = 4096
_QUOTED = 80


@dataclass(frozen=True)
class _Ends:
    """What a kind of document begins and ends with; blanks around it do not count."""

    begins: tuple[bytes, ...]
    ends: tuple[bytes, ...]


_KINDS = {
    "application/json": _Ends((b"{", b"["), (b"}", b"]")),
    "application/pdf": _Ends((b"%PDF-",), (b"%%EOF",)),
    "application/vnd.apache.parquet": _Ends((b"PAR1",), (b"PAR1",)),
}


def refuse_other(request: Request, body: bytes, stated: str, scrub: Callable[[str], str]) -> None:
    """Raise NotTheMediaError for a page or anything else that was not asked for, TruncatedError for a part."""
    first = body[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not first:
        raise NotTheMediaError.instead(request, "Nothing", "")
    if request.media != "text/html" and (_PAGE.match(first) or _is_page(stated, request.media, first)):
        raise NotTheMediaError.instead(request, "A web page", words_of(body, scrub))
    kind = _KINDS.get(request.media)
    if kind is None:
        return
    if not first.startswith(kind.begins):
        raise NotTheMediaError.instead(request, stated or "Something else", words_of(body, scrub))
    if not body[-_LOOKED_AT:].rstrip().endswith(kind.ends):
        raise TruncatedError.of(request, f"its {len(body):,} bytes are not a whole document of {request.media}")


def words_of(body: bytes, scrub: Callable[[str], str]) -> str:
    """The title of a page, or the first words of anything, fit for one line; scrubbed before anything is cut off."""
    text = body[:_LOOKED_AT].decode("utf-8", "replace")
    if len(body) > _LOOKED_AT and not text[-1].isspace():
        text = text.rsplit(None, 1)[0]  # its last word may be half of something
    title = _TITLE.search(text)
    plain = title.group(1) if title else _TAG.sub(" ", text)
    printable = "".join(letter if letter.isprintable() else " " for letter in unescape(plain))
    line = scrub(" ".join(printable.split()))
    return line if len(line) <= _QUOTED else line[:_QUOTED] + "…"


def _is_page(stated: str, wanted: str, first: bytes) -> bool:
    """A kind that is known tells itself by its first bytes, whatever the host calls it."""
    return stated.startswith("text/html") and (wanted not in _KINDS or first.startswith(b"<"))
