"""report --html: a file that is whole or not there, and an exit code that tells whether all of it is verified."""

from __future__ import annotations

from pathlib import Path

import pytest
from terminal import Terminal


def test_a_page(shared_cli: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    answer = shared_cli(f"report --html {path}")
    assert answer.code == 0
    assert answer.text == f"{path}: 18 partitions of 3 tables, {path.stat().st_size:,} bytes."
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert text.count('class="p s-verified"') == 18
    assert "simulated data" in text
    assert list(tmp_path.iterdir()) == [path]


def test_one_that_is_not_complete_is_written_too(raw_cli: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    answer = raw_cli(f"report --html {path} --tables TOGS,PGS --json")
    assert answer.code == 1
    assert (answer.json["html"], answer.json["partitions"], answer.json["is_complete"]) == (str(path), 12, False)
    assert answer.json["bytes"] == path.stat().st_size
    assert path.read_text().count("s-missing") > 12


@pytest.mark.parametrize("flags", ["--quality", "--columns", "--out r.csv", "--by month"])
def test_it_is_a_report_of_its_own(shared_cli: Terminal, tmp_path: Path, flags: str) -> None:
    answer = shared_cli(f"report --html {tmp_path / 'page.html'} {flags}")
    assert answer.code == 2
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written(shared_cli: Terminal, tmp_path: Path) -> None:
    for path in (tmp_path / "no" / "page.html", tmp_path):
        answer = shared_cli(f"report --html {path}")
        assert answer.code == 5
        assert f"The page cannot be written to {path}" in answer.err
    assert list(tmp_path.iterdir()) == []
    assert list(tmp_path.parent.glob("*.draft")) == []
