"""docs/incidents.md is whole and true: every accident is in one class, and every class has its tests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from quoting import ROOT, Quote, cells, functions_of, quoted_lines, quoted_tests, untrue

PAGE = ROOT / "docs" / "incidents.md"
WANTED = {f"I-{number}" for number in range(1, 36) if number != 34} | {f"I-34{letter}" for letter in "abcdef"}
DOES = ("refuses", "reports", "cannot happen")


@dataclass(frozen=True)
class Accidents:
    """A class of accidents: which, what becomes of them, and what shows it."""

    name: str
    numbers: tuple[str, ...]
    answer: str
    tests: tuple[Quote, ...]
    lines: tuple[Quote, ...]


def read_page(text: str) -> list[Accidents]:
    """The rows of all tables whose second column names accidents."""
    rows = [cells(line) for line in text.splitlines()]
    return [
        Accidents(
            row[0], tuple(re.findall(r"\bI-\d+[a-z]?\b", row[1])), row[2], quoted_tests(row[3]), quoted_lines(row[2])
        )
        for row in rows
        if len(row) == 4 and row[1].startswith("I-")
    ]


def problems(classes: list[Accidents]) -> list[str]:
    """Everything that is wrong with a page."""
    named = Counter(number for each in classes for number in each.numbers)
    return [
        *(f"{number} is in no class" for number in sorted(WANTED - named.keys())),
        *(f"{number} is no accident" for number in sorted(named.keys() - WANTED)),
        *(f"{number} is in {count} classes" for number, count in named.items() if count > 1),
        *(f"{each.name!r}: {what}" for each in classes for what in _untrue(each)),
    ]


def _untrue(found: Accidents) -> Iterator[str]:
    if not found.answer.startswith(DOES):
        yield "it does not say what Backcourt does"
    if not found.tests:
        yield "it has no test"
    yield from untrue(found.tests, found.lines)


def unnamed(classes: list[Accidents], folder: Path) -> list[str]:
    """Tests of a folder that no class names, but for those of the page itself."""
    named = {(file, name.partition("[")[0]) for each in classes for file, name in each.tests}
    files = [str(path.relative_to(ROOT)) for path in sorted(folder.glob("test_*.py")) if path != Path(__file__)]
    return [f"{file}::{name}" for file in files for name in functions_of(file) if (file, name) not in named]


def test_the_page_is_whole_and_true() -> None:
    classes = read_page(PAGE.read_text(encoding="utf-8"))
    assert problems(classes) == []
    assert unnamed(classes, Path(__file__).parent) == []
    assert len({each.name for each in classes}) == len(classes) >= 20


HERE = "tests/incidents/test_the_page.py"
TRUE = (
    "| It happened. | I-1: once; I-34f: again | refuses: `src/backcourt/names.py`: `def name_key`"
    f" | `{HERE}::test_the_page_is_whole_and_true` |"
)
FALSE = {
    "I-2 is in no class": TRUE,
    "I-36 is no accident": TRUE.replace("I-1:", "I-36:"),
    "I-1 is in 2 classes": f"{TRUE}\n{TRUE}",
    "it does not say what Backcourt does": TRUE.replace("refuses", "hopes"),
    "it has no test": TRUE.replace("tests/", "somewhere/"),
    f"there is no test {HERE}::test_of_nothing": TRUE.replace("test_the_page_is_whole_and_true", "test_of_nothing"),
    "src/backcourt/names.py does not say 'def name_keys'": TRUE.replace("name_key`", "name_keys`"),
}


@pytest.mark.parametrize("what", FALSE)
def test_what_is_wrong_is_found(what: str) -> None:
    assert [said for said in problems(read_page(FALSE[what])) if said.endswith(what)]


def test_a_test_without_a_class_is_found() -> None:
    (one,) = read_page(TRUE)
    assert list(_untrue(one)) == []
    assert "tests/incidents/test_order.py::test_what_ends_starts_nothing" in unnamed([one], Path(__file__).parent)
