"""The ledger: what was ingested, what every partition holds and why, sealed so that a changed row shows.

Each ledger table has a seal per subject (a table's name, or '' for the whole): the number of its rows and a sum of
their hashes, written in the transaction that writes the rows. `broken_seals` finds any row that was altered,
added or deleted by other hands.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from backcourt.engine.hashing import fingerprints
from backcourt.errors import UsageError, WarehouseError
from backcourt.warehouse.duckdb import ENGINE_VERSION, SCHEMAS, Warehouse

SCHEMA_VERSION = "4"

# Registries have no game date; their one partition stands under this date.
UNDATED = date(1970, 1, 1)

STATES = ("verified", "failed", "blocked", "damaged", "held")

_TABLES = {
    "meta": "key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL",
    "ingests": """ingest_id INTEGER PRIMARY KEY, source VARCHAR NOT NULL, stream VARCHAR NOT NULL, scope VARCHAR NOT NULL,
        table_name VARCHAR NOT NULL, digest VARCHAR NOT NULL, rows_read BIGINT NOT NULL, added BIGINT NOT NULL,
        replaced BIGINT NOT NULL, vanished BIGINT NOT NULL, unresolved BIGINT NOT NULL, ingested_at TIMESTAMP NOT NULL,
        stored_rows BIGINT NOT NULL, stored_digest VARCHAR NOT NULL""",
    "coverage": """source VARCHAR NOT NULL, table_name VARCHAR NOT NULL, season VARCHAR NOT NULL, season_type VARCHAR NOT NULL,
        ingest_id INTEGER NOT NULL""",
    "sources": "table_name VARCHAR NOT NULL, source VARCHAR NOT NULL, rank INTEGER NOT NULL",
    "orders": """table_name VARCHAR NOT NULL, sources VARCHAR NOT NULL, ordered_at TIMESTAMP NOT NULL,
        ordinal BIGINT NOT NULL, after_run BIGINT NOT NULL""",
    "supplied": """table_name VARCHAR NOT NULL, game_date DATE NOT NULL, game_id VARCHAR NOT NULL, source VARCHAR NOT NULL,
        rows BIGINT NOT NULL, is_whole BOOLEAN NOT NULL""",
    "overrides": """table_name VARCHAR NOT NULL, row_key VARCHAR NOT NULL, game_date DATE NOT NULL, column_name VARCHAR NOT NULL,
        value VARCHAR, replaced VARCHAR, reason VARCHAR NOT NULL, source VARCHAR NOT NULL, source_row_id BIGINT NOT NULL,
        told_at TIMESTAMP NOT NULL""",
    "schedule": """game_date DATE NOT NULL, season VARCHAR NOT NULL, season_type VARCHAR NOT NULL,
        games BIGINT NOT NULL, final BIGINT NOT NULL""",
    "column_fingerprints": """table_name VARCHAR NOT NULL, game_date DATE NOT NULL, column_name VARCHAR NOT NULL,
        rows BIGINT NOT NULL, fingerprint VARCHAR NOT NULL, engine VARCHAR NOT NULL""",
    "retired": """table_name VARCHAR NOT NULL, row_id BIGINT NOT NULL, kind VARCHAR NOT NULL,
        retired_at TIMESTAMP NOT NULL, ingest_id INTEGER NOT NULL""",
    "partitions": """table_name VARCHAR NOT NULL, game_date DATE NOT NULL, season VARCHAR NOT NULL, state VARCHAR NOT NULL,
        expected_rows BIGINT, rows BIGINT NOT NULL, partition_hash VARCHAR, input_hash VARCHAR, inputs VARCHAR, code_version VARCHAR,
        checks VARCHAR NOT NULL, cause VARCHAR, run_id VARCHAR NOT NULL, record_version INTEGER NOT NULL,
        first_committed_at TIMESTAMP, committed_at TIMESTAMP, confirmed_by BIGINT, PRIMARY KEY (table_name, game_date)""",
    "previous": """replaced_by VARCHAR NOT NULL, is_kept BOOLEAN NOT NULL, table_name VARCHAR NOT NULL, game_date DATE NOT NULL,
        season VARCHAR NOT NULL, state VARCHAR NOT NULL, expected_rows BIGINT, rows BIGINT NOT NULL, partition_hash VARCHAR,
        input_hash VARCHAR, inputs VARCHAR, code_version VARCHAR, checks VARCHAR NOT NULL, cause VARCHAR, run_id VARCHAR NOT NULL,
        record_version INTEGER NOT NULL, first_committed_at TIMESTAMP, committed_at TIMESTAMP, confirmed_by BIGINT""",
    "presence": "table_name VARCHAR NOT NULL, game_date DATE NOT NULL, games BIGINT NOT NULL, partial BIGINT NOT NULL",
    "runs": """run_id VARCHAR PRIMARY KEY, command VARCHAR NOT NULL, scope VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL,
        ended_at TIMESTAMP, outcome VARCHAR NOT NULL, stopped VARCHAR, ordinal BIGINT NOT NULL, considered BIGINT NOT NULL,
        planned BIGINT NOT NULL, cut_off BIGINT NOT NULL, outside BIGINT NOT NULL, written BIGINT NOT NULL, unchanged BIGINT NOT NULL,
        failed BIGINT NOT NULL, blocked BIGINT NOT NULL, not_run BIGINT NOT NULL, rows BIGINT NOT NULL, seconds_saved DOUBLE NOT NULL,
        unit VARCHAR NOT NULL, threads INTEGER NOT NULL, host VARCHAR NOT NULL, pid INTEGER NOT NULL, newest_ingest INTEGER NOT NULL""",
    "run_tables": """run_id VARCHAR NOT NULL, table_name VARCHAR NOT NULL, considered BIGINT NOT NULL,
        planned BIGINT NOT NULL, cut_off BIGINT NOT NULL, outside BIGINT NOT NULL, written BIGINT NOT NULL, unchanged BIGINT NOT NULL,
        failed BIGINT NOT NULL, blocked BIGINT NOT NULL, not_run BIGINT NOT NULL, seconds DOUBLE NOT NULL, seconds_saved DOUBLE NOT NULL,
        PRIMARY KEY (run_id, table_name)""",
    "attempts": """run_id VARCHAR NOT NULL, table_name VARCHAR NOT NULL, game_date DATE NOT NULL, outcome VARCHAR NOT NULL,
        reason VARCHAR NOT NULL, cause VARCHAR, since BIGINT, inputs VARCHAR,
        tried VARCHAR NOT NULL, attempted_at TIMESTAMP NOT NULL, is_asked BOOLEAN NOT NULL""",
    "changes": """run_id VARCHAR NOT NULL, table_name VARCHAR NOT NULL, game_date DATE NOT NULL, kind VARCHAR NOT NULL,
        key VARCHAR, keys BIGINT NOT NULL, columns VARCHAR NOT NULL""",
    "certificates": """certificate_id VARCHAR PRIMARY KEY, run_id VARCHAR, scope VARCHAR NOT NULL, sample BIGINT, seed BIGINT,
        sampled_dates VARCHAR, engine VARCHAR NOT NULL, compared BIGINT NOT NULL, mismatches BIGINT NOT NULL,
        skipped BIGINT NOT NULL, outcome VARCHAR NOT NULL, certified_at TIMESTAMP NOT NULL""",
    "certified": """certificate_id VARCHAR NOT NULL, table_name VARCHAR NOT NULL, code_version VARCHAR NOT NULL,
        compared BIGINT NOT NULL, rows BIGINT NOT NULL, mismatches BIGINT NOT NULL, skipped BIGINT NOT NULL,
        digest VARCHAR NOT NULL, first_mismatch VARCHAR""",
    "reviews": """review_id VARCHAR PRIMARY KEY, kind VARCHAR NOT NULL, scope VARCHAR NOT NULL, reviewed_at TIMESTAMP NOT NULL,
        outcome VARCHAR NOT NULL, passed BIGINT NOT NULL, warned BIGINT NOT NULL, failed BIGINT NOT NULL, errors BIGINT NOT NULL""",
    "findings": """review_id VARCHAR NOT NULL, ordinal BIGINT NOT NULL, check_name VARCHAR NOT NULL, subject VARCHAR NOT NULL,
        outcome VARCHAR NOT NULL, said VARCHAR NOT NULL, figures VARCHAR NOT NULL, query VARCHAR NOT NULL, hint VARCHAR NOT NULL""",
    "refused": """table_name VARCHAR NOT NULL, game_date DATE NOT NULL, check_name VARCHAR NOT NULL, row_key VARCHAR NOT NULL,
        cause VARCHAR NOT NULL, review_id VARCHAR NOT NULL, content VARCHAR NOT NULL, input_hash VARCHAR NOT NULL""",
}
# Tables whose seal is kept per subject, so that a commit re-reads only what it wrote.
_PER_SUBJECT = {
    "column_fingerprints": "table_name",
    "partitions": "table_name",
    "presence": "table_name",
    "previous": "replaced_by",
    "retired": "table_name",
    "supplied": "table_name",
    "attempts": "run_id",
    "run_tables": "run_id",
    "changes": "run_id",
    "certified": "certificate_id",
    "findings": "review_id",
    "refused": "table_name",
}
# Bookkeeping that users read beside the raw rows; sealed like the ledger's own tables.
_ELSEWHERE = {"unresolved": "raw.unresolved"}
_SEALED = [*_TABLES, *_ELSEWHERE]


@dataclass(frozen=True)
class BrokenSeal:
    """A ledger table whose rows are not those that Backcourt wrote."""

    ledger_table: str
    subject: str
    sealed_rows: int | None
    found_rows: int

    def __str__(self) -> str:
        name = _ELSEWHERE.get(self.ledger_table, f"ledger.{self.ledger_table}")
        of = f" of {self.subject}" if self.subject else ""
        sealed = "no seal" if self.sealed_rows is None else f"{self.sealed_rows} rows sealed"
        return f"{name}{of} was changed by other hands: {sealed}, {self.found_rows} found"


def create(warehouse: Warehouse) -> None:
    """Create the ledger's tables where they are missing; raises WarehouseError for a ledger of another version."""
    if exists(warehouse):
        refuse_other_version(warehouse)
        return
    with warehouse.transaction():
        for schema in SCHEMAS:
            warehouse.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for name, columns in _TABLES.items():
            warehouse.execute(f"CREATE TABLE IF NOT EXISTS ledger.{name} ({columns})")
        warehouse.execute(
            "CREATE TABLE raw.unresolved (source VARCHAR, stream VARCHAR, scope VARCHAR, table_name VARCHAR,"
            " problem VARCHAR, season VARCHAR, rows BIGINT)"
        )
        warehouse.execute(
            "CREATE TABLE ledger.seals (ledger_table VARCHAR, subject VARCHAR, rows BIGINT, digest VARCHAR)"
        )
        set_meta(warehouse, "schema_version", SCHEMA_VERSION)
        set_meta(warehouse, "engine", ENGINE_VERSION)
        seal_everything(warehouse)


def refuse_other_version(warehouse: Warehouse) -> None:
    """Raise WarehouseError for a ledger whose tables are those of another version."""
    found = meta(warehouse, "schema_version")
    if found != SCHEMA_VERSION:
        raise WarehouseError(
            f"The ledger of {warehouse.path} has version {found}; this Backcourt reads and writes {SCHEMA_VERSION}.",
            "Build a fresh warehouse from the same sources; nothing in the old one is touched.",
        )


def missing_tables(warehouse: Warehouse) -> list[str]:
    """Tables of the ledger that are gone; nothing can be said of a warehouse without them."""
    there = {row[0] for row in warehouse.rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'ledger'")}
    return [f"ledger.{name}" for name in (*_TABLES, "seals") if name not in there]


def exists(warehouse: Warehouse) -> bool:
    """Whether the warehouse has a ledger."""
    return warehouse.has_table("ledger", "meta")


def season_sql(day: str) -> str:
    """SQL for the label of the season that a date falls in, 1 July to 30 June."""
    year = f"year({day} - INTERVAL 6 MONTH)"
    return f"{year} || '-' || right(CAST({year} + 1 AS VARCHAR), 2)"


def meta(warehouse: Warehouse, key: str) -> str | None:
    """A fact about the whole warehouse, or None."""
    value: str | None = warehouse.value("SELECT value FROM ledger.meta WHERE key = ?", [key])
    return value


def set_meta(warehouse: Warehouse, key: str, value: str) -> None:
    """Store a fact about the whole warehouse."""
    warehouse.execute("INSERT OR REPLACE INTO ledger.meta VALUES (?, ?)", [key, value])
    seal(warehouse, "meta")


def as_of(warehouse: Warehouse) -> datetime | None:
    """The moment whose knowledge the warehouse holds, in UTC; None for one that holds today's."""
    stored = meta(warehouse, "as_of")
    return datetime.fromisoformat(stored) if stored else None


def refuse_as_of(warehouse: Warehouse) -> None:
    """Raise UsageError for a warehouse of a moment: what comes later was not known then."""
    moment = as_of(warehouse)
    if moment is not None:
        raise UsageError(
            f"{warehouse.path} holds what was known at {moment.isoformat()}; nothing more is ingested into it.",
            "Ingest into the warehouse that it was taken from, and take it again with  backcourt backfill --as-of",
        )


def claim_kind(warehouse: Warehouse, kind: str) -> None:
    """Set the kind of the warehouse at its first ingest; raises UsageError when the other kind is in it."""
    held = meta(warehouse, "kind")
    if held is None:
        set_meta(warehouse, "kind", kind)
    elif held != kind:
        raise UsageError(
            f"The warehouse {warehouse.path} holds {held} data; {kind} data never mixes with it.",
            "Name another file with --warehouse.",
        )


def seal(warehouse: Warehouse, ledger_table: str, subjects: Iterable[str] = ("",)) -> None:
    """Re-seal what the current transaction wrote: the whole table, or the given subjects of it."""
    for subject in subjects:
        warehouse.execute("DELETE FROM ledger.seals WHERE ledger_table = ? AND subject = ?", [ledger_table, subject])
        warehouse.execute(
            f"INSERT INTO ledger.seals SELECT ?, ?, rows, digest FROM ({_digest(ledger_table)}) WHERE subject = ?",
            [ledger_table, subject, subject],
        )


def seal_everything(warehouse: Warehouse) -> None:
    """Seal every row of every ledger table as it stands; call inside a transaction."""
    warehouse.execute("DELETE FROM ledger.seals")
    warehouse.execute(f"INSERT INTO ledger.seals {_digests()}")


def broken_seals(warehouse: Warehouse) -> list[BrokenSeal]:
    """Every subject of every ledger table whose rows differ from what was sealed."""
    found = warehouse.rows(
        f"""SELECT COALESCE(s.ledger_table, d.ledger_table) AS name, COALESCE(s.subject, d.subject) AS subject, s.rows, COALESCE(d.rows, 0)
        FROM (SELECT * FROM ledger.seals WHERE list_contains(?, ledger_table)) AS s
        FULL JOIN ({_digests()}) AS d ON d.ledger_table = s.ledger_table AND d.subject = s.subject
        WHERE s.digest IS DISTINCT FROM d.digest OR s.rows IS DISTINCT FROM d.rows
        ORDER BY list_position(?, name), subject""",
        [_SEALED, _SEALED],
    )
    broken = [BrokenSeal(*row) for row in found]
    orphans = warehouse.rows(
        "SELECT ledger_table, subject, rows FROM ledger.seals GROUP BY ALL"
        " HAVING COUNT(*) > 1 OR NOT list_contains(?, ledger_table)",
        [_SEALED],
    )
    return broken + [BrokenSeal("seals", f"{table} {subject}".strip(), rows, 0) for table, subject, rows in orphans]


def mark_damaged(warehouse: Warehouse, causes: Mapping[tuple[str, date], str], found_by: str) -> None:
    """Mark partitions as damaged, each with its cause: nothing reads them until they are mended. Call inside a transaction."""
    for (table_name, game_date), cause in sorted(causes.items()):
        warehouse.execute(
            """INSERT INTO ledger.partitions (table_name, game_date, season, state, rows, checks, cause, run_id, record_version)
            VALUES ($table, $date, '', 'damaged', 0, '', $cause, $found_by, 0)
            ON CONFLICT (table_name, game_date) DO UPDATE SET state = 'damaged', cause = excluded.cause""",
            {"table": table_name, "date": game_date, "cause": cause, "found_by": found_by},
        )
    seal(warehouse, "partitions", sorted({table_name for table_name, _ in causes}))


def write_fingerprints(
    warehouse: Warehouse, table_name: str, relation: str, key: Iterable[str], columns: tuple[str, ...], date_sql: str
) -> None:
    """Replace the fingerprints of the dates listed in the temporary table `touched_dates`."""
    warehouse.execute(
        "DELETE FROM ledger.column_fingerprints WHERE table_name = ?"
        " AND game_date IN (SELECT game_date FROM touched_dates)",
        [table_name],
    )
    warehouse.execute(
        "INSERT INTO ledger.column_fingerprints SELECT ?, game_date, column_name, rows, fingerprint, ?"
        f" FROM ({fingerprints(relation, key, columns, date_sql)}) WHERE game_date IN (SELECT game_date FROM touched_dates)",
        [table_name, ENGINE_VERSION],
    )
    seal(warehouse, "column_fingerprints", [table_name])


def differing_fingerprints(
    warehouse: Warehouse,
    table_name: str,
    relation: str,
    key: Iterable[str],
    columns: tuple[str, ...],
    date_sql: str,
    dates: str = "",
) -> list[tuple[date, str, int]]:
    """Dates of a relation whose columns are not those of the ledger: the first such column, and how many there are.

    `dates` may name a temporary table of the only dates to compare.
    """
    among = f" AND game_date IN (SELECT game_date FROM {dates})" if dates else ""
    return warehouse.rows(
        f"""SELECT COALESCE(o.game_date, n.game_date) AS day, MIN(COALESCE(o.column_name, n.column_name)), COUNT(*)
        FROM (SELECT * FROM ledger.column_fingerprints WHERE table_name = ?{among}) AS o
        FULL JOIN ({fingerprints(relation, key, columns, date_sql)}) AS n
          ON n.game_date = o.game_date AND n.column_name = o.column_name
        WHERE n.fingerprint IS DISTINCT FROM o.fingerprint OR n.rows IS DISTINCT FROM o.rows GROUP BY day ORDER BY day""",
        [table_name],
    )


def raw_rows(warehouse: Warehouse) -> dict[str, int]:
    """The current rows of each raw table, as counted when they were ingested."""
    return dict(
        warehouse.rows(
            """SELECT table_name, CAST(SUM(rows) AS BIGINT) FROM (SELECT table_name, game_date, MAX(rows) AS rows
              FROM ledger.column_fingerprints WHERE starts_with(table_name, 'raw.') GROUP BY table_name, game_date)
            GROUP BY table_name ORDER BY table_name"""
        )
    )


def refuse_broken(warehouse: Warehouse) -> None:
    """Raise WarehouseError when any row of the ledger is not what Backcourt wrote: nothing may be built on it."""
    broken = broken_seals(warehouse)
    if broken:
        more = f" ({len(broken) - 1} more.)" if len(broken) > 1 else ""
        raise WarehouseError(
            f"{broken[0]}.{more}",
            "Run  backcourt verify: it names every change and marks what can be rebuilt; --accept-ledger settles the rest.",
        )


def rows_digest(relation: str, group: str = "") -> str:
    """A query for the number of rows of a relation and a digest of them that no order changes."""
    by, of = (f"{group}, ", f" GROUP BY {group}") if group else ("", "")
    hashed = f"SELECT {by}hash(t) AS h FROM {relation} AS t"
    return (
        f"SELECT {by}COUNT(*) AS rows, md5(COALESCE(CAST(SUM(h) AS VARCHAR), '') || ':' ||"
        f" COALESCE(CAST(SUM(hash(h)) AS VARCHAR), '')) AS digest FROM ({hashed}){of}"
    )


def _digests() -> str:
    """One query for the digests of all ledger tables: to plan one for each takes longer than to read most of them."""
    return " UNION ALL ".join(f"SELECT '{name}' AS ledger_table, * FROM ({_digest(name)})" for name in _SEALED)


def _digest(ledger_table: str) -> str:
    subject, by = "''", ""
    if ledger_table in _PER_SUBJECT:
        subject = _PER_SUBJECT[ledger_table]
        by = f" GROUP BY {subject}"
    first, second = (f"COALESCE(CAST(SUM({h}) AS VARCHAR), '0')" for h in ("hash(t)", "hash('twin', t)"))
    return (
        f"SELECT {subject} AS subject, COUNT(*) AS rows, md5({first} || ':' || {second}) AS digest"
        f" FROM {_ELSEWHERE.get(ledger_table, f'ledger.{ledger_table}')} AS t{by}"
    )
