"""A season's plays as BigDataBall would sell them: one file a game, players by name, ten of them on court."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date

from backcourt.sources.bigdataball.requests import play_by_play
from backcourt.sources.bigdataball.shapes import LINEUP, Play
from backcourt.sources.simulated.wire.season import Document, Line, Played, Season

BASE = "https://files.example"
_TYPES = {"2pt": "shot", "3pt": "shot", "freethrow": "free throw"}
_INSIDE = ("steal", "block")
"""What is told in the row of the turnover or the shot, and has none of its own."""


def documents(season: Season) -> Iterator[Document]:
    """The file of every game."""
    for played in season.played():
        game = played.game
        away, home = (season.teams[game[f"{side}_team_id"]]["tricode"] for side in ("away", "home"))
        request = play_by_play(BASE, played.game_id, date.fromisoformat(game["game_date"]), away, home)
        yield Document(request, _file(season, played))


def _file(season: Season, played: Played) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(Play.model_fields), restval="")
    writer.writeheader()
    # Who comes in for the last second is on court, and has no line.
    listed = (*played.rows["player_box"], *played.rows["did_not_play"])
    sides = {line["player_id"]: line["team_id"] == played.game["home_team_id"] for line in listed}
    shots = {line["action_number"]: line for line in played.rows["shots"]}
    events = played.rows["play_by_play"]
    for line in events:
        if line["action_type"] not in _INSIDE:
            writer.writerow(_row(season, line, shots.get(line["action_number"]), sides))
    last = {**events[-1], "action_number": str(int(events[-1]["action_number"]) + 1), "clock_ms": "0"}
    writer.writerow(_about(season, last, sides) | {"event_type": "end of period", "type": "end of period"})
    return text.getvalue().encode()


def _about(season: Season, line: Line, sides: Mapping[str, bool]) -> dict[str, str]:
    minutes, rest = divmod(int(line["clock_ms"]), 60_000)
    on_court = line["players_on"].split("|")
    # In the midst of a change a side has four.
    lineup = [
        ([season.name_of(player) for player in on_court if sides[player] is is_home] + [""])[:5]
        for is_home in (False, True)
    ]
    return {
        "game_id": line["game_id"].lstrip("0"),
        "date": line["game_date"],
        "period": line["period"],
        "away_score": line["score_away"],
        "home_score": line["score_home"],
        "remaining_time": f"0:{minutes:02d}:{rest // 1000:02d}",
        "play_id": line["action_number"],
        **dict(zip(LINEUP, [*lineup[0], *lineup[1]], strict=True)),
    }


def _row(season: Season, line: Line, shot: Line | None, sides: Mapping[str, bool]) -> dict[str, str]:
    def name(column: str) -> str:
        return season.name_of(line[column]) if line[column] else ""

    kind = line["action_type"]
    missed = shot is not None and line["made"] != "true"
    row = {
        **_about(season, line, sides),
        "event_type": "miss" if missed else _TYPES.get(kind, kind),
        "team": season.teams[line["team_id"]]["tricode"],
        "player": name("player_id"),
        "assist": name("assist_player_id"),
        "block": name("block_player_id"),
        "steal": name("steal_player_id"),
        "opponent": name("foul_drawn_player_id"),
    }
    if line["made"]:
        row |= {"result": "made" if line["made"] == "true" else "missed", "points": line["points"]}
    if kind == "freethrow":
        number, total = line["free_throw_number"], line["free_throw_total"]
        said = "technical" if line["free_throw_kind"] == "technical" else f"{number}/{total}"
        row |= {"num": number, "outof": total, "type": f"free throw {said}"}
    if shot is not None:
        row |= {
            "type": "3pt jump shot" if kind == "3pt" else "jump shot",
            "shot_distance": shot["distance_ft"],
            "original_x": shot["court_x"],
            "original_y": shot["court_y"],
        }
    return row
