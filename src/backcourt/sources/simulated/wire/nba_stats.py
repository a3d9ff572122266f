"""A season as the NBA's statistics site would serve it: schedule, registry, box scores and plays, version 3."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from backcourt.names import name_key
from backcourt.sources.nba_stats import requests
from backcourt.sources.simulated.wire.nba import META, Node, clock, counts, number, schedule
from backcourt.sources.simulated.wire.season import Document, Line, Played, Season, as_json

_HEADERS = "PERSON_ID PLAYER_LAST_NAME PLAYER_FIRST_NAME POSITION HEIGHT WEIGHT".split()
_WORDS = {
    "rebound": "Rebound",
    "substitution": "Substitution",
    "foul": "Foul",
    "turnover": "Turnover",
    "timeout": "Timeout",
    "freethrow": "Free Throw",
}
_SECOND_ROWS = {"steal": "STEAL", "block": "BLOCK"}


def documents(season: Season) -> Iterator[Document]:
    """Everything that the site would have of a season that is over."""
    yield Document(requests.schedule(season.label), as_json(schedule(season)))
    yield Document(requests.registry(season.label), as_json(_registry(season)))
    for played in season.played():
        day = date.fromisoformat(played.game["game_date"])
        box = {"meta": META, "boxScoreTraditional": _box(season, played)}
        yield Document(requests.box(played.game_id, day), as_json(box))
        yield Document(requests.plays(played.game_id, day), as_json({"meta": META, "game": _plays(played)}))


def _registry(season: Season) -> Node:
    rows = [
        [
            int(line["player_id"]),
            *reversed(_names(line["full_name"])),
            line["position"],
            _height(line),
            line["weight_lb"],
        ]
        for line in season.players.values()
    ]
    table = {"name": "PlayerIndex", "headers": _HEADERS, "rowSet": rows}
    return {"resource": "playerindex", "parameters": {"Season": season.label}, "resultSets": [table]}


def _height(line: Line) -> str:
    feet, inches = divmod(int(line["height_in"]), 12)
    return f"{feet}-{inches}"


def _names(full_name: str) -> tuple[str, str]:
    first, _, family = full_name.partition(" ")
    return first, family


# --- the box score -----------------------------------------------------------------------------------------------------


def _box(season: Season, played: Played) -> Node:
    ids = {side: int(played.game[f"{side}_team_id"]) for side in ("home", "away")}
    return {
        "gameId": played.game_id,
        **{f"{side}TeamId": team_id for side, team_id in ids.items()},
        **{f"{side}Team": _team(season, played, str(team_id)) for side, team_id in ids.items()},
    }


def _team(season: Season, played: Played, team_id: str) -> Node:
    (total,) = (line for line in played.rows["team_box"] if line["team_id"] == team_id)
    players = [_player(season, line) for line in played.rows["player_box"] if line["team_id"] == team_id]
    players += [
        _absent(line, season.name_of(line["player_id"]))
        for line in played.rows["did_not_play"]
        if line["team_id"] == team_id
    ]
    statistics = {**counts(total), "minutes": f"{total['minutes']}:00"}
    return {"teamId": int(team_id), "players": players, "statistics": statistics}


def _player(season: Season, line: Line) -> Node:
    first, family = _names(line["player_name"])
    minutes, seconds = divmod(int(line["seconds_played"]), 60)
    position = season.players[line["player_id"]]["position"][:1] if line["starter"] == "true" else ""
    statistics = {**counts(line), "minutes": f"{minutes}:{seconds:02d}", "plusMinusPoints": float(line["plus_minus"])}
    about = {"personId": int(line["player_id"]), "firstName": first, "familyName": family}
    return {**about, "position": position, "comment": "", "statistics": statistics}


def _absent(line: Line, name: str) -> Node:
    first, family = _names(name)
    about = {"personId": int(line["player_id"]), "firstName": first, "familyName": family}
    statistics = {**counts(None), "minutes": "", "plusMinusPoints": 0.0}
    return {**about, "position": "", "comment": line["reason"], "statistics": statistics}


# --- the play-by-play --------------------------------------------------------------------------------------------------


def _plays(played: Played) -> Node:
    events = played.rows["play_by_play"]
    names = _spoken_names(played.rows["player_box"])
    shots = {line["action_number"]: line for line in played.rows["shots"]}
    actions: list[Node] = []
    for before, line in zip([None, *events], events, strict=False):
        if before is not None and before["period"] != line["period"]:
            actions.append(_period_end(before))
        actions.append(_action(line, before, shots.get(line["action_number"]), names))
    actions.append(_period_end(events[-1]))
    for place, action in enumerate(actions, 1):
        action["actionId"] = place
    return {"gameId": played.game_id, "actions": actions}


def _spoken_names(box: Sequence[Line]) -> dict[str, str]:
    """What the words call each player: the shortest of his names that no team-mate answers to."""
    spoken: dict[str, str] = {}
    for team_id in {line["team_id"] for line in box}:
        mates = {line["player_id"]: _spellings(line["player_name"]) for line in box if line["team_id"] == team_id}
        taken = Counter(name_key(each) for spellings in mates.values() for each in set(spellings))
        for player_id, spellings in mates.items():
            spoken[player_id] = next((each for each in spellings if taken[name_key(each)] == 1), spellings[-1])
    return spoken


def _spellings(full_name: str) -> tuple[str, str, str]:
    first, family = _names(full_name)
    return family, f"{first[0]}. {family}", full_name


def _period_end(last: Line) -> Node:
    ended = {**last, "action_number": str(number(last["action_number"]) + 1), "clock_ms": "0"}
    scores = {"scoreHome": last["score_home"], "scoreAway": last["score_away"]}
    return {**_about(ended), **scores, "actionType": "period", "subType": "end", "description": "End of Period"}


def _about(line: Line) -> dict[str, Any]:
    return {
        "actionNumber": number(line["action_number"]),
        "clock": clock(number(line["clock_ms"])),
        "period": number(line["period"]),
        "teamId": 0,
        "personId": 0,
        "playerName": "",
        "xLegacy": 0,
        "yLegacy": 0,
        "shotDistance": 0,
        "shotResult": "",
        "isFieldGoal": 0,
        "shotValue": 0,
        "scoreHome": "",
        "scoreAway": "",
        "description": "",
        "actionType": "",
        "subType": "",
    }


def _action(line: Line, before: Line | None, shot: Line | None, names: dict[str, str]) -> Node:
    """An event; one of a team has no team, and the team where the player would be."""
    kind, player = line["action_type"], line["player_id"]
    said = names.get(player, "TEAM")
    action = _about(line) | {"actionType": _WORDS.get(kind, ""), "description": f"{said} {kind}"}
    if player:
        action |= {"teamId": number(line["team_id"]), "personId": number(player), "playerName": said}
    else:
        action["personId"] = number(line["team_id"])
    if number(line["points"]):
        action |= {"scoreHome": line["score_home"], "scoreAway": line["score_away"]}
    if kind in _SECOND_ROWS and before is not None:
        # It stands under the number of the turnover or the shot that it is the other side of.
        action |= {
            "actionNumber": number(before["action_number"]),
            "description": f"{said} {_SECOND_ROWS[kind]} (1 {kind[:3].upper()})",
        }
    if kind == "freethrow":
        action |= _free_throw(line, said)
    return action if shot is None else action | _shot(shot, said, names)


def _free_throw(line: Line, said: str) -> Node:
    place = f"{line['free_throw_number']} of {line['free_throw_total']}"
    words = "Free Throw Technical" if line["free_throw_kind"] == "technical" else f"Free Throw {place}"
    missed = "" if line["made"] == "true" else "MISS "
    return {"subType": words, "description": f"{missed}{said} {words}"}


def _shot(shot: Line, said: str, names: dict[str, str]) -> Node:
    result = "Made" if shot["made"] == "true" else "Missed"
    helper = names.get(shot["assist_player_id"], "")
    assisted = f" ({helper} 1 AST)" if helper else ""
    return {
        "actionType": f"{result} Shot",
        "shotResult": result,
        "isFieldGoal": 1,
        "shotValue": int(shot["shot_value"]),
        "shotDistance": int(shot["distance_ft"]),
        "xLegacy": number(shot["court_x"]),
        "yLegacy": number(shot["court_y"]),
        "description": f"{'MISS ' if result == 'Missed' else ''}{said} {shot['distance_ft']}' Shot{assisted}",
    }
