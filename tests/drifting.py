"""JSON payloads, whole and changed at a place, or harmed somehow."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from backcourt.sources.payload import Payload, Request
from mutating import damaged

FETCHED = datetime(2024, 1, 24, 20, tzinfo=UTC)


def payload_of(request: Request, document: Any, fetched_at: datetime = FETCHED) -> Payload:
    """A document as it would come."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Payload(request, body, fetched_at, "0123456789abcdef")


def paths(node: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every node below the top."""
    keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [found for key in keys for found in [(*above, key), *paths(node[key], (*above, key))]]


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with one node replaced; `...` deletes it, and the way of no step is the whole."""
    if not path:
        return value
    made = copy.deepcopy(document)
    node = made
    for key in path[:-1]:
        node = node[key]
    if value is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return made


def renamed(document: Any, path: tuple[Any, ...], name: str) -> Any:
    """A copy with one key called otherwise."""
    node = document
    for key in path:
        node = node[key]
    return changed(changed(document, path, ...), (*path[:-1], name), node)


def harmed(payload: Payload) -> st.SearchStrategy[Payload]:
    """The payload with several kinds of harm done to it."""
    return damaged(json.loads(payload.body)).map(lambda body: replace(payload, body=body))
