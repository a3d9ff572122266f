"""What the page shows, read from the warehouse once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from backcourt.checks.finding import OUTCOMES
from backcourt.engine import ledger, runs
from backcourt.engine.evaluate import NOT_DUE, evaluate_all
from backcourt.engine.registry import Registry
from backcourt.engine.runs import Run
from backcourt.report.quality import STORE, QualityReport, quality_report
from backcourt.report.status import LastCertificate, last_certificate, wanted_tables
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

RUNS_SHOWN = 50


@dataclass(frozen=True)
class Cell:
    """One table on one date."""

    table: str
    game_date: date
    season: str
    state: str
    cause: str
    games: int
    uncovered: int
    expected_rows: int
    rows: int
    run: str
    committed_at: datetime | None

    @property
    def is_expected(self) -> bool:
        """Whether it must exist."""
        return self.state not in NOT_DUE


@dataclass(frozen=True)
class Verdict:
    """The newest round of checks of a kind, with what did not pass: check, subject, outcome, what it said and a hint."""

    kind: str
    outcome: str
    reviewed_at: datetime
    scope: str
    counts: dict[str, int]
    findings: tuple[tuple[str, str, str, str, str], ...]


@dataclass(frozen=True)
class Facts:
    """Everything on the page; `tables` are in the order in which they are built."""

    kind: str | None
    as_of: str | None
    made_at: datetime
    scope: str
    tables: tuple[str, ...]
    cells: tuple[Cell, ...]
    runs: tuple[Run, ...]
    runs_in_all: int
    quality: QualityReport | None
    certificate: LastCertificate | None
    verdicts: tuple[Verdict, ...]

    @property
    def expected(self) -> tuple[Cell, ...]:
        """The partitions that must exist."""
        return tuple(each for each in self.cells if each.is_expected)

    @property
    def is_complete(self) -> bool:
        """Whether all of them are verified, and there is one."""
        return bool(self.expected) and all(each.state == "verified" for each in self.expected)


def gather(warehouse: Warehouse, registry: Registry, scope: Scope, now: datetime) -> Facts:
    """Read all that the page shows of a scope."""
    evaluate_all(warehouse, registry)
    cells = _cells(warehouse, registry, scope)
    recorded = runs.recorded(warehouse)
    store = registry.built.get(STORE)
    has_store = store is not None and warehouse.has_table(store.contract.schema_name, STORE)
    return Facts(
        kind=ledger.meta(warehouse, "kind"),
        as_of=ledger.meta(warehouse, "as_of"),
        made_at=now.astimezone(UTC),
        scope=scope.describe(),
        tables=tuple(dict.fromkeys(each.table for each in cells)),
        cells=tuple(cells),
        runs=tuple(recorded[:RUNS_SHOWN]),
        runs_in_all=len(recorded),
        quality=quality_report(warehouse, registry, scope) if has_store else None,
        certificate=last_certificate(warehouse),
        verdicts=tuple(_verdicts(warehouse)),
    )


def _cells(warehouse: Warehouse, registry: Registry, scope: Scope) -> list[Cell]:
    wanted = wanted_tables(registry, scope)
    rows = warehouse.rows(
        """SELECT e.table_name, e.game_date, e.season, e.state, COALESCE(e.reason, ''), e.games, e.uncovered,
          COALESCE(e.expected_rows, 0), COALESCE(e.rows, 0), COALESCE(p.run_id, ''), p.committed_at
        FROM evaluation AS e LEFT JOIN ledger.partitions AS p ON p.table_name = e.table_name AND p.game_date = e.game_date
        ORDER BY e.ordinal, e.game_date"""
    )
    return [
        Cell(name.partition(".")[2], day, season, *figures)
        for name, day, season, *figures in rows
        if (wanted is None or name in wanted) and scope.includes(day, season)
    ]


def _verdicts(warehouse: Warehouse) -> list[Verdict]:
    newest = warehouse.rows(
        "SELECT kind, outcome, reviewed_at, scope, review_id, passed, warned, failed, errors FROM ledger.reviews"
        " QUALIFY ROW_NUMBER() OVER (PARTITION BY kind ORDER BY reviewed_at DESC, review_id DESC) = 1 ORDER BY kind"
    )
    return [
        Verdict(
            kind=kind,
            outcome=outcome,
            reviewed_at=reviewed_at,
            scope=scope,
            counts=dict(zip(OUTCOMES, counts, strict=True)),
            findings=tuple(
                warehouse.rows(
                    "SELECT check_name, subject, outcome, said, hint FROM ledger.findings"
                    " WHERE review_id = ? AND outcome <> 'pass' ORDER BY ordinal",
                    [review_id],
                )
            ),
        )
        for kind, outcome, reviewed_at, scope, review_id, *counts in newest
    ]
