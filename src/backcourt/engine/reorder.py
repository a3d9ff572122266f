"""Changing the order in which the sources of a need are taken: what then stands otherwise is due, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backcourt.engine import ledger, ranks
from backcourt.engine.contract import Contract
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.intake import write_counts, write_schedule
from backcourt.engine.raw import create_views
from backcourt.engine.registry import Registry
from backcourt.engine.renew import renew
from backcourt.errors import UsageError
from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class Reordered:
    """The order of a need's sources before and after, those that have delivered it; and what is due now."""

    need: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    due: int


def reorder(warehouse: Warehouse, registry: Registry, need: str, sources: Sequence[str], now: datetime) -> Reordered:
    """Take the sources of a need in this order from now on, those not named after them; one transaction.

    Raises UsageError for a need or source that is none; one that has delivered nothing yet may have its place.
    """
    contract = _contract(registry, need)
    ledger.refuse_as_of(warehouse)
    if not renew(warehouse, registry):
        ledger.refuse_broken(warehouse)
    before = ranks.ranked(warehouse, contract.name)
    _refuse_strangers(contract, sources, {*ranks.default_order(contract.name), *before})
    if tuple(sources) != ranks.chosen(warehouse, contract.name):
        with warehouse.transaction():
            _remember(warehouse, contract, sources, now)
            ranks.write(warehouse, contract.name, before)
            if ranks.ranked(warehouse, contract.name) != before:
                _refresh(warehouse, contract)
    evaluate_all(warehouse, registry)
    due = int(warehouse.value("SELECT COUNT(*) FROM evaluation WHERE reason IS NOT NULL"))
    return Reordered(contract.name, tuple(before), tuple(ranks.ranked(warehouse, contract.name)), due)


def _contract(registry: Registry, need: str) -> Contract:
    name = need.removeprefix("raw.")
    if name not in registry.raw:
        raise UsageError(f"There is no raw table {need!r}.", f"Raw tables: {', '.join(sorted(registry.raw))}.")
    return registry.raw[name]


def _refuse_strangers(contract: Contract, sources: Sequence[str], known: set[str]) -> None:
    if len(set(sources)) != len(sources):
        raise UsageError(f"A source stands twice in {','.join(sources)!r}.", "Name each once, the best first.")
    if ranks.MANUAL in sources:
        raise UsageError(
            "Manual rows always stand in place of the rows that they correct; they have no place in an order.",
            "Leave manual out; see  backcourt ingest --help",
        )
    strange = [source for source in sources if source not in known]
    if strange or not sources:
        named = f"There is no source {strange[0]!r}." if strange else "No source is named."
        raise UsageError(named, f"Sources for raw.{contract.name}: {', '.join(sorted(known - set(ranks.NO_SOURCES)))}.")


def _remember(warehouse: Warehouse, contract: Contract, sources: Sequence[str], now: datetime) -> None:
    ordinal = 1 + int(warehouse.value("SELECT COALESCE(MAX(ordinal), 0) FROM ledger.orders"))
    after_run = int(warehouse.value("SELECT COALESCE(MAX(ordinal), 0) FROM ledger.runs"))
    row = (contract.name, ",".join(sources), now.replace(tzinfo=None), ordinal, after_run)
    warehouse.insert("ledger.orders", [row])
    ledger.seal(warehouse, "orders")


def _refresh(warehouse: Warehouse, contract: Contract) -> None:
    """Write anew what the ledger says of the rows that stand: their view, fingerprints, games and sources."""
    create_views(warehouse, contract)
    day = "game_date" if contract.is_dated else f"DATE '{ledger.UNDATED}'"
    warehouse.execute(
        f"CREATE OR REPLACE TEMP TABLE touched_dates AS SELECT DISTINCT {day} AS game_date FROM raw.{contract.name}"
    )
    write_counts(warehouse, contract)
    if contract.name == "games":
        write_schedule(warehouse)
