"""Where the warehouse stands, from the ledger or, while another process writes, from its snapshot beside the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from backcourt.checks.preflight import refuse_without_ledger
from backcourt.engine import events, ledger
from backcourt.engine.evaluate import NOT_DUE, WITH_CODE, evaluate_all
from backcourt.engine.plan import Waiting
from backcourt.engine.registry import Registry
from backcourt.engine.waiting import Patience, mark
from backcourt.errors import LockedError
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

_STATES = ("verified", "stale", "missing", "failed", "blocked", "damaged", "held", "surplus")


@dataclass(frozen=True)
class TableStatus:
    """Partitions of one table in one season (None: all seasons of the scope), by state."""

    table: str
    season: str | None
    expected: int
    states: dict[str, int]
    uncovered_games: int
    rows: int
    expected_rows: int

    @property
    def share(self) -> float:
        """Verified partitions as a fraction of the expected ones; 1 when nothing is expected."""
        return self.states["verified"] / self.expected if self.expected else 1.0


@dataclass(frozen=True)
class RawStatus:
    """Games of one raw table in one season: expected within coverage, present, present for one team only."""

    table: str
    season: str
    games_expected: int
    games_present: int
    games_partial: int
    games_uncovered: int
    rows: int


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
class Running:
    """The run that has the warehouse, as its events tell."""

    run: str
    pid: int
    started: str
    last_event: str


@dataclass(frozen=True)
class Damaged:
    """A partition that nobody may trust until it is mended, and why."""

    table: str
    game_date: date
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
    """The answer to `status`: totals per table, the table that is furthest behind first, then by season.

    `as_of` is the moment whose knowledge an excerpt holds.
    """

    kind: str | None
    as_of: str | None
    totals: tuple[TableStatus, ...]
    by_season: tuple[TableStatus, ...]
    mixed: tuple[MixedCode, ...]
    raw: tuple[RawStatus, ...]
    running: Running | None
    damaged: tuple[Damaged, ...]
    waiting: tuple[Waiting, ...]
    certificate: LastCertificate | None


def read_status(
    path: Path, registry: Registry, scope: Scope, patience: Patience | None = None, now: datetime | None = None
) -> Status:
    """The status of the warehouse at `path`; raises LockedError when it is in use and has left no snapshot yet."""
    try:
        with Warehouse.open(path, read_only=True) as warehouse:
            refuse_without_ledger(warehouse)
            evaluate_all(warehouse, registry)
            mark(warehouse, registry, patience or Patience(), now or warehouse.now())
            kind, as_of = (ledger.meta(warehouse, key) for key in ("kind", "as_of"))
            raw = _raw_status(warehouse, registry, scope)
            mixed = _mixed_code(warehouse, registry, scope, WITH_CODE)
            damaged, certificate = _damaged(warehouse, registry, scope), _last_certificate(warehouse)
            counted = _table_status(warehouse, registry, scope)
            waiting = _waiting(warehouse, registry, scope)
            return Status(kind, as_of, *counted, mixed, raw, None, damaged, waiting, certificate)
    except LockedError:
        snapshot = events.snapshot_path(path)
        if not snapshot.exists():
            raise
        return _from_snapshot(path, registry, scope)


def _from_snapshot(path: Path, registry: Registry, scope: Scope) -> Status:
    with Warehouse.in_memory() as warehouse:
        warehouse.execute(
            "CREATE TEMP TABLE evaluation AS SELECT * FROM read_parquet(?)", [str(events.snapshot_path(path))]
        )
        mixed = _mixed_code(warehouse, registry, scope, "evaluation")
        damaged, counted = _damaged(warehouse, registry, scope), _table_status(warehouse, registry, scope)
        waiting = _waiting(warehouse, registry, scope)
        return Status(None, None, *counted, mixed, (), running(path), damaged, waiting, None)


def running(path: Path) -> Running | None:
    """The run whose start was announced and whose end was not."""
    started = None
    for event in (seen := events.last_events(path)):
        if event["event"] == "run_started":
            started = event
        elif event["event"] == "run_ended":
            started = None
    if started is None:
        return None
    return Running(str(started["run"]), int(str(started["pid"])), str(started["at"]), str(seen[-1]["at"]))


def _damaged(warehouse: Warehouse, registry: Registry, scope: Scope) -> tuple[Damaged, ...]:
    wanted = {table.full_name for table in registry.select(scope.tables, scope.phase)}
    rows = warehouse.rows(
        "SELECT table_name, game_date, season, reason FROM evaluation WHERE state = 'damaged' ORDER BY ordinal, game_date"
    )
    return tuple(
        Damaged(table.partition(".")[2], day, cause)
        for table, day, season, cause in rows
        if table in wanted and scope.includes(day, season)
    )


def _waiting(warehouse: Warehouse, registry: Registry, scope: Scope) -> tuple[Waiting, ...]:
    wanted = {table.full_name for table in registry.select(scope.tables, scope.phase)}
    rows = warehouse.rows(
        "SELECT table_name, game_date, season, state, waits, COALESCE(reason, '') FROM evaluation"
        " WHERE waits IS NOT NULL ORDER BY ordinal, game_date"
    )
    return tuple(
        Waiting(table.partition(".")[2], day, *told)
        for table, day, season, *told in rows
        if table in wanted and scope.includes(day, season)
    )


def _last_certificate(warehouse: Warehouse) -> LastCertificate | None:
    rows = warehouse.rows(
        "SELECT certificate_id, scope, sample, outcome, compared, mismatches, certified_at FROM ledger.certificates"
        " ORDER BY certified_at DESC, certificate_id DESC LIMIT 1"
    )
    return LastCertificate(*rows[0]) if rows else None


def _table_status(
    warehouse: Warehouse, registry: Registry, scope: Scope
) -> tuple[tuple[TableStatus, ...], tuple[TableStatus, ...]]:
    wanted = {table.full_name for table in registry.select(scope.tables, scope.phase)}
    counts: dict[tuple[str, str | None], list[tuple[str, int, int, int]]] = {}
    rows = warehouse.rows(
        "SELECT table_name, season, game_date, state, uncovered, COALESCE(rows, 0), COALESCE(expected_rows, 0)"
        " FROM evaluation ORDER BY table_name, game_date"
    )
    for table, season, game_date, state, *figures in rows:
        if table in wanted and scope.includes(game_date, season):
            for key in ((table, None), (table, season)):
                counts.setdefault(key, []).append((state, *figures))
    statuses = [_count(table, season, seen) for (table, season), seen in counts.items()]
    totals = sorted((one for one in statuses if one.season is None), key=lambda one: (one.share, one.table))
    return tuple(totals), tuple(one for one in statuses if one.season is not None)


def _count(table: str, season: str | None, seen: list[tuple[str, int, int, int]]) -> TableStatus:
    states = {name: sum(state == name for state, *_ in seen) for name in _STATES}
    return TableStatus(
        table=table.partition(".")[2],
        season=season,
        expected=sum(states.values()),
        states=states,
        uncovered_games=sum(uncovered for _, uncovered, _, _ in seen),
        rows=sum(rows for _, _, rows, _ in seen),
        expected_rows=sum(expected for *_, expected in seen),
    )


def _mixed_code(warehouse: Warehouse, registry: Registry, scope: Scope, evaluation: str) -> tuple[MixedCode, ...]:
    """Stale rows of older code stay readable until they are rebuilt; until then a table says two things by one name."""
    wanted = {table.full_name for table in registry.select(scope.tables, scope.phase)}
    dates: dict[str, dict[tuple[bool, str], list[date]]] = {}
    rows = warehouse.rows(
        "SELECT table_name, season, game_date, built_with, built_with IS NOT DISTINCT FROM code_version"
        f" FROM {evaluation} WHERE built_with IS NOT NULL AND NOT list_contains(?, state) ORDER BY table_name, game_date",
        [list(NOT_DUE)],
    )
    for table, season, game_date, built_with, is_current in rows:
        if table in wanted and scope.includes(game_date, season):
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
    return tuple(RawStatus(table, season, *figures) for (table, season), figures in sums.items())
