"""Stages the batches of a source as an ingest does: written as lines of JSON, opened, mapped, judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from backcourt.engine.hashing import quoted
from backcourt.engine.registry import Registry
from backcourt.sources.local.mapping import read_mapping
from backcourt.sources.local.reader import open_file
from backcourt.sources.local.stage import stage
from backcourt.sources.payload import Batch
from backcourt.warehouse.duckdb import Warehouse

Row = dict[str, Any]


def staged(warehouse: Warehouse, registry: Registry, mappings: Path, batch: Batch, into: Path) -> list[Row]:
    """The rows of a batch as its raw table would have them, each with its `problem`, in the order of the batch."""
    file = into / f"{batch.kind}_2024-25.ndjson"
    file.write_text("".join(json.dumps(dict(row)) + "\n" for row in batch.rows), encoding="utf-8")
    mapping = read_mapping(mappings / f"{batch.kind}.yaml")
    assert mapping.matches(file.name), f"{mapping.file} does not claim {file.name}"
    contract = registry.raw[mapping.table]
    stage(warehouse, contract, mapping, open_file(warehouse, file), None)
    names = [column.name for column in contract.columns] + ["problem"]
    columns = ", ".join(map(quoted, names))
    found = warehouse.rows(f"SELECT {columns} FROM staged ORDER BY source_row")
    return [dict(zip(names, row, strict=True)) for row in found]


def picked(rows: list[Row], columns: str) -> list[tuple[Any, ...]]:
    """Some columns of the rows, in the order named."""
    return [tuple(row[name] for name in columns.split()) for row in rows]


def of_kind(batches: list[Batch], kind: str) -> Batch:
    """The one batch of a kind."""
    (found,) = [batch for batch in batches if batch.kind == kind]
    return found


def told(batches: list[Batch]) -> list[tuple[Any, Any]]:
    """What an answer says that has no result: subject and state; there is nothing else in it."""
    assert [batch.kind for batch in batches] == ["status"]
    return [(row["subject"], row["state"]) for row in batches[0].rows]
