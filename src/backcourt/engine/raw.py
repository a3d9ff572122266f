"""Raw tables as the warehouse stores them: append-only rows, and the view of those that stand today."""

from __future__ import annotations

from collections.abc import Iterable

from backcourt.engine.contract import Contract
from backcourt.engine.hashing import quoted
from backcourt.engine.inputs import SCHEDULED
from backcourt.engine.ranks import MANUAL, ranked
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
        warehouse.execute(f"CREATE OR REPLACE VIEW raw.{contract.name}_marked AS {_marked(warehouse, contract)}")
        warehouse.execute(
            f"CREATE OR REPLACE VIEW raw.{contract.name}_current AS SELECT {columns_list(contract)}"
            f" FROM raw.{contract.name}_marked WHERE is_admitted"
        )
    else:
        warehouse.execute(
            f"CREATE OR REPLACE VIEW raw.{contract.name}_current AS SELECT {columns_list(contract)}"
            f" FROM ({standing_rows(warehouse, contract)})"
        )
    if contract.ahead:
        warehouse.execute(
            f"CREATE OR REPLACE VIEW raw.{contract.name}{SCHEDULED} AS"
            f" SELECT {columns_list(contract.scheduled())} FROM raw.{contract.name}_current"
        )


def live(contract: Contract) -> str:
    """SQL for the rows of a raw table that were not retired, bookkeeping included, of every source."""
    return live_rows(contract.name)


def live_rows(name: str) -> str:
    """The same by the name of the table."""
    return (
        f"SELECT * FROM raw.{name} WHERE row_id NOT IN (SELECT row_id FROM ledger.retired WHERE table_name = '{name}')"
    )


def columns_list(contract: Contract, alias: str = "") -> str:
    """The contract's columns for a SELECT."""
    prefix = f"{alias}." if alias else ""
    return ", ".join(prefix + quoted(column.name) for column in contract.columns)


def standing_rows(warehouse: Warehouse, contract: Contract, *, manual: bool = True) -> str:
    """SQL for the rows that stand, bookkeeping included: of the best source, manual ones in place of the rows they correct.

    One source needs no choice, and then this is all of it. Without `manual` it is what the sources say by themselves.
    """
    sources = ranked(warehouse, contract.name)
    feeds = [source for source in sources if source != MANUAL]
    if len(sources) < 2:
        return live(contract)
    best = _best(contract) if len(feeds) > 1 else f"SELECT * FROM ({live(contract)}) WHERE source <> '{MANUAL}'"
    return _corrected(contract, best) if manual and MANUAL in sources else best


def _best(contract: Contract) -> str:
    """Of each game (or key) the rows of the best source: one that has it whole before one that has not, then by rank."""
    unit = ", ".join(quoted(name) for name in contract.unit)
    return f"""WITH live AS (SELECT * FROM ({live(contract)}) WHERE source <> '{MANUAL}'),
    offered AS (SELECT {unit}, source, COALESCE({contract.whole or "TRUE"}, FALSE) AS is_whole FROM live GROUP BY {unit}, source),
    best AS (
      SELECT {unit}, arg_min(o.source, (NOT o.is_whole, s.rank)) AS source FROM offered AS o
      JOIN ledger.sources AS s ON s.source = o.source AND s.table_name = '{contract.name}' GROUP BY {unit})
    SELECT live.* FROM live JOIN best ON best.source = live.source AND {same_columns(contract.unit, "best", "live")}"""


def _corrected(contract: Contract, rows: str) -> str:
    """Rows with the values that were put in by hand, and what follows from them; all else is the source's, as it is today.

    A manual row corrects and never adds. Its bookkeeping stands for the row, which is then no source's own.
    """
    said = [one.name for one in contract.columns if one.derived is None]
    values = [
        f"IF(list_contains(m.told, '{name}'), m.{quoted(name)}, s.{quoted(name)}) AS {quoted(name)}" for name in said
    ]
    values += [f"IF(m.told IS NULL, s.{name}, m.{name}) AS {name}" for name in BOOKKEEPING]
    follows = [f"s.{quoted(one.name)} AS {quoted(f'was_{one.name}')}" for one in contract.columns if one.derived]
    columns = [
        f"IF(told IS NULL, {quoted(f'was_{one.name}')}, CAST({one.derived} AS {one.sql_type})) AS {quoted(one.name)}"
        if one.derived
        else quoted(one.name)
        for one in contract.columns
    ]
    key = ", ".join(f"{quoted(name)} := l.{quoted(name)}" for name in contract.key)
    return f"""SELECT {", ".join([*columns, *BOOKKEEPING])} FROM (
      SELECT {", ".join([*values, *follows])}, m.told FROM ({rows}) AS s
      LEFT JOIN (
        SELECT l.*, o.told FROM ({live(contract)}) AS l
        JOIN (SELECT row_key, list(column_name) AS told FROM ledger.overrides WHERE table_name = '{contract.name}' GROUP BY row_key) AS o
          ON o.row_key = CAST(to_json(struct_pack({key})) AS VARCHAR)
        WHERE l.source = '{MANUAL}') AS m ON {same_columns(contract.key, "m", "s")})"""


def same_columns(names: Iterable[str], one: str, other: str) -> str:
    """SQL for that two rows have the same values in some columns."""
    return " AND ".join(f"{one}.{quoted(name)} IS NOT DISTINCT FROM {other}.{quoted(name)}" for name in names)


def _marked(warehouse: Warehouse, contract: Contract) -> str:
    """Every standing offer with the phase it stood in; the one place that decides what may be read as pre-game."""
    admitted = ", ".join(f"'{quality}'" for quality in ADMITTED)
    in_game = "COALESCE(l.snapshot_at >= g.cutoff_at, FALSE)"
    return f"""SELECT l.*, {in_game} AS is_in_game,
      NOT {in_game} AND l.snapshot_quality IN ({admitted}) AS is_admitted
    FROM ({standing_rows(warehouse, contract)}) AS l JOIN raw.games_current AS g ON g.game_id = l.game_id"""
