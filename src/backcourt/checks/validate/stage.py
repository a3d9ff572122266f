"""What a validation looks at: the verified partitions of a scope, and views that show nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from backcourt.engine import refused
from backcourt.engine.evaluate import NOT_DUE, evaluate_all
from backcourt.engine.inputs import input_view, with_inputs
from backcourt.engine.refused import Refusal
from backcourt.engine.registry import Registry, Table
from backcourt.engine.renew import refuse_other_engine
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Row, Warehouse


@dataclass(frozen=True)
class Partition:
    """An expected partition of the scope."""

    game_date: date
    season: str
    state: str
    expected_rows: int
    rows: int


@dataclass(frozen=True)
class Stage:
    """The warehouse as validation sees it.

    `partitions` are those of the scope of which something is due, `examined` the dates whose rows are looked at: verified ones,
    and those that an earlier round refused and that have not been rebuilt since.
    """

    warehouse: Warehouse
    registry: Registry
    scope: Scope
    tables: tuple[Table, ...]
    partitions: dict[str, list[Partition]]
    refusals: tuple[Refusal, ...]
    examined: dict[str, dict[str, list[date]]]

    def dates(self, table: Table) -> list[date]:
        """The examined dates of a table."""
        return [day for days in self.examined.get(table.full_name, {}).values() for day in days]

    def expected(self, table: Table) -> int:
        """How many partitions of a table must exist in the scope."""
        return len(self.partitions.get(table.full_name, []))

    def built(self, *names: str) -> tuple[Table, ...] | None:
        """Tables by name; None if the registry lacks one of them."""
        found = [self.registry.built.get(name) for name in names]
        return tuple(table for table in found if table) if all(found) else None

    def show(self, tables: Sequence[Table], raw: Iterable[str] = ()) -> set[date]:
        """Make the views that `compare` reads, on the dates that are examined of all the tables; these dates.

        Raises QueryError for a table that is not there.
        """
        common = set.intersection(*(set(self.dates(table)) for table in tables))
        self.warehouse.execute(
            "CREATE OR REPLACE TEMP TABLE compared_dates AS SELECT UNNEST(?::DATE[]) AS game_date", [sorted(common)]
        )
        for table in tables:
            self.warehouse.execute(
                f"CREATE OR REPLACE TEMP VIEW {input_view(table.full_name)} AS SELECT * FROM {table.full_name}"
                " WHERE game_date IN (SELECT game_date FROM compared_dates)"
            )
        for name in raw:
            self.warehouse.execute(f"CREATE OR REPLACE TEMP VIEW {input_view(name)} AS SELECT * FROM {name}")
        return common

    def compare(self, sql: str) -> list[Row]:
        """Per date of a query over game_date and cause how many rows it has, how many have a cause, and the first."""
        return self.warehouse.rows(
            "SELECT game_date, COUNT(*), COUNT(cause), MIN(cause) FROM"
            f" ({with_inputs(sql)}) GROUP BY game_date ORDER BY game_date"
        )


def create_stage(warehouse: Warehouse, registry: Registry, scope: Scope) -> Stage:
    """Evaluate everything, and pick what is looked at; fingerprints of another engine are refused."""
    refuse_other_engine(warehouse)
    evaluate_all(warehouse, registry)
    refusals = tuple(refused.standing(warehouse))
    again = {(each.table, each.game_date) for each in refusals}
    partitions: dict[str, list[Partition]] = defaultdict(list)
    examined: dict[str, dict[str, list[date]]] = defaultdict(lambda: defaultdict(list))
    rows = warehouse.rows(
        "SELECT table_name, game_date, season, state, COALESCE(expected_rows, 0), rows FROM evaluation ORDER BY ordinal, game_date"
    )
    inside = set()
    for name, day, season, state, expected, stored in rows:
        if not scope.includes(day, season):
            continue
        inside.add((name, day))
        if state not in NOT_DUE:
            partitions[name].append(Partition(day, season, state, expected, stored))
        if state in ("verified", "closed") or (name, day) in again:
            examined[name][season].append(day)
    return Stage(
        warehouse,
        registry,
        scope,
        registry.select(scope.tables, scope.phase),
        dict(partitions),
        tuple(each for each in refusals if (each.table, each.game_date) in inside),
        {name: dict(seasons) for name, seasons in examined.items()},
    )
