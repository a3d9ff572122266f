"""upcoming_player_game_context is, to the bit, what obvious Python makes of games, lines and reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from facts import Facts, Row, altered, differences, spread
from upcoming_player_game_context import NAME, expected

pytestmark = pytest.mark.real


def games_of(season_type: str) -> Callable[[Facts], list[Row]]:
    return lambda facts: [row for row in every_row(facts) if row.season_type == season_type]


def neutral_games(facts: Facts) -> list[Row]:
    return [row for row in every_row(facts) if facts.scheduled_game[row.game_id].neutral_site]


def first_games(facts: Facts) -> list[Row]:
    """Of each team in each season."""
    games = {games[0].game_id for games in facts.team_schedule.values()}
    return [row for row in every_row(facts) if row.game_id in games]


def where(holds: Callable[[Row], bool]) -> Callable[[Facts], list[Row]]:
    return lambda facts: [row for row in every_row(facts) if holds(row)]


def every_row(facts: Facts) -> list[Row]:
    return list(facts.rows_of(NAME).values())


KINDS: dict[str, Callable[[Facts], list[Row]]] = {
    "play-in": games_of("play_in"),
    "playoffs": games_of("playoffs"),
    "cup final": games_of("cup_final"),
    "neutral site": neutral_games,
    "first game of the team": first_games,
    "no game yet": where(lambda row: row.season_games == 0),
    "just traded": where(lambda row: row.games_since_team_change in (0, 1, 2)),
    "activated": where(lambda row: row.expected_because == "activated"),
    "reported": where(lambda row: row.expected_because == "report"),
    "game without a box score": where(lambda row: row.games_without_box_last_14_days > 0),
    "line that moved": where(lambda row: (row.line_movement or 0) != 0),
    "line without an opening": where(lambda row: row.has_points_line and row.opening_points_line is None),
    "graded games": where(lambda row: row.over_rate_last_10 is not None),
    "streak": where(lambda row: (row.over_streak or row.under_streak or 0) >= 5),
    "out": where(lambda row: row.player_status == "out"),
    "doubtful by the list": where(
        lambda row: (row.player_status, row.player_status_source) == ("doubtful", "injured_list")
    ),
    "questionable team-mate": where(lambda row: (row.questionable_star_teammates or 0) > 0),
    "stars out": where(lambda row: row.star_tier_out >= 3),
}


def assert_equal(facts: Facts, rows: list[Row]) -> None:
    compared, lines = differences(facts, NAME, rows, expected)
    assert not lines, "\n".join([f"{len(lines)} of {compared} values differ:", *lines[:10]])


@pytest.fixture(scope="module")
def sampled(real_facts: Facts) -> list[Row]:
    return real_facts.sample(NAME, 125)


def test_every_column_is_recomputed(real_facts: Facts, sampled: list[Row]) -> None:
    row = sampled[0]
    answers = expected(real_facts, row.game_id, row.player_id)
    assert set(answers) == set(real_facts.built(NAME).contract.column_names)


def test_rows_of_all_seasons(real_facts: Facts, sampled: list[Row]) -> None:
    assert set(Counter(row.season for row in sampled).values()) == {125}
    assert len(sampled) >= 500
    assert_equal(real_facts, sampled)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_a_kind(real_facts: Facts, kind: str) -> None:
    rows = spread(KINDS[kind](real_facts), 20)
    assert len(rows) == 20
    assert_equal(real_facts, rows)


def test_every_row_has_its_key_in_the_spine(real_facts: Facts) -> None:
    assert real_facts.rows_of(NAME).keys() == real_facts.spine_of(NAME).keys()


def test_a_wrong_value_is_found(real_facts: Facts, sampled: list[Row]) -> None:
    row = next(row for row in sampled if row.has_points_line and row.rotation_teammates_out > 0)
    for column in expected(real_facts, row.game_id, row.player_id).keys() - {"game_id", "player_id"}:
        before_it = row[column]
        for wrong in (None if before_it is not None else 0, "x", 0.123456789):
            _, lines = differences(real_facts, NAME, [altered(row, column, wrong)], expected)
            assert len(lines) == 1
            assert f" {column}: expected {before_it!r}, got {wrong!r}" in lines[0]
