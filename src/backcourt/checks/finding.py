"""What a check found: one of four outcomes, of which only pass passes, and how the ledger keeps it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from backcourt.engine import ledger
from backcourt.errors import BackcourtError, WarehouseError
from backcourt.warehouse.duckdb import QueryError, Warehouse

Outcome = Literal["pass", "warn", "fail", "error"]
OUTCOMES: tuple[Outcome, ...] = ("pass", "warn", "fail", "error")
"""From good to bad; an error is a check that could not be made, and never a pass."""


@dataclass(frozen=True)
class Finding:
    """What one check said of one subject (a table, a source, or '' for the whole), with its figures and its query."""

    check: str
    outcome: Outcome
    said: str
    subject: str = ""
    figures: Mapping[str, object] = field(default_factory=dict)
    query: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Review:
    """All findings of one round of checks; `kind` is the verb that made it."""

    review_id: str
    kind: str
    scope: str
    reviewed_at: datetime
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> Outcome:
        """The worst outcome; a round that checked nothing is an error."""
        return max((each.outcome for each in self.findings), key=OUTCOMES.index, default="error")

    @property
    def exit_code(self) -> int:
        """0 when all passed, 3 with warnings only, else 1."""
        return {"pass": 0, "warn": 3}.get(self.outcome, 1)

    def count(self, outcome: Outcome) -> int:
        """How many findings ended so."""
        return Counter(each.outcome for each in self.findings)[outcome]


def attempt(check: str, subject: str, made: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """The findings of a check, or an error in their place when it cannot be made."""
    try:
        return list(made())
    except (QueryError, BackcourtError, OSError) as error:
        return [Finding(check, "error", " ".join(str(error).split())[:300], subject)]


def review(kind: str, scope: str, moment: datetime, findings: Sequence[Finding]) -> Review:
    """A round of checks, named after its kind and moment."""
    stamp = moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f")
    return Review(f"{kind}-{stamp}", kind, scope, moment.astimezone(UTC).replace(tzinfo=None), tuple(findings))


def store(warehouse: Warehouse, made: Review) -> None:
    """Commit a round with all its findings, sealed; raises WarehouseError if it is not there after."""
    counts = [made.count(outcome) for outcome in OUTCOMES]
    row = (made.review_id, made.kind, made.scope, made.reviewed_at, made.outcome, *counts)
    found = [
        (*(made.review_id, ordinal, each.check, each.subject, each.outcome, each.said), *_detail(each))
        for ordinal, each in enumerate(made.findings)
    ]
    with warehouse.transaction():
        warehouse.insert("ledger.reviews", [row])
        warehouse.insert("ledger.findings", found)
        ledger.seal(warehouse, "reviews")
        ledger.seal(warehouse, "findings", [made.review_id])
    stored = "SELECT COUNT(*) FROM ledger.findings WHERE review_id = ?"
    if warehouse.value(stored, [made.review_id]) != len(made.findings):
        raise WarehouseError(f"{made.review_id} is not in the ledger after its commit.", "Run the same command again.")


def _detail(of: Finding) -> tuple[str, str, str]:
    return json.dumps(of.figures, default=str, sort_keys=True), of.query, of.hint
