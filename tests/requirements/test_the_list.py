"""docs/requirements.md is whole and true: every requirement has a class, and whatever a class names exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from quoting import ROOT, cells, quoted_lines, quoted_tests, untrue

LIST = ROOT / "docs" / "requirements.md"
WANTED = {f"P{number}" for number in range(1, 51)} | {f"R{number}" for number in range(1, 33)}


@dataclass(frozen=True)
class FailureClass:
    """A row of the list: what goes wrong, the requirements behind it, and what catches it or makes it impossible."""

    sentence: str
    requirements: tuple[str, ...]
    tests: tuple[tuple[str, str], ...]
    lines: tuple[tuple[str, str], ...]


def read_list(text: str) -> list[FailureClass]:
    """The rows of all tables whose second column names requirements."""
    rows = [cells(line) for line in text.splitlines()]
    return [
        FailureClass(row[0], tuple(row[1].split(", ")), quoted_tests(row[2]), quoted_lines(row[2]))
        for row in rows
        if len(row) == 3 and re.fullmatch(r"[PR]\d+(, [PR]\d+)*", row[1])
    ]


def problems(classes: list[FailureClass]) -> list[str]:
    """Everything that is wrong with a list."""
    covered = {name for each in classes for name in each.requirements}
    return [
        *(f"{name} is in no class" for name in sorted(WANTED - covered)),
        *(f"{name} is no requirement" for name in sorted(covered - WANTED)),
        *(f"{each.sentence!r}: {what}" for each in classes for what in _untrue(each)),
    ]


def _untrue(found: FailureClass) -> Iterator[str]:
    if not found.tests and not found.lines:
        yield "nothing catches it"
    yield from untrue(found.tests, found.lines)


def test_the_list_is_whole_and_true() -> None:
    classes = read_list(LIST.read_text(encoding="utf-8"))
    assert problems(classes) == []
    assert 40 <= len(classes) <= 60
    assert len({each.sentence for each in classes}) == len(classes)


HERE = "tests/requirements/test_the_list.py"
TRUE = (
    f"| It goes wrong. | P1, R2 | `{HERE}::test_the_list_is_whole_and_true`; `src/backcourt/names.py`: `def name_key` |"
)
FALSE = {
    "R3 is in no class": TRUE,
    "P51 is no requirement": TRUE.replace("P1,", "P51,"),
    "nothing catches it": "| It goes wrong. | P1 | a careful eye |",
    f"there is no test {HERE}::test_of_nothing": TRUE.replace("test_the_list_is_whole_and_true", "test_of_nothing"),
    f"there is no test {HERE}::test_what_is_missing_is_found[nobody]": TRUE.replace(
        "test_the_list_is_whole_and_true", "test_what_is_missing_is_found[nobody]"
    ),
    f"there is no test {HERE}::read_list": TRUE.replace("test_the_list_is_whole_and_true", "read_list"),
    "there is no test tests/none.py::test_none": TRUE.replace("`src", "`tests/none.py::test_none`, `src"),
    "src/backcourt/names.py does not say 'def name_keys'": TRUE.replace("name_key`", "name_keys`"),
    "src/backcourt/none.py does not say 'def name_key'": TRUE.replace("names.py", "none.py"),
    "src/backcourt/names.py does not say ''": TRUE.replace(": `def name_key`", ""),
}


@pytest.mark.parametrize("what", FALSE)
def test_what_is_missing_is_found(what: str) -> None:
    assert [said for said in problems(read_list(FALSE[what])) if said.endswith(what)]


def test_a_true_row_has_no_problem_of_its_own() -> None:
    case = f"`{HERE}::test_what_is_missing_is_found[nothing catches it]`"
    (found,) = read_list(f"| class | requirements | caught by |\n| --- | --- | --- |\n{TRUE[:-1]}, {case} |\n")
    assert found.requirements == ("P1", "R2")
    assert list(_untrue(found)) == []
