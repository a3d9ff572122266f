"""A dry run: one date of each table is really computed and checked, into a scratch database, and nothing is written.

The date is the newest that is due, else the newest that is expected. What it reads of the same date and is not built yet is
tried before it; what it reads of earlier dates must be verified, so where it is not, the first date of all is tried,
which has none before it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from backcourt.checks.finding import Finding, attempt
from backcourt.checks.preflight.ground import Ground
from backcourt.engine import guard
from backcourt.engine.build import compute
from backcourt.engine.evaluate import NOT_DUE
from backcourt.engine.expect import reach_of
from backcourt.engine.hashing import quoted
from backcourt.engine.registry import Registry, Table
from backcourt.warehouse.duckdb import Warehouse

_HINT = "See why with  backcourt explain {table} {day}"


@dataclass(frozen=True)
class Grid:
    """Per table its expected dates with season and state, oldest first; per season the first date that its rows may read."""

    days: Mapping[str, Mapping[date, tuple[str, str]]]
    reads_from: Mapping[str, date]

    def is_verified(self, table: Table, day: date) -> bool:
        """Whether a partition is verified."""
        return self.days[table.full_name].get(day, ("", ""))[1] == "verified"

    def verified(self, table: Table) -> list[date]:
        """The verified dates of a table."""
        return [day for day, (_, state) in self.days[table.full_name].items() if state == "verified"]

    def unverified(self, table: Table) -> list[date]:
        """The expected dates of a table that are not verified."""
        return [day for day, (_, state) in self.days[table.full_name].items() if state != "verified"]


@dataclass
class Trials:
    """The dates to be tried per table, and why those failed that did."""

    wanted: dict[str, set[date]] = field(default_factory=lambda: defaultdict(set))
    failed: dict[tuple[str, date], str] = field(default_factory=dict)


def dry_run(ground: Ground) -> Iterator[Finding]:
    """One date of each table of the scope comes out with the expected keys and passes its blocking checks."""
    warehouse, registry, grid = ground.opened, ground.registry, _grid(ground)
    asked = registry.select(ground.scope.tables, ground.scope.phase)
    dates = {table.name: _date_to_try(registry, table, ground, grid) for table in asked}
    trials = Trials()
    for table in reversed(registry.ordered):
        if day := dates.get(table.name):
            trials.wanted[table.name].add(day)
        for each in trials.wanted[table.name]:
            for upstream in _unbuilt(registry, table, each, grid):
                trials.wanted[upstream.name].add(each)
    with warehouse.scratch() as home:
        for schema in ("analytics", "precompute"):
            warehouse.execute(f"CREATE SCHEMA {home}.{schema}")
        for table in registry.ordered:
            _lay_out(warehouse, table, grid, trials, home)
            for each in sorted(trials.wanted[table.name]):
                found = attempt("dry run", table.name, lambda t=table, d=each: _tried(ground, t, d, grid, trials, home))  # type: ignore[misc]
                if found[-1].outcome != "pass":
                    trials.failed[table.name, each] = found[-1].said
                if each == dates.get(table.name):
                    yield from found
    for table in asked:
        if dates[table.name] is None:
            yield Finding("dry run", "warn", "nothing is expected of it on any date, so none was tried", table.name)


def _tried(ground: Ground, table: Table, day: date, grid: Grid, trials: Trials, home: str) -> Iterator[Finding]:
    warehouse, registry = ground.opened, ground.registry
    hint = _HINT.format(table=table.name, day=day)
    for upstream in _unbuilt(registry, table, day, grid):
        if cause := trials.failed.get((upstream.name, day)):
            yield Finding("dry run", "fail", f"{day}: not tried, as {upstream.name} failed: {cause}", table.name)
            return
    compute(warehouse, registry, table, [day], home)
    broken = guard.failures(warehouse, table)
    expected, rows = (int(warehouse.value(f"SELECT COUNT(*) FROM {name}")) for name in ("spine", "candidate"))
    figures = {"game_date": day, "rows": rows, "expected_rows": expected}
    if broken:
        yield Finding(
            "dry run", "fail", f"{day}: {broken.get(day) or min(broken.values())}", table.name, figures, hint=hint
        )
        return
    warehouse.execute(f"INSERT INTO {home}.main.{_kept(table)} SELECT * FROM candidate")
    checks = len(guard.rule_names(table))
    said = f"{day}: {rows:,} of {expected:,} rows computed, {checks} checks passed, nothing written"
    yield Finding("dry run", "pass", said, table.name, figures)


def _lay_out(warehouse: Warehouse, table: Table, grid: Grid, trials: Trials, home: str) -> None:
    """What later tables read of a table: the stored rows of its verified dates, and those that are tried."""
    columns = ", ".join(f"{quoted(column.name)} {column.sql_type}" for column in table.contract.columns)
    names = ", ".join(quoted(name) for name in table.contract.column_names)
    warehouse.execute(f"CREATE TABLE {home}.main.{_kept(table)} ({columns})")
    tried = f"SELECT {names} FROM {home}.main.{_kept(table)}"
    verified = [day for day in grid.verified(table) if day not in trials.wanted[table.name]]
    if verified:
        catalog = quoted(warehouse.value("SELECT current_database()"))
        warehouse.execute(
            f"CREATE TABLE {home}.main.days_{table.name} AS SELECT UNNEST(?::DATE[]) AS game_date", [verified]
        )
        tried += (
            f" UNION ALL SELECT {names} FROM {catalog}.{table.full_name}"
            f" WHERE game_date IN (SELECT game_date FROM {home}.main.days_{table.name})"
        )
    warehouse.execute(f"CREATE VIEW {home}.{table.full_name} AS {tried}")


def _kept(table: Table) -> str:
    return f"tried_{table.name}"


def _grid(ground: Ground) -> Grid:
    _ = ground.plan
    days: dict[str, dict[date, tuple[str, str]]] = {table.full_name: {} for table in ground.registry.ordered}
    expected = "SELECT table_name, game_date, season, state FROM evaluation WHERE NOT list_contains(?, state) ORDER BY game_date"
    for table, day, season, state in ground.opened.rows(expected, [list(NOT_DUE)]):
        days[table][day] = (season, state)
    return Grid(days, dict(ground.opened.rows("SELECT season, reads_from FROM histories")))


def _date_to_try(registry: Registry, table: Table, ground: Ground, grid: Grid) -> date | None:
    """The newest due date of the scope whose history is verified, else the newest expected one, else the first of all."""
    days = grid.days[table.full_name]
    behind = _history(registry, table, grid)
    ready = [day for day, (season, _) in days.items() if not _reaches(behind, grid.reads_from[season], day)]
    in_scope = [day for day in ready if ground.scope.includes(day, days[day][0])]
    due = [day for day in in_scope if days[day][1] not in ("verified", "held")]
    return max(due or in_scope or ready, default=None)


def _history(registry: Registry, table: Table, grid: Grid) -> list[date]:
    """The unverified dates of everything of which the table, or what it reads, reads earlier dates."""
    found: set[date] = set()
    for reader in registry.with_upstream([table]):
        for upstream in _built_upstream(registry, reader):
            if reach_of(registry, reader, upstream.full_name) == "before":
                found |= set(grid.unverified(upstream))
    return sorted(found)


def _reaches(dates: list[date], first: date, before: date) -> bool:
    """Whether one of the sorted dates lies from `first` on and before `before`."""
    place = bisect_left(dates, first)
    return place < len(dates) and dates[place] < before


def _unbuilt(registry: Registry, table: Table, day: date, grid: Grid) -> Iterable[Table]:
    """What a table reads of a date and is not built on it."""
    for upstream in _built_upstream(registry, table):
        is_expected = day in grid.days[upstream.full_name]
        if (
            is_expected
            and reach_of(registry, table, upstream.full_name) == "same_date"
            and not grid.is_verified(upstream, day)
        ):
            yield upstream


def _built_upstream(registry: Registry, table: Table) -> list[Table]:
    return [registry.built[name] for name in sorted(registry.built_upstream(table.name))]
