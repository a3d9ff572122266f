"""The id of a plan stands for what runs, why and with what code; its first partitions are whole dates, oldest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from backcourt.engine.plan import Due, Plan, PlannedTable
from backcourt.errors import UsageError
from support import POST

TOGS, TDGS, PGS = POST.ordered
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


DAYS = [date(2021, 10, 19 + number) for number in range(3)]
LATER = [replace(DUE, game_date=day) for day in DAYS]
WHOLE = Plan(tuple(PlannedTable(table, tuple(LATER), 3) for table in POST.ordered), 9, 0.01)


@pytest.mark.parametrize(("limit", "dates"), [(3, 1), (4, 1), (5, 1), (6, 2), (8, 2), (9, 3), (100, 3)])
def test_first_whole_dates(limit: int, dates: int) -> None:
    chosen = WHOLE.first(limit)
    assert [[due.game_date for due in each.due] for each in chosen.tables] == [DAYS[:dates]] * 3
    assert chosen.considered == 9


@pytest.mark.parametrize("limit", [1, 2])
def test_first_of_one_date_what_is_upstream(limit: int) -> None:
    chosen = WHOLE.first(limit)
    assert [len(each.due) for each in chosen.tables] == [1] * limit + [0] * (3 - limit)


def test_first_of_dates_that_are_not_due_everywhere() -> None:
    """The second date is due in the last table alone: nothing of it is left out, nothing of the third comes in."""
    tables = (PlannedTable(TDGS, (LATER[0], LATER[2]), 3), PlannedTable(PGS, (LATER[1], LATER[2]), 3))
    chosen = Plan(tables, 6, 0.01).first(3)
    assert [[due.game_date for due in each.due] for each in chosen.tables] == [[DAYS[0]], [DAYS[1]]]
