"""A wrong value that the whole ledger vouches for: what plain verify cannot see, and a certificate must."""

from __future__ import annotations

from backcourt.checks.reread import built_damage
from backcourt.engine import ledger
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.hashing import EMPTY_PARTITION_HASH, partition_hash, row_hash
from backcourt.engine.plan import make_plan
from backcourt.seasons import Scope
from support import Workshop, contents


def forge(shop: Workshop, table: str, *statements: str, keys_too: bool = False, keep_hashes: bool = False) -> None:
    """Run statements on a stored table, then make data hashes, ledger and seals say that all is well.

    What reads the table keeps its content and counts as built from what now stands there. With `keys_too` the
    statements change which rows there are, which verify sees by the spine; with `keep_hashes` the data_hash of each row
    stays what they left.
    """
    warehouse, contract = shop.warehouse, shop.registry.contract(table)
    evaluate_all(warehouse, shop.registry)
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE current_before AS SELECT * FROM evaluation WHERE state = 'verified'"
    )
    before = contents(warehouse)[table]
    with warehouse.transaction():
        for statement in statements:
            warehouse.execute(statement)
        assert contents(warehouse)[table] != before
        if not keep_hashes:
            warehouse.execute(f"UPDATE {table} SET data_hash = {row_hash(contract.columns)}")
        warehouse.execute(
            "CREATE OR REPLACE TEMP TABLE touched_dates AS SELECT game_date FROM ledger.partitions WHERE table_name = ?",
            [table],
        )
        ledger.write_fingerprints(warehouse, table, table, contract.key, contract.column_names, "game_date")
        warehouse.execute(
            f"""UPDATE ledger.partitions SET rows = COALESCE(s.rows, 0), expected_rows = COALESCE(s.rows, 0),
              partition_hash = COALESCE(s.hash, $empty)
            FROM touched_dates AS d LEFT JOIN (
              SELECT game_date, COUNT(*) AS rows, {partition_hash()} AS hash FROM {table} GROUP BY game_date) AS s
              ON s.game_date = d.game_date
            WHERE partitions.table_name = $table AND partitions.game_date = d.game_date""",
            {"table": table, "empty": EMPTY_PARTITION_HASH},
        )
        reseal(shop)
    if not keys_too:
        days = [day for (day,) in warehouse.rows("SELECT game_date FROM touched_dates")]
        name = shop.registry.resolve(table.partition(".")[2])
        assert list(built_damage(warehouse, shop.registry, name, days)) == []
        assert ledger.broken_seals(warehouse) == []
        assert make_plan(warehouse, shop.registry, Scope()).partitions == 0


def reseal(shop: Workshop) -> None:
    """Let every partition that was verified before count as built from the inputs of now, and seal all."""
    evaluate_all(shop.warehouse, shop.registry)
    shop.warehouse.execute(
        """UPDATE ledger.partitions SET inputs = e.inputs, input_hash = md5(e.inputs)
        FROM evaluation AS e JOIN current_before AS b ON b.table_name = e.table_name AND b.game_date = e.game_date
        WHERE e.table_name = partitions.table_name AND e.game_date = partitions.game_date"""
    )
    ledger.seal_everything(shop.warehouse)


def row_of(shop: Workshop, table: str, condition: str = "TRUE") -> dict[str, object]:
    """The first row by date and key that fulfils a condition."""
    names = [name for name, _ in shop.warehouse.describe(table)]
    key = ", ".join(shop.registry.contract(table).key)
    rows = shop.warehouse.rows(f"SELECT * FROM {table} WHERE {condition} ORDER BY game_date, {key} LIMIT 1")
    return dict(zip(names, rows[0], strict=True))
