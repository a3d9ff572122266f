"""Built tables as assets: to materialise partitions is a backfill of their dates.

All tables are one step: one writer, one plan, and what comes out equal cuts off what is behind it. Each partition is
reported by itself.
"""

# Dagster looks at the annotation of a step itself, so none is postponed here.
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from dagster import (
    AssetCheckResult,
    AssetExecutionContext,
    AssetMaterialization,
    AssetObservation,
    AssetsDefinition,
    AssetSpec,
    BackfillPolicy,
    Failure,
    StaticPartitionsDefinition,
    multi_asset,
)

from backcourt.clock import Clock, SystemClock
from backcourt.dagster.checks import check_results, check_specs
from backcourt.dagster.names import POOL, asset_key, opened
from backcourt.dagster.partition import Partition, partitions_after
from backcourt.dagster.raw import observations
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.inputs import base_name, stored_table
from backcourt.engine.registry import Registry, Table
from backcourt.engine.run import backfill
from backcourt.seasons import DateRange, Scope

CLOCK: Clock = SystemClock()

_SHOWN = 20

Event = AssetObservation | AssetMaterialization | AssetCheckResult


def built_assets(path: Path, registry: Registry, dates: Sequence[date]) -> AssetsDefinition:
    """One asset for each built table, partitioned by game date; a range of dates, a season say, is one run."""

    @multi_asset(
        name="backcourt",
        specs=[_spec(registry, table) for table in registry.ordered],
        check_specs=check_specs(registry),
        partitions_def=StaticPartitionsDefinition([day.isoformat() for day in dates]),
        backfill_policy=BackfillPolicy.single_run(),
        can_subset=True,
        pool=POOL,
    )
    def build(context: AssetExecutionContext) -> Iterator[Event]:
        scope = _scope(context)
        tables = [table for table in registry.ordered if asset_key(table.full_name) in context.selected_asset_keys]
        observed, found = _backfilled(context, path, registry, scope, tables) if tables else ([], [])
        yield from observed
        yield from (each.materialization() for each in found if each.is_settled)
        _tell_undue(context, tables, found)
        yield from check_results(context, path, registry, scope)
        if trouble := [each.trouble for each in found if not each.is_settled and not each.is_ahead]:
            raise _failure(trouble)

    return build


def _spec(registry: Registry, table: Table) -> AssetSpec:
    lineage = registry.lineage(table.name)
    reads = {stored_table(base_name(name)) for name in lineage.consumed}
    return AssetSpec(
        asset_key(table.full_name),
        deps=[asset_key(name) for name in sorted(reads)],
        description=table.contract.description,
        group_name=table.contract.schema_name,
        code_version=lineage.code_version,
        kinds={"duckdb"},
        # The step reports partition by partition, with a data version each, and not its whole range at once.
        skippable=True,
    )


def _scope(context: AssetExecutionContext) -> Scope:
    """The dates of the partitions asked for; all dates where none are, as when checks are run by themselves."""
    if not _is_dated(context):
        return Scope()
    span = context.partition_key_range
    return Scope(dates=(DateRange(date.fromisoformat(span.start), date.fromisoformat(span.end)),))


def _backfilled(
    context: AssetExecutionContext, path: Path, registry: Registry, scope: Scope, tables: Sequence[Table]
) -> tuple[list[AssetObservation], list[Partition]]:
    """Build what of the tables is not verified, with what it depends on: what it was made of, and what became of it."""
    wanted = replace(scope, tables=tuple(table.name for table in tables))
    with opened(path, to_write=True) as warehouse:
        report = backfill(
            warehouse,
            registry,
            wanted,
            CLOCK,
            on_unit=lambda table, dates: context.log.info(f"{table}: {dates} dates"),
        )
        evaluate_all(warehouse, registry)
        observed = observations(warehouse, registry)
        return observed, partitions_after(warehouse, report, wanted, [table.full_name for table in tables])


def _tell_undue(context: AssetExecutionContext, tables: Sequence[Table], found: Sequence[Partition]) -> None:
    """Partitions whose day has not come are not reported, so Dagster goes on calling them missing."""
    if not _is_dated(context):
        return
    for table in tables:
        known = {each.game_date.isoformat() for each in found if each.table == table.full_name and not each.is_ahead}
        undue = [key for key in context.partition_keys if key not in known]
        if undue:
            context.log.info(f"{table.name}: nothing is due yet on {len(undue)} dates, {undue[0]} first")


def _is_dated(context: AssetExecutionContext) -> bool:
    return bool(context.has_partition_key or context.has_partition_key_range)


def _failure(trouble: Sequence[str]) -> Failure:
    more = f"\n... and {len(trouble) - _SHOWN} more; see  backcourt status" if len(trouble) > _SHOWN else ""
    hint = "Hint: see why with  backcourt explain TABLE DATE"
    return Failure("\n".join(trouble[:_SHOWN]) + f"{more}\n\n{hint}", {"partitions": len(trouble)})
