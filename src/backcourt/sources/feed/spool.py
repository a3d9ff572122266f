"""Records as files that ingest reads: one per kind and date, or per kind and season, rewritten when a document of it changed.

The spool is made from the archive and can be deleted at any time. Beside each label stands what its files were made
from, so that documents that are as before are not read again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from backcourt.errors import SourceError
from backcourt.sources.payload import Payload, Record

_MADE_FROM = "made_from.json"


class Spool:
    """The files of one source and season; `reader` is the version of the code that reads its documents."""

    def __init__(self, folder: Path, reader: str) -> None:
        self.folder, self._reader = folder, reader
        self._made_from = self._read()

    def fingerprint(self, payloads: Iterable[Payload]) -> str:
        """What files of these documents, read by this code, are made from."""
        parts = [self._reader, *sorted(f"{one.request} {one.digest}" for one in payloads)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def has(self, label: str, fingerprint: str) -> dict[str, object] | None:
        """What was noted when the files of a label were made from this, or None where they were not."""
        known = self._made_from.get(label)
        if not isinstance(known, dict) or known.get("from") != fingerprint:
            return None
        if not all((self.folder / name).is_file() for name in known["files"]):
            return None
        return dict(known["noted"])

    def put(
        self, label: str, fingerprint: str, records: Mapping[str, Collection[Record]], noted: Mapping[str, object]
    ) -> None:
        """Replace the files of a label; a kind without records has none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        files = {f"{kind}_{label}.ndjson": rows for kind, rows in sorted(records.items()) if rows}
        # Forgotten first: after a crash in between they are made again.
        old = self._made_from.pop(label, {"files": []})["files"]
        self._write_note()
        for name in set(old) - files.keys():
            (self.folder / name).unlink(missing_ok=True)
        for name, rows in files.items():
            _write(self.folder / name, "".join(json.dumps(dict(row), sort_keys=True) + "\n" for row in rows))
        self._made_from[label] = {"from": fingerprint, "files": sorted(files), "noted": dict(noted)}
        self._write_note()

    def keep_only(self, labels: Collection[str]) -> None:
        """Delete the files of other labels, such as a date that has no game any more."""
        for label in sorted(self._made_from.keys() - set(labels)):
            for name in self._made_from.pop(label)["files"]:
                (self.folder / name).unlink(missing_ok=True)
            self._write_note()

    def _read(self) -> dict[str, dict[str, object]]:
        try:
            found = json.loads((self.folder / _MADE_FROM).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise SourceError(
                f"{self.folder / _MADE_FROM} cannot be read: {error}.",
                f"Delete {self.folder}; it is made again from the archive.",
            ) from error
        return dict(found)

    def _write_note(self) -> None:
        _write(self.folder / _MADE_FROM, json.dumps(self._made_from, sort_keys=True))


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
