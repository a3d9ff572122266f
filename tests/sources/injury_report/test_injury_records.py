"""Records of an injury report, from PDFs made up."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import date, datetime
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports import HEADINGS, ROWS, Cells, page, payload_of, report
from tiny_pdf import tiny_pdf

from backcourt.errors import UsageError
from backcourt.seasons import EASTERN
from backcourt.sources.injury_report import pages
from backcourt.sources.injury_report.records import parse
from backcourt.sources.payload import Record, ShapeError

GOOD = report(ROWS)
NAMES = ("game_time", "matchup", "team", "player_name", "current_status", "reason")


def told(body: bytes) -> list[Record]:
    """Every record, whatever its date."""
    return [row for batch in parse(payload_of(body)) for row in batch.rows]


def with_row(cells: Cells, place: int = 0) -> bytes:
    """The report with one row of its first page replaced."""
    rows = [list(rows) for rows in ROWS]
    rows[0][place] = cells
    return report(rows)


def test_rows() -> None:
    """Merged cells hold downwards and over pages, reasons of several lines and pages are one."""
    today, tomorrow = parse(payload_of(GOOD))
    assert (today.kind, today.game_date, tomorrow.game_date) == ("injury_report", date(2024, 1, 24), date(2024, 1, 25))
    assert [tuple(row[name] for name in NAMES) for row in today.rows] == [
        ("07:30 (ET)", "LAL@LAC", "Los Angeles Lakers", "Guard, Ann", "Out", "Injury/Illness - Knee; Sprain"),
        ("07:30 (ET)", "LAL@LAC", "Los Angeles Lakers", "Center Jr., Bo", "Questionable", "Injury/Illness - Left Hip; Soreness"),
        ("07:30 (ET)", "LAL@LAC", "LA Clippers", None, None, "NOT YET SUBMITTED"),
        ("10:00 (ET)", "ATL@GSW", "Atlanta Hawks", "Forward, Dre", "Probable", "Return to Competition Reconditioning"),
        ("10:00 (ET)", "ATL@GSW", "Atlanta Hawks", "Alike, Two", "Available", "G League - Two-Way"),
        ("10:00 (ET)", "ATL@GSW", "Golden State Warriors", "Nobody, New", "Doubtful", None),
    ]  # fmt: skip
    assert [(row["team"], row["player_name"]) for row in tomorrow.rows] == [
        ("Boston Celtics", None),
        ("Miami Heat", None),
    ]
    assert {(row["report_time_et"], row["game_date"]) for row in today.rows} == {("2024-01-24 17:30:00", "2024-01-24")}


@pytest.mark.parametrize("shift", [-15.0, 30.0])
def test_columns_are_where_their_headings_are(shift: float) -> None:
    """They have moved before."""
    assert told(report(ROWS, shift=shift)) == told(GOOD)
    assert told(report(ROWS, packed=False)) == told(GOOD)


def test_headings_may_stand_on_every_page() -> None:
    """And are no row of the table."""
    made = [page(rows, number, 2, headings=HEADINGS) for number, rows in enumerate(ROWS, 1)]
    assert told(tiny_pdf(made)) == told(GOOD)


def test_a_reason_that_begins_on_the_page_before_its_row() -> None:
    """It waits for the row."""
    forward: Cells = ("", "10:00 (ET)", "ATL@GSW", "Atlanta Hawks", "Forward, Dre", "Probable", "Rest")
    first = [*ROWS[0][:3], forward, ("", "", "", "", "", "", "G League -")]
    found = told(report([first, ROWS[1][1:]]))
    assert [row["reason"] for row in found if row["player_name"] == "Alike, Two"] == ["G League - G League - Two-Way"]
    assert [row["reason"] for row in found if row["player_name"] == "Forward, Dre"] == ["Rest"]


def test_reasons_of_many_lines() -> None:
    """However high a row is, its cells share its middle."""
    lines = "one|two|three|four|five|six"
    body = with_row(("01/24/2024", "07:30 (ET)", "LAL@LAC", "Los Angeles Lakers", "Guard, Ann", "Out", lines))
    assert told(body)[0]["reason"] == "one two three four five six"


def test_the_minutes_of_an_hourly_report_are_not_in_its_name() -> None:
    """A quarterly one is of its very moment."""
    late = report(ROWS, title="Injury Report: 01/24/24 05:45 PM")
    assert told(late)[0]["report_time_et"] == "2024-01-24 17:45:00"
    with pytest.raises(ShapeError, match="2024-01-24 18:30, which was not asked for"):
        told(report(ROWS, title="Injury Report: 01/24/24 06:30 PM"))
    quarter = datetime(2026, 1, 24, 17, 30, tzinfo=EASTERN)
    with pytest.raises(ShapeError, match="2026-01-24 17:45, which was not asked for"):
        parse(payload_of(report(ROWS, title="Injury Report: 01/24/26 05:45 PM"), quarter))


LAKERS = ("01/24/2024", "07:30 (ET)", "LAL@LAC", "Los Angeles Lakers")
TWO_TITLES = [
    page(rows, number, 2, headings=HEADINGS, title=f"Injury Report: 01/24/24 0{number}:30 PM")
    for number, rows in enumerate(ROWS, 1)
]
DRIFT: list[tuple[bytes, str]] = [
    (b"", "it is no PDF"),
    (b"<html>403</html>", "it is no PDF"),
    (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "it is no PDF"),
    (GOOD[: len(GOOD) // 2], "document"),
    (b"%PDF-1.4\n", "document"),
    (b"%PDF-" + b" " * pages.MAX_BYTES, "over 2097152"),
    (tiny_pdf([]), "0 pages"),
    (tiny_pdf([[]]), "the title with the time of the report is not there"),
    (tiny_pdf([page([], 1, 1)[:1]]), "its number is missing"),
    (tiny_pdf([page([], 1, 1)] * 61), "61 pages"),
    (tiny_pdf([page(ROWS[0], 1, 2, headings=HEADINGS)]), "it is called 'Page 1 of 2'"),
    (report(ROWS, headings=[*HEADINGS[:5], "Status", "Reason"]), "the headings are not there"),
    (report(ROWS, title="Injury Report"), "title"),
    (report(ROWS, title="Injury Report: 13/24/24 05:30 PM"), "title"),
    (tiny_pdf(TWO_TITLES), "one is expected on every page"),
    (report([[]]), "the report has none"),
    (with_row((*LAKERS, "Guard, Ann", "Day-To-Day", "Knee")), "status 'Day-To-Day' of Guard, Ann is none of"),
    (with_row((*LAKERS, "Guard, Ann", "", "Knee")), "status None of Guard, Ann"),
    (with_row((*LAKERS, "", "", "ALL IS WELL")), "names no player but says None ALL IS WELL"),
    (with_row((*LAKERS, "", "Out", "NOT YET SUBMITTED")), "names no player but says Out"),
    (with_row(("01/24/2024", "07:30 (ET)", "LAL@LAC", "Boston Celtics", "Guard, Ann", "Out", "Knee")), "is not in matchup"),
    (with_row(("01/24/2024", "07:30 (ET)", "Lakers", "Boston Celtics", "Guard, Ann", "Out", "Knee")), "not like AWY@HOM"),
    (with_row(("24.01.2024", *LAKERS[1:], "Guard, Ann", "Out", "Knee")), "is no date"),
    (with_row(("01/24/2023", *LAKERS[1:], "Guard, Ann", "Out", "Knee")), "far from 2024-01-24"),
    (with_row(("", *LAKERS[1:], "Guard, Ann", "Out", "Knee")), "a row has no game_date"),
    (with_row(("01/24/2024", "07:30 (ET)", "", "LA Clippers", "Guard, Ann", "Out", "Knee")), "nothing between"),
    (with_row((*LAKERS, "Guard, Ann", "Out", "Knee"), place=1), "Los Angeles Lakers, Guard, Ann stands twice"),
    (report([[("", "", "", "", "", "", "Knee"), *ROWS[0]]]), "belongs to no row"),
    (report([[*ROWS[0], ("", "", "", "", "", "", "Knee")]]), "at the end without a row"),
    (tiny_pdf([[*page(ROWS[0], 1, 1, headings=HEADINGS), (5.0, 300.0, "x")]]), "left of all columns"),
    (tiny_pdf([[(10.0 * (place % 60), 10.0 + 12 * (place // 60), "x") for place in range(2500)]]), "words, over 2000"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "said"), DRIFT)
def test_drift_is_named(body: bytes, said: str) -> None:
    """Nothing of such a report is used."""
    with pytest.raises(ShapeError) as caught:
        told(body)
    assert said in caught.value.message
    assert caught.value.message.startswith("injury_report, injury_report 2024-01-24 17:30")


def test_a_guest_from_elsewhere_is_left_to_staging() -> None:
    """A matchup with a team that is none of the NBA's is no other shape."""
    assert (
        told(with_row(("01/24/2024", "07:30 (ET)", "XYZ@LAC", "Guests", "Guard, Ann", "Out", "Knee")))[0]["team"]
        == "Guests"
    )


def test_a_stream_that_inflates_to_too_much_is_not_read() -> None:
    """A small file may hold gigabytes; nothing but the first few megabytes are ever inflated."""
    bomb = zlib.compress(b" " * (64 * 1024**2), 9)
    body = GOOD.replace(b"%%EOF", b"stream\n" + bomb + b"\nendstream\n%%EOF")
    assert len(body) < pages.MAX_BYTES
    before = perf_counter()
    with pytest.raises(ShapeError, match="once inflated"):
        told(body)
    assert perf_counter() - before < 2
    with pytest.raises(ShapeError, match="packed more than once"):
        told(GOOD.replace(b"/Filter /FlateDecode", b"/Filter [/FlateDecode /FlateDecode]", 1))


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install."""
    monkeypatch.setitem(__import__("sys").modules, "pdfplumber", None)
    with pytest.raises(UsageError, match="needs pdf") as caught:
        told(GOOD)
    assert "backcourt[pdf]" in caught.value.hint


def test_another_need() -> None:
    """Only reports can be parsed."""
    payload = payload_of(GOOD)
    with pytest.raises(ShapeError, match="no need 'roster'"):
        parse(replace(payload, request=replace(payload.request, need="roster")))


PLAIN = report(ROWS, packed=False)


@settings(max_examples=300, deadline=5000)
@given(data=st.data(), packed=st.booleans())
def test_harm_gives_shape_errors_or_batches(data: st.DataObject, packed: bool) -> None:
    """Whatever is done to the bytes, nothing else comes out, and soon."""
    body = bytearray(GOOD if packed else PLAIN)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        how = data.draw(st.sampled_from(["change", "cut", "double", "end"]))
        length = data.draw(st.integers(1, 60))
        if how == "change":
            body[at : at + length] = data.draw(st.binary(min_size=length, max_size=length))
        elif how == "cut":
            del body[at : at + length]
        elif how == "double":
            body[at:at] = body[at : at + length]
        else:
            del body[max(at, 5) :]
        if not body:
            break
    try:
        found = parse(payload_of(bytes(body)))
    except ShapeError:
        return
    assert all(isinstance(value, str | None) for batch in found for row in batch.rows for value in row.values())
