"""Can the warehouse be read and written, is it nobody else's, and is its ledger one that this Backcourt wrote?"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from backcourt.checks.finding import Finding, attempt
from backcourt.checks.preflight import MISSING_HINT
from backcourt.checks.preflight.ground import Ground
from backcourt.engine import events, ledger
from backcourt.engine.contract import Contract
from backcourt.engine.raw import BOOKKEEPING
from backcourt.errors import LockedError, WarehouseError
from backcourt.warehouse.duckdb import ENGINE_VERSION, Warehouse

SHOWN = 5
_BOOKKEEPING_TYPES = {name: kind.partition(" ")[0] for name, kind in BOOKKEEPING.items()}


class _Undone(Exception):  # noqa: N818 (it is no error)
    """Ends a transaction that was only to show that it could be made."""


def warehouse(ground: Ground) -> Iterator[Finding]:
    """The file is there and opens."""
    if ground.warehouse is None:
        refused = ground.refused or WarehouseError(f"{ground.path} is not open.")
        yield Finding("warehouse", "fail", refused.message, hint=refused.hint)
        return
    if not ledger.exists(ground.warehouse):
        hint = "Name the right file with --warehouse, or fill this one with  backcourt ingest SOURCE"
        yield Finding("warehouse", "fail", f"{ground.path} opens, and no source was ever ingested into it", hint=hint)
        return
    kind = ledger.meta(ground.opened, "kind")
    moment = ledger.as_of(ground.opened)
    size = ground.path.stat().st_size
    known = f", as known at {moment.isoformat()}" if moment else ""
    said = f"{ground.path} opens: {kind or 'no'} data{known}, {size / 1e6:,.1f} MB"
    yield Finding("warehouse", "pass", said, "", {"kind": kind, "bytes": size})


def writable(ground: Ground) -> Iterator[Finding]:
    """A row can be written, and is taken back; a file can be written beside the warehouse, and is gone again."""
    folder = ground.path.absolute().parent
    try:
        _write_beside(folder)
    except OSError as error:
        said = f"no file can be written in {folder}: {error.strerror}"
        yield Finding("writable", "fail", said, "folder", hint="Correct its rights, or name another with --warehouse.")
    else:
        yield Finding("writable", "pass", f"{folder} takes files", "folder")
    if ground.warehouse is None and not ground.path.exists():
        return
    if ground.refused is not None:
        yield Finding("writable", "fail", ground.refused.message, "file", hint=ground.refused.hint)
        return
    yield from attempt("writable", "file", lambda: _written_and_undone(ground))


def _written_and_undone(ground: Ground) -> Iterator[Finding]:
    _write_and_undo(ground.opened)
    yield Finding("writable", "pass", "a row was written and taken back", "file")


def _write_beside(folder: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".backcourt-") as file:
        file.write(b"preflight")
        file.flush()
        os.fsync(file.fileno())


def _write_and_undo(opened: Warehouse) -> None:
    try:
        with opened.transaction():
            opened.insert("ledger.meta", [("preflight", "to be taken back")])
            raise _Undone
    except _Undone:
        left = ledger.meta(opened, "preflight")
    if left is not None:
        raise WarehouseError("a row that was taken back is still there")


def lease(ground: Ground) -> Iterator[Finding]:
    """Nobody else has the warehouse, and no run was left without an end."""
    if isinstance(ground.refused, LockedError):
        yield Finding("lease", "fail", ground.refused.message, hint=ground.refused.hint)
        return
    # Whoever has the file alone, or reads it, knows that no other process is writing to it.
    left = (
        ground.opened.rows("SELECT run_id, pid, host FROM ledger.runs WHERE outcome = 'running' ORDER BY ordinal")
        if ground.warehouse is not None
        else []
    )
    dead = ground.warehouse.taken_from if ground.warehouse is not None else None
    if dead:
        said = f"process {dead.pid} {dead}, had it and is gone; what it committed stays"
        yield Finding("lease", "warn", said, hint="Its lease was taken over. Look for what ended it.")
    for run_id, pid, host in left:
        said = f"run {run_id} of process {pid} on {host} never ended; what it committed stays"
        yield Finding("lease", "warn", said, hint="The next  backcourt backfill  closes its record and goes on.")
    if not left and not dead:
        yield Finding("lease", "pass", "no other process has the warehouse")


def ledger_version(ground: Ground) -> Iterator[Finding]:
    """The ledger has the tables of this version, and its fingerprints are those of this engine."""
    try:
        opened = ground.opened
    except WarehouseError as error:
        if ground.warehouse is None:
            raise
        yield Finding("ledger", "fail", error.message, hint=error.hint)
        return
    if missing := ledger.missing_tables(opened):
        yield Finding("ledger", "fail", f"{', '.join(missing)} is gone", "schema", hint=MISSING_HINT)
    else:
        yield Finding("ledger", "pass", f"version {ledger.SCHEMA_VERSION}", "schema")
    written_by = ledger.meta(opened, "engine")
    if written_by == ENGINE_VERSION:
        yield Finding("ledger", "pass", str(written_by), "engine")
    else:
        said = f"its fingerprints were written by {written_by}; this is {ENGINE_VERSION}"
        hint = "Run  backcourt backfill  once: it writes them anew, and rebuilds nothing for that."
        yield Finding("ledger", "warn", said, "engine", hint=hint)


def contracts(ground: Ground) -> Iterator[Finding]:
    """All contracts can be read, and stored tables are there and have their columns."""
    registry = ground.registry
    said = f"{len(registry.raw)} raw and {len(registry.ordered)} built tables"
    if ground.warehouse is None:
        yield Finding("contracts", "pass", said)
        return
    stored, built = _stored_columns(ground.opened), _built_tables(ground.opened)
    found = [
        finding
        for contract in [*registry.raw.values(), *(table.contract for table in registry.ordered)]
        for finding in _compared(contract, stored.get(contract.full_name), contract.full_name in built)
    ]
    yield from found or [Finding("contracts", "pass", said)]


def _compared(contract: Contract, stored: dict[str, str] | None, is_built: bool) -> Iterator[Finding]:
    wanted = {column.name: column.sql_type for column in contract.columns}
    wanted |= _BOOKKEEPING_TYPES if contract.kind == "raw" else {"data_hash": "VARCHAR"}
    if stored is None:
        if contract.kind == "raw" or is_built:
            hint = "Run  backcourt verify: it marks what the ledger vouches for and is gone."
            yield Finding("contracts", "fail", "the table is gone", contract.full_name, hint=hint)
    elif stored != wanted:
        others = sorted(name for name in wanted.keys() | stored.keys() if wanted.get(name) != stored.get(name))
        said = f"its stored columns are not those of its contract: {', '.join(others)}"
        figures = {"columns": others}
        if contract.kind == "raw":
            hint = "Build a fresh warehouse from the same sources; a raw table is never altered."
            yield Finding("contracts", "fail", said, contract.full_name, figures, hint=hint)
        else:
            hint = "The next  backcourt backfill  alters the table and rebuilds its rows."
            yield Finding("contracts", "warn", said, contract.full_name, figures, hint=hint)


def _built_tables(opened: Warehouse) -> set[str]:
    """Tables of which the ledger knows a partition with rows."""
    return {row[0] for row in opened.rows("SELECT DISTINCT table_name FROM ledger.partitions WHERE rows > 0")}


def _stored_columns(opened: Warehouse) -> dict[str, dict[str, str]]:
    """Per table its columns with their types; one look at the catalogue, as describing each table takes a second."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in opened.rows(
        "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns()"
        " WHERE schema_name IN ('raw', 'analytics', 'precompute')"
    ):
        found.setdefault(table, {})[column] = kind
    return found


def seals(ground: Ground) -> Iterator[Finding]:
    """No row of the ledger was changed by other hands."""
    opened = ground.opened
    written_by = ledger.meta(opened, "engine")
    if written_by != ENGINE_VERSION:
        said = f"they were written by {written_by}, and this is {ENGINE_VERSION}: nothing can be compared"
        yield Finding("seals", "warn", said, hint="Run  backcourt backfill  once: it writes them anew.")
        return
    broken = ledger.broken_seals(opened)
    for seal in broken[:SHOWN]:
        hint = "Run  backcourt verify: it marks what can be rebuilt; --accept-ledger settles the rest."
        yield Finding("seals", "fail", str(seal), seal.ledger_table, hint=hint)
    if len(broken) > SHOWN:
        yield Finding("seals", "fail", f"... and {len(broken) - SHOWN} more", figures={"broken": len(broken)})
    if not broken:
        count = opened.value("SELECT COUNT(*) FROM ledger.seals")
        yield Finding("seals", "pass", f"{count:,} are unbroken", "", {"seals": count})


def event_file(ground: Ground) -> Iterator[Finding]:
    """A run can append to the event file, and what is in it can be read."""
    path = events.events_path(ground.path)
    hint = f"Correct the rights of {path}, or remove it: it only tells what runs did."
    try:
        if path.exists():
            path.open("ab").close()
        else:
            _write_beside(path.absolute().parent)
        is_empty = not path.exists() or not path.stat().st_size
        count = len(events.newest_run(ground.path))
    except OSError as error:
        yield Finding("event file", "fail", f"{path} cannot be written: {error.strerror}", hint=hint)
        return
    if is_empty:
        yield Finding("event file", "pass", "it can be written; nothing is in it yet")
    elif count:
        yield Finding("event file", "pass", f"{path.name} can be written; {count} events of the newest run can be read")
    else:
        # A piece of a line is what a killed process leaves; a file without one event is something else.
        yield Finding("event file", "fail", f"{path} holds no event", hint=hint)
