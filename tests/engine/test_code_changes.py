"""Other logic makes its own table run and, through what comes out different, its readers; other words do nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backcourt.engine.contract import Column
from backcourt.engine.plan import make_plan
from backcourt.engine.registry import Registry
from backcourt.seasons import Scope
from support import POST, Workshop

TOGS, TDGS, PGS = "team_offense_game_summary", "team_defense_game_summary", "player_game_summary"
DATES = 6

# A formula of TOGS written differently; and others, of a column that only TDGS reads, and of one that nobody does.
SAME = ("50 * b.points", "25 * 2 * b.points")
OTHER_SHOOTING = ("50 * b.points", "51 * b.points")
OTHER_GAME_PACE = ("o.possessions_hundredths) * 2880", "o.possessions_hundredths) * 2881")


def with_table(shop: Workshop, name: str, *, sql: str | None = None, **contract: object) -> Workshop:
    """The same warehouse, with other SQL or another contract of a table."""
    table = POST.built[name]
    made = replace(table, build_sql=sql or table.build_sql, contract=table.contract.model_copy(update=contract))
    return replace(shop, registry=Registry(POST.raw, {**POST.built, name: made}))


def with_change(shop: Workshop, change: tuple[str, str]) -> Workshop:
    """The same warehouse, with one formula of TOGS changed."""
    sql = POST.built[TOGS].build_sql
    assert sql.count(change[0]) == 1
    return with_table(shop, TOGS, sql=sql.replace(*change))


def reasons(shop: Workshop) -> dict[str, set[str]]:
    """Why each table would run; dates and states left out."""
    tables = make_plan(shop.warehouse, shop.registry, Scope()).tables
    return {each.table.name: {due.reason.split(" 2")[0] for due in each.due} for each in tables if each.due}


def versions(shop: Workshop, name: str) -> dict[str, int]:
    """How many partitions of a table each code version has built."""
    return dict(
        shop.warehouse.rows(
            "SELECT code_version, COUNT(*) FROM ledger.partitions WHERE table_name = ? GROUP BY 1",
            [f"analytics.{name}"],
        )
    )


class TestWords:
    def test_layout_and_remarks(self, shop: Workshop) -> None:
        sql = POST.built[TOGS].build_sql
        for other in (f"-- a remark\n{sql}", sql.replace("\n", "\n\n  "), sql.replace("SELECT", "select")):
            assert other != sql
            report = with_table(shop, TOGS, sql=other).backfill()
            assert (report.planned, report.data_statements) == (0, 0)

    def test_documentation_units_and_ranges(self, shop: Workshop) -> None:
        contract = POST.built[TOGS].contract
        columns = tuple(
            one.model_copy(update={"doc": "Other words.", "unit": "other", "range": None, "null": "may be"})
            for one in contract.columns
        )
        changed = with_table(shop, TOGS, description="Other words.", aliases=("OTHER",), columns=columns)
        report = changed.backfill()
        assert (report.planned, report.data_statements) == (0, 0)


class TestLogic:
    @pytest.mark.soak
    @pytest.mark.parametrize(
        ("change", "written"),
        [(SAME, set()), (OTHER_GAME_PACE, {TOGS}), (OTHER_SHOOTING, {TOGS, TDGS})],
        ids=["same rows", "a column that nobody reads", "a column that TDGS reads"],
    )
    def test_only_what_comes_out_different_goes_on(
        self, shop: Workshop, change: tuple[str, str], written: set[str]
    ) -> None:
        before = shop.hashes()
        changed = with_change(shop, change)
        behind = {f"behind analytics.{TOGS}"}
        assert reasons(changed) == {TOGS: {"code changed"}, TDGS: behind, PGS: behind}
        report = changed.backfill()
        assert report.planned == 3 * DATES
        outcomes = {(each.table, each.outcome) for each in report.attempts}
        assert outcomes == {(name, "written") for name in written} | (
            {(TOGS, "unchanged")} - {(name, "unchanged") for name in written}
        )
        assert len(report.attempts) == DATES * len({TOGS} | written)
        after = shop.hashes()
        assert {name for name, day in before if before[name, day] != after[name, day]} == written
        assert reasons(changed) == {}
        assert changed.verify().passed
        assert versions(changed, TOGS) == {changed.registry.lineage(TOGS).code_version: DATES}

    @pytest.mark.soak
    def test_taken_back_it_restores_every_hash(self, shop: Workshop) -> None:
        before = shop.hashes()
        with_change(shop, OTHER_SHOOTING).backfill()
        assert shop.hashes() != before
        assert reasons(shop)[TOGS] == {"code changed"}
        shop.backfill()
        assert shop.hashes() == before
        assert shop.verify().passed

    def test_a_new_column_is_filled(self, shop: Workshop) -> None:
        sql = POST.built[TOGS].build_sql.replace("  b.assists,", "  b.assists,\n  b.steals,")
        columns = list(POST.built[TOGS].contract.columns)
        place = [one.name for one in columns].index("assists") + 1
        columns.insert(place, Column(name="steals", type="integer", doc="steals"))
        changed = with_table(shop, TOGS, sql=sql, columns=tuple(columns))
        assert reasons(changed)[TOGS] == {"code changed"}
        report = changed.backfill()
        assert {(each.table, each.outcome) for each in report.attempts} == {(TOGS, "written")}
        assert shop.warehouse.value(f"SELECT COUNT(*) - COUNT(steals) FROM analytics.{TOGS}") == 0
        assert changed.verify().passed
