"""The manifest of an export: what it holds, of which content and code, so that a model can say what it was trained on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from backcourt.clock import Clock
from backcourt.engine import ledger
from backcourt.engine.registry import Registry
from backcourt.output.files import Written
from backcourt.output.selection import Partition, Selection
from backcourt.output.training import TrainingSet
from backcourt.report.dictionary import contract_version
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import ENGINE_VERSION, Warehouse

LAYOUT = 1


@dataclass(frozen=True)
class ExportedFile:
    """A file of the export: its place in the folder, what it holds, and its digest."""

    path: str
    table: str
    season: str
    written: Written

    def as_document(self) -> dict[str, Any]:
        """The file as the manifest lists it."""
        return {"path": self.path, "table": self.table, "season": self.season, **asdict(self.written)}


def manifest(
    warehouse: Warehouse,
    registry: Registry,
    scope: Scope,
    selections: Sequence[Selection],
    files: Sequence[ExportedFile],
    clock: Clock,
) -> dict[str, Any]:
    """The document, as plain values; `as_of` is the moment that an excerpt is of, and null where it is today's knowledge."""
    return {
        "layout": LAYOUT,
        "tool": f"backcourt {version('backcourt')}",
        "engine": ENGINE_VERSION,
        "created_at": clock.now().isoformat(),
        "kind": ledger.meta(warehouse, "kind"),
        "scope": scope.describe(),
        "as_of": ledger.meta(warehouse, "as_of"),
        "is_complete": not any(part.is_trouble for each in selections for part in each.partitions),
        "rows": sum(file.written.rows for file in files),
        "tables": [_table(registry, selection) for selection in selections],
        "files": [file.as_document() for file in files],
    }


def training_facts(made: TrainingSet, losses: Mapping[str, int]) -> dict[str, Any]:
    """What the manifest of a training set says beside: the label, the features and what has no place in the set."""
    return {
        "label": made.label.name,
        "label_of": made.outcomes.full_name,
        "features_of": made.store.full_name,
        "key": [column.name for column in made.keys],
        "features": [column.name for column in made.features],
        "left_out_features": [column.name for column in made.left_out],
        "left_out_rows": dict(losses),
    }


def season_digest(partitions: Sequence[Partition]) -> str:
    """SHA-256 over a line `DATE PARTITION_HASH` for each partition with rows, in order of date."""
    lines = [f"{part.game_date} {part.partition_hash}\n" for part in partitions if part.rows]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _table(registry: Registry, selection: Selection) -> dict[str, Any]:
    contract = selection.table.contract
    return {
        "table": contract.full_name,
        "contract_version": contract_version(contract),
        "code_version": registry.lineage(contract.name).code_version,
        "key": list(contract.key),
        "rows": selection.rows,
        "seasons": [_season(selection.of_season(season), season) for season in selection.seasons],
    }


def _season(selection: Selection, season: str) -> dict[str, Any]:
    stored = selection.stored
    states = Counter(part.state for part in selection.partitions)
    return {
        "season": season,
        "rows": selection.rows,
        "first_date": stored[0].game_date.isoformat() if stored else None,
        "last_date": stored[-1].game_date.isoformat() if stored else None,
        "partitions": len(stored),
        "states": dict(sorted(states.items())),
        "digest": season_digest(stored),
    }
