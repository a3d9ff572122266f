"""Files as relations: every format becomes a query with its columns and `source_row`, the 1-based row in the file.

Text formats come as text, so that no reader guesses a type before the strict conversion has looked at it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from backcourt.engine.hashing import quoted
from backcourt.errors import SourceError
from backcourt.warehouse.duckdb import QueryError, Warehouse

MAX_TEXT_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class FileRelation:
    """A file opened for reading: SQL that yields its rows, and the type of each column."""

    path: Path
    sql: str
    types: dict[str, str]


def open_file(warehouse: Warehouse, path: Path) -> FileRelation:
    """Look at a file's columns; raises SourceError when it cannot be read as what its suffix says."""
    try:
        sql = _relation(warehouse, path)
        types = {row[0]: row[1] for row in warehouse.rows(f"DESCRIBE {sql}")}
    except QueryError as error:
        raise unreadable(path, error) from error
    types.pop("source_row")
    return FileRelation(path, sql, types)


def digest(path: Path) -> str:
    """SHA-256 of the file's bytes; raises SourceError when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(
            f"{path} cannot be read: {error.strerror}.", "Check that it exists and its rights."
        ) from error


def unreadable(path: Path, error: QueryError) -> SourceError:
    """The error for a file that breaks while it is read."""
    reason = " ".join(str(error).split("\n\n")[0].split())[:400]
    return SourceError(
        f"{path.name} cannot be read as {path.suffix.lstrip('.')}: {reason}",
        "Nothing of it was stored. Fetch or write the file again.",
    )


def _relation(warehouse: Warehouse, path: Path) -> str:
    literal = "'" + str(path).replace("'", "''") + "'"
    name = path.name
    if name.endswith(".parquet"):
        return f"SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS source_row FROM read_parquet({literal}, file_row_number = true)"
    if path.stat().st_size > MAX_TEXT_BYTES:
        raise SourceError(
            f"{name} has {path.stat().st_size} bytes.",
            f"Text files may have {MAX_TEXT_BYTES}; split it or write Parquet.",
        )
    if name.endswith((".csv", ".csv.gz")):
        return (
            "SELECT *, ROW_NUMBER() OVER () AS source_row FROM"
            f" read_csv({literal}, all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
        )
    objects = f"SELECT json, ROW_NUMBER() OVER () AS source_row FROM read_json_objects({literal})"
    keys = [row[0] for row in warehouse.rows(f"SELECT DISTINCT UNNEST(json_keys(json)) FROM ({objects}) ORDER BY 1")]
    fields = [f"""json ->> '$."{key.replace("'", "''")}"' AS {quoted(key)}""" for key in keys]
    return f"SELECT {', '.join([*fields, 'source_row'])} FROM ({objects})"
