"""Records as files that ingest reads: one per kind and date, or per kind and season, rewritten when a document of it changed.

The spool is made from the archive and can be deleted at any time. Beside each label stands what its files were made
from, so that documents that are as before are not read again. A kind of which a date has no record any more leaves an empty
file, so that ingest learns of it; one that never had any has none.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from backcourt.errors import SourceError
from backcourt.sources.payload import Record, Value

_MADE_FROM = "made_from.json"
_PARTS = "parts"

Noted = dict[str, tuple[str, str]]
"""Of each document (its need and subject) what state it is in, and what is to be said of that."""


class Made(BaseModel):
    """The files of a label: the fingerprint of what they were made from, their names, and what was noted meanwhile."""

    model_config = ConfigDict(frozen=True)

    fingerprint: str
    files: list[str]
    noted: Noted


class _Labels(RootModel[dict[str, Made]]):
    pass


class Spool:
    """The files of one source and season; `reader` is the version of the code that reads its documents.

    Kinds that are `grown` name people, game by game: of these the season has one file with everybody who is named.
    Without `empties` a kind that is not there this time keeps its file, as a registry does that is whole or not told.
    """

    def __init__(self, folder: Path, reader: str, grown: Collection[str] = (), *, empties: bool = True) -> None:
        self.folder, self._reader, self._grown, self._empties = folder, reader, grown, empties
        self._parts = folder / _PARTS
        self._labels = self._read()

    @property
    def has_files(self) -> bool:
        """Whether there is anything to ingest."""
        return any(self.folder.glob("*.ndjson"))

    @property
    def noted(self) -> Noted:
        """What was noted of every document when the files were made."""
        return {key: said for made in self._labels.values() for key, said in made.noted.items()}

    def fingerprint(self, versions: Iterable[str]) -> str:
        """What files of these versions of documents, read by this code, are made from."""
        return hashlib.sha256("\n".join([self._reader, *sorted(versions)]).encode()).hexdigest()

    def has(self, label: str, fingerprint: str) -> Noted | None:
        """What was noted when the files of a label were made from this, or None where they were not."""
        known = self._labels.get(label)
        if known is None or known.fingerprint != fingerprint:
            return None
        return known.noted if all((self.folder / name).is_file() for name in known.files) else None

    def put(self, label: str, fingerprint: str, records: Mapping[str, Collection[Record]], noted: Noted) -> None:
        """Replace the files of a label."""
        self._parts.mkdir(parents=True, exist_ok=True)
        rows: dict[str, Collection[Record]] = dict.fromkeys(self._names(label) if self._empties else (), ()) | {
            f"{_PARTS}/{kind}_{label}.ndjson" if kind in self._grown else f"{kind}_{label}.ndjson": found
            for kind, found in sorted(records.items())
            if found
        }
        # Forgotten first: after a crash in between they are made again.
        if self._labels.pop(label, None):
            self._write_note()
        for name, found in rows.items():
            write_file(self.folder / name, lines_of(found))
        self._labels[label] = Made(fingerprint=fingerprint, files=sorted(rows), noted=noted)
        self._write_note()

    def keep_only(self, labels: Collection[str]) -> None:
        """Empty the files of other labels, such as a date that has no game any more."""
        for label in sorted(self._labels.keys() - set(labels)):
            self.put(label, self.fingerprint(()), {}, {})

    def grow(self, season: str, key: str) -> None:
        """Write everybody whom a game of the season names, as the newest does."""
        for kind in self._grown:
            known: dict[Value, Record] = {}
            for path in sorted(self._parts.glob(f"{kind}_*.ndjson")):
                lines = path.read_text(encoding="utf-8").splitlines()
                known |= {row[key]: row for row in map(json.loads, lines)}
            if known:
                write_file(
                    self.folder / f"{kind}_{season}.ndjson", lines_of([known[each] for each in sorted(known, key=str)])
                )

    def _names(self, label: str) -> list[str]:
        """The files that a label has, by what is there: the note may be older."""
        found = [*self.folder.glob(f"*_{label}.ndjson"), *self._parts.glob(f"*_{label}.ndjson")]
        return sorted(str(path.relative_to(self.folder)) for path in found)

    def _read(self) -> dict[str, Made]:
        path = self.folder / _MADE_FROM
        try:
            return _Labels.model_validate_json(path.read_bytes()).root
        except FileNotFoundError:
            return {}
        except ValidationError:
            return {}  # cut short or soiled: every label is made again from the archive
        except OSError as error:
            raise SourceError(
                f"{path} cannot be read: {error.strerror}.", f"Delete {self.folder}; it is made again from the archive."
            ) from error

    def _write_note(self) -> None:
        write_file(self.folder / _MADE_FROM, _Labels(self._labels).model_dump_json())


def lines_of(rows: Collection[Record]) -> str:
    """Records as lines of JSON."""
    return "".join(json.dumps(dict(row), sort_keys=True) + "\n" for row in rows)


def write_file(path: Path, text: str) -> None:
    """Write a file in one step; one that has this very text is left alone."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise SourceError(
            f"{path} cannot be written: {error.strerror}.", "Free some room, or correct the rights of its folder."
        ) from error
