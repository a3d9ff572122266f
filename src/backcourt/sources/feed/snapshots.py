"""Snapshots as files that ingest reads: a file per kind and document, so that each is a stream of its own.

Where a document replaces the one before it, as the events of a game do, the newest that can be read takes the place of the others.

What a document gives follows from its bytes alone, so a file is made once; it is made again when the code that reads it
changes. The note beside it is written last: a document without one is read again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from backcourt.errors import SourceError
from backcourt.seasons import eastern_date
from backcourt.sources.feed.follower import Follower
from backcourt.sources.feed.outcome import DAMAGED, HAD, WRONG
from backcourt.sources.feed.spool import lines_of, write_file
from backcourt.sources.http import Archive, Fetch, request_of
from backcourt.sources.http.errors import DamagedError
from backcourt.sources.payload import Record, ShapeError

_NOTES = "made"
_NO_NAME = re.compile(r"[^A-Za-z0-9]+")


class Snapshot(BaseModel):
    """A document that was read: the files of its records, what state it is in and what is to be said of that."""

    model_config = ConfigDict(frozen=True)

    reader: str
    files: list[str]
    state: str
    said: str = ""


class Snapshots:
    """The files of one source and season; `reader` is the version of the code that reads its documents."""

    def __init__(self, folder: Path, follower: Follower, reader: str) -> None:
        self.folder, self._follower, self._reader = folder, follower, reader
        self._notes = folder / _NOTES

    def take(self, archive: Archive, fetch: Fetch) -> Snapshot:
        """The files of a document, made where they are not there."""
        label = label_of(fetch)
        known = self._known(label)
        if known is not None:
            return known
        self._notes.mkdir(parents=True, exist_ok=True)
        made = self._made(archive, fetch, label)
        if made.state != DAMAGED:  # what is damaged may be fetched again, or repaired
            write_file(self._notes / f"{label}.json", made.model_dump_json())
        return made

    def _made(self, archive: Archive, fetch: Fetch, label: str) -> Snapshot:
        try:
            batches = self._follower.parse(archive.payload(request_of(fetch), fetch))
        except ShapeError as error:
            return Snapshot(reader=self._reader, files=[], state=WRONG, said=error.message)
        except DamagedError as error:
            return Snapshot(reader=self._reader, files=[], state=DAMAGED, said=error.message)
        records: dict[str, list[Record]] = defaultdict(list)
        for batch in batches:
            if batch.kind in self._follower.kinds and batch.rows:
                records[batch.kind] += batch.rows
        if fetch.need in self._follower.replaced:
            label = about(fetch)
        for kind, rows in records.items():
            write_file(self.folder / f"{kind}_{label}.ndjson", lines_of(rows))
        files = [f"{kind}_{label}.ndjson" for kind in sorted(records)]
        return Snapshot(reader=self._reader, files=files, state=HAD)

    def _known(self, label: str) -> Snapshot | None:
        path = self._notes / f"{label}.json"
        try:
            known = Snapshot.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError:
            return None  # cut short or soiled: the document is read again
        except OSError as error:
            raise SourceError(
                f"{path} cannot be read: {error.strerror}.", f"Delete {self.folder}; it is made again from the archive."
            ) from error
        is_whole = all((self.folder / name).is_file() for name in known.files)
        return known if known.reader == self._reader and is_whole else None


def label_of(fetch: Fetch) -> str:
    """What a document is called in names of files: what it is about, when it came, and the first of its digest."""
    return f"{about(fetch)}_{fetch.fetched_at:%Y%m%dT%H%M%SZ}_{(fetch.digest or '')[:8]}"


def about(fetch: Fetch) -> str:
    """What a document is about, as a part of a name of a file."""
    return _NO_NAME.sub("-", fetch.subject).strip("-")


def changes(fetches: list[Fetch], daily: Collection[str] = ()) -> list[Fetch]:
    """Of answers, oldest first, those that are other than the one before them of the same request.

    A source that says the same again says nothing new, and when it said it first is what counts. Of needs that are `daily`
    it does on another day: their rows are of the day on which they were fetched.
    """
    before: dict[tuple[str, date | None], str | None] = {}
    found = []
    for fetch in fetches:
        place = (fetch.key, eastern_date(fetch.fetched_at) if fetch.need in daily else None)
        if before.get(place) != fetch.digest:
            found.append(fetch)
        before[place] = fetch.digest
    return found
