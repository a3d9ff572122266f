"""player_composite_factors is, to the bit, what obvious Python makes of the tables it reads and of the played games."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from facts import Facts, Row, altered, differences, spread
from player_composite_factors import NAME, expected

pytestmark = pytest.mark.real


def games_of(season_type: str) -> Callable[[Facts], set[str]]:
    return lambda facts: {game.game_id for game in facts.schedule if game.season_type == season_type}


def neutral_games(facts: Facts) -> set[str]:
    return {game.game_id for game in facts.schedule if game.neutral_site}


def first_games(facts: Facts) -> set[str]:
    """Of each team in each season."""
    return {games[0].game_id for games in facts.team_schedule.values()}


def games_after_a_trade(facts: Facts) -> set[tuple[str, int]]:
    """Game and player of each second game for another team of the season."""
    found = set()
    for games in facts.appearances.values():
        for old, first, second in zip(games, games[1:], games[2:], strict=False):
            if old.season == second.season and old.team_id != first.team_id == second.team_id:
                found.add((second.game_id, second.player_id))
    return found


def out_himself(facts: Facts, row: Row) -> bool:
    """He is out, and so is a team-mate of the rotation, so that his own plays must not count."""
    status = facts.rows_of("upcoming_player_game_context")[row.game_id, row.player_id].player_status
    return status in ("out", "doubtful") and row.plays_freed > 0


GAMES: dict[str, Callable[[Facts], set[str]]] = {
    "play-in": games_of("play_in"),
    "playoffs": games_of("playoffs"),
    "cup final": games_of("cup_final"),
    "neutral site": neutral_games,
    "first game": first_games,
}
KINDS: dict[str, Callable[[Facts, Row], bool]] = {
    "out himself": out_himself,
    "more freed than the limit": lambda facts, row: row.usage_spike_score == 3,
    "worn out": lambda facts, row: row.freshness_score is not None and row.freshness_score <= 55,
    "three days of rest after back-to-backs": lambda facts, row: row.freshness_score == 97,
    "freshness not known": lambda facts, row: row.freshness_score is None and row.days_rest is not None,
    "few scores": lambda facts, row: row.factors_present <= 3,
    "time zones": lambda facts, row: abs(row.time_zones_crossed or 0) >= 2,
    "a game tomorrow": lambda facts, row: row.next_game_days_rest == 1,
    "few games of the opponent": lambda facts, row: row.opponent_games_in_sample == 4,
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
    assert sum(row.plays_freed > 0 for row in sampled) >= 100
    assert_equal(real_facts, sampled)


@pytest.mark.parametrize("kind", GAMES)
def test_rows_of_a_kind_of_game(real_facts: Facts, kind: str) -> None:
    games = GAMES[kind](real_facts)
    rows = spread([row for row in real_facts.rows_of(NAME).values() if row.game_id in games], 20)
    assert len(rows) == 20
    assert_equal(real_facts, rows)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_a_kind(real_facts: Facts, kind: str) -> None:
    rows = spread([row for row in real_facts.rows_of(NAME).values() if KINDS[kind](real_facts, row)], 20)
    assert len(rows) == 20
    assert_equal(real_facts, rows)


def test_rows_of_traded_players(real_facts: Facts) -> None:
    keys = spread(sorted(games_after_a_trade(real_facts) & real_facts.rows_of(NAME).keys()), 20)
    assert len(keys) == 20
    assert_equal(real_facts, [real_facts.rows_of(NAME)[key] for key in keys])


def test_every_row_has_its_key_in_the_spine(real_facts: Facts) -> None:
    assert real_facts.rows_of(NAME).keys() == real_facts.spine_of(NAME).keys()


def test_a_wrong_value_is_found(real_facts: Facts, sampled: list[Row]) -> None:
    row = next(row for row in sampled if row.factors_present == 8)
    for column in expected(real_facts, row.game_id, row.player_id).keys() - {"game_id", "player_id"}:
        before_it = row[column]
        for wrong in (None if before_it is not None else 0, "x", 0.123456789):
            _, lines = differences(real_facts, NAME, [altered(row, column, wrong)], expected)
            assert len(lines) == 1
            assert f" {column}: expected {before_it!r}, got {wrong!r}" in lines[0]
