"""Files of one query: whole or not at all, and the same bytes for the same content."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from backcourt.errors import WarehouseError
from backcourt.output.query import Query
from backcourt.warehouse.duckdb import Warehouse

OPTIONS = {
    "csv": "FORMAT csv, HEADER",
    "json": "FORMAT json, ARRAY true",
    "parquet": "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880",
}


@dataclass(frozen=True)
class Written:
    """A file that was written."""

    rows: int
    bytes: int
    sha256: str


def write(warehouse: Warehouse, query: Query, path: Path, form: str) -> Written:
    """Write the result as csv, json (an array of objects) or parquet; raises WarehouseError when it cannot be.

    The file appears when it is whole. Nothing in it tells the time, and no number of threads changes it.
    """
    refuse_unwritable(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    literal = "'" + str(draft).replace("'", "''") + "'"
    try:
        rows: int = warehouse.value(f"COPY ({query.sql}) TO {literal} ({OPTIONS[form]})", dict(query.parameters))
        written = Written(rows, draft.stat().st_size, digest(draft))
        draft.replace(path)
    except OSError as error:
        raise WarehouseError.unwritable(path, error.strerror or str(error)) from error
    except WarehouseError as error:
        raise WarehouseError.unwritable(path, error.message) from error
    finally:
        draft.unlink(missing_ok=True)
    return written


def refuse_unwritable(path: Path) -> None:
    """Raise WarehouseError for a path that no file can be written to; what takes minutes asks before."""
    if not path.parent.is_dir():
        raise WarehouseError.unwritable(path, f"there is no folder {path.parent}")
    if path.is_dir():
        raise WarehouseError.unwritable(path, "it is a folder")


def write_text(path: Path, text: str) -> None:
    """Write a text file, which appears when it is whole; raises WarehouseError when it cannot be."""
    refuse_unwritable(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise WarehouseError.unwritable(path, error.strerror or str(error)) from error
    finally:
        draft.unlink(missing_ok=True)


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
