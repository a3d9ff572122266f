"""A server, an archive and a fetcher of their own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from answering import MakeFetcher, Passing, Server, serving

from backcourt.sources.http.archive import Archive
from backcourt.sources.http.client import Fetcher
from backcourt.sources.http.limits import Limits
from backcourt.sources.http.retry import Patience


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine behind a proxy reaches its own server without it."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def passing() -> Passing:
    return Passing()


@pytest.fixture
def archive(tmp_path: Path, passing: Passing) -> Iterator[Archive]:
    with Archive(tmp_path / "archive", passing.now()) as archive:
        yield archive


@pytest.fixture
def warned() -> list[str]:
    return []


@pytest.fixture
def fetcher_with(archive: Archive, passing: Passing, warned: list[str]) -> Iterator[MakeFetcher]:
    """Makes fetchers that lose no time: `fetcher_with(offline=True)`."""
    with ExitStack() as stack:

        def make(**options: object) -> Fetcher:
            quick = Limits(connect=1, read=0.8, total=2, largest=1 << 20, redirects=3)
            usual = {
                "warn": warned.append,
                "waiting": passing.waiting(),
                "patience": Patience(jitter=0),
                "limits": lambda _: quick,
            }
            return stack.enter_context(Fetcher(archive, passing, **{**usual, **options}))  # type: ignore[arg-type]

        yield make


@pytest.fixture
def fetcher(fetcher_with: MakeFetcher) -> Fetcher:
    return fetcher_with()
