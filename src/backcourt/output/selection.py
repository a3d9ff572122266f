"""What a scope reaches of a table: its partitions as the ledger vouches for them today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from backcourt.checks.preflight import refuse_without_ledger
from backcourt.engine.contract import Column, Contract
from backcourt.engine.evaluate import NOT_DUE, evaluate_all
from backcourt.engine.hashing import quoted
from backcourt.engine.registry import Registry, Table
from backcourt.errors import IncompleteError, UsageError
from backcourt.output.query import Query
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class Partition:
    """One date of a table."""

    game_date: date
    season: str
    state: str
    rows: int
    partition_hash: str | None

    @property
    def is_due(self) -> bool:
        """Something has to be here: a source covers the date, and it is not too far ahead."""
        return self.state not in NOT_DUE

    @property
    def is_trouble(self) -> bool:
        """What has to be here is not verified."""
        return self.is_due and self.state != "verified"


@dataclass(frozen=True)
class Selection:
    """The partitions of one table that a scope reaches, in order of date."""

    table: Table
    partitions: tuple[Partition, ...]
    is_stored: bool

    @property
    def seasons(self) -> tuple[str, ...]:
        """The seasons reached."""
        return tuple(sorted({part.season for part in self.partitions}))

    @property
    def stored(self) -> tuple[Partition, ...]:
        """The partitions with rows."""
        return tuple(part for part in self.partitions if part.rows)

    @property
    def rows(self) -> int:
        """Stored rows by the ledger."""
        return sum(part.rows for part in self.partitions)

    @property
    def dates(self) -> list[date]:
        """The dates reached."""
        return [part.game_date for part in self.partitions]

    def of_season(self, season: str) -> Selection:
        """What of it lies in one season."""
        return replace(self, partitions=tuple(part for part in self.partitions if part.season == season))

    def query(self, columns: Sequence[Column]) -> Query:
        """The rows of these dates in order of date and key; before the table exists, none of the right types."""
        contract = self.table.contract
        names = ", ".join(quoted(column.name) for column in columns)
        order = ", ".join(quoted(name) for name in dict.fromkeys(("game_date", *contract.key)))
        reached = "game_date IN (SELECT UNNEST($dates::DATE[]))"
        sql = f"SELECT {names} FROM {self.relation(columns)} WHERE {reached} ORDER BY {order}"
        return Query(sql, {"dates": self.dates}, tuple(columns))

    def relation(self, columns: Sequence[Column]) -> str:
        """The table, or something that is like it but empty."""
        contract = self.table.contract
        if self.is_stored:
            return contract.full_name
        known = {column.name: column for column in (*contract.columns, *columns)}.values()
        return (
            f"(SELECT {', '.join(f'CAST(NULL AS {one.sql_type}) AS {quoted(one.name)}' for one in known)} WHERE FALSE)"
        )


def select(
    warehouse: Warehouse, registry: Registry, tables: Iterable[Table], scope: Scope, *, allow_incomplete: bool = False
) -> tuple[Selection, ...]:
    """What a scope reaches of each table; raises IncompleteError for what is not verified, unless that is allowed."""
    refuse_without_ledger(warehouse)
    evaluate_all(warehouse, registry)
    selections = tuple(_selection(warehouse, table, scope) for table in tables)
    if not allow_incomplete:
        for selection in selections:
            _refuse_incomplete(selection, scope)
    return selections


def chosen_columns(contract: Contract, names: str | Iterable[str] | None) -> tuple[Column, ...]:
    """The columns asked for (a list, or names with commas between), all without; raises UsageError for a wrong one."""
    if names is None:
        return contract.columns
    wanted = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    twice = [name for name in wanted if wanted.count(name) > 1]
    if twice or not wanted:
        what = f"the column {twice[0]!r} is named twice" if twice else "no column is named"
        raise UsageError(f"{contract.name}: {what}.", "Name each column once, or leave the list out for all.")
    known = {column.name: column for column in contract.columns}
    for name in wanted:
        if name not in known:
            raise UsageError.unknown_column(contract.name, name, known)
    return tuple(known[name] for name in wanted)


def _selection(warehouse: Warehouse, table: Table, scope: Scope) -> Selection:
    found = warehouse.rows(
        "SELECT e.game_date, e.season, e.state, e.rows, p.partition_hash FROM evaluation AS e"
        " LEFT JOIN ledger.partitions AS p ON p.table_name = e.table_name AND p.game_date = e.game_date"
        " WHERE e.table_name = ? ORDER BY e.game_date",
        [table.full_name],
    )
    parts = (Partition(*row) for row in found)
    reached = tuple(part for part in parts if scope.includes(part.game_date, part.season))
    return Selection(table, reached, warehouse.has_table(table.contract.schema_name, table.name))


def _refuse_incomplete(selection: Selection, scope: Scope) -> None:
    name, due = selection.table.name, [part for part in selection.partitions if part.is_due]
    trouble = [part for part in due if part.is_trouble]
    if trouble:
        first = f"{trouble[0].game_date} ({trouble[0].state})"
        raise IncompleteError.not_verified(name, len(trouble), len(due), first)
    unknown = set(scope.seasons) - {part.season for part in selection.partitions}
    if unknown and not scope.dates:
        raise IncompleteError.unknown_seasons(name, sorted(unknown))
