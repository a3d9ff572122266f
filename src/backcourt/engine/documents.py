"""YAML documents, each parsed once: what was parsed is kept beside its file, as Python keeps its bytecode.

To parse the contracts takes a tenth of a second, and every command starts with them. What is kept bears the digest of
the text that it came from, so a file that was edited is parsed anew; nothing else can make it stale.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_DIGEST_SIZE = 32


def read_document(path: Path) -> Any:
    """The document of a YAML file; raises ValueError for a text that is none, OSError for a file that cannot be read."""
    text = path.read_bytes()
    place = path.parent / "__pycache__" / f"{path.name}.{sys.implementation.cache_tag}"
    kept = _kept(place, text)
    if kept:
        return marshal.loads(kept)
    document = _parse(text.decode("utf-8"))
    if not sys.dont_write_bytecode:
        _keep(place, text, document)
    return document


def _parse(text: str) -> Any:
    # Where every document is kept, the parser need not be loaded.
    import yaml

    try:
        # The C parser takes a sixth of the time, where it is there.
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _kept(place: Path, text: bytes) -> bytes:
    """What was made of this very text, whole; else nothing."""
    try:
        stored = place.read_bytes()
    except OSError:
        # Nothing was kept, or nothing that can be read: the text itself is there.
        return b""
    seal, made = stored[:_DIGEST_SIZE], stored[_DIGEST_SIZE:]
    return made if seal == _seal(text, made) else b""


def _keep(place: Path, text: bytes, document: Any) -> None:
    try:
        made = marshal.dumps(document)
    except ValueError:
        # A date in it, for one: what is more than plain data is parsed each time.
        return
    draft = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(exist_ok=True)
        draft.write_bytes(_seal(text, made) + made)
        draft.replace(place)
    except OSError:
        # An installation that cannot be written to, or no room: then every start parses.
        with suppress(OSError):
            draft.unlink()


def _seal(text: bytes, made: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(text).digest() + made).digest()
