"""A real season replayed as daily runs: what a day costs, and how much of it is skipped.

    python benchmarks/bench_daily.py [--data FOLDER] [--season 2021] [--days 40] [--threads 2] [--seed 1]

Every morning the files of the season are there up to the day before, some of it wrong: statistics that are corrected
a day or two later, and games that come anew in columns that no table reads. Each day is ingested and backfilled
whole, and in the end the warehouse must hold what one build of everything holds.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from measuring import find_data, middle, print_table, timed
from mornings import MorningClock, Season

from backcourt.checks.verify import verify
from backcourt.engine import changes, runs
from backcourt.engine.expect import reach_of
from backcourt.engine.inputs import stored_table
from backcourt.engine.registry import Registry, Table, load_registry
from backcourt.engine.run import backfill
from backcourt.engine.runs import Run
from backcourt.seasons import Scope, parse_seasons
from backcourt.sources.local import ingest_folder
from backcourt.warehouse.duckdb import Warehouse

# What the predecessor hoped to save by comparing hashes; it never measured it.
HOPED = "20-40 %"

Prints = dict[tuple[str, date], str]


@dataclass(frozen=True)
class Day:
    """What one day cost; `behind` are the partitions that read, of whatever column, something that changed.

    `busy` are the seconds that all CPUs together spent on the backfill: others use the machine too.
    """

    last: date
    ingest: float
    build: float
    busy: float
    behind: int
    keys: int
    run: Run


def main() -> None:
    """Replay, compare and print."""
    wishes = _parse_arguments()
    with tempfile.TemporaryDirectory(prefix="backcourt-bench-") as scratch:
        data = find_data(wishes.data, wishes.season, Path(scratch))
        if data.kind != "real":
            print("This benchmark replays a real season, and none was found; name a folder with --data.")
            return
        season = Season(data.folder, parse_seasons(wishes.season)[0])
        season.load()
        dates = season.dates("Regular Season")[: wishes.days]
        season.err(dates, wishes.seed)
        folder, path = Path(scratch) / "files", Path(scratch) / "daily.duckdb"
        days = [_replay(season, day, folder, path, wishes.threads) for day in dates]
        whole = Path(scratch) / "whole.duckdb"
        seconds = timed(lambda: _run(folder, whole, dates[-1], wishes.threads))
        differing, partitions = _compare(path, whole, dates[-1])
        _show(season, days, seconds, differing, partitions)
    if differing:
        raise SystemExit(1)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder of real seasons (default: BACKCOURT_REAL_DATA, or beside the project)")
    parser.add_argument("--season", default="2021", help="start year of the season (default: 2021)")
    parser.add_argument("--days", type=int, default=40, help="game dates to replay, from the first (default: 40)")
    parser.add_argument("--threads", type=int, default=2, help="threads (default: 2)")
    parser.add_argument("--seed", type=int, default=1, help="which mistakes are made (default: 1)")
    return parser.parse_args()


# --- what is measured ------------------------------------------------------------------------------------------------


def _replay(season: Season, last: date, folder: Path, path: Path, threads: int) -> Day:
    """One morning: the files come, are ingested, and what is due is built."""
    season.deliver(last, folder)
    return _run(folder, path, last, threads)


def _run(folder: Path, path: Path, last: date, threads: int) -> Day:
    registry, clock = load_registry(), MorningClock.after(last)
    with Warehouse.open(path, threads=threads, clock=clock) as warehouse:
        before = _prints(warehouse)
        ingest = timed(lambda: ingest_folder(warehouse, registry, folder, clock))
        touched = {place for place, found in _prints(warehouse).items() if before.get(place) != found}
        busy = time.process_time()
        build = timed(lambda: backfill(warehouse, registry, Scope(), clock, threads=threads))
        busy = time.process_time() - busy
        run = runs.find(warehouse, runs.LATEST)
        if run.outcome != "complete":
            raise SystemExit(f"The run after {last} is {run.outcome}: {warehouse.rows(_CAUSES, [run.run_id])}")
        keys = sum(each.keys for each in changes.extents(warehouse, [run], Scope()))
        return Day(last, ingest, build, busy, _behind(warehouse, registry, touched), keys, run)


_CAUSES = "SELECT table_name, game_date, cause FROM ledger.attempts WHERE run_id = ? AND cause IS NOT NULL LIMIT 5"


def _prints(warehouse: Warehouse) -> Prints:
    """One digest over all columns of each partition of the raw tables."""
    if not warehouse.has_table("ledger", "column_fingerprints"):
        return {}
    rows = warehouse.rows(
        "SELECT table_name, game_date, string_agg(fingerprint, '' ORDER BY column_name) FROM ledger.column_fingerprints"
        " WHERE starts_with(table_name, 'raw.') GROUP BY table_name, game_date"
    )
    return {(table, day): found for table, day, found in rows}


def _behind(warehouse: Warehouse, registry: Registry, touched: Iterable[tuple[str, date]]) -> int:
    """Partitions that an engine would run which knows tables and dates, but neither columns nor whether content is equal.

    Of the schedule it is taken to look at its own date only, though tables read the whole season of it.
    """
    dirty: dict[str, set[date]] = {}
    for name, day in touched:
        dirty.setdefault(name, set()).add(day)
    behind = 0
    for table in registry.ordered:
        expected = warehouse.rows(
            "SELECT game_date FROM evaluation WHERE table_name = ? AND state = 'verified'", [table.full_name]
        )
        dirty[table.full_name] = {day for (day,) in expected if _reads_dirt(registry, table, day, dirty)}
        behind += len(dirty[table.full_name])
    return behind


def _reads_dirt(registry: Registry, table: Table, day: date, dirty: dict[str, set[date]]) -> bool:
    for upstream in registry.lineage(table.name).consumed:
        days = dirty.get(stored_table(upstream), set())
        reach = reach_of(registry, table, upstream)
        earliest = min(days, default=date.max)
        if (
            (reach == "whole" and days)
            or (reach == "before" and earliest < day)
            or (reach == "until" and earliest <= day)
            or day in days
        ):
            return True
    return False


def _compare(daily: Path, whole: Path, last: date) -> tuple[int, int]:
    """Partitions whose hash differs between the two warehouses, of how many; both must verify."""
    found = []
    for path in (daily, whole):
        with Warehouse.open(path, clock=MorningClock.after(last)) as warehouse:
            if not verify(warehouse, load_registry(), Scope()).passed:
                raise SystemExit(f"{path.name} does not verify.")
            found.append(
                set(
                    warehouse.rows("SELECT table_name, game_date, partition_hash FROM ledger.partitions WHERE rows > 0")
                )
            )
    return len(found[0] ^ found[1]), len(found[1])


# --- what is shown ---------------------------------------------------------------------------------------------------


def _show(season: Season, days: Sequence[Day], whole: float, differing: int, partitions: int) -> None:
    later = days[1:] or days  # the first run builds from nothing
    print(
        f"Real season {season.season}, {len(days)} daily runs, {days[0].last} to {days[-1].last}:"
        f" {season.slips(of_statistics=True)} statistics corrected, {season.slips(of_statistics=False)} games"
        " scraped anew in columns that nobody reads"
    )
    considered, skipped, cut_off = (_sum(later, name) for name in ("considered", "skipped", "cut_off"))
    recomputed, changed = _sum(later, "recomputed"), _sum(later, "changed")
    behind = sum(day.behind for day in later)
    rows = [
        ["ingest, median day", f"{middle([day.ingest for day in later]):.2f} s"],
        ["backfill, median day", f"{middle([day.build for day in later]):.2f} s"],
        ["  CPU, median day", f"{middle([day.busy for day in later]):.2f} s"],
        ["  slowest day", f"{max(day.build for day in later):.2f} s"],
        ["one ingest and build of everything at the end", f"{whole:.2f} s"],
        ["partitions considered, all runs", f"{considered:,}"],
        ["  skipped on equal input", f"{skipped:,}"],
        ["  cut off on equal output", f"{cut_off:,}"],
        ["  recomputed", f"{recomputed:,}"],
        ["    of these changed", f"{changed:,} ({changed / recomputed:.1%})"],
        ["skip rate of all considered", f"{(skipped + cut_off) / considered:.1%}"],
        ["partitions behind any change, by table and date", f"{behind:,}"],
        [f"skip rate of those (the predecessor hoped for {HOPED})", f"{1 - recomputed / behind:.1%}"],
        ["keys in the change feed, median day", f"{middle([day.keys for day in later]):,.0f}"],
        ["seconds saved, as the runs record them", f"{sum(day.run.seconds_saved for day in later):,.1f} s"],
        ["partitions that differ from one build of everything", f"{differing} of {partitions:,}"],
    ]
    print_table("Daily runs", ["", ""], rows)


def _sum(days: Iterable[Day], name: str) -> int:
    return sum(int(getattr(day.run, name)) for day in days)


if __name__ == "__main__":
    main()
