"""The columns of the releases that are used, under the names of sportsdataverse, and what each must hold."""

from __future__ import annotations

from collections.abc import Mapping

WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
NUMBER = (*WHOLE, "FLOAT", "DOUBLE")
TEXT = ("VARCHAR",)
FLAG = ("BOOLEAN",)

Columns = Mapping[str, tuple[str, ...]]

_STATS = (
    *("field_goals_made", "field_goals_attempted", "three_point_field_goals_made", "three_point_field_goals_attempted"),
    *(
        "free_throws_made",
        "free_throws_attempted",
        "offensive_rebounds",
        "defensive_rebounds",
        "assists",
        "steals",
        "blocks",
    ),
    *("turnovers", "fouls"),
)
_GAME: Columns = {"game_id": WHOLE, "season": WHOLE}
_SIDES: Columns = {
    "team_id": WHOLE,
    "team_abbreviation": TEXT,
    "team_score": WHOLE,
    "opponent_team_id": WHOLE,
    "opponent_team_abbreviation": TEXT,
    "opponent_team_score": WHOLE,
}

SHAPES: Mapping[str, Columns] = {
    "games": {
        "id": WHOLE,
        "date": TEXT,
        "season": WHOLE,
        "season_type": WHOLE,
        "type_abbreviation": TEXT,
        "notes_headline": TEXT,
        "time_valid": FLAG,
        "neutral_site": FLAG,
        "venue_full_name": TEXT,
        "venue_address_city": TEXT,
        "status_period": NUMBER,
        "status_type_name": TEXT,
        "status_type_completed": FLAG,
        "home_id": WHOLE,
        "home_abbreviation": TEXT,
        "home_score": NUMBER,
        "away_id": WHOLE,
        "away_abbreviation": TEXT,
        "away_score": NUMBER,
    },
    "player_box": {
        **_GAME,
        **_SIDES,
        **dict.fromkeys((*_STATS, "points"), NUMBER),
        "athlete_id": WHOLE,
        "athlete_display_name": TEXT,
        "home_away": TEXT,
        "minutes": NUMBER,
        "starter": FLAG,
        "did_not_play": FLAG,
        "reason": TEXT,
        "plus_minus": TEXT,
    },
    "team_box": {**_GAME, **_SIDES, **dict.fromkeys(_STATS, NUMBER), "team_home_away": TEXT},
}

# The pairs of columns that call a team by its id and its code.
TEAMS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "games": (("home_id", "home_abbreviation"), ("away_id", "away_abbreviation")),
    "player_box": (("team_id", "team_abbreviation"), ("opponent_team_id", "opponent_team_abbreviation")),
    "team_box": (("team_id", "team_abbreviation"), ("opponent_team_id", "opponent_team_abbreviation")),
}
