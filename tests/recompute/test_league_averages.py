"""league_averages is, to the bit, what obvious Python makes of the team rows before each date."""

from __future__ import annotations

from collections import Counter

import pytest
from facts import Facts, Row, altered, differences
from league_averages import NAME, expected

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def every_row(real_facts: Facts) -> list[Row]:
    """All dates: fewer than a thousand, play-in, cup finals and neutral sites among them."""
    return list(real_facts.rows_of(NAME).values())


def test_every_column_is_recomputed(real_facts: Facts, every_row: list[Row]) -> None:
    answers = expected(real_facts, every_row[0].game_date)
    assert set(answers) == set(real_facts.built(NAME).contract.column_names)


def test_every_row_of_all_seasons(real_facts: Facts, every_row: list[Row]) -> None:
    seasons = Counter(row.season for row in every_row)
    assert len(seasons) >= 4
    assert min(seasons.values()) >= 125
    assert {row.basis for row in every_row} == {"season_start", "prior_season", "season"}
    compared, lines = differences(real_facts, NAME, every_row, expected)
    assert not lines, "\n".join([f"{len(lines)} of {compared} values differ:", *lines[:10]])


def test_every_row_has_its_key_in_the_spine(real_facts: Facts) -> None:
    assert real_facts.rows_of(NAME).keys() == real_facts.spine_of(NAME).keys()


def test_a_wrong_value_is_found(real_facts: Facts, every_row: list[Row]) -> None:
    row = every_row[len(every_row) // 2]
    for column in expected(real_facts, row.game_date).keys() - {"game_date"}:
        for wrong in (None, 0, "x", 0.123):
            _, lines = differences(real_facts, NAME, [altered(row, column, wrong)], expected)
            assert len(lines) == 1
            assert f" {column}: expected {row[column]!r}, got {wrong!r}" in lines[0]
