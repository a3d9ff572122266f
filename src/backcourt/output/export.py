"""Exports: a folder of Parquet files by table and season, with their data dictionary and their manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backcourt.clock import Clock
from backcourt.engine.contract import Column
from backcourt.engine.registry import Registry, Table
from backcourt.errors import IncompleteError
from backcourt.output.files import write
from backcourt.output.folder import DICTIONARY, MANIFEST, replacing, write_json
from backcourt.output.manifest import ExportedFile, manifest, training_facts
from backcourt.output.query import Query
from backcourt.output.selection import Selection, select
from backcourt.output.training import TrainingSet
from backcourt.report.dictionary import column_entry, dictionary
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

TRAINING = "training_set"
DATA_HASH = Column(name="data_hash", type="varchar", role="bookkeeping", doc="hash of the row's columns")

OnFile = Callable[[str], None]


@dataclass(frozen=True)
class Order:
    """What to export and where to; `force` replaces an earlier export, `on_file` hears of each file."""

    scope: Scope
    out: Path
    allow_incomplete: bool = False
    force: bool = False
    on_file: OnFile = lambda path: None


def export_tables(warehouse: Warehouse, registry: Registry, order: Order, clock: Clock) -> dict[str, Any]:
    """Write the tables of the scope, each row with its data_hash; returns the manifest.

    Raises IncompleteError for what is not verified, UsageError for a folder that is not to be replaced.
    """
    tables = registry.select(order.scope.tables, order.scope.phase)
    with replacing(order.out, force=order.force) as draft:
        selections = _selections(warehouse, registry, tables, order)
        files = []
        for selection in selections:
            for season, part in _stored_seasons(selection):
                query = part.query((*part.table.contract.columns, DATA_HASH))
                files.append(_file(warehouse, order, draft, part.table.name, season, query))
        document = manifest(warehouse, registry, order.scope, selections, files, clock)
        _finish(draft, document, {"tables": dictionary(table.contract for table in tables)})
    return document


def export_training(
    warehouse: Warehouse, registry: Registry, made: TrainingSet, order: Order, clock: Clock
) -> dict[str, Any]:
    """Write a training set, one file a season; returns the manifest, which names both tables' content and code."""
    tables = (made.store, made.outcomes)
    with replacing(order.out, force=order.force) as draft:
        selections = _selections(warehouse, registry, tables, order)
        store, outcomes = selections
        files = []
        for season, part in _stored_seasons(store):
            query = made.query(part, outcomes)
            files.append(_file(warehouse, order, draft, TRAINING, season, query))
        document = manifest(warehouse, registry, order.scope, selections, files, clock)
        document["training"] = training_facts(made, made.losses(warehouse, store, outcomes))
        columns = [column_entry(column) for column in made.columns]
        _finish(draft, document, {TRAINING: columns, "tables": dictionary(table.contract for table in tables)})
    return document


def _selections(
    warehouse: Warehouse, registry: Registry, tables: Sequence[Table], order: Order
) -> tuple[Selection, ...]:
    selections = select(warehouse, registry, tables, order.scope, allow_incomplete=order.allow_incomplete)
    if not any(selection.rows for selection in selections):
        raise IncompleteError(
            f"Nothing is stored in this scope: {order.scope.describe()}",
            "Widen the scope, or fill it with  backcourt backfill",
        )
    return selections


def _stored_seasons(selection: Selection) -> Iterator[tuple[str, Selection]]:
    parts = ((season, selection.of_season(season)) for season in selection.seasons)
    return ((season, part) for season, part in parts if part.stored)


def _file(warehouse: Warehouse, order: Order, draft: Path, table: str, season: str, query: Query) -> ExportedFile:
    path = f"{table}/{season}.parquet"
    (draft / table).mkdir(exist_ok=True)
    written = write(warehouse, query, draft / path, "parquet")
    order.on_file(path)
    return ExportedFile(path, table, season, written)


def _finish(draft: Path, document: dict[str, Any], entries: dict[str, Any]) -> None:
    write_json(draft / DICTIONARY, entries)
    write_json(draft / MANIFEST, document)
