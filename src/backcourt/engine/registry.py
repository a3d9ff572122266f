"""All tables that exist, found by their folders: nothing about a table is listed anywhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from backcourt.engine.contract import Contract, SchemaName, read_contract
from backcourt.engine.inputs import SCHEDULED
from backcourt.engine.lineage import Lineage
from backcourt.engine.shared import expand
from backcourt.errors import ContractError, UsageError

if TYPE_CHECKING:
    from backcourt.engine.flow import Copied

TABLES = Path(__file__).resolve().parent.parent / "tables"

# The bare alias has two meanings in the predecessor's notes; guessing one of them would be a silent error.
_AMBIGUOUS = {"pdc": ("player_daily_cache", "player_defensive_context")}


@dataclass(frozen=True)
class Table:
    """A built table: its contract and the SQL that makes it."""

    contract: Contract
    build_sql: str
    spine_sql: str

    @property
    def name(self) -> str:
        """Name without schema."""
        return self.contract.name

    @property
    def full_name(self) -> str:
        """Schema and name."""
        return self.contract.full_name


@dataclass(frozen=True)
class Registry:
    """Contracts of all tables and the order in which built ones depend on each other."""

    raw: Mapping[str, Contract]
    built: Mapping[str, Table]

    @cached_property
    def ordered(self) -> tuple[Table, ...]:
        """Built tables, each after those that it reads; raises ContractError on a cycle."""
        remaining = {name: self.built_upstream(name) for name in self.built}
        order: list[Table] = []
        while remaining:
            ready = sorted(name for name, needs in remaining.items() if not needs & remaining.keys())
            if not ready:
                cycle = ", ".join(sorted(remaining))
                raise ContractError(
                    f"Tables read each other in a circle: {cycle}.", "Break the circle in their build.sql."
                )
            for name in ready:
                order.append(self.built[name])
                del remaining[name]
        return tuple(order)

    def built_upstream(self, name: str) -> set[str]:
        """Names of the built tables that a built table reads: in its build, its spine or its checks."""
        if name not in self._upstream:
            # The SQL parser takes a fifth of a second to load; a plan whose lineage is known does without.
            from backcourt.engine.sql import upstream_tables

            reads = upstream_tables(self.built[name])
            self._upstream[name] = {read.partition(".")[2] for read in reads if not read.startswith("raw.")} - {name}
        return self._upstream[name]

    def lineage(self, name: str) -> Lineage:
        """What a built table consumes, per upstream table."""
        if name not in self._lineages:
            from backcourt.engine.sql import lineage_of

            self._lineages[name] = lineage_of(self, self.built[name])
        return self._lineages[name]

    def copies(self, name: str) -> Mapping[str, Copied]:
        """The columns of a built table that it takes as they are from other built tables."""
        if name not in self._copies:
            from backcourt.engine.sql import copies_of

            self._copies[name] = copies_of(self, self.built[name])
        return self._copies[name]

    def know(self, name: str, lineage: Lineage, upstream: set[str]) -> None:
        """Take over what was derived before, so that it need not be derived again."""
        self._lineages[name], self._upstream[name] = lineage, upstream

    @cached_property
    def _upstream(self) -> dict[str, set[str]]:
        # Parsing the SQL of a table takes a tenth of a second; contracts and SQL are read once, so what follows is kept.
        return {}

    @cached_property
    def _copies(self) -> dict[str, Mapping[str, Copied]]:
        return {}

    @cached_property
    def _lineages(self) -> dict[str, Lineage]:
        return {}

    def contract(self, full_name: str) -> Contract:
        """The contract of `schema.table`, the views `_current` and `_scheduled` of a raw table included."""
        schema, _, name = full_name.partition(".")
        if schema == "raw":
            if name.endswith(SCHEDULED):
                return self.raw[name.removesuffix(SCHEDULED)].scheduled()
            name = name.removesuffix("_current")
            if name in self.raw:
                return self.raw[name]
        elif name in self.built and self.built[name].contract.schema_name == schema:
            return self.built[name].contract
        raise ContractError(
            f"There is no table {full_name}.", "A build.sql reads raw.NAME_current, a built table or spine."
        )

    def resolve(self, name: str) -> Table:
        """A built table by name or alias; raises UsageError for an unknown or ambiguous one."""
        wanted = name.lower()
        if wanted in _AMBIGUOUS:
            raise UsageError.ambiguous_table(name, _AMBIGUOUS[wanted])
        for table in self.built.values():
            if wanted in (table.name, table.full_name, *(alias.lower() for alias in table.contract.aliases)):
                return table
        raise UsageError.unknown_table(name, self.built)

    def select(self, names: Iterable[str], phase: int | None = None) -> tuple[Table, ...]:
        """The built tables asked for, in dependency order; all of them when nothing is named."""
        wanted = {self.resolve(name).name for name in names}
        schema = {3: "analytics", 4: "precompute"}.get(phase or 0)
        return tuple(
            table
            for table in self.ordered
            if (not wanted or table.name in wanted) and schema in (None, table.contract.schema_name)
        )

    def with_upstream(self, tables: Iterable[Table]) -> tuple[Table, ...]:
        """The given tables and all built tables they depend on, in dependency order."""
        wanted = {table.name for table in tables}
        for table in reversed(self.ordered):
            if table.name in wanted:
                wanted |= self.built_upstream(table.name)
        return tuple(table for table in self.ordered if table.name in wanted)


def load_registry(folder: Path = TABLES) -> Registry:
    """Read every table folder below `folder`; raises ContractError naming the file that is wrong."""
    raw = {path.parent.name: read_contract(path, "raw") for path in sorted(folder.glob("raw/*/contract.yaml"))}
    built: dict[str, Table] = {}
    schemas: tuple[SchemaName, ...] = ("analytics", "precompute")
    for schema in schemas:
        for path in sorted(folder.glob(f"{schema}/*/contract.yaml")):
            table = _read_table(path, schema, folder)
            built[table.name] = table
    return Registry(raw, built)


@lru_cache(maxsize=1)
def default_registry() -> Registry:
    """The tables that ship with Backcourt."""
    return load_registry()


def _read_table(path: Path, schema: SchemaName, folder: Path) -> Table:
    contract = read_contract(path, schema)
    shared = folder / "shared"
    spine = _read(folder / "spines" / f"{contract.spine}.sql", shared)
    return Table(contract, _read(path.parent / "build.sql", shared), spine)


def _read(path: Path, shared: Path) -> str:
    try:
        return expand(path.read_text(encoding="utf-8"), shared)
    except OSError as error:
        raise ContractError(f"{path} cannot be read: {error.strerror}.", "A built table needs it.") from error
