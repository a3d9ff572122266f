"""An exported folder: it appears whole, in one step, and replaces nothing but an earlier export."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backcourt.errors import UsageError, WarehouseError

MANIFEST = "manifest.json"
DICTIONARY = "data_dictionary.json"


@contextmanager
def replacing(out: Path, *, force: bool) -> Iterator[Path]:
    """A draft to fill, which becomes the folder `out` at the end; after an error all is as it was.

    Raises UsageError for an `out` that is not empty, unless with `force` it is an earlier export and nothing else is in it.
    """
    out = out.absolute()
    _refuse_foreign(out, force)
    draft, old = (out.with_name(f".{out.name}.{os.getpid()}.{word}") for word in ("draft", "old"))
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        yield draft
        if out.exists():
            out.replace(old)
        try:
            draft.replace(out)
        except OSError:
            if old.exists():
                old.replace(out)
            raise
    except OSError as error:
        raise WarehouseError.unwritable(out, error.strerror or str(error)) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def write_json(path: Path, document: object) -> None:
    """Write a document that people and programs read."""
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _refuse_foreign(out: Path, force: bool) -> None:
    if out.is_file():
        raise UsageError(f"--out {out} is a file.", "Name a folder.")
    if not out.exists() or not any(out.iterdir()):
        return
    strange = _not_exported(out)
    if strange:
        raise UsageError(
            f"--out {out} holds {strange[0]}, which no export wrote there; it will not be touched.",
            "Name another folder.",
        )
    if not force:
        raise UsageError(f"--out {out} holds an earlier export.", "Name another folder, or replace it with --force.")


def _not_exported(out: Path) -> list[str]:
    """What lies in a folder that its manifest does not name."""
    found = sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir())
    try:
        listed = {file["path"] for file in json.loads((out / MANIFEST).read_text(encoding="utf-8"))["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return found
    return [name for name in found if name not in listed | {MANIFEST, DICTIONARY}]
