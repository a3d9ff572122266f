"""How full each column is: the share of rows with a value per season, beside the share that its table declares."""

from __future__ import annotations

from dataclasses import dataclass

from backcourt.checks.shares import ColumnShare, column_shares, whole_seasons
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.registry import Registry
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class ColumnReport:
    """The columns of the scope's whole seasons."""

    kind: str | None
    columns: tuple[ColumnShare, ...]

    @property
    def problems(self) -> list[ColumnShare]:
        """Columns that are emptier or fuller than declared, or constant without a reason."""
        return [column for column in self.columns if column.problem]

    @property
    def is_sound(self) -> bool:
        """Columns were read, and none has a problem."""
        return bool(self.columns) and not self.problems


def column_report(warehouse: Warehouse, registry: Registry, scope: Scope) -> ColumnReport:
    """Count the values of every column in the seasons whose partitions are all verified.

    What the real sources have is declared; of simulated data only constancy is judged.
    """
    evaluate_all(warehouse, registry)
    kind = warehouse.value("SELECT value FROM ledger.meta WHERE key = 'kind'")
    found: list[ColumnShare] = []
    for table in registry.select(scope.tables, scope.phase):
        seasons = whole_seasons(warehouse, table, scope)
        if seasons:
            found += column_shares(warehouse, table.contract, seasons, is_declared=kind == "real")
    return ColumnReport(kind, tuple(found))
