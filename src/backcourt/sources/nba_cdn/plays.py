"""A play-by-play in records: the events that count, in the order of `orderNumber`, and the shots among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from backcourt.seasons import eastern_date
from backcourt.sources.nba.court import side_of_detail, zone_of_area, zone_of_place
from backcourt.sources.nba.ids import TEAMS, season
from backcourt.sources.nba.status import told_of_game
from backcourt.sources.nba_cdn.shapes import Action, PlayByPlay
from backcourt.sources.payload import Batch, Payload, Record, ShapeError

_SHOTS = {"2pt": 2, "3pt": 3}
_KINDS = frozenset({*_SHOTS, "freethrow", "rebound", "substitution", "foul", "turnover", "steal", "block", "timeout"})
_TRIP = re.compile("([1-3]) of ([1-3])")
_OTHER_TRIPS = ("clear-path", "take")
_FLAGS = {"isFastBreak": "fastbreak", "isSecondChance": "2ndchance", "isFromTurnover": "fromturnover"}


def play_batches(payload: Payload, game: PlayByPlay) -> list[Batch]:
    """The events of a final game; raises ShapeError where they do not add up to its score."""
    if not game.actions:
        return [told_of_game(game.gameId, "empty", "it has no events", payload.request.game_date)]
    actions = sorted(game.actions, key=lambda action: action.orderNumber)
    day = payload.request.game_date or eastern_date(actions[0].timeActual)
    if not any(action.actionType == "game" and action.subType == "end" for action in actions):
        last = actions[-1]
        said = f"period {last.period}, {last.clock // 1000} seconds left, {last.scoreHome}:{last.scoreAway}"
        return [told_of_game(game.gameId, "live", said, day)]
    teams = {action.teamId for action in actions if action.teamId}
    if not teams <= TEAMS:
        return [told_of_game(game.gameId, "exhibition", f"teams {sorted(teams)}", day)]
    _require_sense(payload, actions, teams)
    told = [action for action in actions if _is_told(payload, action)]
    common: Record = {"gameId": game.gameId, "gameDate": day.isoformat(), "season": season(game.gameId)}
    events = [{**common, **_event(payload, action), "eventIndex": place} for place, action in enumerate(told, 1)]
    shots = [{**common, **_shot(payload, action)} for action in told if action.actionType in _SHOTS]
    return [_batch("play_by_play", events, game, day), _batch("shots", shots, game, day)]


def _batch(kind: str, rows: Sequence[Record], game: PlayByPlay, day: date) -> Batch:
    return Batch(kind, rows, season=season(game.gameId), game_date=day, game_id=game.gameId)


def _require_sense(payload: Payload, actions: list[Action], teams: set[int]) -> None:
    for name in ("actionNumber", "orderNumber"):
        numbers = [getattr(action, name) for action in actions]
        if len(set(numbers)) != len(numbers):
            raise ShapeError.at(payload, "game.actions", f"an {name} stands twice")
    if len(teams) != 2:
        raise ShapeError.at(payload, "game.actions", f"events of {len(teams)} teams, where two play")
    last = actions[-1]
    score, points = int(last.scoreHome) + int(last.scoreAway), sum(_points(action) for action in actions)
    if points != score:
        raise ShapeError.at(payload, "game.actions", f"they give {points} points, the score at the end is {score}")


def _is_told(payload: Payload, action: Action) -> bool:
    """Whether an event is of a kind that the tables have; periods, jump balls, replays and the like are not."""
    if action.actionType in _KINDS:
        return True
    # A heave counts for the team alone. Whatever else is shot would be missing from someone's line.
    if (action.isFieldGoal or action.shotResult) and action.actionType != "heave":
        where = f"game.actions, actionNumber {action.actionNumber}, actionType"
        raise ShapeError.at(payload, where, f"{action.actionType!r} is a shot of no known kind")
    return False


def _points(action: Action) -> int:
    if action.shotResult != "Made":
        return 0
    worth = {**_SHOTS, "freethrow": 1, "heave": 3}
    return worth.get(action.actionType, 0)


def _event(payload: Payload, action: Action) -> Record:
    is_attempt = action.actionType in _SHOTS or action.actionType == "freethrow"
    if is_attempt and (action.shotResult is None or not action.personId or not action.teamId):
        where = f"game.actions, actionNumber {action.actionNumber}"
        raise ShapeError.at(payload, where, "a shot without its result, player or team")
    return {
        "actionNumber": action.actionNumber,
        "period": action.period,
        "clockMs": action.clock,
        "actionType": action.actionType,
        "personId": action.personId or None,
        "teamId": action.teamId or None,
        "made": action.shotResult == "Made" if is_attempt else None,
        "points": _points(action),
        **_free_throw(action),
        **_links(action),
        **{name: word in action.qualifiers for name, word in _FLAGS.items()},
        "scoreHome": int(action.scoreHome),
        "scoreAway": int(action.scoreAway),
    }


def _free_throw(action: Action) -> Record:
    if action.actionType != "freethrow":
        return {"freeThrowNumber": None, "freeThrowTotal": None, "freeThrowKind": None}
    trip = _TRIP.fullmatch(action.subType or "")
    said = action.descriptor or ""
    kind = "other" if said in _OTHER_TRIPS else said if said in ("technical", "flagrant") else "personal"
    return {
        "freeThrowNumber": int(trip[1]) if trip else None,
        "freeThrowTotal": int(trip[2]) if trip else None,
        "freeThrowKind": kind,
    }


def _links(action: Action) -> Record:
    return {
        "assistPersonId": action.assistPersonId or None,
        "blockPersonId": action.blockPersonId or None,
        "stealPersonId": action.stealPersonId or None,
        "foulDrawnPersonId": action.foulDrawnPersonId or None,
    }


def _shot(payload: Payload, action: Action) -> Record:
    value = _SHOTS[action.actionType]
    return {
        "actionNumber": action.actionNumber,
        "period": action.period,
        "clockMs": action.clock,
        "personId": action.personId,
        "teamId": action.teamId,
        "shotValue": value,
        "made": action.shotResult == "Made",
        **_zone(payload, action, value),
        "shotDistance": None if action.shotDistance is None else int(action.shotDistance),
        "assistPersonId": action.assistPersonId or None,
        "blockPersonId": action.blockPersonId or None,
        **{name: word in action.qualifiers for name, word in _FLAGS.items()},
        "xLegacy": action.xLegacy,
        "yLegacy": action.yLegacy,
    }


def _zone(payload: Payload, action: Action, value: int) -> Record:
    if action.area:
        side = side_of_detail(action.area, action.areaDetail)
        zone = zone_of_area(action.area, value)
        return {"zone": zone, "zoneQuality": "source", "area": action.area, "areaSide": side}
    if action.xLegacy is None or action.yLegacy is None:
        where = f"game.actions, actionNumber {action.actionNumber}"
        raise ShapeError.at(payload, where, "a shot with neither an area nor a place")
    zone = zone_of_place(action.xLegacy, action.yLegacy, value)
    return {"zone": zone, "zoneQuality": "distance", "area": None, "areaSide": None}
