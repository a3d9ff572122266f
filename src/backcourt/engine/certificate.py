"""A certificate: what was recomputed and compared, what differed, and how the ledger keeps it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from backcourt.engine import ledger
from backcourt.engine.differ import Comparison
from backcourt.errors import WarehouseError
from backcourt.warehouse.duckdb import Warehouse

Outcome = Literal["passed", "failed", "incomplete"]


@dataclass(frozen=True)
class Mismatch:
    """A partition that differs from its recompute; the cause names the first differing row and column."""

    table: str
    game_date: date
    cause: str


@dataclass
class CertifiedTable:
    """What was compared of one table; `digest` is SHA-256 over a line `DATE PARTITION_HASH` for each recomputed date.

    `skipped` partitions were asked for and have a state (stale, missing, failed ...) in which nothing vouches for them.
    """

    table: str
    code_version: str
    skipped: int
    comparisons: list[Comparison] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows recomputed and compared."""
        return sum(each.rows for each in self.comparisons)

    @property
    def differing(self) -> list[Comparison]:
        """The partitions that differ."""
        return [each for each in self.comparisons if each.difference]

    @property
    def digest(self) -> str:
        """What was recomputed, in one value."""
        lines = sorted(f"{each.game_date} {each.partition_hash}" for each in self.comparisons if each.rows)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class Certificate:
    """The verdict: it passed only if all that was asked for was compared and every partition hash was equal."""

    certificate_id: str
    run_id: str | None
    scope: str
    sample: int | None
    seed: int | None
    sampled_dates: tuple[date, ...]
    engine: str
    certified_at: datetime
    seconds: float
    tables: tuple[CertifiedTable, ...]

    @property
    def compared(self) -> int:
        """Partitions compared."""
        return sum(len(each.comparisons) for each in self.tables)

    @property
    def skipped(self) -> int:
        """Partitions asked for that could not be compared, as the ledger does not vouch for them."""
        return sum(each.skipped for each in self.tables)

    @property
    def mismatches(self) -> list[Mismatch]:
        """The partitions that differ, in the order of tables and dates."""
        return [
            Mismatch(table.table, each.game_date, each.difference) for table in self.tables for each in table.differing
        ]

    @property
    def outcome(self) -> Outcome:
        """Failed on any mismatch; incomplete when something was not compared, or nothing was."""
        if self.mismatches:
            return "failed"
        return "passed" if self.compared and not self.skipped else "incomplete"


def store(warehouse: Warehouse, made: Certificate) -> None:
    """Commit a certificate and mark what differs as damaged, in one transaction; raises WarehouseError if it is not there after."""
    row = (
        *(made.certificate_id, made.run_id, made.scope, made.sample, made.seed),
        ",".join(map(str, made.sampled_dates)) or None,
        *(made.engine, made.compared, len(made.mismatches), made.skipped, made.outcome, made.certified_at),
    )
    with warehouse.transaction():
        warehouse.insert("ledger.certificates", [row])
        warehouse.insert("ledger.certified", [_as_row(made, each) for each in made.tables])
        ledger.seal(warehouse, "certificates")
        ledger.seal(warehouse, "certified", [made.certificate_id])
        causes = {(each.table, each.game_date): f"{made.certificate_id}: {each.cause}" for each in made.mismatches}
        ledger.mark_damaged(warehouse, causes, made.certificate_id)
    found = "SELECT COUNT(*) FROM ledger.certified WHERE certificate_id = ?"
    if warehouse.value(found, [made.certificate_id]) != len(made.tables):
        raise WarehouseError(
            f"{made.certificate_id} is not in the ledger after its commit.", "Run the same command again."
        )


def _as_row(made: Certificate, of: CertifiedTable) -> tuple[object, ...]:
    differing = of.differing
    first = f"{differing[0].game_date}: {differing[0].difference}" if differing else None
    figures = (len(of.comparisons), of.rows, len(differing), of.skipped)
    return (made.certificate_id, of.table, of.code_version, *figures, of.digest, first)
