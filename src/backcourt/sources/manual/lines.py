"""The lines of an override file: which value of which row is to be another one, and why."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backcourt.engine.contract import Contract
from backcourt.engine.registry import Registry
from backcourt.errors import SourceError

HEADER = ("table", "key", "column", "value", "reason")
MOST_LINES = 10_000
_FIXED = ("game_date", "season", "season_type")
EXAMPLE = 'player_box,game_id=0022400061; player_id=201939,points,31,"the league\'s correction of 24 October"'


@dataclass(frozen=True)
class Line:
    """A line of the file by number (the header is line 1): the row by its key, the column and the value as text."""

    number: int
    contract: Contract
    key: Mapping[str, str]
    column: str
    value: str | None
    reason: str


def read_lines(path: Path, registry: Registry) -> list[Line]:
    """Read an override file; raises SourceError that names the first line that is wrong, and what of it."""
    lines = [_line(path, registry, number, fields) for number, fields in _rows(path)]
    seen: dict[tuple[object, ...], int] = {}
    for line in lines:
        place = (line.contract.name, *line.key.values(), line.column)
        if place in seen:
            raise wrong(path, line.number, f"it overrides {line.column} of the same row as line {seen[place]}")
        seen[place] = line.number
    return lines


def wrong(path: Path, number: int, said: str) -> SourceError:
    """The error for a line that cannot be taken."""
    return SourceError(
        f"{path.name}, line {number}: {said}.", f"Nothing of the file was taken. A line looks like  {EXAMPLE}"
    )


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            if tuple(header) != HEADER:
                raise wrong(path, 1, f"the columns are {', '.join(header) or 'none'}, not {', '.join(HEADER)}")
            for fields in reader:
                if not any(fields):
                    continue
                if len(fields) != len(HEADER):
                    raise wrong(path, reader.line_num, f"it has {len(fields)} values, not {len(HEADER)}")
                if reader.line_num > MOST_LINES:
                    raise wrong(path, reader.line_num, f"a file has at most {MOST_LINES:,} lines")
                yield reader.line_num, dict(zip(HEADER, (field.strip() for field in fields), strict=True))
    except OSError as error:
        raise SourceError(
            f"{path} cannot be read: {error.strerror}.", "Check that it exists and its rights."
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceError(
            f"{path} cannot be read as CSV: {error}.", "Write it as CSV in UTF-8, text with commas in double quotes."
        ) from error


def _line(path: Path, registry: Registry, number: int, fields: Mapping[str, str]) -> Line:
    name = fields["table"].removeprefix("raw.")
    contract = registry.raw.get(name)
    if contract is None:
        raise wrong(
            path, number, f"there is no raw table {fields['table']!r}; there are {', '.join(sorted(registry.raw))}"
        )
    if name == "player_aliases":
        raise wrong(path, number, "aliases are kept by  backcourt names add, not overridden")
    key = _key(path, number, contract, fields["key"])
    column = fields["column"]
    if column not in contract.column_names:
        raise wrong(path, number, f"raw.{name} has no column {column!r}; it has {', '.join(contract.column_names)}")
    if column in _FIXED:
        raise wrong(
            path,
            number,
            f"{column} says where a row belongs, and other rows follow from that; it is the source's to say",
        )
    if column in contract.key:
        raise wrong(path, number, f"{column} is part of the key of raw.{name}, which says which row is meant")
    if derived := contract.column(column).derived:
        raise wrong(path, number, f"{column} of raw.{name} follows from other columns: {derived}")
    if not fields["reason"]:
        raise wrong(path, number, f"there is no reason for {column} {fields['value']!r}")
    return Line(number, contract, key, column, fields["value"] or None, fields["reason"])


def _key(path: Path, number: int, contract: Contract, text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    # A value may hold a semicolon, as reasons of injuries do: only one before another name of the key parts.
    parts = re.split(rf";\s*(?=(?:{'|'.join(map(re.escape, contract.key))})\s*=)", text)
    for part in filter(None, (part.strip().removesuffix(";") for part in parts)):
        name, sign, value = part.partition("=")
        if not sign or name.strip() in found:
            raise wrong(path, number, f"the key {text!r} is not of the form name=value; name=value")
        found[name.strip()] = value.strip()
    if set(found) != set(contract.key):
        raise wrong(
            path, number, f"the key {text!r} does not name {', '.join(contract.key)}, the key of raw.{contract.name}"
        )
    return {name: found[name] for name in contract.key}
