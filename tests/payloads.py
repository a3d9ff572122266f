"""Payloads as they would come, and what a parser may make of them."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from backcourt.sources.payload import Batch, Payload, Request, ShapeError

FETCHED = datetime(2025, 1, 7, 12, tzinfo=UTC)
MISSING = object()


def payload(request: Request, document: object) -> Payload:
    """A document, or bytes, as the answer to a request."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Payload(request, body, FETCHED, hashlib.sha256(body).hexdigest())


def changed(document: Any, *path: str | int, to: Any = MISSING) -> Any:
    """A copy of a document with the node at a path replaced, or taken out."""
    made = copy.deepcopy(document)
    node = made
    for step in path[:-1]:
        node = node[step]
    if to is MISSING:
        del node[path[-1]]
    else:
        node[path[-1]] = to
    return made


def renamed(document: Any, *path: str | int, to: str) -> Any:
    """A copy of a document with a key called otherwise."""
    made = copy.deepcopy(document)
    node = made
    for step in path[:-1]:
        node = node[step]
    node[to] = node.pop(path[-1])
    return made


def survived(parse: Callable[[Payload], list[Batch]], answer: Payload) -> None:
    """A parser gives batches that can be written down, or a ShapeError that can be read, and nothing else."""
    try:
        batches = parse(answer)
    except ShapeError as error:
        said = error.message
    else:
        said = ""
        for batch in batches:
            assert batch.rows
            assert all(json.dumps(dict(row), allow_nan=False, ensure_ascii=False).encode() for row in batch.rows)
    assert len(said) < 600
