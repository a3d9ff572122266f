"""HTML from Python: a text is escaped wherever it is put, as only what is made here counts as markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

_VOID = ("col", "wbr")


class Html(str):
    """Markup."""

    __slots__ = ()


Child = Html | str | int | float | None | Iterable["Child"]


def el(name: str, *children: Child, **attributes: Any) -> Html:
    """An element; `class_` and the like stand for words that Python keeps, and `_` for the dash within a name."""
    told = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f"<{name}{told}>")
    return Html(f"<{name}{told}>{join(children)}</{name}>")


def join(children: Iterable[Child], between: str = "") -> Html:
    """Some pieces, one after another; None is left out."""
    return Html(between.join(_text(child) for child in children if child is not None))


def _text(child: Child) -> str:
    if isinstance(child, Html):
        return child
    if isinstance(child, str):
        return escape(child)
    if isinstance(child, bool | float):
        return escape(str(child))
    if isinstance(child, int):
        return f"{child:,}"
    return "" if child is None else join(child)


def _attribute(name: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
