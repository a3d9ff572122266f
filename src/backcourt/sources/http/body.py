"""Reading a body: unpacked piece by piece, and never more of it than its limit.

The library would unpack a piece whole before anybody could look at its size, so bodies are unpacked here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from backcourt.sources.http.errors import RefusedError, TooLargeError, TruncatedError
from backcourt.sources.payload import Request

ACCEPTED = "gzip"
"""What a host may pack a body with."""

_PIECE = 1 << 18
_PLAIN, _GZIP = ("", "identity"), ("gzip", "x-gzip")


def read_body(request: Request, pieces: Iterable[bytes], packed: str, stated: str, largest: int) -> bytes:
    """The decoded bytes of a body that says how it is packed and how long it is; raises TooLargeError, TruncatedError."""
    if stated.isdigit() and (len(stated) > 18 or int(stated) > largest):
        raise TooLargeError.of(request, f"its host announces {stated[:18]} bytes", largest)
    packed = packed.strip().lower()
    if packed in _PLAIN:
        return _bounded(request, pieces, largest)
    if packed in _GZIP:
        return _bounded(request, _unpacked(request, pieces), largest)
    raise RefusedError(
        request,
        f"its host packs it with {packed[:40]!r}, though only {ACCEPTED} was accepted",
        "Nothing of it was kept; open the address in a browser to see what it is.",
        status=200,
    )


def first_bytes(pieces: Iterable[bytes], packed: str, size: int) -> bytes:
    """At most so many bytes of a body that is only to be quoted; none when it cannot be unpacked."""
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) >= size:
            break
    packed = packed.strip().lower()
    if packed in _PLAIN:
        return bytes(found[:size])
    try:
        return zlib.decompressobj(wbits=31).decompress(bytes(found), size) if packed in _GZIP else b""
    except zlib.error:
        return b""


def _bounded(request: Request, pieces: Iterable[bytes], largest: int) -> bytes:
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) > largest:
            raise TooLargeError.of(request, f"it has at least {len(found):,} bytes when unpacked", largest)
    return bytes(found)


def _unpacked(request: Request, pieces: Iterable[bytes]) -> Iterable[bytes]:
    """The decoded pieces; each is bounded, however much is in one that came."""
    unpacker = zlib.decompressobj(wbits=31)
    for piece in pieces:
        rest = piece
        while rest:
            if unpacker.eof:  # a file of several members
                unpacker = zlib.decompressobj(wbits=31)
            yield _step(request, unpacker, rest)
            rest = unpacker.unconsumed_tail or unpacker.unused_data
    if not unpacker.eof:
        raise TruncatedError.of(request, "its packed body ends too early")


def _step(request: Request, unpacker: zlib._Decompress, piece: bytes) -> bytes:
    try:
        return unpacker.decompress(piece, _PIECE)
    except zlib.error as error:
        raise TruncatedError.of(request, "its packed body is damaged") from error
