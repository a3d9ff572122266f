"""A play-by-play of the statistics site in records, in the order of `actionId`.

A steal or a block is a row of its own under the number of the turnover or the shot. An assist is only in the words
`(Love 1 AST)`: it is given where one player of the team goes by that name, and told of where that is not so. There are
no zones, so the zone of a shot follows from its place. Nothing says what was a fast break.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backcourt.names import name_key
from backcourt.sources.nba.court import zone_of_place
from backcourt.sources.nba.document import read
from backcourt.sources.nba.ids import TEAMS, require_date, require_game, season
from backcourt.sources.nba.status import told, told_of_game
from backcourt.sources.nba_stats.shapes import Action, PlayByPlay, PlayByPlayDocument
from backcourt.sources.payload import Batch, Payload, Record, ShapeError

_KINDS = {
    "Rebound": "rebound",
    "Substitution": "substitution",
    "Foul": "foul",
    "Turnover": "turnover",
    "Timeout": "timeout",
    "Free Throw": "freethrow",
}
_SECOND_ROW = re.compile(r" (STEAL|BLOCK) \(")
_ASSIST = re.compile(r"\(([^()]{1,60}) [0-9]{1,2} AST\)")
_TRIP = re.compile("([1-3]) of ([1-3])")
_TRIP_KINDS = {"Technical": "technical", "Flagrant": "flagrant", "Clear Path": "other", "Take": "other"}


@dataclass(frozen=True)
class _Links:
    """Who helped: by number of the action who stole and who blocked, and by team and name who may have assisted."""

    steals: dict[int, int]
    blocks: dict[int, int]
    names: dict[tuple[int, str], set[int]]

    def assist(self, action: Action) -> tuple[str | None, int | None]:
        """The name of who assisted, and the one player of the team who goes by it."""
        match = _ASSIST.search(action.description) if action.shotResult == "Made" else None
        if not match:
            return None, None
        found = self.names.get((action.teamId, name_key(match[1])), set())
        return match[1], next(iter(found)) if len(found) == 1 else None


def plays(payload: Payload) -> list[Batch]:
    """The events of a game that is over; raises ShapeError where they do not add up to its score."""
    game = read(payload, PlayByPlayDocument).game
    require_game(payload, "game.gameId", game.gameId)
    day = require_date(payload)
    if not game.actions:
        return [told_of_game(game.gameId, "empty", "it has no events", day)]
    actions = sorted(game.actions, key=lambda action: action.actionId)
    teams = {action.teamId for action in actions if action.teamId}
    if not teams <= TEAMS:
        return [told_of_game(game.gameId, "exhibition", f"teams {sorted(teams)}", day)]
    score = _final_score(actions)
    if score is None:
        last = actions[-1]
        said = f"period {last.period}, {last.clock // 1000} seconds left"
        return [told_of_game(game.gameId, "live", said, day)]
    _require_sense(payload, actions, teams, score)
    return _batches(game, day, actions)


def _final_score(actions: Sequence[Action]) -> tuple[int, int] | None:
    """The score at the end of the last period, unless the game goes on."""
    ends = [action for action in actions if (action.actionType, action.subType) == ("period", "end")]
    last = max(ends, key=lambda action: action.period, default=None)
    if last is None or last.period < 4 or last.period < max(action.period for action in actions):
        return None
    home, away = int(last.scoreHome or 0), int(last.scoreAway or 0)
    return (home, away) if home != away else None


def _require_sense(payload: Payload, actions: Sequence[Action], teams: set[int], score: tuple[int, int]) -> None:
    if len({action.actionId for action in actions}) != len(actions):
        raise ShapeError.at(payload, "game.actions", "an actionId stands twice")
    if len(teams) != 2:
        raise ShapeError.at(payload, "game.actions", f"events of {len(teams)} teams, where two play")
    shots = [action.actionNumber for action in actions if action.isFieldGoal]
    if len(set(shots)) != len(shots):
        raise ShapeError.at(payload, "game.actions", "two shots have one actionNumber")
    for action in actions:
        if said := _nonsense(action):
            raise ShapeError.at(payload, f"game.actions, actionId {action.actionId}", said)
    points = sum(_points(action) for action in actions)
    if points != sum(score):
        raise ShapeError.at(payload, "game.actions", f"they give {points} points, the score at the end is {sum(score)}")


def _nonsense(action: Action) -> str | None:
    is_shot = action.actionType in ("Made Shot", "Missed Shot")
    if is_shot != bool(action.isFieldGoal) or is_shot != bool(action.shotResult):
        return f"{action.actionType!r} with isFieldGoal {action.isFieldGoal} and shotResult {action.shotResult!r}"
    if is_shot and (action.shotValue not in (2, 3) or f"{action.shotResult} Shot" != action.actionType):
        return f"{action.actionType!r} of {action.shotValue} points, {action.shotResult!r}"
    if (is_shot or action.actionType == "Free Throw") and not (action.personId and action.teamId):
        return "a shot without its player or team"
    return None


def _batches(game: PlayByPlay, day: date, actions: Sequence[Action]) -> list[Batch]:
    common: Record = {"gameId": game.gameId, "gameDate": day.isoformat(), "season": season(game.gameId)}
    links = _links(actions)
    kinds = [(action, kind) for action in actions if (kind := _kind(action))]
    rows: dict[str, Sequence[Record]] = {
        "play_by_play": [
            {**common, **_event(action, kind, links), "eventIndex": place}
            for place, (action, kind) in enumerate(kinds, 1)
        ],
        "shots": [{**common, **_shot(action, links)} for action, _ in kinds if action.isFieldGoal],
        "status": [told(game.gameId, "unlinked", said) for said in _unlinked(actions, links)],
    }
    label = season(game.gameId)
    return [
        Batch(kind, found, season=label, game_date=day, game_id=game.gameId) for kind, found in rows.items() if found
    ]


def _links(actions: Sequence[Action]) -> _Links:
    links = _Links({}, {}, {})
    for action in actions:
        if action.teamId and action.personId and action.playerName:
            links.names.setdefault((action.teamId, name_key(action.playerName)), set()).add(action.personId)
        if (kind := _kind(action)) in ("steal", "block"):
            (links.steals if kind == "steal" else links.blocks)[action.actionNumber] = action.personId
    return links


def _unlinked(actions: Sequence[Action], links: _Links) -> list[str]:
    found = [(action, *links.assist(action)) for action in actions]
    return [
        f"action {action.actionNumber}: which {name} of team {action.teamId} assisted is not told"
        for action, name, player in found
        if name and player is None
    ]


def _kind(action: Action) -> str | None:
    """The kind of an event as the tables call it; None for periods, jump balls, replays and the like."""
    if action.isFieldGoal:
        return f"{action.shotValue}pt"
    if action.actionType:
        return _KINDS.get(action.actionType)
    match = _SECOND_ROW.search(action.description)
    return match[1].lower() if match else None


def _is_made(action: Action) -> bool:
    if action.actionType == "Free Throw":
        return not action.description.startswith("MISS ")
    return action.shotResult == "Made"


def _points(action: Action) -> int:
    if not _is_made(action):
        return 0
    return 1 if action.actionType == "Free Throw" else action.shotValue


def _event(action: Action, kind: str, links: _Links) -> Record:
    is_attempt = bool(action.isFieldGoal) or kind == "freethrow"
    # An event of a team has team 0, and the team where the player would be.
    is_of_team = action.personId in TEAMS
    return {
        "actionNumber": action.actionNumber,
        "period": action.period,
        "clockMs": action.clock,
        "actionType": kind,
        "personId": None if is_of_team else action.personId or None,
        "teamId": action.personId if is_of_team else action.teamId or None,
        "made": _is_made(action) if is_attempt else None,
        "points": _points(action),
        **_free_throw(action),
        "assistPersonId": links.assist(action)[1],
        "blockPersonId": links.blocks.get(action.actionNumber) if action.isFieldGoal else None,
        "stealPersonId": links.steals.get(action.actionNumber) if kind == "turnover" else None,
        "foulDrawnPersonId": None,
        "isFastBreak": None,
        "isSecondChance": None,
        "isFromTurnover": None,
        "scoreHome": int(action.scoreHome) if action.scoreHome else None,
        "scoreAway": int(action.scoreAway) if action.scoreAway else None,
    }


def _free_throw(action: Action) -> Record:
    if action.actionType != "Free Throw":
        return {"freeThrowNumber": None, "freeThrowTotal": None, "freeThrowKind": None}
    trip = _TRIP.search(action.subType)
    kinds = [kind for word, kind in _TRIP_KINDS.items() if word in action.subType]
    return {
        "freeThrowNumber": int(trip[1]) if trip else None,
        "freeThrowTotal": int(trip[2]) if trip else None,
        "freeThrowKind": kinds[0] if kinds else "personal",
    }


def _shot(action: Action, links: _Links) -> Record:
    return {
        "actionNumber": action.actionNumber,
        "period": action.period,
        "clockMs": action.clock,
        "personId": action.personId,
        "teamId": action.teamId,
        "shotValue": action.shotValue,
        "made": action.shotResult == "Made",
        "zone": zone_of_place(action.xLegacy, action.yLegacy, action.shotValue),
        "zoneQuality": "distance",
        "shotDistance": action.shotDistance,
        "assistPersonId": links.assist(action)[1],
        "blockPersonId": links.blocks.get(action.actionNumber),
        "isFastBreak": None,
        "isSecondChance": None,
        "isFromTurnover": None,
        "area": None,
        "areaSide": None,
        "xLegacy": action.xLegacy,
        "yLegacy": action.yLegacy,
    }
