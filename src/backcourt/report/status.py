"""Where the warehouse stands, from the ledger or, while another process writes, from its snapshot beside the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypedDict

from backcourt.checks.preflight import refuse_without_ledger
from backcourt.engine import events, ledger
from backcourt.engine.evaluate import NOT_DUE, WITH_CODE, evaluate_all
from backcourt.engine.plan import Waiting
from backcourt.engine.registry import Registry
from backcourt.engine.waiting import Patience, mark
from backcourt.errors import LockedError
from backcourt.report import history
from backcourt.report.history import PastRun
from backcourt.report.progress import Progress, progress
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

STATES = ("verified", "stale", "missing", "failed", "blocked", "damaged", "held", "surplus")
"""Of what must exist; those of `evaluate.NOT_DUE` are not expected."""
FAILURES = ("failed", "blocked", "damaged")

Wanted = frozenset[str] | None


@dataclass(frozen=True)
class TableStatus:
    """Partitions of one table in one season or month (both None: all of the scope), by state."""

    table: str
    season: str | None
    month: str | None
    expected: int
    states: dict[str, int]
    uncovered_games: int
    rows: int
    expected_rows: int
    newest_verified: date | None

    @property
    def share(self) -> float:
        """Verified partitions as a fraction of the expected ones; 1 when nothing is expected."""
        return self.states["verified"] / self.expected if self.expected else 1.0


@dataclass(frozen=True)
class RawStatus:
    """Games of one raw table in one season: expected within coverage, present, present for one team only; and by source."""

    table: str
    season: str
    games_expected: int
    games_present: int
    games_partial: int
    games_uncovered: int
    rows: int
    sources: dict[str, int]


@dataclass(frozen=True)
class BuiltWith:
    """The verified partitions that one version of a table's code has built."""

    code_version: str
    is_current: bool
    partitions: int
    first_date: date
    last_date: date


@dataclass(frozen=True)
class MixedCode:
    """A table whose verified partitions were built by more than one version of its code, today's first."""

    table: str
    versions: tuple[BuiltWith, ...]


@dataclass(frozen=True)
class Failure:
    """A partition that failed, is blocked or damaged, and why."""

    table: str
    game_date: date
    state: str
    cause: str


@dataclass(frozen=True)
class LastCertificate:
    """The newest certificate."""

    certificate_id: str
    scope: str
    sample: int | None
    outcome: str
    compared: int
    mismatches: int
    certified_at: datetime


@dataclass(frozen=True)
class Status:
    """The answer to `status`: totals per table, the table that is furthest behind first, then by season and month.

    `as_of` is the moment whose knowledge an excerpt holds; `running` is the run that has the warehouse.
    """

    kind: str | None
    as_of: str | None
    totals: tuple[TableStatus, ...]
    by_season: tuple[TableStatus, ...]
    by_month: tuple[TableStatus, ...]
    mixed: tuple[MixedCode, ...]
    raw: tuple[RawStatus, ...]
    raw_rows: dict[str, int]
    running: Progress | None
    last_run: PastRun | None
    last_success: PastRun | None
    failures: tuple[Failure, ...]
    waiting: tuple[Waiting, ...]
    certificate: LastCertificate | None

    @property
    def damaged(self) -> tuple[Failure, ...]:
        """Partitions that nobody may trust until they are mended."""
        return tuple(each for each in self.failures if each.state == "damaged")


def read_status(
    path: Path,
    registry: Registry,
    scope: Scope,
    now: datetime,
    stalled_after: timedelta,
    patience: Patience | None = None,
) -> Status:
    """The status of the warehouse at `path`; raises LockedError when it is in use and has left no snapshot yet."""
    wanted = wanted_tables(registry, scope)
    try:
        with Warehouse.open(path, read_only=True) as warehouse:
            refuse_without_ledger(warehouse)
            evaluate_all(warehouse, registry)
            mark(warehouse, registry, patience or Patience(), now)
            past = history.of_ledger(warehouse)
            return Status(
                kind=ledger.meta(warehouse, "kind"),
                as_of=ledger.meta(warehouse, "as_of"),
                **counted(warehouse, wanted, scope),
                mixed=_mixed_code(warehouse, wanted, scope, WITH_CODE),
                raw=_raw_status(warehouse, registry, scope),
                raw_rows=ledger.raw_rows(warehouse),
                running=None,
                last_run=past.last,
                last_success=past.last_success,
                waiting=_waiting(warehouse, wanted, scope),
                certificate=last_certificate(warehouse),
            )
    except LockedError:
        if not events.snapshot_path(path).exists():
            raise
        return _from_snapshot(path, wanted, scope, now, stalled_after)


def _from_snapshot(path: Path, wanted: Wanted, scope: Scope, now: datetime, stalled_after: timedelta) -> Status:
    found = progress(events.newest_run(path), now, stalled_after=stalled_after)
    past = history.of_events(path, now, stalled_after)
    with Warehouse.in_memory() as warehouse:
        read_snapshot(warehouse, path)
        return Status(
            kind=found.kind if found else None,
            as_of=found.as_of if found else None,
            **counted(warehouse, wanted, scope),
            mixed=_mixed_code(warehouse, wanted, scope, "evaluation"),
            raw=(),
            raw_rows=found.raw_rows if found else {},
            running=past.going,
            last_run=past.last,
            last_success=past.last_success,
            waiting=_waiting(warehouse, wanted, scope),
            certificate=None,
        )


def wanted_tables(registry: Registry, scope: Scope) -> Wanted:
    """The full names of the built tables that a scope names; None for all of them."""
    if not scope.tables and scope.phase is None:
        return None
    return frozenset(table.full_name for table in registry.select(scope.tables, scope.phase))


def read_snapshot(warehouse: Warehouse, path: Path) -> None:
    """The temporary table `evaluation` as the snapshot of another warehouse has it."""
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE evaluation AS SELECT * FROM read_parquet(?)", [str(events.snapshot_path(path))]
    )


class Counted(TypedDict):
    """What is counted of the temporary table `evaluation`."""

    totals: tuple[TableStatus, ...]
    by_season: tuple[TableStatus, ...]
    by_month: tuple[TableStatus, ...]
    failures: tuple[Failure, ...]


def counted(warehouse: Warehouse, wanted: Wanted, scope: Scope) -> Counted:
    """Count the partitions of a scope by table, and by table and season and month; the table furthest behind comes first."""
    days = warehouse.rows("SELECT DISTINCT game_date, season FROM evaluation")
    chosen = {
        "dates": [day for day, season in days if scope.includes(day, season)],
        "tables": None if wanted is None else sorted(wanted),
    }
    statuses = [_status(*row) for row in warehouse.rows(_COUNTS, chosen)]
    totals = [one for one in statuses if one.season is None and one.month is None]
    return {
        "totals": tuple(sorted(totals, key=lambda one: (one.share, one.table))),
        "by_season": tuple(one for one in statuses if one.season is not None),
        "by_month": tuple(one for one in statuses if one.month is not None),
        "failures": tuple(Failure(*row) for row in warehouse.rows(_FAILURES, chosen)),
    }


_CHOSEN = """WITH chosen AS (SELECT *, split_part(table_name, '.', 2) AS name, strftime(game_date, '%Y-%m') AS month FROM evaluation
  WHERE game_date IN (SELECT UNNEST($dates::DATE[])) AND ($tables IS NULL OR list_contains($tables, table_name)))"""
_COUNTS = f"""{_CHOSEN}
  SELECT name, IF(GROUPING(season) = 0, COALESCE(season, ''), NULL) AS in_season, IF(GROUPING(month) = 0, month, NULL) AS in_month,
    SUM(uncovered), SUM(COALESCE(rows, 0)), SUM(COALESCE(expected_rows, 0)), MAX(game_date) FILTER (WHERE state = 'verified'),
    {", ".join(f"COUNT(*) FILTER (WHERE state = '{state}')" for state in STATES)}
  FROM chosen GROUP BY GROUPING SETS ((name), (name, season), (name, month)) ORDER BY name, in_season, in_month"""
_FAILURES = f"""{_CHOSEN}
  SELECT name, game_date, state, COALESCE(reason, '') FROM chosen WHERE state IN {FAILURES} ORDER BY name, game_date"""


def _status(
    table: str,
    season: str | None,
    month: str | None,
    uncovered: int,
    rows: int,
    expected_rows: int,
    newest: date | None,
    *counts: int,
) -> TableStatus:
    states = dict(zip(STATES, counts, strict=True))
    expected = sum(counts)
    return TableStatus(table, season, month, expected, states, int(uncovered), int(rows), int(expected_rows), newest)


def _is_wanted(wanted: Wanted, table: str) -> bool:
    return wanted is None or table in wanted


def _waiting(warehouse: Warehouse, wanted: Wanted, scope: Scope) -> tuple[Waiting, ...]:
    rows = warehouse.rows(
        "SELECT table_name, game_date, season, state, waits, COALESCE(reason, '') FROM evaluation"
        " WHERE waits IS NOT NULL ORDER BY ordinal, game_date"
    )
    return tuple(
        Waiting(table.partition(".")[2], day, *told)
        for table, day, season, *told in rows
        if _is_wanted(wanted, table) and scope.includes(day, season)
    )


def last_certificate(warehouse: Warehouse) -> LastCertificate | None:
    """The newest certificate of a warehouse."""
    rows = warehouse.rows(
        "SELECT certificate_id, scope, sample, outcome, compared, mismatches, certified_at FROM ledger.certificates"
        " ORDER BY certified_at DESC, certificate_id DESC LIMIT 1"
    )
    return LastCertificate(*rows[0]) if rows else None


def _mixed_code(warehouse: Warehouse, wanted: Wanted, scope: Scope, evaluation: str) -> tuple[MixedCode, ...]:
    """Stale rows of older code stay readable until they are rebuilt; until then a table says two things by one name."""
    dates: dict[str, dict[tuple[bool, str], list[date]]] = {}
    rows = warehouse.rows(
        "SELECT table_name, season, game_date, built_with, built_with IS NOT DISTINCT FROM code_version"
        f" FROM {evaluation} WHERE built_with IS NOT NULL AND NOT list_contains(?, state) ORDER BY table_name, game_date",
        [list(NOT_DUE)],
    )
    for table, season, game_date, built_with, is_current in rows:
        if _is_wanted(wanted, table) and scope.includes(game_date, season):
            dates.setdefault(table, {}).setdefault((not is_current, built_with), []).append(game_date)
    mixed = []
    for table, seen in dates.items():
        versions = [
            BuiltWith(code, not is_old, len(days), days[0], days[-1]) for (is_old, code), days in sorted(seen.items())
        ]
        if len(versions) > 1:
            mixed.append(MixedCode(table.partition(".")[2], tuple(versions)))
    return tuple(mixed)


def _raw_status(warehouse: Warehouse, registry: Registry, scope: Scope) -> tuple[RawStatus, ...]:
    """Games come from the schedule and the coverage, never from the table that is judged."""
    rows = warehouse.rows(
        """WITH tables AS (SELECT UNNEST(?) AS table_name),
        days AS (SELECT DISTINCT game_date, season FROM ledger.schedule),
        covered AS (SELECT DISTINCT table_name, season, season_type FROM ledger.coverage),
        expected AS (
          SELECT t.table_name, s.season, s.game_date, COALESCE(SUM(s.final) FILTER (WHERE c.season IS NOT NULL), 0) AS games,
            COALESCE(SUM(s.final) FILTER (WHERE c.season IS NULL), 0) AS uncovered
          FROM tables AS t CROSS JOIN ledger.schedule AS s
          LEFT JOIN covered AS c ON 'raw.' || c.table_name = t.table_name AND c.season = s.season AND c.season_type = s.season_type
          GROUP BY ALL),
        stored AS (SELECT table_name, game_date, MAX(rows) AS rows FROM ledger.column_fingerprints GROUP BY ALL)
        SELECT e.table_name, e.season, e.game_date, e.games, COALESCE(p.games, 0), COALESCE(p.partial, 0), e.uncovered, COALESCE(f.rows, 0)
        FROM expected AS e
        LEFT JOIN ledger.presence AS p ON p.table_name = e.table_name AND p.game_date = e.game_date
        LEFT JOIN stored AS f ON f.table_name = e.table_name AND f.game_date = e.game_date
        ORDER BY e.table_name, e.season, e.game_date""",
        [[one.full_name for one in registry.raw.values() if "game_id" in one.column_names]],
    )
    sums: dict[tuple[str, str], list[int]] = {}
    for table, season, game_date, *figures in rows:
        if scope.includes(game_date, season):
            total = sums.setdefault((table, season), [0] * 5)
            for position, figure in enumerate(figures):
                total[position] += figure
    sources = _sources(warehouse, scope)
    return tuple(
        RawStatus(table, season, expected, present, partial, uncovered, stored, sources.get((table, season), {}))
        for (table, season), (expected, present, partial, uncovered, stored) in sums.items()
    )


def _sources(warehouse: Warehouse, scope: Scope) -> dict[tuple[str, str], dict[str, int]]:
    """Per raw table and season the games that stand from each source."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for table, season, game_date, source, games in warehouse.rows(
        """SELECT 'raw.' || p.table_name, s.season, p.game_date, p.source, COUNT(*) FROM ledger.supplied AS p
        JOIN (SELECT DISTINCT game_date, season FROM ledger.schedule) AS s ON s.game_date = p.game_date
        GROUP BY ALL ORDER BY ALL"""
    ):
        if scope.includes(game_date, season):
            of_table = found.setdefault((table, season), {})
            of_table[source] = of_table.get(source, 0) + games
    return found
