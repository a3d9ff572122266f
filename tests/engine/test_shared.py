"""Shared relations: a query that names one is read as if its text stood in the query."""

from __future__ import annotations

from pathlib import Path

import pytest

from backcourt.engine.shared import expand
from backcourt.errors import ContractError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one.sql").write_text("SELECT 1 AS a", encoding="utf-8")
    (tmp_path / "two.sql").write_text("SELECT a + 1 AS b\nFROM shared.one", encoding="utf-8")
    (tmp_path / "egg.sql").write_text("SELECT c FROM shared.hen", encoding="utf-8")
    (tmp_path / "hen.sql").write_text("SELECT c FROM shared.egg", encoding="utf-8")
    return tmp_path


def test_a_query_without_any_is_left_as_it_is(folder: Path) -> None:
    assert expand("SELECT shared FROM spine", folder) == "SELECT shared FROM spine"


def test_it_becomes_the_first_cte(folder: Path) -> None:
    assert expand("SELECT a FROM shared.one", folder) == (
        "WITH\nshared_one AS (\nSELECT 1 AS a)\nSELECT a FROM shared_one"
    )


def test_it_stands_before_the_ctes_of_the_query_and_after_those_it_names(folder: Path) -> None:
    sql = "WITH\n-- row\nx AS (SELECT b FROM shared.two)\nSELECT b FROM x"
    assert expand(sql, folder) == (
        "WITH\nshared_one AS (\nSELECT 1 AS a),\nshared_two AS (\nSELECT a + 1 AS b\nFROM shared_one),\n\n"
        "-- row\nx AS (SELECT b FROM shared_two)\nSELECT b FROM x"
    )


def test_one_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(ContractError, match=r"three\.sql cannot be read"):
        expand("SELECT a FROM shared.three", folder)


def test_a_circle_is_refused(folder: Path) -> None:
    with pytest.raises(ContractError, match="in a circle: egg -> hen -> egg"):
        expand("SELECT c FROM shared.egg", folder)
