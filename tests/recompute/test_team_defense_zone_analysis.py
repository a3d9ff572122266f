"""team_defense_zone_analysis is, to the bit, what obvious Python makes of the games that a team defended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from facts import Facts, Row, altered, differences, spread
from team_defense_zone_analysis import NAME, expected

pytestmark = pytest.mark.real

Keys = set[tuple[date, int]]


def around(games: list[Row]) -> Keys:
    """Both teams of the games, on the date and on the days after it, when the game is in the window."""
    return {
        (game.game_date + timedelta(days=days), team)
        for game in games
        for team in (game.home_team_id, game.away_team_id)
        for days in range(4)
    }


def games_of(season_type: str) -> Callable[[Facts], Keys]:
    return lambda facts: around([game for game in facts.schedule if game.season_type == season_type])


def neutral_games(facts: Facts) -> Keys:
    return around([game for game in facts.schedule if game.neutral_site])


def first_games(facts: Facts) -> Keys:
    return {(games[0].game_date, team) for (team, _), games in facts.team_schedule.items()}


def off_days(facts: Facts) -> Keys:
    playing = {(game.game_date, team) for team, games in facts.team_results.items() for game in games}
    return set(facts.rows_of(NAME)) - playing


KINDS: dict[str, Callable[[Facts], Keys]] = {
    "play-in": games_of("play_in"),
    "playoffs": games_of("playoffs"),
    "cup final": games_of("cup_final"),
    "neutral site": neutral_games,
    "first game": first_games,
    "off day": off_days,
}


def assert_equal(facts: Facts, rows: list[Row]) -> None:
    compared, lines = differences(facts, NAME, rows, expected)
    assert not lines, "\n".join([f"{len(lines)} of {compared} values differ:", *lines[:10]])


@pytest.fixture(scope="module")
def sampled(real_facts: Facts) -> list[Row]:
    return real_facts.sample(NAME, 125)


def test_every_column_is_recomputed(real_facts: Facts, sampled: list[Row]) -> None:
    row = sampled[0]
    answers = expected(real_facts, row.game_date, row.team_id)
    assert set(answers) == set(real_facts.built(NAME).contract.column_names)


def test_rows_of_all_seasons(real_facts: Facts, sampled: list[Row]) -> None:
    assert set(Counter(row.season for row in sampled).values()) == {125}
    assert len(sampled) >= 500
    assert_equal(real_facts, sampled)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_a_kind(real_facts: Facts, kind: str) -> None:
    keys = spread(sorted(KINDS[kind](real_facts) & real_facts.rows_of(NAME).keys()), 20)
    assert len(keys) >= 8
    assert_equal(real_facts, [real_facts.rows_of(NAME)[key] for key in keys])


def test_every_row_has_its_key_in_the_spine(real_facts: Facts) -> None:
    assert real_facts.rows_of(NAME).keys() == real_facts.spine_of(NAME).keys()


def test_a_wrong_value_is_found(real_facts: Facts, sampled: list[Row]) -> None:
    row = next(row for row in sampled if row.strongest_zone is not None and row.prior_season_games_used > 0)
    for column in expected(real_facts, row.game_date, row.team_id).keys() - {"game_date", "team_id"}:
        for wrong in (None, -1, "x", 0.123456789):
            _, lines = differences(real_facts, NAME, [altered(row, column, wrong)], expected)
            assert len(lines) == 1
            assert f" {column}: expected {row[column]!r}, got {wrong!r}" in lines[0]
