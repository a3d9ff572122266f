"""Built tables: what is missing is told, what stands in the way fails, and versions of code do not mix unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from standing import ground, of, only, told

from backcourt.checks.preflight.progress import analytics, code, precompute
from backcourt.engine.registry import Registry
from backcourt.seasons import DateRange, Scope
from support import POST, TABLES, Workshop, on_dates

TOGS, TDGS, PGS = TABLES
DAY = "2021-10-21"


def test_everything_is_built(shop: Workshop) -> None:
    assert set(told(analytics, ground(shop))) == {(table, "pass") for table in TABLES}
    assert of(analytics, ground(shop), PGS).said == "6 of 6 dates verified"
    assert only(precompute, ground(shop, scope=Scope(phase=3))).said == "no table of phase 4 is in the scope"


def test_what_is_missing_is_what_a_backfill_is_for(shop: Workshop) -> None:
    shop.warehouse.execute(f"DELETE FROM ledger.partitions WHERE game_date = '{DAY}'")
    found = of(analytics, ground(shop), TOGS)
    assert (found.outcome, found.said) == ("pass", "5 of 6 dates verified, 1 missing")
    assert found.figures == {"expected": 6, "verified": 5, "missing": 1}


@pytest.mark.parametrize("state", ["damaged", "failed", "blocked", "held"])
def test_what_stands_in_the_way(shop: Workshop, state: str) -> None:
    shop.warehouse.execute(
        f"UPDATE ledger.partitions SET state = '{state}', cause = 'a reason'"
        f" WHERE table_name = 'analytics.{PGS}' AND game_date = '{DAY}'"
    )
    found = of(analytics, ground(shop), PGS)
    assert found.outcome == "fail"
    assert f"; {DAY} is {state}: " in found.said
    assert "backcourt gaps" in found.hint
    elsewhere = ground(shop, scope=on_dates(date(2021, 10, 22)))
    assert of(analytics, elsewhere, PGS).outcome == "pass"


def test_nothing_is_expected_in_the_scope(shop: Workshop) -> None:
    summer = Scope(dates=(DateRange(date(2022, 8, 1), None),))
    assert of(analytics, ground(shop, scope=summer), PGS).said == "nothing is expected of it in the scope"


def test_versions_that_mix(shop: Workshop) -> None:
    assert set(told(code, ground(shop))) == {(table, "pass") for table in TABLES}
    table = POST.built[TOGS]
    other = replace(table, build_sql=table.build_sql.replace("50 * b.points", "25 * 2 * b.points"))
    changed = Workshop(shop.warehouse, Registry(POST.raw, {**POST.built, TOGS: other}), shop.folder)
    assert of(code, ground(changed), TOGS).said == "one version, an older one"
    changed.backfill(on_dates(date(2021, 10, 21)))
    found = of(code, ground(changed), TOGS)
    assert (found.outcome, found.said) == ("warn", "rows of 2 versions stand in it, 5 dates of older code")
    assert found.hint.endswith(f"backcourt backfill --tables {TOGS}")


def test_nothing_is_built(shop: Workshop) -> None:
    shop.warehouse.execute("DELETE FROM ledger.partitions")
    assert {of(code, ground(shop), table).said for table in TABLES} == {"nothing is built"}


def test_states_that_cannot_be_read_are_an_error(shop: Workshop) -> None:
    shop.warehouse.execute("DROP TABLE ledger.partitions")
    assert [only(check, ground(shop)).outcome for check in (analytics, code)] == ["error", "error"]
