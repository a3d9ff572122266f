"""Metrics in a form that a strict parser reads, with whatever a label may hold."""

from __future__ import annotations

import pytest

from backcourt.report.prometheus import Metric
from exposition import parse

NASTY = 'a"b\\c\nd{e="f"} 7'


def text_of(*metrics: Metric) -> str:
    return "".join(f"{line}\n" for metric in metrics for line in metric.lines())


def test_a_metric() -> None:
    found = parse(
        text_of(Metric("x", "What it is.", (({"table": "a", "state": "b"}, 3), ({"table": "c", "state": "b"}, 0.5))))
    )
    assert found["x"].kind == "gauge"
    assert found["x"].samples == {(("state", "b"), ("table", "a")): 3.0, (("state", "b"), ("table", "c")): 0.5}


def test_nasty_labels_and_help_come_back_as_they_were() -> None:
    found = parse(text_of(Metric("x", "a\\b\nc", (({"run": NASTY}, 1),))))
    assert found["x"].samples == {(("run", NASTY),): 1.0}
    assert found["x"].help == "a\\\\b\\nc"


def test_what_has_no_value_is_left_out() -> None:
    assert text_of(Metric("x", "What it is.", ())) == ""


@pytest.mark.parametrize(
    "text",
    [
        "x 1",
        "x 1\n",
        "# HELP x y\nx 1\n",
        "# TYPE x gauge\nx 1\n",
        "# HELP x y\n# TYPE x gauge\nx one\n",
        "# HELP x y\n# TYPE x gauge\nx NaN\n",
        "# HELP x y\n# TYPE x gauge\nx 1\nx 2\n",
        "# HELP x y\n# TYPE x gauge\nz 1\n",
        '# HELP x y\n# TYPE x gauge\nx{a="b"c"} 1\n',
        '# HELP x y\n# TYPE x gauge\nx{a="b",a="c"} 1\n',
        '# HELP x y\n# TYPE x gauge\nx{a="b" c="d"} 1\n',
        "# HELP x y\\z\n# TYPE x gauge\nx 1\n",
        "# HELP x y\n# TYPE x gauge\nx 1\n\n",
        "# HELP x y\n# TYPE x gauge\nx 1\n# HELP x y\n",
    ],
)
def test_the_parser_is_strict(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)
