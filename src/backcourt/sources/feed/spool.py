"""Records as files that ingest reads: one per kind and date, or per kind and season, rewritten when a document of it changed.

The spool is made from the archive and can be deleted at any time. Beside each label stands what its files were made
from, so that documents that are as before are not read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from backcourt.errors import SourceError
from backcourt.sources.payload import Payload, Record

_MADE_FROM = "made_from.json"

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
    """The files of one source and season; `reader` is the version of the code that reads its documents."""

    def __init__(self, folder: Path, reader: str) -> None:
        self.folder, self._reader = folder, reader
        self._labels = self._read()

    def fingerprint(self, payloads: Iterable[Payload]) -> str:
        """What files of these documents, read by this code, are made from."""
        parts = [self._reader, *sorted(f"{one.request} {one.digest}" for one in payloads)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def has(self, label: str, fingerprint: str) -> Noted | None:
        """What was noted when the files of a label were made from this, or None where they were not."""
        known = self._labels.get(label)
        if known is None or known.fingerprint != fingerprint:
            return None
        return known.noted if all((self.folder / name).is_file() for name in known.files) else None

    def put(self, label: str, fingerprint: str, records: Mapping[str, Collection[Record]], noted: Noted) -> None:
        """Replace the files of a label; a kind without records has none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        files = {f"{kind}_{label}.ndjson": rows for kind, rows in sorted(records.items()) if rows}
        # Forgotten first: after a crash in between they are made again.
        old = self._labels.pop(label, None)
        self._write_note()
        for name in set(old.files if old else ()) - files.keys():
            (self.folder / name).unlink(missing_ok=True)
        for name, rows in files.items():
            _write(self.folder / name, "".join(json.dumps(dict(row), sort_keys=True) + "\n" for row in rows))
        self._labels[label] = Made(fingerprint=fingerprint, files=sorted(files), noted=noted)
        self._write_note()

    def keep_only(self, labels: Collection[str]) -> None:
        """Delete the files of other labels, such as a date that has no game any more."""
        for label in sorted(self._labels.keys() - set(labels)):
            for name in self._labels.pop(label).files:
                (self.folder / name).unlink(missing_ok=True)
            self._write_note()

    def _read(self) -> dict[str, Made]:
        path = self.folder / _MADE_FROM
        try:
            return _Labels.model_validate_json(path.read_bytes()).root
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError) as error:
            raise SourceError(
                f"{path} cannot be read: {str(error).splitlines()[0]}.",
                f"Delete {self.folder}; it is made again from the archive.",
            ) from error

    def _write_note(self) -> None:
        _write(self.folder / _MADE_FROM, _Labels(self._labels).model_dump_json())


def _write(path: Path, text: str) -> None:
    """Write a file in one step; one that has this very text is left alone."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise SourceError(
            f"{path} cannot be written: {error.strerror}.", "Free some room, or correct the rights of its folder."
        ) from error
