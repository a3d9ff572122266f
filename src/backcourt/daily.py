"""The daily job: ingest what is new, build what that makes due, ask whether it is right, and certify a sample.

Each step is one that an operator could take alone, in the order in which they follow from each other. A source that
cannot be read is told and stops nothing else. What finds nothing to do costs a look at the ledger, so the job may run
every ten minutes, and after a month away it does what a month brought.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backcourt.checks.certify import Certification, certify
from backcourt.checks.validate.whole import Validation, validate
from backcourt.clock import Clock
from backcourt.engine.plan import Plan, make_plan
from backcourt.engine.registry import Registry
from backcourt.engine.run import RunReport, backfill
from backcourt.engine.waiting import Patience
from backcourt.errors import SourceError
from backcourt.seasons import DateRange, Scope
from backcourt.sources.configured import Configured
from backcourt.warehouse.duckdb import Warehouse

INTERRUPTED = 130

# A sample is certified once a day, however often the job runs.
CERTIFY_AFTER = timedelta(hours=20)


@dataclass(frozen=True)
class Fed:
    """What a source brought: raw rows that are other than before, or why it brought nothing, or not everything."""

    source: str
    files: int = 0
    changed: int = 0
    error: str = ""


@dataclass
class Day:
    """What a round of the daily job did; a step that had nothing to do is None."""

    fed: list[Fed]
    run: RunReport | None = None
    validation: Validation | None = None
    certification: Certification | None = None

    @property
    def did_anything(self) -> bool:
        """Whether there is something to tell: raw rows, partitions, a certificate or trouble."""
        planned = self.run is not None and self.run.planned > 0
        fed = any(each.changed or each.error for each in self.fed)
        return planned or fed or self.certification is not None or self.exit_code != 0

    @property
    def exit_code(self) -> int:
        """1 when something is incomplete, wrong or differs; 5 when a source could not be read; 3 for warnings; else 0.

        130 when it was interrupted.
        """
        if self.run is not None and self.run.outcome == "interrupted":
            return INTERRUPTED
        if self.run is not None and not self.run.is_complete:
            return 1
        if self.certification is not None and not self.certification.passed:
            return 1
        code = self.validation.review.exit_code if self.validation is not None else 0
        if code == 1:
            return 1
        return SourceError.exit_code if any(each.error for each in self.fed) else code


def daily(
    warehouse: Warehouse,
    registry: Registry,
    sources: Sequence[Configured],
    clock: Clock,
    *,
    sample: int = 3,
    patience: Patience | None = None,
    build: Callable[[Plan], RunReport] | None = None,
) -> Day:
    """Take every step; `build` carries out the plan where a plain backfill will not do, with `sample` 0 nothing is certified.

    A run that was interrupted ends the round.
    """
    day = Day([_feed(warehouse, registry, source, clock) for source in sources])
    plan = make_plan(warehouse, registry, Scope(), patience=patience, now=clock.now())
    day.run = build(plan) if build else backfill(warehouse, registry, Scope(), clock, plan=plan, patience=patience)
    if day.run.outcome == "interrupted":
        return day
    written = sorted({each.game_date for each in day.run.attempts if each.outcome == "written"})
    if written:
        day.validation = validate(warehouse, registry, _around(written), clock)
    if sample and _is_due(warehouse, clock.now()):
        day.certification = certify(warehouse, registry, Scope(), clock, sample=sample)
    return day


def _feed(warehouse: Warehouse, registry: Registry, source: Configured, clock: Clock) -> Fed:
    """Ingest a source; what is wrong with it is told, and delays nothing else."""
    try:
        report = source.ingest(warehouse, registry, clock)
    except SourceError as error:
        return Fed(source.name, error=str(error))
    changed = sum(each.changed for each in report.outcomes)
    return Fed(source.name, len(report.outcomes), changed, _in_short(report.troubles))


def _in_short(troubles: Sequence[str]) -> str:
    """The first of what went wrong with parts of a source, and how many more there are."""
    more = len(troubles) - 1
    return "".join(troubles[:1]) + (f" ({more:,} more documents or files are in trouble.)" if more > 0 else "")


def _around(dates: Sequence[date]) -> Scope:
    """The dates that were written, those of one stretch as one range."""
    return Scope(dates=(DateRange(dates[0], dates[-1]),))


def _is_due(warehouse: Warehouse, now: datetime) -> bool:
    """Whether the newest certificate is most of a day old, or failed: what differed has been rebuilt since."""
    newest = warehouse.rows("SELECT certified_at, outcome FROM ledger.certificates ORDER BY certified_at DESC LIMIT 1")
    if not newest:
        return True
    certified_at, outcome = newest[0]
    return bool(outcome == "failed" or certified_at < now.replace(tzinfo=None) - CERTIFY_AFTER)
