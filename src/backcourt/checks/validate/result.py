"""What a rule of validation says: its finding, and the partitions that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from backcourt.checks.finding import Finding, Outcome, attempt

Severity = Literal["blocking", "warning"]

NAMED = 20
"""How many offences a finding tells one by one; the rest are counted."""


@dataclass(frozen=True)
class Rule:
    """One rule: what it asks, why that must hold, and whether an offence blocks or warns."""

    name: str
    family: str
    severity: Severity
    why: str

    @property
    def bad(self) -> Outcome:
        """How a finding with offences ends."""
        return "fail" if self.severity == "blocking" else "warn"


@dataclass(frozen=True)
class Offence:
    """A partition that breaks a rule, and how; `key` names the row of a rule that looks at single rows.

    `beside` are the built tables that it differs from; what is `refused` is not published again as it is.
    """

    table: str
    game_date: date
    cause: str
    key: str = ""
    beside: tuple[str, ...] = ()
    refused: bool = True


@dataclass(frozen=True)
class Result:
    """A finding with the partitions that are to be quarantined for it, if its rule blocks; `asked` are the dates it speaks of."""

    finding: Finding
    offences: tuple[Offence, ...] = ()
    asked: frozenset[date] = frozenset()


def judged(
    rule: Rule,
    subject: str,
    passed: str,
    figures: Mapping[str, object],
    offences: Sequence[Offence] = (),
    *,
    count: int | None = None,
    asked: Iterable[date] = (),
    query: str = "",
    hint: str = "",
) -> Result:
    """The result of a rule that could be asked: `passed` says it where nothing offends; `count` counts rows, if not partitions."""
    if not offences and not count:
        return Result(Finding(rule.name, "pass", passed, subject, figures, query), asked=frozenset(asked))
    first = offences[0] if offences else None
    said = f"{count if count is not None else len(offences):,} against it"
    if first:
        said += f", first {first.game_date}: {first.cause}"
    named = [f"{each.game_date} {each.cause}" for each in offences[:NAMED]]
    told = {**figures, "partitions": len({(each.table, each.game_date) for each in offences}), "named": named}
    finding = Finding(rule.name, rule.bad, said, subject, told, query, hint)
    return Result(finding, tuple(offences), frozenset(asked))


def failed(
    rule: Rule, subject: str, said: str, figures: Mapping[str, object], query: str = "", hint: str = ""
) -> Result:
    """The result of a rule that is broken by no single partition."""
    return Result(Finding(rule.name, rule.bad, said, subject, figures, query, hint))


def not_made(
    rule: Rule, subject: str, said: str, figures: Mapping[str, object] | None = None, query: str = ""
) -> Result:
    """The result of a rule that had nothing to look at though it should have: an error, and never a pass."""
    return Result(Finding(rule.name, "error", said, subject, figures or {}, query))


def attempted(rule: Rule, subject: str, made: Callable[[], Iterable[Result]]) -> list[Result]:
    """The results of a rule, or an error in their place when it cannot be asked."""
    results: list[Result] = []

    def findings() -> list[Finding]:
        results.extend(list(made()))
        return [each.finding for each in results]

    found = attempt(rule.name, subject, findings)
    return results if len(results) == len(found) and results else [Result(each) for each in found]
