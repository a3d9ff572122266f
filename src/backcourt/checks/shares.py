"""The share of rows with a value per column and whole season, beside the share that its table declares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backcourt.engine.contract import Column, Contract
from backcourt.engine.evaluate import NOT_DUE
from backcourt.engine.hashing import quoted
from backcourt.engine.registry import Table
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

TOLERANCE = 0.02
"""How far a share may be from the declared one: a source that loses two rows of a hundred is looked at."""


@dataclass(frozen=True)
class ColumnShare:
    """One column of one table in one whole season; `declared` is None where its table declares nothing."""

    table: str
    column: str
    season: str
    rows: int
    share: float
    declared: float | None
    is_constant: bool
    problem: str | None


def whole_seasons(warehouse: Warehouse, table: Table, scope: Scope) -> list[str]:
    """The seasons of a scope of which every partition that is due is verified and in the scope, by `evaluation`."""
    rows = warehouse.rows(
        "SELECT season, game_date, state FROM evaluation WHERE table_name = ? ORDER BY season", [table.full_name]
    )
    due = [row for row in rows if row[2] not in NOT_DUE]
    unfinished = {season for season, day, state in due if state != "verified" or not scope.includes(day, season)}
    return sorted({season for season, _, _ in due} - unfinished)


def column_shares(
    warehouse: Warehouse, contract: Contract, seasons: Sequence[str], *, is_declared: bool
) -> Iterator[ColumnShare]:
    """Every column in some seasons; without `is_declared` only constancy is judged."""
    figures = ", ".join(
        f"COUNT({quoted(name)}), MIN({quoted(name)}) IS NOT DISTINCT FROM MAX({quoted(name)})"
        for name in contract.column_names
    )
    rows = warehouse.rows(
        f"SELECT season, COUNT(*), {figures} FROM {contract.full_name} WHERE list_contains(?, season)"
        " GROUP BY season ORDER BY season",
        [list(seasons)],
    )
    for season, count, *pairs in rows:
        for place, column in enumerate(contract.columns):
            share, is_constant = pairs[2 * place] / count, bool(pairs[2 * place + 1])
            declared = _declared(contract, column, season) if is_declared else None
            problem = None
            if is_declared and declared is None:
                problem = "no share is declared in availability.yaml"
            elif declared is not None and abs(share - declared) > TOLERANCE:
                problem = f"{share:.3f} of the rows have a value, declared are {declared:.3f}"
            elif is_constant and count > 1 and share and column.name != "season" and not column.constant:
                problem = "it has one value only, and its contract gives no reason"
            yield ColumnShare(
                contract.name, column.name, season, count, share, declared, is_constant=is_constant, problem=problem
            )


def _declared(contract: Contract, column: Column, season: str) -> float | None:
    if column.null is None:
        return 1.0
    availability = contract.availability.get(column.name)
    return availability.shares.get(season) if availability else None
