"""What a row may know before the game: lines up to the tip-off, results of earlier dates, and nothing assumed of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from bench import Bench, Row, contract_of
from casebook import build

from backcourt.engine import ledger, raw
from backcourt.engine.expect import reach_of
from backcourt.engine.registry import Registry, default_registry
from backcourt.warehouse.duckdb import Warehouse

PRE = [table.name for table in default_registry().ordered if table.contract.kind == "pre"]


# --- lines -----------------------------------------------------------------------------------------------------------

TIP = datetime(2022, 1, 10, 0, 30)
SEEN = {
    "a second before": ("timed", datetime(2022, 1, 10, 0, 29, 59)),
    "at the tip-off": ("timed", TIP),
    "in the third quarter": ("timed", datetime(2022, 1, 10, 2, 15)),
    "without a time": ("date_only", None),
    "with a time nobody vouches for": ("date_only", datetime(2022, 1, 9, 12)),
    "declared closing": ("declared_closing", None),
    "declared closing, but seen later": ("declared_closing", datetime(2022, 1, 10, 1)),
}


@pytest.fixture(scope="module")
def market() -> Iterator[Warehouse]:
    """A game with one line of each kind, each from a book of that name."""
    with Warehouse.in_memory(threads=1) as warehouse:
        ledger.create(warehouse)
        raw.create(warehouse, default_registry().raw.values())
        kept = "1 AS ingest_id, 'x' AS source, g.cutoff_at AS known_at, 'observed' AS known_kind, g.cutoff_at AS ingested_at"
        warehouse.execute(
            "INSERT INTO raw.games BY NAME SELECT 1 AS row_id, * FROM (SELECT 'A' AS game_id, DATE '2022-01-09' AS game_date,"
            f" CAST(? AS TIMESTAMP) AS cutoff_at) AS g, (SELECT {kept} FROM (SELECT CAST(? AS TIMESTAMP) AS cutoff_at) AS g)",
            [TIP, TIP],
        )
        for number, (book, (quality, moment)) in enumerate(SEEN.items()):
            for name, figure in (
                ("player_lines", "20.5 AS line, 7 AS player_id"),
                ("game_lines", "-3.5 AS home_spread"),
            ):
                warehouse.execute(
                    f"INSERT INTO raw.{name} BY NAME SELECT ? AS row_id, 'A' AS game_id, ? AS book, ? AS snapshot_quality,"
                    f" CAST(? AS TIMESTAMP) AS snapshot_at, {figure}, {kept} FROM raw.games AS g",
                    [number, book, quality, moment],
                )
        yield warehouse


@pytest.mark.parametrize("name", ["player_lines", "game_lines"])
def test_a_line_is_read_up_to_the_tip_off(market: Warehouse, name: str) -> None:
    read = {row[0] for row in market.rows(f"SELECT book FROM raw.{name}_current")}
    assert read == {"a second before", "declared closing"}
    kept = {row[0] for row in market.rows(f"SELECT book FROM raw.{name}_marked WHERE is_in_game")}
    assert kept == {"at the tip-off", "in the third quarter", "declared closing, but seen later"}


GAME = {"game_id": "A", "game_date": date(2022, 1, 9), "cutoff_at": TIP}
EARLY, LATE = datetime(2022, 1, 9, 20), datetime(2022, 1, 10, 0, 30)
MARKETS = {
    "spread": ("upcoming_team_game_context", "market_before_cutoff", GAME | {"team_id": 1, "spread": -3.5, "spread_books": 1, "total_books": 0}, "spread_at"),
    "player line": ("upcoming_player_game_context", "line_before_cutoff", GAME | {"player_id": 7, "has_points_line": True, "points_line": 20.5, "line_books": 1}, "points_line_at"),
}  # fmt: skip


@pytest.mark.parametrize("what", MARKETS)
def test_a_built_row_with_a_line_of_the_tip_off_is_refused(what: str) -> None:
    table, rule, row, moment = MARKETS[what]
    bench = Bench()
    assert bench.offences(table, rule, row | {moment: EARLY}) == []
    assert bench.offences(table, rule, row | {moment: LATE})


# --- earlier dates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRE)
def test_no_result_of_the_date_is_shown_to_it(registry: Registry, name: str) -> None:
    """A build of one date is shown results before it, the schedule, snapshots up to it, and other tables of that very date."""
    table = registry.built[name]
    for upstream in registry.lineage(name).consumed:
        contract = registry.contract(upstream)
        reach = reach_of(registry, table, upstream)
        if contract.kind == "pre":
            assert reach == "same_date"
        elif upstream == "raw.games_scheduled":
            assert reach == "season"
            assert not set(contract.column_names) & {
                "home_points",
                "away_points",
                "status",
                "is_final",
                "tip_actual_at",
            }
        elif contract.kind == "post" or contract.known_at == "result":
            assert reach == "before"
        else:
            assert reach == ("until" if contract.is_dated else "whole")


def played(day: int, points: int, **more: object) -> Row:
    row = {"game_id": f"P{day}", "player_id": 7, "game_date": date(2022, 1, day), "season": "2021-22", "team_id": 1}
    return {**row, "opponent_team_id": 2, "is_dnp": False, "points": points, "home_game": True, **more}


D = {"game_id": "P9", "player_id": 7, "game_date": date(2022, 1, 9), "season": "2021-22", "opponent_team_id": 2}
DAYS = [played(3, 10), played(5, 20), played(9, 99), played(11, 40)]
# Two games before the date, 30 points. Then the date's own game counted, the newest one overlooked, the whole season joined back.
HISTORIES = {
    "player_daily_cache": (
        "every_played_game_counts",
        D | {"games_played_season": 2, "home_games_season": 2, "last_game_date": date(2022, 1, 5), "points_avg_season": 15},
        {
            "its own game": {"games_played_season": 3, "home_games_season": 3, "last_game_date": date(2022, 1, 9), "points_avg_season": 43},
            "a game behind": {"games_played_season": 1, "home_games_season": 1, "last_game_date": date(2022, 1, 3), "points_avg_season": 10},
            "the mean of the season": {"points_avg_season": 42.25},
        },
    ),
    "player_shot_zone_analysis": (
        "every_played_game_counts",
        D | {"games_in_sample_10": 2, "games_in_sample_20": 2},
        {"its own game": {"games_in_sample_10": 3, "games_in_sample_20": 3}, "a game behind": {"games_in_sample_10": 1, "games_in_sample_20": 1}},
    ),
    "upcoming_player_game_context": (
        "history_ends_before_the_game",
        D | {"season_games": 2, "days_rest": 4},
        {"its own game": {"season_games": 3, "days_rest": 0}, "a game behind": {"season_games": 1, "days_rest": 6}},
    ),
    "player_defensive_context": (
        "history_ends_before_the_game",
        D | {"games_vs_opponent": 2, "games_vs_others": 0, "points_avg_vs_opponent": 15},
        {"its own game": {"games_vs_opponent": 3, "points_avg_vs_opponent": 43}, "a game behind": {"games_vs_opponent": 1, "points_avg_vs_opponent": 10}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_that_ends_too_late_or_too_early_is_refused(name: str) -> None:
    rule, right, wrong = HISTORIES[name]
    bench = Bench(player_game_summary=DAYS)
    assert bench.offences(name, rule, right) == []
    for what, change in wrong.items():
        assert bench.offences(name, rule, right | change), what


def test_a_league_mean_with_a_game_of_the_date_is_refused() -> None:
    game = {"season": "2021-22", "team_id": 1, "home_game": True}
    days = [game | {"game_id": f"P{day}", "game_date": date(2021, 10, day)} for day in (19, 20, 20, 21)]
    bench = Bench(team_offense_game_summary=days)
    row = {"game_date": date(2021, 10, 20), "season": "2021-22", "basis": "season_start"}
    assert bench.offences("league_averages", "earlier_games_only", row | {"games_used": 1}) == []
    assert bench.offences("league_averages", "earlier_games_only", row | {"games_used": 3})


def test_a_defence_with_a_game_of_the_date_is_refused() -> None:
    days = [
        {"game_id": f"P{day}", "team_id": 1, "season": "2021-22", "game_date": date(2022, 1, day)} for day in (3, 5, 9)
    ]
    bench = Bench(team_defense_game_summary=days)
    row = {"game_date": date(2022, 1, 9), "team_id": 1, "season": "2021-22"}
    right = row | {"games_in_sample": 2, "home_season_games_used": 1, "away_season_games_used": 1}
    assert bench.offences("team_defense_zone_analysis", "earlier_games_only", right) == []
    assert bench.offences("team_defense_zone_analysis", "earlier_games_only", right | {"games_in_sample": 3})
    assert bench.offences("team_defense_zone_analysis", "earlier_games_only", right | {"home_season_games_used": 2})


# --- who is expected -------------------------------------------------------------------------------------------------

MEETING = {"season": "2021-22", "season_type": "regular", "home_team_id": 1, "away_team_id": 2, "status": "final", "home_points": 99, "away_points": 90}  # fmt: skip
FIRST, SECOND = (
    MEETING | {"game_id": name, "game_date": date(2022, 1, day), "tip_scheduled_at": datetime(2022, 1, day, 23)}
    for name, day in (("A", 3), ("B", 5))
)


def line(game: str, day: int, player: int, seconds: int = 600) -> Row:
    box = {"season": "2021-22", "season_type": "regular", "team_id": 1, "seconds_quality": "exact"}
    return box | {"game_id": game, "game_date": date(2022, 1, day), "player_id": player, "seconds_played": seconds}


def test_who_is_expected_does_not_follow_from_who_played() -> None:
    """Player 8 sat the second game out and player 10 came from nowhere; before it nobody knew."""
    of_second = "game_id, player_id"
    before = Bench(games=[FIRST, SECOND | {"status": "scheduled"}], player_box=[line("A", 3, 7), line("A", 3, 8)])
    after = Bench(
        games=[FIRST, SECOND], player_box=[line("A", 3, 7), line("A", 3, 8), line("B", 5, 7), line("B", 5, 10)]
    )
    assert before.spine("expected_players", of_second) == [("B", 7), ("B", 8)]
    assert after.spine("expected_players", of_second) == [("B", 7), ("B", 8)]


# --- opening night ---------------------------------------------------------------------------------------------------

OPENING = {
    "games": [FIRST | {"status": "scheduled", "home_points": None, "away_points": None}],
    "teams": [{"team_id": 1, "tricode": "BOS"}, {"team_id": 2, "tricode": "LAL"}],
    "players": [{"player_id": 7, "full_name": "A Rookie", "name_key": "arookie"}],
    "rosters": [
        {"game_date": date(2021, 12, 30), "team_id": team, "player_id": player, "snapshot_at": datetime(2021, 12, 30)}
        for team, player in ((1, 7), (2, 8))
    ],
}
# What has no history may still be known: the place, the name, the load of somebody who has not played, and why there is no more.
KNOWN = {
    "venue_team_id", "road_trip_game_number", "home_stand_game_number", "player_full_name", "player_lookup",
    "seconds_in_last_7_days", "seconds_in_last_14_days", "minutes_in_last_7_days", "minutes_in_last_14_days",
    "fourth_quarter_minutes_last_7_days", "required_missing_names", "required_missing_because",
}  # fmt: skip


@pytest.fixture(scope="module")
def opening_night() -> dict[str, list[Row]]:
    """The rows of every pre-game table for the first game on record, built one after another."""
    bench, rows = Bench(**OPENING), {}
    for table in default_registry().ordered:
        if table.contract.kind == "pre":
            bench.connection.execute(f"CREATE OR REPLACE TABLE spine AS {table.spine_sql}")
            rows[table.name] = build(bench.connection, table.contract)
            bench.lay(table.name, *rows[table.name])
    return rows


@pytest.mark.parametrize("name", PRE)
def test_on_opening_night_the_row_is_there_and_nothing_is_assumed(
    opening_night: dict[str, list[Row]], name: str
) -> None:
    rows, contract = opening_night[name], contract_of(name)
    assert len(rows) == (1 if contract.key == ("game_date",) else 2)
    assert Bench().offences(name, "column_rules", *rows) == []
    unknown = [column.name for column in contract.columns if column.null is not None and column.name not in KNOWN]
    assert [(column, row[column]) for row in rows for column in unknown if row[column] is not None] == []
    counts = [column for column in contract.columns if column.unit == "games" and "game_number" not in column.name]
    of_schedule = {"season_games_scheduled", "games_in_next_7_days"}
    assert {row[c.name] for row in rows for c in counts if c.null is None and c.name not in of_schedule} <= {0}
