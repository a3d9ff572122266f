"""Raw tables as the warehouse stores them: append-only rows, and the view of those that stand today."""

from __future__ import annotations

from collections.abc import Iterable

from backcourt.engine.contract import Contract
from backcourt.engine.hashing import quoted
from backcourt.engine.inputs import SCHEDULED
from backcourt.warehouse.duckdb import Warehouse

BOOKKEEPING = {
    "row_id": "BIGINT NOT NULL",
    "ingest_id": "INTEGER NOT NULL",
    "source": "VARCHAR NOT NULL",
    "known_at": "TIMESTAMP NOT NULL",
    "known_kind": "VARCHAR NOT NULL",
    "ingested_at": "TIMESTAMP NOT NULL",
}

# Only these may feed a pre-game row; date_only says nothing about before or after the cut-off.
ADMITTED = ("timed", "declared_opening", "declared_closing")


def create(warehouse: Warehouse, contracts: Iterable[Contract]) -> None:
    """Create the raw tables and views that do not exist yet."""
    contracts = list(contracts)
    with warehouse.transaction():
        for contract in contracts:
            fields = [f"{quoted(column.name)} {column.sql_type}" for column in contract.columns]
            fields += [f"{name} {kind}" for name, kind in BOOKKEEPING.items()]
            warehouse.execute(f"CREATE TABLE IF NOT EXISTS raw.{contract.name} ({', '.join(fields)})")
        for contract in sorted(contracts, key=lambda one: one.snapshot):
            create_views(warehouse, contract)


def create_views(warehouse: Warehouse, contract: Contract) -> None:
    """(Re)create the current view of a raw table, after its sources changed."""
    if contract.snapshot:
        warehouse.execute(f"CREATE OR REPLACE VIEW raw.{contract.name}_marked AS {_marked(contract)}")
        warehouse.execute(
            f"CREATE OR REPLACE VIEW raw.{contract.name}_current AS SELECT {columns_list(contract)}"
            f" FROM raw.{contract.name}_marked WHERE is_admitted"
        )
    else:
        standing = _standing(warehouse, contract)
        warehouse.execute(
            f"CREATE OR REPLACE VIEW raw.{contract.name}_current AS SELECT {columns_list(contract)} FROM ({standing})"
        )
    if contract.ahead:
        warehouse.execute(
            f"CREATE OR REPLACE VIEW raw.{contract.name}{SCHEDULED} AS"
            f" SELECT {columns_list(contract.scheduled())} FROM raw.{contract.name}_current"
        )


def live(contract: Contract) -> str:
    """SQL for the rows of a raw table that were not retired, bookkeeping included."""
    return (
        f"SELECT * FROM raw.{contract.name} WHERE row_id NOT IN"
        f" (SELECT row_id FROM ledger.retired WHERE table_name = '{contract.name}')"
    )


def columns_list(contract: Contract, alias: str = "") -> str:
    """The contract's columns for a SELECT."""
    prefix = f"{alias}." if alias else ""
    return ", ".join(prefix + quoted(column.name) for column in contract.columns)


def _standing(warehouse: Warehouse, contract: Contract) -> str:
    """Per game the rows of the best source that has it; one source needs no choice."""
    several = warehouse.value("SELECT COUNT(*) > 1 FROM ledger.sources")
    if contract.arbitrate == "none" or not several:
        return live(contract)
    return f"""WITH live AS ({live(contract)}),
    ranked AS (SELECT DISTINCT live.game_id, live.source, s.rank FROM live JOIN ledger.sources AS s ON s.source = live.source),
    best AS (SELECT game_id, MIN(rank) AS rank FROM ranked GROUP BY game_id)
    SELECT live.* FROM live
    JOIN ranked ON ranked.game_id = live.game_id AND ranked.source = live.source
    JOIN best ON best.game_id = ranked.game_id AND best.rank = ranked.rank"""


def _marked(contract: Contract) -> str:
    """Every live offer with the phase it stood in; the one place that decides what may be read as pre-game."""
    admitted = ", ".join(f"'{quality}'" for quality in ADMITTED)
    in_game = "COALESCE(l.snapshot_at >= g.cutoff_at, FALSE)"
    return f"""SELECT l.*, {in_game} AS is_in_game,
      NOT {in_game} AND l.snapshot_quality IN ({admitted}) AS is_admitted
    FROM ({live(contract)}) AS l JOIN raw.games_current AS g ON g.game_id = l.game_id"""
