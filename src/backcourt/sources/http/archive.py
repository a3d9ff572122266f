"""The archive: every document as it came, and every answer that there is none. It is the cache too.

    ARCHIVE/index.sqlite        which answer came for which request, when
    ARCHIVE/objects/ab/ab….gz   the bodies, each once

A body is complete on disk before the index knows of it, so a kill leaves at most a body that nothing refers to.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import TracebackType

from backcourt.sources.http.address import key_of, parts_of
from backcourt.sources.http.errors import ArchiveError
from backcourt.sources.http.index import Fetch, Index
from backcourt.sources.http.objects import Objects
from backcourt.sources.payload import Payload, Request


class Archive:
    """A folder of documents and the index of what they answer; `now` is only used to remove what killed processes left."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder = folder
        try:
            self._objects = Objects(folder)
            self._objects.sweep(now)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ArchiveError.unusable(folder, reason) from error
        self._index = Index(folder / "index.sqlite")

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index."""
        self._index.close()

    def newest(self, request: Request) -> Fetch | None:
        """The last answer that was kept for a request."""
        return self._index.newest(source=request.source, key=key_of(request))

    def history(self, request: Request) -> list[Fetch]:
        """All of them, oldest first."""
        return self._index.find(source=request.source, key=key_of(request))

    def all_of(self, source: str, need: str | None = None, subject: str | None = None) -> list[Fetch]:
        """Every answer of a source, for a need, about a subject, oldest first."""
        wanted = {"source": source, "need": need, "subject": subject}
        return self._index.find(**{name: value for name, value in wanted.items() if value is not None})

    def store(
        self,
        request: Request,
        body: bytes,
        at: datetime,
        *,
        media: str = "",
        etag: str | None = None,
        last_modified: str | None = None,
    ) -> Fetch:
        """Keep a document."""
        digest = self._objects.put(body)
        fetch = _fetch(request, 200, at, digest, len(body), media or request.media, etag, last_modified)
        self._index.add(fetch)
        return fetch

    def confirm(self, request: Request, before: Fetch, at: datetime) -> Fetch:
        """Note that a document which is here is still what the source has: it answers the request as of then."""
        fetch = _fetch(request, 304, at, before.digest, before.size, before.media, before.etag, before.last_modified)
        self._index.add(fetch)
        return fetch

    def store_absence(self, request: Request, status: int, at: datetime) -> Fetch:
        """Note that there is no such document, as its adapter reads this status."""
        fetch = _fetch(request, status, at, None, 0, request.media, None, None)
        self._index.add(fetch)
        return fetch

    def read(self, digest: str) -> bytes:
        """A body; raises DamagedError when it is not what was stored."""
        return self._objects.get(digest)

    def payload(self, request: Request, fetch: Fetch) -> Payload:
        """An archived document as the answer to its request; raises DamagedError."""
        assert fetch.digest is not None
        return Payload(request, self.read(fetch.digest), fetch.fetched_at, fetch.digest)

    def tell_credits(self, source: str, remaining: int, at: datetime) -> None:
        """Remember how many credits a paid service said are left."""
        self._index.tell_credits(source, remaining, at)

    def credits(self, source: str) -> tuple[int, datetime] | None:
        """How many it said, and when."""
        return self._index.credits(source)


def request_of(fetch: Fetch) -> Request:
    """The request that an archived answer answers."""
    url, params = parts_of(fetch.key)
    return Request(fetch.source, fetch.need, fetch.subject, url, params, media=fetch.media)


def _fetch(
    request: Request,
    status: int,
    at: datetime,
    digest: str | None,
    size: int,
    media: str,
    etag: str | None,
    last_modified: str | None,
) -> Fetch:
    return Fetch(
        source=request.source,
        need=request.need,
        subject=request.subject,
        key=key_of(request),
        status=status,
        digest=digest,
        size=size,
        media=media,
        etag=etag,
        last_modified=last_modified,
        fetched_at=at,
    )
