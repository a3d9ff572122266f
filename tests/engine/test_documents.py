"""What is kept of a parsed YAML file is used for the very text it was made of, and for nothing else."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from backcourt.engine import documents
from backcourt.engine.documents import read_document

TEXT = "columns:\n  points: {type: integer, null: did not play, range: [0, 120]}\n"
DOCUMENT = {"columns": {"points": {"type": "integer", None: "did not play", "range": [0, 120]}}}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A document in a folder where bytecode may be kept."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "contract.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def kept(file: Path) -> list[Path]:
    return list((file.parent / "__pycache__").glob("*"))


def test_a_second_read_parses_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read_document(file)
    monkeypatch.setattr(documents, "_parse", lambda text: pytest.fail("it was parsed again"))
    assert first == read_document(file) == DOCUMENT
    assert len(kept(file)) == 1


def test_an_edited_file_is_parsed_anew(file: Path) -> None:
    read_document(file)
    file.write_text(TEXT.replace("120", "121"), encoding="utf-8")
    assert read_document(file)["columns"]["points"]["range"] == [0, 121]


@pytest.mark.parametrize("left", [0, 20, 40, -1])
def test_a_torn_one_is_parsed_anew(file: Path, left: int) -> None:
    read_document(file)
    (place,) = kept(file)
    place.write_bytes(place.read_bytes()[:left])
    assert read_document(file) == DOCUMENT


def test_one_changed_by_other_hands_is_parsed_anew(file: Path) -> None:
    read_document(file)
    (place,) = kept(file)
    place.write_bytes(place.read_bytes().replace(b"integer", b"varchar"))
    assert read_document(file) == DOCUMENT


def test_nothing_is_kept_where_python_keeps_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert read_document(file) == DOCUMENT
    assert not kept(file)


def test_a_folder_that_cannot_be_written_to_is_read(file: Path) -> None:
    (file.parent / "__pycache__").write_text("a file where the folder would be", encoding="utf-8")
    assert read_document(file) == DOCUMENT


def test_a_text_that_is_no_document(file: Path) -> None:
    file.write_text("columns: [", encoding="utf-8")
    with pytest.raises(ValueError, match="flow node"):
        read_document(file)


def test_a_document_with_dates_is_parsed_each_time(file: Path) -> None:
    """What is kept is plain data alone, so that reading it back can run nothing."""
    file.write_text("day: 2021-11-15\n", encoding="utf-8")
    assert read_document(file) == read_document(file) == {"day": date(2021, 11, 15)}
    assert not kept(file)
