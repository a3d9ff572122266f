"""What became of a partition, as Dagster is told: materialised, in trouble, or not due yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dagster import AssetMaterialization

from backcourt.dagster.names import DATA_VERSION, asset_key
from backcourt.engine.hashing import EMPTY_PARTITION_HASH
from backcourt.engine.run import RunReport
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

# Nothing is missing on these dates, and those of the last two hold no rows.
_SETTLED = ("verified", "closed", "not_covered")


@dataclass(frozen=True)
class Partition:
    """A partition after a run: its state by the ledger, and how the run left it.

    `outcome` is that of the attempt, `up_to_date` where there was none, or why the partition has no rows.
    """

    table: str
    game_date: date
    state: str
    cause: str
    rows: int
    partition_hash: str
    outcome: str
    run: str

    @property
    def is_settled(self) -> bool:
        """Whether the partition is as it should be."""
        return self.state in _SETTLED

    @property
    def is_ahead(self) -> bool:
        """Whether its day has not come."""
        return self.state == "ahead"

    @property
    def trouble(self) -> str:
        """What is wrong with a partition that is neither."""
        return f"{self.table} {self.game_date} is {self.state}: {self.cause}"

    def materialization(self) -> AssetMaterialization:
        """The event that reports it; its data version is its partition hash."""
        return AssetMaterialization(
            asset_key(self.table),
            partition=self.game_date.isoformat(),
            metadata={
                "rows": self.rows,
                "partition_hash": self.partition_hash,
                "run": self.run,
                "outcome": self.outcome,
            },
            tags={DATA_VERSION: self.partition_hash},
        )


def partitions_after(warehouse: Warehouse, report: RunReport, scope: Scope, tables: Iterable[str]) -> list[Partition]:
    """The partitions of tables in a scope, and all others that a run touched, in dependency order."""
    asked = set(tables)
    attempts = {(each.table, each.game_date): each for each in report.attempts}
    found = []
    rows = warehouse.rows(
        """SELECT e.table_name, e.game_date, e.season, e.state, COALESCE(p.cause, e.reason, ''), COALESCE(p.rows, 0), p.partition_hash
        FROM evaluation AS e
        LEFT JOIN ledger.partitions AS p ON p.table_name = e.table_name AND p.game_date = e.game_date
        ORDER BY e.ordinal, e.game_date"""
    )
    for table, day, season, state, cause, count, digest in rows:
        attempt = attempts.get((table.partition(".")[2], day))
        if attempt or (table in asked and scope.includes(day, season)):
            outcome = state if state != "verified" else attempt.outcome if attempt else "up_to_date"
            found.append(
                Partition(table, day, state, cause, count, digest or EMPTY_PARTITION_HASH, outcome, report.run_id)
            )
    return found
