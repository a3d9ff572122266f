"""What a round of preflight stands on: a warehouse that may be missing or shut, settings, sources, a scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from backcourt.checks.preflight import refuse_unknown
from backcourt.clock import Clock
from backcourt.engine.plan import Plan, make_plan
from backcourt.engine.registry import Registry
from backcourt.errors import BackcourtError, LockedError, WarehouseError
from backcourt.seasons import Scope
from backcourt.settings import Settings
from backcourt.warehouse.duckdb import Warehouse


@dataclass
class Ground:
    """`refused` says why the warehouse is not open to write, or, where `warehouse` is None, not at all.

    `credentials` names per known source the environment variables that it needs; `chosen` are the sources to be asked,
    None those that filled the warehouse.
    """

    settings: Settings
    environ: Mapping[str, str]
    scope: Scope
    clock: Clock
    load: Callable[[], Registry]
    credentials: Mapping[str, tuple[str, ...]]
    chosen: tuple[str, ...] | None = None
    warehouse: Warehouse | None = None
    refused: BackcourtError | None = None

    @property
    def path(self) -> Path:
        """The warehouse file."""
        return self.settings.warehouse

    @cached_property
    def registry(self) -> Registry:
        """The tables; raises ContractError for a folder that contradicts itself."""
        return self.load()

    @cached_property
    def opened(self) -> Warehouse:
        """The warehouse, if its ledger is of this version, whole or not; raises WarehouseError where there is none."""
        if self.warehouse is None:
            raise WarehouseError(f"needs the warehouse {self.path}, which is not open")
        refuse_unknown(self.warehouse)
        return self.warehouse

    @cached_property
    def plan(self) -> Plan:
        """What a backfill of the scope would run; from then on the temporary table `evaluation` is there."""
        return make_plan(self.opened, self.registry, self.scope)


@contextmanager
def opening(
    path: Path, opener: Callable[[bool], Warehouse]
) -> Iterator[tuple[Warehouse | None, BackcourtError | None]]:
    """The warehouse, to write if it can be, else to read, else None; and why not to write. A missing file stays missing."""
    warehouse, refused = _open(path, opener)
    try:
        yield warehouse, refused
    finally:
        if warehouse is not None:
            warehouse.close()


def _open(path: Path, opener: Callable[[bool], Warehouse]) -> tuple[Warehouse | None, BackcourtError | None]:
    if not path.exists():
        return None, WarehouseError(f"There is no warehouse at {path}.", "Fill one with  backcourt ingest SOURCE")
    try:
        return opener(False), None
    except (WarehouseError, LockedError) as error:
        refused = error
    try:
        return opener(True), refused
    except (WarehouseError, LockedError):
        return None, refused
