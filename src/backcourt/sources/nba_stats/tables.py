"""The site's tables with headers: found by name, rows by header."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from backcourt.sources.nba.document import Shape, fit, read, row
from backcourt.sources.nba_stats.shapes import TablesDocument
from backcourt.sources.payload import Payload, ShapeError

R = TypeVar("R", bound=Shape)

_ECHOED = ("GameID", "PlayerOrTeam", "Season", "SeasonType", "ContextMeasure")


def rows_of(payload: Payload, name: str, shape: type[R]) -> list[R]:
    """The rows of one table of an answer; raises ShapeError where it answers another question."""
    document = read(payload, TablesDocument)
    for key in _ECHOED:
        asked, answered = payload.request.params.get(key), document.parameters.get(key)
        if asked and answered is not None and answered != asked:
            raise ShapeError.at(payload, f"parameters.{key}", f"it answers {str(answered)[:40]!r}, not {asked!r}")
    found = [table for table in document.resultSets if table.name == name]
    if len(found) != 1:
        names = ", ".join(table.name[:40] for table in document.resultSets)
        raise ShapeError.at(
            payload, "resultSets", f"{len(found)} tables are called {name}; there are {names or 'none'}"
        )
    table = found[0]
    if len(set(table.headers)) != len(table.headers):
        raise ShapeError.at(payload, f"{name}.headers", "a header stands twice")
    missing = [header for header in shape.model_fields if header not in table.headers]
    if missing:
        raise ShapeError.at(payload, f"{name}.headers", f"{', '.join(missing)} is missing")
    return list(_rows(payload, name, shape, table.headers, table.rowSet))


def _rows(payload: Payload, name: str, shape: type[R], headers: list[str], rows: list[list[object]]) -> Iterator[R]:
    for number, cells in enumerate(rows):
        if len(cells) != len(headers):
            where = f"{name}.rowSet.{number}"
            raise ShapeError.at(payload, where, f"{len(cells)} cells under {len(headers)} headers")
        yield fit(payload, shape, row(headers, cells), (name, "rowSet", number))
