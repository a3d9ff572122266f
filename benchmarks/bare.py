"""The same work without any care: raw files and builds as CREATE TABLE AS, no check, no fingerprint, no ledger.

The columns are converted and the rows hashed by the very expressions that Backcourt uses, so that what a ratio shows
is what checking, recording and committing cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backcourt.engine.contract import Contract
from backcourt.engine.hashing import quoted, row_hash
from backcourt.engine.inputs import input_view, stored_table, with_inputs
from backcourt.engine.raw import ADMITTED, columns_list
from backcourt.engine.registry import Registry, Table
from backcourt.sources.local.adapter import MappedFile, scan
from backcourt.sources.local.mapping import FileMapping
from backcourt.sources.local.reader import open_file
from backcourt.sources.local.stage import unjudged
from backcourt.warehouse.duckdb import Warehouse

# Names resolve against these, so they come first.
_FIRST = ("teams", "players", "games", "player_box")


def load(
    warehouse: Warehouse, registry: Registry, folder: Path, seasons: Sequence[str], mappings: Sequence[FileMapping]
) -> None:
    """Load the files of the given seasons into plain tables."""
    for schema in ("raw", "analytics", "precompute"):
        warehouse.execute(f"CREATE SCHEMA {schema}")
    files = [file for file in scan(folder, mappings).files if file.season is None or file.season in seasons]
    for file in sorted(files, key=_order):
        contract = registry.raw[file.mapping.table]
        query = unjudged(warehouse, contract, file.mapping, open_file(warehouse, file.path), _cut(file, seasons))
        is_new = not warehouse.has_table("raw", contract.name)
        warehouse.execute(
            f"CREATE TABLE {contract.full_name} AS {query}" if is_new else f"INSERT INTO {contract.full_name} {query}"
        )
        if is_new:
            _create_view(warehouse, contract)
    for contract in registry.raw.values():
        if not warehouse.has_table("raw", contract.name):
            fields = ", ".join(f"{quoted(column.name)} {column.sql_type}" for column in contract.columns)
            warehouse.execute(f"CREATE TABLE {contract.full_name} ({fields})")
            _create_view(warehouse, contract)


def build(warehouse: Warehouse, registry: Registry, table: Table) -> None:
    """Make a built table in one statement."""
    _create_inputs(warehouse, registry, table)
    warehouse.execute(f"CREATE OR REPLACE TEMP VIEW spine AS {with_inputs(table.spine_sql)}")
    typed = ", ".join(f"CAST({quoted(c.name)} AS {c.sql_type}) AS {quoted(c.name)}" for c in table.contract.columns)
    warehouse.execute(
        f"CREATE TABLE {table.full_name} AS SELECT *, {row_hash(table.contract.columns)} AS data_hash"
        f" FROM (SELECT {typed} FROM ({with_inputs(table.build_sql)}))"
    )


def _order(file: MappedFile) -> tuple[bool, int, str]:
    table = file.mapping.table
    return file.mapping.quarantines, _FIRST.index(table) if table in _FIRST else len(_FIRST), file.path.name


def _cut(file: MappedFile, seasons: Sequence[str]) -> Sequence[str] | None:
    return seasons if file.season is None else None


def _create_view(warehouse: Warehouse, contract: Contract) -> None:
    """The view that builds read; of snapshots it shows what stood before the game, as without that they say another thing."""
    query = f"SELECT * FROM {contract.full_name}"
    if contract.snapshot:
        query = (
            f"SELECT {columns_list(contract, 'l')} FROM {contract.full_name} AS l"
            " JOIN raw.games_current AS g ON g.game_id = l.game_id"
            f" WHERE l.snapshot_quality IN {ADMITTED} AND NOT COALESCE(l.snapshot_at >= g.cutoff_at, FALSE)"
        )
    warehouse.execute(f"CREATE VIEW {contract.full_name}_current AS {query}")


def _create_inputs(warehouse: Warehouse, registry: Registry, table: Table) -> None:
    for upstream in registry.lineage(table.name).consumed:
        source = f"{stored_table(upstream)}_current" if upstream.startswith("raw.") else upstream
        warehouse.execute(f"CREATE OR REPLACE TEMP VIEW {input_view(upstream)} AS SELECT * FROM {source}")
