"""What a contract promises of its columns is kept: types, ranges, units, names, features and how full they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlglot
from bench import Bench, Row, contract_of, row, sound_row
from pydantic import ValidationError
from sqlglot import exp

from backcourt.engine.contract import Column, Contract, Feature
from backcourt.engine.registry import Table, default_registry

BUILT = {table.name: table for table in default_registry().ordered}
STORE = "ml_feature_store"


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


# --- columns ---------------------------------------------------------------------------------------------------------


def broken_values(contract: Contract) -> Iterator[tuple[Column, Any]]:
    """Per column and rule of it a value that breaks the rule."""
    for column in contract.columns:
        if column.role == "partition" or column.name in contract.key:
            continue
        if column.null is None:
            yield column, None
        if column.values:
            yield column, "none of these"
        if column.range:
            yield from ((column, column.range[0] - 1), (column, column.range[1] + 1))
        if column.type == "double":
            yield column, "NaN"


@pytest.mark.parametrize("name", BUILT)
def test_a_value_against_any_rule_of_any_column_is_refused(bench: Bench, name: str) -> None:
    """One row per column and rule, all of them at once; each is refused, and a sound one is not."""
    broken = list(broken_values(BUILT[name].contract))
    bench.stand_variants(name, sound_row(name), [{column.name: value} for column, value in broken])
    said = bench.said(name, "column_rules")
    assert sorted(re.findall(r": (\w+) is ", "\n".join(said))) == sorted(column.name for column, _ in broken)
    assert bench.offences(name, "column_rules", sound_row(name)) == []


WHOLE = ("INTEGER", "BIGINT", "HUGEINT", "SMALLINT", "TINYINT")


def fractions_stored_whole(bench: Bench, table: Table, sql: str) -> list[str]:
    """Whole-number columns of a contract that a build fills with fractions, which storing would round without a word."""
    bench.connection.execute(f"CREATE OR REPLACE TABLE spine AS {table.spine_sql}")
    made = {found[0]: found[1] for found in bench.connection.execute(f"DESCRIBE {sql}").fetchall()}
    whole = [column.name for column in table.contract.columns if column.type in ("integer", "bigint")]
    return [name for name in whole if made[name] not in WHOLE]


@pytest.mark.parametrize("name", BUILT)
def test_no_fraction_is_stored_as_a_whole_number(bench: Bench, name: str) -> None:
    assert fractions_stored_whole(bench, BUILT[name], BUILT[name].build_sql) == []


def test_a_fraction_in_a_whole_number_is_found(bench: Bench) -> None:
    table = BUILT["team_offense_game_summary"]
    sql = table.build_sql.replace(
        "  c.possessions_hundredths,\n", "  c.possessions_hundredths / 1 AS possessions_hundredths,\n"
    )
    assert fractions_stored_whole(bench, table, sql) == ["possessions_hundredths"]


# --- units and names -------------------------------------------------------------------------------------------------


def wrong_names(contract: Contract) -> list[str]:
    """Columns whose name says another thing than their unit or document does."""
    found = []
    for column in contract.columns:
        is_share = re.search(r"(_rate|_pct|_share)(_|$)", column.name) and column.type == "double"
        is_rate_of_another_kind = column.unit is not None and " per " in column.unit
        if is_share and not is_rate_of_another_kind and "fraction" not in (column.unit or ""):
            found.append(f"{column.name}: a share in {column.unit}")
        if "percent" in (column.unit or "") or re.search(r"variance|_l\d+d?(_|$)", column.name):
            found.append(f"{column.name}: says percent, variance or a window in code")
        if re.search(r"_std(_|$)", column.name) and not re.search(r"deviation|_std_", column.doc):
            found.append(f"{column.name}: no standard deviation")
        if re.search(r"last_\d+_days", column.name) and not re.search(r"day|D - |the same legs", column.doc):
            found.append(f"{column.name}: no window of days")
    return found


def test_names_and_units_say_what_is_in_a_column() -> None:
    assert {name: found for name, table in BUILT.items() if (found := wrong_names(table.contract))} == {}


@pytest.mark.parametrize(
    "column",
    [
        Column(name="paint_rate_last_10", type="double", unit="percent", doc="share of his shots"),
        Column(name="assisted_pct", type="double", unit="points", doc="share of his makes"),
        Column(name="pace_variance", type="double", unit="possessions", doc="standard deviation of pace"),
        Column(name="pace_std_last_10", type="double", unit="possessions", doc="mean of pace"),
        Column(name="points_last_7_days", type="integer", unit="points", doc="points of his last 7 games"),
        Column(name="points_avg_l5", type="double", unit="points", doc="mean"),
    ],
    ids=lambda column: column.name,
)
def test_a_name_that_says_another_thing_is_found(column: Column) -> None:
    contract = BUILT[STORE].contract
    assert wrong_names(contract.model_copy(update={"columns": (column,)}))


def test_forty_percent_is_no_fraction(bench: Bench) -> None:
    """Written as 40 it breaks the range of every column that holds a fraction."""
    columns = [
        (name, column)
        for name, table in BUILT.items()
        for column in table.contract.columns
        if column.unit == "fraction"
    ]
    assert len(columns) > 90
    assert [(name, column.name) for name, column in columns if not column.range or column.range[1] >= 40] == []


def same_expressions(sql: str) -> list[str]:
    """Columns of a query that repeat another one's expression."""
    seen: dict[str, str] = {}
    found = []
    for column in sqlglot.parse_one(sql, dialect="duckdb").selects:
        text = column.unalias().sql(dialect="duckdb")
        if text in seen and not isinstance(column.unalias(), exp.Literal):
            found.append(f"{column.alias_or_name} is {seen[text]}")
        seen[text] = column.alias_or_name
    return found


def test_no_two_columns_of_a_table_are_one() -> None:
    assert {name: found for name, table in BUILT.items() if (found := same_expressions(table.build_sql))} == {}


def test_a_second_column_for_one_thing_is_found() -> None:
    sql = "SELECT c.rest = 1 AS is_back_to_back, c.rest, c.rest = 1 AS team_back_to_back FROM calendar AS c"
    assert same_expressions(sql) == ["team_back_to_back is is_back_to_back"]


# --- features --------------------------------------------------------------------------------------------------------


def test_the_required_features_are_counted_and_named() -> None:
    """As many as the contract requires; each that may be NULL stands in the list of what is missing."""
    table = BUILT[STORE]
    required = [column for column in table.contract.columns if column.feature and column.feature.required]
    counted = re.search(r"(\d+) AS features_required", table.build_sql)
    assert counted is not None
    assert int(counted[1]) == len(required)
    named = set(re.findall(r"THEN ',(\w+)' ELSE", table.build_sql)) & {column.name for column in required}
    assert named == {column.name for column in required if column.null is not None}


def test_no_required_feature_comes_from_a_line() -> None:
    """Most players have no line: a gate of line features would keep the well-known and drop the rest."""
    contract = BUILT[STORE].contract
    lines = set(contract.constants["line_features"]["value"])
    assert lines == {name for name in contract.column_names if name.startswith(("market_", "prop_"))} - {
        "prop_graded_games_10",
        "prop_graded_games_5",
    }
    required = {column.name for column in contract.columns if column.feature and column.feature.required}
    assert required & lines == set()


def test_a_feature_says_where_it_points_and_when_it_is_known() -> None:
    said: Row = row(direction="up", known="results", source="analytics.player_game_summary")
    assert Feature(**said)
    for missing in said:
        with pytest.raises(ValidationError, match=missing):
            Feature(**{name: value for name, value in said.items() if name != missing})
    for wrong in (row(direction="high"), row(known="afterwards"), row(fallback=10)):
        with pytest.raises(ValidationError):
            Feature(**row(said, wrong))


def test_a_score_is_named_for_its_direction() -> None:
    """100 is fresh: neither `fatigue_score` nor a rule that a back-to-back could pass."""
    names = contract_of("player_composite_factors").column_names
    assert "freshness_score" in names
    assert "fatigue_score" not in names
    tired = row(
        game_id="A", game_date="2022-01-05", player_id=7, back_to_back=True, days_rest=1, games_in_last_7_days=1
    )
    fresh = Bench()
    assert fresh.offences("player_composite_factors", "direction", row(tired, freshness_score=85)) == []
    assert fresh.offences("player_composite_factors", "direction", row(tired, freshness_score=100))
