"""What a full rebuild says of a warehouse: everything recomputed beside what is stored, and compared byte for byte."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from backcourt.engine import guard
from backcourt.engine.build import build
from backcourt.engine.evaluate import evaluate_all, upstream_trouble
from backcourt.engine.hashing import partition_hash, row_hash
from backcourt.engine.registry import Registry, Table
from backcourt.sources.simulated.source import ingest_simulated
from backcourt.warehouse.duckdb import Warehouse
from support import Workshop, clock

Hashes = dict[date, str]

BYTES = "not what a full rebuild makes it"
"""Said of stored rows that differ, whatever the ledger says of them."""


def differences(warehouse: Warehouse, registry: Registry) -> list[str]:
    """Where the stored tables are not what a full rebuild from the same raw rows would make; none when all is well.

    Every date of the schedule is recomputed, whatever the ledger says of it. A date that breaks a check, or stands
    behind one, must be recorded as such; all others must be verified and hold the very rows.
    """
    evaluate_all(warehouse, registry)
    found: list[str] = []
    for table in registry.ordered:
        found += [f"{table.name} {text}" for text in _differences(warehouse, registry, table)]
    return found


def fresh_hashes(registry: Registry, folder: Path) -> tuple[dict[tuple[str, date], str], set[tuple[str, date, str]]]:
    """Partition hashes, and what is failed or blocked, of a fresh warehouse that is fed the folder as it is, once."""
    with Warehouse.in_memory(threads=1) as warehouse:
        ingest_simulated(warehouse, registry, folder, clock())
        shop = Workshop(warehouse, registry, folder)
        shop.backfill()
        return shop.hashes(), troubled(warehouse)


def troubled(warehouse: Warehouse) -> set[tuple[str, date, str]]:
    """Partitions on record as something else than verified."""
    rows = warehouse.rows("SELECT table_name, game_date, state FROM ledger.partitions WHERE state <> 'verified'")
    return {(table.partition(".")[2], game_date, state) for table, game_date, state in rows}


def _differences(warehouse: Warehouse, registry: Registry, table: Table) -> Iterator[str]:
    rebuilt, failing = _rebuilt(warehouse, registry, table)
    blocked = upstream_trouble(warehouse, table)
    stored = _stored(warehouse, table)
    states = dict(warehouse.rows("SELECT game_date, state FROM evaluation WHERE table_name = ?", [table.full_name]))
    for day in sorted(rebuilt.keys() | stored.keys()):
        state = states.get(day)
        expected = "blocked" if day in blocked else "failed" if day in failing else "verified"
        if day in rebuilt and state != expected:
            yield f"{day} is {state}, not {expected} {blocked.get(day) or failing.get(day, '')}"
        # What failed or is blocked keeps its old content; what is merely stale is held to what it should be.
        if day not in failing and state not in ("failed", "blocked") and rebuilt.get(day, "") != stored.get(day, ""):
            yield f"{day} is {state} and {BYTES}"


def _rebuilt(warehouse: Warehouse, registry: Registry, table: Table) -> tuple[Hashes, dict[date, str]]:
    """Per expected date the hash of what a build makes today, in units of a season, and the checks it would break."""
    hashes: Hashes = {}
    failing: dict[date, str] = {}
    seasons: dict[str, list[date]] = defaultdict(list)
    for season, day in warehouse.rows(
        "SELECT season, game_date FROM grid WHERE table_name = ? AND games > 0 ORDER BY ALL", [table.full_name]
    ):
        seasons[season].append(day)
    for dates in seasons.values():
        build(warehouse, registry, table, dates)
        failing |= guard.failures(warehouse, table)
        hashes |= dict.fromkeys(dates, "") | _hashes(warehouse, table, "candidate")
    return hashes, failing


def _stored(warehouse: Warehouse, table: Table) -> Hashes:
    """Per date the hash of the rows that are stored, taken from their columns and not from what is noted of them."""
    if not warehouse.has_table(table.contract.schema_name, table.name):
        return {}
    return _hashes(warehouse, table, table.full_name)


def _hashes(warehouse: Warehouse, table: Table, relation: str) -> Hashes:
    return dict(
        warehouse.rows(
            f"SELECT game_date, {partition_hash('h')} FROM"
            f" (SELECT game_date, {row_hash(table.contract.columns)} AS h FROM {relation}) GROUP BY game_date"
        )
    )
