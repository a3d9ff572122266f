"""A dry run: one date of each table is really computed and checked, into a scratch database, and nothing is written.

The date is the newest that is due, else the newest that is expected. What it reads of built tables and is not verified is
tried before it; where that is more than a few dates, a date with less to read is taken, at worst one of the first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from backcourt.checks.finding import Finding, attempt
from backcourt.checks.preflight.ground import Ground
from backcourt.engine import guard, spines
from backcourt.engine.build import compute
from backcourt.engine.evaluate import NOT_DUE
from backcourt.engine.expect import reach_of
from backcourt.engine.hashing import quoted
from backcourt.engine.registry import Registry, Table
from backcourt.warehouse.duckdb import Warehouse

# So many earlier dates are tried for the sake of a date that reads them: enough for rows in every table.
HISTORY = 7


@dataclass(frozen=True)
class Grid:
    """Per table its expected dates with season and state, oldest first; per season the first date that its rows may read."""

    days: Mapping[str, Mapping[date, tuple[str, str]]]
    reads_from: Mapping[str, date]

    def verified(self, table: Table) -> list[date]:
        """The verified dates of a table."""
        return [day for day, (_, state) in self.days[table.full_name].items() if state == "verified"]

    def unverified(self, table: Table) -> list[date]:
        """The expected dates of a table that are not verified."""
        return [day for day, (_, state) in self.days[table.full_name].items() if state != "verified"]

    def unread(self, table: Table, day: date, unverified: Sequence[date]) -> Sequence[date]:
        """Of sorted dates those before a date of a table that its rows may read."""
        # A date that lost its games belongs to no season, and reads nothing.
        first = self.reads_from.get(self.days[table.full_name][day][0], day)
        return unverified[bisect_left(unverified, first) : bisect_left(unverified, day)]


@dataclass
class Trials:
    """The dates to be tried per table, and why those failed that did."""

    wanted: dict[str, set[date]] = field(default_factory=lambda: defaultdict(set))
    failed: dict[tuple[str, date], str] = field(default_factory=dict)


def dry_run(ground: Ground) -> Iterator[Finding]:
    """One date of each table of the scope comes out with the expected keys and passes its blocking checks."""
    warehouse, registry, grid = ground.opened, ground.registry, _grid(ground)
    asked = registry.select(ground.scope.tables, ground.scope.phase)
    chosen = {table.name: _date_to_try(registry, table, ground, grid) for table in asked}
    trials = _trials(registry, chosen, grid)
    # Most tables expect the same players on the same dates.
    with spines.kept(warehouse), warehouse.scratch() as home:
        for schema in ("analytics", "precompute"):
            warehouse.execute(f"CREATE SCHEMA {home}.{schema}")
        for table in registry.ordered:
            _lay_out(warehouse, table, grid, trials, home)
            day = chosen.get(table.name)
            _try_history(ground, table, sorted(trials.wanted[table.name] - {day}), grid, trials, home)
            if day is not None:
                yield from _try(ground, table, day, grid, trials, home)
    for table in asked:
        if chosen[table.name] is None:
            yield Finding("dry run", "warn", "nothing is expected of it on any date, so none was tried", table.name)


def _grid(ground: Ground) -> Grid:
    _ = ground.plan
    days: dict[str, dict[date, tuple[str, str]]] = {table.full_name: {} for table in ground.registry.ordered}
    expected = "SELECT table_name, game_date, season, state FROM evaluation WHERE NOT list_contains(?, state) ORDER BY game_date"
    for table, day, season, state in ground.opened.rows(expected, [list(NOT_DUE)]):
        days[table][day] = (season, state)
    return Grid(days, dict(ground.opened.rows("SELECT season, reads_from FROM histories")))


def _date_to_try(registry: Registry, table: Table, ground: Ground, grid: Grid) -> date | None:
    """The newest due date of the scope with little to be tried before it, else the newest expected one, else any."""
    days = grid.days[table.full_name]
    lacking: set[date] = set()
    for reader in registry.with_upstream([table]):
        for upstream in _built_upstream(registry, reader):
            if reach_of(registry, reader, upstream.full_name) == "before":
                lacking |= set(grid.unverified(upstream))
    in_order = sorted(lacking)
    ready = [day for day in days if len(grid.unread(table, day, in_order)) <= HISTORY]
    in_scope = [day for day in ready if ground.scope.includes(day, days[day][0])]
    due = [day for day in in_scope if days[day][1] not in ("verified", "held")]
    return max(due or in_scope or ready, default=None)


def _trials(registry: Registry, chosen: Mapping[str, date | None], grid: Grid) -> Trials:
    """The chosen dates, and what they read of built tables and is not verified."""
    trials = Trials()
    for table in reversed(registry.ordered):
        if day := chosen.get(table.name):
            trials.wanted[table.name].add(day)
        for each in trials.wanted[table.name]:
            for upstream, dates in _unbuilt(registry, table, each, grid):
                trials.wanted[upstream.name] |= set(dates)
    return trials


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


def _try_history(ground: Ground, table: Table, days: Sequence[date], grid: Grid, trials: Trials, home: str) -> None:
    """Dates that are only tried because another table reads them; their failures are told where they are read."""
    ready = [day for day in days if not _note_failed_upstream(ground.registry, table, day, grid, trials)]
    if ready:
        found = attempt("dry run", table.name, lambda: _computed(ground, table, ready, trials, home))
        if found[-1].outcome == "error":
            # Its SQL failed, and nothing tells for which of the dates.
            trials.failed |= dict.fromkeys([(table.name, day) for day in ready], found[-1].said)


def _try(ground: Ground, table: Table, day: date, grid: Grid, trials: Trials, home: str) -> Iterator[Finding]:
    if cause := _note_failed_upstream(ground.registry, table, day, grid, trials):
        yield Finding("dry run", "fail", f"{day}: not tried, as {cause}", table.name)
        return
    found = attempt("dry run", table.name, lambda: _computed(ground, table, [day], trials, home))
    if found[-1].outcome != "pass":
        trials.failed[table.name, day] = found[-1].said
    yield from found


def _note_failed_upstream(registry: Registry, table: Table, day: date, grid: Grid, trials: Trials) -> str:
    """Why something that a date reads could not be computed; then it cannot be either."""
    for upstream, dates in _unbuilt(registry, table, day, grid):
        for each in dates:
            if cause := trials.failed.get((upstream.name, each)):
                trials.failed[table.name, day] = f"{upstream.name} failed: {cause}"
                return trials.failed[table.name, day]
    return ""


def _computed(ground: Ground, table: Table, days: Sequence[date], trials: Trials, home: str) -> Iterator[Finding]:
    """Compute some dates and keep the rows of those that pass for the tables behind."""
    warehouse = ground.opened
    compute(warehouse, ground.registry, table, days, home)
    broken = guard.failures(warehouse, table)
    trials.failed |= {(table.name, day): f"{day}: {cause}" for day, cause in broken.items()}
    warehouse.execute(
        f"INSERT INTO {home}.main.{_kept(table)} SELECT * FROM candidate WHERE NOT list_contains(?::DATE[], game_date)",
        [list(broken)],
    )
    expected, rows = (int(warehouse.value(f"SELECT COUNT(*) FROM {name}")) for name in ("spine", "candidate"))
    figures = {"game_date": days[-1], "rows": rows, "expected_rows": expected}
    if broken:
        day, cause = min(broken.items())
        hint = f"See why with  backcourt explain {table.name} {day}"
        yield Finding("dry run", "fail", f"{day}: {cause}", table.name, figures, hint=hint)
    else:
        said = f"{rows:,} of {expected:,} rows computed, {len(guard.rule_names(table))} checks passed, nothing written"
        yield Finding("dry run", "pass", f"{days[-1]}: {said}", table.name, figures)


def _unbuilt(registry: Registry, table: Table, day: date, grid: Grid) -> Iterator[tuple[Table, Sequence[date]]]:
    """What a date of a table reads of built tables and is not verified, table by table."""
    for upstream in _built_upstream(registry, table):
        unverified = grid.unverified(upstream)
        if reach_of(registry, table, upstream.full_name) == "before":
            yield upstream, grid.unread(table, day, unverified)
        else:
            yield upstream, [each for each in unverified if each == day]


def _built_upstream(registry: Registry, table: Table) -> list[Table]:
    return [registry.built[name] for name in sorted(registry.built_upstream(table.name))]


def _kept(table: Table) -> str:
    return f"tried_{table.name}"
