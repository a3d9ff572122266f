"""The exception tree. Every message says what, which value, where and what to do.

BackcourtError                 exit code
├── ContractError              1   a table's folder contradicts itself
├── BuildError                 1   a table's SQL failed or broke its contract
├── IncompleteError            1   expected partitions are not verified
├── UsageError                 2   a request that cannot be meant
├── LockedError                4   another process has the warehouse
├── SourceError                5   a source's data is not what it should be
└── WarehouseError             5   the warehouse cannot be read or written
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class BackcourtError(Exception):
    """Base of all errors that a user can act on: a message, a hint and an exit code."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n\nHint: {self.hint}" if self.hint else self.message


def _did_you_mean(name: str, available: Iterable[str]) -> str:
    close = get_close_matches(name, list(available), n=3, cutoff=0.4)
    if close:
        return f"Did you mean {', '.join(close)}?"
    return f"Known names: {', '.join(sorted(available))}."


class ContractError(BackcourtError):
    """A table's folder contradicts itself, or names something that does not exist."""

    @classmethod
    def unreadable(cls, path: Path, reason: str) -> ContractError:
        return cls(f"{path}: not a valid contract: {reason}", "Compare it with another table's contract.yaml.")

    @classmethod
    def unknown_column(cls, table: str, column: str, available: Iterable[str]) -> ContractError:
        return cls(f"{table} has no column {column!r}.", _did_you_mean(column, available))

    @classmethod
    def rejected_sql(cls, where: str, what: str, why: str) -> ContractError:
        return cls(
            f"{where}: {what} is not in the portable subset: {why}", "See docs/tables.md, 'The portable subset'."
        )


class BuildError(BackcourtError):
    """A table's SQL failed, or its result breaks the contract."""

    @classmethod
    def failed(cls, table: str, dates: str, reason: str) -> BuildError:
        return cls(
            f"{table} for {dates} could not be built: {reason}",
            f"See what it reads with  backcourt explain {table.split('.')[-1]} DATE",
        )


class IncompleteError(BackcourtError):
    """Expected partitions are not verified."""

    @classmethod
    def not_verified(cls, table: str, trouble: int, reached: int, first: str) -> IncompleteError:
        return cls(
            f"{table}: {trouble} of {reached} partitions are not verified, {first} first.",
            "Run  backcourt backfill  first, or take what is stored with --allow-incomplete (allow_incomplete=True).",
        )

    @classmethod
    def unknown_seasons(cls, table: str, seasons: Iterable[str]) -> IncompleteError:
        return cls(
            f"{table}: no game of {', '.join(seasons)} is in the schedule, so nothing of it can be called complete.",
            "Ingest that season or leave it out, or take what is stored with --allow-incomplete (allow_incomplete=True).",
        )


class UsageError(BackcourtError):
    """A request that cannot be meant."""

    exit_code = 2

    @classmethod
    def unknown_table(cls, name: str, available: Iterable[str]) -> UsageError:
        return cls(f"There is no table {name!r}.", _did_you_mean(name, available))

    @classmethod
    def ambiguous_table(cls, name: str, meanings: Iterable[str]) -> UsageError:
        return cls(f"The name {name!r} is ambiguous.", f"Write {' or '.join(meanings)}.")

    @classmethod
    def unknown_column(cls, table: str, column: str, available: Iterable[str]) -> UsageError:
        return cls(f"{table} has no column {column!r}.", _did_you_mean(column, available))

    @classmethod
    def unknown_format(cls, name: str, known: Iterable[str]) -> UsageError:
        return cls(f"There is no format {name!r}.", f"Use one of {', '.join(known)}.")

    @classmethod
    def missing_library(cls, wanted: str, library: str) -> UsageError:
        return cls(
            f"The format {wanted!r} needs {library}, which is not installed.",
            f"Run  pip install 'backcourt[{wanted}]'  or take format='rows', which needs nothing.",
        )

    @classmethod
    def missing_extra(cls, module: str, extra: str) -> UsageError:
        return cls(f"{module} needs {extra}, which is not installed.", f"Run  pip install 'backcourt[{extra}]'")

    @classmethod
    def unknown_run(cls, run_id: str, newest: Iterable[str]) -> UsageError:
        known = list(newest)
        if not known:
            return cls(f"There is no run {run_id!r}: nothing has been run yet.", "Run  backcourt backfill  first.")
        return cls(
            f"There is no run {run_id!r}.", f"The newest are {', '.join(known)}; see  backcourt runs  for all of them."
        )

    @classmethod
    def bad_scope(cls, flag: str, value: str, why: str, example: str) -> UsageError:
        return cls(f"{flag} {value!r}: {why}.", f"Write for example  {flag} {example}")


class LockedError(BackcourtError):
    """Another process has the warehouse open."""

    exit_code = 4


class SourceError(BackcourtError):
    """A source's data is not what its mapping or the schedule says it should be."""

    exit_code = 5


class WarehouseError(BackcourtError):
    """The warehouse cannot be opened, read or written."""

    exit_code = 5

    @classmethod
    def missing(cls, path: Path) -> WarehouseError:
        return cls(f"There is no warehouse at {path}.", "Fill one with  backcourt ingest SOURCE")

    @classmethod
    def unwritable(cls, path: Path, reason: str) -> WarehouseError:
        return cls(f"{path} cannot be written: {reason}.", "Choose another --out, or free its folder.")
