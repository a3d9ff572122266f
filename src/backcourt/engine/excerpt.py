"""What was known at a moment, in a warehouse of its own: the raw rows that another one had been told by then.

An excerpt is a warehouse like any other, so it is planned, built, verified and exported by the same code. It differs
in three ways: it says of which moment it is, its horizon counts from that moment, and nothing more is ingested into it.

A row is known from its `known_at` on, a tombstone from its `retired_at`. What a source covers is known from the ingest
that declared it; the first delivery of a stream is bulk history and declares a season as soon as a game of it is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backcourt.clock import Clock
from backcourt.engine import ledger, raw
from backcourt.engine.contract import Contract
from backcourt.engine.hashing import quoted
from backcourt.engine.intake import write_counts, write_schedule
from backcourt.engine.mend import damaged_ingests
from backcourt.engine.ranks import MANUAL
from backcourt.engine.registry import Registry
from backcourt.engine.renew import refuse_other_engine
from backcourt.errors import UsageError, WarehouseError
from backcourt.warehouse.duckdb import Warehouse

KNOWN = "known_at <= $moment"
RETIRED = "retired_at <= $moment"
DECLARED = "i.ingested_at <= $moment OR (i.ingest_id IN (FROM bulk) AND c.season IN (SELECT season FROM raw.games))"


@dataclass(frozen=True)
class Excerpt:
    """What an excerpt holds of the raw rows of its origin; `first_known` is when the origin was told of a first game."""

    path: Path
    as_of: datetime
    rows: int
    origin_rows: int
    games: int
    final_games: int
    first_known: datetime | None


def write_excerpt(
    origin: Warehouse,
    into: Path,
    registry: Registry,
    moment: datetime,
    clock: Clock,
    opened: Callable[[Path], Warehouse],
) -> Excerpt:
    """Write what `origin` knew at a moment into a new file, which appears when it is whole.

    `opened` opens a new file to write. Raises UsageError for a moment that has not come and for a file that is there,
    WarehouseError for an origin that is damaged or of another version.
    """
    _refuse_moment(origin, moment, clock)
    if into.exists():
        raise UsageError(
            f"{into} is there already; an excerpt is a new file.",
            f"Name another file, or go on building this one with  backcourt backfill --warehouse {into}",
        )
    _refuse_unsound(origin, registry)
    draft = into.with_name(f".{into.name}.draft")
    draft.unlink(missing_ok=True)
    try:
        with opened(draft) as taken:
            _take(origin, taken, registry, moment)
            excerpt = _describe(origin, taken, registry, into, moment)
        draft.replace(into)
    finally:
        for left in (draft, draft.with_name(draft.name + ".wal")):
            left.unlink(missing_ok=True)
    return excerpt


def _refuse_moment(origin: Warehouse, moment: datetime, clock: Clock) -> None:
    now = clock.now()
    if moment > now:
        raise UsageError(
            f"--as-of {moment.isoformat()} has not come: it is {now.isoformat()}.",
            "Name a moment of the past; without --as-of a backfill builds what is known now.",
        )
    known_until = ledger.as_of(origin)
    if known_until is not None and moment > known_until:
        raise UsageError(
            f"{origin.path} holds what was known at {known_until.isoformat()}, which says nothing of {moment.isoformat()}.",
            "Take it from the warehouse that this one was taken from.",
        )


def _refuse_unsound(origin: Warehouse, registry: Registry) -> None:
    """An excerpt vouches for its rows anew, so rows that other hands changed must not come into it."""
    ledger.refuse_other_version(origin)
    refuse_other_engine(origin)
    ledger.refuse_broken(origin)
    for contract in registry.raw.values():
        changed = origin.rows(
            f"SELECT ingest_id, stored, found FROM ({damaged_ingests(contract)}) ORDER BY ALL LIMIT 1"
        )
        if changed:
            ingest_id, stored, found = changed[0]
            raise WarehouseError(
                f"{contract.full_name}: rows of ingest {ingest_id} were changed: {stored} stored, {found} found.",
                "Run  backcourt verify  and ingest the same files again; then take the excerpt.",
            )


def _take(origin: Warehouse, taken: Warehouse, registry: Registry, moment: datetime) -> None:
    contracts = sorted(registry.raw.values(), key=lambda one: one.snapshot)
    ledger.create(taken)
    raw.create(taken, contracts)
    at = {"moment": moment.replace(tzinfo=None)}
    with taken.attached(origin, "origin"), taken.transaction():
        taken.execute(
            "CREATE TEMP TABLE bulk AS SELECT MIN(ingest_id) AS ingest_id FROM origin.ledger.ingests"
            f" WHERE source <> '{MANUAL}' GROUP BY source, stream, table_name"
        )
        for contract in contracts:
            _copy_rows(taken, contract, at)
        _copy_ledger(taken, contracts, at)
    with taken.transaction():
        for contract in contracts:
            raw.create_views(taken, contract)
            day = "game_date" if contract.is_dated else f"DATE '{ledger.UNDATED}'"
            taken.execute(
                f"CREATE OR REPLACE TEMP TABLE touched_dates AS SELECT DISTINCT {day} AS game_date FROM {contract.full_name}"
            )
            write_counts(taken, contract)
        write_schedule(taken)
        if kind := ledger.meta(origin, "kind"):
            ledger.claim_kind(taken, kind)
        ledger.set_meta(taken, "as_of", moment.isoformat())
        ledger.seal_everything(taken)


def _copy_rows(taken: Warehouse, contract: Contract, at: dict[str, datetime]) -> None:
    """The rows known by then; and rows of bulk history whose result was not, as they stood before it."""
    names = ", ".join(quoted(name) for name in (*contract.column_names, *raw.BOOKKEEPING))
    table = f"origin.{contract.full_name}"
    taken.execute(f"INSERT INTO {contract.full_name} ({names}) SELECT {names} FROM {table} WHERE {KNOWN}", at)
    if contract.unplayed:
        later = f"SELECT * FROM {table} WHERE NOT ({KNOWN}) AND ingest_id IN (FROM bulk)"
        taken.execute(
            f"INSERT INTO {contract.full_name} ({names}) SELECT {names} FROM ({_unplayed(contract, later)}) WHERE {KNOWN}",
            at,
        )


def _unplayed(contract: Contract, rows: str) -> str:
    """Rows of bulk history as they stood when they were announced."""
    assert contract.unplayed is not None
    replaced = {
        name: f"CAST({sql} AS {contract.column(name).sql_type})" for name, sql in contract.unplayed.columns.items()
    }
    replaced |= {"known_at": contract.unplayed.announced, "known_kind": "'declared'"}
    stood = f"SELECT * REPLACE ({_as_names(replaced)}) FROM ({rows})"
    derived = {one.name: f"CAST({one.derived} AS {one.sql_type})" for one in contract.columns if one.derived}
    return f"SELECT * REPLACE ({_as_names(derived)}) FROM ({stood})" if derived else stood


def _as_names(values: dict[str, str]) -> str:
    return ", ".join(f"{sql} AS {quoted(name)}" for name, sql in values.items())


def _copy_ledger(taken: Warehouse, contracts: list[Contract], at: dict[str, datetime]) -> None:
    taken.execute(f"INSERT INTO ledger.retired SELECT * FROM origin.ledger.retired WHERE {RETIRED}", at)
    taken.execute(
        "INSERT INTO ledger.coverage SELECT c.* FROM origin.ledger.coverage AS c"
        f" JOIN origin.ledger.ingests AS i ON i.ingest_id = c.ingest_id WHERE {DECLARED}",
        at,
    )
    digests = " UNION ALL ".join(ledger.rows_digest(contract.full_name, "ingest_id") for contract in contracts)
    taken.execute(
        f"""INSERT INTO ledger.ingests
        SELECT i.* REPLACE (COALESCE(s.rows, 0) AS stored_rows, COALESCE(s.digest, md5(':')) AS stored_digest)
        FROM origin.ledger.ingests AS i LEFT JOIN ({digests}) AS s ON s.ingest_id = i.ingest_id
        WHERE i.ingested_at <= $moment OR s.rows > 0 OR i.ingest_id IN (SELECT ingest_id FROM ledger.coverage)""",
        at,
    )
    taken.execute(
        "INSERT INTO ledger.sources SELECT * FROM origin.ledger.sources AS s"
        " WHERE EXISTS (SELECT 1 FROM ledger.ingests AS i WHERE i.source = s.source AND i.table_name = s.table_name)"
    )
    # In which order sources are taken is no fact that came to be known, but how facts are read.
    taken.execute("INSERT INTO ledger.orders SELECT * FROM origin.ledger.orders")
    taken.execute("INSERT INTO ledger.overrides SELECT * FROM origin.ledger.overrides WHERE told_at <= $moment", at)


def _describe(origin: Warehouse, taken: Warehouse, registry: Registry, path: Path, moment: datetime) -> Excerpt:
    counts = " + ".join(f"(SELECT COUNT(*) FROM {contract.full_name})" for contract in registry.raw.values())
    games, final = taken.rows("SELECT COUNT(*), COUNT(*) FILTER (WHERE is_final) FROM raw.games_current")[0]
    first = origin.value("SELECT MIN(known_at) FROM raw.games")
    return Excerpt(
        path, moment, int(taken.value(f"SELECT {counts}")), int(origin.value(f"SELECT {counts}")), games, final, first
    )
