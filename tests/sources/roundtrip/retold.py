"""Whether a wire shape tells a season whole: two warehouses row by row, and what a shape is known not to tell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from backcourt.engine.contract import Contract
from backcourt.engine.registry import default_registry
from backcourt.warehouse.duckdb import Warehouse

Row = dict[str, Any]


@dataclass(frozen=True)
class Untold:
    """Columns of a table that a shape cannot carry, of the rows where that is so."""

    table: str
    columns: str
    why: str
    of: Callable[[Row], bool] = lambda row: True


def compare(
    direct: Warehouse,
    retold: Warehouse,
    tables: Collection[str],
    untold: Sequence[Untold],
    ignored: Callable[[str, Row], bool] = lambda table, row: False,
) -> None:
    """Fail for a row or value that is not the same in both and not listed, and for what is listed and is the same.

    `ignored` rows are those that the shape has no place for.
    """
    wrong: list[str] = []
    used: set[tuple[Untold, str]] = set()
    for table in tables:
        contract = default_registry().raw[table]
        for where in _parts(direct, contract):
            _compare(
                table, _rows(direct, contract, where), _rows(retold, contract, where), untold, wrong, used, ignored
            )
    _settle(wrong, used, untold)


def _settle(wrong: list[str], used: set[tuple[Untold, str]], untold: Sequence[Untold]) -> None:
    assert not wrong, "\n".join(wrong[:20])
    listed = {(each, column) for each in untold for column in each.columns.split()}
    idle = sorted(f"{each.table}.{column}" for each, column in listed - used)
    assert not idle, f"listed as untold, and told all the same: {idle}"


def keyed(rows: Sequence[Row], key: Callable[[Row], tuple[Any, ...]]) -> dict[tuple[Any, ...], Row]:
    """Rows by a key that tells them apart."""
    found = {key(row): row for row in rows}
    assert len(found) == len(rows), "the key does not tell rows apart"
    return found


def compare_rows(
    table: str, direct: dict[tuple[Any, ...], Row], retold: dict[tuple[Any, ...], Row], untold: Sequence[Untold]
) -> None:
    """The same for the rows of one table, by key."""
    wrong: list[str] = []
    used: set[tuple[Untold, str]] = set()
    of_table = [each for each in untold if each.table == table]
    assert direct, f"{table} has no row to compare"
    _compare(table, direct, retold, of_table, wrong, used, lambda table, row: False)
    _settle(wrong, used, of_table)


def tables_with_rows(warehouse: Warehouse) -> set[str]:
    """The raw tables that have rows."""
    return {name for name in default_registry().raw if warehouse.value(f"SELECT COUNT(*) FROM raw.{name}_current")}


def _parts(warehouse: Warehouse, contract: Contract) -> list[str]:
    """A table in parts that fit into memory: its dates."""
    if not contract.is_dated:
        return ["TRUE"]
    days = warehouse.rows(f"SELECT DISTINCT game_date FROM raw.{contract.name}_current ORDER BY 1")
    named = ", ".join(f"DATE '{day}'" for (day,) in days)
    rest = [f"game_date NOT IN ({named})"] if named else ["TRUE"]
    return [f"game_date = DATE '{day}'" for (day,) in days] + rest


def _rows(warehouse: Warehouse, contract: Contract, where: str) -> dict[tuple[Any, ...], Row]:
    names = contract.column_names
    found = warehouse.rows(f"SELECT {', '.join(names)} FROM raw.{contract.name}_current WHERE {where}")
    rows = [dict(zip(names, row, strict=True)) for row in found]
    return {tuple(row[name] for name in contract.key): row for row in rows}


def _compare(
    table: str,
    direct: dict[tuple[Any, ...], Row],
    retold: dict[tuple[Any, ...], Row],
    untold: Sequence[Untold],
    wrong: list[str],
    used: set[tuple[Untold, str]],
    ignored: Callable[[str, Row], bool],
) -> None:
    wrong += [f"{table} {key} was not told" for key in direct.keys() - retold.keys() if not ignored(table, direct[key])]
    wrong += [f"{table} {key} was made up" for key in retold.keys() - direct.keys()]
    of_table = [each for each in untold if each.table == table]
    for key in direct.keys() & retold.keys():
        ours, theirs = direct[key], retold[key]
        for column, value in ours.items():
            if theirs[column] == value or ignored(table, ours):
                continue
            excuse = next((each for each in of_table if column in each.columns.split() and each.of(ours)), None)
            if excuse is None:
                wrong.append(f"{table} {key}: {column} was {value!r}, and is told as {theirs[column]!r}")
            else:
                used.add((excuse, column))
