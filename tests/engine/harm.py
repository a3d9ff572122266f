"""Ways to harm a warehouse behind Backcourt's back, and what verify says of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from backcourt.checks.verify import Verdict
from support import POST, Workshop

REGISTRY = POST
RAW = sorted(REGISTRY.raw)
BUILT = sorted(table.full_name for table in REGISTRY.ordered)
LEDGER = [
    "ledger.meta", "ledger.ingests", "ledger.coverage", "ledger.sources", "ledger.schedule", "ledger.column_fingerprints",
    "ledger.retired", "ledger.partitions", "ledger.presence", "ledger.previous", "ledger.runs", "ledger.run_tables", "ledger.attempts",
    "ledger.changes", "ledger.certificates", "ledger.certified", "ledger.reviews",
    "ledger.findings", "ledger.refused", "ledger.orders", "ledger.supplied", "ledger.overrides", "raw.unresolved",
]  # fmt: skip
BOOKKEEPING = ["row_id", "ingest_id", "source", "known_at", "known_kind", "ingested_at"]

# Another value of the same type; NULL becomes a value.
OTHER = {
    "VARCHAR": "COALESCE({0}, '') || 'x'",
    "BIGINT": "COALESCE({0}, 0) + 100000",
    "INTEGER": "COALESCE({0}, 0) + 100000",
    "DOUBLE": "COALESCE({0}, 0) + 0.0009765625",
    "BOOLEAN": "NOT COALESCE({0}, FALSE)",
    "DATE": "{0} + 10000",
    "TIMESTAMP": "COALESCE({0}, TIMESTAMP '2021-01-01') + INTERVAL 1 MICROSECOND",
}


@contextmanager
def harmed(shop: Workshop, *statements: str) -> Iterator[Workshop]:
    """The warehouse after some statements of other hands, undone afterwards."""
    shop.warehouse.execute("BEGIN TRANSACTION")
    try:
        for statement in statements:
            shop.warehouse.execute(statement)
        yield shop
    finally:
        shop.warehouse.execute("ROLLBACK")


def found(shop: Workshop, *statements: str) -> str:
    """Everything that verify says after some statements; it must not pass."""
    with harmed(shop, *statements):
        verdict = shop.verify()
    assert not verdict.passed
    return told(verdict)


def told(verdict: Verdict) -> str:
    lines = [f"{each.table} {each.game_date}: {each.cause}" for each in verdict.damage]
    lines += [str(seal) for seal in verdict.broken_seals]
    return "\n".join(lines + [f"{each.table}: {problem}" for each in verdict.tables for problem in each.problems])


def types(shop: Workshop, table: str) -> dict[str, str]:
    return dict(shop.warehouse.describe(table))


def one_row(table: str, condition: str = "TRUE") -> str:
    return f"rowid = (SELECT MIN(rowid) FROM {table} WHERE {condition})"


def alter(shop: Workshop, table: str, column: str, condition: str = "TRUE") -> str:
    value = OTHER[types(shop, table)[column]].format(f'"{column}"')
    return f'UPDATE {table} SET "{column}" = {value} WHERE {one_row(table, condition)}'


def double(table: str) -> str:
    return f"INSERT INTO {table} SELECT * FROM {table} WHERE {one_row(table)}"
