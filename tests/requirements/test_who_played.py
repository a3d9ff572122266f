"""Who played, how long, and what of it counts: absence is no game of 0 points, and what nobody measured is no 0."""

from __future__ import annotations

from datetime import date

import pytest
from bench import Bench, Row, built, contract_of, sound_row

from backcourt.engine.staging import broken_rule
from backcourt.sources.local.convert import convert
from backcourt.warehouse.duckdb import Warehouse

TOGS, PGS, PDC = "team_offense_game_summary", "player_game_summary", "player_daily_cache"
GAME = {"game_id": "A", "game_date": date(2022, 1, 5)}


# --- absence ---------------------------------------------------------------------------------------------------------


def test_an_absent_player_with_statistics_is_refused() -> None:
    """And 0 points of somebody who played are 0 points."""
    bench, listed = Bench(), GAME | {"player_id": 7, "team_id": 1}
    absent, scoreless = (
        listed | {"is_dnp": True},
        listed | {"is_dnp": False, "points": 0, "assists": 0, "fg_attempts": 0},
    )
    assert bench.offences(PGS, "appeared_has_statistics", absent, scoreless) == []
    for wrong in (
        absent | {"points": 0},
        absent | {"seconds_played": 0},
        scoreless | {"points": None},
        scoreless | {"assists": None},
    ):
        assert bench.offences(PGS, "appeared_has_statistics", wrong), wrong  # fmt: skip


@pytest.mark.parametrize(
    ("box", "appeared"),
    [
        ({"seconds_played": 1, "seconds_quality": "exact"}, True),
        ({"seconds_played": 0, "seconds_quality": "whole_minutes"}, True),
        ({"seconds_played": 0, "seconds_quality": "exact"}, False),
        ({"seconds_played": 0, "seconds_quality": "exact", "fouls": 1}, True),
        ({"seconds_played": None, "seconds_quality": "exact"}, False),
        ({"seconds_played": None, "seconds_quality": "exact", "points": 0}, False),
        ({"seconds_played": None, "seconds_quality": "exact", "points": 2}, True),
    ],
)
def test_one_predicate_says_who_appeared(box: Row, appeared: bool) -> None:
    bench = Bench(player_box=[GAME | {"player_id": 7} | box])
    assert bench.rows("SELECT appeared FROM raw.player_box_current") == [(appeared,)]


D = {"game_id": "D", "player_id": 7, "game_date": date(2022, 1, 10)}
EXPECTED = D | {"team_id": 1, "opponent_team_id": 2, "season": "2021-22", "season_type": "regular"}


def game(day: int, points: int | None, **more: object) -> Row:
    row = {"game_id": f"P{day}", "player_id": 7, "game_date": date(2022, 1, day), "season": "2021-22", "team_id": 1}
    counts = {"points": points, "is_dnp": points is None, "fg_attempts": points, "seconds_played": 1800}
    return {**row, **(counts if points is not None else {"is_dnp": True}), **more}


def form(*games: Row, **expect: object) -> list[str]:
    given = {"spine": [EXPECTED], "analytics.player_game_summary": list(games)}
    return built(PDC, given, D | expect)


def test_a_game_he_missed_lowers_no_average_and_fills_no_window() -> None:
    """Thirty, missed, missed, twenty: 25 a game of two, last seen five days ago."""
    games = game(1, 30), game(2, None), game(3, None), game(5, 20), game(8, None)
    assert (
        form(*games, games_used_10=2, games_played_season=2, points_avg_last_5=25.0, points_avg_last_10=25.0, points_avg_season=25.0, days_since_last_game=5)
        == []
    )  # fmt: skip


def test_a_game_without_points_counts() -> None:
    assert form(game(1, 30), game(5, 0), games_used_10=2, points_avg_last_10=15.0, points_avg_last_5=15.0) == []


def test_an_average_divides_by_the_games_that_have_the_fact() -> None:
    """Of three games one has no playing time: 40 and 20 minutes are 30 a game, not 20."""
    timed, untimed = game(1, 10, seconds_played=2400), game(3, 10, seconds_played=None)
    expect = {"games_used_10": 3, "timed_games_10": 2, "minutes_avg_last_10": 30.0, "minutes_avg_season": 30.0}
    assert form(timed, untimed, game(5, 10, seconds_played=1200), points_avg_last_10=10.0, **expect) == []


def test_a_rising_and_a_falling_series_are_told_apart() -> None:
    """1 to 10 points, the newest weighing 10: 385/55 = 7 rising, 220/55 = 4 falling; a missed game changes nothing."""
    missed = game(10, None, game_id="M", game_date=date(2022, 1, 9))
    rising = [game(day, day, game_id=f"P{day}", game_date=date(2021, 12, day)) for day in range(1, 11)]
    falling = [game(day, 11 - day, game_id=f"P{day}", game_date=date(2021, 12, day)) for day in range(1, 11)]
    assert form(*rising, missed, points_decayed=7.0, points_avg_last_10=5.5, points_avg_last_5=8.0) == []
    assert form(*falling, missed, points_decayed=4.0, points_avg_last_10=5.5, points_avg_last_5=3.0) == []


# --- playing time ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "seconds"),
    [("36", 2160), ("36.5", 2190), ("0", 0), ("", None), ("45:58", "wrong"), ("PT36M12.00S", "wrong"), ("-", "wrong")],
)
def test_minutes_are_read_or_refused_and_never_lost(printed: str, seconds: object) -> None:
    """Sources here print minutes as numbers; another spelling stops the file, it does not become NULL."""
    conversion = convert("printed", "VARCHAR", contract_of("player_box").column("seconds_played"), scale=60)
    assert conversion is not None
    with Warehouse.in_memory(threads=1) as warehouse:
        sql = f"SELECT {conversion.value}, {conversion.wrong} FROM (SELECT CAST(? AS VARCHAR) AS printed)"
        value, wrong = warehouse.rows(sql, [printed])[0]
    assert "wrong" if wrong else value == seconds


def team(minutes: int, points: int, shots: int) -> Row:
    """Ten players of a team, each with a tenth of what it has."""
    return {
        "is_dnp": False,
        "team_id": 1,
        "seconds_played": 6 * minutes,
        "points": points // 10,
        "fg_attempts": shots // 10,
    }


def sides(row: Row) -> list[Row]:
    rest = {"ft_attempts": 2, "offensive_rebounds": 1, "defensive_rebounds": 3, "assists": 2}
    return [GAME | rest | row | {"player_id": player} for player in range(10)]


BOX = {"game_id": "A", "team_id": 1, "points": 100, "fg_attempted": 90, "ft_attempted": 20, "rebounds_offensive": 10, "rebounds_defensive": 30, "assists": 20}  # fmt: skip


def test_a_source_of_half_the_points_or_minutes_is_refused() -> None:
    bench = Bench(team_box=[BOX], team_offense_game_summary=[GAME | {"team_id": 1, "game_seconds": 2880}])
    sound = sides(team(240, 100, 90))
    assert bench.offences(PGS, "team_totals", *sound) == []
    assert bench.offences(PGS, "playing_time_adds_up", *sound) == []
    assert bench.offences(PGS, "team_totals", *sides(team(240, 50, 90)))
    assert bench.offences(PGS, "team_totals", *sides(team(240, 100, 50)))
    assert bench.offences(PGS, "playing_time_adds_up", *sides(team(120, 100, 90)))


def test_a_half_loaded_box_score_is_refused() -> None:
    """Nine of ten players add up to no score."""
    bench = Bench(team_box=[BOX])
    assert bench.offences(PGS, "team_totals", *sides(team(240, 100, 90))[:9])
    assert bench.offences(PGS, "both_teams", *sides(team(240, 100, 90)))


# --- half a game, and a row of it ------------------------------------------------------------------------------------


def test_a_team_of_zeros_is_refused() -> None:
    """A placeholder of a game that is going on: no points, no shots, and a score that says otherwise."""
    bench, row = Bench(), GAME | {"team_id": 1, "opponent_team_id": 2, "points_scored": 0, "fg_attempts": 0}
    assert bench.offences(TOGS, "column_rules", sound_row(TOGS)) == []
    (said,) = bench.offences(TOGS, "column_rules", sound_row(TOGS) | row)
    assert said == "2022-01-05 A 1: points_scored is not within 1 to 250"
    assert bench.offences(TOGS, "score_agrees", row, expected=[row | {"points": 99}])
    assert bench.offences(TOGS, "score_agrees", row | {"points_scored": 99}, expected=[row | {"points": 99}]) == []


def test_a_share_above_one_is_unknown_and_its_row_stays() -> None:
    """Four shots in ten seconds are more than a team has; the points are facts all the same.

    4 x 2880 / (10 x 110) is 10.5. In 720 seconds it would be 0.145.
    """
    box = GAME | {
        "player_id": 7,
        "team_id": 1,
        "seconds_quality": "exact",
        "points": 4,
        "fg_made": 2,
        "fg_attempted": 4,
    }
    box |= {"three_made": 0, "three_attempted": 0, "ft_made": 0, "ft_attempted": 0, "turnovers": 0}
    schedule = GAME | {"season_type": "regular", "status": "final", "home_points": 99, "away_points": 90}
    given = {
        "raw.games_current": [schedule | {"home_team_id": 1, "away_team_id": 2}],
        "analytics.team_offense_game_summary": [
            GAME | {"team_id": 1, "game_seconds": 2880, "possessions_hundredths": 10000, "offensive_rebounds": 10}
        ],
    }
    key = {"game_id": "A", "player_id": 7}
    short = given | {"raw.player_box_current": [box | {"seconds_played": 10}]}
    longer = given | {"raw.player_box_current": [box | {"seconds_played": 720}]}
    assert built(PGS, short, key | {"usage_rate": None, "points": 4, "seconds_played": 10}) == []
    assert built(PGS, longer, key | {"usage_rate": 16 / 110}) == []


def test_without_the_teams_row_usage_is_unknown_and_nothing_else() -> None:
    box = GAME | {
        "player_id": 7,
        "team_id": 1,
        "seconds_played": 720,
        "seconds_quality": "exact",
        "points": 4,
        "fg_attempted": 4,
    }
    schedule = GAME | {"season_type": "regular", "status": "final", "home_points": 99, "away_points": 90}
    given = {"raw.games_current": [schedule | {"home_team_id": 1, "away_team_id": 2}], "raw.player_box_current": [box]}
    assert built(PGS, given, {"game_id": "A", "player_id": 7, "usage_rate": None, "points": 4}) == []


@pytest.mark.parametrize(
    ("zone", "is_refused"), [("paint", False), ("mid_range", False), (None, True), ("unknown", True)]
)
def test_a_shot_without_a_zone_is_refused(zone: str | None, is_refused: bool) -> None:
    """Its distance may be unknown; that does not make it a mid-range shot."""
    contract, shot = contract_of("shots"), sound_row("shots") | {"zone": zone, "distance_ft": None}
    listed = ", ".join(f'CAST(? AS {c.sql_type}) AS "{c.name}"' for c in contract.columns)
    with Warehouse.in_memory(threads=1) as warehouse:
        said = warehouse.value(f"SELECT {broken_rule(contract)} FROM (SELECT {listed})", list(shot.values()))
    assert (said is not None and said.startswith("column zone: ")) is is_refused


def test_zones_are_complete_or_none() -> None:
    """Of ten games with a box score seven have shots, which is enough; six would be too few."""
    row = {
        "game_id": "D",
        "player_id": 7,
        "game_date": date(2022, 1, 10),
        "games_in_sample_10": 10,
        "zone_games_10": 7,
        "total_shots_last_10": 70,
    }
    rates = {
        "paint_rate_last_10": 0.4,
        "mid_range_rate_last_10": 0.1,
        "three_pt_rate_last_10": 0.5,
        "primary_scoring_zone": "paint",
    }
    bench, table, rule = Bench(), "player_shot_zone_analysis", "zones_only_where_sound"
    assert bench.offences(table, rule, row | rates) == []
    assert bench.offences(table, rule, row | {"zone_games_10": 6}) == []
    assert bench.offences(table, rule, row | rates | {"zone_games_10": 6})
    assert bench.offences(table, rule, row | rates | {"three_pt_rate_last_10": None})
