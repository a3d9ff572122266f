"""Rounds of checks: four outcomes, of which only pass passes, and what is kept of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backcourt.checks.finding import Finding, Outcome, Review, attempt, review, store
from backcourt.engine import ledger
from backcourt.errors import UsageError
from support import NOON, Workshop


def a_round(*outcomes: Outcome) -> Review:
    return review("validate", "all", NOON, [Finding(f"check {one}", one, f"said {one}") for one in outcomes])


@pytest.mark.parametrize(
    ("outcomes", "worst", "code"),
    [
        (("pass", "pass"), "pass", 0),
        (("pass", "warn"), "warn", 3),
        (("warn", "fail", "pass"), "fail", 1),
        (("fail", "error"), "error", 1),
        ((), "error", 1),
    ],
)
def test_the_worst_outcome_decides(outcomes: tuple[Outcome, ...], worst: Outcome, code: int) -> None:
    made = a_round(*outcomes)
    assert (made.outcome, made.exit_code) == (worst, code)


def test_what_cannot_be_checked_is_an_error_and_not_a_pass(shop: Workshop) -> None:
    def broken() -> Iterator[Finding]:
        shop.warehouse.rows("SELECT nothing FROM nowhere")
        yield Finding("coverage", "pass", "all there")

    def refused() -> Iterator[Finding]:
        raise UsageError("no such table")
        yield

    assert [each.outcome for each in attempt("coverage", "raw.games", broken)] == ["error"]
    assert attempt("coverage", "", refused) == [Finding("coverage", "error", "no such table")]


def test_a_round_is_stored_with_its_findings_and_sealed(shop: Workshop) -> None:
    made = review(
        "preflight",
        "2021-22",
        NOON,
        [Finding("disk", "warn", "little room", "/data", {"free": 3}, "SELECT 1", "free some")],
    )
    store(shop.warehouse, made)
    assert shop.warehouse.rows("SELECT review_id, outcome, passed, warned, failed, errors FROM ledger.reviews") == [
        (made.review_id, "warn", 0, 1, 0, 0)
    ]
    assert shop.warehouse.rows(
        "SELECT check_name, subject, outcome, said, figures, query, hint FROM ledger.findings"
    ) == [("disk", "/data", "warn", "little room", '{"free": 3}', "SELECT 1", "free some")]
    assert not ledger.broken_seals(shop.warehouse)
    shop.warehouse.execute("UPDATE ledger.findings SET outcome = 'pass'")
    assert [each.ledger_table for each in ledger.broken_seals(shop.warehouse)] == ["findings"]
