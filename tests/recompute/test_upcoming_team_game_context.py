"""upcoming_team_game_context is, to the bit, what obvious Python makes of schedule, results, box scores and offers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from facts import Facts, Row, altered, differences, spread
from upcoming_team_game_context import NAME, expected

pytestmark = pytest.mark.real

Keys = set[tuple[str, int]]


def both_teams(games: list[Row]) -> Keys:
    return {(game.game_id, team) for game in games for team in (game.home_team_id, game.away_team_id)}


def games_of(season_type: str) -> Callable[[Facts], Keys]:
    return lambda facts: both_teams([game for game in facts.schedule if game.season_type == season_type])


def neutral_games(facts: Facts) -> Keys:
    return both_teams([game for game in facts.schedule if game.neutral_site])


def numbered(number: int) -> Callable[[Facts], Keys]:
    """Each team's game of that number in each season."""
    return lambda facts: {(games[number].game_id, team) for (team, _), games in facts.team_schedule.items()}


def after_a_neutral_site(facts: Facts) -> Keys:
    """Each team's next game, with a leg out of nobody's arena."""
    return {
        (game.game_id, team)
        for (team, _), games in facts.team_schedule.items()
        for last, game in pairwise(games)
        if last.neutral_site
    }


def around_a_cup_final(facts: Facts) -> Keys:
    """Games from three weeks before it to a day after."""
    finals = [game.game_date for game in facts.schedule if game.season_type == "cup_final"]
    dates = {final + timedelta(days=days) for final in finals for days in range(-21, 2)}
    return both_teams([game for game in facts.schedule if game.game_date in dates])


def end_of_the_regular_season(facts: Facts) -> Keys:
    """Each team's last eight regular games of a season, when the next week or the next game is not known any more."""
    found = set()
    for (team, _), games in facts.team_schedule.items():
        found |= {(game.game_id, team) for game in [g for g in games if g.season_type == "regular"][-8:]}
    return found


def timed_spreads(facts: Facts) -> Keys:
    rows = facts.rows_of(NAME).values()
    return {(row.game_id, row.team_id) for row in rows if row.spread_quality == "timed"}


def disagreeing_books(facts: Facts) -> Keys:
    """With a closing spread or total that was passed over."""
    rows = facts.rows_of(NAME).values()
    return {(row.game_id, row.team_id) for row in rows if row.game_total is None or row.spread_books == 1}


def reported_games(facts: Facts) -> Keys:
    rows = facts.rows_of(NAME).values()
    return {(row.game_id, row.team_id) for row in rows if row.has_injury_report}


KINDS: dict[str, Callable[[Facts], Keys]] = {
    "play-in": games_of("play_in"),
    "playoffs": games_of("playoffs"),
    "cup final": games_of("cup_final"),
    "cup weeks": around_a_cup_final,
    "neutral site": neutral_games,
    "after a neutral site": after_a_neutral_site,
    "first game": numbered(0),
    "second game": numbered(1),
    "end of the regular season": end_of_the_regular_season,
    "timed spreads": timed_spreads,
    "books that disagree": disagreeing_books,
    "injury reports": reported_games,
}


def assert_equal(facts: Facts, rows: list[Row]) -> None:
    compared, lines = differences(facts, NAME, rows, expected)
    assert not lines, "\n".join([f"{len(lines)} of {compared} values differ:", *lines[:10]])


@pytest.fixture(scope="module")
def sampled(real_facts: Facts) -> list[Row]:
    return real_facts.sample(NAME, 125)


def test_every_column_is_recomputed(real_facts: Facts, sampled: list[Row]) -> None:
    row = sampled[0]
    answers = expected(real_facts, row.game_id, row.team_id)
    assert set(answers) == set(real_facts.built(NAME).contract.column_names)


def test_rows_of_all_seasons(real_facts: Facts, sampled: list[Row]) -> None:
    assert set(Counter(row.season for row in sampled).values()) == {125}
    assert len(sampled) >= 500
    assert_equal(real_facts, sampled)


def test_no_column_is_always_unknown(real_facts: Facts, sampled: list[Row]) -> None:
    """Equal NULLs would prove nothing."""
    never = {name for name in real_facts.built(NAME).contract.column_names if all(row[name] is None for row in sampled)}
    assert never <= {"total_at"}


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_a_kind(real_facts: Facts, kind: str) -> None:
    keys = spread(sorted(KINDS[kind](real_facts) & real_facts.rows_of(NAME).keys()), 20)
    assert len(keys) == (4 if kind == "cup final" else 20)
    assert_equal(real_facts, [real_facts.rows_of(NAME)[key] for key in keys])


def test_every_row_has_its_key_in_the_spine(real_facts: Facts) -> None:
    assert real_facts.rows_of(NAME).keys() == real_facts.spine_of(NAME).keys()


def test_a_wrong_value_is_found(real_facts: Facts, sampled: list[Row]) -> None:
    row = next(row for row in sampled if row.next_game_date is not None and row.has_injury_report)
    answers = expected(real_facts, row.game_id, row.team_id)
    for column in answers.keys() - {"game_id", "team_id"}:
        for wrong in (None if answers[column] is not None else 0, "x", 0.123456789):
            _, lines = differences(real_facts, NAME, [altered(row, column, wrong)], lambda *_: answers)
            assert len(lines) == 1
            assert f" {column}: expected {answers[column]!r}, got {wrong!r}" in lines[0]
