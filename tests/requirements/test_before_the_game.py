"""What a row may know before the game: lines up to the tip-off, results of earlier dates, and nothing assumed of the rest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bench import Bench, Row, contract_of, row
from casebook import build

from backcourt.engine import ledger, raw
from backcourt.engine.expect import reach_of
from backcourt.engine.registry import Registry, default_registry
from backcourt.warehouse.duckdb import Warehouse

PRE = [table.name for table in default_registry().ordered if table.contract.kind == "pre"]
SEASON = row(season="2021-22", season_type="regular")


# --- lines -----------------------------------------------------------------------------------------------------------

TIP = "2022-01-10 00:30:00"
SEEN = {
    "a second before": ("timed", "2022-01-10 00:29:59"),
    "at the tip-off": ("timed", TIP),
    "in the third quarter": ("timed", "2022-01-10 02:15:00"),
    "without a time": ("date_only", None),
    "with a time nobody vouches for": ("date_only", "2022-01-09 12:00:00"),
    "declared closing": ("declared_closing", None),
    "declared closing, but seen later": ("declared_closing", "2022-01-10 01:00:00"),
}


@pytest.fixture(scope="module")
def market() -> Iterator[Warehouse]:
    """One game, and of either kind of line one of each book; a book is called what its line is."""
    with Warehouse.in_memory(threads=1) as warehouse:
        ledger.create(warehouse)
        raw.create(warehouse, default_registry().raw.values())
        kept = f"1 AS ingest_id, 'x' AS source, TIMESTAMP '{TIP}' AS known_at, 'observed' AS known_kind, TIMESTAMP '{TIP}' AS ingested_at"
        warehouse.execute(
            f"INSERT INTO raw.games BY NAME SELECT 1 AS row_id, 'A' AS game_id, TIMESTAMP '{TIP}' AS cutoff_at, {kept}"
        )
        offer = "? AS row_id, 'A' AS game_id, ? AS book, ? AS snapshot_quality, CAST(? AS TIMESTAMP) AS snapshot_at"
        for name in ("player_lines", "game_lines"):
            for number, (book, (quality, moment)) in enumerate(SEEN.items()):
                warehouse.execute(
                    f"INSERT INTO raw.{name} BY NAME SELECT {offer}, {kept}", [number, book, quality, moment]
                )
        yield warehouse


@pytest.mark.parametrize("name", ["player_lines", "game_lines"])
def test_a_line_is_read_up_to_the_tip_off(market: Warehouse, name: str) -> None:
    read = {each[0] for each in market.rows(f"SELECT book FROM raw.{name}_current")}
    assert read == {"a second before", "declared closing"}
    kept = {each[0] for each in market.rows(f"SELECT book FROM raw.{name}_marked WHERE is_in_game")}
    assert kept == {"at the tip-off", "in the third quarter", "declared closing, but seen later"}


LINED = row(game_id="A", game_date="2022-01-09", cutoff_at=TIP)
BUILT_LINES = {
    "spread": (
        ("upcoming_team_game_context", "market_before_cutoff", "spread_at"),
        row(LINED, team_id=1, spread=-3.5, spread_books=1, total_books=0),
    ),
    "player line": (
        ("upcoming_player_game_context", "line_before_cutoff", "points_line_at"),
        row(LINED, player_id=7, has_points_line=True, points_line=20.5, line_books=1),
    ),
}


@pytest.mark.parametrize("what", BUILT_LINES)
def test_a_built_row_with_a_line_of_the_tip_off_is_refused(what: str) -> None:
    (table, rule, moment), candidate = BUILT_LINES[what]
    bench = Bench()
    assert bench.offences(table, rule, row(candidate, {moment: "2022-01-10 00:29:59"})) == []
    assert bench.offences(table, rule, row(candidate, {moment: TIP}))


# --- earlier dates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRE)
def test_no_result_of_the_date_is_shown_to_it(registry: Registry, name: str) -> None:
    """A build of one date is shown results before it, the schedule, snapshots up to it, and other tables of that very date."""
    table = registry.built[name]
    for upstream in registry.lineage(name).consumed:
        contract, reach = registry.contract(upstream), reach_of(registry, table, upstream)
        if contract.kind == "pre":
            assert reach == "same_date"
        elif upstream == "raw.games_scheduled":
            assert reach == "season"
            results = {"home_points", "away_points", "status", "is_final", "tip_actual_at"}
            assert not results & set(contract.column_names)
        elif contract.kind == "post" or contract.known_at == "result":
            assert reach == "before"
        else:
            assert reach == ("until" if contract.is_dated else "whole")


def played(day: int, points: int) -> Row:
    of_game = row(season="2021-22", game_id=f"P{day}", game_date=f"2022-01-{day:02d}", team_id=1, opponent_team_id=2)
    return row(of_game, player_id=7, is_dnp=False, points=points, home_game=True)


# Thirty points in two games before the 9th; 99 on the 9th itself, 40 after it.
GAMES = [played(3, 10), played(5, 20), played(9, 99), played(11, 40)]
ON_THE_9TH = row(game_id="P9", player_id=7, game_date="2022-01-09", season="2021-22", opponent_team_id=2)
# Per table the rule and what is right, then its own game counted, the newest one overlooked, the whole season joined back.
HISTORIES = {
    "player_daily_cache": (
        "every_played_game_counts",
        row(games_played_season=2, home_games_season=2, last_game_date="2022-01-05", points_avg_season=15),
        row(games_played_season=3, home_games_season=3, last_game_date="2022-01-09", points_avg_season=43),
        row(games_played_season=1, home_games_season=1, last_game_date="2022-01-03", points_avg_season=10),
        row(points_avg_season=42.25),
    ),
    "player_shot_zone_analysis": (
        "every_played_game_counts",
        row(games_in_sample_10=2, games_in_sample_20=2),
        row(games_in_sample_10=3, games_in_sample_20=3),
        row(games_in_sample_10=1, games_in_sample_20=1),
        row(games_in_sample_20=4),
    ),
    "upcoming_player_game_context": (
        "history_ends_before_the_game",
        row(season_games=2, days_rest=4),
        row(season_games=3, days_rest=0),
        row(season_games=1, days_rest=6),
        row(season_games=4),
    ),
    "player_defensive_context": (
        "history_ends_before_the_game",
        row(games_vs_opponent=2, games_vs_others=0, points_avg_vs_opponent=15),
        row(games_vs_opponent=3, points_avg_vs_opponent=43),
        row(games_vs_opponent=1, points_avg_vs_opponent=10),
        row(points_avg_vs_opponent=42.25),
    ),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_that_ends_too_late_or_too_early_is_refused(name: str) -> None:
    rule, right, *wrong = HISTORIES[name]
    bench = Bench(player_game_summary=GAMES)
    assert bench.offences(name, rule, row(ON_THE_9TH, right)) == []
    for change in wrong:
        assert bench.offences(name, rule, row(ON_THE_9TH, right, change)), change


def test_a_league_mean_with_a_game_of_the_date_is_refused() -> None:
    dates = ("2021-10-19", "2021-10-20", "2021-10-20", "2021-10-21")
    home = [row(SEASON, game_id=f"P{n}", team_id=1, game_date=day, home_game=True) for n, day in enumerate(dates)]
    bench, mean = Bench(team_offense_game_summary=home), row(SEASON, game_date="2021-10-20", basis="season_start")
    assert bench.offences("league_averages", "earlier_games_only", row(mean, games_used=1)) == []
    assert bench.offences("league_averages", "earlier_games_only", row(mean, games_used=3))


def test_a_defence_with_a_game_of_the_date_is_refused() -> None:
    games = [row(SEASON, game_id=f"P{day}", team_id=1, game_date=f"2022-01-0{day}") for day in (3, 5, 9)]
    bench, name = Bench(team_defense_game_summary=games), "team_defense_zone_analysis"
    two = row(SEASON, game_date="2022-01-09", team_id=1, home_season_games_used=1, away_season_games_used=1)
    assert bench.offences(name, "earlier_games_only", row(two, games_in_sample=2)) == []
    assert bench.offences(name, "earlier_games_only", row(two, games_in_sample=3))
    assert bench.offences(name, "earlier_games_only", row(two, games_in_sample=2, home_season_games_used=2))


# --- who is expected -------------------------------------------------------------------------------------------------

TO_COME = row(SEASON, home_team_id=1, away_team_id=2, status="scheduled")
DONE = row(TO_COME, status="final", home_points=99, away_points=90)
MONDAY = row(game_id="A", game_date="2022-01-03", tip_scheduled_at="2022-01-03 23:00")
WEDNESDAY = row(game_id="B", game_date="2022-01-05", tip_scheduled_at="2022-01-05 23:00")


def on_court(day: Row, player: int) -> Row:
    of_game = row(SEASON, game_id=day["game_id"], game_date=day["game_date"], team_id=1)
    return row(of_game, player_id=player, seconds_played=600, seconds_quality="exact")


def test_who_is_expected_does_not_follow_from_who_played() -> None:
    """Player 8 sat the second game out and player 10 came from nowhere; before it nobody knew."""
    first = [on_court(MONDAY, 7), on_court(MONDAY, 8)]
    second = [on_court(WEDNESDAY, 7), on_court(WEDNESDAY, 10)]
    before = Bench(games=[row(DONE, MONDAY), row(TO_COME, WEDNESDAY)], player_box=first)
    after = Bench(games=[row(DONE, MONDAY), row(DONE, WEDNESDAY)], player_box=first + second)
    for bench in (before, after):
        assert bench.spine("expected_players", "game_id, player_id") == [("B", 7), ("B", 8)]


# --- opening night ---------------------------------------------------------------------------------------------------

# What has no history may still be known: the place, the name, the load of somebody who has not played, and why there is no more.
KNOWN = {
    "venue_team_id", "road_trip_game_number", "home_stand_game_number", "player_full_name", "player_lookup",
    "seconds_in_last_7_days", "seconds_in_last_14_days", "minutes_in_last_7_days", "minutes_in_last_14_days",
    "fourth_quarter_minutes_last_7_days", "required_missing_names", "required_missing_because",
}  # fmt: skip
OF_THE_SCHEDULE = {"game_number_in_season", "season_games_scheduled", "road_trip_game_number", "home_stand_game_number"}


@pytest.fixture(scope="module")
def opening_night() -> dict[str, list[Row]]:
    """The rows of every pre-game table for the first game on record, built one after another."""
    bench, rows = (
        Bench(games=[row(TO_COME, MONDAY)], teams=[row(team_id=1, tricode="BOS"), row(team_id=2, tricode="LAL")]),
        {},
    )
    bench.lay("players", row(player_id=7, full_name="A Rookie", name_key="arookie"))
    on_roster = row(game_date="2021-12-30", snapshot_at="2021-12-30 12:00")
    bench.lay("rosters", row(on_roster, team_id=1, player_id=7), row(on_roster, team_id=2, player_id=8))
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
    for column in contract.columns:
        found = {each[column.name] for each in rows}
        if column.null is not None and column.name not in KNOWN:
            assert found == {None}, column.name
        elif column.null is None and column.unit == "games" and column.name not in OF_THE_SCHEDULE:
            assert found == {0}, column.name
