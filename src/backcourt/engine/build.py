"""Compute a table for some dates: set-based, into temporary tables, without touching what is stored.

The build reads views that expose exactly the columns that lineage says it consumes. A column that lineage missed is
then an error of the engine and never a stale result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backcourt.engine import spines
from backcourt.engine.contract import Contract
from backcourt.engine.expect import Reach, covered_games, create_histories, reach_of
from backcourt.engine.hashing import fingerprints, partition_hash, quoted, row_hash
from backcourt.engine.inputs import input_view, stored_table, with_inputs
from backcourt.engine.registry import Registry, Table
from backcourt.warehouse.duckdb import Warehouse

# Rows that one thread hashes sooner than a second branch of a query is planned.
SLICE = 8192


def build(warehouse: Warehouse, registry: Registry, table: Table, dates: Sequence[date]) -> None:
    """Fill the temporary tables `spine`, `candidate` and `candidate_prints` for the given dates.

    Raises QueryError when the table's SQL fails.
    """
    compute(warehouse, registry, table, dates)
    contract = table.contract
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE candidate_prints AS "
        + fingerprints("candidate", contract.key, contract.column_names, "game_date")
    )


def compute(warehouse: Warehouse, registry: Registry, table: Table, dates: Sequence[date], home: str = "") -> None:
    """Fill the temporary tables `spine` and `candidate` for the given dates; raises QueryError when the SQL fails.

    With `home` the built tables that it reads are those of that database instead of the stored ones.
    """
    warehouse.execute("CREATE OR REPLACE TEMP TABLE unit_dates AS SELECT UNNEST(?::DATE[]) AS game_date", [list(dates)])
    create_inputs(warehouse, registry, table, home)
    create_spine(warehouse, table)
    columns = ", ".join(f"CAST({quoted(c.name)} AS {c.sql_type}) AS {quoted(c.name)}" for c in table.contract.columns)
    warehouse.execute(
        f"CREATE OR REPLACE TEMP TABLE candidate AS SELECT {columns} FROM ({with_inputs(table.build_sql)})"
    )


def create_spine(warehouse: Warehouse, table: Table) -> None:
    """Fill `spine` with the keys that must exist on the dates of `unit_dates`, and `expected_games` with their games."""
    warehouse.execute(
        f"CREATE OR REPLACE TEMP TABLE expected_games AS SELECT * FROM ({covered_games(table)})"
        " WHERE game_date IN (SELECT game_date FROM unit_dates)"
    )
    of_dates = "WHERE s.game_date IN (SELECT game_date FROM unit_dates)"
    of_games = " AND s.game_id IN (SELECT game_id FROM expected_games)" if "game_id" in table.contract.key else ""
    warehouse.execute(
        f"CREATE OR REPLACE TEMP TABLE spine AS SELECT s.* FROM {_all_keys(warehouse, table, of_dates)} AS s {of_dates}{of_games}"
    )


def _all_keys(warehouse: Warehouse, table: Table, of_dates: str) -> str:
    """What gives the spine of the dates, whichever games the table must hold: its query, or what is kept of it."""
    query = f"({with_inputs(table.spine_sql)})"
    dates = [row[0] for row in warehouse.rows("SELECT game_date FROM unit_dates")]
    kept = spines.find(warehouse, table.spine_sql, dates)
    return kept or spines.keep(warehouse, table.spine_sql, dates, f"SELECT s.* FROM {query} AS s {of_dates}") or query


def hash_rows(warehouse: Warehouse, contract: Contract) -> None:
    """Fill `hashed` with the candidate rows of the dates in `changed_dates`, each with its data_hash."""
    columns = ", ".join(quoted(name) for name in contract.column_names)
    data_hash = row_hash(contract.columns)
    if _create_vouched(warehouse, contract):
        # Few rows are left to hash, and each slice would read all that is stored beside them.
        relation, known_or_new = _beside_stored(contract, data_hash)
        of_changed = "WHERE game_date IN (SELECT game_date FROM changed_dates)"
        rows = f"SELECT {columns}, {known_or_new} AS data_hash FROM {relation} {of_changed}"
    else:
        rows = in_slices(warehouse, contract, f"{columns}, {data_hash} AS data_hash", "candidate", "changed_dates")
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE hashed AS {rows} ORDER BY game_date, {', '.join(contract.key)}")


def _create_vouched(warehouse: Warehouse, contract: Contract) -> int:
    """`vouched_dates`: those whose stored data_hashes are what the ledger says, over the same columns; how many."""
    warehouse.execute(
        f"""CREATE OR REPLACE TEMP TABLE vouched_dates AS
        SELECT p.game_date FROM ledger.partitions AS p
        JOIN evaluation AS e ON e.table_name = p.table_name AND e.game_date = p.game_date AND e.code_version = p.code_version
        JOIN (SELECT game_date, {partition_hash()} AS stored_hash FROM {contract.full_name}
          WHERE game_date IN (SELECT game_date FROM changed_dates) GROUP BY game_date) AS s ON s.game_date = p.game_date
        WHERE p.table_name = ? AND p.state = 'verified' AND p.partition_hash = s.stored_hash""",
        [contract.full_name],
    )
    return int(warehouse.value("SELECT COUNT(*) FROM vouched_dates"))


def _beside_stored(contract: Contract, data_hash: str) -> tuple[str, str]:
    """The candidate beside the stored rows, and the data_hash: of a row that is as it was, the stored one.

    A correction changes a row or two of a date and all others keep their hash; computing them took most of the time.
    """
    key = dict.fromkeys((*contract.key, "game_date"))
    names = [*contract.column_names, "data_hash"]
    stored = ", ".join(f"{quoted(name)} AS {quoted(f'was_{name}')}" for name in names)
    same_key = " AND ".join(f"{quoted(name)} = {quoted(f'was_{name}')}" for name in key)
    same = " AND ".join(
        f"{quoted(name)} IS NOT DISTINCT FROM {quoted(f'was_{name}')}"
        for name in contract.column_names
        if name not in key
    )
    relation = f"""(SELECT * FROM candidate LEFT JOIN (SELECT {stored} FROM {contract.full_name}
      WHERE game_date IN (SELECT game_date FROM vouched_dates)) AS stored ON {same_key})"""
    return relation, f"CASE WHEN was_data_hash IS NOT NULL AND {same or 'TRUE'} THEN was_data_hash ELSE {data_hash} END"


def in_slices(warehouse: Warehouse, contract: Contract, selected: str, relation: str, dates: str) -> str:
    """A query for the rows of `relation` on the dates of a table, cut by key so that every thread has a part.

    The engine hands whole row groups to its threads, and a unit of work is seldom more than one; branches of a union
    run side by side. A season of the widest table takes seconds to hash.
    """
    query = f"SELECT {selected} FROM {relation} WHERE game_date IN (SELECT game_date FROM {dates})"
    rows = int(warehouse.value(f"SELECT COUNT(*) FROM {relation}"))
    count = min(int(warehouse.value("SELECT current_setting('threads')")), 1 + rows // SLICE)
    if count == 1:
        return query
    key = ", ".join(quoted(name) for name in contract.key)
    return " UNION ALL ".join(f"{query} AND hash({key}) % {count} = {number}" for number in range(count))


def create_inputs(
    warehouse: Warehouse, registry: Registry, table: Table, home: str = "", *, only_raw: bool = False
) -> None:
    """Create the views through which a build reads, for the dates of `unit_dates`; built tables from `home`.

    A spine reads raw tables alone, so it can do with these.
    """
    create_histories(warehouse)
    _drop_inputs(warehouse)
    span = _span(warehouse)
    for upstream, columns in registry.lineage(table.name).consumed.items():
        contract = registry.contract(upstream)
        if only_raw and contract.kind != "raw":
            continue
        built = f"{home}.{upstream}" if home else upstream
        source = f"{stored_table(upstream)}_current" if contract.kind == "raw" else built
        listed = ", ".join(quoted(name) for name in sorted(columns) or contract.key[:1])
        cut = _cut(span, reach_of(registry, table, upstream))
        warehouse.execute(f"CREATE OR REPLACE TEMP VIEW {input_view(upstream)} AS SELECT {listed} FROM {source}{cut}")


def _drop_inputs(warehouse: Warehouse) -> None:
    """Drop the views of the table built before: a table that lineage missed must not be read through one of them."""
    left = "SELECT view_name FROM duckdb_views() WHERE temporary AND starts_with(view_name, 'in_')"
    for (name,) in warehouse.rows(left):
        warehouse.execute(f"DROP VIEW {quoted(name)}")


@dataclass(frozen=True)
class _Span:
    """The dates of a unit of work from the lowest to the highest, the seasons they belong to, and from when on they may read."""

    low: date
    high: date
    first: date
    last: date
    reads_from: date


def _span(warehouse: Warehouse) -> _Span:
    found = warehouse.rows(
        """SELECT u.low, u.high, COALESCE(MIN(h.first_date), u.low), COALESCE(MAX(h.last_date), u.high),
          COALESCE(MIN(h.reads_from), u.low)
        FROM (SELECT MIN(game_date) AS low, MAX(game_date) AS high FROM unit_dates) AS u
        LEFT JOIN histories AS h ON h.last_date >= u.low AND h.first_date <= u.high GROUP BY u.low, u.high"""
    )
    return _Span(*found[0])


def _cut(span: _Span, reach: Reach) -> str:
    """The dates that an input view shows: a row that may not read a date is shown no row of it.

    A unit of one date sees exactly what its rows may read. In a wider unit the SQL itself must compare dates; that it
    does is shown by building date by date and by season, which must come out equal.
    """
    if reach == "whole":
        return ""
    if reach == "same_date":
        return (
            f" WHERE game_date BETWEEN DATE '{span.low}' AND DATE '{span.high}'"
            " AND game_date IN (SELECT game_date FROM unit_dates)"
        )
    if reach == "season":
        return f" WHERE game_date BETWEEN DATE '{span.first}' AND DATE '{span.last}'"
    before = "<" if reach == "before" else "<="
    return f" WHERE game_date >= DATE '{span.reads_from}' AND game_date {before} DATE '{span.high}'"
