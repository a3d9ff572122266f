"""How often a host is asked, and what it is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from answering import NOON, MakeFetcher, Passing, Server, asked, document, serving

from backcourt.clock import FixedClock
from backcourt.settings import load_settings
from backcourt.sources.http.client import Fetcher, limits_of
from backcourt.sources.http.credentials import CREDENTIALS
from backcourt.sources.http.errors import UnreachableError
from backcourt.sources.http.hosts import HOSTS, Host, host_named
from backcourt.sources.http.limits import DEFAULT
from backcourt.sources.http.opening import open_fetcher
from backcourt.sources.http.pace import Pace
from backcourt.sources.http.retry import Patience, asked_wait, persist
from backcourt.sources.payload import Request


class Still(Passing):
    """Time that passes only when somebody waits."""

    def elapsed(self) -> float:
        return 100 + self.slept


def test_requests_to_a_host_are_kept_apart() -> None:
    """The first at once; other hosts are not affected; a pace of 3 takes three times as long."""
    for factor in (1.0, 3.0):
        still = Still()
        pace = Pace({"a": 2.0, "b": 0.5}.__getitem__, still.waiting(), factor)
        pace.wait("a")
        assert (still.slept, pace.due_in("a"), pace.due_in("b")) == (0, 2 * factor, 0)
        pace.wait("b")
        pace.wait("a")
        assert still.slept == 2 * factor
        assert pace.due_in("b") == 0


def test_a_hold_is_kept_and_a_shorter_one_changes_nothing() -> None:
    still = Still()
    pace = Pace(lambda _: 1.0, still.waiting())
    pace.hold("a", 30)
    pace.hold("a", 5)
    assert pace.due_in("a") == 30
    pace.wait("a")
    assert still.slept == 30


def test_the_fetcher_keeps_the_pace(server: Server, fetcher_with: MakeFetcher, passing: Passing) -> None:
    """Of each host; what comes from the archive is not paced."""
    server.on("/game", document())
    with serving() as other:
        other.on("/game", document())
        fetcher = fetcher_with(hosts=(Host(server.host, 5), Host(other.host, 7)), pace=2)
        for each in (server, other, server, other):
            fetcher.fetch(asked(each))
        assert 12 < passing.slept <= 14


def test_the_table_of_hosts() -> None:
    """Polite by default; the NBA's hosts are told what they want, and nobody else is told lies."""
    assert all(host.interval > 0 for host in HOSTS)
    assert len({host.name for host in HOSTS}) == len(HOSTS)
    for host in HOSTS:
        is_nba = host.name.endswith("nba.com")
        assert (host.headers.get("Referer") == "https://www.nba.com/") == is_nba, host.name
        assert host.headers["User-Agent"].startswith("Mozilla/5.0" if is_nba else "backcourt")
    assert host_named("stats.nba.com").interval >= 0.6
    assert host_named("example.org") == Host("example.org", 1.0)
    assert {name for credential in CREDENTIALS for name in credential.hosts} <= {host.name for host in HOSTS}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        (" 7 ", 7),
        ("Mon, 15 Jan 2024 12:01:30 GMT", 90),
        ("Mon, 15 Jan 2024 12:01:30 -0000", 90),
        ("Mon, 15 Jan 2024 13:01:30 +0100", 90),
        ("Mon, 15 Jan 2024 11:00:00 GMT", 0),
        ("9" * 5000, 1e9),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("Mon, 15 Jan 99999 12:01:30 GMT", None),
    ],
)
def test_what_a_host_asks_for(text: str, seconds: float | None) -> None:
    assert asked_wait({"retry-after": text}, NOON) == seconds


def test_backoff_doubles_up_to_its_longest() -> None:
    assert [Patience().backoff(failures) for failures in (1, 2, 3, 4, 5, 6, 50)] == [1, 2, 4, 8, 16, 30, 30]


def test_waits_are_jittered() -> None:
    """By up to a second more, and not the same each time; a host that asks for more gets more."""
    request = Request("nba_cdn", "boxscore", "1", "https://cdn.nba.com/x")

    def waits(asked_for: float | None) -> list[float]:
        found: list[float] = []

        def fail() -> None:
            raise UnreachableError.in_trouble(request, "cdn.nba.com", 500, asked_for)

        with pytest.raises(UnreachableError, match="after 4 attempts"):
            persist(fail, Patience(), found.append)
        return found

    many = [waits(None) for _ in range(5)]
    assert all(base <= wait <= base + 1 for each in many for base, wait in zip((1, 2, 4), each, strict=True))
    assert len({wait for each in many for wait in each}) == 15
    assert waits(3)[:2] == [3, 3]


def test_limits_by_what_it_is() -> None:
    """A season in one file may take more room and time than a box score."""
    request = Request("hoopr", "play_by_play", "2024", "https://github.com/x")
    assert limits_of(request) == DEFAULT
    file = Request("hoopr", "play_by_play", "2024", "https://github.com/x", media="application/vnd.apache.parquet")
    assert limits_of(file).largest > DEFAULT.largest
    assert limits_of(file).total > DEFAULT.total


def test_a_fetcher_as_the_settings_want_it(server: Server, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Archive, pace, credits, mirrors, keys; and offline."""
    folder = tmp_path_factory.mktemp("kept") / "archive"
    environ = {
        "BACKCOURT_ARCHIVE": str(folder),
        "BACKCOURT_CREDITS": "7",
        "BACKCOURT_PACE": "40",
        "BACKCOURT_MIRRORS": f"api.the-odds-api.com=http://{server.host}",
        "ODDS_API_KEY": "0123456789",
    }
    server.on("/v4/events", document())
    clock = FixedClock(datetime(2024, 1, 15, 12, tzinfo=UTC))
    request = Request("odds_api", "events", "2024-01-15", "https://api.the-odds-api.com/v4/events")
    warned: list[str] = []
    with open_fetcher(load_settings(environ), environ, clock, warn=warned.append) as fetcher:
        assert isinstance(fetcher, Fetcher)
        assert fetcher.budget.allowed == 7
        payload = fetcher.fetch(request)
        assert server.asked[0][0] == "/v4/events?apiKey=0123456789"
        assert 5 < fetcher.pace.due_in("api.the-odds-api.com") <= 10
    offline = {"BACKCOURT_ARCHIVE": str(folder), "BACKCOURT_OFFLINE": "yes"}
    with open_fetcher(load_settings(offline), offline, clock, warn=warned.append) as fetcher:
        assert fetcher.fetch(request) == payload
    assert len(server.asked) == 1
