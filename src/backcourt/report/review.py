"""A round of checks as a document and as a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from backcourt.checks.finding import OUTCOMES, Finding, Review
from backcourt.report.markdown import code, grid, plain


def as_document(review: Review) -> dict[str, Any]:
    """A round as plain values: its outcome, counts, exit code and all findings."""
    return {
        "review_id": review.review_id,
        "kind": review.kind,
        "scope": review.scope,
        "reviewed_at": review.reviewed_at.isoformat(),
        "outcome": review.outcome,
        "exit_code": review.exit_code,
        "counts": {outcome: review.count(outcome) for outcome in OUTCOMES},
        "findings": [asdict(each) for each in review.findings],
    }


def as_page(review: Review) -> str:
    """A round in Markdown: its outcome, everything that did not pass with figures and query, then a line for each check."""
    counts = ", ".join(f"{review.count(outcome):,} {outcome}" for outcome in OUTCOMES)
    parts = [f"# {review.kind.capitalize()}: {review.outcome}", plain(review.scope)]
    parts.append(f"{review.review_id}, {review.reviewed_at.isoformat()} UTC: {counts}. Exit code {review.exit_code}.")
    parts += [_section(each) for each in review.findings if each.outcome != "pass"]
    rows = [(each.check, each.subject, each.outcome, plain(each.said)) for each in review.findings]
    parts += ["## All checks", grid(("check", "subject", "outcome", "what it says"), rows)]
    return "\n\n".join(parts) + "\n"


def _section(found: Finding) -> str:
    parts = [f"## {found.outcome}: {found.check} {found.subject}".rstrip(), plain(found.said)]
    parts += [plain(found.hint)] if found.hint else []
    parts += [_figures(found.figures)] if found.figures else []
    parts += [f"```sql\n{found.query}\n```"] if found.query else []
    return "\n\n".join(parts)


def _figures(figures: Mapping[str, object]) -> str:
    rows = [(plain(name), code(json.dumps(value, default=str, ensure_ascii=False))) for name, value in figures.items()]
    return grid(("figure", "value"), rows)
