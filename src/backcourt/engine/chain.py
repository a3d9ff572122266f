"""The chain behind a partition: from its newest attempt, or what is due now, back to the raw rows that began it.

Each attempt has on record which run confirmed the partition before and which upstream tables had changed since. Of
those the change feed tells the rows, and the runs that changed them; what these were made from is asked the same way,
until only raw tables are left. A table is followed once, for all that reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from backcourt.engine.evaluate import drift
from backcourt.engine.expect import Reach, reach_of
from backcourt.engine.inputs import stored_table
from backcourt.engine.news import create_news
from backcourt.engine.registry import Registry, Table
from backcourt.warehouse.duckdb import Warehouse

# Ingests that a step names, the newest ones; the others are counted.
MOST_INGESTS = 5

COVERAGE = "other kinds of games are covered on its date than before"

# Attempts that left a partition as today's inputs make it.
_DONE = "('written', 'unchanged', 'outside', 'restored', 'removed')"

# Of an attempt `a` the dates of an upstream table that it may read.
_REACHED: dict[Reach, str] = {
    "whole": "TRUE",
    "same_date": "{day} = a.game_date",
    "season": "{day} > a.season_after AND {day} < a.season_until",
    "before": "{day} >= a.reads_from AND {day} < a.game_date",
    "until": "{day} >= a.reads_from AND {day} <= a.game_date",
}


@dataclass(frozen=True)
class Span:
    """So many dates, the first and the last of them; registries have none."""

    dates: int = 0
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Told:
    """What one ingest did to rows that are read: how many are new, corrected or vanished."""

    source: str
    stream: str
    ingested_at: datetime
    rows: dict[str, int]


@dataclass(frozen=True)
class Cause:
    """Why partitions of a table were computed other than that what they read had changed."""

    reason: str
    dates: int


@dataclass(frozen=True)
class Step:
    """An upstream table that is other than before: its rows by what became of them, and what led to that.

    `columns` are those that are read. `due` are dates on which it will run itself. Where a step `is_above`, what led to it
    stands with an earlier one of its table; of a raw table it is that very step.
    """

    table: str
    rows: dict[str, int]
    on: Span = Span()
    columns: tuple[str, ...] = ()
    due: Span = Span()
    ingests: tuple[Told, ...] = ()
    more_ingests: int = 0
    is_above: bool = False
    causes: tuple[Cause, ...] = ()
    because: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Chain:
    """An attempt at a partition (without a run it is still to come), what it changed, and what led to it."""

    run_id: str | None
    started_at: datetime | None
    outcome: str
    reason: str
    rows: dict[str, int]
    causes: tuple[Cause, ...]
    because: tuple[Step, ...]


@dataclass(frozen=True)
class _Attempts:
    """Of the attempts at a table that are followed: what changed before any, whether one is a first, or waits for others."""

    inputs: frozenset[str]
    has_first: bool
    has_waiting: bool


def of_last(warehouse: Warehouse, registry: Registry, table: Table, game_date: date) -> Chain | None:
    """What led to the newest attempt that left the partition as it should be; `evaluation` must be filled."""
    found = warehouse.rows(
        f"""SELECT r.ordinal, r.run_id, r.started_at, a.outcome, a.reason FROM ledger.attempts AS a
        JOIN ledger.runs AS r ON r.run_id = a.run_id
        WHERE a.table_name = ? AND a.game_date = ? AND a.outcome IN {_DONE} ORDER BY r.ordinal DESC LIMIT 1""",
        [table.full_name, game_date],
    )
    if not found:
        return None
    ordinal, run_id, started_at, outcome, reason = found[0]
    changed = warehouse.rows(
        "SELECT kind, SUM(keys)::BIGINT FROM ledger.changes WHERE run_id = ? AND table_name = ? AND game_date = ?"
        " GROUP BY kind ORDER BY kind",
        [run_id, table.full_name, game_date],
    )
    causes, steps = _followed(warehouse, registry, table, game_date, ordinal)
    return Chain(run_id, started_at, outcome, reason, dict(changed), causes, steps)


def of_due(warehouse: Warehouse, registry: Registry, table: Table, game_date: date) -> Chain | None:
    """Why the partition would run now, None when it would not; `evaluation` must be filled."""
    reason = warehouse.value(
        "SELECT reason FROM evaluation WHERE table_name = ? AND game_date = ?", [table.full_name, game_date]
    )
    if reason is None:
        return None
    causes, steps = _followed(warehouse, registry, table, game_date, None)
    return Chain(None, None, "due", reason, {}, causes, steps)


def _followed(
    warehouse: Warehouse, registry: Registry, table: Table, game_date: date, ordinal: int | None
) -> tuple[tuple[Cause, ...], tuple[Step, ...]]:
    """The causes of an attempt (without ordinal of what is due), and the steps behind it; each table after its readers."""
    _prepare(warehouse)
    warehouse.execute("INSERT INTO chain_reached VALUES (?, ?, ?)", [table.full_name, game_date, ordinal])
    steps: dict[str, list[Step]] = {}
    causes: dict[str, tuple[Cause, ...]] = {}
    upstream_first = registry.with_upstream([table])
    for each in reversed(upstream_first):
        attempts = _load_attempts(warehouse, each)
        if attempts:
            causes[each.full_name] = _causes(warehouse, each)
            steps[each.full_name] = list(_steps(warehouse, registry, each, attempts))
    own = tuple(cause for cause in causes[table.full_name] if cause.reason == COVERAGE)
    return own, tuple(_nested(table.full_name, steps, causes, set()))


def _nested(
    name: str, steps: dict[str, list[Step]], causes: dict[str, tuple[Cause, ...]], above: set[object]
) -> Iterator[Step]:
    """The steps behind a table, each with those behind it; what stands above is only named again."""
    for step in steps.get(name, ()):
        same = step.table if step.table in causes else _identity(step)
        if same in above:
            yield replace(step, is_above=True)
            continue
        above.add(same)
        behind = tuple(_nested(step.table, steps, causes, above))
        yield replace(step, causes=step.causes or causes.get(step.table, ()), because=behind)


def _identity(step: Step) -> object:
    """What makes two steps of a raw table the same: other columns are read by other tables."""
    told = tuple((each.source, each.stream, each.ingested_at) for each in step.ingests)
    return step.table, tuple(step.rows.items()), step.on, step.columns, told


def _prepare(warehouse: Warehouse) -> None:
    """The temporary tables `chain`, the attempts that are followed, and `chain_reached`, what is to be: NULL is due now."""
    warehouse.execute(
        """CREATE OR REPLACE TEMP TABLE chain (table_name VARCHAR, game_date DATE, ordinal BIGINT, since BIGINT,
          low INTEGER, high INTEGER, inputs VARCHAR[], reason VARCHAR, is_due BOOLEAN, reads_from DATE, season_after DATE,
          season_until DATE)"""
    )
    warehouse.execute("CREATE OR REPLACE TEMP TABLE chain_reached (table_name VARCHAR, game_date DATE, ordinal BIGINT)")
    # A season reaches to its neighbours: its first game may have been another one at the time.
    warehouse.execute(
        """CREATE OR REPLACE TEMP TABLE chain_seasons AS
        SELECT season, reads_from, COALESCE(LAG(last_date) OVER by_season, DATE '0001-01-01') AS season_after,
          COALESCE(LEAD(first_date) OVER by_season, DATE '9999-12-31') AS season_until
        FROM histories WINDOW by_season AS (ORDER BY season)"""
    )


def _load_attempts(warehouse: Warehouse, table: Table) -> _Attempts | None:
    """Bring what was reached of a table into `chain`: attempts with what they were confirmed with before, and what is due."""
    of_table = {"table": table.full_name}
    if not warehouse.value("SELECT COUNT(*) FROM chain_reached WHERE table_name = $table", of_table):
        return None
    # A run that was killed between its rows and the note of why has nothing before it that could be told.
    warehouse.execute(
        """INSERT INTO chain
        WITH noted AS (
          SELECT DISTINCT t.game_date, r.ordinal, IF(a.run_id IS NULL, r.ordinal, a.since) AS since, r.newest_ingest AS high,
            a.inputs, COALESCE(a.reason, 'run ' || r.run_id || ' was interrupted before it noted why') AS reason
          FROM chain_reached AS t JOIN ledger.runs AS r ON r.ordinal = t.ordinal
          LEFT JOIN ledger.attempts AS a ON a.run_id = r.run_id AND a.table_name = t.table_name AND a.game_date = t.game_date
          WHERE t.table_name = $table),
        told AS (
          SELECT n.game_date, n.ordinal, n.since, COALESCE(b.newest_ingest, 0) AS low, n.high, n.inputs, n.reason, FALSE AS is_due
          FROM noted AS n LEFT JOIN ledger.runs AS b ON b.ordinal = n.since),
        due AS (
          SELECT e.game_date, 9223372036854775807, d.since, COALESCE(b.newest_ingest, 0), 2147483647, d.inputs, e.reason, TRUE
          FROM evaluation AS e
          JOIN (SELECT DISTINCT game_date FROM chain_reached WHERE table_name = $table AND ordinal IS NULL) AS t
            ON t.game_date = e.game_date
          LEFT JOIN ("""
        + drift()
        + """) AS d ON d.game_date = e.game_date
          LEFT JOIN ledger.runs AS b ON b.ordinal = d.since WHERE e.table_name = $table AND e.reason IS NOT NULL)
        SELECT $table, c.game_date, c.ordinal, c.since, c.low, c.high, string_split(COALESCE(c.inputs, ''), ','), c.reason,
          c.is_due, h.reads_from, h.season_after, h.season_until
        FROM (FROM told UNION ALL FROM due) AS c
        LEFT JOIN evaluation AS e ON e.table_name = $table AND e.game_date = c.game_date
        LEFT JOIN chain_seasons AS h ON h.season = e.season""",
        of_table,
    )
    found = warehouse.rows(
        """SELECT flatten(list(inputs)), bool_or(since IS NULL), bool_or(is_due AND reason <> 'never built') FROM chain
        WHERE table_name = $table HAVING COUNT(*) > 0""",
        of_table,
    )
    return _Attempts(frozenset(found[0][0]), *found[0][1:]) if found else None


def _causes(warehouse: Warehouse, table: Table) -> tuple[Cause, ...]:
    """Reasons of the attempts that no upstream table stands for, the most frequent first."""
    rows = warehouse.rows(
        """SELECT reason, COUNT(*) FROM (
          SELECT reason FROM chain WHERE table_name = $table AND reason <> 'input changed'
            AND NOT starts_with(reason, 'behind ') AND NOT starts_with(reason, 'was blocked')
          UNION ALL SELECT $coverage FROM chain WHERE table_name = $table AND list_contains(inputs, 'coverage')
            AND reason <> 'its last game is gone')
        GROUP BY reason ORDER BY 2 DESC, 1""",
        {"table": table.full_name, "coverage": COVERAGE},
    )
    return tuple(Cause(*row) for row in rows)


def _steps(warehouse: Warehouse, registry: Registry, table: Table, attempts: _Attempts) -> Iterator[Step]:
    """The upstream tables behind the attempts at a table, built ones first; what of them was reached is put down."""
    consumed = registry.lineage(table.name).consumed
    for each in registry.ordered:
        if each.full_name in consumed and (each.full_name in attempts.inputs or attempts.has_waiting):
            step = _step_of_built(warehouse, registry, table, each)
            if each.full_name in attempts.inputs or step.due.dates:
                yield step
    for name in sorted(name for name in consumed if name.startswith("raw.")):
        # A partition that was never built has nothing to compare with; of its own date all is news to it.
        is_first = attempts.has_first and reach_of(registry, table, name) == "same_date"
        if name in attempts.inputs or is_first:
            step = _step_of_raw(warehouse, registry, table, name)
            if name in attempts.inputs or step.rows:
                yield step


# --- a built table -----------------------------------------------------------------------------------------------------


def _step_of_built(warehouse: Warehouse, registry: Registry, table: Table, upstream: Table) -> Step:
    columns = registry.lineage(table.name).consumed[upstream.full_name]
    reached = _REACHED[reach_of(registry, table, upstream.full_name)]
    of_both = {"table": table.full_name, "upstream": upstream.full_name}
    warehouse.execute(
        f"""CREATE OR REPLACE TEMP TABLE chain_lines AS
        WITH lines AS (
          SELECT c.game_date, r.ordinal, c.kind, c.key, c.keys, list_intersect(string_split(c.columns, ','), $columns) AS columns
          FROM ledger.changes AS c JOIN ledger.runs AS r ON r.run_id = c.run_id
          WHERE c.table_name = $upstream AND r.ordinal > (SELECT MIN(since) FROM chain WHERE table_name = $table)),
        read AS (SELECT * FROM lines WHERE kind <> 'changed' OR len(columns) > 0),
        days AS (SELECT DISTINCT game_date, ordinal FROM read),
        reached AS (
          SELECT DISTINCT d.game_date, d.ordinal FROM days AS d
          JOIN (SELECT * FROM chain WHERE table_name = $table AND list_contains(inputs, $upstream)) AS a
            ON d.ordinal > a.since AND d.ordinal <= a.ordinal AND {reached.format(day="d.game_date")})
        SELECT r.* FROM read AS r JOIN reached AS d ON d.game_date = r.game_date AND d.ordinal = r.ordinal""",
        {**of_both, "columns": sorted(columns)},
    )
    # What was never built waits for nothing; what else is due may be so because of what is due upstream.
    warehouse.execute(
        f"""CREATE OR REPLACE TEMP TABLE chain_due AS SELECT DISTINCT e.game_date FROM evaluation AS e
        JOIN (SELECT * FROM chain WHERE table_name = $table AND is_due AND reason <> 'never built') AS a
          ON {reached.format(day="e.game_date")}
        WHERE e.table_name = $upstream AND e.reason IS NOT NULL""",
        of_both,
    )
    warehouse.execute(
        """INSERT INTO chain_reached SELECT DISTINCT $upstream, game_date, ordinal FROM chain_lines
        UNION ALL SELECT $upstream, game_date, NULL FROM chain_due""",
        {"upstream": upstream.full_name},
    )
    rows = warehouse.rows(
        "SELECT kind, COUNT(DISTINCT (game_date, key)) FILTER (key IS NOT NULL) + COALESCE(SUM(keys) FILTER (key IS NULL), 0)::BIGINT"
        " FROM chain_lines GROUP BY kind ORDER BY kind"
    )
    on, due = _span(warehouse, "chain_lines"), _span(warehouse, "chain_due")
    return Step(upstream.full_name, dict(rows), on, _columns(warehouse, "chain_lines"), due)


# --- a raw table -------------------------------------------------------------------------------------------------------


def _step_of_raw(warehouse: Warehouse, registry: Registry, table: Table, upstream: str) -> Step:
    contract, reach = registry.contract(stored_table(upstream)), reach_of(registry, table, upstream)
    is_first = "since IS NULL" if reach == "same_date" else "FALSE"
    asking = f"(SELECT * FROM chain WHERE table_name = $table AND (list_contains(inputs, $upstream) OR {is_first}))"
    of_both = {"table": table.full_name, "upstream": upstream}
    low, high, first, last = warehouse.rows(
        f"SELECT MIN(low), MAX(high), MIN(game_date), MAX(game_date) FROM {asking}", of_both
    )[0]
    columns = registry.lineage(table.name).consumed[upstream]
    create_news(warehouse, contract, columns, low, high, (first, last) if reach == "same_date" else None)
    days = " OR ".join(f"({_REACHED[reach].format(day=f'd.{day}')})" for day in ("day_before", "day_after"))
    warehouse.execute(
        f"""CREATE OR REPLACE TEMP TABLE chain_news AS
        WITH days AS (SELECT DISTINCT ingest_id, day_before, day_after FROM news),
        reached AS (
          SELECT DISTINCT d.* FROM days AS d JOIN {asking} AS a ON d.ingest_id > a.low AND d.ingest_id <= a.high AND ({days}))
        SELECT n.* FROM news AS n JOIN reached AS d ON d.ingest_id = n.ingest_id
          AND d.day_before IS NOT DISTINCT FROM n.day_before AND d.day_after IS NOT DISTINCT FROM n.day_after""",
        of_both,
    )
    rows = warehouse.rows("SELECT kind, COUNT(DISTINCT row_key) FROM chain_news GROUP BY kind ORDER BY kind")
    on = _span(warehouse, "(SELECT UNNEST([day_before, day_after]) AS game_date FROM chain_news)")
    told = _told(warehouse)
    more = max(0, len(told) - MOST_INGESTS)
    return Step(
        *(upstream, dict(rows), on, _columns(warehouse, "chain_news")),
        ingests=tuple(told[:MOST_INGESTS]),
        more_ingests=more,
        causes=_orders(warehouse, contract.name, asking, of_both),
    )


def _orders(warehouse: Warehouse, need: str, asking: str, of_both: dict[str, str]) -> tuple[Cause, ...]:
    """Changes of the order of a need's sources that came between the runs: no ingest tells of them."""
    rows = warehouse.rows(
        f"""SELECT o.sources, COUNT(DISTINCT a.game_date) FROM ledger.orders AS o
        JOIN {asking} AS a ON o.after_run >= a.since AND o.after_run < a.ordinal
        WHERE o.table_name = $need GROUP BY o.sources, o.ordinal ORDER BY o.ordinal DESC""",
        {**of_both, "need": need},
    )
    return tuple(Cause(f"its sources are taken in the order {sources}", dates) for sources, dates in rows)


def _told(warehouse: Warehouse) -> list[Told]:
    """What each ingest told of `chain_news`, newest first."""
    found: dict[int, Told] = {}
    for number, source, stream, moment, kind, rows in warehouse.rows(
        """SELECT n.ingest_id, i.source, i.stream, i.ingested_at, n.kind, COUNT(*) FROM chain_news AS n
        JOIN ledger.ingests AS i ON i.ingest_id = n.ingest_id GROUP BY ALL ORDER BY n.ingest_id DESC, n.kind"""
    ):
        found.setdefault(number, Told(source, stream, moment, {})).rows[kind] = rows
    return list(found.values())


# --- both --------------------------------------------------------------------------------------------------------------


def _span(warehouse: Warehouse, relation: str) -> Span:
    counted = f"SELECT COUNT(DISTINCT game_date), MIN(game_date), MAX(game_date) FROM {relation}"
    return Span(*warehouse.rows(counted)[0])


def _columns(warehouse: Warehouse, relation: str) -> tuple[str, ...]:
    rows = warehouse.rows(
        f"SELECT DISTINCT UNNEST(columns) FROM {relation} WHERE kind IN ('changed', 'corrected') ORDER BY 1"
    )
    return tuple(row[0] for row in rows)
