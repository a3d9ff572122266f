"""Harm done to a JSON payload: nodes deleted, replaced, doubled, and bytes cut or changed."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from backcourt.sources.payload import Payload, Request

FETCHED = datetime(2024, 1, 24, 20, tzinfo=UTC)
STRANGE: list[Any] = [
    None, True, -1, 0, 10**40, 1e308, "", "x" * 500, "\x00", "\ud800", [], {}, [[]], "2024-13-45T00:00:00Z", "NaN", 0.5,
]  # fmt: skip


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


@st.composite
def harmed(draw: st.DrawFn, payload: Payload) -> Payload:
    """The payload with one to three kinds of harm done to it."""
    document = json.loads(payload.body)
    for _ in range(draw(st.integers(0, 3))):
        ways = paths(document)
        if not ways:
            break
        path = draw(st.sampled_from(ways))
        how = draw(st.sampled_from(["delete", "replace", "double"]))
        if how == "double" and isinstance(path[-1], int):
            document = changed(document, path[:-1], _doubled(document, path))
        else:
            document = changed(document, path, ... if how == "delete" else draw(st.sampled_from(STRANGE)))
    body = json.dumps(document).encode()
    if draw(st.booleans()):
        at = draw(st.integers(0, len(body)))
        junk = draw(st.sampled_from([b"", b"\xff", b"NaN", b"[" * 5000, b"1e999", b'{"a":1,"a":2}']))
        body = body[:at] + junk + (b"" if draw(st.booleans()) else body[at:])
    return replace(payload, body=body)


def _doubled(document: Any, path: tuple[Any, ...]) -> list[Any]:
    node = document
    for key in path[:-1]:
        node = node[key]
    return [*node, node[path[-1]]]
