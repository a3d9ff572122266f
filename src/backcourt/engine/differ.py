"""Where what is stored of a table differs from what was recomputed: by partition hash, then by row and column.

Equal means equal: there is no tolerance. That stored rows have the data_hash of their content is for verify to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backcourt.engine.contract import Column, Contract
from backcourt.engine.hashing import EMPTY_PARTITION_HASH, partition_hash, quoted, row_hash
from backcourt.warehouse.duckdb import QueryError, Row, Warehouse

Pair = tuple[int, str]


@dataclass(frozen=True)
class Comparison:
    """One partition: what was recomputed, and how what is stored differs from it ('' where it does not)."""

    game_date: date
    rows: int
    partition_hash: str
    difference: str


def compare(warehouse: Warehouse, contract: Contract, dates: Sequence[date]) -> list[Comparison]:
    """Compare the stored partitions of some dates, and the ledger's hash of them, with the rows of `candidate`.

    Stored rows that cannot be read differ.
    """
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE compared_dates AS SELECT UNNEST(?::DATE[]) AS game_date", [list(dates)]
    )
    warehouse.execute(
        f"CREATE OR REPLACE TEMP TABLE recomputed AS SELECT game_date, COUNT(*) AS rows, {partition_hash()} AS hash"
        f" FROM (SELECT game_date, {row_hash(contract.columns)} AS data_hash FROM candidate) GROUP BY game_date"
    )
    try:
        return _compared(warehouse, contract)
    except QueryError as error:
        cause = f"its stored rows cannot be read: {' '.join(str(error).split())[:200]}"
        return [Comparison(day, 0, EMPTY_PARTITION_HASH, cause) for day in dates]


def _compared(warehouse: Warehouse, contract: Contract) -> list[Comparison]:
    rows = warehouse.rows(
        f"""SELECT d.game_date, COALESCE(n.rows, 0), COALESCE(n.hash, $empty), COALESCE(o.rows, 0), COALESCE(o.hash, $empty),
          COALESCE(p.rows, 0), COALESCE(p.partition_hash, $empty)
        FROM compared_dates AS d
        LEFT JOIN recomputed AS n ON n.game_date = d.game_date
        LEFT JOIN (SELECT game_date, COUNT(*) AS rows, {partition_hash()} AS hash FROM {contract.full_name}
          WHERE game_date IN (SELECT game_date FROM compared_dates) GROUP BY game_date) AS o ON o.game_date = d.game_date
        LEFT JOIN ledger.partitions AS p ON p.table_name = $table AND p.game_date = d.game_date ORDER BY d.game_date""",
        {"empty": EMPTY_PARTITION_HASH, "table": contract.full_name},
    )
    equal = {day: new == stored == vouched for day, new, stored, vouched in map(_in_pairs, rows)}
    first = _first_differences(warehouse, contract, [day for day, is_equal in equal.items() if not is_equal])
    return [
        Comparison(day, new[0], new[1], "" if equal[day] else first.get(day) or _hashes_alone(new, stored, vouched))
        for day, new, stored, vouched in map(_in_pairs, rows)
    ]


def _in_pairs(row: Row) -> tuple[date, Pair, Pair, Pair]:
    """The date, and rows and hash of what was recomputed, what is stored and what the ledger has."""
    day, *values = row
    return day, (values[0], values[1]), (values[2], values[3]), (values[4], values[5])


def _hashes_alone(new: Pair, stored: Pair, vouched: Pair) -> str:
    sides = {"stored": stored, "in the ledger": vouched, "recomputed": new}
    told = ", ".join(f"{rows} rows with hash {digest[:16]} {side}" for side, (rows, digest) in sides.items())
    return f"its values equal their recompute, its hashes do not: {told}"


def _first_differences(warehouse: Warehouse, contract: Contract, dates: Sequence[date]) -> dict[date, str]:
    """Per date the first row, by key, that differs from its recompute, and the first column of it in contract order."""
    if not dates:
        return {}
    key = [quoted(name) for name in dict.fromkeys((*contract.key, "game_date"))]
    columns = ", ".join(quoted(name) for name in contract.column_names)
    of_dates = "WHERE list_contains($dates::DATE[], game_date)"
    counted = f"SELECT {columns}, COUNT(*) OVER (PARTITION BY {', '.join(key)}) AS times__ FROM"
    same = " AND ".join(f"o.{name} IS NOT DISTINCT FROM n.{name}" for name in key)
    shown = " || ', ' || ".join(
        f"'{name} ' || {_text(f'COALESCE(o.{quoted(name)}, n.{quoted(name)})')}" for name in contract.key
    )
    found = warehouse.rows(
        f"""SELECT game_date, arg_min('first row ' || shown__ || ': ' || cause__, key__) FROM (
          SELECT COALESCE(o.game_date, n.game_date) AS game_date, {shown} AS shown__,
            ({", ".join(f"COALESCE(o.{name}, n.{name})" for name in key)}) AS key__,
            CASE WHEN o.times__ IS NULL THEN 'it is not stored, and raw gives it'
              WHEN n.times__ IS NULL THEN 'it is stored, and raw does not give it'
              WHEN o.times__ <> n.times__ THEN 'it is stored ' || o.times__ || ' times, and raw gives it ' || n.times__ || ' times'
              {" ".join(_differs(column) for column in contract.columns)} END AS cause__
          FROM ({counted} {contract.full_name} {of_dates}) AS o
          FULL JOIN ({counted} candidate {of_dates}) AS n ON {same})
        WHERE cause__ IS NOT NULL GROUP BY game_date""",
        {"dates": list(dates)},
    )
    return dict(found)


def _differs(column: Column) -> str:
    stored, new = (f"{side}.{quoted(column.name)}" for side in "on")
    return (
        f"WHEN {stored} IS DISTINCT FROM {new} THEN 'column {column.name} is ' || {_text(stored)} || ' stored, '"
        f" || {_text(new)} || ' recomputed'"
    )


def _text(value: str) -> str:
    return f"COALESCE(CAST({value} AS VARCHAR), 'NULL')"
