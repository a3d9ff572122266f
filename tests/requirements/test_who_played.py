"""Who played, how long, and what of it counts: absence is no game of 0 points, and what nobody measured is no 0."""

from __future__ import annotations

import pytest
from bench import Bench, Row, built, contract_of, row, sound_row

from backcourt.engine.staging import broken_rule
from backcourt.sources.local.convert import convert
from backcourt.warehouse.duckdb import Warehouse

TOGS, PGS, PDC = "team_offense_game_summary", "player_game_summary", "player_daily_cache"
GAME = row(game_id="A", game_date="2022-01-05")
FINAL = row(GAME, home_team_id=1, away_team_id=2, season_type="regular", status="final", home_points=99, away_points=90)


# --- absence ---------------------------------------------------------------------------------------------------------


def test_an_absent_player_with_statistics_is_refused() -> None:
    """And 0 points of somebody who played are 0 points."""
    absent = row(GAME, player_id=7, team_id=1, is_dnp=True)
    scoreless = row(GAME, player_id=8, team_id=1, is_dnp=False, points=0, assists=0, fg_attempts=0)
    bench, rule = Bench(), "appeared_has_statistics"
    assert bench.offences(PGS, rule, absent, scoreless) == []
    assert bench.offences(PGS, rule, row(absent, points=0))
    assert bench.offences(PGS, rule, row(absent, seconds_played=0))
    assert bench.offences(PGS, rule, row(scoreless, points=None))
    assert bench.offences(PGS, rule, row(scoreless, assists=None))


@pytest.mark.parametrize(
    ("box", "appeared"),
    [
        (row(seconds_played=1, seconds_quality="exact"), True),
        (row(seconds_played=0, seconds_quality="whole_minutes"), True),
        (row(seconds_played=0, seconds_quality="exact"), False),
        (row(seconds_played=0, seconds_quality="exact", fouls=1), True),
        (row(seconds_played=None, seconds_quality="exact"), False),
        (row(seconds_played=None, seconds_quality="exact", points=0), False),
        (row(seconds_played=None, seconds_quality="exact", points=2), True),
    ],
)
def test_one_predicate_says_who_appeared(box: Row, appeared: bool) -> None:
    bench = Bench(player_box=[row(GAME, box, player_id=7)])
    assert bench.rows("SELECT appeared FROM raw.player_box_current") == [(appeared,)]


OF_HIM = row(season="2021-22", player_id=7, team_id=1)


def played(date: str, points: int, seconds: int | None = 1800) -> Row:
    counts = row(is_dnp=False, points=points, fg_attempts=points, seconds_played=seconds)
    return row(OF_HIM, counts, game_id=f"P {date}", game_date=date)


def missed(date: str) -> Row:
    return row(OF_HIM, game_id=f"P {date}", game_date=date, is_dnp=True)


def form(*games: Row, **expect: object) -> list[str]:
    """How his row of 10 January differs from what is expected after these games."""
    spine = row(OF_HIM, game_id="D", game_date="2022-01-10", season_type="regular", opponent_team_id=2)
    return built(
        PDC, {"spine": [spine], "analytics.player_game_summary": list(games)}, row(game_id="D", player_id=7, **expect)
    )


def test_a_game_he_missed_lowers_no_average_and_fills_no_window() -> None:
    """Thirty, missed, missed, twenty, missed: 25 a game of two, and five days since the last."""
    games = (
        played("2022-01-01", 30),
        missed("2022-01-02"),
        missed("2022-01-03"),
        played("2022-01-05", 20),
        missed("2022-01-08"),
    )
    averages = row(points_avg_last_5=25.0, points_avg_last_10=25.0, points_avg_season=25.0)
    assert form(*games, games_used_10=2, games_played_season=2, days_since_last_game=5, **averages) == []


def test_a_game_without_points_counts() -> None:
    games = played("2022-01-01", 30), played("2022-01-05", 0)
    assert form(*games, games_used_10=2, points_avg_last_10=15.0, points_avg_last_5=15.0) == []


def test_an_average_divides_by_the_games_that_have_the_fact() -> None:
    """Of three games one has no playing time: 40 and 20 minutes are 30 a game, not 20."""
    games = played("2022-01-01", 10, 2400), played("2022-01-03", 10, None), played("2022-01-05", 10, 1200)
    assert form(*games, games_used_10=3, timed_games_10=2, minutes_avg_last_10=30.0, points_avg_last_10=10.0) == []


def test_a_rising_and_a_falling_series_are_told_apart() -> None:
    """1 to 10 points, the newest weighing 10: 385 / 55 = 7 rising, 220 / 55 = 4 falling. A missed game changes nothing."""
    rising = [played(f"2021-12-{day:02d}", day) for day in range(1, 11)]
    falling = [played(f"2021-12-{day:02d}", 11 - day) for day in range(1, 11)]
    away = missed("2022-01-09")
    assert form(*rising, away, points_decayed=7.0, points_avg_last_10=5.5, points_avg_last_5=8.0) == []
    assert form(*falling, away, points_decayed=4.0, points_avg_last_10=5.5, points_avg_last_5=3.0) == []


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
    assert seconds == ("wrong" if wrong else value)


def ten_players(minutes: int, points: int, shots: int) -> list[Row]:
    """A team of ten, each with a tenth of what it has."""
    share = row(seconds_played=6 * minutes, points=points // 10, fg_attempts=shots // 10, ft_attempts=2)
    rest = row(offensive_rebounds=1, defensive_rebounds=3, assists=2, is_dnp=False, team_id=1)
    return [row(GAME, share, rest, player_id=player) for player in range(10)]


TEAM = row(GAME, team_id=1, points=100, fg_attempted=90, ft_attempted=20, assists=20)
TEAM_BOX = row(TEAM, rebounds_offensive=10, rebounds_defensive=30)


def test_a_source_of_half_the_points_or_minutes_is_refused() -> None:
    bench = Bench(team_box=[TEAM_BOX], team_offense_game_summary=[row(GAME, team_id=1, game_seconds=2880)])
    assert bench.offences(PGS, "team_totals", *ten_players(240, 100, 90)) == []
    assert bench.offences(PGS, "team_totals", *ten_players(240, 50, 90))
    assert bench.offences(PGS, "team_totals", *ten_players(240, 100, 50))
    assert bench.offences(PGS, "playing_time_adds_up", *ten_players(240, 100, 90)) == []
    assert bench.offences(PGS, "playing_time_adds_up", *ten_players(120, 100, 90))


def test_a_half_loaded_box_score_is_refused() -> None:
    """Nine of ten players add up to no team, and one team is no game."""
    bench = Bench(team_box=[TEAM_BOX])
    assert bench.offences(PGS, "team_totals", *ten_players(240, 100, 90)[:9])
    assert bench.offences(PGS, "both_teams", *ten_players(240, 100, 90))


# --- half a game, and what stays of a row ----------------------------------------------------------------------------


def test_a_team_of_zeros_is_refused() -> None:
    """A placeholder of a game that is going on: no points, no shots, and a score that says otherwise."""
    bench, zeros = Bench(), row(GAME, team_id=1, opponent_team_id=2, points_scored=0, fg_attempts=0)
    assert bench.offences(TOGS, "column_rules", sound_row(TOGS)) == []
    (said,) = bench.offences(TOGS, "column_rules", sound_row(TOGS, **zeros))
    assert said == "2022-01-05 A 1: points_scored is not within 1 to 250"
    of_schedule = row(zeros, points=99)
    assert bench.offences(TOGS, "score_agrees", zeros, expected=[of_schedule])
    assert bench.offences(TOGS, "score_agrees", row(zeros, points_scored=99), expected=[of_schedule]) == []


SHOOTER = row(GAME, player_id=7, team_id=1, seconds_quality="exact", points=4, fg_made=2, fg_attempted=4, three_made=0)
SHOOTER_BOX = row(SHOOTER, three_attempted=0, ft_made=0, ft_attempted=0, turnovers=0)


def test_a_share_above_one_is_unknown_and_its_row_stays() -> None:
    """Four shots in 720 of 2880 seconds, beside 110 plays of the team, are 16 / 110; in ten seconds they are no share at all."""
    team = row(GAME, team_id=1, game_seconds=2880, possessions_hundredths=10000, offensive_rebounds=10)
    given = {"raw.games_current": [FINAL], "analytics.team_offense_game_summary": [team]}
    for seconds, share in ((720, 16 / 110), (10, None)):
        box = {"raw.player_box_current": [row(SHOOTER_BOX, seconds_played=seconds)]}
        expect = row(game_id="A", player_id=7, usage_rate=share, points=4, seconds_played=seconds)
        assert built(PGS, given | box, expect) == []


def test_without_the_teams_row_usage_is_unknown_and_nothing_else() -> None:
    given = {"raw.games_current": [FINAL], "raw.player_box_current": [row(SHOOTER_BOX, seconds_played=720)]}
    assert built(PGS, given, row(game_id="A", player_id=7, usage_rate=None, points=4, seconds_played=720)) == []


def test_without_a_line_there_is_neither_a_line_nor_a_result() -> None:
    """No placeholder of 20 points stands in, so none is ever graded."""
    given = {"raw.games_current": [FINAL], "raw.player_box_current": [row(SHOOTER_BOX, seconds_played=720)]}
    nothing = row(points_line=None, points_line_source=None, over_under_result=None, points_vs_line=None)
    assert built(PGS, given, row(nothing, game_id="A", player_id=7, points=4)) == []


# --- zones -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "is_refused"), [("paint", False), ("mid_range", False), (None, True), ("unknown", True)]
)
def test_a_shot_without_a_zone_is_refused(zone: str | None, is_refused: bool) -> None:
    """Its distance may be unknown; that does not make it a mid-range shot."""
    contract, shot = contract_of("shots"), sound_row("shots", zone=zone, distance_ft=None)
    listed = ", ".join(f'CAST(? AS {column.sql_type}) AS "{column.name}"' for column in contract.columns)
    with Warehouse.in_memory(threads=1) as warehouse:
        said = warehouse.value(f"SELECT {broken_rule(contract)} FROM (SELECT {listed})", list(shot.values()))
    assert (said is not None and said.startswith("column zone: ")) is is_refused


def test_zones_are_complete_or_none() -> None:
    """Of ten games with a box score seven have shots, which is enough; six would be too few."""
    ten_games = row(GAME, player_id=7, games_in_sample_10=10, zone_games_10=7, total_shots_last_10=70)
    rates = row(
        paint_rate_last_10=0.4, mid_range_rate_last_10=0.1, three_pt_rate_last_10=0.5, primary_scoring_zone="paint"
    )
    bench, name, rule = Bench(), "player_shot_zone_analysis", "zones_only_where_sound"
    assert bench.offences(name, rule, row(ten_games, rates)) == []
    assert bench.offences(name, rule, row(ten_games, zone_games_10=6)) == []
    assert bench.offences(name, rule, row(ten_games, rates, zone_games_10=6))
    assert bench.offences(name, rule, row(ten_games, rates, three_pt_rate_last_10=None))
