"""Bodies on disk: compressed, named by the SHA-256 of what is in them, complete or not there at all."""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from backcourt.sources.http.errors import ArchiveError, DamagedError

_LEFT_BEHIND = timedelta(days=1)
"""A draft of this age belongs to a process that was killed."""

_numbers = count()


def digest_of(body: bytes) -> str:
    """The name of a body."""
    return hashlib.sha256(body).hexdigest()


class Objects:
    """A folder of bodies: `objects/ab/ab12….gz`, with drafts in `drafts`."""

    def __init__(self, folder: Path) -> None:
        self._objects, self._drafts = folder / "objects", folder / "drafts"
        for each in (self._objects, self._drafts):
            each.mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        """Where a body is."""
        return self._objects / digest[:2] / f"{digest}.gz"

    def put(self, body: bytes) -> str:
        """Keep a body and give its name; one that is there already is written again only where it is damaged."""
        digest = digest_of(body)
        path = self.path(digest)
        if path.exists() and not self._fault(digest):
            return digest
        try:
            self._write(path, gzip.compress(body, mtime=0))
        except OSError as error:
            reason = error.strerror or type(error).__name__
        else:
            return digest
        raise ArchiveError.unusable(path, reason)

    def get(self, digest: str) -> bytes:
        """A body; raises DamagedError when the file is gone or holds anything else."""
        try:
            body = gzip.decompress(self.path(digest).read_bytes())
        except FileNotFoundError:
            why = "is gone"
        except (OSError, EOFError, zlib.error) as error:
            why = f"cannot be read ({error})"
        else:
            if digest_of(body) == digest:
                return body
            why = "holds something else than its name says"
        raise DamagedError.of(self.path(digest), digest, why)

    def sweep(self, now: datetime) -> None:
        """Remove drafts of processes that were killed."""
        for draft in self._drafts.iterdir():
            try:
                if draft.stat().st_mtime < (now - _LEFT_BEHIND).timestamp():
                    draft.unlink()
            except FileNotFoundError:
                continue  # another process was faster

    def _fault(self, digest: str) -> str:
        try:
            self.get(digest)
        except DamagedError as error:
            return error.message
        return ""

    def _write(self, path: Path, content: bytes) -> None:
        draft = self._drafts / f"{path.stem}.{os.getpid()}.{next(_numbers)}"
        try:
            with draft.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            path.parent.mkdir(exist_ok=True)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
