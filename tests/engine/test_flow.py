"""Which rows a changed row reaches, derived from the SQL: links where they can be shown, none where not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backcourt.engine.lineage import Lineage
from backcourt.engine.registry import default_registry
from backcourt.engine.sql import lineage_of

REGISTRY = default_registry()
TABLE = REGISTRY.built["player_daily_cache"]
PLAYED, TEAMS = "analytics.player_game_summary", "analytics.team_offense_game_summary"

UNCHECKED = TABLE.contract.model_copy(update={"checks": ()})

PLAYER, TEAM, SEASON = ("player_id", "player_id"), ("team_id", "team_id"), ("season", "season")
OPPONENT = ("team_id", "opponent_team_id")
BEFORE = "p.game_date < s.game_date"
ROW = "s.game_id, s.player_id, s.game_date, s.season, s.team_id, s.opponent_team_id"


def links(sql: str, column: str = "points", upstream: str = PLAYED) -> set[tuple[tuple[str, str], ...]]:
    """The links of all flows that a column of an upstream table takes through a build."""
    lineage = lineage_of(REGISTRY, replace(TABLE, build_sql=sql, contract=UNCHECKED))
    return {flow.links for flow in lineage.flows if flow.upstream == upstream and column in flow.columns}


SHOWN = {
    "a join on an equality": (
        f"SELECT {ROW}, p.points FROM spine AS s LEFT JOIN {PLAYED} AS p ON p.player_id = s.player_id AND {BEFORE}",
        {(PLAYER,)},
    ),
    "on two": (
        f"SELECT {ROW}, p.points FROM spine AS s JOIN {PLAYED} AS p ON s.player_id = p.player_id AND p.season = s.season AND {BEFORE}",
        {(PLAYER, SEASON)},
    ),
    "one that WHERE demands": (
        f"SELECT {ROW}, p.points FROM spine AS s CROSS JOIN {PLAYED} AS p WHERE p.player_id = s.player_id AND {BEFORE}",
        {(PLAYER,)},
    ),
    "another column of the row": (
        f"SELECT {ROW}, p.points FROM spine AS s LEFT JOIN {PLAYED} AS p ON p.team_id = s.opponent_team_id AND {BEFORE}",
        {(OPPONENT,)},
    ),
    "through a CTE with other names": (
        f"WITH form AS (SELECT p.player_id AS who, p.points AS what, p.game_date AS on_date FROM {PLAYED} AS p)"
        f" SELECT {ROW}, f.what FROM spine AS s LEFT JOIN form AS f ON f.who = s.player_id AND f.on_date < s.game_date",
        {(PLAYER,)},
    ),
    "grouped by it": (
        f"WITH sums AS (SELECT player_id, SUM(points) AS points FROM {PLAYED} GROUP BY player_id)"
        f" SELECT {ROW}, t.points FROM spine AS s LEFT JOIN sums AS t ON t.player_id = s.player_id",
        {(PLAYER,)},
    ),
    "a window over it": (
        "WITH form AS (SELECT player_id, team_id,"
        f" SUM(points) OVER (PARTITION BY player_id ORDER BY game_date NULLS FIRST) AS total FROM {PLAYED})"
        f" SELECT {ROW}, f.total FROM spine AS s LEFT JOIN form AS f ON f.player_id = s.player_id AND f.team_id = s.team_id",
        {(PLAYER,)},
    ),
    "a named window": (
        f"WITH form AS (SELECT player_id, SUM(points) OVER of_player AS total FROM {PLAYED}"
        " WINDOW of_player AS (PARTITION BY player_id ORDER BY game_date NULLS FIRST))"
        f" SELECT {ROW}, f.total FROM spine AS s LEFT JOIN form AS f ON f.player_id = s.player_id",
        {(PLAYER,)},
    ),
    "over a third relation": (
        f"WITH squad AS (SELECT r.player_id, r.team_id FROM raw.rosters_current AS r),"
        f" mates AS (SELECT q.team_id, p.points FROM squad AS q JOIN {PLAYED} AS p ON p.player_id = q.player_id AND p.team_id = q.team_id)"
        f" SELECT {ROW}, m.points FROM spine AS s LEFT JOIN mates AS m ON m.team_id = s.team_id",
        {(TEAM,)},
    ),
    "two ways": (
        f"SELECT {ROW}, p.points, o.points AS theirs FROM spine AS s LEFT JOIN {PLAYED} AS p ON p.player_id = s.player_id"
        f" LEFT JOIN {PLAYED} AS o ON o.team_id = s.opponent_team_id",
        {(PLAYER,), (OPPONENT,)},
    ),
    "both arms of a union": (
        f"WITH both_sides AS (SELECT player_id AS who, points FROM {PLAYED} UNION ALL SELECT player_id, rebounds FROM {PLAYED})"
        f" SELECT {ROW}, b.points FROM spine AS s LEFT JOIN both_sides AS b ON b.who = s.player_id",
        {(PLAYER,)},
    ),
    "from a copy of the spine": (
        "WITH rows AS (SELECT game_id AS g, player_id AS who, game_date AS d FROM spine)"
        " SELECT r.g AS game_id, r.who AS player_id, r.d AS game_date, p.points FROM rows AS r"
        f" LEFT JOIN {PLAYED} AS p ON p.player_id = r.who",
        {(PLAYER,)},
    ),
}

NOT_SHOWN = {
    "a total of all": (
        f"WITH total AS (SELECT SUM(points) AS points FROM {PLAYED}) SELECT {ROW}, t.points FROM spine AS s CROSS JOIN total AS t"
    ),
    "grouped by something else": (
        f"WITH days AS (SELECT game_date, SUM(points) AS points FROM {PLAYED} GROUP BY game_date)"
        f" SELECT {ROW}, d.points FROM spine AS s LEFT JOIN days AS d ON d.game_date < s.game_date"
    ),
    "a window over others too": (
        f"WITH ranked AS (SELECT player_id, RANK() OVER (ORDER BY points DESC NULLS FIRST) AS place FROM {PLAYED})"
        f" SELECT {ROW}, r.place FROM spine AS s LEFT JOIN ranked AS r ON r.player_id = s.player_id"
    ),
    "a window beside one over him": (
        "WITH ranked AS (SELECT player_id,"
        f" SUM(points) OVER (PARTITION BY player_id, team_id) - SUM(points) OVER (PARTITION BY game_id) AS x FROM {PLAYED})"
        f" SELECT {ROW}, r.x FROM spine AS s LEFT JOIN ranked AS r ON r.player_id = s.player_id"
    ),
    "an inequality": f"SELECT {ROW}, p.points FROM spine AS s LEFT JOIN {PLAYED} AS p ON p.player_id <> s.player_id AND {BEFORE}",
    "either of two": (
        f"SELECT {ROW}, p.points FROM spine AS s LEFT JOIN {PLAYED} AS p ON p.player_id = s.player_id OR p.team_id = s.team_id"
    ),
    "an expression": f"SELECT {ROW}, p.points FROM spine AS s LEFT JOIN {PLAYED} AS p ON p.player_id + 0 = s.player_id",
    "a row that an outer join may not add": (
        f"SELECT {ROW}, p.points FROM spine AS s LEFT JOIN raw.rosters_current AS r ON r.player_id = s.player_id"
        f" LEFT JOIN {PLAYED} AS p ON p.game_date < s.game_date AND r.team_id = s.team_id"
    ),
    "a full join": (
        "WITH all_of AS (SELECT q.player_id AS who, p.points FROM raw.rosters_current AS q"
        f" FULL JOIN {PLAYED} AS p ON p.player_id = q.player_id)"
        f" SELECT {ROW}, a.points FROM spine AS s LEFT JOIN all_of AS a ON a.who = s.player_id"
    ),
    "a subquery in an expression": (
        f"SELECT {ROW}, (SELECT SUM(p.points) FROM {PLAYED} AS p WHERE p.player_id = s.player_id) AS points FROM spine AS s"
    ),
    "whether there is one": (
        f"SELECT {ROW}, EXISTS (SELECT 1 FROM {PLAYED} AS p WHERE p.player_id = s.player_id AND p.points > 9) AS had FROM spine AS s"
    ),
    "a column that is not the row's own": (
        f"SELECT {ROW}, p.points FROM spine AS s LEFT JOIN raw.rosters_current AS r ON r.player_id = s.player_id"
        f" LEFT JOIN {PLAYED} AS p ON p.team_id = r.team_id AND p.game_date < r.game_date AND s.game_date > r.game_date"
    ),
    "a row of the spine that is another's": (
        f"SELECT {ROW}, p.points, o.team_id FROM spine AS s JOIN spine AS o ON o.game_id = s.game_id"
        f" LEFT JOIN {PLAYED} AS p ON p.player_id = o.player_id"
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_links_that_can_be_shown(name: str) -> None:
    sql, expected = SHOWN[name]
    assert links(sql) == expected


@pytest.mark.parametrize("name", NOT_SHOWN)
def test_without_links_any_row_is_reached(name: str) -> None:
    """Nothing is guessed."""
    assert links(NOT_SHOWN[name]) == {()}


def test_each_column_by_its_own_ways() -> None:
    """What only counts games of a team does not tell whose points changed."""
    sql = (
        f"WITH played AS (SELECT player_id, team_id, game_id, points FROM {PLAYED} WHERE NOT is_dnp),"
        " of_team AS (SELECT team_id, COUNT(DISTINCT game_id) AS games FROM played GROUP BY team_id)"
        f" SELECT {ROW}, p.points, t.games FROM spine AS s LEFT JOIN played AS p ON p.player_id = s.player_id"
        " LEFT JOIN of_team AS t ON t.team_id = s.team_id"
    )
    assert links(sql, "points") == {(PLAYER,)}
    assert links(sql, "game_id") == {(TEAM,)}
    assert links(sql, "is_dnp") == {(PLAYER,), (TEAM,)}


def test_a_wider_way_takes_in_the_narrower() -> None:
    sql = (
        f"SELECT {ROW}, p.points, q.points AS now FROM spine AS s LEFT JOIN {PLAYED} AS p ON p.player_id = s.player_id"
        f" LEFT JOIN {PLAYED} AS q ON q.player_id = s.player_id AND q.season = s.season"
    )
    assert links(sql) == {(PLAYER,)}


def test_a_check_is_a_way_too() -> None:
    """By its candidate's columns, if it tells the date of the same row."""
    told = f"SELECT c.game_date, c.player_id FROM candidate AS c JOIN {TEAMS} AS t ON t.team_id = c.team_id WHERE t.points_scored < 0"
    check = TABLE.contract.checks[0].model_copy(update={"sql": told})
    build = f"SELECT {ROW} FROM spine AS s"
    contract = TABLE.contract.model_copy(update={"checks": (check,)})
    lineage = lineage_of(REGISTRY, replace(TABLE, build_sql=build, contract=contract))
    assert of_built(lineage) == {(TEAMS, ())}
    named = check.model_copy(update={"sql": told.replace("c.player_id", "c.player_id, c.team_id")})
    lineage = lineage_of(
        REGISTRY, replace(TABLE, build_sql=build, contract=contract.model_copy(update={"checks": (named,)}))
    )
    assert of_built(lineage) == {(TEAMS, (TEAM,))}


def of_built(lineage: Lineage) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    return {(flow.upstream, flow.links) for flow in lineage.flows if not flow.upstream.startswith("raw.")}


@pytest.mark.parametrize("name", sorted(REGISTRY.built))
def test_every_table_that_is_followed_takes_some_way(name: str) -> None:
    """By columns that are read of it; neither registries are followed nor snapshots."""
    lineage = REGISTRY.lineage(name)
    for upstream, columns in lineage.consumed.items():
        contract = REGISTRY.contract(upstream)
        taken = set().union(*(flow.columns for flow in lineage.flows if flow.upstream == upstream))
        assert taken <= columns
        assert bool(taken) is (contract.is_dated and not contract.snapshot)


def test_a_raw_row_is_followed_by_the_columns_that_the_spine_does_not_read() -> None:
    """A score reaches the games of its two teams in that season; who plays whom and when may reach anything."""
    games = [each for each in REGISTRY.lineage("upcoming_team_game_context").flows if each.upstream == "raw.games"]
    of_points = {each.links for each in games if "home_points" in each.columns}
    assert of_points == {(("home_team_id", "team_id"), SEASON), (("away_team_id", "team_id"), SEASON)}
    assert {each.links for each in games if "game_date" in each.columns} == {()}
