"""What is asked of The Odds API: addresses, days, costs, and no key anywhere."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest

from backcourt.errors import UsageError
from backcourt.sources.odds_api import requests
from backcourt.sources.payload import Request

DAY = date(2024, 1, 24)
AT = datetime(2024, 1, 24, 22, 30, tzinfo=UTC)
HOST = "https://api.the-odds-api.com/v4"
MADE: list[tuple[Request, str, int]] = [
    (requests.events(DAY), "/sports/basketball_nba/events", 0),
    (requests.events_at(DAY, AT), "/historical/sports/basketball_nba/events", 1),
    (requests.game_lines(DAY), "/sports/basketball_nba/odds", 3),
    (requests.game_lines_at(DAY, AT), "/historical/sports/basketball_nba/odds", 30),
    (requests.game_lines_at(DAY, AT, ("us", "us2")), "/historical/sports/basketball_nba/odds", 60),
    (requests.player_points("abc"), "/sports/basketball_nba/events/abc/odds", 1),
    (requests.player_points_at("abc", AT), "/historical/sports/basketball_nba/events/abc/odds", 10),
]


@pytest.mark.parametrize(("request_", "path", "cost"), MADE)
def test_address_and_cost(request_: Request, path: str, cost: int) -> None:
    """As the table of costs has them; the key is the client's."""
    assert (request_.url, request_.credits) == (HOST + path, cost)
    assert "key" not in str(asdict(request_)).lower().replace("sport_key", "")
    assert request_.params.get("date") == ("2024-01-24T22:30:00Z" if "historical" in path else None)
    if path.endswith("odds"):
        assert request_.params["oddsFormat"] == "american"


def test_a_day_is_eastern() -> None:
    """In winter it begins at 05:00 UTC, and on the day that the clocks go forward it has 23 hours."""
    params = requests.events(DAY).params
    assert (params["commenceTimeFrom"], params["commenceTimeTo"]) == ("2024-01-24T05:00:00Z", "2024-01-25T04:59:59Z")
    params = requests.events(date(2024, 3, 10)).params
    assert (params["commenceTimeFrom"], params["commenceTimeTo"]) == ("2024-03-10T05:00:00Z", "2024-03-11T03:59:59Z")


def test_events_are_discovered_before_the_first_tip() -> None:
    """Six in the morning, Eastern."""
    assert requests.discovery_moment(DAY) == datetime(2024, 1, 24, 11, tzinfo=UTC)


def test_what_was_never_recorded_is_not_asked_for() -> None:
    """Points lines begin in May 2023; asking for older ones would cost and bring nothing."""
    with pytest.raises(UsageError, match="2023-05-03T05:30:00Z") as caught:
        requests.player_points_at("abc", datetime(2023, 5, 3, 5, 29, tzinfo=UTC))
    assert caught.value.hint
    with pytest.raises(UsageError, match="2020-06-06"):
        requests.game_lines_at(DAY, datetime(2020, 6, 5, tzinfo=UTC))
