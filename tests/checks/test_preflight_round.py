"""A round of preflight: every check is made, whatever becomes of the others, and what cannot be made is no pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from standing import ground

from backcourt.checks.finding import Finding
from backcourt.checks.preflight import round as preflight
from backcourt.engine import ledger
from backcourt.errors import WarehouseError
from backcourt.seasons import Scope
from support import Workshop, contents

NAMES = [name for name, _ in preflight.CHECKS]
ASIDE = {"settings", "credentials", "time zone", "memory", "event file"}
"""These ask nothing of the warehouse."""


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dry run has tests of its own."""
    checks = [(name, check) for name, check in preflight.CHECKS if name != "dry run"]
    monkeypatch.setattr(preflight, "CHECKS", tuple(checks))


def test_all_of_the_predecessors_checks_and_more() -> None:
    assert len(NAMES) == len(set(NAMES)) == 20


def test_a_sound_warehouse_passes_and_nothing_is_changed(shop: Workshop) -> None:
    before = contents(shop.warehouse)
    made = preflight.examine(ground(shop))
    assert {(one.check, one.said) for one in made.findings if one.outcome != "pass"} == set()
    assert list(dict.fromkeys(one.check for one in made.findings)) == NAMES
    assert contents(shop.warehouse) == before


def test_the_round_is_stored(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    on = ground(shop, scope=Scope(phase=3))
    made = preflight.examine(on)
    assert preflight.keep(on, made) == ""
    rows = shop.warehouse.rows("SELECT review_id, kind, outcome, scope FROM ledger.reviews")
    assert rows == [(made.review_id, "preflight", "pass", on.scope.describe())]
    assert not ledger.broken_seals(shop.warehouse)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {*ASIDE, "precompute"}])
def test_a_query_that_breaks_is_an_error(shop: Workshop, name: str) -> None:
    """Whatever a check asks of the warehouse, an answer that does not come is no pass."""
    check = dict(preflight.CHECKS)[name]
    on = ground(shop)
    shop.warehouse.close()
    found = [one for one in preflight.attempt(name, "", lambda: check(on)) if one.outcome != "pass"]
    assert [one.outcome for one in found] == ["error"]


def test_before_there_is_a_warehouse_everything_else_is_checked(tmp_path: Path) -> None:
    missing = WarehouseError("There is no warehouse at w.duckdb.", "Fill one with  backcourt ingest SOURCE")
    on = ground(None, tmp_path / "w.duckdb", refused=missing)
    made = preflight.examine(on)
    outcomes = {one.check: one.outcome for one in made.findings}
    # Contracts are files, and these tables have none of phase 4.
    unasked = {*ASIDE, "clock", "writable", "lease", "disk", "contracts", "precompute"}
    assert {name for name, outcome in outcomes.items() if outcome == "pass"} == unasked
    assert {name for name, outcome in outcomes.items() if outcome == "fail"} == {"warehouse"}
    assert [one.hint for one in made.findings if one.check == "warehouse"] == ["Fill one with  backcourt ingest SOURCE"]
    assert made.exit_code == 1
    assert preflight.keep(on, made) == "the warehouse is not open to write"


def test_one_check_that_fails_stops_no_other(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)
    shop.warehouse.execute("DROP TABLE ledger.coverage")
    made = preflight.examine(ground(shop))
    outcomes = {one.check: one.outcome for one in made.findings}
    assert list(outcomes) == NAMES[:-1]
    assert {name for name, outcome in outcomes.items() if outcome == "error"} == {
        "seals", "raw coverage", "fallbacks", "analytics", "code", "disk",
    }  # fmt: skip
    assert outcomes["schedule"] == "pass"
    assert ("ledger", "fail", "ledger.coverage is gone") in {
        (one.check, one.outcome, one.said) for one in made.findings
    }
    assert "coverage" in preflight.keep(ground(shop), made)


def test_a_check_that_says_nothing_is_an_error(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(on: object) -> list[Finding]:
        return []

    monkeypatch.setattr(preflight, "CHECKS", (("silence", silent),))
    made = preflight.examine(ground(shop))
    assert [(one.check, one.outcome) for one in made.findings] == [("silence", "error")]


def test_a_ledger_that_was_changed_is_not_sealed_by_the_way(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Storing a round seals the ledger's reviews; it must not vouch for what other hands put there."""
    quick(monkeypatch)
    on = ground(shop)
    made = preflight.examine(on)
    shop.warehouse.execute(
        "INSERT INTO ledger.reviews VALUES ('forged', 'preflight', 'all', TIMESTAMP '2026-01-01', 'pass', 1, 0, 0, 0)"
    )
    assert "ledger.reviews was changed by other hands" in preflight.keep(on, made)
    assert [seal.ledger_table for seal in ledger.broken_seals(shop.warehouse)] == ["reviews"]
