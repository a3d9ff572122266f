"""Formulas as the predecessor had them: put into a table's SQL, each turns one of its worked examples red."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import contract_of, red_examples, row
from casebook import Case, run_case

TOGS, TDGS, PGS = "team_offense_game_summary", "team_defense_game_summary", "player_game_summary"

# What went wrong, in which table, what its SQL says and what it said then.
DEFECTS = {
    "pace that an overtime raises": (TOGS, "* 2880 / (100 * c.game_seconds) AS pace", "/ 100 AS pace"),
    "opponent's pace that an overtime raises": (TDGS, "opp.pace AS opponent_pace", "opp.possessions AS opponent_pace"),
    "overtimes of the defence always 0": (TDGS, "own.overtime_periods", "0 AS overtime_periods"),
    "an overtime for four printed minutes too few": (TOGS, "minutes - 240 + 12) // 25", "minutes - 240) // 25"),
    "usage of a game of 48 minutes": (PGS, "b.usage_hundredths * t.game_seconds", "b.usage_hundredths * 2880"),
    "no points taken for points unknown": (PGS, "50 * b.points / NULLIF(b", "50 * NULLIF(b.points, 0) / NULLIF(b"),
    "steals unknown taken for none": (TDGS, "  b.steals,", "  COALESCE(b.steals, 0) AS steals,"),
    "zones unknown taken for none": (PGS, "  z.paint_attempts,", "  COALESCE(z.paint_attempts, 0) AS paint_attempts,"),
    "a bench player with 0 points": (PGS, "  b.points,\n", "  COALESCE(b.points, 0) AS points,\n"),
    "a team that never wins": (TOGS, "s.points > s.opponent_points AS win_flag", "FALSE AS win_flag"),
    "a player who never wins": (PGS, "s.team_points > s.opponent_points AS win_flag", "FALSE AS win_flag"),
    "a starter by his minutes": (PGS, "b.starter AS starter_flag", "p.seconds_played > 1200 AS starter_flag"),
    "a push graded as over": (PGS, "WHEN b.points > l.points_line THEN", "WHEN b.points >= l.points_line THEN"),
    "threes of the box beside zones of the shots": (PGS, "z.three_attempts AS", "b.three_attempted AS"),
    "team threes of the box beside zones of the shots": (TOGS, "  z.three_attempts AS", "  b.three_attempted AS"),
    "zones that lack three shots": (PGS, "WHERE ABS(attempts_gap) <= 2", "WHERE TRUE"),
    "back-to-back taken for a bad back": (PGS, r"'\b(knee|ankle|", r"'\b(back|knee|ankle|"),
    "a reason by parts of words": (PGS, r"'\b(rest(ed|ing)?|load management)\b'", "'rest'"),
    "players dropped who are not in the registry": (
        PGS,
        "LEFT JOIN raw.players_current AS registry",
        "JOIN raw.players_current AS registry",
    ),
}


# Beside the worked examples of the table: a starter hurt after ten minutes, the sixth man in his place, and words within words.
GAME = row(game_id="A", game_date="2022-01-05")
BOX = row(GAME, team_id=1, is_home=True, seconds_quality="exact", points=0)
MORE = (
    Case(
        contract_of(PGS),
        "who starts is a starter, however long he plays; a word within a word is another word",
        {
            "raw.games_current": [
                row(
                    GAME,
                    home_team_id=1,
                    away_team_id=2,
                    season_type="regular",
                    status="final",
                    home_points=99,
                    away_points=90,
                )
            ],
            "raw.player_box_current": [
                row(BOX, player_id=7, starter=True, seconds_played=600),
                row(BOX, player_id=8, starter=False, seconds_played=2160),
            ],
            "raw.did_not_play_current": [
                row(GAME, team_id=1, player_id=11, reason="Rest"),
                row(GAME, team_id=1, player_id=12, reason="Personal - house arrest"),
            ],
        },
        [
            row(game_id="A", player_id=7, starter_flag=True, is_dnp=False),
            row(game_id="A", player_id=8, starter_flag=False, is_dnp=False),
            row(game_id="A", player_id=11, dnp_reason_category="rest", is_dnp=True),
            row(game_id="A", player_id=12, dnp_reason_category="personal", is_dnp=True),
        ],
    ),
)


@pytest.mark.parametrize("what", DEFECTS)
def test_a_worked_example_turns_red(what: str, tmp_path: Path) -> None:
    table, right, wrong = DEFECTS[what]
    sql = (contract_of(table).folder / "build.sql").read_text(encoding="utf-8")
    assert sql.count(right) == 1, f"{right!r} stands {sql.count(right)} times in {table}"
    more = MORE if table == PGS else ()
    assert red_examples(table, sql.replace(right, wrong), tmp_path, more)


def test_the_examples_beside_hold() -> None:
    """Those of the tables hold in tests/tables."""
    assert [run_case(case) for case in MORE] == [[]]
