"""All checks of preflight, in order; each is made, whatever becomes of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from backcourt.checks.finding import Finding, Review, attempt, review, store
from backcourt.checks.preflight import file, machine, progress, schedule, setup, supply, trial
from backcourt.checks.preflight.ground import Ground
from backcourt.engine import ledger
from backcourt.errors import BackcourtError
from backcourt.warehouse.duckdb import QueryError

CHECKS: tuple[tuple[str, Callable[[Ground], Iterable[Finding]]], ...] = (
    ("settings", setup.settings),
    ("credentials", setup.credentials),
    ("clock", machine.clock),
    ("time zone", machine.time_zone),
    ("warehouse", file.warehouse),
    ("writable", file.writable),
    ("lease", file.lease),
    ("event file", file.event_file),
    ("ledger", file.ledger_version),
    ("seals", file.seals),
    ("contracts", file.contracts),
    ("schedule", schedule.schedule),
    ("raw coverage", supply.raw_coverage),
    ("fallbacks", supply.fallbacks),
    ("analytics", progress.analytics),
    ("precompute", progress.precompute),
    ("code", progress.code),
    ("disk", machine.disk),
    ("memory", machine.memory),
    ("dry run", trial.dry_run),
)


def examine(ground: Ground, on_check: Callable[[str, int], None] = lambda check, steps: None) -> Review:
    """Make every check; nothing is written but what is taken back."""
    findings: list[Finding] = []
    for name, check in CHECKS:
        found = attempt(name, "", lambda made=check: made(ground))  # type: ignore[misc]
        # A check that says nothing has not been made.
        findings += found or [Finding(name, "error", "it said nothing")]
        on_check(name, 1)
    return review("preflight", ground.scope.describe(), ground.clock.now(), findings)


def keep(ground: Ground, made: Review) -> str:
    """Store a round in the ledger; why it could not be, or '' where it is."""
    if ground.warehouse is None or ground.refused is not None:
        return "the warehouse is not open to write"
    try:
        opened = ground.opened
        # What is sealed now would vouch for what other hands changed before.
        ledger.refuse_broken(opened)
        store(opened, made)
    except (BackcourtError, QueryError) as error:
        return " ".join(str(error).partition("\n")[0].split())
    return ""
