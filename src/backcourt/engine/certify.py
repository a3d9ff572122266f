"""Certificates: stored proof that what was built step by step equals an independent recompute of it from raw.

A partition that differs is marked as damaged in the transaction that stores the certificate, so nothing reads it
until it is rebuilt. A sample chooses dates; what their rows read is recomputed all the same, and compared as well.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from datetime import date, datetime

from backcourt.clock import Clock
from backcourt.engine import events, ledger
from backcourt.engine.certificate import Certificate, CertifiedTable, store
from backcourt.engine.differ import Comparison, compare
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.recompute import Dates, Days, Recomputed, all_days, recompute, with_reads
from backcourt.engine.registry import Registry
from backcourt.errors import UsageError, WarehouseError
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import ENGINE_VERSION, Warehouse

# States whose content the ledger vouches for; None is a date that it does not know, where nothing may be stored.
_VOUCHED = ("verified", "closed", "not_covered", None)


def certify(
    warehouse: Warehouse,
    registry: Registry,
    scope: Scope,
    clock: Clock,
    *,
    sample: int | None = None,
    seed: int | None = None,
    on_unit: Callable[[str, int], None] = lambda table, dates: None,
) -> Certificate:
    """Recompute a scope, or `sample` random dates of it, from raw; compare, store the verdict, quarantine what differs.

    That raw rows are undamaged and stored rows have the data_hash of their content is taken for granted: verify says so.
    Without `seed` a sample takes the moment's.
    Raises UsageError for a sample that cannot be meant, WarehouseError for a warehouse that cannot take a certificate.
    """
    if sample is not None and sample < 1:
        raise UsageError.bad_scope("--sample", str(sample), "it is a number of dates, at least 1", "20")
    if warehouse.read_only:
        raise WarehouseError("The warehouse is open read-only, and a certificate is stored in it.", "Open it to write.")
    ledger.refuse_broken(warehouse)
    started = clock.now()
    evaluate_all(warehouse, registry)
    days = all_days(warehouse, registry)
    wanted = _wanted(registry, scope, days)
    if sample is not None:
        seed = int(started.timestamp()) if seed is None else seed
        wanted = _sampled(wanted, sample, seed)
    vouched = {name: {day for day in dates if days[name][day].state in _VOUCHED} for name, dates in wanted.items()}
    needed = with_reads(warehouse, registry, vouched, days)
    certificate_id = _new_id(warehouse, started)
    planned = sum(len(dates) for dates in needed.values())
    events.start(warehouse, started, "certify", certificate_id, planned, {"scope": scope.describe()})

    def told(table: str, dates: int) -> None:
        events.append(warehouse, clock.now(), "compared", {"run": certificate_id, "table": table, "dates": dates})
        on_unit(table, dates)

    tables = _compared(warehouse, registry, wanted, needed, days, told)
    ended = clock.now()
    certificate = Certificate(
        certificate_id=certificate_id,
        run_id=warehouse.value("SELECT arg_max(run_id, started_at) FROM ledger.runs"),
        scope=scope.describe(),
        sample=sample,
        seed=seed if sample is not None else None,
        sampled_dates=tuple(sorted(set().union(*wanted.values()))) if sample is not None else (),
        engine=ENGINE_VERSION,
        certified_at=ended.replace(tzinfo=None),
        seconds=clock.since(started),
        tables=tuple(tables),
    )
    store(warehouse, certificate)
    evaluate_all(warehouse, registry)
    events.write_snapshot(warehouse)
    events.append(warehouse, ended, events.ENDED, {"run": certificate_id, "outcome": certificate.outcome})
    return certificate


def _wanted(registry: Registry, scope: Scope, days: Days) -> Dates:
    """The dates of the tables asked for that the scope includes."""
    return {
        table.name: {day for day, one in days[table.name].items() if scope.includes(day, one.season)}
        for table in registry.select(scope.tables, scope.phase)
    }


def _sampled(wanted: Dates, sample: int, seed: int) -> Dates:
    """As many dates, chosen by a hash of seed and date: the same on every machine, and part of any larger sample."""
    dates: set[date] = set().union(*wanted.values())
    chosen = sorted(dates, key=lambda day: hashlib.sha256(f"{seed}:{day}".encode()).hexdigest())[:sample]
    return {name: days & set(chosen) for name, days in wanted.items()}


def _compared(
    warehouse: Warehouse,
    registry: Registry,
    wanted: Dates,
    needed: Dates,
    days: Days,
    on_unit: Callable[[str, int], None],
) -> list[CertifiedTable]:
    """Compare all that is recomputed, what is only read included: whatever is known to differ is told."""
    tables = {
        table.name: CertifiedTable(
            table.full_name,
            registry.lineage(table.name).code_version,
            sum(days[table.name][day].state not in _VOUCHED for day in wanted.get(table.name, ())),
        )
        for table in registry.ordered
        if needed[table.name] or wanted.get(table.name)
    }
    with warehouse.beside() as home:
        for part in recompute(warehouse, registry, needed, days, home):
            known = days[part.table.name]
            vouched = [day for day in part.dates if known[day].state in _VOUCHED]
            tables[part.table.name].comparisons += _comparisons(warehouse, part, vouched)
            on_unit(part.table.name, len(part.dates))
    return list(tables.values())


def _comparisons(warehouse: Warehouse, part: Recomputed, vouched: list[date]) -> Iterable[Comparison]:
    if part.error:
        return [Comparison(day, 0, "", f"it cannot be recomputed: {part.error}") for day in vouched]
    return compare(warehouse, part.table.contract, vouched) if vouched else []


def _new_id(warehouse: Warehouse, started: datetime) -> str:
    name = f"certificate-{started:%Y%m%dT%H%M%S}.{started.microsecond:06d}-{os.getpid()}"
    namesakes = warehouse.value("SELECT COUNT(*) FROM ledger.certificates WHERE starts_with(certificate_id, ?)", [name])
    # A clock that stands still gives every certificate of a process one name; the later ones are numbered.
    return f"{name}-{namesakes + 1}" if namesakes else name
