"""A season as ESPN would show it: the scoreboard of every date, and every roster of the moments it was asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from backcourt.sources.espn import requests
from backcourt.sources.espn.teams import CODES, IDS
from backcourt.sources.simulated.wire.nba import tip_off
from backcourt.sources.simulated.wire.season import Document, Line, Season, as_json, utc
from backcourt.sources.simulated.wire.sportsdataverse import SEASON_TYPES
from backcourt.sources.sportsdataverse.requests import end_year


def documents(season: Season) -> Iterator[Document]:
    """Scoreboards by date, rosters by team and moment; all-star sides are on no scoreboard here."""
    dates: dict[str, list[Line]] = defaultdict(list)
    for game in season.games:
        if game["home_team_id"]:
            dates[game["game_date"]].append(game)
    for day, games in sorted(dates.items()):
        body = {"leagues": [{"slug": "nba"}], "events": [_event(season, game) for game in games]}
        yield Document(requests.scoreboard(date.fromisoformat(day)), as_json(body))
    squads: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in season.dated("rosters"):
        squads[line["team_id"], line["snapshot_at"]].append(line)
    for (team_id, at), lines in squads.items():
        tricode = season.teams[team_id]["tricode"]
        yield Document(requests.roster(tricode), as_json({"team": _roster(season, tricode, lines)}), utc(at))


def _event(season: Season, game: Line) -> dict[str, Any]:
    is_cup = game["season_type"] == "cup_final"
    shown = [{"market": "national", "names": [game["national_tv"]]}] if game["national_tv"] else []
    state = {"name": "STATUS_FINAL", "state": "post", "completed": True}
    competition = {
        "type": {"abbreviation": "STD"},
        "timeValid": True,
        "neutralSite": game["neutral_site"] == "true",
        "venue": {"fullName": game["arena"], "address": {"city": game["arena_city"]}},
        "competitors": [_side(season, game, side) for side in ("home", "away")],
        "notes": [{"headline": "NBA Cup - Championship"}] if is_cup else [],
        "broadcasts": shown,
        "status": {"period": 4, "type": state},
    }
    return {
        "id": game["game_id"],
        "date": f"{tip_off(game):%Y-%m-%dT%H:%MZ}",
        "season": {"year": end_year(season.label), "type": SEASON_TYPES[game["season_type"]]},
        "competitions": [competition],
    }


def _side(season: Season, game: Line, side: str) -> dict[str, Any]:
    espn_id = IDS[season.teams[game[f"{side}_team_id"]]["tricode"]]
    team = {"id": espn_id, "abbreviation": CODES[espn_id]}
    return {"homeAway": side, "team": team, "score": game[f"{side}_points"], "linescores": []}


def _roster(season: Season, tricode: str, lines: Sequence[Line]) -> dict[str, Any]:
    athletes = [
        {
            "id": line["player_id"],
            "fullName": season.name_of(line["player_id"]),
            "status": {"type": line["status"]},
            "injuries": [],
        }
        for line in lines
    ]
    return {"id": IDS[tricode], "abbreviation": CODES[IDS[tricode]], "athletes": athletes}
