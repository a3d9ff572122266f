"""What is known of each host: how often it may be asked, what it wants to be told, where it may send on to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_OURS = MappingProxyType({"User-Agent": "backcourt"})
_BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
# Without a browser's name and the referer, the NBA's hosts answer 403 or not at all.
_NBA = MappingProxyType(
    {
        "User-Agent": _BROWSER,
        "Accept": "application/json, text/plain, */*",
        "Accept-Language": "en-US,en;q=0.9",
        "Referer": "https://www.nba.com/",
        "Origin": "https://www.nba.com",
    }
)


@dataclass(frozen=True)
class Host:
    """A host: the least seconds between two requests, its headers, and the names that it may send on to."""

    name: str
    interval: float
    headers: Mapping[str, str] = field(default_factory=lambda: _OURS)
    sends_to: tuple[str, ...] = ()


HOSTS: tuple[Host, ...] = (
    Host(
        "stats.nba.com",
        1.0,
        {**_NBA, "x-nba-stats-origin": "stats", "x-nba-stats-token": "true", "Cache-Control": "no-cache"},
    ),
    Host("cdn.nba.com", 0.3, _NBA),
    Host("ak-static.cms.nba.com", 0.5, {**_NBA, "Accept": "application/pdf, */*"}),
    Host("official.nba.com", 1.0, _NBA),
    Host("github.com", 0.5, sends_to=("githubusercontent.com",)),
    Host("site.api.espn.com", 0.5),
    Host("api.the-odds-api.com", 0.25),
    Host("api.bettingpros.com", 1.0),
)
"""No host publishes its limit (the odds API allows 30 a second); these are the slow side of what others report."""

_UNKNOWN_INTERVAL = 1.0


def host_named(name: str, hosts: tuple[Host, ...] = HOSTS) -> Host:
    """What is known of a host; one that is not in the table is asked once a second."""
    return next((host for host in hosts if host.name == name), Host(name, _UNKNOWN_INTERVAL))
