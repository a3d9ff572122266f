"""A season as sportsdataverse would release it: schedule and box scores as Parquet, in ESPN's ids and codes of teams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from backcourt.sources.espn.teams import CODES, IDS
from backcourt.sources.simulated.wire.nba import tip_off
from backcourt.sources.simulated.wire.season import Document, Line, Season
from backcourt.sources.sportsdataverse.requests import end_year, release
from backcourt.sources.sportsdataverse.shapes import SHAPES
from backcourt.warehouse.duckdb import Warehouse

Row = dict[str, Any]

_COUNTS = {
    "field_goals_made": "fg_made",
    "field_goals_attempted": "fg_attempted",
    "three_point_field_goals_made": "three_made",
    "three_point_field_goals_attempted": "three_attempted",
    "free_throws_made": "ft_made",
    "free_throws_attempted": "ft_attempted",
    "offensive_rebounds": "rebounds_offensive",
    "defensive_rebounds": "rebounds_defensive",
    "assists": "assists",
    "steals": "steals",
    "blocks": "blocks",
    "turnovers": "turnovers",
    "fouls": "fouls",
}
SEASON_TYPES = {"preseason": 1, "regular": 2, "all_star": 2, "cup_final": 2, "playoffs": 3, "play_in": 5}
_STARS = {"home": (31, "EAST"), "away": (32, "WEST")}


def documents(season: Season) -> Iterator[Document]:
    """The three releases of a season."""
    year = end_year(season.label)
    tables: dict[str, list[Row]] = {"games": [], "player_box": [], "team_box": []}
    periods: dict[str, int] = {}
    for played in season.played():
        boxes = {line["team_id"]: line for line in played.rows["team_box"]}
        periods[played.game_id] = 4 + (int(played.rows["team_box"][0]["minutes"]) - 240) // 25
        for name in ("player_box", "did_not_play"):
            tables["player_box"] += [_listed(season, line, boxes[line["team_id"]], year) for line in played.rows[name]]
        tables["team_box"] += [
            {**_sides(season, line, year), **_counts(line), "team_home_away": _side(line)} for line in boxes.values()
        ]
    tables["games"] = [_game(season, game, periods.get(game["game_id"], 4), year) for game in season.games]
    for need, rows in tables.items():
        yield Document(release(need, season.label), _parquet(rows, SHAPES[need]))


def espn_game(game_id: str) -> int:
    """The number that stands for ESPN's own id of a game."""
    return int(game_id)


def _game(season: Season, game: Line, periods: int, year: int) -> Row:
    teams = {side: season.teams.get(game[f"{side}_team_id"]) for side in ("home", "away")}
    ids = {side: _espn(team) if team else _STARS[side] for side, team in teams.items()}
    return {
        "id": espn_game(game["game_id"]),
        "date": f"{tip_off(game):%Y-%m-%dT%H:%MZ}",
        "season": year,
        "season_type": SEASON_TYPES[game["season_type"]],
        "type_abbreviation": "ALLSTAR" if game["season_type"] == "all_star" else "STD",
        "notes_headline": "NBA Cup - Championship" if game["season_type"] == "cup_final" else None,
        "time_valid": True,
        "neutral_site": game["neutral_site"] == "true",
        "venue_full_name": game["arena"],
        "venue_address_city": game["arena_city"],
        "status_period": periods,
        "status_type_name": "STATUS_FINAL",
        "status_type_completed": True,
        **{f"{side}_id": ids[side][0] for side in ids},
        **{f"{side}_abbreviation": ids[side][1] for side in ids},
        **{f"{side}_score": int(game[f"{side}_points"]) for side in ids},
    }


def _espn(team: Line) -> tuple[int, str]:
    espn_id = IDS[team["tricode"]]
    return int(espn_id), CODES[espn_id]


def _sides(season: Season, box: Line, year: int) -> Row:
    """What a line says of its game and of both teams; the other's score follows from the margin."""
    (own, code), (other, other_code) = (_espn(season.teams[box[column]]) for column in ("team_id", "opponent_team_id"))
    return {
        "game_id": espn_game(box["game_id"]),
        "season": year,
        "team_id": own,
        "team_abbreviation": code,
        "team_score": int(box["points"]),
        "opponent_team_id": other,
        "opponent_team_abbreviation": other_code,
        "opponent_team_score": int(box["points"]) - int(box["plus_minus"]),
    }


def _listed(season: Season, line: Line, box: Line, year: int) -> Row:
    """A player's line, of nothing but a reason where he did not play; minutes are rounded up."""
    played = "seconds_played" in line
    return {
        **_sides(season, box, year),
        **(_counts(line) if played else dict.fromkeys(_COUNTS, 0)),
        "points": int(line["points"]) if played else 0,
        "athlete_id": int(line["player_id"]),
        "athlete_display_name": season.name_of(line["player_id"]),
        "home_away": _side(box),
        "minutes": -(-int(line["seconds_played"]) // 60) if played else None,
        "starter": played and line["starter"] == "true",
        "did_not_play": not played,
        "reason": None if played else line["reason"],
        "plus_minus": f"{int(line['plus_minus']):+d}" if played else None,
    }


def _side(line: Line) -> str:
    return "home" if line["is_home"] == "true" else "away"


def _counts(line: Line) -> Row:
    return {name: int(line[column]) for name, column in _COUNTS.items()}


def _parquet(rows: list[Row], shape: Mapping[str, tuple[str, ...]]) -> bytes:
    """The bytes of a file with these rows; of the types that a column may have, it has the widest."""
    columns = ", ".join(f"{name} {'DOUBLE' if 'DOUBLE' in types else _exact(types)}" for name, types in shape.items())
    with TemporaryDirectory(prefix="backcourt-release-") as folder, Warehouse.in_memory() as scratch:
        path = Path(folder) / "release.parquet"
        scratch.execute(f"CREATE TABLE release ({columns})")
        scratch.insert("release", [tuple(row[name] for name in shape) for row in rows])
        scratch.execute(f"COPY release TO '{path}' (FORMAT parquet)")
        return path.read_bytes()


def _exact(types: tuple[str, ...]) -> str:
    return "BIGINT" if "BIGINT" in types else types[0]
