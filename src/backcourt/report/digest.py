"""The digest of a run: one compact document that says how it ended and where that leaves the tables."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from backcourt.engine import ledger, runs
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.registry import Registry
from backcourt.report.history import KILLED
from backcourt.report.status import Failure, counted
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

# A digest goes into mails and chats; the others are counted, and in the ledger.
LISTED = 20


def digest(warehouse: Warehouse, registry: Registry, run_id: str = runs.LATEST) -> dict[str, Any]:
    """How a run ended, as JSON; raises UsageError for one that is not on record. Nobody may have the file to write."""
    run = runs.find(warehouse, run_id)
    evaluate_all(warehouse, registry)
    standing = counted(warehouse, None, Scope())
    failures = _failures(warehouse, run.run_id)
    document = {**runs.as_document(run), "started_at": _utc(run.started_at), "ended_at": _utc(run.ended_at)}
    document.pop("tables", None)
    if run.outcome == "running":
        document["outcome"] = KILLED
    return {
        **document,
        "warehouse": warehouse.path.name if warehouse.path else None,
        "kind": ledger.meta(warehouse, "kind"),
        "failures": [{**asdict(each), "game_date": each.game_date.isoformat()} for each in failures[:LISTED]],
        "failures_not_listed": max(0, len(failures) - LISTED),
        "verified": sum(one.states["verified"] for one in standing["totals"]),
        "expected": sum(one.expected for one in standing["totals"]),
        "least_verified_share": min((one.share for one in standing["totals"]), default=None),
        "newest_verified": {
            one.table: one.newest_verified and one.newest_verified.isoformat() for one in standing["totals"]
        },
    }


def _failures(warehouse: Warehouse, run_id: str) -> list[Failure]:
    rows = warehouse.rows(
        "SELECT table_name, game_date, outcome, cause FROM ledger.attempts"
        " WHERE run_id = ? AND outcome IN ('failed', 'blocked') ORDER BY outcome DESC, table_name, game_date",
        [run_id],
    )
    return [Failure(table.partition(".")[2], day, outcome, cause or "") for table, day, outcome, cause in rows]


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.replace(tzinfo=UTC).isoformat()
