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

# The evaluation with the code that the verified rows of each partition were built with; NULL where none are.
WITH_CODE = """(SELECT e.*, p.code_version AS built_with FROM evaluation AS e
    LEFT JOIN ledger.partitions AS p ON p.table_name = e.table_name AND p.game_date = e.game_date AND p.state = 'verified')"""

_COLUMNS = """table_name VARCHAR, game_date DATE, season VARCHAR, games BIGINT, uncovered BIGINT, state VARCHAR,
    reason VARCHAR, expected_rows BIGINT, rows BIGINT, inputs VARCHAR, code_version VARCHAR, ordinal INTEGER"""


def prepare(warehouse: Warehouse, registry: Registry) -> None:
    """Create the temporary tables that evaluation reads: grid, consumption, code, `prints` and an empty `evaluation`."""
    lineage.recall(warehouse, registry)
    create_grid(warehouse, registry.ordered)
    create_consumption(warehouse, registry, registry.ordered)
    create_histories(warehouse)
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE prints (table_name VARCHAR, upstream VARCHAR, game_date DATE, digest VARCHAR)"
    )
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE evaluation ({_COLUMNS})")


def evaluate_all(warehouse: Warehouse, registry: Registry) -> None:
    """Fill the temporary table `evaluation` for every built table, upstream ones first."""
    prepare(warehouse, registry)
    _gather_prints(warehouse, registry.ordered)
    for table in registry.ordered:
        _judge(warehouse, registry, table)


def evaluate(warehouse: Warehouse, registry: Registry, table: Table) -> None:
    """(Re)evaluate one table; those it reads must have been evaluated before.

    `reason` is NULL for a verified partition and says otherwise why it would run. A partition behind an upstream one
    that is not verified is stale too: whether it really changes shows when that one has run.
    """
    _gather_prints(warehouse, [table])
    _judge(warehouse, registry, table)


def _judge(warehouse: Warehouse, registry: Registry, table: Table) -> None:
    # Until a partition has been built its rows are estimated: two a game for teams, else those of the raw table it covers.
    per_game = 2 if "team_id" in table.contract.key else 1
    ordinal = [each.name for each in registry.ordered].index(table.name)
    warehouse.execute("DELETE FROM evaluation WHERE table_name = ?", [table.full_name])
    warehouse.execute(
        f"""INSERT INTO evaluation
        WITH inputs AS ({_inputs()}),
        behind AS ({_behind()}),
        known AS (SELECT * FROM ledger.partitions WHERE table_name = $table),
        compared AS (
          SELECT COALESCE(g.game_date, p.game_date) AS game_date, COALESCE(g.season, p.season) AS season,
            COALESCE(g.games, 0) AS games, COALESCE(g.uncovered, 0) AS uncovered, p.state, p.cause,
            COALESCE(p.expected_rows, r.rows, g.games * {per_game}) AS expected_rows, COALESCE(p.rows, 0) AS rows,
            i.inputs, p.input_hash, p.code_version AS built_with, c.code_version, b.upstream, p.table_name IS NOT NULL AS is_known
          FROM (SELECT * FROM grid WHERE table_name = $table) AS g
          FULL JOIN known AS p ON p.game_date = g.game_date
          LEFT JOIN (SELECT game_date, MAX(rows) AS rows FROM ledger.column_fingerprints
            WHERE table_name = $covers GROUP BY game_date) AS r ON r.game_date = g.game_date
          LEFT JOIN inputs AS i ON i.game_date = COALESCE(g.game_date, p.game_date)
          LEFT JOIN behind AS b ON b.game_date = COALESCE(g.game_date, p.game_date)
          CROSS JOIN (SELECT code_version FROM code WHERE table_name = $table) AS c),
        judged AS (
          SELECT *, CASE
            WHEN games = 0 AND NOT is_known THEN 'not_covered'
            WHEN games = 0 AND rows = 0 AND state = 'verified' THEN 'closed'
            WHEN games = 0 THEN 'surplus'
            WHEN NOT is_known AND game_date > $horizon THEN 'ahead'
            WHEN NOT is_known THEN 'missing'
            WHEN state IN ('held', 'damaged') THEN state
            WHEN built_with IS DISTINCT FROM code_version THEN IF(state = 'verified', 'stale', state)
            WHEN input_hash IS DISTINCT FROM md5(inputs) THEN IF(state = 'verified', 'stale', state)
            WHEN state = 'verified' AND upstream IS NOT NULL THEN 'stale'
            ELSE state END AS judged_state
          FROM compared)
        SELECT $table, game_date, season, games, uncovered, judged_state, CASE judged_state
            WHEN 'surplus' THEN 'its last game is gone'
            WHEN 'missing' THEN 'never built'
            WHEN 'damaged' THEN COALESCE(cause, 'stored rows differ from the ledger')
            WHEN 'failed' THEN 'the last attempt failed: ' || COALESCE(cause, 'no cause recorded')
            WHEN 'blocked' THEN 'was blocked: ' || COALESCE(cause, 'no cause recorded')
            WHEN 'stale' THEN CASE WHEN built_with IS DISTINCT FROM code_version THEN 'code changed'
              WHEN input_hash IS DISTINCT FROM md5(inputs) THEN 'input changed' ELSE 'behind ' || upstream END
            END, expected_rows, rows, inputs, code_version, {ordinal}
        FROM judged""",
        {
            "table": table.full_name,
            "covers": f"raw.{table.contract.covers}",
            "horizon": last_date(warehouse, table),
        },
    )


def upstream_trouble(warehouse: Warehouse, table: Table) -> dict[date, str]:
    """Per expected date of a table an upstream partition that it reads and that is not verified."""
    return dict(warehouse.rows(_behind(), {"table": table.full_name}))


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
    """Fill `prints`: per table, upstream table and date a digest over the columns consumed; one look at the ledger."""
    names = [table.full_name for table in tables]
    warehouse.execute("DELETE FROM prints WHERE list_contains(?, table_name)", [names])
    # A sum of hashes, as it needs no order; like the fingerprints it is private to an engine version.
    warehouse.execute(
        """INSERT INTO prints
        SELECT c.table_name, c.upstream, f.game_date, to_hex(hash(SUM(hash(f.column_name, f.rows, f.fingerprint))))
        FROM consumption AS c
        JOIN ledger.column_fingerprints AS f ON f.table_name = c.stored AND f.column_name = c.column_name
        WHERE list_contains(?, c.table_name) GROUP BY c.table_name, c.upstream, f.game_date""",
        [names],
    )


def _inputs() -> str:
    """Per expected date of $table one text with a digest per upstream table, the code version and the coverage."""
    return """
      WITH dates AS (
        SELECT game_date, MIN(season) AS season, MAX(coverage) AS coverage FROM (
          SELECT game_date, season, coverage FROM grid WHERE table_name = $table
          UNION ALL SELECT game_date, NULLIF(season, ''), NULL FROM ledger.partitions WHERE table_name = $table)
        GROUP BY game_date),
      reads AS (SELECT DISTINCT upstream, reach FROM consumption WHERE table_name = $table),
      reached AS (
        SELECT p.upstream, p.game_date, p.digest, r.reach FROM prints AS p
        JOIN reads AS r ON r.upstream = p.upstream WHERE p.table_name = $table),
      -- A sum over a stretch of dates is the running total at its end less the one at its start.
      totals AS (
        SELECT upstream, game_date, SUM(hash(game_date, digest)) OVER (PARTITION BY upstream ORDER BY game_date) AS total
        FROM reached WHERE reach IN ('before', 'until', 'season')),
      stretches AS (
        SELECT d.game_date, r.upstream, IF(r.reach = 'season', h.first_date, h.reads_from) AS lowest,
          CASE r.reach WHEN 'before' THEN d.game_date WHEN 'until' THEN d.game_date + 1 ELSE h.last_date + 1 END AS beyond
        FROM dates AS d JOIN histories AS h ON h.season = d.season
        CROSS JOIN reads AS r WHERE r.reach IN ('before', 'until', 'season')),
      digests AS (
        SELECT game_date, upstream, digest FROM reached WHERE reach = 'same_date'
        UNION ALL SELECT d.game_date, r.upstream, r.digest FROM dates AS d CROSS JOIN reached AS r WHERE r.reach = 'whole'
        UNION ALL
        SELECT s.game_date, s.upstream, substr(md5(CAST(COALESCE(h.total, 0) - COALESCE(l.total, 0) AS VARCHAR)), 1, 16)
        FROM stretches AS s
        ASOF LEFT JOIN totals AS h ON h.upstream = s.upstream AND h.game_date < s.beyond
        ASOF LEFT JOIN totals AS l ON l.upstream = s.upstream AND l.game_date < s.lowest)
      SELECT d.game_date, 'code=' || MIN(c.code_version) || ';coverage=' || COALESCE(MIN(d.coverage), '') ||
        COALESCE(';' || string_agg(g.upstream || '=' || g.digest, ';' ORDER BY g.upstream), '') AS inputs
      FROM dates AS d CROSS JOIN (SELECT code_version FROM code WHERE table_name = $table) AS c
      LEFT JOIN digests AS g ON g.game_date = d.game_date
      GROUP BY d.game_date"""


def _behind() -> str:
    """Per date of $table an upstream partition that it reads and that is not verified."""
    return """
      WITH unverified AS (
        SELECT e.table_name, e.game_date, r.reach,
          e.table_name || ' ' || e.game_date || ', which is ' || e.state AS upstream
        FROM evaluation AS e
        JOIN (SELECT DISTINCT upstream, reach FROM consumption WHERE table_name = $table) AS r ON r.upstream = e.table_name
        WHERE e.state NOT IN ('verified', 'closed', 'not_covered', 'ahead'))
      SELECT g.game_date, arg_min(u.upstream, (u.game_date, u.table_name)) AS upstream
      FROM (SELECT DISTINCT game_date, season FROM grid WHERE table_name = $table) AS g
      JOIN histories AS h ON h.season = g.season
      JOIN unverified AS u ON IF(u.reach = 'before', u.game_date < g.game_date AND u.game_date >= h.reads_from, u.game_date = g.game_date)
      GROUP BY g.game_date"""
