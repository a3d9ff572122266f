"""What the tests of the engine share: leagues, clocks, warehouses, and what is compared between them."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from backcourt.checks.verify import Verdict, verify
from backcourt.clock import FixedClock
from backcourt.engine.plan import make_plan
from backcourt.engine.registry import Registry, default_registry
from backcourt.engine.run import RunReport, Unit, backfill
from backcourt.seasons import DateRange, Scope
from backcourt.sources.local.adapter import IngestReport
from backcourt.sources.simulated import LeagueSize
from backcourt.sources.simulated.source import ingest_simulated
from backcourt.warehouse.duckdb import Warehouse

TINY = LeagueSize(teams=4, dates=6)
"""The league of most tests: 4 teams, 6 dates, 3 x 6 partitions; a fault in it is as good as one in thirty teams."""

SEASON = "2021-22"
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
TABLES = ("team_offense_game_summary", "team_defense_game_summary", "player_game_summary")

POST = Registry(default_registry().raw, {name: default_registry().built[name] for name in TABLES})
"""The three post-game tables alone: what the engine does with a table it does with twelve, and three take less time."""

Line = dict[str, str]


def clock(hours: int = 0) -> FixedClock:
    """A clock that stands so many hours after noon of the tests' day."""
    return FixedClock(NOON + timedelta(hours=hours))


@dataclass(frozen=True)
class Workshop:
    """An open warehouse with the registry and the folder that it is fed from."""

    warehouse: Warehouse
    registry: Registry
    folder: Path

    def ingest(self, hours: int = 0, *, max_vanishing: float = 0.05) -> IngestReport:
        return ingest_simulated(self.warehouse, self.registry, self.folder, clock(hours), max_vanishing=max_vanishing)

    def backfill(self, scope: Scope | None = None, *, unit: Unit = "season", force: bool = False) -> RunReport:
        return backfill(self.warehouse, self.registry, scope or Scope(), clock(), unit=unit, force=force)

    def verify(self, scope: Scope | None = None) -> Verdict:
        return verify(self.warehouse, self.registry, scope or Scope())

    def due(self) -> dict[str, set[date]]:
        """The dates that would run, per table; tables with none are left out."""
        plan = make_plan(self.warehouse, self.registry, Scope())
        return {each.table.name: {due.game_date for due in each.due} for each in plan.tables if each.due}

    def hashes(self) -> dict[tuple[str, date], str]:
        """The partition hash of every partition on record."""
        return partition_hashes(self.warehouse)

    def read(self, table: str) -> list[Line]:
        """The lines of a file of the folder."""
        return read_csv(self.file(table))

    def write(self, table: str, lines: list[Line]) -> None:
        """Rewrite a file of the folder under the header it has."""
        write_csv(self.file(table), lines)

    def file(self, table: str) -> Path:
        """The file of a table, with or without a season in its name."""
        seasonal = self.folder / f"{table}_{SEASON}.csv"
        return seasonal if seasonal.exists() else self.folder / f"{table}.csv"


@contextmanager
def workshop(path: Path, folder: Path, *, threads: int = 1) -> Iterator[Workshop]:
    """Open (or create) a warehouse at `path`, fed from `folder`."""
    with Warehouse.open(path, threads=threads) as warehouse:
        yield Workshop(warehouse, POST, folder)


@contextmanager
def copied(built: Path, league: Path, into: Path) -> Iterator[Workshop]:
    """A built warehouse and the league it came from, both copied so that they may be harmed."""
    into.mkdir(parents=True, exist_ok=True)
    shutil.copy(built, into / "w.duckdb")
    shutil.copytree(league, into / "league")
    with workshop(into / "w.duckdb", into / "league") as shop:
        yield shop


def partition_hashes(warehouse: Warehouse) -> dict[tuple[str, date], str]:
    """The partition hash of every partition on record, closed ones (of no rows) left out."""
    rows = warehouse.rows(
        "SELECT table_name, game_date, partition_hash FROM ledger.partitions WHERE rows > 0 AND state = 'verified'"
    )
    return {(table.partition(".")[2], game_date): digest for table, game_date, digest in rows}


def contents(warehouse: Warehouse) -> dict[str, tuple[int, str]]:
    """Rows and a digest of every table of the warehouse, ledger and bookkeeping included."""
    names = warehouse.rows(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
        " AND table_schema IN ('raw', 'analytics', 'precompute', 'ledger') ORDER BY 1"
    )
    return {
        name: warehouse.rows(f"SELECT COUNT(*), md5(CAST(COALESCE(SUM(hash(t)), 0) AS VARCHAR)) FROM {name} AS t")[0]
        for (name,) in names
    }


def on_dates(*days: date) -> Scope:
    """The scope of single dates."""
    return Scope(dates=tuple(DateRange(day, day) for day in days))


def read_csv(path: Path) -> list[Line]:
    """The lines of a CSV file by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_csv(path: Path, lines: list[Line], header: list[str] | None = None) -> None:
    """Rewrite a CSV file, under the header it has unless another is given."""
    if header is None:
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
