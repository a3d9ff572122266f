"""Formulas as the predecessor had them: put into a table's SQL, each turns one of its worked examples red."""

from __future__ import annotations

import pytest
from bench import Defect, built, contract_of, red_example, row
from casebook import Case

TOGS, TDGS, PGS = "team_offense_game_summary", "team_defense_game_summary", "player_game_summary"

# What went wrong, in which table, what its SQL says, what it said then, and which worked example turns red.
DEFECTS = {
    "pace that an overtime raises": Defect(
        TOGS, "* 2880 / (100 * c.game_seconds) AS pace", "/ 100 AS pace", "pace is per 48 minutes"
    ),
    "opponent's pace that an overtime raises": Defect(
        TDGS, "opp.pace AS opponent_pace", "opp.possessions AS opponent_pace", "the opponent's pace is scaled"
    ),
    "overtimes of the defence always 0": Defect(
        TDGS, "own.overtime_periods", "0 AS overtime_periods", "the opponent's pace is scaled"
    ),
    "an overtime for four printed minutes too few": Defect(
        TOGS, "minutes - 240 + 12) // 25", "minutes - 240) // 25", "printed minutes are a few off"
    ),
    "usage of a game of 48 minutes": Defect(
        PGS, "b.usage_hundredths * t.game_seconds", "b.usage_hundredths * 2880", "Donovan Mitchell"
    ),
    "no points taken for points unknown": Defect(
        PGS, "50 * b.points / NULLIF(b", "50 * NULLIF(b.points, 0) / NULLIF(b", "missing all is 0"
    ),
    "steals unknown taken for none": Defect(
        TDGS, "  b.steals,", "  COALESCE(b.steals, 0) AS steals,", "is missing, not 0"
    ),
    "zones unknown taken for none": Defect(
        PGS, "  z.paint_attempts,", "  COALESCE(z.paint_attempts, 0) AS paint_attempts,", "three shots away"
    ),
    "a bench player with 0 points": Defect(
        PGS, "  b.points,\n", "  COALESCE(b.points, 0) AS points,\n", "without appearing"
    ),
    "a team that never wins": Defect(
        TOGS, "s.points > s.opponent_points AS win_flag", "FALSE AS win_flag", "both teams of a real game"
    ),
    "a player who never wins": Defect(
        PGS, "s.team_points > s.opponent_points AS win_flag", "FALSE AS win_flag", "Donovan Mitchell"
    ),
    "a starter by his minutes": Defect(
        PGS, "b.starter AS starter_flag", "p.seconds_played > 1200 AS starter_flag", "who starts is a starter"
    ),
    "a push graded as over": Defect(
        PGS, "WHEN b.points > l.points_line THEN", "WHEN b.points >= l.points_line THEN", "a push is a PUSH"
    ),
    "threes of the box beside zones of the shots": Defect(
        PGS, "z.three_attempts AS", "b.three_attempted AS", "three shots away"
    ),
    "team threes of the box beside zones of the shots": Defect(
        TOGS, "  z.three_attempts AS", "  b.three_attempted AS", "three away there are none"
    ),
    "zones that lack three shots": Defect(PGS, "WHERE ABS(attempts_gap) <= 2", "WHERE TRUE", "three shots away"),
    "back-to-back taken for a bad back": Defect(
        PGS, r"'\b(knee|ankle|", r"'\b(back|knee|ankle|", "classed by whole words"
    ),
    "a reason by parts of words": Defect(
        PGS, r"'\b(rest(ed|ing)?|load management)\b'", "'rest'", "who starts is a starter"
    ),
    "players dropped who are not in the registry": Defect(
        PGS,
        "LEFT JOIN raw.players_current AS registry",
        "JOIN raw.players_current AS registry",
        "who starts is a starter",
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
def test_a_worked_example_turns_red(what: str) -> None:
    assert red_example(DEFECTS[what], MORE)


def test_the_example_beside_holds() -> None:
    """Those of the tables hold in tests/tables."""
    (case,) = MORE
    assert built(PGS, case.given, *case.expect) == []
