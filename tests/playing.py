"""A warehouse and its source while something happens to them: deliveries, other code, runs, crashes.

A `Play` begins with a copy of a built warehouse and its files. Each step changes what the source says and perhaps the
code, delivers it, and runs something: all, a part, or until it crashes. At its `end` all is run once, and asked for the
same bytes as a full rebuild.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from backcourt.engine.intake import Delivery, receive, recount_offers
from backcourt.engine.registry import Registry, default_registry
from backcourt.engine.run import RunReport, Unit, backfill
from backcourt.seasons import DateRange, Scope, season_window
from backcourt.sources.local import ingest_folder
from backcourt.sources.local.reader import digest, open_file
from backcourt.sources.local.stage import stage as stage_file
from backcourt.sources.simulated import write_league
from backcourt.sources.simulated.source import own_mappings
from backcourt.warehouse.duckdb import Warehouse
from deliveries import ALL_TABLE_CHANGES, CHANGES, SMALL_CHANGES, UNREAD, Files, hold_back, table_of
from rebuilding import differences, fresh_hashes, troubled
from small_league import small_registry, write_small_league
from support import TINY, Workshop, clock, partition_hashes

STILL_TO_COME = 2
"""Dates of the last season that are not played yet when a play begins."""

SOURCE = "simulated"
Pick = tuple[str, int, int]  # the name of a change, which line, how


@dataclass(frozen=True)
class Run:
    """What is run: all, some dates and tables in some unit, perhaps by force, perhaps until a statement crashes."""

    dates: tuple[int, ...] = ()
    tables: tuple[str, ...] = ()
    unit: Unit = "season"
    force: bool = False
    with_upstream: bool = True
    crash_after: int | str | None = None


@dataclass(frozen=True)
class Step:
    """What a source says next, what becomes of the code, where the ingest crashes (after so many statements), what runs."""

    changes: tuple[Pick, ...] = ()
    code: str | None = None
    ingest_crash: int | None = None
    run: Run | None = None


@dataclass(frozen=True)
class Setting:
    """Where a play takes place: its league, its tables, and what may happen to the files there."""

    name: str
    league: Callable[[Path], None]
    registry: Callable[[frozenset[str]], Registry]
    changes: tuple[str, ...]
    unread: tuple[str, ...]


SMALL = Setting("small", write_small_league, lambda code: small_registry(code), SMALL_CHANGES, UNREAD)
"""Four tables that are read in every way, two seasons of four games."""
ALL_TABLES = Setting(
    "all tables",
    lambda folder: write_league(folder, [2021], seed=1, size=TINY),
    lambda code: default_registry(),
    ALL_TABLE_CHANGES,
    ("the same rows in another order",),
)
"""The tables that ship, on a league of six dates that has all of their raw tables."""
SETTINGS = {setting.name: setting for setting in (SMALL, ALL_TABLES)}


class Crash(BaseException):
    """The process ends here; nobody may catch it."""


class Fused(Warehouse):
    """A warehouse that crashes after so many statements, or at one with a text; what is rolled back is lost."""

    fuse: int | str | None = None

    def _run(self, sql: str, parameters: Any) -> Any:
        if isinstance(self.fuse, int):
            self.fuse -= 1
        if self.fuse == -1 or (isinstance(self.fuse, str) and self.fuse in sql):
            raise Crash
        return super()._run(sql, parameters)

    @contextmanager
    def fused(self, after: int | str | None) -> Iterator[None]:
        """Crash within; the process after it works again."""
        self.fuse = after
        try:
            yield
        except Crash:
            pass
        finally:
            self.fuse = None


class Play:
    """A league, its warehouse and the code of its tables, while something happens to them."""

    def __init__(self, setting: Setting, warehouse: Fused, files: Files) -> None:
        self.setting, self.warehouse, self.files = setting, warehouse, files
        self.folder = files.folder
        self.code: frozenset[str] = frozenset()
        self.undelivered: set[str] = set()
        self.hours = 0
        self.seen: Counter[str] = Counter()
        self.report: RunReport | None = None

    @property
    def registry(self) -> Registry:
        return self.setting.registry(self.code)

    @property
    def shop(self) -> Workshop:
        return Workshop(self.warehouse, self.registry, self.folder)

    def step(self, step: Step) -> None:
        """Do one step; what must make nothing due is held to it."""
        quiet = all(name in self.setting.unread for name, _, _ in step.changes) and step.code in (None, "comments")
        is_held = quiet and (step.changes or step.code) and not self.undelivered
        before = self.shop.due() if is_held else None
        for name, which, how in step.changes:
            CHANGES[name](self.files, which, how)
            self.seen[name] += 1
        if step.code:
            self.code ^= {step.code}
            self.seen[f"code: {step.code}"] += 1
        self.undelivered |= self.files.deliver()
        if self.undelivered:
            self.ingest(step.ingest_crash)
        if before is not None:
            assert self.shop.due() == before, f"{step} makes something due"
        if step.run:
            self.run(step.run)

    def ingest(self, crash_after: int | None = None) -> None:
        """Deliver the files that differ, unless it crashes; then they are delivered with the next."""
        self.hours += 1
        if crash_after is None:
            self._hand_over()
            self.seen["ingest"] += 1
            self.undelivered.clear()
            return
        tables = {table_of(name) for name in self.undelivered}
        mappings = [each for each in own_mappings(self.registry) if each.table in tables]
        with self.warehouse.fused(crash_after):
            ingest_folder(
                self.warehouse,
                self.registry,
                self.folder,
                clock(self.hours),
                source=SOURCE,
                kind=SOURCE,
                mappings=mappings,
                max_vanishing=1.0,
            )
            self.undelivered.clear()
        self.seen["a crash in an ingest" if self.undelivered else "ingest"] += 1

    def _hand_over(self) -> None:
        """What ingest does with each file, without looking at the folder, the seals and the plan around it."""
        mappings = {each.table: each for each in own_mappings(self.registry)}
        for name in sorted(self.undelivered, key=_in_order_of_reference):
            contract, path = self.registry.raw[table_of(name)], self.folder / f"{name}.csv"
            season = name.partition(f"{contract.name}_")[2]
            windows = (season_window(season),) if season else None
            delivery = Delivery(SOURCE, path.name, season or "all", digest(path), quarantines=False, windows=windows)
            relation = open_file(self.warehouse, path)
            with self.warehouse.transaction():
                stage_file(self.warehouse, contract, mappings[contract.name], relation, None)
                receive(self.warehouse, contract, delivery, clock(self.hours).now(), 1.0)
                if contract.name == "games":
                    recount_offers(self.warehouse, self.registry.raw.values())

    def run(self, run: Run) -> RunReport | None:
        """Run something; None when it crashes."""
        rows = self.warehouse.rows("SELECT DISTINCT game_date FROM ledger.schedule ORDER BY 1")
        days = [rows[number % len(rows)][0] for number in run.dates]
        scope = Scope(dates=tuple(DateRange(day, day) for day in days), tables=run.tables)
        self.report = None
        with self.warehouse.fused(run.crash_after):
            self.report = backfill(
                self.warehouse,
                self.registry,
                scope,
                clock(self.hours),
                unit=run.unit,
                force=run.force,
                with_upstream=run.with_upstream,
            )
        part = "part" if run.dates or run.tables else "all"
        self.seen[f"a run of {part}" if self.report else "a crash in a run"] += 1
        return self.report

    def end(self, *, verified: bool, fresh: bool) -> None:
        """Deliver and run what is left: then all is as after a full rebuild, and a second run writes nothing."""
        if self.undelivered:
            self.ingest()
        self.run(Run())
        found = differences(self.warehouse, self.registry)
        assert not found, found
        if verified:
            again = backfill(self.warehouse, self.registry, Scope(), clock(self.hours))
            assert {attempt.outcome for attempt in again.attempts} <= {"failed", "blocked"}, again.attempts
            self.verify()
        if fresh:
            assert (partition_hashes(self.warehouse), troubled(self.warehouse)) == fresh_hashes(
                self.registry, self.folder
            )

    def verify(self) -> None:
        """Nothing is damaged, and verify passes unless a check of the data stands in the way."""
        verdict = self.shop.verify()
        assert not verdict.damage, verdict.damage
        assert not verdict.broken_seals, verdict.broken_seals
        assert verdict.passed is not bool(troubled(self.warehouse)), [each.problems for each in verdict.tables]


def _in_order_of_reference(name: str) -> tuple[int, str]:
    first = ("teams", "players", "games", "player_box")
    table = table_of(name)
    return (first.index(table) if table in first else len(first)), name


@cache
def stage(setting: Setting) -> tuple[Path, Files]:
    """A setting's league, all but its last dates, ingested and built once per process: the warehouse and the files."""
    folder = Path(tempfile.mkdtemp(prefix="backcourt-stage-"))
    setting.league(folder / "league")
    files = Files.read(folder / "league")
    hold_back(files, STILL_TO_COME)
    files.deliver()
    with Warehouse.open(folder / "w.duckdb", threads=1) as warehouse:
        shop = Workshop(warehouse, setting.registry(frozenset()), folder / "league")
        shop.ingest()
        assert shop.backfill().is_complete
    return folder / "w.duckdb", files


@contextmanager
def beginning(setting: Setting = SMALL) -> Iterator[Play]:
    """A copy of the built warehouse in memory, and a copy of its files."""
    built, files = stage(setting)
    with tempfile.TemporaryDirectory(prefix="backcourt-play-") as place, Fused.in_memory(threads=1) as warehouse:
        assert isinstance(warehouse, Fused)
        warehouse.execute(f"ATTACH '{built}' AS built (READ_ONLY)")
        warehouse.execute("COPY FROM DATABASE built TO memory")
        warehouse.execute("DETACH built")
        shutil.copytree(files.folder, Path(place) / "league")
        yield Play(setting, warehouse, files.copied(Path(place) / "league"))
