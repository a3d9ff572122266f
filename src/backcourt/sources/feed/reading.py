"""What a source's documents say, from the archive alone: of each the newest version that can be read and gives rows.

A version that is wrong, or that knows less than the one before it (a final game that is live again), takes nothing away.
So what a document gives follows from the archive, whether it is read at once or years later.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from backcourt.sources.feed.adapter import HERE, Adapter
from backcourt.sources.feed.outcome import DAMAGED, HAD, NOT_FETCHED, WRONG
from backcourt.sources.http import Archive, Fetch
from backcourt.sources.http.errors import DamagedError
from backcourt.sources.payload import Batch, Payload, Record, Request, ShapeError
from backcourt.sources.unreal import simulated_person

Kinds = Mapping[str, Sequence[Record]]
_NONE: Kinds = MappingProxyType({})


@dataclass(frozen=True)
class Reading:
    """The records of a document by kind; `state` and `said` are of its newest version, which may give none of them."""

    request: Request
    state: str
    said: str = ""
    records: Kinds = field(default_factory=lambda: _NONE)
    error: ShapeError | None = None


def versions(archive: Archive, request: Request) -> list[Fetch]:
    """The archived versions of a document, newest first, each where it was last seen."""
    newest: dict[str, Fetch] = {}
    for fetch in reversed(archive.history(request)):
        if fetch.digest is not None:
            newest.setdefault(fetch.digest, fetch)
    return list(newest.values())


def read(adapter: Adapter, archive: Archive, request: Request) -> Reading:
    """What a document gives; nothing, and why, where no version gives anything."""
    found: Reading | None = None
    for fetch in versions(archive, request):
        reading = _read(adapter, archive, request, fetch)
        found = found or reading
        if reading.records:
            return Reading(request, found.state, found.said, reading.records)
    return found or Reading(request, NOT_FETCHED, "the archive has none")


def _read(adapter: Adapter, archive: Archive, request: Request, fetch: Fetch) -> Reading:
    try:
        payload = archive.payload(request, fetch)
        batches = adapter.parse(payload)
        if adapter.data == "real":
            _refuse_simulated(payload, batches)
    except ShapeError as error:
        return Reading(request, WRONG, error.message, error=error)
    except DamagedError as error:
        return Reading(request, DAMAGED, error.message)
    state, said = HAD, ""
    records: dict[str, list[Record]] = defaultdict(list)
    for batch in batches:
        if batch.kind == "status" and request.game_date is not None:
            state, said = str(batch.rows[0]["state"]), str(batch.rows[0]["said"])
        elif batch.kind in adapter.kinds and batch.rows:
            records[batch.kind] += [_dated(row, request) for row in batch.rows]
    return Reading(request, state, said, dict(records))


def _refuse_simulated(payload: Payload, batches: Sequence[Batch]) -> None:
    """Raise ShapeError for a document of the simulated league, which some mirror serves, where a real one is meant."""
    for batch in batches:
        for person in filter(None, map(simulated_person, batch.rows)):
            raise ShapeError.at(payload, batch.kind, f"person {person} is of the simulated league")


def _dated(row: Record, request: Request) -> Record:
    """A row under the date that the schedule has for its game: a document may be older than a change of that."""
    if request.game_date is None or "gameDate" not in row:
        return row
    return {**row, "gameDate": request.game_date.isoformat()}


def version_of(*names: str) -> str:
    """Changes when the code or the mappings that read a source's documents do; the first name is its folder."""
    folders = [HERE / each for each in (*names, "nba", "feed")]
    paths = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".yaml"))
    paths.append(HERE / "strict_json.py")
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()
