"""The news of a raw table: rows that ingests told for the first time, corrected, or no longer had, one by one.

Nothing in a raw table is ever overwritten, so what an ingest did is read from the rows that it brought and the rows
that it retired. A correction counts for a reader only where a column that it reads has another value, or the date.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from backcourt.engine.contract import Contract
from backcourt.engine.hashing import quoted
from backcourt.engine.ranks import MANUAL, ranked
from backcourt.engine.raw import same_columns
from backcourt.warehouse.duckdb import Warehouse


def create_news(
    warehouse: Warehouse,
    contract: Contract,
    columns: Collection[str],
    after: int,
    last: int,
    dates: tuple[date, date] | None = None,
) -> None:
    """Fill the temporary table `news` with what the ingests after one and up to another did to the rows of a table.

    A row has `kind` (new, corrected, vanished), the date before and after, and which of `columns` were corrected. With
    `dates` what is new on other dates is left out.
    """
    key = ("source", *contract.key)
    compared = sorted({*columns, "game_date"} if contract.is_dated else columns)
    same_key = " AND ".join(f"a.{quoted(name)} IS NOT DISTINCT FROM e.{quoted(name)}" for name in key)
    row_key = ", ".join(f"{quoted(name)} := COALESCE(a.{quoted(name)}, e.{quoted(name)})" for name in key)
    differs = ", ".join(f"a.{quoted(name)} IS DISTINCT FROM e.{quoted(name)}" for name in compared)
    before, now = (f"{side}.game_date" if contract.is_dated else "CAST(NULL AS DATE)" for side in "ea")
    warehouse.execute(
        f"""CREATE OR REPLACE TEMP TABLE news AS
        WITH ended AS (
          SELECT r.*, t.ingest_id AS told_by FROM {contract.full_name} AS r
          JOIN ledger.retired AS t ON t.table_name = '{contract.name}' AND t.row_id = r.row_id
          WHERE t.ingest_id > $after AND t.ingest_id <= $last),
        arrived AS (
          SELECT *, ingest_id AS told_by FROM {contract.full_name} WHERE ingest_id > $after AND ingest_id <= $last{_near(dates)}),
        told AS (
          SELECT COALESCE(a.told_by, e.told_by) AS ingest_id, struct_pack({row_key}) AS row_key,
            CASE WHEN e.told_by IS NULL THEN 'new' WHEN a.told_by IS NULL THEN 'vanished' ELSE 'corrected' END AS kind,
            {before} AS day_before, {now} AS day_after,
            list_where([{", ".join(f"'{name}'" for name in compared)}], [{differs}]) AS columns
          FROM arrived AS a FULL JOIN ended AS e ON e.told_by = a.told_by AND {same_key})
        SELECT ingest_id, row_key, kind, day_before, day_after, IF(kind = 'corrected', columns, []) AS columns
        FROM told WHERE (kind <> 'corrected' OR len(columns) > 0){_standing(warehouse, contract)}""",
        {"after": after, "last": last},
    )


def _near(dates: tuple[date, date] | None) -> str:
    """Rows of other dates matter only where they end one that stood."""
    if dates is None:
        return ""
    return (
        f" AND (game_date BETWEEN DATE '{dates[0]}' AND DATE '{dates[1]}' OR ingest_id IN (SELECT told_by FROM ended))"
    )


def _standing(warehouse: Warehouse, contract: Contract) -> str:
    """What a source says of a game (or key) is news to nobody while a better one stands for it, before it and after."""
    if len([source for source in ranked(warehouse, contract.name) if source != MANUAL]) < 2:
        return ""
    return f" AND NOT ({_overruled(contract, '<')} AND {_overruled(contract, '<=')})"


def _overruled(contract: Contract, until: str) -> str:
    """SQL for that another source stood for the unit of a told row when the ingests up to its own, or before it, were known."""
    whole = f"COALESCE({contract.whole or 'TRUE'}, FALSE)"
    # What nobody had then has no rows to aggregate, and then no source stood.
    return f"""COALESCE((
      SELECT arg_min(o.source, (NOT o.is_whole, o.rank)) <> told.row_key.source FROM (
        SELECT b.source, ANY_VALUE(s.rank) AS rank, {whole} AS is_whole FROM {contract.full_name} AS b
        JOIN ledger.sources AS s ON s.source = b.source AND s.table_name = '{contract.name}' AND s.source <> '{MANUAL}'
        LEFT JOIN ledger.retired AS t ON t.table_name = '{contract.name}' AND t.row_id = b.row_id
        WHERE {same_columns(contract.unit, "b", "told.row_key")} AND b.ingest_id {until} told.ingest_id
          AND (t.ingest_id IS NULL OR NOT t.ingest_id {until} told.ingest_id)
        GROUP BY b.source) AS o), FALSE)"""
