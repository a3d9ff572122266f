"""The page in a browser: it loads without a word or a request, tells its figures by pointer and keyboard, and fits a phone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scenes import NASTY, facts

from backcourt.report.html.page import page as made_page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FIRST = "2022-10-18 verified\n10 of 10 rows, 2 games\nrun run-1"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium; without one the tests are skipped, except in CI."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(f"there is none of {', '.join(NAMES)} on PATH")
        pytest.skip("there is no Chromium on PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        # The sandbox does not work for root, as whom containers run; the page is our own.
        started = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(made_page(facts()), encoding="utf-8")
    return path.as_uri()


class Visit:
    """An open page, what it said on the console and what it asked for."""

    def __init__(self, browser: Any, address: str, width: int = 1280, scheme: str = "light") -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(address)

    def tip(self) -> str:
        """What the bubble shows."""
        found = self.page.locator("#tip")
        found.wait_for(state="visible", timeout=5000)
        return str(found.inner_text())

    def is_quiet(self) -> bool:
        """Whether no bubble is there, soon."""
        self.page.locator("#tip").wait_for(state="hidden", timeout=5000)
        return True

    def to_calendar(self) -> None:
        """Press Tab until a cell has the focus."""
        for _ in range(10):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.matches('.calendar td.p')"):
                return
        raise AssertionError("no cell can be reached by keyboard")


@pytest.fixture
def visit(browser: Any, address: str) -> Iterator[Visit]:
    made = Visit(browser, address)
    yield made
    made.page.close()


def test_it_loads_without_an_error_or_a_request(visit: Visit, address: str) -> None:
    assert visit.said == []
    assert visit.asked == [address]
    assert visit.page.title() == "Backcourt, simulated data"
    assert visit.page.locator("img").count() == 0


def test_a_cell_for_each_partition(visit: Visit) -> None:
    assert visit.page.locator(".calendar td.p").count() == len(facts().cells)
    box = visit.page.locator(".calendar td.p").first.bounding_box()
    assert box["width"] >= 3
    assert box["height"] >= 10


def test_the_pointer_shows_the_figures(visit: Visit) -> None:
    assert visit.is_quiet()
    visit.page.locator("td.s-failed").hover()
    name, *lines = visit.tip().split("\n")
    assert name == "player_game_summary"
    assert lines == ["2021-10-28 failed", "7 of 10 rows, 2 games", f"failed: {NASTY}", "run run-1"]
    visit.page.locator(".weeks td.p").nth(1).hover()
    assert "high 90.0%" in visit.tip()
    visit.page.locator("h1").hover()
    assert visit.is_quiet()
    # The browser's own bubble is for those without the script; it is back for the next time.
    assert visit.page.locator("td.s-failed").get_attribute("title").startswith("2021-10-28 failed")


def test_the_keyboard_shows_them_too(visit: Visit) -> None:
    visit.to_calendar()
    assert visit.tip() == f"player_game_summary\n{FIRST}"
    press = visit.page.keyboard.press
    press("ArrowRight")
    assert visit.tip().startswith("player_game_summary\n2022-10-21")
    press("ArrowDown")
    assert visit.tip().startswith("upcoming_player_game_context\n2022-10-21")
    press("End")
    assert visit.tip().startswith("upcoming_player_game_context\n2023-02-12")
    press("ArrowRight")
    press("ArrowDown")
    press("ArrowDown")
    press("Home")
    assert visit.tip().startswith("ml_feature_store\n2022-10-18")
    press("ArrowUp")
    press("ArrowUp")
    press("ArrowLeft")
    assert visit.tip() == f"player_game_summary\n{FIRST}"
    outline = visit.page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert float(outline.removesuffix("px")) >= 2
    assert visit.page.evaluate("document.activeElement.getAttribute('aria-label')") == FIRST
    press("Escape")
    assert visit.is_quiet()


def test_a_calendar_is_one_stop_on_the_way(visit: Visit) -> None:
    """However far the arrows went, the next Tab leaves the calendar."""
    visit.to_calendar()
    visit.page.keyboard.press("End")
    assert visit.page.locator(".calendar").first.locator("td[tabindex='0']").count() == 1
    visit.page.keyboard.press("Tab")
    assert not visit.page.evaluate("document.querySelector('.calendar').contains(document.activeElement)")


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (400, "light"), (400, "dark"), (1280, "light")])
def test_it_fits_every_screen(browser: Any, address: str, width: int, scheme: str) -> None:
    visit = Visit(browser, address, width, scheme)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    dark = visit.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"
    assert dark == (scheme == "dark")
    if width <= 400:
        box = visit.page.locator("td.s-failed").bounding_box()
        assert box["width"] >= 8
    visit.page.locator("td.s-failed").hover()
    assert "2021-10-28 failed" in visit.tip()
    tip = visit.page.locator("#tip").bounding_box()
    assert tip["x"] >= 0
    assert tip["x"] + tip["width"] <= width
    visit.page.close()


def test_states_differ_without_their_colour(visit: Visit) -> None:
    """In pattern, and in the letter for those who ask for it."""
    looks = {
        state: visit.page.locator(f".calendar td.s-{state}").first.evaluate(
            "cell => { const s = getComputedStyle(cell); return (s.backgroundImage + s.boxShadow).replace(/rgba?\\\\([^)]*\\\\)/g, '') }"
        )
        for state in ("verified", "missing", "stale", "failed", "blocked", "damaged", "held", "surplus")
    }
    assert len(set(looks.values())) == len(looks)
    failed = visit.page.locator("td.s-failed")
    assert failed.evaluate("cell => getComputedStyle(cell).fontSize") == "0px"
    visit.page.locator("#letters").check()
    assert failed.evaluate("cell => getComputedStyle(cell).fontSize") == "9px"
    assert failed.inner_text() == "F"


def test_no_other_script_may_run(visit: Visit) -> None:
    visit.page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'document.title = 1'}))"
    )
    assert visit.page.title() == "Backcourt, simulated data"
    assert any("Content Security Policy" in text for text in visit.said)
