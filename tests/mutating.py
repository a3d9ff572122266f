"""Harm done to documents, the same for the same seed: to their nodes, cells and rows, and to their bytes.

A failure names its seed; `mutated(document, seed)` gives the very bytes again.
"""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from hypothesis import strategies as st

STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 3, 0.5, 1.0, 10**17, -(10**18), 10**40, 1e300, -0.0, float("nan"), float("inf"), "", " ", "0", "x",
    "a\x00b", "\ud800", "\u202e", "NaN", "0022400001", "9999-99-99T99:99:99Z", "2025-99-99T99:99Z", "PT99M99.99S", "é" * 5000,
    "x" * 100_000, [], {}, [[]], [{}], {"": None}, {"a": {"a": {"a": 1}}}, [None] * 1000,
)  # fmt: skip
"""What a node may hold that should hold something else."""

CELLS = (
    "",
    " ",
    "x",
    "0",
    "-1",
    "1e999",
    "nan",
    "9" * 400,
    "\x00",
    "a,b",
    '"',
    "é" * 3000,
    "2025-99-99",
    "0:99:99",
    "True",
)

_DEEP, _WIDE = 100_000, 200_000
_FOREIGN: tuple[bytes, ...] = (
    b"", b" ", b"null", b"{}", b"[]", b"0", b'"', b"<!DOCTYPE html><html><title>Just a moment...</title></html>", b"\xff\xfe\x00",
    b"\xef\xbb\xbf{}", b"[" * _DEEP, b'{"a":' * _DEEP, b"1" * 10_000, b"[" + b"0," * _WIDE + b"0]", gzip.compress(b"{}"),
)  # fmt: skip
"""Bodies that are something else altogether."""


def mutated(document: Any, seed: int) -> bytes:
    """A JSON document after up to four pieces of damage to its nodes, and perhaps some to its bytes."""
    dice = Random(seed)
    if dice.random() < 0.02:
        return dice.choice(_FOREIGN)
    made = json.loads(json.dumps(document))  # faster than a deep copy
    for _ in range(dice.randint(1, 4)):
        made = _harmed(made, dice)
    body = json.dumps(made, ensure_ascii=dice.random() < 0.7).encode("utf-8", "surrogatepass")
    return _soiled(body, dice) if dice.random() < 0.3 else body


def mutated_bytes(whole: bytes, seed: int) -> bytes:
    """Any body after damage to its bytes: cut, soiled, overwritten, doubled, or another one."""
    dice = Random(seed)
    return dice.choice(_FOREIGN) if dice.random() < 0.02 else _soiled(whole, dice)


def mutated_rows(rows: Sequence[Sequence[str]], seed: int) -> list[list[str]]:
    """Rows of cells after damage: cells replaced, emptied, exchanged; rows dropped, doubled, moved, or of another length."""
    dice = Random(seed)
    made = [list(row) for row in rows]
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(made)) if made else 0
        if not made or not made[place]:
            break
        cell, other = dice.randrange(len(made[place])), dice.randrange(len(made))
        harm = dice.randrange(7)
        if harm == 0:
            made[place][cell] = dice.choice(CELLS)
        elif harm == 1 and made[other]:
            made[place][cell] = dice.choice(made[other])
        elif harm == 2:
            del made[place]
        elif harm == 3:
            made.insert(other, list(made[place]))
        elif harm == 4:
            made[place], made[other] = made[other], made[place]
        elif harm == 5:
            del made[place][cell]
        else:
            made[place].insert(cell, dice.choice(CELLS))
    return made


def damaged(document: Any) -> st.SearchStrategy[bytes]:
    """The bytes of a JSON document after damage."""
    return st.integers(0, 2**32).map(lambda seed: mutated(document, seed))


def torn(whole: bytes) -> st.SearchStrategy[bytes]:
    """Bytes cut short, or with foreign bytes in them."""
    return st.integers(0, 2**32).map(lambda seed: mutated_bytes(whole, seed))


# --- nodes -----------------------------------------------------------------------------------------------------------


def _harmed(document: Any, dice: Random) -> Any:
    places = list(_places(document))
    if not places or dice.random() < 0.01:
        return copy.deepcopy(dice.choice(STRANGE))
    node, key = dice.choice(places)
    harm = dice.randrange(9)
    if harm == 0:
        del node[key]
    elif harm == 1:
        node[key] = copy.deepcopy(dice.choice(STRANGE))
    elif harm == 2:
        _double(node, key, dice)
    elif harm == 3:
        # A node in the place of another one: every shape is right somewhere else.
        other, place = dice.choice(places)
        node[key] = copy.deepcopy(other[place])
    elif harm == 4:
        node[key] = _retyped(node[key], dice)
    elif harm == 5:
        other, place = dice.choice(places)
        if not _holds(node[key], other) and not _holds(other[place], node):
            node[key], other[place] = other[place], node[key]
    elif harm == 6:
        node[key] = _nested(node[key], dice.choice((1, 10, 60)))
    elif harm == 7:
        _emptied(node, key, dice)
    else:
        _nudge(node, key, dice)
    return document


def _double(node: Any, key: Any, dice: Random) -> None:
    """A row twice, or a key under another name."""
    if isinstance(node, list):
        node.insert(key, copy.deepcopy(node[key]))
    else:
        name = dice.choice((f"{key}2", key.upper(), key.swapcase(), f" {key}", ""))
        node[name] = node.pop(key) if dice.random() < 0.7 else node[key]


def _retyped(value: Any, dice: Random) -> Any:
    ways = [[value], {"value": value}, str(value), bool(value)]
    if isinstance(value, str):
        ways += [value[::-1], value + "\n", value[:-1], float(len(value))]
    if isinstance(value, int | float):
        ways += [-value, value + 1, value * 10**6, float(value) + 0.5, f" {value}"]
    return dice.choice(ways)


def _nested(value: Any, depth: int) -> Any:
    for _ in range(depth):
        value = [value]
    return value


def _emptied(node: Any, key: Any, dice: Random) -> None:
    value = node[key]
    if isinstance(value, list):
        node[key] = value[: dice.randrange(len(value) + 1)]
    elif isinstance(value, dict):
        node[key] = {}
    else:
        node[key] = None


def _nudge(node: Any, key: Any, dice: Random) -> None:
    """A value that is nearly right: a count one off, a letter changed, a list shuffled."""
    value = node[key]
    if isinstance(value, bool):
        node[key] = not value
    elif isinstance(value, int | float):
        node[key] = value + dice.choice((-1, 1, 0.5, 1000))
    elif isinstance(value, str) and value:
        place = dice.randrange(len(value))
        node[key] = value[:place] + dice.choice("0a9Z-: é\x07") + value[place + 1 :]
    elif isinstance(value, list):
        dice.shuffle(value)


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from _places(node[key])


def _holds(node: Any, wanted: Any) -> bool:
    """Whether a container is, or is within, a node."""
    return node is wanted or any(_holds(other[key], wanted) for other, key in _places(node) if other[key] is wanted)


# --- bytes -----------------------------------------------------------------------------------------------------------


def _soiled(body: bytes, dice: Random) -> bytes:
    place = dice.randrange(len(body) + 1)
    size = dice.choice((1, 4, 64))
    junk = bytes(dice.randrange(256) for _ in range(size))
    return dice.choice(
        (
            body[:place],
            body[place:],
            body[:place] + junk + body[place:],
            body[:place] + junk + body[place + size :],
            body[:place] + body[place + size :],
            body + body,
            body[:place] + b"\xff" + body[place:],
            body.replace(
                b": 1,", dice.choice((b": NaN,", b": 1e999,", b": -Infinity,", b": " + b"9" * 5000 + b",")), 1
            ),
            body[:place] + b"\x00" * dice.choice((1, 5000)) + body[place:],
            gzip.compress(body),
        )
    )
