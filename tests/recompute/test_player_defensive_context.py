"""player_defensive_context is, to the bit, what obvious Python makes of the zone rows of the date and the played games."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from facts import Facts, Row, altered, differences, spread
from player_defensive_context import NAME, expected

pytestmark = pytest.mark.real


def games_of(season_type: str) -> Callable[[Facts], list[Row]]:
    return lambda facts: rows_in({game.game_id for game in facts.schedule if game.season_type == season_type}, facts)


def neutral_games(facts: Facts) -> list[Row]:
    return rows_in({game.game_id for game in facts.schedule if game.neutral_site}, facts)


def first_games(facts: Facts) -> list[Row]:
    """Of each team in each season."""
    return rows_in({games[0].game_id for games in facts.team_schedule.values()}, facts)


def rows_in(games: set[str], facts: Facts) -> list[Row]:
    return [row for row in facts.rows_of(NAME).values() if row.game_id in games]


def primary_zone(zone: str | None) -> Callable[[Facts], list[Row]]:
    return lambda facts: [row for row in facts.rows_of(NAME).values() if row.primary_scoring_zone == zone]


def against_a_former_team(facts: Facts) -> list[Row]:
    """He has played for the opponent, so some of his games against others are games of the opponent."""
    teams = {player: {game.team_id for game in games} for player, games in facts.appearances.items()}
    return [row for row in facts.rows_of(NAME).values() if row.opponent_team_id in teams.get(row.player_id, set())]


def met_with_two_teams(facts: Facts) -> list[Row]:
    """He has played against the opponent for his present team and for another."""
    teams: dict[tuple[int, int], set[int]] = {}
    for games in facts.appearances.values():
        for game in games:
            teams.setdefault((game.player_id, game.opponent_team_id), set()).add(game.team_id)
    rows = facts.rows_of(NAME).values()
    return [row for row in rows if len(teams.get((row.player_id, row.opponent_team_id), set())) > 1]


def without_a_game(facts: Facts) -> list[Row]:
    rows = facts.rows_of(NAME).values()
    return [row for row in rows if row.games_vs_opponent + row.games_vs_others == 0]


KINDS: dict[str, Callable[[Facts], list[Row]]] = {
    "play-in": games_of("play_in"),
    "playoffs": games_of("playoffs"),
    "cup final": games_of("cup_final"),
    "neutral site": neutral_games,
    "first game": first_games,
    "paint": primary_zone("paint"),
    "perimeter": primary_zone("perimeter"),
    "mid-range": primary_zone("mid_range"),
    "balanced": primary_zone("balanced"),
    "no zone": primary_zone(None),
    "former team": against_a_former_team,
    "traded": met_with_two_teams,
    "newcomer": without_a_game,
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


def test_no_column_is_always_unknown(real_facts: Facts, sampled: list[Row]) -> None:
    """Equal NULLs would prove nothing."""
    for column in real_facts.built(NAME).contract.column_names:
        assert any(row[column] is not None for row in sampled), column


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_a_kind(real_facts: Facts, kind: str) -> None:
    rows = spread(KINDS[kind](real_facts), 20)
    assert len(rows) == 20
    assert_equal(real_facts, rows)


def test_every_row_has_its_key_in_the_spine(real_facts: Facts) -> None:
    assert real_facts.rows_of(NAME).keys() == real_facts.spine_of(NAME).keys()


def test_a_wrong_value_is_found(real_facts: Facts, sampled: list[Row]) -> None:
    row = next(row for row in sampled if row.zone_advantage is not None and row.games_vs_opponent > 0)
    answers = expected(real_facts, row.game_id, row.player_id)
    for column in answers.keys() - {"game_id", "player_id"}:
        for wrong in (None if answers[column] is not None else 0, "x", 0.123456789):
            _, lines = differences(real_facts, NAME, [altered(row, column, wrong)], lambda *_: answers)
            assert len(lines) == 1
            assert f" {column}: expected {answers[column]!r}, got {wrong!r}" in lines[0]
