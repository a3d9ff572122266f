"""The simulated league beside the four real regular seasons: means within a few per cent, spreads within fifteen."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

REAL = Path(os.environ.get("BACKCOURT_REAL_DATA") or Path(__file__).parents[3] / "shared" / "data")

# What is compared: a query on the simulated and one on the real tables, and how far apart they may be.
COLUMNS = {
    "points": ("pts", 0.03), "fg_made": ("fgm", 0.03), "fg_attempted": ("fga", 0.03), "three_made": ("fg3m", 0.05),
    "three_attempted": ("fg3a", 0.05), "ft_made": ("ftm", 0.05), "ft_attempted": ("fta", 0.05),
    "rebounds_offensive": ("oreb", 0.05), "rebounds_defensive": ("dreb", 0.03), "assists": ("ast", 0.04),
    "steals": ("stl", 0.05), "blocks": ("blk", 0.06), "turnovers": ("tov", 0.05), "fouls": ("pf", 0.05),
}  # fmt: skip
SPREAD = 0.15
SHOTS = {
    "share of threes": ("avg((zone = 'three')::INT)", "avg((zone3 = 'three')::INT)", 0.05),
    "share of mid-range": ("avg((zone = 'mid_range')::INT)", "avg((zone3 = 'mid_range')::INT)", 0.08),
    "made": ("avg(made::INT)", "avg(made::INT)", 0.02),
    "made of threes": ("avg(made::INT) FILTER (zone = 'three')", "avg(made::INT) FILTER (zone3 = 'three')", 0.03),
    "made in the paint": ("avg(made::INT) FILTER (zone = 'paint')", "avg(made::INT) FILTER (zone3 = 'paint')", 0.03),
    "assisted": (
        "avg((assist_player_id IS NOT NULL)::INT) FILTER (made)", "avg(assisted::INT) FILTER (made)", 0.04,
    ),
    "on a fast break": ("avg(is_fast_break::INT)", "avg(fastbreak::INT)", 0.10),
    "second chance": ("avg(is_second_chance::INT)", "avg(second_chance::INT)", 0.08),
    "after a turnover": ("avg(is_from_turnover::INT)", "avg(from_turnover::INT)", 0.05),
}  # fmt: skip
EVENTS = {"2pt": 0.03, "3pt": 0.05, "freethrow": 0.05, "rebound": 0.03, "foul": 0.05, "substitution": 0.06}
EVENTS |= {"turnover": 0.05, "steal": 0.05, "block": 0.06, "timeout": 0.10}

pytestmark = [
    pytest.mark.soak,
    pytest.mark.real,
    pytest.mark.skipif(not (REAL.is_dir() or "BACKCOURT_REAL_DATA" in os.environ), reason=f"no real seasons: {REAL}"),
]


@pytest.fixture(scope="module")
def both(whole: Path) -> duckdb.DuckDBPyConnection:
    """Regular seasons only: sim_team, sim_player, sim_shots, sim_events, sim_games and their real counterparts."""
    connection = duckdb.connect()
    games = f"FROM read_csv('{whole}/games_*.csv', types={{'game_id': 'VARCHAR'}}) WHERE season_type = 'regular'"
    connection.sql(f"CREATE TABLE sim_games AS {games}")
    files = {"team": "team_box", "player": "player_box", "shots": "shots", "events": "play_by_play"}
    for name, table in files.items():
        source = f"read_csv('{whole}/{table}_*.csv', types={{'game_id': 'VARCHAR'}}, sample_size=-1)"
        connection.sql(f"CREATE TABLE sim_{name} AS FROM {source} SEMI JOIN sim_games USING (game_id)")
    for name, file in {**files, "events": "pbp", "games": "schedule"}.items():
        connection.sql(
            f"CREATE VIEW real_{name} AS FROM '{REAL}/{file}_20*.parquet' WHERE season_type = 'Regular Season'"
        )
    return connection


def number(connection: duckdb.DuckDBPyConnection, what: str, table: str) -> float:
    return float(connection.sql(f"SELECT {what} FROM {table}").fetchall()[0][0])


@pytest.mark.parametrize("column", COLUMNS)
def test_team_lines(both: duckdb.DuckDBPyConnection, column: str) -> None:
    real, tolerance = COLUMNS[column]
    assert number(both, f"avg({column})", "sim_team") == pytest.approx(
        number(both, f"avg({real})", "real_team"), rel=tolerance
    )
    assert number(both, f"stddev({column})", "sim_team") == pytest.approx(
        number(both, f"stddev({real})", "real_team"), rel=SPREAD
    )


@pytest.mark.parametrize("what", SHOTS)
def test_shots(both: duckdb.DuckDBPyConnection, what: str) -> None:
    simulated, real, tolerance = SHOTS[what]
    assert number(both, simulated, "sim_shots") == pytest.approx(number(both, real, "real_shots"), rel=tolerance)


@pytest.mark.parametrize("kind", EVENTS)
def test_events_a_game(both: duckdb.DuckDBPyConnection, kind: str) -> None:
    a_game = f"count(*) FILTER (action_type = '{kind}') / count(DISTINCT game_id)"
    assert number(both, a_game, "sim_events") == pytest.approx(number(both, a_game, "real_events"), rel=EVENTS[kind])


def test_results(both: duckdb.DuckDBPyConnection) -> None:
    margin, total = "home_points - away_points", "home_points + away_points"
    assert 0.52 < number(both, f"avg(({margin} > 0)::INT)", "sim_games") < 0.59
    for simulated, real in ((margin, "home_score - away_score"), (total, "home_score + away_score")):
        assert number(both, f"stddev({simulated})", "sim_games") == pytest.approx(
            number(both, f"stddev({real})", "real_games"), rel=SPREAD
        )
    assert 0.035 < number(both, "avg((minutes > 245)::INT)", "sim_team") < 0.075


def test_and_ones(both: duckdb.DuckDBPyConnection) -> None:
    """6.16 trips of one free throw a real game, technicals included."""
    a_game = "count(*) FILTER (free_throw_total = 1) / count(DISTINCT game_id)"
    assert number(both, a_game, "sim_events") == pytest.approx(6.16, rel=0.08)


def test_players(both: duckdb.DuckDBPyConnection) -> None:
    a_team = "count(*) / count(DISTINCT (game_id, team_id))"
    assert number(both, a_team, "sim_player") == pytest.approx(number(both, a_team, "real_player"), rel=0.03)
    assert number(both, "stddev(seconds_played) / 60", "sim_player") == pytest.approx(
        number(both, "stddev(minutes)", "real_player"), rel=0.05
    )
    assert number(both, "stddev(points)", "sim_player") == pytest.approx(
        number(both, "stddev(pts)", "real_player"), rel=0.08
    )
    averages = "(SELECT avg(points) AS a FROM sim_player GROUP BY player_id HAVING count(*) > 40)"
    assert 28 < number(both, "max(a)", averages) < 35
    assert 4 <= number(both, "count(*) FILTER (a > 24)", averages) <= 40


def test_team_strength(both: duckdb.DuckDBPyConnection) -> None:
    wins = "(SELECT avg((plus_minus > 0)::INT) AS share FROM sim_team GROUP BY team_id)"
    assert 0.10 < number(both, "stddev(share)", wins) < 0.19  # 0.147 in the real seasons


def test_the_market_is_unbiased(both: duckdb.DuckDBPyConnection, whole: Path) -> None:
    before = "SELECT l.*, g.home_points, g.away_points FROM read_csv('{}/{}_*.csv', types={{'game_id': 'VARCHAR'}}) l "
    before += "JOIN sim_games g USING (game_id) WHERE snapshot_at < tip_scheduled_at"
    lines = f"({before.format(whole, 'game_lines')})"
    assert abs(number(both, "avg(home_points - away_points + home_spread)", lines)) < 1.2
    assert abs(number(both, "avg(home_points + away_points - total)", lines)) < 1.8
    assert 0.8 < number(both, "regr_slope(home_points - away_points, -home_spread)", lines) < 1.2
    props = f"(SELECT p.points, l.line FROM ({before.format(whole, 'player_lines')}) l "
    props += "JOIN sim_player p USING (game_id, player_id))"
    assert abs(number(both, "avg(points - line)", props)) < 0.3
    assert 0.9 < number(both, "regr_slope(points, line)", props) < 1.1
