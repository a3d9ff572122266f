"""Words on pages become rows of cells.

Columns begin where the words of the heading do. A cell may have several lines, set closer than rows are; the cells of
a row share its middle, and only reasons have more than one line. A reason that a page break cuts has its rest alone at
the top of the next page, or its beginning alone at the foot of the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from backcourt.sources.injury_report.pages import Word
from backcourt.sources.injury_report.shapes import COLUMNS, FOOTER, TITLE
from backcourt.sources.payload import Payload, ShapeError

_SAME_LINE = 3.0  # points
_SAME_CELL = 1.8  # heights of a letter from one line to the next; lines of a cell are 1.4 apart, rows at least 2.2
_LEFT_OF_HEADING = 3.0  # how far a cell may begin before its heading
_LAST = "reason"


@dataclass
class Row:
    """A row of the table: its cells by column, and the page it begins on."""

    page: int
    cells: dict[str, str]


@dataclass
class Table:
    """What a report says: the title's time as printed, and its rows."""

    title: str
    rows: list[Row]


@dataclass(frozen=True)
class _Block:
    """The lines of one cell."""

    text: str
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    def holds(self, height: float) -> bool:
        return self.top - _SAME_LINE <= height <= self.bottom + _SAME_LINE


@dataclass
class _Reading:
    """What is known between pages: where the columns begin, the rows so far, a reason's beginning without its row."""

    payload: Payload
    lefts: list[float] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)
    pending: str = ""


def read_table(payload: Payload, pages: Sequence[Sequence[Word]]) -> Table:
    """The title and the rows of a report; raises ShapeError where they are not as they should be."""
    reading = _Reading(payload)
    for number, words in enumerate(pages, 1):
        _read_page(reading, number, len(pages), words)
    if len(reading.titles) != 1:
        raise ShapeError.at(payload, "title", f"one is expected on every page, found {sorted(reading.titles)}")
    if reading.pending:
        raise ShapeError.at(payload, "reason", f"{reading.pending[:60]!r} stands at the end without a row")
    return Table(reading.titles.pop(), reading.rows)


def _read_page(reading: _Reading, number: int, pages: int, words: Sequence[Word]) -> None:
    body: list[Word] = []
    footers = 0
    for line in _lines(words):
        text = " ".join(word.text for word in line)
        if title := TITLE.fullmatch(text):
            reading.titles.add(title[1])
        elif footer := FOOTER.fullmatch(text):
            footers += 1
            if (int(footer[1]), int(footer[2])) != (number, pages):
                raise ShapeError.at(reading.payload, f"page {number}", f"of {pages} pages it is called {text!r}")
        elif text == " ".join(COLUMNS.values()):
            reading.lefts = _heading(line)
        else:
            body.extend(line)
    if not reading.titles:
        raise ShapeError.at(reading.payload, f"page {number}", "the title with the time of the report is not there")
    if footers != 1:
        raise ShapeError.at(reading.payload, f"page {number}", "its number is missing, so a page may be")
    if not reading.lefts:
        wanted = ", ".join(COLUMNS.values())
        raise ShapeError.at(reading.payload, f"page {number}", f"the headings are not there: {wanted}")
    _read_body(reading, number, body)


def _lines(words: Iterable[Word]) -> list[list[Word]]:
    """Words by line, from left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda one: (one.top, one.left)):
        if lines and word.top - lines[-1][0].top < _SAME_LINE:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda one: one.left) for line in lines]


def _heading(line: Sequence[Word]) -> list[float]:
    words = iter(line)
    lefts = []
    for heading in COLUMNS.values():
        first, *_ = [next(words) for _ in heading.split()]
        lefts.append(first.left)
    return lefts


def _read_body(reading: _Reading, number: int, body: Sequence[Word]) -> None:
    blocks = _blocks(reading, number, body)
    rows = _rows(blocks)
    middles = sorted(rows)
    above, below = "", ""
    for reason in blocks[_LAST]:
        near = [middle for middle in middles if reason.holds(middle)]
        if near:
            cells = rows[min(near, key=lambda middle: abs(middle - reason.middle))]
            if _LAST in cells:
                raise ShapeError.at(
                    reading.payload, f"page {number}", f"a row has a second reason {reason.text[:60]!r}"
                )
            cells[_LAST] = reason.text
        elif not middles or reason.middle < middles[0]:
            above = _joined(above, reason.text)
        elif reason.middle > middles[-1]:
            below = _joined(below, reason.text)
        else:
            raise ShapeError.at(reading.payload, f"page {number}", f"reason {reason.text[:60]!r} belongs to no row")
    _join_pages(reading, number, above, rows[middles[0]] if middles else None)
    reading.rows += [Row(number, rows[middle]) for middle in middles]
    reading.pending = _joined(reading.pending, below)


def _join_pages(reading: _Reading, number: int, above: str, first: dict[str, str] | None) -> None:
    """Give what stands before the first row of a page to the last row before it, and what waited for a row to this one."""
    if above and reading.pending:
        reading.pending = _joined(reading.pending, above)
    elif above:
        if not reading.rows:
            raise ShapeError.at(reading.payload, f"page {number}", f"reason {above[:60]!r} belongs to no row")
        last = reading.rows[-1].cells
        last[_LAST] = _joined(last.get(_LAST, ""), above)
    if first is not None and reading.pending:
        first[_LAST], reading.pending = _joined(reading.pending, first.get(_LAST, "")), ""


def _rows(blocks: dict[str, list[_Block]]) -> dict[float, dict[str, str]]:
    """Cells by the middle of their row; a row is where anything but a reason stands."""
    rows: dict[float, dict[str, str]] = {}
    for column, found in blocks.items():
        for block in found if column != _LAST else ():
            middle = next((one for one in rows if abs(one - block.middle) < _SAME_LINE), block.middle)
            rows.setdefault(middle, {})[column] = block.text
    return rows


def _blocks(reading: _Reading, number: int, body: Sequence[Word]) -> dict[str, list[_Block]]:
    """The cells of a page by column, from top to bottom."""
    by_column: dict[str, list[Word]] = {column: [] for column in COLUMNS}
    names = list(COLUMNS)
    for word in body:
        place = sum(left - _LEFT_OF_HEADING <= word.left for left in reading.lefts)
        if not place:
            raise ShapeError.at(reading.payload, f"page {number}", f"{word.text[:60]!r} stands left of all columns")
        by_column[names[place - 1]].append(word)
    return {column: _cells(words) for column, words in by_column.items()}


def _cells(words: Sequence[Word]) -> list[_Block]:
    lines = _lines(words)
    cells: list[list[list[Word]]] = [[line] for line in lines[:1]]
    for above, line in pairwise(lines):
        if line[0].top - above[0].top < _SAME_CELL * above[0].height:
            cells[-1].append(line)
        else:
            cells.append([line])
    return [_block([word for line in cell for word in line]) for cell in cells]


def _block(words: Sequence[Word]) -> _Block:
    text = " ".join(word.text for word in words)
    return _Block(text, min(word.top for word in words), max(word.bottom for word in words))


def _joined(one: str, other: str) -> str:
    return f"{one} {other}".strip()
