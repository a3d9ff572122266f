"""The id of a plan stands for what runs, why and with what code; anything else is another plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from backcourt.engine.plan import Due, Plan, PlannedTable
from backcourt.errors import UsageError
from support import POST

TOGS, TDGS, _ = POST.ordered
DUE = Due(date(2021, 10, 19), "2021-22", "never built", 22)
PLAN = Plan((PlannedTable(TOGS, (DUE, replace(DUE, game_date=date(2021, 10, 20))), 2, "aa"),), 2, 0.01)


def other(**changes: object) -> Plan:
    """The plan with its first partition changed."""
    (planned,) = PLAN.tables
    return replace(PLAN, tables=(replace(planned, due=(replace(DUE, **changes), planned.due[1])),))  # type: ignore[arg-type]


OTHERS = {
    "date": other(game_date=date(2021, 10, 21)),
    "reason": other(reason="input changed"),
    "rows": other(rows=23),
    "asked": other(is_upstream=True),
    "code": replace(PLAN, tables=(replace(PLAN.tables[0], code_version="bb"),)),
    "table": replace(PLAN, tables=(replace(PLAN.tables[0], table=TDGS),)),
    "fewer": PLAN.first(1),
}


def test_it_counts() -> None:
    assert PLAN.id.startswith("2-44-")
    PLAN.refuse_other(PLAN.id)


def test_what_it_takes_makes_no_difference() -> None:
    """Neither the estimate of time nor what is verified and only was considered."""
    idle = PlannedTable(TDGS, (), 6, "cc")
    assert replace(PLAN, seconds_per_partition=1.0, considered=8, tables=(*PLAN.tables, idle)).id == PLAN.id


@pytest.mark.parametrize("what", OTHERS)
def test_every_difference_is_another_plan(what: str) -> None:
    assert OTHERS[what].id != PLAN.id
    with pytest.raises(UsageError, match="The plan has changed"):
        OTHERS[what].refuse_other(PLAN.id)


@pytest.mark.parametrize("wrong", ["", "latest", "2-44", "2-44-xyz", PLAN.id.upper() + "0"])
def test_what_is_no_id(wrong: str) -> None:
    with pytest.raises(UsageError, match="is not the id of a plan"):
        PLAN.refuse_other(wrong)
