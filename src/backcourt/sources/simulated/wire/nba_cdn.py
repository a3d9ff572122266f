"""A season as the NBA's content network would serve it: its schedule, a box score and a play-by-play of every game."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from backcourt.seasons import EASTERN
from backcourt.sources.nba_cdn import requests
from backcourt.sources.simulated.wire.nba import META, Node, clock, counts, number, schedule, tip_off
from backcourt.sources.simulated.wire.season import Document, Line, Played, Season, as_json

_FLAGS = {"is_fast_break": "fastbreak", "is_second_chance": "2ndchance", "is_from_turnover": "fromturnover"}
_LINKS = {
    "assistPersonId": "assist_player_id",
    "blockPersonId": "block_player_id",
    "stealPersonId": "steal_player_id",
    "foulDrawnPersonId": "foul_drawn_player_id",
}


def documents(season: Season) -> Iterator[Document]:
    """Everything that the network would have of a season that is over."""
    yield Document(requests.schedule(season.label), as_json(schedule(season)))
    for played in season.played():
        yield Document(requests.box(played.game_id), as_json({"meta": META, "game": _box(season, played)}))
        yield Document(requests.plays(played.game_id), as_json({"meta": META, "game": _plays(played)}))


def _box(season: Season, played: Played) -> Node:
    return {
        "gameId": played.game_id,
        "gameEt": tip_off(played.game).astimezone(EASTERN).isoformat(),
        "gameStatus": 3,
        "gameStatusText": "Final",
        "officials": [
            {"personId": int(line["official_id"]), "name": line["name"], "assignment": f"OFFICIAL{line['slot']}"}
            for line in played.rows["officials"]
        ],
        **{f"{side}Team": _team(season, played, played.game[f"{side}_team_id"]) for side in ("home", "away")},
    }


def _team(season: Season, played: Played, team_id: str) -> Node:
    of_team = {
        table: [line for line in played.rows[table] if line["team_id"] == team_id]
        for table in ("team_box", "player_box", "did_not_play")
    }
    (total,) = of_team["team_box"]
    minutes = clock(60_000 * int(total["minutes"]))
    players = [_player(line) for line in of_team["player_box"]]
    players += [_absent(line, season.name_of(line["player_id"])) for line in of_team["did_not_play"]]
    return {
        "teamId": int(team_id),
        "score": int(total["points"]),
        "players": players,
        "statistics": {**counts(total), "minutes": minutes},
    }


def _player(line: Line) -> Node:
    return {
        "status": "ACTIVE",
        "personId": int(line["player_id"]),
        "name": line["player_name"],
        "starter": "1" if line["starter"] == "true" else "0",
        "played": "1",
        "statistics": {
            **counts(line),
            "minutes": clock(1000 * int(line["seconds_played"])),
            "plusMinusPoints": float(line["plus_minus"]),
        },
    }


def _absent(line: Line, name: str) -> Node:
    reason, _, description = line["reason"].partition(" - ")
    return {
        "status": "INACTIVE",
        "personId": int(line["player_id"]),
        "name": name,
        "starter": "0",
        "played": "0",
        "notPlayingReason": reason,
        "notPlayingDescription": description,
        "statistics": {**counts(None), "minutes": "PT00M00.00S", "plusMinusPoints": 0.0},
    }


def _plays(played: Played) -> Node:
    shots = {line["action_number"]: line for line in played.rows["shots"]}
    events = played.rows["play_by_play"]
    begin, last = tip_off(played.game), events[-1]
    actions = [_action(line, shots.get(line["action_number"]), place) for place, line in enumerate(events, 1)]
    # The league's numbers are even, so the end of the game has one of its own.
    ended = {**last, "action_number": str(number(last["action_number"]) + 1), "clock_ms": "0"}
    actions.append({**_about(ended, len(events) + 1), "actionType": "game", "subType": "end"})
    for place, action in enumerate(actions):
        action["timeActual"] = f"{begin + timedelta(seconds=15 * place):%Y-%m-%dT%H:%M:%S}.0Z"
    return {"gameId": played.game_id, "actions": actions}


def _about(line: Line, place: int) -> dict[str, Any]:
    return {
        "actionNumber": number(line["action_number"]),
        "orderNumber": 10_000 * place,
        "clock": clock(number(line["clock_ms"])),
        "period": number(line["period"]),
        "qualifiers": [],
        "personId": 0,
        "isFieldGoal": 0,
        "scoreHome": line["score_home"],
        "scoreAway": line["score_away"],
    }


def _action(line: Line, shot: Line | None, place: int) -> dict[str, Any]:
    action = {
        **_about(line, place),
        "actionType": line["action_type"],
        "teamId": number(line["team_id"]),
        "personId": number(line["player_id"]),
        "qualifiers": [word for column, word in _FLAGS.items() if line[column] == "true"],
        **{name: number(line[column]) for name, column in _LINKS.items() if line[column]},
    }
    if line["made"]:
        action["shotResult"] = "Made" if line["made"] == "true" else "Missed"
    if line["free_throw_number"]:
        action["subType"] = f"{line['free_throw_number']} of {line['free_throw_total']}"
        action["descriptor"] = "" if line["free_throw_kind"] == "personal" else line["free_throw_kind"]
    return action if shot is None else {**action, **_place(shot)}


def _place(shot: Line) -> Node:
    side = shot["zone_area"].partition("(")[0].removesuffix(" Side")
    return {
        "isFieldGoal": 1,
        "area": shot["zone_basic"],
        "areaDetail": f"{shot['distance_ft']} {side}",
        "shotDistance": float(shot["distance_ft"]),
        "xLegacy": number(shot["court_x"]),
        "yLegacy": number(shot["court_y"]),
    }
