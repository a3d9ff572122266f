"""Which source supplied the rows of each game, need by need, as the ledger keeps it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from backcourt.engine import ledger
from backcourt.engine.contract import Contract
from backcourt.engine.ranks import ranked
from backcourt.engine.raw import standing_rows
from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class Supplied:
    """What stands of a need on a date from one source: its rows, and the games that they are of."""

    need: str
    source: str
    games: int
    rows: int
    game_ids: tuple[str, ...]


@dataclass(frozen=True)
class Override:
    """A value that a person put in place of a source's, with the reason; `replaced` is what the source said then."""

    need: str
    key: str
    column: str
    value: str | None
    replaced: str | None
    reason: str
    source: str
    told_at: str


def is_counted(contract: Contract) -> bool:
    """Whether the ledger keeps of each game who supplied the rows of a raw table."""
    return contract.is_dated and "game_id" in contract.column_names


def write_supplied(warehouse: Warehouse, contract: Contract) -> None:
    """Note the sources of the games on the dates in `touched_dates`; call inside a transaction."""
    if not is_counted(contract):
        return
    rows = f"raw.{contract.name}_marked" if contract.snapshot else f"({standing_rows(warehouse, contract)})"
    of_dates = "game_date IN (SELECT game_date FROM touched_dates)"
    warehouse.execute(f"DELETE FROM ledger.supplied WHERE table_name = ? AND {of_dates}", [contract.name])
    warehouse.execute(f"INSERT INTO ledger.supplied {_counted(warehouse, contract, rows, of_dates)}")
    ledger.seal(warehouse, "supplied", [contract.name])


def _counted(warehouse: Warehouse, contract: Contract, rows: str, of_dates: str) -> str:
    """SQL for the rows of each game by source; whether it is whole is asked of the rows of all its sources together."""
    whole = f"COALESCE({contract.whole or 'TRUE'}, FALSE)"
    by_game = f"SELECT '{contract.name}', game_date, game_id"
    if len(ranked(warehouse, contract.name)) < 2:
        return f"{by_game}, source, COUNT(*), {whole} FROM {rows} WHERE {of_dates} GROUP BY game_date, game_id, source"
    return f"""WITH standing AS (SELECT * FROM {rows} WHERE {of_dates}),
    sides AS (SELECT game_id, {whole} AS is_whole FROM standing GROUP BY game_id)
    {by_game}, source, COUNT(*), BOOL_AND(is_whole) FROM standing JOIN sides USING (game_id)
    GROUP BY game_date, game_id, source"""


def supplied_on(warehouse: Warehouse, needs: Collection[str], day: date) -> tuple[Supplied, ...]:
    """The sources of some needs on a date, in the order in which each need ranks them."""
    rows = warehouse.rows(
        """SELECT p.table_name, p.source, COUNT(*), CAST(SUM(p.rows) AS BIGINT), list(p.game_id ORDER BY p.game_id)
        FROM ledger.supplied AS p LEFT JOIN ledger.sources AS s ON s.table_name = p.table_name AND s.source = p.source
        WHERE p.game_date = ? AND list_contains(?, p.table_name)
        GROUP BY p.table_name, p.source ORDER BY p.table_name, MIN(s.rank), p.source""",
        [day, sorted(needs)],
    )
    return tuple(Supplied(need, source, games, count, tuple(ids)) for need, source, games, count, ids in rows)


def overrides_on(warehouse: Warehouse, needs: Collection[str], day: date) -> tuple[Override, ...]:
    """The manual values of some needs on a date."""
    rows = warehouse.rows(
        """SELECT table_name, row_key, column_name, value, replaced, reason, source, CAST(told_at AS VARCHAR)
        FROM ledger.overrides WHERE game_date = ? AND list_contains(?, table_name) ORDER BY ALL""",
        [day, sorted(needs)],
    )
    return tuple(Override(*row) for row in rows)
