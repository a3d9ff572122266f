"""Documents with damage: parts deleted, replaced or doubled, bytes torn."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

JUNK = (
    None,
    True,
    -1,
    0,
    10**30,
    1.5,
    1e308,
    "",
    "x" * 5000,
    "\u0000",
    "\ud800",
    "NaN",
    "2025-99-99T99:99Z",
    [],
    {},
    [[]],
    {"a": None},
)


def _paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(one for key, value in below for one in _paths(value, (*path, key)))]


def _changed(document: Any, path: tuple[Any, ...], what: str, junk: Any) -> Any:
    made = copy.deepcopy(document)
    if not path:
        return junk
    parent = made
    for key in path[:-1]:
        parent = parent[key]
    if what == "delete":
        del parent[path[-1]]
    elif what == "double" and isinstance(parent, list):
        parent.insert(path[-1], copy.deepcopy(parent[path[-1]]))
    else:
        parent[path[-1]] = junk
    return made


def damaged(document: Any) -> st.SearchStrategy[bytes]:
    """The bytes of a JSON document after one piece of damage."""
    paths = _paths(document)
    whole = json.dumps(document).encode()
    edited = st.builds(
        lambda path, what, junk: json.dumps(_changed(document, path, what, junk)).encode(),
        st.sampled_from(paths),
        st.sampled_from(("delete", "double", "replace")),
        st.sampled_from(JUNK),
    )
    return st.one_of(edited, torn(whole))


def torn(whole: bytes) -> st.SearchStrategy[bytes]:
    """Bytes cut short, or with foreign bytes in them."""
    cut = st.integers(0, len(whole) - 1).map(lambda length: whole[:length])
    foreign = st.tuples(st.integers(0, len(whole)), st.binary(min_size=1, max_size=4)).map(
        lambda one: whole[: one[0]] + one[1] + whole[one[0] :]
    )
    deep = st.sampled_from((b"[" * 100_000, b'{"a":' * 50_000, b"1" * 10_000, b"\xff\xfe", b"<html></html>"))
    return st.one_of(cut, foreign, deep)
