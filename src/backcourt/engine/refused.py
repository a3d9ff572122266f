"""Content that a later check refused: computed again from the same inputs, it is not published a second time.

A check that runs after publication may find a partition wrong whose rows are just what the SQL of its table gives.
Marked as damaged, it would be rebuilt, be the same, be found wrong and marked again, for ever. So what was refused is
remembered by content and inputs, and a recompute that gives it again fails with the cause. Other inputs, other code or
other rows are published as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date

from backcourt.engine import ledger
from backcourt.engine.registry import Table
from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class Refusal:
    """What a check has against a partition; `key` names the row, where the check looks at single rows."""

    table: str
    game_date: date
    check: str
    key: str
    cause: str


def remember(warehouse: Warehouse, refusals: Sequence[Refusal], review_id: str) -> None:
    """Refuse what is stored of these partitions from now on; call inside a transaction."""
    warehouse.execute("CREATE OR REPLACE TEMP TABLE refusals AS SELECT * FROM ledger.refused LIMIT 0")
    warehouse.insert("refusals", [(*astuple(each), review_id, None, None) for each in refusals])
    warehouse.execute(
        f"""UPDATE refusals SET content = c.content, input_hash = p.input_hash
        FROM ({_content("ledger.column_fingerprints", "table_name")}) AS c
        JOIN ledger.partitions AS p ON p.table_name = c.table_name AND p.game_date = c.game_date
        WHERE c.table_name = refusals.table_name AND c.game_date = refusals.game_date"""
    )
    tables = sorted({each.table for each in refusals})
    same = " AND ".join(f"r.{name} = refused.{name}" for name in ("table_name", "game_date", "check_name", "row_key"))
    warehouse.execute(f"DELETE FROM ledger.refused WHERE EXISTS (SELECT 1 FROM refusals AS r WHERE {same})")
    warehouse.execute("INSERT INTO ledger.refused SELECT * FROM refusals WHERE input_hash IS NOT NULL")
    ledger.seal(warehouse, "refused", tables)


def release(warehouse: Warehouse, refusals: Sequence[Refusal]) -> None:
    """Take refusals back; call inside a transaction."""
    for each in refusals:
        warehouse.execute(
            "DELETE FROM ledger.refused WHERE table_name = ? AND game_date = ? AND check_name = ? AND row_key = ?",
            [each.table, each.game_date, each.check, each.key],
        )
    ledger.seal(warehouse, "refused", sorted({each.table for each in refusals}))


def standing(warehouse: Warehouse) -> list[Refusal]:
    """The refusals of content that is still what is stored, though it is not read."""
    rows = warehouse.rows(
        f"""SELECT r.table_name, r.game_date, r.check_name, r.row_key, r.cause FROM ledger.refused AS r
        JOIN ledger.partitions AS p ON p.table_name = r.table_name AND p.game_date = r.game_date
        JOIN ({_content("ledger.column_fingerprints", "table_name")}) AS c
          ON c.table_name = r.table_name AND c.game_date = r.game_date AND c.content = r.content
        WHERE p.state <> 'verified' ORDER BY ALL"""
    )
    return [Refusal(*row) for row in rows]


def again(warehouse: Warehouse, table: Table) -> dict[date, str]:
    """Dates of the candidate whose content was refused when it came from the same inputs, with the cause."""
    if not warehouse.value("SELECT COUNT(*) FROM ledger.refused WHERE table_name = ?", [table.full_name]):
        return {}
    return dict(
        warehouse.rows(
            f"""SELECT r.game_date, 'computed again as ' || MIN(r.review_id || ' refused it: ' || r.check_name || ': ' || r.cause)
            FROM ledger.refused AS r
            JOIN ({_content("candidate_prints")}) AS c ON c.game_date = r.game_date AND c.content = r.content
            JOIN evaluation AS e ON e.table_name = r.table_name AND e.game_date = r.game_date AND md5(e.inputs) = r.input_hash
            WHERE r.table_name = ? GROUP BY r.game_date""",
            [table.full_name],
        )
    )


def _content(prints: str, group: str = "") -> str:
    """SQL for a digest of each date's rows, from the fingerprints of its columns."""
    by = f"{group}, game_date" if group else "game_date"
    text = "string_agg(column_name || '=' || rows || ':' || fingerprint, ';' ORDER BY column_name)"
    return f"SELECT {by}, md5({text}) AS content FROM {prints} GROUP BY {by}"
