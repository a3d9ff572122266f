"""A table with more columns than the terminal has room for, printed as several that each begin with the key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from backcourt.cli.console import print_table, screen
from backcourt.engine.contract import Column
from backcourt.output.query import NUMBERS

GAP = 2
NOTHING = "-"


def print_wide(columns: Sequence[Column], rows: Sequence[Sequence[object]], *, repeated: Sequence[str] = ()) -> None:
    """Print all columns, as many side by side as fit, the `repeated` ones in each part; doubles rounded for the eye."""
    texts = [[_text(value) for value in row] for row in rows]
    widths = [
        max([len(column.name), *(len(row[place] or NOTHING) for row in texts)]) + GAP
        for place, column in enumerate(columns)
    ]
    fixed = [place for place, column in enumerate(columns) if column.name in repeated]
    for places in _parts(widths, fixed, screen().width):
        right = [number for number, place in enumerate(places) if columns[place].type in NUMBERS]
        cut = [[row[place] for place in places] for row in texts]
        print_table("", [columns[place].name for place in places], cut, right=right)


def _parts(widths: Sequence[int], fixed: Sequence[int], room: int) -> Iterator[list[int]]:
    """The places of the columns of each part; the fixed ones first, then at least one more."""
    part = list(fixed)
    for place, width in enumerate(widths):
        if place in fixed:
            continue
        if len(part) > len(fixed) and sum(widths[each] for each in part) + width > room:
            yield part
            part = list(fixed)
        part.append(place)
    yield part


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return None if value is None else str(value)
