"""The staged rows of a delivery, before any of them is believed: what is wrong with each, and what then happens.

`staged` is a temporary table with the contract's columns, `source_row` (1-based) and `problem`: the text of what is
wrong with the row, or NULL.
"""

from __future__ import annotations

from backcourt.engine.contract import Column, Contract
from backcourt.engine.hashing import quoted
from backcourt.engine.raw import columns_list, live_rows
from backcourt.errors import SourceError
from backcourt.warehouse.duckdb import Warehouse


def broken_rule(contract: Contract) -> str:
    """SQL for the first contract rule that a row breaks, as text, or NULL: missing, not in the list, out of range."""
    cases = [case for column in contract.columns for case in _column_rules(column)]
    return f"CASE {' '.join(cases)} END" if cases else "CAST(NULL AS VARCHAR)"


def find_conflicts(warehouse: Warehouse, contract: Contract, *, collapse: bool) -> None:
    """Mark rows whose key stands more than once and rows that refer to nothing.

    With `collapse`, rows that repeat each other word for word count once: feeds do that, and it says nothing new.
    """
    if collapse:
        warehouse.execute(
            "DELETE FROM staged WHERE source_row IN (SELECT source_row FROM (SELECT source_row, ROW_NUMBER() OVER"
            f" (PARTITION BY {columns_list(contract)}, problem ORDER BY source_row) AS copy FROM staged) WHERE copy > 1)"
        )
    _mark_repeated(warehouse, contract)
    # One look at all references first: as a rule nothing dangles, and then there is nothing to mark.
    looks = [f"EXISTS ({_dangling(contract, column, target)})" for column, target in contract.refers.items()]
    if looks and warehouse.value(f"SELECT {' OR '.join(looks)}"):
        for column, target in contract.refers.items():
            _mark_dangling(warehouse, contract, column, target)


def settle(warehouse: Warehouse, label: str, *, quarantines: bool) -> int:
    """The number of rows set aside; raises SourceError for the first wrong row unless the delivery quarantines."""
    total = int(warehouse.value("SELECT COUNT(*) FROM staged WHERE problem IS NOT NULL"))
    if total and not quarantines:
        row, problem = warehouse.rows(
            "SELECT source_row, problem FROM staged WHERE problem IS NOT NULL ORDER BY source_row LIMIT 1"
        )[0]
        more = f" ({total - 1} more rows are wrong.)" if total > 1 else ""
        raise SourceError(
            f"{label}, row {row}, {problem}.{more}",
            "Nothing of this file was stored. Correct the file and ingest it again.",
        )
    return total


def _column_rules(column: Column) -> list[str]:
    name, label = quoted(column.name), f"column {column.name}"
    cases: list[str] = []
    if column.null is None:
        cases.append(f"WHEN {name} IS NULL THEN '{label}: the value is missing'")
    if column.values:
        allowed = ", ".join(f"'{value}'" for value in column.values)
        cases.append(
            f"WHEN {name} NOT IN ({allowed}) THEN '{label}: ' || {name} || ' is none of {', '.join(column.values)}'"
        )
    if column.range:
        low, high = (f"{bound:g}" for bound in column.range)
        cases.append(
            f"WHEN {name} NOT BETWEEN {low} AND {high}"
            f" THEN '{label}: ' || CAST({name} AS VARCHAR) || ' is not within {low} to {high}'"
        )
    return cases


def _mark_repeated(warehouse: Warehouse, contract: Contract) -> None:
    key = ", ".join(quoted(name) for name in contract.key)
    warehouse.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT {key} FROM staged WHERE problem IS NULL"
        f" GROUP BY {key} HAVING COUNT(*) > 1"
    )
    if warehouse.value("SELECT COUNT(*) FROM repeated"):
        same = " AND ".join(
            f"repeated.{quoted(name)} IS NOT DISTINCT FROM staged.{quoted(name)}" for name in contract.key
        )
        warehouse.execute(
            f"UPDATE staged SET problem = 'columns {', '.join(contract.key)}: ' || {_shown(contract.key)}"
            f" || ' stands more than once' WHERE problem IS NULL AND EXISTS (SELECT 1 FROM repeated WHERE {same})"
        )


def _mark_dangling(warehouse: Warehouse, contract: Contract, column: str, target: str) -> None:
    names = _referring(contract, column, target)
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE dangling AS {_dangling(contract, column, target)}")
    if warehouse.value("SELECT COUNT(*) FROM dangling"):
        same = " AND ".join(f"dangling.{quoted(name)} = staged.{quoted(name)}" for name in names)
        warehouse.execute(
            f"UPDATE staged SET problem = 'column {column}: ' || {_shown(names)} || ' is not in raw.{target}'"
            f" WHERE problem IS NULL AND EXISTS (SELECT 1 FROM dangling WHERE {same})"
        )


def _referring(contract: Contract, column: str, target: str) -> list[str]:
    """A game is meant by id, date and season together: a row dated otherwise would land in the wrong partition."""
    beside = ("game_date", "season", "season_type") if target == "games" else ()
    return [column, *(name for name in beside if name in contract.column_names)]


def _dangling(contract: Contract, column: str, target: str) -> str:
    """What the column refers to, with all that must agree, and that no source has: the one that stands may have another date."""
    names = _referring(contract, column, target)
    ours = [target.removesuffix("s") + "_id", *names[1:]]
    same = " AND ".join(f"t.{quoted(own)} = s.{quoted(name)}" for own, name in zip(ours, names, strict=True))
    listed = ", ".join(quoted(name) for name in names)
    return (
        f"SELECT * FROM (SELECT DISTINCT {listed} FROM staged WHERE problem IS NULL AND {quoted(column)} IS NOT NULL) AS s"
        f" WHERE NOT EXISTS (SELECT 1 FROM ({live_rows(target)}) AS t WHERE {same})"
    )


def _shown(names: list[str] | tuple[str, ...]) -> str:
    return " || ', ' || ".join(f"COALESCE(CAST(staged.{quoted(name)} AS VARCHAR), 'none')" for name in names)
