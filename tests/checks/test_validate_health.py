"""Columns beside their own history: what collapses or moves is told, whatever else is wrong; what is usual is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from backcourt.checks.finding import Finding
from backcourt.checks.validate import drift
from backcourt.checks.validate.figures import Figures, of_season, read_figures
from backcourt.checks.validate.health import health
from backcourt.checks.validate.stage import Partition, Stage
from backcourt.engine.contract import Availability, Column, Contract
from backcourt.engine.registry import Registry, Table
from backcourt.seasons import DateRange, Scope
from backcourt.warehouse.duckdb import Warehouse

SEASONS = ("2021-22", "2022-23", "2023-24", "2024-25")
MONTHS = (10, 11, 12, 1, 2, 3, 4)
NAME = "analytics.t"


def table(**facts: object) -> Table:
    """A table with a feature x, whose column says what is given, and a flag."""
    columns = (
        Column(name="id", type="bigint", doc="key", role="key"),
        Column(name="game_date", type="date", doc="date", role="partition"),
        Column(name="season", type="varchar", doc="season"),
        Column(name="x", type="double", doc="a feature", null="why not", **facts),
        Column(name="rare", type="boolean", doc="TRUE in one row of a hundred"),
    )
    contract = Contract(
        name="t", schema_name="analytics", kind="pre", description="A table.", grain="row", key=("id",),
        columns=columns, spine="s", covers="games", folder=Path("t"),
    )  # fmt: skip
    return Table(contract, "", "")


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """Four seasons of seven months with 15 dates of 20 rows: x varies, is 0 in a tenth and missing in a fifth of the rows."""
    with Warehouse.in_memory(threads=1) as made:
        made.execute("CREATE SCHEMA analytics")
        made.execute("CREATE SCHEMA ledger")
        made.execute("CREATE TABLE ledger.meta AS SELECT 'kind' AS key, 'simulated' AS value")
        made.execute("CREATE TABLE ledger.schedule (game_date DATE, season_type VARCHAR)")
        starts = [(season, date(int(season[:4]) + (month < 7), month, 1)) for season in SEASONS for month in MONTHS]
        made.execute(
            f"""CREATE TABLE {NAME} AS SELECT row_number() OVER () AS id, start + CAST(day AS INTEGER) AS game_date, season,
              CASE WHEN row % 5 = 0 THEN NULL WHEN row % 10 = 1 THEN 0 ELSE 10 + (hash(start, day, row) % 700) / 100.0 END AS x,
              row = 3 AND day % 5 = 0 AS rare
            FROM (SELECT UNNEST(?) AS season, UNNEST(?::DATE[]) AS start), range(15) AS d(day), range(20) AS r(row)""",
            [[season for season, _ in starts], [start for _, start in starts]],
        )
        made.execute(f"INSERT INTO ledger.schedule SELECT DISTINCT game_date, 'regular' FROM {NAME}")
        made.execute(
            f"CREATE TEMP TABLE evaluation AS SELECT DISTINCT '{NAME}' AS table_name, season, game_date, 'verified' AS state FROM {NAME}"
        )
        yield made


def told(
    warehouse: Warehouse,
    *statements: str,
    of: Table | None = None,
    seasons: tuple[str, ...] = SEASONS,
    scope: Scope | None = None,
) -> list[Finding]:
    """What is said of a table in a scope after some statements."""
    one, asked = of or table(), scope or Scope()
    for statement in statements:
        warehouse.execute(statement)
    left = ", ".join(f"'{season}'" for season in seasons)
    for relation in (NAME, "evaluation"):
        warehouse.execute(f"DELETE FROM {relation} WHERE season NOT IN ({left})")
    examined: dict[str, list[date]] = {}
    for season, day in warehouse.rows(f"SELECT DISTINCT season, game_date FROM {NAME} ORDER BY ALL"):
        if asked.includes(day, season):
            examined.setdefault(season, []).append(day)
    parts = [Partition(day, season, "verified", 20, 20) for season, days in examined.items() for day in days]
    registry = Registry({}, {"t": one})
    stage = Stage(warehouse, registry, asked, (one,), {NAME: parts}, (), {NAME: examined})
    return [each.finding for each in health(stage)]


def problems(found: list[Finding]) -> list[str]:
    return [each.said for each in found if each.outcome != "pass"]


def in_months(assignment: str, *labels: str) -> str:
    return f"UPDATE {NAME} SET {assignment} WHERE strftime(game_date, '%Y-%m') IN ({', '.join(map(repr, labels))})"


FOUR = ("2023-11", "2023-12", "2024-01", "2024-02")
COLLAPSES = {
    "all zeros for four months": ("x = 0", "0 in 100% of its values, 12% as a rule"),
    "one value for four months": ("x = 20.0", "one value only, 20.0, where "),
    "empty for four months": ("x = NULL", "without a value in 100% of its rows, 20% as a rule"),
}
MOVES = {
    "most of it zeros": ("x = IF(hash(id) % 4 > 0, 0, x)", "of its values, 12% as a rule"),
    "most of it missing": ("x = IF(hash(id) % 4 > 0, NULL, x)", "of its rows, 20% as a rule"),
    "another unit": ("x = x * 60", "on average, "),
}


def test_nothing_is_said_of_what_is_usual(warehouse: Warehouse) -> None:
    found = told(warehouse)
    assert [each.outcome for each in found] == ["pass", "pass"]
    assert len(found[1].figures["periods"]) == len(SEASONS) * (len(MONTHS) + 1)


@pytest.mark.parametrize("defect", {**COLLAPSES, **MOVES})
def test_a_defect_beside_other_seasons(warehouse: Warehouse, defect: str) -> None:
    assignment, why = {**COLLAPSES, **MOVES}[defect]
    said = [each for each in told(warehouse, in_months(assignment, *FOUR)) if each.outcome == "warn"]
    (one,) = [each for each in said if each.check == "column_drift"]
    assert why in one.said
    assert one.figures["column"] == "x"
    assert set(FOUR) <= one.figures["periods"].keys() <= {*FOUR, "2023-24"}
    assert "FROM analytics.t" in one.query
    assert "x" in one.query


@pytest.mark.parametrize("defect", COLLAPSES)
def test_a_collapse_with_one_season_on_record(warehouse: Warehouse, defect: str) -> None:
    assignment, why = COLLAPSES[defect]
    found = problems(told(warehouse, in_months(assignment, *FOUR), seasons=("2023-24",)))
    (one,) = [said for said in found if "x in 2023-11" in said]
    assert why.split(",")[0] in one
    assert one.endswith("; also in 2023-12, 2024-01, 2024-02")


def test_a_month_of_playoffs_alone_is_another_thing(warehouse: Warehouse) -> None:
    warehouse.execute("DELETE FROM ledger.schedule WHERE month(game_date) = 4")
    assert problems(told(warehouse, in_months("x = 0", "2024-04"), seasons=("2023-24",))) == []


def test_a_bad_season_does_not_define_the_usual(warehouse: Warehouse) -> None:
    """All of a season is wrong: it is told, and none of the others is."""
    found = problems(told(warehouse, f"UPDATE {NAME} SET x = 0 WHERE season = '2022-23'"))
    assert len(found) == 2
    assert any("it has one value only, and its contract gives no reason" in said for said in found)
    (drifted,) = [said for said in found if "as a rule" in said]
    assert "2022-11" in drifted
    assert "2021" not in drifted
    assert "2023-11" not in drifted


def test_the_oldest_season_is_told_of_a_collapse_only(warehouse: Warehouse) -> None:
    """Much of it needs a season before it."""
    assert (
        problems(told(warehouse, f"UPDATE {NAME} SET x = IF(hash(id) % 2 = 0, NULL, x) WHERE season = '2021-22'")) == []
    )
    assert problems(told(warehouse, in_months("x = 0", "2021-12")))


def test_what_the_scope_leaves_out_is_history_and_is_not_judged(warehouse: Warehouse) -> None:
    broken = in_months("x = 0", *FOUR)
    later = Scope(dates=(DateRange(date(2024, 11, 1), date(2024, 11, 5)),))
    assert problems(told(warehouse, broken, scope=later)) == []
    inside = Scope(dates=(DateRange(date(2023, 12, 1), date(2023, 12, 2)),))
    (one,) = problems(told(warehouse, scope=inside))
    assert one.startswith("x in 2023-12: 0 in 100%")


def test_a_reason_in_the_contract_is_heeded(warehouse: Warehouse) -> None:
    moved = in_months("x = x * 60", *FOUR)
    assert problems(told(warehouse, moved, of=table(drift="sources differ"))) == []
    assert problems(told(warehouse, in_months("x = 0", "2023-12"), of=table(drift="sources differ")))
    assert (
        problems(told(warehouse, f"UPDATE {NAME} SET x = 20 WHERE season = '2022-23'", of=table(constant="it may")))
        == []
    )


def test_a_share_other_than_declared(warehouse: Warehouse) -> None:
    warehouse.execute("UPDATE ledger.meta SET value = 'real'")
    shares = dict.fromkeys(SEASONS, 0.8)
    one = table()
    declared = one.contract.model_copy(update={"availability": {"x": Availability(source="s", shares=shares)}})
    one = replace(one, contract=declared)
    assert problems(told(warehouse, of=one)) == []
    (said,) = problems(told(warehouse, in_months("x = NULL", "2024-11"), of=one))
    assert said == "x in 2024-25: 0.686 of the rows have a value, declared are 0.800"


def test_a_short_month_is_not_judged_and_counted(warehouse: Warehouse) -> None:
    short = f"DELETE FROM {NAME} WHERE strftime(game_date, '%Y-%m') = '2025-03' AND day(game_date) > 5"
    found = told(warehouse, short, in_months("x = 0", "2025-03"))
    assert problems(found) == []
    assert found[1].figures["too short"] == 1


def test_a_table_that_cannot_be_read_is_an_error(warehouse: Warehouse) -> None:
    examined = {NAME: {"2021-22": [date(2021, 11, 1)]}}
    warehouse.execute(f"DROP TABLE {NAME}")
    one = table()
    stage = Stage(warehouse, Registry({}, {"t": one}), Scope(), (one,), {}, (), examined)
    assert [each.finding.outcome for each in health(stage)] == ["pass", "error"]


# --- figures ----------------------------------------------------------------------------------------------------------


def test_figures_are_counted(warehouse: Warehouse) -> None:
    days = [day for (day,) in warehouse.rows(f"SELECT DISTINCT game_date FROM {NAME} WHERE season = '2021-22'")]
    months = read_figures(warehouse, table(), days)["x"]
    assert [one.label for one in months] == [
        f"202{one}" for one in ("1-10", "1-11", "1-12", "2-01", "2-02", "2-03", "2-04")
    ]
    first = months[0]
    assert (first.rows, first.dates, first.values, first.zeros) == (300, 15, 240, 30)
    assert (first.zero_share, first.is_constant) == (0.125, False)
    assert first.null_share == pytest.approx(0.2)
    season = of_season(months)
    assert (season.rows, season.dates, season.values, season.zeros) == (2100, 105, 1680, 210)
    mean = warehouse.value(f"SELECT AVG(x) FROM {NAME} WHERE season = '2021-22'")
    assert season.mean == pytest.approx(mean)


def period(season: str, **facts: object) -> Figures:
    usual = Figures(season, 11, f"{season[:4]}-11", 300, 15, 240, 30, 90, "1.0", "9.0", 5.0, 2.0)
    return replace(usual, **facts)


def test_a_spread_as_wide_as_the_move_says_nothing() -> None:
    column = table().contract.column("x")
    others = [period("2021-22", zeros=30), period("2022-23", zeros=120), period("2024-25", zeros=60)]
    own = period("2023-24", zeros=170)
    assert list(drift.judge(column, own, others, is_declared=False, is_oldest=False)) == []
    tight = [period("2021-22"), period("2022-23"), period("2024-25", zeros=33)]
    assert list(drift.judge(column, own, tight, is_declared=False, is_oldest=False)) == [
        "0 in 71% of its values, 12% as a rule"
    ]


def test_one_other_season_is_no_history() -> None:
    column = table().contract.column("x")
    own = period("2023-24", zeros=240)
    assert list(drift.judge(column, own, [period("2021-22")], is_declared=False, is_oldest=False)) == []
