"""The portable subset, lineage and the version of a table's code, each on small queries that a reader can judge."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backcourt.engine.contract import Check, Column, Contract
from backcourt.engine.registry import Registry, Table
from backcourt.engine.sql import check_portable, code_version, lineage_of
from backcourt.errors import ContractError

BOX = "raw.team_box_current"
SPINE = "SELECT game_id, game_date FROM raw.games_current"
# What the engine itself reads of the schedule to know which games are expected.
GRID = {"game_id", "game_date", "season", "season_type", "is_final", "counts"}


def table(sql: str, *, spine: str = SPINE, checks: tuple[Check, ...] = ()) -> Table:
    """A table with that build.sql; its lineage through the spine is part of GRID."""
    fields = {"game_id": "varchar", "game_date": "date", "value": "bigint"}
    contract = Contract(
        name="probe",
        schema_name="analytics",
        kind="post",
        description="Stands in a test.",
        grain="game",
        key=("game_id",),
        columns=tuple(Column(name=name, type=kind, doc="of a test") for name, kind in fields.items()),  # type: ignore[arg-type]
        spine="probe",
        covers="team_box",
        checks=checks,
        folder=Path("probe"),
    )
    return Table(contract, sql, spine)


REJECTED = {
    "a star hides which columns are read": [
        f"SELECT * FROM {BOX}",
        f"SELECT b.* FROM {BOX} AS b",
        f"SELECT x FROM (SELECT *, points AS x FROM {BOX}) AS s",
        f"FROM {BOX}",
    ],
    "its columns depend on the data": [f"SELECT COLUMNS('p.*') FROM {BOX}", f"SELECT MIN(COLUMNS(*)) AS m FROM {BOX}"],
    "its columns depend on the tables' columns": [f"SELECT a.points FROM {BOX} AS a NATURAL JOIN raw.games_current AS g"],
    "which rows it keeps is not determined": [
        f"SELECT points FROM {BOX} LIMIT 1",
        f"SELECT points FROM {BOX} FETCH FIRST 1 ROWS ONLY",
        f"SELECT points FROM {BOX} OFFSET 3",
        f"SELECT points FROM {BOX} USING SAMPLE 10",
        f"SELECT DISTINCT ON (game_id) game_id, points FROM {BOX}",
        f"SELECT (SELECT g.season FROM raw.games_current AS g LIMIT 1) AS s FROM {BOX}",
    ],
    "which rows it pairs is not determined": [f"SELECT a.points FROM {BOX} AS a POSITIONAL JOIN raw.games_current AS g"],
    "the function is not in the allow-list": [
        f"SELECT {call} AS x FROM {BOX}"
        for call in (
            "now()", "current_date", "current_timestamp", "random()", "uuid()", "getenv('HOME')", "any_value(points)",
            "first(points)", "last(points)", "arg_min(points, game_id)", "mode(points)", "median(points)", "list(points)",
            "array_agg(points)", "power(points, 2)", "points ** 2", "ln(points)", "sin(points)", "cos(points)",
            "hash(points)", "bit_xor(points)", "AVG(points)", "STDDEV(points)", "VAR_POP(points)", "CORR(points, assists)",
        )
    ] + [f"SELECT points FROM {BOX} ORDER BY random()", "SELECT a FROM read_csv('x.csv')", "SELECT range AS r FROM range(10)"],
    "a row used as a value": [f"SELECT b AS x FROM {BOX} AS b", f"SELECT CAST(b AS VARCHAR) AS x FROM {BOX} AS b"],
    "write NULLS FIRST": [
        f"SELECT LAG(points) OVER (ORDER BY game_date) AS x FROM {BOX}",
        f"SELECT LAG(points) OVER (ORDER BY game_date DESC NULLS LAST) AS x FROM {BOX}",
        f"SELECT LAG(points) OVER w AS x FROM {BOX} WINDOW w AS (PARTITION BY team_id ORDER BY game_date)",
        f"SELECT points FROM {BOX} QUALIFY ROW_NUMBER() OVER (PARTITION BY game_id ORDER BY points) = 1",
    ],
    "it needs an ORDER BY": [
        f"SELECT ROW_NUMBER() OVER () AS x FROM {BOX}",
        f"SELECT LEAD(points) OVER (PARTITION BY team_id) AS x FROM {BOX}",
        f"SELECT LAG(points) OVER w AS x FROM {BOX} WINDOW w AS (PARTITION BY team_id)",
    ],
    "depends on the order of rows": [f"SELECT STRING_AGG(season, ',') AS x FROM {BOX}", f"SELECT GROUP_CONCAT(season) AS x FROM {BOX}"],
    "SUM needs integers": [
        f"SELECT SUM({of}) AS x FROM {BOX}"
        for of in ("points / 2", "0.5 * points", "CAST(points AS DOUBLE)", "CAST(points AS DECIMAL(9, 1))",
                   "CASE WHEN is_home THEN points / 2 ELSE 0 END")
    ] + [f"SELECT SUM(x) AS y FROM (SELECT points / 3 AS x FROM {BOX}) AS s",
         f"SELECT SUM(1.5 * points) OVER (PARTITION BY game_id) AS x FROM {BOX}"],
    "it must be one SELECT": [f"SELECT points FROM {BOX}; SELECT 1", f"DELETE FROM {BOX}", "", f"SUMMARIZE {BOX}",
                              f"PIVOT {BOX} ON is_home USING SUM(points)"],
    "Invalid expression": ["SELEC 1"],
    "could not be resolved": [f"SELECT pts FROM {BOX}", f"SELECT rowid FROM {BOX}", "SELECT points FROM raw.team_box"],
    "There is no table": ["SELECT a FROM raw.nothing_current", "SELECT games FROM ledger.schedule", "SELECT a FROM analytics.pgs"],
}  # fmt: skip


class TestPortableSubset:
    @pytest.mark.parametrize(("why", "sql"), [(why, sql) for why, queries in REJECTED.items() for sql in queries])
    def test_rejected_with_the_reason(self, registry: Registry, why: str, sql: str) -> None:
        with pytest.raises(ContractError) as caught:
            check_portable(registry, table(sql))
        assert why in caught.value.message

    @pytest.mark.parametrize("place", ["spine", "check"])
    def test_spine_and_checks_are_held_to_it_too(self, registry: Registry, place: str) -> None:
        bad = f"SELECT game_id, game_date, random() AS x FROM {BOX}"
        good = f"SELECT game_id, game_date, points AS value FROM {BOX}"
        check = Check(name="odd", why="in a test", sql=bad)
        made = table(good, spine=bad) if place == "spine" else table(good, checks=(check,))
        with pytest.raises(ContractError, match=f"analytics.probe {place} .*: RANDOM"):
            check_portable(registry, made)

    @pytest.mark.parametrize(
        "sql",
        [
            f"SELECT COUNT(*) AS n FROM {BOX}",
            f"SELECT game_id, SUM(points) FILTER (WHERE is_home) / NULLIF(COUNT(*), 0) AS x FROM {BOX} GROUP BY game_id",
            f"SELECT STRING_AGG(season, '|' ORDER BY season NULLS FIRST) AS x FROM {BOX}",
            f"SELECT LAG(points) OVER w AS x FROM {BOX} WINDOW w AS (PARTITION BY team_id ORDER BY game_date NULLS FIRST)",
            f"SELECT SUM(points) OVER (ORDER BY game_id NULLS FIRST RANGE BETWEEN 10 PRECEDING AND 1 PRECEDING) AS x FROM {BOX}",
            "SELECT s.game_id FROM spine AS s",
        ],
    )
    def test_admitted(self, registry: Registry, sql: str) -> None:
        check_portable(registry, table(sql))

    def test_every_table_that_ships_is_in_it(self, registry: Registry) -> None:
        assert len(registry.ordered) >= 3
        for each in registry.ordered:
            check_portable(registry, each)


GAMES, PLAYERS, SHOTS = "raw.games_current", "raw.player_box_current", "raw.shots_current"

# A query, and per upstream table every column that it reads, by hand; what the engine reads of raw.games is left out.
LINEAGE: dict[str, tuple[str, dict[str, set[str]]]] = {
    "plain": (f"SELECT points FROM {BOX} WHERE is_home", {"raw.team_box": {"points", "is_home"}}),
    "count": (f"SELECT COUNT(*) AS n FROM {BOX}", {"raw.team_box": set()}),
    "cte": (
        f"WITH a AS (SELECT game_id, points, assists FROM {BOX}) SELECT points FROM a",
        {"raw.team_box": {"game_id", "points", "assists"}},
    ),
    "cte shadows a column": (f"WITH a AS (SELECT points AS steals FROM {BOX}) SELECT steals FROM a", {"raw.team_box": {"points"}}),
    "window": (
        f"SELECT SUM(points) OVER (PARTITION BY team_id ORDER BY game_date NULLS FIRST) AS x FROM {BOX}",
        {"raw.team_box": {"points", "team_id", "game_date"}},
    ),
    "named window": (
        f"SELECT LAG(points) OVER w AS x FROM {BOX} WINDOW w AS (PARTITION BY team_id ORDER BY season NULLS FIRST)",
        {"raw.team_box": {"points", "team_id", "season"}},
    ),
    "qualify": (
        f"SELECT points FROM {BOX} QUALIFY ROW_NUMBER() OVER (PARTITION BY game_id ORDER BY blocks NULLS FIRST) = 1",
        {"raw.team_box": {"points", "game_id", "blocks"}},
    ),
    "join using": (
        f"SELECT b.points, p.steals FROM {BOX} AS b JOIN {PLAYERS} AS p USING (game_id, team_id)",
        {"raw.team_box": {"points", "game_id", "team_id"}, "raw.player_box": {"steals", "game_id", "team_id"}},
    ),
    "join on": (
        f"SELECT b.points FROM {BOX} AS b LEFT JOIN {PLAYERS} AS p ON p.game_id = b.game_id AND p.fouls > 5",
        {"raw.team_box": {"points", "game_id"}, "raw.player_box": {"game_id", "fouls"}},
    ),
    "exists, correlated": (
        f"SELECT b.points FROM {BOX} AS b WHERE EXISTS (SELECT 1 FROM {PLAYERS} AS p WHERE p.game_id = b.game_id AND p.points > b.fouls)",
        {"raw.team_box": {"points", "game_id", "fouls"}, "raw.player_box": {"game_id", "points"}},
    ),
    "in a subquery": (
        f"SELECT points FROM {BOX} WHERE team_id IN (SELECT team_id FROM {PLAYERS} WHERE starter)",
        {"raw.team_box": {"points", "team_id"}, "raw.player_box": {"team_id", "starter"}},
    ),
    "scalar subquery": (
        f"SELECT (SELECT MAX(p.points) FROM {PLAYERS} AS p WHERE p.team_id = b.team_id) AS x FROM {BOX} AS b",
        {"raw.team_box": {"team_id"}, "raw.player_box": {"points", "team_id"}},
    ),
    "union all": (
        f"SELECT points FROM {BOX} UNION ALL SELECT assists FROM {PLAYERS} WHERE appeared",
        {"raw.team_box": {"points"}, "raw.player_box": {"assists", "appeared"}},
    ),
    "filter": (
        f"SELECT COUNT(*) FILTER (WHERE zone = 'paint' AND made) AS x FROM {SHOTS} GROUP BY game_id",
        {"raw.shots": {"zone", "made", "game_id"}},
    ),
    "group and having": (
        f"SELECT team_id FROM {BOX} GROUP BY team_id HAVING SUM(points) > 100",
        {"raw.team_box": {"team_id", "points"}},
    ),
    "order by": (f"SELECT points FROM {BOX} ORDER BY steals NULLS FIRST", {"raw.team_box": {"points", "steals"}}),
    "asof join": (
        f"SELECT a.points FROM {BOX} AS a ASOF JOIN {PLAYERS} AS p ON p.team_id = a.team_id AND p.game_date <= a.game_date",
        {"raw.team_box": {"points", "team_id", "game_date"}, "raw.player_box": {"team_id", "game_date"}},
    ),
    "lateral": (
        f"SELECT y.x FROM {BOX} AS b, LATERAL (SELECT b.points + b.steals AS x) AS y",
        {"raw.team_box": {"points", "steals"}},
    ),
    "another built table": (
        "SELECT t.pace FROM spine AS s JOIN analytics.team_offense_game_summary AS t ON t.game_id = s.game_id",
        {"analytics.team_offense_game_summary": {"pace", "game_id"}},
    ),
    "more of the schedule": (f"SELECT g.arena FROM {GAMES} AS g WHERE g.neutral_site", {"raw.games": {"arena", "neutral_site"}}),
}  # fmt: skip


class TestLineage:
    @pytest.mark.parametrize("form", LINEAGE)
    def test_exactly_the_columns_that_are_read(self, registry: Registry, form: str) -> None:
        sql, expected = LINEAGE[form]
        found = {name: set(columns) for name, columns in lineage_of(registry, table(sql)).consumed.items()}
        found["raw.games"] -= GRID
        if not found["raw.games"]:
            del found["raw.games"]
        assert found == expected

    def test_checks_and_spine_count(self, registry: Registry) -> None:
        sql = f"SELECT c.game_date, b.blocks FROM candidate AS c JOIN {BOX} AS b ON b.game_id = c.game_id"
        spine = f"SELECT game_id, game_date, steals FROM {BOX}"
        made = table(
            "SELECT s.game_id FROM spine AS s", spine=spine, checks=(Check(name="c", why="in a test", sql=sql),)
        )
        assert lineage_of(registry, made).consumed["raw.team_box"] == {"game_id", "game_date", "steals", "blocks"}

    def test_a_table_is_built_after_those_its_spine_and_its_checks_read(self) -> None:
        by_check = Check(
            name="c", why="in a test", sql="SELECT s.game_date FROM analytics.second AS s JOIN analytics.probe AS p"
        )
        probe = table("SELECT game_id FROM spine", spine="SELECT game_id FROM analytics.first", checks=(by_check,))
        others = {
            name: replace(
                table(f"SELECT game_id FROM {BOX}"), contract=probe.contract.model_copy(update={"name": name})
            )
            for name in ("first", "second")
        }
        bare = {
            name: replace(one, contract=one.contract.model_copy(update={"checks": ()})) for name, one in others.items()
        }
        tables = Registry(raw={}, built={"probe": probe, **bare})
        assert tables.built_upstream("probe") == {"first", "second"}
        assert [one.name for one in tables.ordered] == ["first", "second", "probe"]

    def test_a_snapshot_table_brings_what_decides_its_view(self, registry: Registry) -> None:
        consumed = lineage_of(registry, table("SELECT line FROM raw.player_lines_current")).consumed
        assert consumed["raw.player_lines"] == {"line", "game_id", "snapshot_at", "snapshot_quality"}
        assert "cutoff_at" in consumed["raw.games"]


class TestCodeVersion:
    SQL = f"SELECT game_id, game_date, points AS value FROM {BOX} WHERE is_home"

    def version(self, sql: str = SQL, **changes: object) -> str:
        made = table(sql)
        return code_version(replace(made, contract=made.contract.model_copy(update=changes)))

    @pytest.mark.parametrize(
        "sql",
        [
            f"-- a remark\nSELECT game_id, game_date, points AS value FROM {BOX} WHERE is_home",
            f"SELECT game_id,\n  game_date,\n  points AS value /* yes */\nFROM {BOX}\nWHERE is_home\n",
            f"select game_id, game_date, points as value from {BOX} where is_home",
        ],
        ids=["comment", "layout", "case of keywords"],
    )
    def test_writing_it_differently_is_no_change(self, sql: str) -> None:
        assert self.version(sql) == self.version()

    @pytest.mark.parametrize(
        "sql",
        [
            f"SELECT game_id, game_date, points AS value FROM {BOX} WHERE NOT is_home",
            f"SELECT game_id, game_date, points + 1 AS value FROM {BOX} WHERE is_home",
            f"SELECT game_id, game_date, assists AS value FROM {BOX} WHERE is_home",
            f"SELECT game_id, game_date, points AS value FROM {BOX} WHERE is_home AND season = 'x'",
            f"SELECT game_id, game_date, points AS value FROM {BOX} WHERE is_home AND season = 'X'",
        ],
    )
    def test_logic_is_a_change(self, sql: str) -> None:
        assert self.version(sql) != self.version()

    def test_a_literal_keeps_its_case(self) -> None:
        assert self.version(f"SELECT 'x' AS value FROM {BOX}") != self.version(f"SELECT 'X' AS value FROM {BOX}")

    def columns(self, **changes: object) -> tuple[Column, ...]:
        *others, last = table(self.SQL).contract.columns
        return (*others, last.model_copy(update=changes))

    def test_documentation_units_and_ranges_are_no_change(self) -> None:
        for changes in (
            {"doc": "other words"},
            {"unit": "points"},
            {"range": (0.0, 1.0)},
            {"null": "unknown"},
            {"values": ("a",)},
        ):
            assert self.version(columns=self.columns(**changes)) == self.version(), changes
        assert self.version(description="Other words.", folder=Path("elsewhere"), aliases=("P",)) == self.version()

    def test_names_types_roles_key_grain_and_constants_are(self) -> None:
        for changes in ({"name": "other"}, {"type": "integer"}, {"role": "key"}):
            assert self.version(columns=self.columns(**changes)) != self.version(), changes
        for change in (
            {"key": ("game_id", "game_date")},
            {"grain": "team"},
            {"constants": {"w": {"value": 1}}},
            {"covers": "player_box"},
        ):
            assert self.version(**change) != self.version(), change

    def test_the_spine_and_the_checks_are_code(self) -> None:
        spine = table(self.SQL, spine=f"{SPINE} WHERE counts")
        check = table(
            self.SQL, checks=(Check(name="c", why="in a test", sql="SELECT game_date FROM candidate WHERE value > 1"),)
        )
        assert len({code_version(spine), code_version(check), self.version()}) == 3
