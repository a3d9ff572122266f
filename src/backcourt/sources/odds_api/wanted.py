"""What is wanted of The Odds API: what stands now for games to come, and for past ones what stood before their cut-off.

A past moment is bought only where somebody named its date and the archive has nothing that stood before the cut-off, and
each only once. Events that the schedule does not have are not asked about.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from backcourt.errors import SourceError
from backcourt.names import team_tricode
from backcourt.sources.feed.age import FINAL
from backcourt.sources.feed.asked import Asked
from backcourt.sources.feed.games import Game
from backcourt.sources.http import Fetch, request_of
from backcourt.sources.odds_api import requests, shapes
from backcourt.sources.odds_api.records import KINDS, discover, parse
from backcourt.sources.payload import Payload, Request
from backcourt.sources.strict_json import moment_of

_BEFORE = timedelta(minutes=5)
_LISTED, _QUOTED = timedelta(hours=1), timedelta(hours=3)

Sides = frozenset[str]


def wanted(asked: Asked) -> Iterator[Request]:
    """The events of each date, its game lines, and the points lines of each event that the archive knows by now."""
    for day in asked.days:
        games = asked.on(day)
        coming = [game for game in games if not game.has_begun]
        begun = [game for game in games if game.has_begun]
        if coming:
            yield from _live(asked, day, coming)
        if begun and asked.is_named:
            yield from _past(asked, day, begun)


def _live(asked: Asked, day: date, games: list[Game]) -> Iterator[Request]:
    yield requests.events(day)
    yield requests.game_lines(day)
    listed = _listed(asked, day)
    for game in games:
        if game.sides in listed:
            yield requests.player_points(listed[game.sides].id)


def _past(asked: Asked, day: date, games: list[Game]) -> Iterator[Request]:
    first = min(game.cutoff_at for game in games)
    lines = requests.game_lines_at(day, first - _BEFORE)
    if not _has_other(asked, lines, first):
        yield lines
    listed = _listed(asked, day)
    with_points = [game for game in games if game.cutoff_at - _BEFORE >= requests.PROPS_SINCE]
    if with_points and not all(game.sides in listed for game in with_points):
        yield requests.events_at(day, requests.discovery_moment(day))
    for game in with_points:
        if game.sides in listed:
            points = requests.player_points_at(listed[game.sides].id, game.cutoff_at - _BEFORE)
            if not _has_other(asked, points, game.cutoff_at):
                yield points


def later(asked: Asked) -> int:
    """The credits of points lines whose events are still to be discovered: one of each game."""
    cost = 0
    for day in asked.days:
        listed = _listed(asked, day)
        for game in asked.on(day):
            at = game.cutoff_at - _BEFORE
            if game.sides in listed or (game.has_begun and not (asked.is_named and at >= requests.PROPS_SINCE)):
                continue
            example = requests.player_points_at("", at) if game.has_begun else requests.player_points("")
            cost += example.credits
    return cost


def archived(asked: Asked) -> list[Fetch]:
    """Every answer about a date of the scope, or about an event that was ever listed for one."""
    found = [fetch for day in asked.days for fetch in asked.answers(requests.SOURCE, requests.GAME_LINES, f"{day}")]
    for event_id in sorted({event.id for day in asked.days for event in _ever_listed(asked, day)}):
        found += asked.answers(requests.SOURCE, requests.PLAYER_POINTS, event_id)
    return found


def max_age(asked: Asked, request: Request, newest: Fetch) -> timedelta:
    """What was is final; a list costs nothing, and a price is not bought anew every few minutes."""
    if requests.is_past(request):
        return FINAL
    return _LISTED if request.need == requests.EVENTS else _QUOTED


def _has_other(asked: Asked, request: Request, cutoff_at: datetime) -> bool:
    """Whether another answer with offers that stood before the cut-off is here, so that this one need not be bought."""
    others = [
        fetch
        for fetch in asked.answers(request.source, request.need, request.subject)
        if str(request_of(fetch)) != str(request)
    ]
    return any(_stood_at(fetch) < cutoff_at and asked.newest_readable([fetch], _offers) for fetch in others)


def _offers(payload: Payload) -> bool:
    """Whether an answer holds any offer: asked for before the books post theirs, it holds none."""
    return any(batch.rows for batch in parse(payload) if batch.kind in KINDS.values())


def _stood_at(fetch: Fetch) -> datetime:
    asked_for = request_of(fetch).params.get("date")
    return moment_of(asked_for) if asked_for else fetch.fetched_at


def _listed(asked: Asked, day: date) -> dict[Sides, shapes.Event]:
    """The events of a date by their teams; an id may change, and then the one that was listed last holds."""
    found: dict[Sides, shapes.Event] = {}
    for event in _ever_listed(asked, day):
        try:
            found[frozenset((team_tricode(event.home_team), team_tricode(event.away_team)))] = event
        except SourceError:
            continue  # no game of two of the 30 teams, so none of the schedule
    return found


def _ever_listed(asked: Asked, day: date) -> list[shapes.Event]:
    """The events of every archived list of a date, in the order in which the lists came."""
    lists = asked.answers(requests.SOURCE, requests.EVENTS, f"{day}")
    return [event for fetch in lists for event in asked.newest_readable([fetch], discover) or ()]
