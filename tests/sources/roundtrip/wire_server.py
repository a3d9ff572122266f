"""A server that answers with the documents of a season, and a warehouse that is fed from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from answering import Handler, Server, document, serving, status

from backcourt.clock import FixedClock
from backcourt.engine.registry import default_registry
from backcourt.sources.feed.adapter import ADAPTERS
from backcourt.sources.feed.feed import feed
from backcourt.sources.feed.outcome import FeedReport
from backcourt.sources.http import Archive, Fetcher
from backcourt.sources.http.waiting import Waiting
from backcourt.sources.simulated.wire.season import Document
from backcourt.warehouse.duckdb import Warehouse

AFTER = FixedClock(datetime(2022, 6, 30, 12, tzinfo=UTC))
"""The last day on which 2021-22 is the current season: all of it is played."""


def serve(server: Server, documents: Iterable[Document]) -> None:
    """Answer every request of these documents with its body, and any other with 404."""
    bodies: dict[str, dict[frozenset[tuple[str, str]], bytes]] = {}
    for each in documents:
        of_path = bodies.setdefault(urlsplit(each.request.url).path, {})
        of_path[frozenset(each.request.params.items())] = each.body

    def reply(handler: Handler) -> None:
        parts = urlsplit(handler.path)
        body = bodies[parts.path].get(frozenset(parse_qsl(parts.query, keep_blank_values=True)))
        (status(404) if body is None else document(body))(handler)

    for path in bodies:
        server.on(path, reply)


@contextmanager
def served(documents: Iterable[Document]) -> Iterator[Server]:
    with serving() as server:
        serve(server, documents)
        yield server


def fed(server: Server, source: str, folder: Path, season: str, *, data: str = "simulated") -> FeedReport:
    """Feed the warehouse of a folder from the server as the adapter of a source does, over HTTP."""
    hosts = ("cdn.nba.com", "stats.nba.com")
    with (
        Archive(folder / "archive", AFTER.now()) as archive,
        Fetcher(
            archive,
            AFTER,
            warn=print,
            waiting=Waiting(nap=lambda _: None),
            pace=0,
            mirrors=dict.fromkeys(hosts, f"http://{server.host}"),
        ) as fetcher,
    ):
        return feed(
            replace(ADAPTERS[source], data=data),
            lambda: Warehouse.open(folder / "w.duckdb", threads=1),
            default_registry(),
            season,
            fetcher,
            AFTER,
        )
