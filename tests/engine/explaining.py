"""What explain says of a partition, cut down to what tests compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from backcourt.engine.chain import Chain, Step
from backcourt.engine.explain import Explanation, explain
from playing import Play


def explained(play: Play, table: str, day: date) -> Explanation:
    """All that is said of a partition."""
    return explain(play.warehouse, play.registry, play.registry.resolve(table), day)


def ran(play: Play, table: str, day: date) -> Chain:
    """The chain behind the newest attempt at a partition."""
    found = explained(play, table, day).why_it_ran
    assert found is not None
    return found


def due(play: Play, table: str, day: date) -> Chain:
    """The chain behind a partition that would run."""
    found = explained(play, table, day).why_it_is_due
    assert found is not None
    return found


def outline(steps: Sequence[Step], indent: str = "") -> list[str]:
    """Each step with its rows, indented below what it led to."""
    found = []
    for step in steps:
        counts = ", ".join(f"{count} {kind}" for kind, count in step.rows.items())
        found.append(
            f"{indent}{step.table}: {counts or 'due' * bool(step.due.dates)}{' (above)' if step.is_above else ''}"
        )
        found += outline(step.because, indent + "  ")
    return found


def named(steps: Sequence[Step]) -> set[str]:
    """Every table that is named in them."""
    return {step.table for step in steps} | {name for step in steps for name in named(step.because)}
