"""What is asked of The Odds API and what it costs: a credit for each market and region, ten for a past moment.

The key is added by the client; every book beyond ten of a region would cost as another region, so regions are named.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from backcourt.errors import UsageError
from backcourt.seasons import EASTERN
from backcourt.sources.payload import Request

SOURCE = "odds_api"
EVENTS, GAME_LINES, PLAYER_POINTS = "events", "game_lines", "player_points"
GAME_MARKETS = ("h2h", "spreads", "totals")
POINTS_MARKET = "player_points"
FEATURED_SINCE = datetime(2020, 6, 6, tzinfo=UTC)
PROPS_SINCE = datetime(2023, 5, 3, 5, 30, tzinfo=UTC)

_API = "https://api.the-odds-api.com/v4"
_SPORT = "sports/basketball_nba"
_PAST_FACTOR = 10
_REGIONS = ("us",)
_DISCOVERY = time(6)  # Eastern; no game that counts begins before, and after its start an event is gone from the list


def discovery_moment(game_date: date) -> datetime:
    """When to ask for the events of a date so that none of them has begun."""
    return datetime.combine(game_date, _DISCOVERY, EASTERN).astimezone(UTC)


def events(game_date: date) -> Request:
    """The events of a date that are still to come; free."""
    return _request(EVENTS, game_date.isoformat(), f"{_SPORT}/events", _window(game_date), 0)


def events_at(game_date: date, at: datetime) -> Request:
    """The events of a date as they were listed at a moment."""
    _refuse_before(FEATURED_SINCE, at, "Events")
    params = {**_window(game_date), "date": _text(at)}
    return _request(EVENTS, game_date.isoformat(), f"historical/{_SPORT}/events", params, 1)


def game_lines(game_date: date, regions: tuple[str, ...] = _REGIONS) -> Request:
    """Moneylines, spreads and totals of a date's games as they stand."""
    params = {**_window(game_date), **_quotes(GAME_MARKETS, regions)}
    cost = len(GAME_MARKETS) * len(regions)
    return _request(GAME_LINES, game_date.isoformat(), f"{_SPORT}/odds", params, cost)


def game_lines_at(game_date: date, at: datetime, regions: tuple[str, ...] = _REGIONS) -> Request:
    """The same as they stood in the last snapshot before a moment."""
    _refuse_before(FEATURED_SINCE, at, "Game lines")
    params = {**_window(game_date), **_quotes(GAME_MARKETS, regions), "date": _text(at)}
    cost = _PAST_FACTOR * len(GAME_MARKETS) * len(regions)
    return _request(GAME_LINES, game_date.isoformat(), f"historical/{_SPORT}/odds", params, cost)


def player_points(event_id: str, regions: tuple[str, ...] = _REGIONS) -> Request:
    """Points lines of an event as they stand."""
    params = _quotes((POINTS_MARKET,), regions)
    return _request(PLAYER_POINTS, event_id, f"{_SPORT}/events/{event_id}/odds", params, len(regions))


def player_points_at(event_id: str, at: datetime, regions: tuple[str, ...] = _REGIONS) -> Request:
    """The same as they stood in the last snapshot before a moment; none is older than 2023-05-03T05:30Z."""
    _refuse_before(PROPS_SINCE, at, "Points lines")
    params = {**_quotes((POINTS_MARKET,), regions), "date": _text(at)}
    path = f"historical/{_SPORT}/events/{event_id}/odds"
    return _request(PLAYER_POINTS, event_id, path, params, _PAST_FACTOR * len(regions))


def is_past(request: Request) -> bool:
    """Whether a request asks for a past moment, and so is answered in a wrapper with the time of its snapshot."""
    return "date" in request.params


def none_at(request: Request) -> frozenset[int]:
    """The statuses that say there is nothing: an event is gone once it has begun, so 404 for its points lines."""
    return frozenset({404}) if request.need == PLAYER_POINTS else frozenset()


def _request(need: str, subject: str, path: str, params: dict[str, str], cost: int) -> Request:
    return Request(SOURCE, need, subject, f"{_API}/{path}", {"dateFormat": "iso", **params}, credits=cost)


def _quotes(markets: tuple[str, ...], regions: tuple[str, ...]) -> dict[str, str]:
    return {"markets": ",".join(markets), "regions": ",".join(regions), "oddsFormat": "american"}


def _window(game_date: date) -> dict[str, str]:
    """The Eastern day in UTC, its last second included."""
    start = datetime.combine(game_date, time(), EASTERN)
    end = datetime.combine(game_date + timedelta(days=1), time(), EASTERN)
    last = end.astimezone(UTC) - timedelta(seconds=1)
    return {"commenceTimeFrom": _text(start), "commenceTimeTo": _text(last)}


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _refuse_before(first: datetime, at: datetime, what: str) -> None:
    if at < first:
        raise UsageError(
            f"{what} of {_text(at)} were asked for; The Odds API has none before {_text(first)}.",
            "Ask for a later date, or take lines of that time from another source.",
        )
