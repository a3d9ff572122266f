"""Pieces of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([|<*\\])")


def plain(text: str) -> str:
    """A text on one line that shows as it is written."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """A name or an expression, also within a table."""
    return "`" + " ".join(text.split()).replace("|", "\\|") + "`"


def grid(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of cells that are Markdown themselves."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def bullets(items: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {item}" for item in items)


def demoted(text: str) -> str:
    """The text with its headings one level down, so that it can be part of a page."""
    fenced, lines = False, []
    for line in text.strip().splitlines():
        fenced ^= line.startswith("```")
        lines.append(f"#{line}" if line.startswith("#") and not fenced else line)
    return "\n".join(lines)
