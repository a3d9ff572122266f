"""A query whose result leaves the warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from backcourt.engine.contract import Column

NUMBERS = ("bigint", "integer", "double")


@dataclass(frozen=True)
class Query:
    """SQL with its parameters, and the columns of its result in order."""

    sql: str
    parameters: Mapping[str, Any]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    def first(self, rows: int) -> Query:
        """The same query, cut off after so many rows."""
        return replace(self, sql=f"{self.sql} LIMIT {rows}")
