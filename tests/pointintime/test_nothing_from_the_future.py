"""No column of a pre-game table follows what happens on its date or later; and a table that leaks is found out."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from museum import Disturbance, Leak, leaks, mutated, rewritten

from backcourt.engine import raw
from backcourt.engine.registry import Registry, Table, default_registry
from backcourt.engine.sql import check_portable
from backcourt.errors import ContractError
from backcourt.warehouse.duckdb import Warehouse

PRE = tuple(table for table in default_registry().ordered if table.contract.kind == "pre")
HOW: tuple[Disturbance, ...] = ("changed", "deleted")


def dates(warehouse: Warehouse) -> list[date]:
    rows = warehouse.rows("SELECT DISTINCT game_date FROM raw.games_scheduled WHERE counts AND takes_place ORDER BY 1")
    return [row[0] for row in rows]


@settings(max_examples=4, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(place=st.floats(0, 1, exclude_max=True), how=st.sampled_from(HOW))
def test_no_row_follows_its_future(
    league_to_change: Warehouse, registry: Registry, place: float, how: Disturbance
) -> None:
    days = dates(league_to_change)
    assert leaks(league_to_change, registry, PRE, days[int(place * len(days))], how) == []


def test_the_past_is_seen(league_to_change: Warehouse, registry: Registry) -> None:
    """Else the property above would hold for tables that see nothing at all; in the first season nothing speaks for the league but it."""
    days = dates(league_to_change)
    day, before = days[len(days) // 2 - 3], days[len(days) // 2 - 12]
    found = leaks(league_to_change, registry, PRE, day, "changed", since=before)
    assert {leak.table for leak in found} >= set(READS_RESULTS)


def middle(warehouse: Warehouse) -> date:
    """A date in the middle of the second season: every window has something in it, before and after."""
    days = dates(warehouse)
    return days[3 * len(days) // 4]


def found_in(warehouse: Warehouse, registry: Registry, table: Table) -> list[Leak]:
    day = middle(warehouse)
    return [leak for how in HOW for leak in leaks(warehouse, registry, [table], day, how)]


READS_RESULTS = [table.name for table in PRE if re.search(r"(\w+)\.game_date < (\w+)\.game_date", table.build_sql)]


class TestMuseum:
    """The leaks that the predecessor suffered from, one seeded at a time."""

    @pytest.mark.parametrize("name", READS_RESULTS)
    def test_at_or_before_for_before(self, league_to_change: Warehouse, registry: Registry, name: str) -> None:
        table = registry.built[name]
        sql = re.sub(r"(\w+)\.game_date < (\w+)\.game_date", r"\1.game_date <= \2.game_date", table.build_sql)
        sql = re.sub(r"(\w+)\.next_date >= (\w+)\.game_date", r"\1.next_date > \2.game_date", sql)
        other, leaking = rewritten(registry, name, sql)
        assert found_in(league_to_change, other, leaking)

    def test_a_league_mean_that_includes_the_date(self, league_to_change: Warehouse, registry: Registry) -> None:
        assert "league_averages" in READS_RESULTS

    def test_the_starter_flag_of_the_game_itself(self, league_to_change: Warehouse, registry: Registry) -> None:
        other, leaking = mutated(
            registry,
            "player_daily_cache",
            "CASE WHEN f.starter_games_10 = f.games_10 THEN f.starts_10 / f.games_10 END AS starter_rate_last_10",
            "(SELECT MAX(CASE WHEN x.starter_flag THEN 1 ELSE 0 END) FROM analytics.player_game_summary AS x"
            " WHERE x.game_id = s.game_id AND x.player_id = s.player_id) AS starter_rate_last_10",
        )
        found = found_in(league_to_change, other, leaking)
        assert {leak.column for leak in found} == {"starter_rate_last_10"}

    def test_season_totals_joined_back(self, league_to_change: Warehouse, registry: Registry) -> None:
        other, leaking = mutated(
            registry,
            "player_daily_cache",
            "f.points / f.games AS points_avg_season",
            "(SELECT SUM(x.points) / COUNT(*) FROM analytics.player_game_summary AS x"
            " WHERE x.season = s.season AND x.player_id = s.player_id AND NOT x.is_dnp) AS points_avg_season",
        )
        found = found_in(league_to_change, other, leaking)
        assert {leak.column for leak in found} == {"points_avg_season"}

    def test_the_population_of_those_who_played(self, league_to_change: Warehouse, registry: Registry) -> None:
        other, leaking = mutated(
            registry,
            "upcoming_player_game_context",
            "WHERE m.team_games_since < 12 OR",
            "JOIN raw.player_box_current AS x ON x.game_id = m.game_id AND x.player_id = m.player_id AND x.appeared"
            " WHERE m.team_games_since < 12 OR",
        )
        assert "game_id" in {leak.column for leak in found_in(league_to_change, other, leaking)}

    @pytest.mark.parametrize(
        ("what", "condition"),
        [("in-game odds", "snapshot_quality <> 'date_only'"), ("untimed lines", "NOT is_in_game")],
    )
    @pytest.mark.parametrize("name", ["player_lines", "game_lines"])
    def test_lines_that_nobody_could_know(
        self, league_to_change: Warehouse, registry: Registry, name: str, what: str, condition: str
    ) -> None:
        contract = registry.raw[name]
        reader = registry.built[
            "upcoming_player_game_context" if name == "player_lines" else "upcoming_team_game_context"
        ]
        league_to_change.execute(
            f"CREATE OR REPLACE VIEW raw.{name}_current AS SELECT {raw.columns_list(contract)}"
            f" FROM raw.{name}_marked WHERE {condition}"
        )
        try:
            assert found_in(league_to_change, registry, reader), what
        finally:
            raw.create_views(league_to_change, contract)
        assert found_in(league_to_change, registry, reader) == []

    def test_a_window_in_no_order_is_refused(self, registry: Registry) -> None:
        """Which rows it takes would change from run to run, so no comparison could be trusted to see it."""
        other, leaking = mutated(
            registry,
            "player_daily_cache",
            "ROW_NUMBER() OVER (PARTITION BY p.player_id, p.season ORDER BY p.game_date NULLS FIRST, p.game_id NULLS FIRST)",
            "ROW_NUMBER() OVER (PARTITION BY p.player_id, p.season)",
        )
        with pytest.raises(ContractError, match="ORDER BY to be determined"):
            check_portable(other, leaking)

    def test_the_marked_lines_cannot_be_read(self, registry: Registry) -> None:
        """The view that holds in-game lines has no contract, so no table can name it."""
        other, leaking = mutated(
            registry,
            "upcoming_player_game_context",
            "FROM raw.player_lines_current\n  GROUP BY game_id, player_id",
            "FROM raw.player_lines_marked\n  GROUP BY game_id, player_id",
        )
        with pytest.raises(ContractError, match=r"no table raw\.player_lines_marked"):
            check_portable(other, leaking)
