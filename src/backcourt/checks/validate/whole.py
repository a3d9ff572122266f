"""A round of validation: every family of rules in turn, what they found stored, what they block quarantined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from backcourt.checks import finding
from backcourt.checks.finding import Review
from backcourt.checks.validate import copies, equalities, health, quarantine, sources, stored
from backcourt.checks.validate.quarantine import Quarantine
from backcourt.checks.validate.result import Result, Rule, not_made
from backcourt.checks.validate.spot import sample
from backcourt.checks.validate.stage import Stage, create_stage
from backcourt.clock import Clock
from backcourt.engine import ledger
from backcourt.engine.registry import Registry
from backcourt.errors import WarehouseError
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

EXPECTED = Rule(
    "expected", "contracts", "blocking", "the scope holds partitions that must exist: of nothing nothing can be right"
)
RULES = (
    EXPECTED,
    *stored.RULES,
    *equalities.RULES,
    *copies.RULES,
    *health.RULES,
    *sources.RULES,
    *sample.RULES,
    *quarantine.RULES,
)
"""Every rule by name; a table's own checks stand for themselves."""


@dataclass(frozen=True)
class Validation:
    """A round of validation: what it found, and what became of the partitions that it names."""

    review: Review
    quarantine: Quarantine

    @property
    def passed(self) -> bool:
        """Every rule could be asked, and none has anything to say."""
        return self.review.outcome == "pass"


def validate(
    warehouse: Warehouse,
    registry: Registry,
    scope: Scope,
    clock: Clock,
    *,
    samples: int = sample.SAMPLES,
    seed: int | None = None,
    on_family: Callable[[str, int], None] = lambda family, steps: None,
) -> Validation:
    """Ask every rule of a scope, store the answers and quarantine what blocking ones name; raises WarehouseError.

    `samples` rows of each table are recomputed from raw, chosen by `seed`, by default the moment.
    """
    if warehouse.read_only:
        raise WarehouseError(
            f"{warehouse.path} is open to read only; a validation stores what it finds.",
            "Open it with read_only=False.",
        )
    ledger.refuse_broken(warehouse)
    moment = clock.now()
    stage = create_stage(warehouse, registry, scope)
    results = _asked(stage, samples, int(moment.timestamp()) if seed is None else seed, on_family)
    decided, found = quarantine.decide(stage, results, [rule.name for rule in RULES])
    results += found
    made = finding.review("validate", scope.describe(), moment, [each.finding for each in results])
    made = replace(made, review_id=_free_id(warehouse, made.review_id))
    finding.store(warehouse, made)
    quarantine.commit(stage, decided, made.review_id)
    return Validation(made, decided)


FAMILIES = 6


def _asked(stage: Stage, samples: int, seed: int, on_family: Callable[[str, int], None]) -> list[Result]:
    if not any(stage.expected(table) for table in stage.tables):
        return [not_made(EXPECTED, "", "no covered game lies in the scope, so there is nothing to look at")]
    results: list[Result] = []
    for family, made in (
        ("contracts", stored.stored_rules(stage)),
        ("equalities", equalities.equalities(stage)),
        ("copies", copies.copies(stage)),
        ("health of columns", health.health(stage)),
        ("sources", sources.source_rules(stage)),
        ("rows from raw", sample.spot_checks(stage, samples, seed)),
    ):
        results += made
        on_family(family, 1)
    return results


def _free_id(warehouse: Warehouse, review_id: str) -> str:
    """A clock that stands still gives every round one name; the later ones are numbered."""
    namesakes = warehouse.value("SELECT COUNT(*) FROM ledger.reviews WHERE starts_with(review_id, ?)", [review_id])
    return f"{review_id}-{namesakes + 1}" if namesakes else review_id
