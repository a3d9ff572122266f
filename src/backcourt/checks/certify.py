"""Is it what raw gives? Verify first, as a recompute from damaged raw rows proves nothing; then certify."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backcourt.checks.verify import Verdict, mark_damage, verify
from backcourt.clock import Clock
from backcourt.engine import ledger
from backcourt.engine.certificate import Certificate
from backcourt.engine.certify import certify as _certify
from backcourt.engine.registry import Registry
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class Certification:
    """The verdict of verify, how many damaged partitions it marked, and the certificate, or why none could be made."""

    verdict: Verdict
    marked: int
    certificate: Certificate | None
    refusal: str = ""

    @property
    def passed(self) -> bool:
        """All that is stored is complete and undamaged, and equals its recompute."""
        return self.verdict.passed and self.certificate is not None and self.certificate.outcome == "passed"


def certify(
    warehouse: Warehouse,
    registry: Registry,
    scope: Scope,
    clock: Clock,
    *,
    sample: int | None = None,
    seed: int | None = None,
    accept_ledger: bool = False,
    on_unit: Callable[[str, int], None] = lambda table, dates: None,
) -> Certification:
    """Verify a scope, mark what is damaged, and certify the rest; damaged raw rows or ledger allow no certificate."""
    verdict = verify(warehouse, registry, scope, all_raw=True)
    harmed = bool(verdict.damage or verdict.broken_seals)
    marked = mark_damage(warehouse, verdict, accept_ledger=accept_ledger) if harmed else 0
    refusal = _refusal(warehouse, verdict)
    if refusal:
        return Certification(verdict, marked, None, refusal)
    made = _certify(warehouse, registry, scope, clock, sample=sample, seed=seed, on_unit=on_unit)
    return Certification(verdict, marked, made)


def _refusal(warehouse: Warehouse, verdict: Verdict) -> str:
    raw = sorted({each.table for each in verdict.damage if each.table.startswith("raw.")})
    if raw:
        return f"{', '.join(raw)} are damaged; ingest their files again first."
    broken = ledger.broken_seals(warehouse)
    return f"{broken[0]}; settle it with --accept-ledger or bring back a copy." if broken else ""
