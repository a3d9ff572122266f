"""The versions that partitions had before the present one, so that a run can be rolled back.

In the transaction that replaces a partition its row of the ledger goes to `ledger.previous`, and its rows to a table of
the schema `previous`. The ledger's rows are the history and stay; the rows themselves go after a number of runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from backcourt.engine import ledger
from backcourt.engine.contract import Contract
from backcourt.engine.hashing import quoted
from backcourt.warehouse.duckdb import Warehouse

SCHEMA = "previous"


def kept_rows(contract: Contract) -> str:
    """The table with the rows of earlier versions, each with the run that replaced it."""
    return f"{SCHEMA}.{quoted(contract.name)}"


def keep(warehouse: Warehouse, contract: Contract, run_id: str) -> None:
    """Keep what a run replaces on `changed_dates`; call in the transaction that will replace the rows, before it does.

    Rows are kept where the ledger vouches for them and they have the columns of today; of other versions it is only
    remembered that they were.
    """
    of_run = {"run": run_id, "table": contract.full_name}
    replaced = """FROM ledger.partitions AS p WHERE p.table_name = $table AND p.record_version > 0
      AND p.game_date IN (SELECT game_date FROM changed_dates) AND NOT (p.state = 'held' AND p.partition_hash IS NULL)"""
    if not warehouse.value(f"SELECT COUNT(*) {replaced}", {"table": contract.full_name}):
        return
    _create_kept_rows(warehouse, contract)
    warehouse.execute(
        f"""INSERT INTO ledger.previous
        WITH fitting AS ({_fitting("SELECT game_date FROM changed_dates")})
        SELECT $run, p.partition_hash IS NOT NULL AND p.state <> 'damaged'
          AND (p.rows = 0 OR p.game_date IN (SELECT game_date FROM fitting)), p.*
        {replaced}""",
        {**of_run, "names": list(contract.column_names)},
    )
    names = ", ".join(quoted(name) for name in (*contract.column_names, "data_hash"))
    warehouse.execute(
        f"""INSERT INTO {kept_rows(contract)} (replaced_by, {names}) SELECT $run, {names} FROM {contract.full_name}
        WHERE game_date IN (SELECT game_date FROM changed_dates) AND game_date IN (
          SELECT game_date FROM ledger.previous WHERE replaced_by = $run AND table_name = $table AND is_kept)""",
        of_run,
    )
    ledger.seal(warehouse, "previous", [run_id])


def of_today(warehouse: Warehouse, contract: Contract, dates: Sequence[date]) -> list[date]:
    """Those of some dates whose stored rows were built with the columns that the table has today."""
    parameters = {"table": contract.full_name, "names": list(contract.column_names), "dates": list(dates)}
    return [row[0] for row in warehouse.rows(f"{_fitting('SELECT UNNEST($dates::DATE[])')} ORDER BY 1", parameters)]


def _fitting(dates: str) -> str:
    """SQL for those of some dates of $table on whose columns the ledger has fingerprints of $names, and of no others."""
    return f"""SELECT game_date FROM ledger.column_fingerprints WHERE table_name = $table AND game_date IN ({dates})
      GROUP BY game_date HAVING list_sort(list(column_name)) = list_sort($names)"""


def fits(warehouse: Warehouse, contract: Contract) -> bool:
    """Whether the rows kept of a table have the columns that its contract has today, name by name and type by type."""
    if not warehouse.has_table(SCHEMA, contract.name):
        return False
    return dict(warehouse.describe(kept_rows(contract))) == {**_columns(contract), "replaced_by": "VARCHAR"}


def is_of_today(warehouse: Warehouse, contract: Contract) -> bool:
    """Whether a stored table has the columns of its contract; the next run would give them to it."""
    stored = dict(warehouse.describe(contract.full_name))
    return stored == _columns(contract)


def _columns(contract: Contract) -> dict[str, str]:
    return {**{column.name: column.sql_type for column in contract.columns}, "data_hash": "VARCHAR"}


def prune(warehouse: Warehouse, runs: int) -> None:
    """Let the rows go that were replaced before so many runs, of those that replaced something; the history stays."""
    old = [
        row[0]
        for row in warehouse.rows(
            "SELECT p.replaced_by FROM ledger.previous AS p JOIN ledger.runs AS r ON r.run_id = p.replaced_by"
            " WHERE p.is_kept GROUP BY p.replaced_by, r.ordinal ORDER BY r.ordinal DESC OFFSET ?",
            [runs],
        )
    ]
    if old:
        with warehouse.transaction():
            _let_go(warehouse, "list_contains(?, replaced_by)", [old])


def distrust(warehouse: Warehouse) -> None:
    """Let all earlier versions go, as the ledger that vouches for them was changed; call inside a transaction."""
    _let_go(warehouse, "TRUE", [])


def _create_kept_rows(warehouse: Warehouse, contract: Contract) -> None:
    """Create the table for earlier versions; one with other columns goes, as nothing in it could be put back."""
    if fits(warehouse, contract):
        return
    if warehouse.has_table(SCHEMA, contract.name):
        _let_go(warehouse, "table_name = ?", [contract.full_name])
        warehouse.execute(f"DROP TABLE {kept_rows(contract)}")
    fields = ", ".join(f"{quoted(name)} {kind}" for name, kind in _columns(contract).items())
    warehouse.execute(f"CREATE TABLE {kept_rows(contract)} (replaced_by VARCHAR, {fields})")


def _let_go(warehouse: Warehouse, which: str, parameters: list[object]) -> None:
    """Delete the rows of versions, and note that they are no longer kept."""
    kept = f"FROM ledger.previous WHERE is_kept AND {which}"
    tables = warehouse.rows(f"SELECT DISTINCT split_part(table_name, '.', 2) {kept}", parameters)
    runs = [row[0] for row in warehouse.rows(f"SELECT DISTINCT replaced_by {kept}", parameters)]
    for (name,) in tables:
        if warehouse.has_table(SCHEMA, name):
            of_table = "SELECT replaced_by FROM ledger.previous WHERE is_kept AND split_part(table_name, '.', 2) = ?"
            warehouse.execute(
                f"DELETE FROM {SCHEMA}.{quoted(name)} WHERE replaced_by IN ({of_table} AND {which})",
                [name, *parameters],
            )
    warehouse.execute(
        f"UPDATE ledger.previous SET is_kept = FALSE, inputs = NULL WHERE is_kept AND {which}", parameters
    )
    ledger.seal(warehouse, "previous", runs)


def forget(warehouse: Warehouse, contract: Contract, runs: Iterable[str]) -> None:
    """Seal the history again after versions were put back from it, and delete the rows of those; call inside a transaction."""
    if warehouse.has_table(SCHEMA, contract.name):
        warehouse.execute(
            f"""DELETE FROM {kept_rows(contract)} AS v WHERE game_date IN (SELECT game_date FROM changed_dates)
            AND NOT EXISTS (SELECT 1 FROM ledger.previous AS p WHERE p.table_name = ?
              AND p.game_date = v.game_date AND p.replaced_by = v.replaced_by AND p.is_kept)""",
            [contract.full_name],
        )
    ledger.seal(warehouse, "previous", runs)
