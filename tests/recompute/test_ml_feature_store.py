"""ml_feature_store is, to the bit, what obvious Python makes of played games and of the other tables of the date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from facts import Facts, Row, altered, differences, spread
from ml_feature_store import NAME, REQUIRED, expected

pytestmark = pytest.mark.real

Keys = set[tuple[str, int]]


def expected_in(facts: Facts, games: set[str]) -> Keys:
    """Everybody expected in one of the games."""
    return {key for key in facts.spine_of(NAME) if key[0] in games}


def games_of(season_type: str) -> Callable[[Facts], Keys]:
    return lambda facts: expected_in(facts, {row.game_id for row in facts.schedule if row.season_type == season_type})


def neutral_games(facts: Facts) -> Keys:
    return expected_in(facts, {row.game_id for row in facts.schedule if row.neutral_site})


def first_games(facts: Facts) -> Keys:
    """Of each team in each season."""
    return expected_in(facts, {games[0].game_id for games in facts.team_schedule.values()})


def games_after_a_trade(facts: Facts) -> Keys:
    """Second games for another team of the season, so that both teams are in the last 10."""
    found = set()
    for player, games in facts.appearances.items():
        for old, first, second in zip(games, games[1:], games[2:], strict=False):
            if old.season == second.season and old.team_id != first.team_id == second.team_id:
                found.add((second.game_id, player))
    return found & facts.spine_of(NAME).keys()


def rows_with(condition: str) -> Callable[[Facts], Keys]:
    """What the built row itself says; it serves to find rows, and is compared like any other."""

    def find(facts: Facts) -> Keys:
        relation = f"(SELECT game_id, player_id FROM {facts.built(NAME).full_name} WHERE {condition})"
        return {(row.game_id, row.player_id) for row in facts.read(relation)}

    return find


KINDS: dict[str, Callable[[Facts], Keys]] = {
    "play-in": games_of("play_in"),
    "playoffs": games_of("playoffs"),
    "cup final": games_of("cup_final"),
    "neutral site": neutral_games,
    "first game": first_games,
    "after a trade": games_after_a_trade,
    "line on his points": rows_with("prop_has_line"),
    "without the one missed most": rows_with("games_without_top_absentee > 0"),
    "just back": rows_with("games_since_return = 0"),
    "few games": rows_with("games_used BETWEEN 1 AND 4"),
    "no playing time": rows_with("CONTAINS(required_missing_because, 'no_playing_time')"),
    "unseen game": rows_with("CONTAINS(required_missing_because, 'unseen_game')"),
}


def rows_at(facts: Facts, keys: list[tuple[str, int]]) -> list[Row]:
    """The built rows of some keys."""
    listed = ", ".join(f"('{game}', {player})" for game, player in keys)
    return facts.read(facts.built(NAME).full_name, f"(game_id, player_id) IN ({listed})")


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


def test_required_features_are_those_of_the_contract(real_facts: Facts) -> None:
    columns = real_facts.built(NAME).contract.columns
    assert [column.name for column in columns if column.feature and column.feature.required] == REQUIRED


def test_rows_of_all_seasons(real_facts: Facts, sampled: list[Row]) -> None:
    assert set(Counter(row.season for row in sampled).values()) == {125}
    assert len(sampled) >= 500
    assert_equal(real_facts, sampled)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_a_kind(real_facts: Facts, kind: str) -> None:
    keys = spread(sorted(KINDS[kind](real_facts)), 20)
    assert len(keys) >= 8
    rows = rows_at(real_facts, keys)
    assert len(rows) == len(keys)
    assert_equal(real_facts, rows)


def test_every_row_has_its_key_in_the_spine(real_facts: Facts) -> None:
    assert rows_with("TRUE")(real_facts) == real_facts.spine_of(NAME).keys()


def test_a_wrong_value_is_found(real_facts: Facts, sampled: list[Row]) -> None:
    row = next(row for row in sampled if row.points_avg_without_top_absentee is not None and row.zone_advantage)
    for column in expected(real_facts, row.game_id, row.player_id).keys() - {"game_id", "player_id"}:
        before_it = row[column]
        for wrong in (None if before_it is not None else 0, "x", 0.123456789):
            _, lines = differences(real_facts, NAME, [altered(row, column, wrong)], expected)
            assert len(lines) == 1
            assert f" {column}: expected {before_it!r}, got {wrong!r}" in lines[0]
