"""Payloads as they would come, and payloads that are harmed."""

from __future__ import annotations

import copy
import hashlib
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from backcourt.sources.payload import Batch, Payload, Request, ShapeError

FETCHED = datetime(2025, 1, 7, 12, tzinfo=UTC)
MISSING = object()

STRANGE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    3,
    10**17,
    0.5,
    1e300,
    "",
    "0",
    "x",
    "a\x00b",
    "\ud800",
    "0022400001",
    "9999-99-99T99:99:99Z",
    "PT99M99.99S",
    "é" * 5000,
    [],
    {},
    [[]],
    [{}],
    {"": None},
)


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


def harmed(document: Any, seed: int) -> bytes:
    """The bytes of a document with up to four nodes deleted, replaced, doubled or renamed, then perhaps cut or soiled."""
    dice = random.Random(seed)
    made = copy.deepcopy(document)
    for _ in range(dice.randint(1, 4)):
        _harm(made, dice)
    body = json.dumps(made).encode()
    harm = dice.randrange(8)
    if harm == 0:
        return body[: dice.randrange(len(body))]
    if harm == 1:
        place = dice.randrange(len(body))
        return body[:place] + bytes(dice.randrange(256) for _ in range(3)) + body[place + 1 :]
    if harm == 2:
        return body.replace(b": 1,", dice.choice([b": NaN,", b": 1e999,", b": " + b"9" * 5000 + b","]), 1)
    return body


def _harm(document: Any, dice: random.Random) -> None:
    places = list(_places(document))
    if not places:
        return
    node, key = dice.choice(places)
    harm = dice.randrange(5)
    if harm == 0:
        del node[key]
    elif harm == 1:
        node[key] = copy.deepcopy(dice.choice(STRANGE))
    elif harm == 2 and isinstance(node, list):
        node.insert(key, copy.deepcopy(node[key]))
    elif harm == 2:
        node[f"{key}2"] = node.pop(key)
    elif harm == 3:
        # A node in the place of another one: every shape is right somewhere else.
        other, place = dice.choice(places)
        node[key] = copy.deepcopy(other[place]) if place in other or isinstance(other, list) else None
    else:
        node[key] = [node[key]] if dice.random() < 0.5 else str(node[key])


def _places(node: Any) -> Any:
    """Every (container, key) of a document."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from _places(node[key])
