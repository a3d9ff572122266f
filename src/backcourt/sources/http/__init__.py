"""The one HTTP layer: an adapter builds requests and reads payloads, and everything between them is here."""

from backcourt.sources.http.archive import Archive, request_of
from backcourt.sources.http.budget import Budget, estimate
from backcourt.sources.http.client import FOREVER, Fetcher
from backcourt.sources.http.index import Fetch
from backcourt.sources.http.opening import open_fetcher
from backcourt.sources.http.pull import Failure, Held, Progress, Pulled, missing, price, pull
from backcourt.sources.http.retry import Patience

__all__ = [
    "FOREVER",
    "Archive",
    "Budget",
    "Failure",
    "Fetch",
    "Fetcher",
    "Held",
    "Patience",
    "Progress",
    "Pulled",
    "estimate",
    "missing",
    "open_fetcher",
    "price",
    "pull",
    "request_of",
]
