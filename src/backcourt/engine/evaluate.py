"""The state of every partition, from the ledger alone: verified, or why it is not.

A partition is stale when what it would be built from today has another hash than what it was built from: the
fingerprints of the columns it consumes, the coverage of its games, the version of its code. Nothing stores
"stale"; it is computed here each time it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from backcourt.engine import lineage
from backcourt.engine.expect import create_consumption, create_grid, create_histories, last_date
from backcourt.engine.registry import Registry, Table
from backcourt.warehouse.duckdb import Warehouse

# States of partitions of which nothing is due: no source covers them, their last game is gone, or they are too far ahead.
NOT_DUE = ("not_covered", "closed", "ahead")

# States of which nothing that reads a partition is behind.
_SETTLED = ("verified", *NOT_DUE)

# The reason of a date that lost its last game: once it is emptied it is closed.
GONE = "its last game is gone"

# The evaluation with the code that the verified rows of each partition were built with; NULL where none are.
WITH_CODE = """(SELECT e.*, p.code_version AS built_with FROM evaluation AS e
    LEFT JOIN ledger.partitions AS p ON p.table_name = e.table_name AND p.game_date = e.game_date AND p.state = 'verified')"""

# The inputs of partitions where none has changed.
_SAME = "SELECT table_name, game_date, inputs FROM ledger.partitions"
# Who is expected before a game, both teams together: the mean of four real seasons.
_PLAYERS_A_GAME = 30
_TEAMS = 30

_COLUMNS = """table_name VARCHAR, game_date DATE, season VARCHAR, games BIGINT, uncovered BIGINT, state VARCHAR,
    reason VARCHAR, expected_rows BIGINT, rows BIGINT, inputs VARCHAR, code_version VARCHAR, ordinal INTEGER,
    waits VARCHAR"""


def prepare(warehouse: Warehouse, registry: Registry) -> None:
    """Create the temporary tables that evaluation reads: grid, reads, consumption, `prints` and an empty `evaluation`."""
    lineage.recall(warehouse, registry)
    create_grid(warehouse, registry.ordered)
    create_consumption(warehouse, registry, registry.ordered)
    _create_subjects(warehouse, registry)
    create_histories(warehouse)
    warehouse.execute("CREATE OR REPLACE TEMP TABLE prints (number INTEGER, game_date DATE, digest VARCHAR)")
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE evaluation ({_COLUMNS})")


def _create_subjects(warehouse: Warehouse, registry: Registry) -> None:
    """Fill `subjects`: per table what its partitions are judged by."""
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE subjects (table_name VARCHAR, code_version VARCHAR, covers VARCHAR,"
        " rows_a_game INTEGER, rows_a_date INTEGER, horizon DATE, ordinal INTEGER)"
    )
    horizons = {kind: last_date(warehouse, kind) for kind in ("pre", "post")}
    rows = [
        (
            table.full_name,
            registry.lineage(table.name).code_version,
            *_estimate(registry, table),
            horizons[table.contract.kind],
            ordinal,
        )
        for ordinal, table in enumerate(registry.ordered)
    ]
    warehouse.insert("subjects", rows)


def _estimate(registry: Registry, table: Table) -> tuple[str | None, int | None, int | None]:
    """What tells the rows of a partition until it has been built: a raw table with the same key, else so many a game or date."""
    key, covers = set(table.contract.key), f"raw.{table.contract.covers}"
    counted = covers if key == set(registry.contract(covers).key) else None
    if "player_id" in key:
        return counted, _PLAYERS_A_GAME, None
    if "game_id" in key:
        return counted, 2, None
    return None, None, _TEAMS if "team_id" in key else 1


def evaluate_all(warehouse: Warehouse, registry: Registry, *, same_inputs: bool = False) -> None:
    """Fill the temporary table `evaluation` for every built table; `same_inputs` where none is known to have changed."""
    prepare(warehouse, registry)
    if not same_inputs:
        _gather_prints(warehouse, registry.ordered)
    _judge(warehouse, registry, registry.ordered, _SAME if same_inputs else _inputs())


def evaluate(warehouse: Warehouse, registry: Registry, table: Table) -> None:
    """(Re)evaluate one table; those it reads must have been evaluated before.

    `reason` is NULL for a verified partition and says otherwise why it would run. A partition behind an upstream one
    that is not verified is stale too: whether it really changes shows when that one has run.
    """
    _gather_prints(warehouse, [table])
    _judge(warehouse, registry, [table], _inputs())


def _judge(warehouse: Warehouse, registry: Registry, tables: Sequence[Table], inputs: str) -> None:
    """Judge tables, which come in dependency order, in one statement; then find what is behind what they read."""
    names = [table.full_name for table in tables]
    warehouse.execute("DELETE FROM evaluation WHERE list_contains(?, table_name)", [names])
    warehouse.execute(
        f"""INSERT INTO evaluation
        WITH inputs AS ({inputs}),
        judged_tables AS (SELECT * FROM subjects WHERE list_contains($tables, table_name)),
        compared AS (
          SELECT s.*, COALESCE(g.game_date, p.game_date) AS game_date, COALESCE(g.season, p.season) AS season,
            COALESCE(g.games, 0) AS games, COALESCE(g.uncovered, 0) AS uncovered, p.state, p.cause,
            COALESCE(p.expected_rows, r.rows, g.games * s.rows_a_game, s.rows_a_date) AS expected_rows, COALESCE(p.rows, 0) AS rows,
            i.inputs, p.input_hash, p.code_version AS built_with, p.table_name IS NOT NULL AS is_known,
            COALESCE(p.state = 'held', FALSE) AS is_held, p.partition_hash IS NULL AS is_bare
          FROM (SELECT * FROM grid WHERE list_contains($tables, table_name)) AS g
          FULL JOIN (SELECT * FROM ledger.partitions WHERE list_contains($tables, table_name)) AS p
            ON p.table_name = g.table_name AND p.game_date = g.game_date
          JOIN judged_tables AS s ON s.table_name = COALESCE(g.table_name, p.table_name)
          LEFT JOIN (SELECT table_name, game_date, MAX(rows) AS rows FROM ledger.column_fingerprints
            WHERE table_name IN (SELECT covers FROM judged_tables) GROUP BY table_name, game_date) AS r
            ON r.table_name = s.covers AND r.game_date = g.game_date
          LEFT JOIN inputs AS i ON i.table_name = s.table_name AND i.game_date = COALESCE(g.game_date, p.game_date)),
        judged AS (
          SELECT *, CASE
            WHEN games = 0 AND NOT is_known THEN 'not_covered'
            WHEN is_held AND is_bare THEN IF(games = 0, 'closed', 'missing')
            WHEN is_held THEN 'held'
            WHEN games = 0 AND rows = 0 AND state = 'verified' THEN 'closed'
            WHEN games = 0 THEN 'surplus'
            WHEN NOT is_known AND game_date > horizon THEN 'ahead'
            WHEN NOT is_known THEN 'missing'
            WHEN state = 'damaged' THEN state
            WHEN built_with IS DISTINCT FROM code_version THEN IF(state = 'verified', 'stale', state)
            WHEN input_hash IS DISTINCT FROM md5(inputs) THEN IF(state = 'verified', 'stale', state)
            ELSE state END AS judged_state
          FROM compared)
        SELECT table_name, game_date, season, games, uncovered, judged_state, CASE judged_state
            WHEN 'surplus' THEN '{GONE}'
            WHEN 'held' THEN cause
            WHEN 'missing' THEN IF(is_held, cause, 'never built')
            WHEN 'damaged' THEN COALESCE(cause, 'stored rows differ from the ledger')
            WHEN 'failed' THEN 'the last attempt failed: ' || COALESCE(cause, 'no cause recorded')
            WHEN 'blocked' THEN 'was blocked: ' || COALESCE(cause, 'no cause recorded')
            WHEN 'stale' THEN IF(built_with IS DISTINCT FROM code_version, 'code changed', 'input changed')
            END, expected_rows, rows, inputs, code_version, ordinal, NULL
        FROM judged""",
        {"tables": names},
    )
    _fall_behind(warehouse, registry, tables)


def _fall_behind(warehouse: Warehouse, registry: Registry, tables: Sequence[Table]) -> None:
    """What reads an upstream partition that is not verified is stale; seldom is there one, and then it goes on downstream."""
    unverified = {
        row[0] for row in warehouse.rows(f"SELECT DISTINCT table_name FROM evaluation WHERE state NOT IN {_SETTLED}")
    }
    for table in tables:
        if unverified.isdisjoint(registry.built[name].full_name for name in registry.built_upstream(table.name)):
            continue
        fallen = warehouse.value(
            f"UPDATE evaluation SET state = 'stale', reason = 'behind ' || b.upstream FROM ({behind()}) AS b"
            " WHERE evaluation.table_name = $table AND b.game_date = evaluation.game_date AND evaluation.state = 'verified'",
            {"table": table.full_name},
        )
        if fallen:
            unverified.add(table.full_name)


def upstream_trouble(warehouse: Warehouse, table: Table) -> dict[date, str]:
    """Per expected date of a table an upstream partition that it reads and that is not verified."""
    return dict(warehouse.rows(behind(), {"table": table.full_name}))


def changed_inputs(before: str, now: str) -> list[str]:
    """Names of the upstream tables whose digest differs between two stored input texts."""
    old, new = (dict(piece.split("=", 1) for piece in text.split(";") if piece) for text in (before, now))
    return sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


def drift() -> str:
    """Per built date of $table the run that last confirmed it (`since`), and the upstream tables that differ from then."""
    return """
      WITH other AS (
        SELECT p.game_date, p.inputs AS before, e.inputs AS now FROM ledger.partitions AS p
        JOIN evaluation AS e ON e.table_name = p.table_name AND e.game_date = p.game_date
        WHERE p.table_name = $table AND p.inputs <> e.inputs),
      pieces AS (
        SELECT game_date, UNNEST(string_split(before, ';')) AS piece FROM other
        UNION ALL SELECT game_date, UNNEST(string_split(now, ';')) FROM other),
      alone AS (
        SELECT DISTINCT game_date, split_part(piece, '=', 1) AS name FROM (
          SELECT game_date, piece FROM pieces GROUP BY game_date, piece HAVING COUNT(*) = 1))
      SELECT p.game_date, ANY_VALUE(p.confirmed_by) AS since, string_agg(a.name, ',' ORDER BY a.name) AS inputs
      FROM ledger.partitions AS p LEFT JOIN alone AS a ON a.game_date = p.game_date
      WHERE p.table_name = $table AND p.inputs IS NOT NULL GROUP BY p.game_date"""


def _gather_prints(warehouse: Warehouse, tables: Sequence[Table]) -> None:
    """Fill `prints`: per upstream table of a table and date a digest over the columns consumed; one look at the ledger."""
    numbers = "SELECT number FROM reads WHERE list_contains(?, table_name)"
    names = [table.full_name for table in tables]
    warehouse.execute(f"DELETE FROM prints WHERE number IN ({numbers})", [names])
    # A sum of hashes, as it needs no order; like the fingerprints it is private to an engine version.
    warehouse.execute(
        f"""INSERT INTO prints
        SELECT c.number, f.game_date, to_hex(hash(SUM(hash(f.column_name, f.rows, f.fingerprint))))
        FROM (SELECT * FROM consumption WHERE number IN ({numbers})) AS c
        JOIN ledger.column_fingerprints AS f ON f.table_name = c.stored AND f.column_name = c.column_name
        GROUP BY c.number, f.game_date""",
        [names],
    )


def _inputs() -> str:
    """Per table of $tables and expected date one text with a digest per upstream table, the code version and the coverage."""
    return """
      WITH dates AS (
        SELECT table_name, game_date, MIN(season) AS season, MAX(coverage) AS coverage FROM (
          SELECT table_name, game_date, season, coverage FROM grid WHERE list_contains($tables, table_name)
          UNION ALL
          SELECT table_name, game_date, NULLIF(season, ''), NULL FROM ledger.partitions WHERE list_contains($tables, table_name))
        GROUP BY table_name, game_date),
      wanted AS (SELECT * FROM reads WHERE list_contains($tables, table_name)),
      -- A sum over a stretch of dates is the running total at its end less the one at its start.
      totals AS (
        SELECT number, game_date, SUM(hash(game_date, digest)) OVER (PARTITION BY number ORDER BY game_date) AS total
        FROM prints WHERE number IN (SELECT number FROM wanted WHERE reach IN ('before', 'until', 'season'))),
      -- All rows of a season read from the same date on; what reads the schedule reads all of its season.
      starts AS (
        SELECT s.*, COALESCE(t.total, 0) AS total
        FROM (SELECT w.number, w.table_name, w.reach, h.season, h.last_date,
            IF(w.reach = 'season', h.first_date, h.reads_from) AS lowest
          FROM wanted AS w CROSS JOIN histories AS h WHERE w.reach IN ('before', 'until', 'season')) AS s
        ASOF LEFT JOIN totals AS t ON t.number = s.number AND t.game_date < s.lowest),
      stretches AS (
        SELECT s.number, s.table_name, d.game_date, s.total,
          CASE s.reach WHEN 'before' THEN d.game_date WHEN 'until' THEN d.game_date + 1 ELSE s.last_date + 1 END AS beyond
        FROM dates AS d JOIN starts AS s ON s.table_name = d.table_name AND s.season = d.season),
      digests AS (
        SELECT w.number, w.table_name, p.game_date, p.digest
        FROM prints AS p JOIN wanted AS w ON w.number = p.number WHERE w.reach = 'same_date'
        UNION ALL
        SELECT w.number, w.table_name, d.game_date, p.digest
        FROM prints AS p JOIN wanted AS w ON w.number = p.number JOIN dates AS d ON d.table_name = w.table_name
        WHERE w.reach = 'whole'
        UNION ALL
        SELECT s.number, s.table_name, s.game_date, substr(md5(CAST(COALESCE(t.total, 0) - s.total AS VARCHAR)), 1, 16)
        FROM stretches AS s ASOF LEFT JOIN totals AS t ON t.number = s.number AND t.game_date < s.beyond)
      SELECT d.table_name, d.game_date, 'code=' || MIN(c.code_version) || ';coverage=' || COALESCE(MIN(d.coverage), '') ||
        COALESCE(';' || string_agg(w.upstream || '=' || g.digest, ';' ORDER BY g.number), '') AS inputs
      FROM dates AS d JOIN subjects AS c ON c.table_name = d.table_name
      LEFT JOIN digests AS g ON g.table_name = d.table_name AND g.game_date = d.game_date
      LEFT JOIN wanted AS w ON w.number = g.number
      GROUP BY d.table_name, d.game_date"""


def behind(which: str = f"e.state NOT IN {_SETTLED}") -> str:
    """Per date of $table an upstream partition that it reads and that is not verified, or is otherwise one of `which`."""
    return f"""
      WITH unverified AS (
        SELECT e.table_name, e.game_date, r.reach,
          e.table_name || ' ' || e.game_date || ', which is ' || e.state AS upstream
        FROM evaluation AS e
        JOIN (SELECT upstream, reach FROM reads WHERE table_name = $table) AS r ON r.upstream = e.table_name
        WHERE {which})
      SELECT g.game_date, arg_min(u.upstream, (u.game_date, u.table_name)) AS upstream
      FROM (SELECT DISTINCT game_date, season FROM grid WHERE table_name = $table) AS g
      JOIN histories AS h ON h.season = g.season
      JOIN unverified AS u ON IF(u.reach = 'before', u.game_date < g.game_date AND u.game_date >= h.reads_from, u.game_date = g.game_date)
      GROUP BY g.game_date"""
