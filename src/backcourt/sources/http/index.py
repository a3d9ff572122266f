"""The index of the archive: every answer that was kept, and the credits that paid services have left, in one SQLite file.

It is in write-ahead mode, so that two processes may use it at once; each entry is one statement.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from backcourt.sources.http.errors import ArchiveError

_VERSION = 1
_BUSY = 30.0
"""Seconds to wait for another process's entry."""

_SCHEMA = f"""
CREATE TABLE fetches (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL, need TEXT NOT NULL, subject TEXT NOT NULL, key TEXT NOT NULL,
    status INTEGER NOT NULL, digest TEXT, size INTEGER NOT NULL, media TEXT NOT NULL,
    etag TEXT, last_modified TEXT, fetched_at TEXT NOT NULL
) STRICT;
CREATE INDEX fetches_by_key ON fetches (source, key, fetched_at);
CREATE INDEX fetches_by_need ON fetches (source, need, subject);
CREATE TABLE credits (source TEXT PRIMARY KEY, remaining INTEGER NOT NULL, told_at TEXT NOT NULL) STRICT;
PRAGMA user_version = {_VERSION};
"""


@dataclass(frozen=True)
class Fetch:
    """An answer: status 200 (a document), 304 (the one before it, confirmed), or another that means that there is none."""

    source: str
    need: str
    subject: str
    key: str
    status: int
    digest: str | None
    size: int
    media: str
    etag: str | None
    last_modified: str | None
    fetched_at: datetime


_COLUMNS = ", ".join(field.name for field in fields(Fetch))
_PLACES = ", ".join("?" for _ in fields(Fetch))


class Index:
    """The SQLite file; raises ArchiveError for whatever is wrong with it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._told():
            if not path.exists():
                _make(path)
            self._connection = sqlite3.connect(path, timeout=_BUSY, isolation_level=None)
            (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version != _VERSION:
            self._connection.close()
            raise ArchiveError.other_version(path, version, _VERSION)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def add(self, fetch: Fetch) -> None:
        """Add an answer."""
        row = [each.isoformat() if isinstance(each, datetime) else each for each in astuple(fetch)]
        with self._told():
            self._connection.execute(f"INSERT INTO fetches ({_COLUMNS}) VALUES ({_PLACES})", row)

    def find(self, **wanted: str) -> list[Fetch]:
        """The answers with these values, oldest first."""
        return self._select(wanted, "ORDER BY fetched_at, id")

    def newest(self, **wanted: str) -> Fetch | None:
        """The last of them."""
        found = self._select(wanted, "ORDER BY fetched_at DESC, id DESC LIMIT 1")
        return found[0] if found else None

    def tell_credits(self, source: str, remaining: int, at: datetime) -> None:
        """Remember what a paid service said is left."""
        with self._told():
            self._connection.execute(
                "INSERT OR REPLACE INTO credits VALUES (?, ?, ?)", (source, remaining, at.isoformat())
            )

    def credits(self, source: str) -> tuple[int, datetime] | None:
        """What it said last, and when."""
        with self._told():
            query = "SELECT remaining, told_at FROM credits WHERE source = ?"
            row = self._connection.execute(query, (source,)).fetchone()
        return (row[0], datetime.fromisoformat(row[1])) if row else None

    def _select(self, wanted: dict[str, str], order: str) -> list[Fetch]:
        condition = " AND ".join(f"{column} = ?" for column in wanted)
        query = f"SELECT {_COLUMNS} FROM fetches WHERE {condition} {order}"
        with self._told():
            rows = self._connection.execute(query, list(wanted.values())).fetchall()
        return [_fetch(row) for row in rows]

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise ArchiveError.unusable(self._path, str(error)) from error


def _fetch(row: tuple[Any, ...]) -> Fetch:
    named = dict(zip((field.name for field in fields(Fetch)), row, strict=True))
    return Fetch(**{**named, "fetched_at": datetime.fromisoformat(named["fetched_at"])})


def _make(path: Path) -> None:
    """Make the file elsewhere and link it into place, so that of two processes one makes it and both see it whole."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    connection = sqlite3.connect(draft, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_SCHEMA)
    finally:
        connection.close()
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
