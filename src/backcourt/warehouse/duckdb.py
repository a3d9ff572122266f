"""The DuckDB warehouse: one file that holds raw tables, built tables and the ledger.

The rest of Backcourt sees `Warehouse` and its few methods; a second engine implements the same ones.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from backcourt.clock import Clock, SystemClock
from backcourt.errors import BackcourtError, LockedError, WarehouseError
from backcourt.seasons import eastern_date
from backcourt.warehouse.lease import TIMEOUT, Holder, Lease, holder_of
from backcourt.warehouse.room import refuse_too_small_a_limit

SCHEMAS = ("raw", "analytics", "precompute", "previous", "ledger")
"""The schemas of a warehouse, by what they hold."""

ENGINE_VERSION = f"duckdb {duckdb.__version__}"

Row = tuple[Any, ...]

_BATCH = 2048
_PARSED_AT_MOST = 1000
_PARSED: dict[str, duckdb.Statement] = {}
_INTERRUPTED = "Query interrupted"
_LOCK_HOLDER = re.compile(r"held in (?P<program>\S+) \(PID (?P<pid>\d+)\)")
_TOUCHES_DATA = re.compile(r"\b(raw\.(?!unresolved\b)|analytics\.|precompute\.)\w+", re.IGNORECASE)


class QueryError(Exception):
    """A statement failed in the engine; `str` is the engine's own message."""


class Warehouse:
    """An open warehouse.

    `data_statements` counts the statements that named a raw or built table, so that "nothing was touched" is
    a figure and not a claim.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        path: Path | None,
        *,
        read_only: bool,
        clock: Clock | None = None,
        horizon_days: int = 1,
        lease: Lease | None = None,
    ) -> None:
        self._connection = connection
        self._lease = lease
        self._clock = clock or SystemClock()
        self._horizon_days = horizon_days
        self.path = path
        self.read_only = read_only
        self.data_statements = 0
        self._in_transaction = False

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        read_only: bool = False,
        threads: int | None = None,
        memory_limit: str | None = None,
        lock_timeout: float = 0.0,
        lease_timeout: float = TIMEOUT,
        clock: Clock | None = None,
        horizon_days: int = 1,
    ) -> Warehouse:
        """Open the file at `path`, creating it unless `read_only`; who opens it to write holds its lease until it is closed.

        Raises LockedError when another process still has it after `lock_timeout` seconds, WarehouseError when it
        cannot be opened for any other reason. The lease of a holder that is dead, or was not heard of for
        `lease_timeout` seconds, is taken over.
        """
        if read_only and not path.exists():
            raise WarehouseError.missing(path)
        _refuse_name(path)
        if not read_only:
            refuse_too_small_a_limit(path)
        config: dict[str, str | bool | int | float | list[str]] = {}
        if threads is not None:
            config["threads"] = threads
        if memory_limit is not None:
            config["memory_limit"] = memory_limit
        clock = clock or SystemClock()
        connection = _connect(path, read_only, config, time.monotonic() + lock_timeout)
        try:
            lease = None if read_only else Lease.take(path, clock, lease_timeout)
        except BackcourtError:
            connection.close()
            raise
        return cls(_prepare(connection), path, read_only=read_only, clock=clock, horizon_days=horizon_days, lease=lease)

    @classmethod
    def in_memory(cls, threads: int | None = None, clock: Clock | None = None) -> Warehouse:
        """A warehouse that lives as long as the object."""
        connection = duckdb.connect(":memory:", config={} if threads is None else {"threads": threads})
        return cls(_prepare(connection), None, read_only=False, clock=clock)

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and give up lease and lock; closing it again does nothing."""
        lease, self._lease = self._lease, None
        try:
            if lease:
                # Before the lock: who gets that next must not find a lease of somebody who lives.
                lease.release()
        finally:
            self._connection.close()

    @property
    def taken_from(self) -> Holder | None:
        """The dead process whose lease was taken over when the warehouse was opened to write."""
        return self._lease.taken_from if self._lease else None

    def now(self) -> datetime:
        """This moment, by the clock that the warehouse was opened with."""
        return self._clock.now()

    def horizon(self, as_of: datetime | None = None) -> date:
        """The last date that pre-game tables reach to: the Eastern date of today, or of a moment, and `horizon_days` more."""
        today = eastern_date(as_of) if as_of else self._clock.today_eastern()
        return today + timedelta(days=self._horizon_days)

    def execute(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> None:
        """Run one statement; raises QueryError with the engine's message."""
        self._run(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> list[Row]:
        """All rows of a query."""
        # Rows are computed while they are fetched, so a query may fail here too.
        with _translating():
            return self._run(sql, parameters).fetchall()

    def stream(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> Iterator[Row]:
        """Rows of a query one by one, a batch at a time in memory; run no other statement before the last one."""
        result = self._run(sql, parameters)
        while True:
            with _translating():
                batch = result.fetchmany(_BATCH)
            if not batch:
                return
            yield from batch

    def value(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> Any:
        """The first column of the first row of a query, or None without rows."""
        # All rows are fetched: a result that is left open would stand in the way of the next relation.
        found = self.rows(sql, parameters)
        return found[0][0] if found else None

    def arrow(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None = None) -> Any:
        """The result of a query as a pyarrow Table; raises ImportError where pyarrow is not installed."""
        self._count(sql)
        with _translating():
            # A relation hands its rows over as they are; the result of `execute` would be copied once more.
            return self._connection.sql(sql, params=parameters).to_arrow_table()

    def insert(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Insert a few rows given as Python values (bulk data goes through SQL)."""
        if not rows:
            return
        # One statement; with a statement for each row the planning would take most of the time.
        marks = ", ".join("?" for _ in rows[0])
        values = ", ".join(f"({marks})" for _ in rows)
        self._run(f"INSERT INTO {table} VALUES {values}", [value for row in rows for value in row])

    def describe(self, relation: str) -> list[tuple[str, str]]:
        """Name and type of each column of a relation."""
        return [(row[0], row[1]) for row in self._run(f"DESCRIBE SELECT * FROM {relation}", None).fetchall()]

    @contextmanager
    def attached(self, other: Warehouse, name: str) -> Iterator[None]:
        """The tables of another warehouse's file to read from, as the catalog `name`; raises LockedError or WarehouseError.

        Within it `has_table` sees the tables of both.
        """
        literal = "'" + str(other.path).replace("'", "''") + "'"
        try:
            self._connection.execute(f"ATTACH {literal} AS {name} (READ_ONLY)")
        except duckdb.Error as error:
            if "already attached" in str(error):
                raise LockedError(
                    f"The warehouse {other.path} is open for writing in this process.", "Open it with read_only=True."
                ) from error
            raise WarehouseError(f"The warehouse {other.path} cannot be read: {_first_line(error)}") from error
        try:
            yield
        finally:
            self._connection.execute(f"DETACH {name}")

    def has_table(self, schema: str, name: str) -> bool:
        """Whether a table or view exists."""
        # The information schema would describe every table to find one.
        found = """SELECT COUNT(*) FROM (SELECT schema_name, table_name FROM duckdb_tables()
          UNION ALL SELECT schema_name, view_name FROM duckdb_views()) WHERE schema_name = ? AND table_name = ?"""
        return bool(self.value(found, [schema, name]))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is committed as one, or nothing is.

        Any exception rolls back: a COMMIT after a failed statement would return without an error and store nothing.
        """
        self._run("BEGIN TRANSACTION", None)
        self._in_transaction = True
        try:
            yield
            if self._lease:
                self._lease.confirm()
            self._run("COMMIT", None)
        except BaseException:
            # A failed COMMIT has already ended the transaction; only then may ROLLBACK find nothing to undo.
            self._roll_back()
            raise
        finally:
            self._in_transaction = False

    @contextmanager
    def beside(self) -> Iterator[str]:
        """A scratch database in a file beside the warehouse, attached under the name given; it is gone afterwards.

        Raises WarehouseError where the file cannot be written. Nothing in the warehouse may depend on it.
        """
        path = None if self.path is None else self.path.with_name(self.path.name + ".beside")
        # Only the holder of the warehouse comes here, so what lies there was left by a process that was killed.
        _remove(path)
        literal = "':memory:'" if path is None else "'" + str(path).replace("'", "''") + "'"
        self._run(f"ATTACH {literal} AS beside", None)
        try:
            yield "beside"
        finally:
            self._run("DETACH beside", None)
            _remove(path)

    @contextmanager
    def scratch(self) -> Iterator[str]:
        """A scratch database in memory, attached under the name given; also beside a warehouse that is open read-only."""
        self._run("ATTACH ':memory:' AS scratch (READ_WRITE)", None)
        try:
            yield "scratch"
        finally:
            self._run("DETACH scratch", None)

    def _roll_back(self) -> None:
        try:
            self._connection.execute("ROLLBACK")
        except (duckdb.TransactionException, duckdb.FatalException, duckdb.ConnectionException) as error:
            if "no transaction is active" not in str(error) and not isinstance(error, duckdb.FatalException):
                raise _translated(error) from error

    def _run(self, sql: str, parameters: Sequence[Any] | dict[str, Any] | None) -> duckdb.DuckDBPyConnection:
        self._count(sql)
        with _translating():
            return self._connection.execute(self._parsed(sql), parameters)

    def _parsed(self, sql: str) -> str | duckdb.Statement:
        """The statement, parsed once per process: a run says the same for each unit, and parsing is a fifth of the work."""
        if sql not in _PARSED:
            statements = self._connection.extract_statements(sql)
            if len(statements) != 1:
                return sql
            if len(_PARSED) == _PARSED_AT_MOST:
                _PARSED.clear()
            _PARSED[sql] = statements[0]
        return _PARSED[sql]

    def _count(self, sql: str) -> None:
        if _TOUCHES_DATA.search(sql):
            self.data_statements += 1


def _remove(path: Path | None) -> None:
    """Take away a scratch database with its log."""
    if path is not None:
        for each in (path, path.with_name(path.name + ".wal")):
            each.unlink(missing_ok=True)


def _prepare(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    # Results never depend on the order of insertion or on the time zone of the machine.
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET enable_progress_bar = false")
    return connection


def _refuse_name(path: Path) -> None:
    """The engine names a database by its file, and cannot tell `raw` the database from `raw` the schema."""
    name = path.name.partition(".")[0]
    if name.lower() in SCHEMAS:
        raise WarehouseError(
            f"A warehouse cannot be called {path.name}: {name} is one of its schemas.",
            f"Give the file another name, such as  nba_{name}.duckdb",
        )


def _connect(
    path: Path, read_only: bool, config: dict[str, str | bool | int | float | list[str]], deadline: float
) -> duckdb.DuckDBPyConnection:
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only, config=config)
        except duckdb.Error as error:
            holder = _LOCK_HOLDER.search(str(error))
            if holder is None:
                raise WarehouseError(
                    f"The warehouse {path} cannot be opened: {_first_line(error)}",
                    "Check that the folder exists and is writable and that the file is a Backcourt warehouse.",
                ) from error
            if time.monotonic() >= deadline:
                raise LockedError(
                    f"The warehouse {path} is in use by process {holder['pid']} ({holder['program']}){_told_of(path, holder['pid'])}.",
                    "Wait for it, or raise --lock-timeout; `backcourt status` works meanwhile.",
                ) from error
            time.sleep(0.05)


def _told_of(path: Path, pid: str) -> str:
    """What the lease says of the process that has the lock; a process that only reads has none."""
    try:
        holder = holder_of(path)
    except WarehouseError as error:
        return f" ({error.message})"
    return f" {holder}" if holder and str(holder.pid) == pid else ""


@contextmanager
def _translating() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise _translated(error) from error
    except RuntimeError as error:
        # Within a statement the engine takes Ctrl-C and raises this in its place.
        if str(error) == _INTERRUPTED:
            raise KeyboardInterrupt from error
        raise


def _translated(error: duckdb.Error) -> Exception:
    # Out of room, out of memory and a file that broke under us are the user's to mend; the rest is a failed query.
    if "Corrupt database file" in str(error):
        return WarehouseError(
            f"The warehouse file is damaged: {_first_line(error)}",
            "Bring back a copy of it, or build a fresh warehouse from the same sources.",
        )
    out_of_means = isinstance(error, duckdb.IOException | duckdb.FatalException | duckdb.OutOfMemoryException)
    if out_of_means or "Failed to commit" in str(error):
        return WarehouseError(
            f"The warehouse could not go on: {_first_line(error)}",
            "Check free space, file rights and limits; the last committed state is intact.",
        )
    return QueryError(str(error))


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().splitlines()[0]
