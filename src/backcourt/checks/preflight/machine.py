"""Has the machine the room, the memory and the time of day that the plan needs?"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from backcourt.checks.finding import Finding, Outcome
from backcourt.checks.preflight.ground import Ground
from backcourt.seasons import EASTERN, EPOCH
from backcourt.settings import size_in_bytes
from backcourt.warehouse.duckdb import Warehouse

# What a partition takes in the file of four real seasons, all tables built: 304 MB for 10,150 of them.
BYTES_A_PARTITION = 30_000
# What a process needs beside the engine: the interpreter, its libraries and the plan.
OVERHEAD = 400_000_000
# Room for the log and for old rows until the file is tidied.
SLACK = 2

CGROUPS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))

# What the clocks of New York said: before and after both changes of a year.
_KNOWN = tuple(
    (datetime.fromisoformat(utc), datetime.fromisoformat(eastern))
    for utc, eastern in (
        ("2021-10-20 02:30", "2021-10-19 22:30"),
        ("2021-11-07 05:59", "2021-11-07 01:59"),
        ("2021-11-07 06:01", "2021-11-07 01:01"),
        ("2022-01-01 04:59", "2021-12-31 23:59"),
        ("2022-03-13 06:59", "2022-03-13 01:59"),
        ("2022-03-13 07:00", "2022-03-13 03:00"),
    )
)


def disk(ground: Ground) -> Iterator[Finding]:
    """The folder of the warehouse has room for what the plan would write."""
    free = shutil.disk_usage(_existing(ground.path)).free
    if ground.warehouse is None:
        yield Finding(
            "disk", "pass", f"{_size(free)} free; nothing is planned before a warehouse is there", "", {"free": free}
        )
        return
    partitions = ground.plan.partitions
    each = max(BYTES_A_PARTITION, _bytes_a_partition(ground.opened))
    needed = partitions * each
    figures = {"free": free, "needed": needed, "partitions": partitions, "bytes_a_partition": each}
    said = f"{_size(free)} free; {partitions:,} partitions take about {_size(needed)}"
    outcome: Outcome = "fail" if free < needed else "warn" if free < SLACK * needed else "pass"
    hint = f"Free some room in {_existing(ground.path)}, or plan less at once." if outcome != "pass" else ""
    yield Finding("disk", outcome, said, "", figures, hint=hint)


def _bytes_a_partition(warehouse: Warehouse) -> int:
    """Measured: of the file's size the share of the values that built tables hold, over their partitions."""
    built, held = warehouse.rows(
        "SELECT SUM(rows) FILTER (WHERE NOT starts_with(table_name, 'raw.')), SUM(rows) FROM ledger.column_fingerprints"
    )[0]
    partitions = warehouse.value("SELECT COUNT(*) FROM ledger.partitions WHERE rows > 0")
    if warehouse.path is None or not built or not partitions:
        return 0
    return int(warehouse.path.stat().st_size * built / held / partitions)


def memory(ground: Ground) -> Iterator[Finding]:
    """The memory that the engine may take is there, with room for the process around it."""
    limit, held = size_in_bytes(ground.settings.memory_limit), machine_memory()
    figures = {"limit": limit, "machine": held, "overhead": OVERHEAD}
    said = f"the engine may take {_size(limit)} before it spills to disk; the machine has {_size(held)}"
    outcome: Outcome = "fail" if limit > held else "warn" if limit + OVERHEAD > held else "pass"
    hint = "Lower BACKCOURT_MEMORY_LIMIT: more spills to disk, the result is the same." if outcome != "pass" else ""
    yield Finding("memory", outcome, said, "", figures, hint=hint)


def machine_memory(cgroups: Sequence[Path] = CGROUPS) -> int:
    """Bytes of memory that this process may have: the machine's, or less in a container; raises OSError if unknown."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError) as error:
        raise OSError("the machine does not tell how much memory it has") from error
    granted = [int(text) for path in cgroups if path.exists() and (text := path.read_text().strip()).isdigit()]
    return min([total, *granted])


def clock(ground: Ground) -> Iterator[Finding]:
    """It is later than anything that the warehouse remembers, and than the first game."""
    now = ground.clock.now()
    offset = now.utcoffset()
    if offset is None or offset != timedelta(0):
        yield Finding("clock", "fail", f"{now.isoformat()} is not UTC", hint="Moments are kept in UTC; see clock.py.")
        return
    newest, what = _newest(ground.opened) if ground.warehouse is not None else (None, "")
    newest = newest or datetime.fromisoformat(EPOCH.isoformat())
    what = what or "first game"
    figures = {"now": now, "newest": newest, "newest_is": what}
    said = f"it is {now:%Y-%m-%d %H:%M:%S} UTC, Eastern date {ground.clock.today_eastern()}; the {what} was at {newest:%Y-%m-%d %H:%M:%S}"
    if now.replace(tzinfo=None) < newest:
        hint = "Set the clock: what is ingested or built now would seem older than what is there."
        yield Finding("clock", "fail", said, "", figures, hint=hint)
    else:
        yield Finding("clock", "pass", said, "", figures)


def _newest(warehouse: Warehouse) -> tuple[datetime | None, str]:
    """The newest moment that the ledger knows, and of what."""
    row = warehouse.rows(
        """SELECT MAX(moment), arg_max(what, moment) FROM (
          SELECT MAX(ingested_at) AS moment, 'newest ingest' AS what FROM ledger.ingests
          UNION ALL SELECT MAX(committed_at), 'newest commit' FROM ledger.partitions
          UNION ALL SELECT MAX(started_at), 'newest run' FROM ledger.runs
          UNION ALL SELECT MAX(certified_at), 'newest certificate' FROM ledger.certificates
          UNION ALL SELECT MAX(reviewed_at), 'newest review' FROM ledger.reviews)"""
    )[0]
    return row[0], row[1] or ""


def time_zone(ground: Ground, zone: tzinfo = EASTERN) -> Iterator[Finding]:
    """Python and the engine both know when it was what time in New York: a game's date depends on it."""
    with Warehouse.in_memory() as aside:
        wrong = [*_wrong_in_python(zone), *_wrong_in_engine(aside)]
    hint = "Install the time zone data of the system, or  pip install tzdata" if wrong else ""
    said = (
        "; ".join(wrong)
        if wrong
        else f"Python and the engine agree with {len(_KNOWN)} known moments of US/Eastern time"
    )
    yield Finding("time zone", "fail" if wrong else "pass", said, hint=hint)


def _wrong_in_python(zone: tzinfo) -> Iterator[str]:
    for utc, eastern in _KNOWN:
        found = utc.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        if found != eastern:
            yield f"Python takes {utc} UTC for {found} Eastern, and it was {eastern}"
            return


def _wrong_in_engine(aside: Warehouse) -> Iterator[str]:
    for utc, eastern in _KNOWN:
        found = aside.value("SELECT timezone('America/New_York', timezone('UTC', ?::TIMESTAMP))", [utc])
        if found != eastern:
            yield f"the engine takes {utc} UTC for {found} Eastern, and it was {eastern}"
            return


def _existing(path: Path) -> Path:
    """The nearest folder above a path that is there."""
    return next(folder for folder in path.absolute().parents if folder.is_dir())


def _size(count: int) -> str:
    return f"{count / 1e9:,.1f} GB" if count >= 1e8 else f"{count / 1e6:,.1f} MB"
