"""ESPN's documents as records: games of a date, players of a roster and their injuries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from backcourt.seasons import eastern_date, season_label
from backcourt.sources.espn.document import read
from backcourt.sources.espn.shapes import Athlete, Competition, Competitor, Event, Roster, Scoreboard
from backcourt.sources.espn.teams import IDS, disagreement
from backcourt.sources.payload import Batch, Payload, Record, ShapeError

_ON_COURT = 5
_STATUSES = {
    "STATUS_SCHEDULED": "scheduled",
    "STATUS_IN_PROGRESS": "live",
    "STATUS_HALFTIME": "live",
    "STATUS_END_PERIOD": "live",
    "STATUS_FINAL": "final",
    "STATUS_POSTPONED": "postponed",
    "STATUS_CANCELED": "cancelled",
}
_DELAYED = {"pre": "scheduled", "in": "live"}
_SEASON_TYPES = {1: "preseason", 2: "regular", 3: "playoffs", 5: "play_in"}
_CUPS = ("NBA Cup", "In-Season Tournament")
_INJURIES = ("Out", "Doubtful", "Questionable", "Probable", "Day-To-Day", "Suspension")


def parse(payload: Payload) -> list[Batch]:
    """The batches of a payload; raises ShapeError for one that is not what was asked for."""
    parsers = {"games": _scoreboard, "rosters": _roster}
    return parsers[payload.request.need](payload)


def _scoreboard(payload: Payload) -> list[Batch]:
    day = date.fromisoformat(payload.request.subject)
    document = read(payload, Scoreboard)
    rows = [_game(payload, f"events.{place}", event, day) for place, event in enumerate(document.events)]
    _refuse_repeated(payload, "events", [event.id for event in document.events])
    return [Batch("espn_scoreboard", rows, season=str(rows[0]["season"]) if rows else None, game_date=day)]


def _game(payload: Payload, where: str, event: Event, day: date) -> Record:
    tip = _moment(payload, f"{where}.date", event.date)
    if eastern_date(tip) != day:
        raise ShapeError.at(payload, f"{where}.date", f"{event.date} is on {eastern_date(tip)}, asked was {day}")
    competition = event.competitions[0]
    sides = {side.homeAway: side for side in competition.competitors}
    if len(sides) != len(competition.competitors):
        raise ShapeError.at(payload, f"{where}.competitors", "both sides are at home, or both away")
    home, away = sides["home"], sides["away"]
    for side in (home, away):
        if said := disagreement(side.team.id, side.team.abbreviation):
            raise ShapeError.at(payload, f"{where}.competitors", said)
    status = _status(payload, f"{where}.status", competition)
    if status == "final":
        _check_result(payload, f"{where}.competitors", home, away)
    networks = [name for each in competition.broadcasts if each.market == "national" for name in each.names]
    city = competition.venue.address.city if competition.venue and competition.venue.address else None
    return {
        "event_id": event.id,
        "game_date": day.isoformat(),
        "season": season_label(event.season.year - 1),
        "season_type": _season_type(event, competition),
        "home": home.team.abbreviation,
        "away": away.team.abbreviation,
        "tip_at": f"{tip:%Y-%m-%d %H:%M:%S}" if competition.timeValid else None,
        "home_score": int(home.score) if status == "final" else None,
        "away_score": int(away.score) if status == "final" else None,
        "status": status,
        "neutral_site": competition.neutralSite,
        "arena": competition.venue.fullName if competition.venue else None,
        "arena_city": city,
        "national_tv": ", ".join(networks) or None,
    }


def _status(payload: Payload, where: str, competition: Competition) -> str:
    kind = competition.status.type
    status = _DELAYED.get(kind.state) if kind.name == "STATUS_DELAYED" else _STATUSES.get(kind.name)
    if status is None:
        raise ShapeError.at(payload, where, f"{kind.name} in state {kind.state} is not known")
    is_odd = {"final": not kind.completed or kind.state != "post", "scheduled": kind.state != "pre"}
    if is_odd.get(status, kind.state == "pre" and status == "live"):
        raise ShapeError.at(payload, where, f"{kind.name} is in state {kind.state}, completed {kind.completed}")
    return status


def _check_result(payload: Payload, where: str, home: Competitor, away: Competitor) -> None:
    if int(home.score) == int(away.score) or "0" in (home.score, away.score):
        raise ShapeError.at(payload, where, f"a final game with the score {home.score} to {away.score}")
    if len(home.linescores) != len(away.linescores):
        raise ShapeError.at(payload, where, "the sides have scores of different periods")
    for side in (home, away):
        summed = sum(period.value for period in side.linescores)
        if side.linescores and summed != int(side.score):
            raise ShapeError.at(
                payload,
                where,
                f"the periods of {side.team.abbreviation} add up to {summed:g}, its score is {side.score}",
            )


def _season_type(event: Event, competition: Competition) -> str:
    headlines = " ".join(note.headline for note in competition.notes)
    if competition.type.abbreviation == "ALLSTAR":
        return "all_star"
    if "Play-In" in headlines:
        return "play_in"
    if any(cup in headlines for cup in _CUPS) and headlines.endswith("Championship"):
        return "cup_final"
    return _SEASON_TYPES[event.season.type]


def _roster(payload: Payload) -> list[Batch]:
    team = read(payload, Roster).team
    asked = payload.request.subject
    if team.id != IDS[asked] or disagreement(team.id, team.abbreviation):
        said = f"it is the roster of {team.abbreviation} ({team.id}), asked was {asked} ({IDS[asked]})"
        raise ShapeError.at(payload, "team", said)
    if len(team.athletes) < _ON_COURT:
        raise ShapeError.at(payload, "team.athletes", f"{len(team.athletes)} players are no team")
    _refuse_repeated(payload, "team.athletes", [athlete.id for athlete in team.athletes])
    day = eastern_date(payload.fetched_at)
    common: Record = {
        "game_date": day.isoformat(),
        "snapshot_at": f"{payload.fetched_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        "team": team.abbreviation,
    }
    players = [
        {**common, "athlete_id": each.id, "player": each.fullName, "status": each.status.type} for each in team.athletes
    ]
    hurt = [
        _injury(payload, f"team.athletes.{place}.injuries", common, each)
        for place, each in enumerate(team.athletes)
        if each.injuries
    ]
    return [Batch("espn_roster", players, game_date=day), Batch("espn_injuries", hurt, game_date=day)]


def _injury(payload: Payload, where: str, common: Record, athlete: Athlete) -> Record:
    # Several entries are one health told several times; the newest stands.
    newest = max(athlete.injuries, key=lambda one: one.date)
    if newest.status not in _INJURIES:
        raise ShapeError.at(payload, where, f"the status {newest.status!r} is not known")
    details = [newest.details.side, newest.details.type] if newest.details else []
    said = [part for part in details if part and part != "Not Specified"]
    return {
        **common,
        "athlete_id": athlete.id,
        "player": athlete.fullName,
        "status": newest.status,
        "reason": " ".join(said) or None,
    }


def _refuse_repeated(payload: Payload, where: str, ids: Sequence[str]) -> None:
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise ShapeError.at(payload, where, f"{', '.join(twice[:5])} stands more than once")


def _moment(payload: Payload, where: str, text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise ShapeError.at(payload, where, f"{text} is no date") from error
