"""What must exist: the grid of expected partitions, computed from the schedule and the coverage that sources declare.

Nothing here looks at a built table, and nothing but the ledger is read: the schedule's counts are copied there when
the schedule is ingested.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from backcourt.engine import ledger
from backcourt.engine.inputs import SCHEDULED, stored_table
from backcourt.engine.registry import Registry, Table
from backcourt.warehouse.duckdb import Warehouse

Reach = Literal["whole", "same_date", "season", "before", "until"]


def create_grid(warehouse: Warehouse, tables: Iterable[Table]) -> None:
    """Fill the temporary table `grid`: per table and date the games it must hold and those no source covers."""
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE grid (table_name VARCHAR, game_date DATE, season VARCHAR,"
        " games BIGINT, uncovered BIGINT, coverage VARCHAR)"
    )
    kinds = [(table.full_name, table.contract.covers, table.contract.kind == "post") for table in tables]
    if not kinds:
        return
    warehouse.execute(
        """INSERT INTO grid
        WITH wanted AS (SELECT UNNEST(?) AS table_name, UNNEST(?) AS covers, UNNEST(?) AS is_post),
        counted AS (
          SELECT w.table_name, s.game_date, s.season, c.season_type, IF(w.is_post, s.final, s.games) AS games
          FROM ledger.schedule AS s CROSS JOIN wanted AS w
          LEFT JOIN (SELECT DISTINCT table_name, season, season_type FROM ledger.coverage) AS c
            ON c.table_name = w.covers AND c.season = s.season AND c.season_type = s.season_type)
        SELECT table_name, game_date, MIN(season), COALESCE(SUM(games) FILTER (WHERE season_type IS NOT NULL), 0),
          COALESCE(SUM(games) FILTER (WHERE season_type IS NULL), 0), string_agg(DISTINCT season_type, ',' ORDER BY season_type)
        FROM counted GROUP BY table_name, game_date HAVING SUM(games) > 0""",
        [list(column) for column in zip(*kinds, strict=True)],
    )


def covered_games(table: Table) -> str:
    """SQL over the raw tables for the games that a built table must hold."""
    state = "g.is_final" if table.contract.kind == "post" else "g.takes_place"
    return f"""SELECT g.game_id, g.game_date FROM raw.games_current AS g
    WHERE g.counts AND {state} AND EXISTS (SELECT 1 FROM ledger.coverage AS c WHERE c.table_name = '{table.contract.covers}'
      AND c.season = g.season AND c.season_type = g.season_type)"""


def create_consumption(warehouse: Warehouse, registry: Registry, tables: Iterable[Table]) -> None:
    """Fill the temporary tables `reads` (a numbered row for each upstream table of a table) and `consumption` (its columns).

    The numbers of a table go up with the names of what it reads, so they sort like the names, and in less time.
    """
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE reads (number INTEGER, table_name VARCHAR, upstream VARCHAR, reach VARCHAR)"
    )
    warehouse.execute("CREATE OR REPLACE TEMP TABLE consumption (number INTEGER, stored VARCHAR, column_name VARCHAR)")
    reads = [(table, upstream) for table in tables for upstream in sorted(registry.lineage(table.name).consumed)]
    _fill(
        warehouse,
        "reads",
        [
            (number, table.full_name, upstream, reach_of(registry, table, upstream))
            for number, (table, upstream) in enumerate(reads)
        ],
    )
    columns = []
    for number, (table, upstream) in enumerate(reads):
        consumed = registry.lineage(table.name).consumed[upstream] or registry.contract(upstream).key[:1]
        columns += [(number, stored_table(upstream), column) for column in sorted(consumed)]
    _fill(warehouse, "consumption", columns)


def _fill(warehouse: Warehouse, name: str, rows: Sequence[Sequence[object]]) -> None:
    """Hundreds of rows in one statement; each value as a parameter of its own would take longer than all else of a plan."""
    if rows:
        lists = [list(column) for column in zip(*rows, strict=True)]
        warehouse.execute(f"INSERT INTO {name} SELECT {', '.join('UNNEST(?)' for _ in lists)}", lists)


def last_date(warehouse: Warehouse, kind: str) -> date:
    """The last date on which a table of a kind may have rows: of pre-game ones the horizon, or the moment of an excerpt's."""
    return warehouse.horizon(ledger.as_of(warehouse)) if kind == "pre" else date.max


def reach_of(registry: Registry, table: Table, upstream: str) -> Reach:
    """Which partitions of an upstream table a row of a date may read.

    A post-game row reads its own date. A pre-game row reads the results before its date, since the season before its
    own; the schedule of its season; snapshots up to its date, whose moments it compares with its cut-off; and of other
    pre-game tables its own date. Both read whole registries.
    """
    contract = registry.contract(upstream)
    if not contract.is_dated:
        return "whole"
    if table.contract.kind == "post" or contract.kind == "pre":
        return "same_date"
    if upstream.endswith(SCHEDULED):
        return "season"
    return "before" if contract.kind == "post" or contract.known_at == "result" else "until"


def create_histories(warehouse: Warehouse) -> None:
    """Fill the temporary table `histories`: per season its dates, and the first date of what its rows may read.

    That is the start of the season before; rows of the first season read back to the beginning, so to rosters of summer.
    """
    warehouse.execute(
        """CREATE OR REPLACE TEMP TABLE histories AS
        SELECT season, MIN(game_date) AS first_date, MAX(game_date) AS last_date,
          COALESCE(LAG(MIN(game_date)) OVER (ORDER BY season), DATE '0001-01-01') AS reads_from
        FROM ledger.schedule GROUP BY season"""
    )
