"""The checks that stand between a candidate and publication; each returns the dates that fail it, and why.

A check that cannot be run raises: an error is never a pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from backcourt.engine.contract import Column, Contract, Health
from backcourt.engine.hashing import quoted
from backcourt.engine.inputs import with_inputs
from backcourt.engine.registry import Table
from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class Rule:
    """A named query over `candidate` (or what stands for it) that returns game_date and cause of each offence."""

    name: str
    sql: str


def failures(warehouse: Warehouse, table: Table) -> dict[date, str]:
    """Per failing date of the candidate the first failed check with its cause; raises QueryError for a broken check."""
    found: dict[date, str] = {}
    for rule in rules(table):
        for game_date, cause in warehouse.rows(f"SELECT game_date, MIN(cause) FROM ({rule.sql}) GROUP BY game_date"):
            found.setdefault(game_date, f"{rule.name}: {cause}")
    return found


def rules(table: Table) -> Iterator[Rule]:
    """All blocking rules of a table: those every table has, then its own."""
    contract = table.contract
    yield Rule("games_present", _games_present(contract))
    yield Rule("unique_keys", _unique_keys(contract))
    yield Rule("keys_equal_spine", _keys_equal_spine(contract))
    yield Rule("column_rules", _column_rules(contract))
    if any(column.health for column in contract.columns):
        yield Rule("column_health", _column_health(contract))
    for check in contract.checks:
        yield Rule(check.name, _own(check.sql))


def rule_names(table: Table) -> list[str]:
    """Names of the checks that a published partition has passed."""
    return [rule.name for rule in rules(table)]


def _games_present(contract: Contract) -> str:
    if "game_id" not in contract.key or contract.absent_games:
        return "SELECT DATE '1970-01-01' AS game_date, '' AS cause WHERE FALSE"
    return (
        f"SELECT e.game_date, 'game ' || e.game_id || ' is covered by raw.{contract.covers} but has no rows there' AS cause"
        " FROM expected_games AS e WHERE NOT EXISTS (SELECT 1 FROM spine AS s WHERE s.game_id = e.game_id AND s.game_date = e.game_date)"
    )


def _unique_keys(contract: Contract) -> str:
    key = ", ".join(quoted(name) for name in contract.key)
    return (
        f"SELECT MIN(game_date) AS game_date, 'key ' || {_shown(contract.key)} || ' stands ' || COUNT(*) || ' times' AS cause"
        f" FROM candidate GROUP BY {key} HAVING COUNT(*) > 1"
    )


def _keys_equal_spine(contract: Contract) -> str:
    same = " AND ".join(f"c.{quoted(name)} = s.{quoted(name)}" for name in {*contract.key, "game_date"})
    return (
        f"SELECT s.game_date, 'expected key ' || {_shown(contract.key, 's')} || ' is missing' AS cause"
        f" FROM spine AS s WHERE NOT EXISTS (SELECT 1 FROM candidate AS c WHERE {same})"
        f" UNION ALL SELECT c.game_date, 'key ' || {_shown(contract.key, 'c')} || ' is not expected'"
        f" FROM candidate AS c WHERE NOT EXISTS (SELECT 1 FROM spine AS s WHERE {same})"
    )


def _column_rules(contract: Contract) -> str:
    cases = [
        f"WHEN {broken} THEN '{column.name} {why}'" for column in contract.columns for broken, why in _broken(column)
    ]
    return (
        f"SELECT game_date, {_shown(contract.key)} || ': ' || broken AS cause FROM"
        f" (SELECT *, CASE {' '.join(cases)} END AS broken FROM candidate) WHERE broken IS NOT NULL"
    )


def _broken(column: Column) -> Iterator[tuple[str, str]]:
    name = quoted(column.name)
    if column.null is None:
        yield f"{name} IS NULL", "is NULL"
    if column.type == "double":
        yield f"NOT isfinite({name})", "is not finite"
    if column.values:
        yield f"{name} NOT IN ({', '.join(repr(value) for value in column.values)})", "is not one of its values"
    if column.range:
        low, high = column.range
        yield f"{name} NOT BETWEEN {low!r} AND {high!r}", f"is not within {low:g} to {high:g}"


def _column_health(contract: Contract) -> str:
    figures: list[str] = []
    cases: list[str] = []
    for column in contract.columns:
        if column.health:
            figures += [f"{figure} AS {quoted(name)}" for name, figure in _health_figures(column).items()]
            cases += [f"WHEN {sick} THEN '{column.name} {why}'" for sick, why in _sick(column.name, column.health)]
    return (
        f"SELECT game_date, sick || ', of ' || rows || ' rows' AS cause FROM (SELECT *, CASE {' '.join(cases)} END AS sick"
        f" FROM (SELECT game_date, COUNT(*) AS rows, {', '.join(figures)} FROM candidate GROUP BY game_date))"
        " WHERE sick IS NOT NULL"
    )


def _health_figures(column: Column) -> dict[str, str]:
    name = quoted(column.name)
    return {
        f"{column.name} values": f"COUNT({name})",
        f"{column.name} zeros": f"COUNT(IF({is_zero(column)}, 1, NULL))",
        f"{column.name} distinct": f"COUNT(DISTINCT {name})",
    }


def _sick(name: str, health: Health) -> Iterator[tuple[str, str]]:
    values, zeros, distinct = (quoted(f"{name} {figure}") for figure in ("values", "zeros", "distinct"))
    if health.values is not None:
        few = f"rows >= {health.rows} AND {values} < {health.values!r} * rows"
        yield few, f"has a value in fewer than {health.values:g} of its rows"
    if health.zeros is not None:
        many = f"{values} >= {health.rows} AND {zeros} > {health.zeros!r} * {values}"
        yield many, f"is 0 in more than {health.zeros:g} of its values"
    if health.distinct is not None:
        one = f"{values} >= {health.rows} AND {distinct} < {health.distinct}"
        yield one, f"has fewer than {health.distinct} different values"


def is_zero(column: Column) -> str:
    """SQL for whether a column holds 0 or FALSE; text and dates have no zero."""
    name = quoted(column.name)
    if column.type == "boolean":
        return f"NOT {name}"
    return f"{name} = 0" if column.type in ("bigint", "integer", "double") else "FALSE"


def _own(sql: str) -> str:
    """A table's own check returns game_date first; all its columns together tell the cause."""
    return f"SELECT t.game_date, CAST(t AS VARCHAR) AS cause FROM ({with_inputs(sql)}) AS t"


def _shown(key: tuple[str, ...], alias: str = "") -> str:
    prefix = f"{alias}." if alias else ""
    return " || ' ' || ".join(f"COALESCE(CAST({prefix}{quoted(name)} AS VARCHAR), 'NULL')" for name in key)
