"""The page as text: complete, escaped, without anything to fetch, and of the warehouse that it is made from."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from scenes import NASTY, empty, facts

from backcourt.checks.finding import Finding, review, store
from backcourt.engine.evaluate import NOT_DUE
from backcourt.report.html.calendar import LOOKS
from backcourt.report.html.facts import gather
from backcourt.report.html.markup import Html, el, join
from backcourt.report.html.page import page
from backcourt.report.status import STATES
from backcourt.seasons import Scope, parse_dates
from support import NOON, POST, Workshop

VOID = {"meta", "link", "col", "wbr", "input"}


class Reader(HTMLParser):
    """The tags of a page with their attributes, and the texts; a tag that is not closed in its place is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def cells(self) -> list[dict[str, str]]:
        return [attrs for tag, attrs in self.tags if tag == "td" and "title" in attrs and "s-" in attrs["class"]]


class TestMarkup:
    def test_a_text_is_escaped_wherever_it_stands(self) -> None:
        made = el("p", NASTY, [NASTY, None, 1234, 0.5], title=NASTY, hidden=True, lang=None)
        reader = Reader(made)
        assert reader.tags == [("p", {"title": NASTY, "hidden": ""})]
        assert "".join(reader.texts) == f"{NASTY}{NASTY}1,2340.5"

    def test_markup_is_not_escaped_twice(self) -> None:
        assert el("p", el("b", "a & b")) == "<p><b>a &amp; b</b></p>"
        assert join(["<", Html("<br>")], ", ") == "&lt;, <br>"


class TestPage:
    def test_every_partition_has_a_cell_with_its_figures(self) -> None:
        made = facts()
        cells = Reader(page(made)).cells()
        assert len(cells) == len(made.cells) == 240
        titles = [cell["title"].split("\n") for cell in cells]
        assert titles.count(["2022-10-18 verified", "10 of 10 rows, 2 games", "run run-1"]) == 3
        for state in LOOKS:
            (found,) = [
                one for one in titles if one[0].endswith(f" {state.replace('_', ' ')}") and NASTY in one[-2]
            ] or [None]
            assert (found is None) == (state == "verified")
            if found:
                assert found[1] == "7 of 10 rows, 2 games"
                assert ("not covered: 1 games" in found) == (state == "not_covered")

    def test_every_state_has_a_look_and_a_letter_of_its_own(self) -> None:
        assert set(LOOKS) == {*STATES, *NOT_DUE}
        letters = [look.letter for look in LOOKS.values()]
        assert len(set(letters)) == len(letters)
        text = page(facts())
        for state in LOOKS:
            assert f".s-{state.replace('_', '-')}" in text
            assert state.replace("_", " ") in text

    def test_no_text_becomes_markup(self) -> None:
        reader = Reader(page(facts()))
        assert [tag for tag, _ in reader.tags].count("script") == 1
        assert "img" not in {tag for tag, _ in reader.tags}
        assert not any(name.startswith("on") for _, attrs in reader.tags for name in attrs)
        assert sum(NASTY in text for text in reader.texts) >= 6

    def test_there_is_nothing_to_fetch(self) -> None:
        reader = Reader(page(facts()))
        for _, attrs in reader.tags:
            assert "src" not in attrs
            assert attrs.get("href", "data:,") == "data:,"
        text = page(replace(facts(), cells=(), verdicts=(), runs=(), certificate=None))
        assert not re.search(r"https?://|url\(|@import", text)
        assert "default-src &#x27;none&#x27;" in text or "default-src 'none'" in text

    def test_headline(self) -> None:
        text = " ".join(Reader(page(facts())).texts)
        # Of 80 dates of the first table eight are expected and not verified... the states of which nothing is due left out.
        expected = 80 - len(NOT_DUE)
        verified = expected - (len(STATES) - 1)
        assert f"{int(verified / expected * 1000) / 10:.1f} %" in text
        assert (
            f"of player_game_summary, furthest behind; {verified + 160} of {expected + 160} partitions in all" in text
        )
        assert "incomplete" in text
        assert "240 partitions compared, 0 differing, a sample of 20 dates" in text
        assert "30 pass, 1 warn, 1 fail, 0 error" in text

    def test_not_verified_is_listed_by_stretches(self) -> None:
        made = facts()
        stale = [
            replace(one, state="stale", cause="behind") if one.table == "ml_feature_store" else one
            for one in made.cells
        ]
        text = " ".join(Reader(page(replace(made, cells=tuple(stale)))).texts)
        assert "ml_feature_store stale 2021-10-19 2022-02-13 40 behind" in text
        assert "ml_feature_store stale 2022-10-18 2023-02-12 40 behind" in text

    def test_runs_quality_and_findings(self) -> None:
        text = " ".join(Reader(page(facts())).texts)
        assert "run-2 incomplete 12.5 1,200 195 190 83.8% 1 2 4,321 7 on" in text
        assert "the newest 2 of 70" in text
        assert "points add up" in text
        titles = [
            attrs["title"]
            for tag, attrs in Reader(page(facts())).tags
            if tag == "td" and "week" in attrs.get("title", "")
        ]
        assert titles[:2] == [
            "week 1: 800 rows\nhigh 0.0%\nmedium 25.0%\nlow 50.0%\ninsufficient 25.0%",
            "week 2: 800 rows\nhigh 90.0%\nmedium 10.0%\nlow 0.0%\ninsufficient 0.0%",
        ]

    def test_of_nothing(self) -> None:
        reader = Reader(page(empty()))
        assert reader.cells() == []
        assert "nothing expected" in reader.texts

    def test_each_calendar_can_be_entered_once(self) -> None:
        entries = [attrs for tag, attrs in Reader(page(facts())).tags if tag == "td" and attrs.get("tabindex") == "0"]
        assert len(entries) == 3  # two seasons and the quality


class TestGather:
    def test_what_the_warehouse_says(self, shop: Workshop) -> None:
        store(
            shop.warehouse,
            review("validate", "all", NOON, [Finding("points", "fail", "7 too few", "PGS", hint="look")]),
        )
        shop.warehouse.execute(
            "UPDATE ledger.partitions SET state = 'failed', cause = 'too few' WHERE game_date = '2021-10-20'"
        )
        found = gather(shop.warehouse, POST, Scope(), NOON)
        assert (found.kind, len(found.cells), found.tables) == (
            "simulated",
            18,
            tuple(table.name for table in POST.ordered),
        )
        failed = [one for one in found.cells if one.state == "failed"]
        assert {str(one.game_date) for one in failed} == {"2021-10-20"}
        assert {one.cause for one in failed} == {"the last attempt failed: too few"}
        assert not found.is_complete
        assert all(one.run == found.runs[0].run_id and one.rows == one.expected_rows for one in found.cells)
        (verdict,) = found.verdicts
        assert (verdict.kind, verdict.outcome, verdict.counts["fail"]) == ("validate", "fail", 1)
        assert verdict.findings == (("points", "PGS", "fail", "7 too few", "look"),)
        assert found.quality is None
        assert len(Reader(page(found)).cells()) == 18

    def test_of_a_scope(self, shop: Workshop) -> None:
        scope = Scope(tables=("player_game_summary",), dates=parse_dates("2021-10-20:2021-10-21", NOON.date()))
        found = gather(shop.warehouse, POST, scope, NOON)
        assert [(one.table, str(one.game_date)) for one in found.cells] == [
            ("player_game_summary", "2021-10-20"),
            ("player_game_summary", "2021-10-21"),
        ]
        assert found.is_complete
