"""What is wanted of BettingPros: the games of each date, then every page of the offers on each that the schedule has.

What is asked after the start proves nothing of what stood before it, so games that have begun are asked about only where
somebody named their date.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from backcourt.errors import SourceError
from backcourt.names import team_tricode
from backcourt.seasons import eastern_date
from backcourt.sources.bettingpros import requests
from backcourt.sources.bettingpros.records import asked_event, discover, pages
from backcourt.sources.feed.age import FINAL
from backcourt.sources.feed.asked import Asked
from backcourt.sources.http import Fetch
from backcourt.sources.payload import Request

_FRESH = timedelta(hours=1)

Sides = frozenset[str]


def wanted(asked: Asked) -> Iterator[Request]:
    """The list of each date, and the pages of offers as far as the archive tells of them."""
    for day in asked.days:
        games = [game for game in asked.on(day) if asked.is_named or not game.has_begun]
        if not games:
            continue
        yield requests.events(day)
        listed = _newest_listed(asked, day)
        for game in games:
            if game.sides in listed:
                yield from _pages(asked, listed[game.sides])


def _pages(asked: Asked, event: requests.Event) -> Iterator[Request]:
    first = requests.offers(event)
    yield first
    answers = [fetch for fetch in asked.archive.history(first) if fetch.digest is not None]
    if not answers or asked.now - answers[-1].fetched_at >= max_age(asked, first, answers[-1]):
        return  # how many pages there are is only known when the first was had anew
    for page in range(2, 1 + (asked.newest_readable(answers, pages) or 1)):
        yield requests.offers(event, page)


def archived(asked: Asked) -> list[Fetch]:
    """Every page of offers on a game that was ever listed for a date of the scope."""
    events = {str(event) for day in asked.days for event in _ever_listed(asked, day)}
    return [fetch for event in sorted(events) for fetch in asked.answers(requests.SOURCE, requests.OFFERS, event)]


def max_age(asked: Asked, request: Request, newest: Fetch) -> timedelta:
    """What was is final: offers once the game has begun, a list on the day after."""
    if request.need == requests.OFFERS:
        return FINAL if asked.now >= asked_event(request).scheduled else _FRESH
    return FINAL if eastern_date(newest.fetched_at).isoformat() > request.subject else _FRESH


def _newest_listed(asked: Asked, day: date) -> dict[Sides, requests.Event]:
    """The games of a date by their teams, each as it was listed last."""
    found: dict[Sides, requests.Event] = {}
    for event in _ever_listed(asked, day):
        try:
            found[frozenset((team_tricode(event.home), team_tricode(event.visitor)))] = event
        except SourceError:
            continue  # no game of two of the 30 teams, so none of the schedule
    return found


def _ever_listed(asked: Asked, day: date) -> list[requests.Event]:
    """The games of every archived list of a date, in the order in which the lists came."""
    lists = asked.answers(requests.SOURCE, requests.EVENTS, f"{day}")
    return [event for fetch in lists for event in asked.newest_readable([fetch], discover) or ()]
