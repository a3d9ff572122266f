"""What little changes cost beside a full rebuild: nothing new, columns that nobody reads, a new day, a correction.

    python benchmarks/bench_reprocess.py [--data FOLDER] [--seasons 2021:2024] [--parts 1,2,3,4] [--no-brute-force]

Every step is a process of its own, as at the command line, with two threads and the memory limit that is the default.
For a correction it counts, beside what was planned, recomputed and written, what really changes: every partition is
recomputed from raw, without the planner, and its hash compared with the one before. So a table that is recomputed
too often shows, and one that is not recomputed though it should have been fails the benchmark.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from editions import CORRECTIONS, Edition, scrape_anew
from measuring import Data, Spent, command, middle, print_table, real_data
from mornings import Season

from backcourt.engine import runs
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.hashing import partition_hash, row_hash
from backcourt.engine.recompute import all_days, recompute
from backcourt.engine.registry import Registry, load_registry
from backcourt.engine.runs import Run
from backcourt.warehouse.duckdb import Warehouse

THREADS = 2
REPEATS = 5
# A correction comes in the middle of the first season, where most of what was built comes after it.
CORRECTED = (1, 15)

Partition = tuple[str, date]
Hashes = Mapping[Partition, str]


@dataclass(frozen=True)
class Whole:
    """A warehouse with everything built, and what that took."""

    path: Path
    data: Data
    ingest: Spent
    build: Spent

    @property
    def seconds(self) -> float:
        """Ingest and build of everything."""
        return self.ingest.seconds + self.build.seconds


def main() -> None:
    """Build everything once, then measure each part beside it."""
    wishes = _parse_arguments()
    data = real_data(wishes.data, wishes.seasons)
    if data is None:
        print("This benchmark reprocesses real seasons, and none were found; name a folder with --data.")
        return
    with tempfile.TemporaryDirectory(prefix="backcourt-bench-") as scratch:
        whole = _rebuild(data, Path(scratch) / "whole.duckdb")
        parts: dict[str, Callable[[Whole], bool]] = {
            "1": _no_change,
            "2": _unread_columns,
            "3": _new_day,
            "4": lambda built: _corrections(built, brute_force=wishes.brute_force),
        }
        sound = [parts[part](whole) for part in wishes.parts.split(",")]
    if not all(sound):
        raise SystemExit(1)


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder of real seasons (default: BACKCOURT_REAL_DATA, or beside the project)")
    parser.add_argument("--seasons", help="start years, as 2021 or 2021:2024 (default: all there are)")
    parser.add_argument("--parts", default="1,2,3,4", help="which parts to measure (default: 1,2,3,4)")
    parser.add_argument(
        "--brute-force",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="recompute everything from raw after each correction, to count what really changed (default: yes)",
    )
    return parser.parse_args()


def _rebuild(data: Data, path: Path) -> Whole:
    labels = ",".join(data.seasons)
    ingest = _ingest(path, data.folder, "--seasons", labels)
    build = _backfill(path)
    whole = Whole(path, data, ingest, build)
    rows = [
        ["ingest", f"{ingest.seconds:.1f} s", f"{ingest.cpu:.1f} s"],
        ["backfill", f"{build.seconds:.1f} s", f"{build.cpu:.1f} s"],
        ["full rebuild", f"{whole.seconds:.1f} s", f"{ingest.cpu + build.cpu:.1f} s"],
    ]
    print_table(f"Seasons {labels}: {build.answer['written']:,} partitions", ["", "clock", "CPU"], rows)
    return whole


def _ingest(path: Path, folder: Path, *words: str) -> Spent:
    return command(path, "ingest", "local", str(folder), *words, threads=THREADS)


def _backfill(path: Path, *words: str) -> Spent:
    return command(path, "backfill", "--yes", *words, threads=THREADS)


# --- 1: nothing has changed ------------------------------------------------------------------------------------------


def _no_change(whole: Whole) -> bool:
    again = [_backfill(whole.path) for _ in range(REPEATS)]
    planned, statements = (sum(int(each.answer[name]) for each in again) for name in ("planned", "data_statements"))
    rows = [
        [f"backfill, whole process, median of {REPEATS}", f"{middle([each.seconds for each in again]):.2f} s"],
        ["  CPU", f"{middle([each.cpu for each in again]):.2f} s"],
        ["  partitions planned", f"{planned}"],
        ["  statements on raw and built tables", f"{statements}"],
        _share(whole, middle([each.seconds for each in again])),
    ]
    print_table("1. No change", ["", ""], rows)
    return planned == 0 and statements == 0


def _share(whole: Whole, seconds: float) -> list[str]:
    return [f"share of the full rebuild of {whole.seconds:.0f} s", f"{seconds / whole.seconds:.1%}"]


# --- 2: columns that nobody reads ------------------------------------------------------------------------------------


def _unread_columns(whole: Whole) -> bool:
    with _copied(whole) as (path, folder):
        edition = Edition(whole.data, whole.data.seasons[0], folder)
        columns = scrape_anew(edition, load_registry())
        edition.write()
        ingest = _ingest(path, folder)
        plan = command(path, "plan", threads=THREADS)
        run = _backfill(path)
    replaced = sum(int(each["replaced"]) for each in ingest.answer["report"]["outcomes"])
    rows = [
        ["raw rows that came anew", f"{replaced:,}"],
        ["ingest", str(ingest)],
        ["plan", str(plan)],
        ["  partitions planned", f"{plan.answer['partitions']}"],
        ["backfill", str(run)],
        _share(whole, ingest.seconds + run.seconds),
    ]
    print_table("2. Half the games of a season scraped anew in columns that no table reads", ["", ""], rows)
    print(f"  ({', '.join(columns)})")
    return replaced > 0 and not plan.answer["partitions"]


# --- 3: a new day ----------------------------------------------------------------------------------------------------


def _new_day(whole: Whole) -> bool:
    """The last date of the regular season, when every team plays, and the last of all, a game of the finals."""
    *past, last = whole.data.seasons
    season = Season(whole.data.folder, last, tuple(past))
    season.load()
    days = [season.dates("Regular Season")[-1], season.dates()[-1]]
    with tempfile.TemporaryDirectory(prefix="backcourt-bench-") as scratch:
        path, folder = Path(scratch) / "w.duckdb", Path(scratch) / "files"
        measured = []
        for day in days:
            season.deliver(day - timedelta(days=1), folder)
            _ingest(path, folder)
            _backfill(path)
            season.deliver(day, folder)
            measured.append((_ingest(path, folder), _backfill(path), command(path, "verify", "--dates", f"{day}")))
        entire = command(path, "verify")
    steps = ("ingest", "backfill", "verify of the date")
    rows = [
        ["games", *(str(season.games(day)) for day in days)],
        *([name, *(str(spent[at]) for spent in measured)] for at, name in enumerate(steps)),
        ["in all", *(f"{sum(step.seconds for step in spent):.2f} s" for spent in measured)],
        ["  CPU", *(f"{sum(step.cpu for step in spent):.2f} s" for spent in measured)],
        ["partitions recomputed", *(f"{_recomputed(build)}" for _, build, _ in measured)],
        ["verify of everything", "", str(entire)],
    ]
    print_table(f"3. A new day of {last}, in a warehouse of all dates before it", ["", *map(str, days)], rows)
    return True


def _recomputed(build: Spent) -> int:
    return int(build.answer["written"]) + int(build.answer["unchanged"])


# --- 4: corrections --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ripple:
    """What a correction set going: the run of it, and the partitions that really changed (None: not counted)."""

    run: Run
    changed: Counter[str] | None
    wrong: int


def _corrections(whole: Whole, *, brute_force: bool) -> bool:
    registry = load_registry()
    before = _stored(whole.path)
    season = whole.data.seasons[0]
    day = date(int(season[:4]) + 1, *CORRECTED)
    wrong = 0
    for name, correct in CORRECTIONS.items():
        with _copied(whole) as (path, folder):
            edition = Edition(whole.data, season, folder)
            told = correct(edition, day)
            edition.write()
            ingest, build = _ingest(path, folder), _backfill(path)
            ripple = _ripple(path, registry, before, brute_force=brute_force)
        _show_ripple(f"4. {name}: {told}", whole, registry, ingest, build, ripple)
        wrong += ripple.wrong
    return not wrong


def _ripple(path: Path, registry: Registry, before: Hashes, *, brute_force: bool) -> Ripple:
    with Warehouse.open(path, threads=THREADS, memory_limit="1500MB") as warehouse:
        run = runs.find(warehouse, runs.LATEST)
        right = _from_raw(warehouse, registry) if brute_force else None
    if right is None:
        return Ripple(run, None, 0)
    after = _stored(path)
    changed = Counter(name for name, _ in _differing(before, right))
    return Ripple(run, changed, len(_differing(after, right)))


def _differing(some: Hashes, others: Hashes) -> list[Partition]:
    return [place for place in some.keys() | others.keys() if some.get(place) != others.get(place)]


def _stored(path: Path) -> Hashes:
    """The hash of each stored partition that has rows."""
    with Warehouse.open(path, read_only=True) as warehouse:
        rows = warehouse.rows("SELECT table_name, game_date, partition_hash FROM ledger.partitions WHERE rows > 0")
    return {(name.partition(".")[2], day): found for name, day, found in rows}


def _from_raw(warehouse: Warehouse, registry: Registry) -> Hashes:
    """The hash that each partition has when all of them are computed from raw once more, one after the other."""
    evaluate_all(warehouse, registry)
    days = all_days(warehouse, registry)
    found: dict[Partition, str] = {}
    with warehouse.beside() as home:
        for part in recompute(warehouse, registry, {name: set(dates) for name, dates in days.items()}, days, home):
            if part.error:
                raise SystemExit(f"{part.table.name} {part.dates[0]} cannot be recomputed: {part.error}")
            hashed = f"SELECT game_date, {row_hash(part.table.contract.columns)} AS data_hash FROM candidate"
            rows = warehouse.rows(f"SELECT game_date, {partition_hash()} FROM ({hashed}) GROUP BY game_date")
            found |= {(part.table.name, day): hash_ for day, hash_ in rows}
    return found


def _show_ripple(title: str, whole: Whole, registry: Registry, ingest: Spent, build: Spent, ripple: Ripple) -> None:
    tables = {each.table: each for each in ripple.run.tables}
    relative, changed = _relative(registry), ripple.changed or Counter()
    figures = {
        name: (each.planned, each.written + each.unchanged, each.written, changed[name])
        for name, each in tables.items()
    }
    rows = [[name, *_cells([figures[name]], ripple)] for name in tables]
    rows.append(["in all", *_cells(figures.values(), ripple)])
    rows.append(
        ["  without what is relative to the league", *_cells([figures[n] for n in tables if n not in relative], ripple)]
    )
    head = ["", "planned", "recomputed", "written", "really changed", "planned / changed", "recomputed / changed"]
    print_table(title, head, rows)
    seconds = ingest.seconds + build.seconds
    print(
        f"  ingest {ingest} (CPU {ingest.cpu:.1f} s), backfill {build} (CPU {build.cpu:.1f} s),"
        f" {seconds / whole.seconds:.1%} of the full rebuild of {whole.seconds:.0f} s"
    )
    if ripple.changed is not None:
        print(f"  partitions that are not what raw gives: {ripple.wrong}")


def _cells(figures: Iterable[Sequence[int]], ripple: Ripple) -> list[str]:
    planned, recomputed, written, changed = (sum(column) for column in zip(*figures, strict=True))
    if ripple.changed is None:
        return [f"{planned:,}", f"{recomputed:,}", f"{written:,}", "-", "-", "-"]
    ratios = [f"{count / changed:.2f}" if changed else "-" for count in (planned, recomputed)]
    return [f"{planned:,}", f"{recomputed:,}", f"{written:,}", f"{changed:,}", *ratios]


def _relative(registry: Registry) -> set[str]:
    """Tables that read the averages of the league, directly or through others."""
    found: set[str] = set()
    for table in registry.ordered:
        if registry.built_upstream(table.name) & {"league_averages", *found}:
            found.add(table.name)
    return found


@contextmanager
def _copied(whole: Whole) -> Iterator[tuple[Path, Path]]:
    """A copy of the whole warehouse, and a place for a folder of files."""
    with tempfile.TemporaryDirectory(prefix="backcourt-bench-") as scratch:
        path = Path(scratch) / "w.duckdb"
        shutil.copy(whole.path, path)
        yield path, Path(scratch) / "files"


if __name__ == "__main__":
    main()
