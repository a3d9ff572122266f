"""The simulated league as a source: its files carry the raw tables' own columns and go the way of any other file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from backcourt.clock import Clock
from backcourt.engine import ledger
from backcourt.engine.intake import Outcome
from backcourt.engine.registry import Registry
from backcourt.sources.local.adapter import IngestReport, ingest_folder
from backcourt.sources.local.mapping import FileMapping
from backcourt.sources.simulated.league import write_league
from backcourt.sources.simulated.schedule import LeagueSize
from backcourt.sources.simulated.writer import stored_columns
from backcourt.warehouse.duckdb import Warehouse

_COVERED = ("games", "player_box", "team_box", "shots", "play_by_play")
_SEASON_TYPES = ("regular", "play_in", "playoffs", "cup_final")


def own_mappings(registry: Registry) -> tuple[FileMapping, ...]:
    """One mapping per raw table, column to column; dated tables have a file per season."""
    return tuple(
        FileMapping(
            file=f"{contract.name}_{{season}}" if contract.is_dated else contract.name,
            table=contract.name,
            columns={name: {"from": name} for name in stored_columns(contract)},  # type: ignore[misc]
            coverage=_SEASON_TYPES if contract.name in _COVERED else (),
            text=f"own columns of {contract.name}",
        )
        for contract in registry.raw.values()
    )


def ingest_simulated(
    warehouse: Warehouse,
    registry: Registry,
    folder: Path,
    clock: Clock,
    *,
    seasons: Sequence[str] = (),
    max_vanishing: float = 0.05,
    on_file: Callable[[Outcome], None] = lambda outcome: None,
) -> IngestReport:
    """Ingest a league that was written to a folder; raises SourceError like any folder."""
    ingest = partial(ingest_folder, source="simulated", kind="simulated", mappings=own_mappings(registry))
    return ingest(warehouse, registry, folder, clock, seasons=seasons, max_vanishing=max_vanishing, on_file=on_file)


def simulate(
    warehouse: Warehouse,
    registry: Registry,
    clock: Clock,
    start_years: Sequence[int],
    *,
    seed: int = 1,
    size: LeagueSize | None = None,
    on_file: Callable[[Outcome], None] = lambda outcome: None,
) -> IngestReport:
    """Play seasons of the simulated league and ingest them; the files are gone afterwards."""
    # A season takes a while to play, so a warehouse that takes no more is refused before.
    if ledger.exists(warehouse):
        ledger.refuse_as_of(warehouse)
    with tempfile.TemporaryDirectory(prefix="backcourt-league-") as folder:
        write_league(Path(folder), start_years, seed, size)
        return ingest_simulated(warehouse, registry, Path(folder), clock, on_file=on_file)
