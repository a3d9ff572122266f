"""What a page quotes as proof: tests by file and name, and lines of the source; whether they are there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
Quote = tuple[str, str]


def cells(line: str) -> list[str]:
    """The cells of a row of a table in Markdown; an escaped bar divides none."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def quoted_tests(cell: str) -> tuple[Quote, ...]:
    """The tests that a cell names: file and function, with its case in brackets."""
    found = [each.partition("::") for each in _quoted(cell) if each.startswith("tests/")]
    return tuple((file, name) for file, _, name in found)


def quoted_lines(cell: str) -> tuple[Quote, ...]:
    """The files of the source that a cell names, each with the fragment quoted behind it."""
    quoted = _quoted(cell)
    places = [place for place, each in enumerate(quoted) if each.startswith("src/")]
    return tuple((quoted[place], quoted[place + 1] if place + 1 < len(quoted) else "") for place in places)


def untrue(tests: Iterable[Quote], lines: Iterable[Quote]) -> Iterator[str]:
    """What is quoted and is not there."""
    for file, name in tests:
        function, _, case = name.rstrip("]").partition("[")
        if function not in functions_of(file) or (case and f'"{case}"' not in _text(file)):
            yield f"there is no test {file}::{name}"
    for file, fragment in lines:
        if not fragment or fragment not in _text(file):
            yield f"{file} does not say {fragment!r}"


@lru_cache
def functions_of(file: str) -> frozenset[str]:
    """The tests of a file, by name."""
    functions = [node.name for node in ast.walk(ast.parse(_text(file))) if isinstance(node, ast.FunctionDef)]
    return frozenset(name for name in functions if name.startswith("test_"))


def _quoted(cell: str) -> list[str]:
    return [each.replace("\\|", "|") for each in re.findall(r"`([^`]+)`", cell)]


@lru_cache
def _text(file: str) -> str:
    path = ROOT / file
    return path.read_text(encoding="utf-8") if path.is_file() else ""
