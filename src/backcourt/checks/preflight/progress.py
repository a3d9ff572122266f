"""How far the built tables are: what a backfill is for is told, what stands in its way fails."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import NamedTuple

from backcourt.checks.finding import Finding
from backcourt.checks.preflight.ground import Ground
from backcourt.engine.evaluate import NOT_DUE, WITH_CODE

# States that a backfill may run into again, or passes by.
IN_THE_WAY = ("damaged", "failed", "blocked", "held")
_SCHEMAS = {"analytics": 3, "precompute": 4}

_STATES = f"""SELECT table_name, game_date, season, state, reason, built_with, code_version FROM {WITH_CODE}
WHERE NOT list_contains(?, state) ORDER BY ordinal, game_date"""


class Day(NamedTuple):
    """A date of a table on which something is expected; `built_with` is the code of its verified rows."""

    game_date: date
    season: str
    state: str
    reason: str | None
    built_with: str | None
    code_version: str


def _state(schema: str, ground: Ground) -> Iterator[Finding]:
    """Per table of a schema: expected and verified dates; none is damaged, failed, blocked or held."""
    asked = ground.registry.select(ground.scope.tables, ground.scope.phase)
    wanted = [table for table in asked if table.contract.schema_name == schema]
    if not wanted:
        said = f"no table of phase {_SCHEMAS[schema]} is in the scope"
        yield Finding(schema, "pass", said)
        return
    days = _days(ground)
    for table in wanted:
        yield _judged(schema, table.name, days[table.full_name])


analytics = partial(_state, "analytics")
precompute = partial(_state, "precompute")


def code(ground: Ground) -> Iterator[Finding]:
    """The verified rows of each table were all built by one version of its code."""
    days = _days(ground)
    for table in ground.registry.select(ground.scope.tables, ground.scope.phase):
        versions = Counter(day.built_with for day in days[table.full_name] if day.built_with)
        today = next((day.code_version for day in days[table.full_name]), None)
        figures = {"versions": dict(versions), "todays": today}
        if len(versions) > 1:
            old = sum(count for version, count in versions.items() if version != today)
            said = f"rows of {len(versions)} versions stand in it, {old:,} dates of older code"
            hint = f"Build them anew with  backcourt backfill --tables {table.name}"
            yield Finding("code", "warn", said, table.name, figures, _STATES, hint)
        else:
            said = "one version" + ("" if today in versions else ", an older one") if versions else "nothing is built"
            yield Finding("code", "pass", said, table.name, figures, _STATES)


def _judged(schema: str, table: str, days: list[Day]) -> Finding:
    counts = Counter(day.state for day in days)
    figures = {"expected": len(days), **counts}
    share = f"{counts['verified']:,} of {len(days):,} dates verified"
    parts = [f"{count:,} {state}" for state, count in sorted(counts.items()) if state != "verified"]
    said = ", ".join([share, *parts]) if days else "nothing is expected of it in the scope"
    in_the_way = [day for day in days if day.state in IN_THE_WAY]
    if in_the_way:
        first = in_the_way[0]
        said += f"; {first.game_date} is {first.state}: {first.reason or 'until it is released'}"
        hint = "See what closes it with  backcourt gaps"
        return Finding(schema, "fail", said, table, figures, _STATES, hint)
    return Finding(schema, "pass", said, table, figures, _STATES)


def _days(ground: Ground) -> dict[str, list[Day]]:
    """Per table its dates in the scope on which something is expected."""
    _ = ground.plan
    found: dict[str, list[Day]] = defaultdict(list)
    for table, *row in ground.opened.rows(_STATES, [list(NOT_DUE)]):
        day = Day(*row)
        if ground.scope.includes(day.game_date, day.season):
            found[table].append(day)
    return found
