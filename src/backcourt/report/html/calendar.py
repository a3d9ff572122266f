"""A calendar per season: a row for each table, a cell for each date, with the state in colour, pattern and letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from backcourt.report.html.facts import Cell, Facts
from backcourt.report.html.markup import Html, el, join


@dataclass(frozen=True)
class Look:
    """How a state looks, and what it means."""

    letter: str
    says: str


LOOKS = {
    "verified": Look("", "stored, checked, and built from the input and code of today"),
    "missing": Look("M", "expected and never built"),
    "stale": Look("S", "input or code changed since it was built"),
    "failed": Look("F", "the last attempt broke a rule; the content before it is kept"),
    "blocked": Look("B", "something upstream is not verified"),
    "damaged": Look("D", "the stored rows are not those of the ledger"),
    "held": Look("H", "set back, and not run until released"),
    "surplus": Look("X", "its last game is gone; the rows have to go too"),
    "not_covered": Look("N", "no source covers its games; not expected"),
    "ahead": Look("A", "beyond the horizon; not expected yet"),
    "closed": Look("C", "without games and empty; not expected"),
}


def legend(facts: Facts) -> Html:
    """The states that occur, each with its look and its meaning; verified always."""
    seen = {each.state for each in facts.cells} | {"verified"}
    items = [
        el(
            "li",
            el("span", look.letter, class_=f"swatch {_class(state)}"),
            el("b", _named(state)),
            f" {look.says}",
        )
        for state, look in LOOKS.items()
        if state in seen
    ]
    return el("ul", items, class_="legend")


def _named(state: str) -> str:
    name, letter = state.replace("_", " "), LOOKS[state].letter
    return f"{name} ({letter})" if letter else name


def calendars(facts: Facts) -> Html:
    """All seasons, newest first."""
    seasons: dict[str, list[Cell]] = {}
    for cell in facts.cells:
        seasons.setdefault(cell.season, []).append(cell)
    return join(_season(facts, season, cells) for season, cells in sorted(seasons.items(), reverse=True))


def _season(facts: Facts, season: str, cells: Sequence[Cell]) -> Html:
    days = sorted({each.game_date for each in cells})
    starts = {day for day, before in zip(days[1:], days, strict=False) if day.month != before.month}
    placed = {(each.table, each.game_date): each for each in cells}
    # The first cell of a calendar is where the keyboard enters it; the arrows go on from there.
    entry = next(placed[table, day] for table in facts.tables for day in days if (table, day) in placed)
    rows = [_row(table, days, starts, placed, entry) for table in facts.tables]
    expected = [each for each in cells if each.is_expected]
    verified = sum(each.state == "verified" for each in expected)
    name = f"Season {season}"
    return el(
        "section",
        el("h2", name, " ", el("small", f"{verified:,} of {len(expected):,} partitions verified, {len(days)} dates")),
        el("div", el("table", _columns(days), _months(days), el("tbody", rows), class_="calendar", role="grid", aria_label=name,
                     style=f"--dates:{len(days)}"), class_="scroll"),
        class_="season",
    )  # fmt: skip


def _columns(days: Sequence[date]) -> Html:
    return el("colgroup", el("col", class_="names"), el("col", span=len(days)), el("col", class_="sums"))


def _months(days: Sequence[date]) -> Html:
    months = [(month, len(list(each))) for month, each in groupby(days, key=lambda day: (day.year, day.month))]
    # A month of few dates has no room for its name.
    heads = [
        el("th", f"{date(*month, 1):%b}" if count > 4 or len(months) == 1 else "", scope="colgroup", colspan=count)
        for month, count in months
    ]
    return el("thead", el("tr", el("td"), heads, el("td", "verified")))


def _row(
    table: str, days: Sequence[date], starts: set[date], placed: dict[tuple[str, date], Cell], entry: Cell
) -> Html:
    cells = [placed.get((table, day)) for day in days]
    known = [each for each in cells if each is not None]
    expected = [each for each in known if each.is_expected]
    verified = sum(each.state == "verified" for each in expected)
    boxes = [_box(each, is_start=day in starts, is_entry=each is entry) for day, each in zip(days, cells, strict=True)]
    sums = f"{verified:,}/{len(expected):,}"
    return el(
        "tr",
        el("th", _breakable(table), scope="row"),
        boxes,
        el("td", sums, class_="sum" if verified == len(expected) else "sum behind"),
    )


def _box(cell: Cell | None, *, is_start: bool, is_entry: bool) -> Html:
    start = " o" if is_start else ""
    if cell is None:
        return el("td", class_=start.strip() or None)
    return el(
        "td",
        LOOKS[cell.state].letter,
        class_=_class(cell.state) + start,
        title=_told(cell),
        tabindex="0" if is_entry else None,
    )


def _breakable(name: str) -> Html:
    """A name that may be broken after an underscore, where there is little room."""
    first, *others = name.split("_")
    return join((first, *(("_", el("wbr"), word) for word in others)))


def _class(state: str) -> str:
    return f"p s-{state.replace('_', '-')}"


def _told(cell: Cell) -> str:
    """The figures of a partition, a line each."""
    lines = [f"{cell.game_date} {cell.state.replace('_', ' ')}", f"{cell.rows:,} of {cell.expected_rows:,} rows"]
    lines[-1] += f", {cell.games:,} games" if cell.games != 1 else ", 1 game"
    if cell.uncovered:
        lines.append(f"not covered: {cell.uncovered:,} games")
    if cell.cause:
        lines.append(cell.cause)
    if cell.run:
        lines.append(f"run {cell.run}")
    return "\n".join(lines)
