"""Windows, joins and defaults as the predecessor had them: put into a pre-game table's SQL, a worked example turns red."""

from __future__ import annotations

import pytest
from bench import Defect, built, contract_of, red_example, row
from casebook import Case

TEAM, PLAYER = "upcoming_team_game_context", "upcoming_player_game_context"
ZONES, DEFENCE, LEAGUE = "player_shot_zone_analysis", "team_defense_zone_analysis", "league_averages"
FACTORS, MATCHUP, STORE = "player_composite_factors", "player_defensive_context", "ml_feature_store"

OF_LAST_10 = "PARTITION BY p.team_id, p.season ORDER BY p.day NULLS FIRST RANGE BETWEEN 7 PRECEDING AND"

# What went wrong, in which table, what its SQL says and what it said then, and which example turns red.
DEFECTS = {
    # rest, windows of days, seasons
    "a back-to-back that no team can have": Defect(
        TEAM, "COALESCE(c.days_rest = 1, FALSE)", "COALESCE(c.days_rest = 0, FALSE)", "rest counts days"
    ),
    "a back-to-back that no player can have": Defect(
        PLAYER, "COALESCE(f.days_rest = 1, FALSE)", "COALESCE(f.days_rest = 0, FALSE)", "windows of days"
    ),
    "rest of a team counted a day less than a player's": Defect(
        TEAM,
        "OVER by_number, t.game_date) AS days_rest",
        "OVER by_number, t.game_date) - 1 AS days_rest",
        "rest counts days",
    ),
    "a team's week of six days": Defect(
        TEAM, f"{OF_LAST_10} 1 PRECEDING", f"{OF_LAST_10.replace('7', '6')} 1 PRECEDING", "rest counts days"
    ),
    "a team's week with the day itself": Defect(
        TEAM, f"{OF_LAST_10} 1 PRECEDING", f"{OF_LAST_10} CURRENT ROW", "rest counts days"
    ),
    "a player's week of six days": Defect(
        PLAYER,
        "COUNT(*) FILTER (WHERE days_ago <= 7) AS games_7",
        "COUNT(*) FILTER (WHERE days_ago < 7) AS games_7",
        "windows of days",
    ),
    "a missed game taken for a game": Defect(PLAYER, "WHERE NOT p.is_dnp", "WHERE TRUE", "without appearing is rest"),
    "a team's form of the season before": Defect(
        TEAM, "f.team_id = s.team_id AND f.season = s.season AND", "f.team_id = s.team_id AND", "last season's form"
    ),
    "a player's form of the season before": Defect(
        PLAYER,
        "a.player_id = s.player_id AND a.season = s.season AND",
        "a.player_id = s.player_id AND",
        "a new season begins",
    ),
    "a player's shots of the season before": Defect(
        ZONES,
        "h.player_id = s.player_id AND h.season = s.season AND",
        "h.player_id = s.player_id AND",
        "the season before stands apart",
    ),
    "a phase of the season by the month": Defect(
        TEAM, "c.regular_number <= 5", "EXTRACT(MONTH FROM s.game_date) <= 11", "of 18 regular games"
    ),
    "a cup final among the season's games": Defect(
        TEAM,
        "COUNT(CASE WHEN p.season_type = 'regular' THEN 1 END) OVER season_games",
        "COUNT(*) OVER season_games",
        "of 18 regular games",
    ),
    # travel
    "eastward taken for westward": Defect(
        TEAM,
        "here.winter_utc_offset_hours - there.winter_utc_offset_hours",
        "there.winter_utc_offset_hours - here.winter_utc_offset_hours",
        "the road of the Lakers",
    ),
    "no way home from a road trip": Defect(
        TEAM,
        "WHEN p.last_venue_team_id = p.venue_team_id THEN 0",
        "WHEN p.in_own_arena THEN 0",
        "the road of the Lakers",
    ),
    "a neutral site taken for the home arena": Defect(
        TEAM, "COALESCE(neutral_site, FALSE) AS neutral_site", "FALSE AS neutral_site", "the road of the Lakers"
    ),
    # market and absences
    "a spread of the home team for both": Defect(
        TEAM,
        "CASE WHEN s.is_home THEN sp.line ELSE 0 - sp.line END AS spread",
        "sp.line AS spread",
        "a spread is signed",
    ),
    "a variance called a deviation": Defect(
        TEAM,
        "SQRT((games * pace_squared - pace * pace) / NULLIF(10000 * games * (games - 1), 0)) AS",
        "((games * pace_squared - pace * pace) / NULLIF(10000 * games * (games - 1), 0)) AS",
        "form is a ratio of sums",
    ),
    "the first report heeded, not the last": Defect(
        TEAM, "i.snapshot_at DESC NULLS FIRST", "i.snapshot_at NULLS FIRST", "the last report"
    ),
    "a player who misses himself": Defect(
        PLAYER, "SUM(stars) OVER team - stars", "SUM(stars) OVER team", "never includes himself"
    ),
    "a star by one big night": Defect(
        PLAYER,
        "season_games >= 10 AND (s.points_hundredths",
        "season_games >= 1 AND (s.points_hundredths",
        "never includes himself",
    ),
    # zones
    "zones of a window with few games that have them": Defect(
        ZONES,
        "WHERE zone_games_10 >= 5 AND 10 * zone_games_10 >= 7 * games_10",
        "WHERE TRUE",
        "zones speak from 5 games",
    ),
    "zones of a defence with few games that have them": Defect(
        DEFENCE,
        "WHERE t.zone_games >= 5 AND 10 * t.zone_games >= 7 * t.games",
        "WHERE t.zone_games > 0",
        "zone figures need five games",
    ),
    "attempts divided by games without zones too": Defect(
        ZONES, "z.paint / NULLIF(z.games, 0)", "z.paint / NULLIF(h.games_10, 0)", "zones speak from 5 games"
    ),
    "attempts allowed divided by games without zones too": Defect(
        DEFENCE, "z.paint_attempts / z.zone_games", "z.paint_attempts / t.games", "zone figures need five games"
    ),
    "a share in percent": Defect(
        ZONES, "z.paint / NULLIF(z.shots, 0)", "100 * z.paint / NULLIF(z.shots, 0)", "zones speak from 5 games"
    ),
    "an assisted share in percent": Defect(
        ZONES, "z.assisted / NULLIF(", "100 * z.assisted / NULLIF(", "zones speak from 5 games"
    ),
    # the league
    "a league mean that is a literal": Defect(
        DEFENCE, "CAST(ROUND(1000 * l.paint_pct) AS BIGINT)", "580", "equal figures against the league"
    ),
    "a league mean of a few games": Defect(
        LEAGUE, "WHEN team_rows >= 200 THEN 'season'", "WHEN team_rows >= 2 THEN 'season'", "one game before the date"
    ),
    "a league rating assumed before the first game": Defect(
        LEAGUE,
        "((200000 * x.points + x.possessions_hundredths) // NULLIF(2 * x.possessions_hundredths, 0)) / 10",
        "COALESCE(((200000 * x.points + x.possessions_hundredths) // NULLIF(2 * x.possessions_hundredths, 0)) / 10, 112)",
        "nothing is assumed",
    ),
    # signs, and what is not known
    "a poor defence taken for a good one": Defect(
        DEFENCE,
        "paint_excess_thousandths / NULLIF",
        "0 - paint_excess_thousandths / NULLIF",
        "equal figures against the league",
    ),
    "fresh taken for tired": Defect(
        FACTORS, "(c.freshness_score - 100) / 20 AS", "(100 - c.freshness_score) / 20 AS", "all eight reasons"
    ),
    "an unknown matchup taken for an even one": Defect(
        FACTORS, "ELSE shot_zone_mismatch END", "ELSE COALESCE(shot_zone_mismatch, 0) END", "what is not known is NULL"
    ),
    "a sum of what is partly unknown": Defect(
        MATCHUP,
        "+ z.mid_range_rate_last_10 * d.mid_range_defense_vs_league_avg",
        "+ COALESCE(z.mid_range_rate_last_10 * d.mid_range_defense_vs_league_avg, 0)",
        "one figure missing",
    ),
    "what is not known of a player without games": Defect(
        STORE,
        "c.points_avg_last_5 > c.points_avg_season + 1.5 * c.points_std_last_10 AS is_breakout",
        "COALESCE(c.points_avg_last_5 > c.points_avg_season + 1.5 * c.points_std_last_10, FALSE) AS is_breakout",
        "the first game of the season",
    ),
    "a win share of one half before the first game": Defect(
        TEAM,
        "r.wins / NULLIF(r.games, 0) AS win_pct",
        "COALESCE(r.wins / NULLIF(r.games, 0), 0.5) AS win_pct",
        "the record before the twelfth game",
    ),
    "a line through games, newest first": Defect(
        STORE,
        "SUM(back) * SUM(points) - COUNT(*) * SUM(back * points)",
        "COUNT(*) * SUM(back * points) - SUM(back) * SUM(points)",
        "own windows over eleven games",
    ),
    "a recent change with its sign turned round": Defect(
        STORE,
        "3 * w.points_1_to_2 - 2 * w.points_3_to_5",
        "2 * w.points_3_to_5 - 3 * w.points_1_to_2",
        "own windows over eleven games",
    ),
    "a missed game in the trend": Defect(STORE, "WHERE NOT p.is_dnp", "WHERE TRUE", "own windows over eleven games"),
    # the quality of a row
    "a tier with another threshold": Defect(
        STORE,
        "u.season_games >= 10 AND c.input_age_days",
        "u.season_games >= 9 AND c.input_age_days",
        "tiers: ten games",
    ),
    "a missing feature that is not named": Defect(
        STORE, "CASE WHEN u.days_rest IS NULL THEN ',days_rest' ELSE '' END", "''", "the first game of the season"
    ),
    "features of an earlier date": Defect(
        STORE,
        "c.player_id = s.player_id AND c.game_date = s.game_date\nLEFT JOIN precompute.player_shot",
        "c.player_id = s.player_id AND c.game_date <= s.game_date\nLEFT JOIN precompute.player_shot",
        "columns of the other tables",
    ),
}

# Beside the worked examples of the table: a summer between two games, and a player who is out in the morning and well at noon.
FIRST = row(
    game_id="A", game_date="2022-04-10", season="2021-22", season_type="regular", home_team_id=1, away_team_id=2
)
NEXT = row(FIRST, game_id="B", game_date="2022-10-18", season="2022-23", tip_scheduled_at="2022-10-18 23:00")
GAMES = {
    "raw.games_current": [row(FIRST, status="final", home_points=99, away_points=90), row(NEXT, status="scheduled")]
}
OF_TEAM = row(game_id="A", team_id=1, game_date="2022-04-10", season="2021-22", game_seconds=2880)
OF_PLAYER = row(game_id="A", player_id=7, team_id=1, game_date="2022-04-10", season="2021-22", season_type="regular")
REPORT = row(game_date="2022-10-18", player_id=7, feed="f", snapshot_quality="timed")
MORE = (
    Case(
        contract_of(TEAM),
        "last season's form is no form",
        GAMES
        | {
            "analytics.team_offense_game_summary": [row(OF_TEAM, points_scored=99, possessions_hundredths=10000)],
            "analytics.team_defense_game_summary": [
                row(OF_TEAM, points_allowed=90, opponent_possessions_hundredths=10000)
            ],
        },
        [row(game_id="B", team_id=1, form_games_used_10=0, pace_last_10=None)],
    ),
    Case(
        contract_of(TEAM),
        "the last report before the cut-off is heeded",
        GAMES
        | {
            "raw.player_box_current": [row(OF_PLAYER, seconds_played=1800, seconds_quality="exact", points=9)],
            "raw.injuries_current": [
                row(REPORT, status="out", snapshot_at="2022-10-18 13:00"),
                row(REPORT, status="available", snapshot_at="2022-10-18 21:00"),
                row(REPORT, status="doubtful", snapshot_at="2022-10-18 23:00"),
            ],
        },
        [row(game_id="B", team_id=1, availability_known=True, players_out=0)],
    ),
)


@pytest.mark.parametrize("what", DEFECTS)
def test_a_worked_example_turns_red(what: str) -> None:
    assert red_example(DEFECTS[what], [case for case in MORE if case.contract.name == DEFECTS[what].table])


@pytest.mark.parametrize("case", MORE, ids=str)
def test_the_examples_beside_hold(case: Case) -> None:
    """Those of the tables hold in tests/tables."""
    assert built(case.contract.name, case.given, *case.expect) == []
