"""A file of BigDataBall as records: the events of a game, and its shots."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from pydantic import ValidationError

from backcourt.errors import SourceError
from backcourt.seasons import season_label
from backcourt.sources.bigdataball.requests import whole_id
from backcourt.sources.bigdataball.shapes import LINEUP, Play
from backcourt.sources.payload import Batch, Payload, Record, ShapeError

MAX_BYTES = 8 * 1024**2
MAX_EVENTS = 3000
_PAINT_FT = 8
_REGULATION = 4
_ACTIONS = {
    "free throw": "freethrow",
    "rebound": "rebound",
    "turnover": "turnover",
    "foul": "foul",
    "substitution": "substitution",
    "timeout": "timeout",
    "jump ball": "jumpball",
    "violation": "violation",
    "ejection": "ejection",
    "start of period": "period",
    "end of period": "period",
    None: "unknown",
}
_SHOTS = ("shot", "miss")
_AT_THE_RIM = ("layup", "dunk", "tip")


def parse(payload: Payload) -> list[Batch]:
    """Events and shots of a game; raises ShapeError for a file that is torn, or is not the game that was asked for."""
    plays = _read(payload)
    _check(payload, plays)
    events = [_event(payload, place, play) for place, play in enumerate(plays, 1)]
    shots = [_shot(play) for play in plays if play.event_type in _SHOTS]
    game = payload.request.subject
    season = str(events[0]["season"])
    return [
        Batch("bigdataball_play_by_play", events, season=season, game_id=game),
        Batch("bigdataball_shots", shots, season=season, game_id=game),
    ]


def _read(payload: Payload) -> list[Play]:
    if len(payload.body) > MAX_BYTES:
        raise ShapeError.at(payload, "the file", f"it has {len(payload.body)} bytes, more than {MAX_BYTES}")
    try:
        lines = csv.DictReader(io.StringIO(payload.body.decode("utf-8-sig"), newline=""), strict=True)
        columns = list(lines.fieldnames or ())
        missing = [name for name in Play.model_fields if columns.count(name) != 1]
        if missing:
            raise ShapeError.at(payload, "the header", f"column {', '.join(missing)} is not there once")
        plays: list[Play] = []
        for number, line in enumerate(lines, 2):
            if len(plays) == MAX_EVENTS:
                raise ShapeError.at(payload, f"line {number}", f"more than {MAX_EVENTS} events")
            plays.append(Play.model_validate({name: line[name] for name in Play.model_fields}))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ShapeError.at(payload, f"line {number}, {first['loc'][0]}", str(first["msg"])[:200]) from error
    except (ValueError, csv.Error) as error:
        raise ShapeError.at(payload, "the file", f"it is no CSV: {' '.join(str(error).split())[:200]}") from error
    return plays


def _check(payload: Payload, plays: Sequence[Play]) -> None:
    if not plays:
        raise ShapeError.at(payload, "the file", "it has no event")
    for number, play in enumerate(plays, 2):
        try:
            game = whole_id(play.game_id)
        except SourceError as error:
            raise ShapeError.at(payload, f"line {number}, game_id", error.message) from error
        if game != payload.request.subject:
            raise ShapeError.at(
                payload, f"line {number}, game_id", f"it is {game}, asked was {payload.request.subject}"
            )
        if play.date != plays[0].date:
            raise ShapeError.at(payload, f"line {number}, date", f"{play.date} after {plays[0].date}")
        lineup = [name for name in _lineup(play) if name]
        if len(set(lineup)) != len(lineup):
            raise ShapeError.at(payload, f"line {number}, a1 to h5", "a player is on court twice")
        if number > 2 and play.play_id <= plays[number - 3].play_id:
            raise ShapeError.at(payload, f"line {number}, play_id", f"{play.play_id} does not follow")
        if number > 2 and play.period < plays[number - 3].period:
            raise ShapeError.at(payload, f"line {number}, period", f"{play.period} after {plays[number - 3].period}")
    last = plays[-1]
    if last.event_type != "end of period" or last.period < _REGULATION or last.home_score == last.away_score:
        said = f"{last.event_type} of period {last.period} at {last.away_score} to {last.home_score}"
        raise ShapeError.at(payload, "the last line", f"the game is not over there: {said}")
    _check_points(payload, plays)


def _check_points(payload: Payload, plays: Sequence[Play]) -> None:
    summed: dict[str, int] = {}
    for play in plays:
        if play.points and play.team:
            summed[play.team] = summed.get(play.team, 0) + play.points
    final = sorted((plays[-1].away_score, plays[-1].home_score))
    if sorted(summed.values()) != final:
        told = ", ".join(f"{team} {points}" for team, points in sorted(summed.items()))
        raise ShapeError.at(payload, "points", f"the events add up to {told}; the score is {final[0]} and {final[1]}")


def _event(payload: Payload, place: int, play: Play) -> Record:
    is_shot, is_free_throw = play.event_type in _SHOTS, play.event_type == "free throw"
    if not is_shot and play.event_type not in _ACTIONS:
        raise ShapeError.at(payload, f"line {place + 1}, event_type", f"{play.event_type!r} is not known")
    if (is_shot or is_free_throw) and (play.result is None or play.points is None or play.points > 3):
        raise ShapeError.at(payload, f"line {place + 1}", "an attempt without a result and its points")
    return {
        "game_id": payload.request.subject,
        "event_index": place,
        "game_date": play.date,
        "season": season_label(2000 + int(payload.request.subject[3:5])),
        "play_id": play.play_id,
        "period": play.period,
        "clock": _seconds(play.remaining_time),
        "action_type": f"{_value(play)}pt" if is_shot else _ACTIONS[play.event_type],
        "player": play.player,
        "team": play.team,
        "made": play.result == "made" if is_shot or is_free_throw else None,
        "points": (play.points or 0) if is_shot or is_free_throw else 0,
        "num": play.num if is_free_throw else None,
        "outof": play.outof if is_free_throw else None,
        "free_throw_kind": _free_throw_kind(play) if is_free_throw else None,
        "assist": play.assist,
        "block": play.block,
        "steal": play.steal,
        "opponent": play.opponent if play.event_type == "foul" else None,
        "away_score": play.away_score,
        "home_score": play.home_score,
        **dict(zip(LINEUP, _lineup(play), strict=True)),
    }


def _shot(play: Play) -> Record:
    value = _value(play)
    return {
        "game_id": whole_id(play.game_id),
        "play_id": play.play_id,
        "game_date": play.date,
        "season": season_label(2000 + int(whole_id(play.game_id)[3:5])),
        "period": play.period,
        "clock": _seconds(play.remaining_time),
        "player": play.player,
        "team": play.team,
        "shot_value": value,
        "made": play.result == "made",
        "zone": "three" if value == 3 else _zone(play),
        "shot_distance": play.shot_distance,
        "assist": play.assist,
        "block": play.block,
        "original_x": None if play.original_x is None else round(play.original_x),
        "original_y": None if play.original_y is None else round(play.original_y),
    }


def _value(play: Play) -> int:
    return 3 if play.points == 3 or (play.type or "").startswith("3pt") else 2


def _zone(play: Play) -> str | None:
    """The zone of a two-pointer, by its distance; without one only an attempt at the rim is told."""
    if play.shot_distance is None:
        return "paint" if any(word in (play.type or "") for word in _AT_THE_RIM) else None
    return "paint" if play.shot_distance <= _PAINT_FT else "mid_range"


def _free_throw_kind(play: Play) -> str:
    kind = play.type or ""
    if "technical" in kind or "flagrant" in kind:
        return "technical" if "technical" in kind else "flagrant"
    return "other" if "clear path" in kind else "personal"


def _seconds(clock: str) -> float:
    _, minutes, seconds = clock.split(":")
    return 60 * int(minutes) + float(seconds)


def _lineup(play: Play) -> tuple[str | None, ...]:
    return tuple(getattr(play, name) for name in LINEUP)
