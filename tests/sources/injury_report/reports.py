"""Injury reports made up: rows of cells, set as the league sets them, with the cells of a row about one middle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from tiny_pdf import Text, tiny_pdf

from backcourt.seasons import EASTERN
from backcourt.sources.injury_report import requests
from backcourt.sources.payload import Payload

MOMENT = datetime(2024, 1, 24, 17, 30, tzinfo=EASTERN)
TITLE = "Injury Report: 01/24/24 05:30 PM"
LEFTS = (23.0, 120.0, 200.0, 264.0, 425.0, 586.0, 666.0)
HEADINGS = ("Game Date", "Game Time", "Matchup", "Team", "Player Name", "Current Status", "Reason")
LINE, GAP = 14.0, 22.0

Cells = tuple[str, str, str, str, str, str, str]
"""Date, time, matchup, team, player, status and reason; `|` parts the lines of a reason, `...` a break of pages."""

ROWS: list[list[Cells]] = [
    [
        ("01/24/2024", "07:30 (ET)", "LAL@LAC", "Los Angeles Lakers", "Guard, Ann", "Out", "Injury/Illness - Knee; Sprain"),
        ("", "", "", "", "Center Jr., Bo", "Questionable", "Injury/Illness - Left|Hip; Soreness"),
        ("", "", "", "LA Clippers", "", "", "NOT YET SUBMITTED"),
        ("", "10:00 (ET)", "ATL@GSW", "Atlanta Hawks", "Forward, Dre", "Probable", "Return to Competition"),
    ],
    [
        ("", "", "", "", "", "", "Reconditioning"),
        ("", "", "", "", "Alike, Two", "Available", "G League - Two-Way"),
        ("", "", "", "Golden State Warriors", "Nobody, New", "Doubtful", ""),
        ("01/25/2024", "07:00 (ET)", "BOS@MIA", "Boston Celtics", "", "", "NOT YET SUBMITTED"),
        ("", "", "", "Miami Heat", "", "", "NOT YET SUBMITTED"),
    ],
]  # fmt: skip


def page(
    rows: Sequence[Cells],
    number: int,
    pages: int,
    *,
    title: str = TITLE,
    headings: Sequence[str] | None = None,
    shift: float = 0.0,
) -> list[Text]:
    """The texts of a page; `shift` moves the table sideways, headings and all."""
    lefts = [left + shift for left in LEFTS]
    texts: list[Text] = [(280.0, 45.0, title), (398.0, 538.0, f"Page {number} of {pages}")]
    texts += [(left, 107.0, heading) for left, heading in zip(lefts, headings or (), strict=False)]
    top = 129.0 if headings else 82.0
    for cells in rows:
        lines = [line for line in cells[-1].split("|") if line]
        middle = top + LINE * max(len(lines) - 1, 0) / 2
        texts += [(left + 1, middle, cell) for left, cell in zip(lefts, cells[:-1], strict=False) if cell]
        texts += [(lefts[-1] + 1, top + LINE * place, line) for place, line in enumerate(lines)]
        top += LINE * max(len(lines) - 1, 0) + GAP
    return texts


def report(
    pages: Sequence[Sequence[Cells]],
    *,
    title: str = TITLE,
    headings: Sequence[str] = HEADINGS,
    shift: float = 0.0,
    packed: bool = True,
) -> bytes:
    """A report of these pages, the headings on the first alone."""
    return tiny_pdf(
        [
            page(rows, number, len(pages), title=title, headings=headings if number == 1 else None, shift=shift)
            for number, rows in enumerate(pages, 1)
        ],
        packed=packed,
    )


def payload_of(body: bytes, moment: datetime = MOMENT) -> Payload:
    """A report as it would come."""
    return Payload(requests.report(moment), body, datetime(2024, 1, 24, 23, tzinfo=UTC), "0123456789abcdef")
