"""What verified tables cost: ingest and backfill of whole seasons against the bare statements, in one run.

    python benchmarks/bench_season.py [--data FOLDER] [--seasons 2021:2024] [--threads 1,2] [--repeat 3]

Seconds depend on the machine; read the ratios. Ours and bare take turns in one process with the same threads, each
into a fresh file, and a median of all turns is shown. Without real seasons it runs on simulated ones.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bare
from measuring import Data, Meter, command, find_data, middle, print_table, timed

from backcourt.clock import SystemClock
from backcourt.engine.hashing import row_hash
from backcourt.engine.registry import Registry, load_registry
from backcourt.engine.rehash import rehash
from backcourt.engine.run import RunReport, backfill
from backcourt.seasons import Scope
from backcourt.sources.local import ingest_folder
from backcourt.warehouse.duckdb import Warehouse

HASHED_COLUMNS = 48
PROBE = "analytics.player_game_summary"

Turn = dict[str, float]
Turns = dict[str, list[Turn]]


def main() -> None:
    """Measure everything in processes of their own and print the figures."""
    wishes = _parse_arguments()
    if wishes.part:
        data = Data(Path(wishes.data), tuple(wishes.seasons.split(",")), wishes.kind)
        print(json.dumps(_PARTS[wishes.part](data, Path(wishes.scratch), int(wishes.threads), wishes.repeat)))
        return
    with tempfile.TemporaryDirectory(prefix="backcourt-bench-") as folder:
        data = find_data(wishes.data, wishes.seasons, Path(folder))
        threads = [int(count) for count in wishes.threads.split(",")]
        print(f"{data.kind} data, {', '.join(data.seasons)}; medians of {wishes.repeat}; {os.cpu_count()} CPUs")
        kept = _in_process("keep", data, Path(folder), max(threads), 1)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        turns = {count: _in_process("turns", data, Path(folder), count, wishes.repeat) for count in threads}
        _show_turns(turns, data, kept["dates"])
        _show_rest(kept, peak, Path(folder), wishes.repeat)


def _parse_arguments() -> argparse.Namespace:
    default = ",".join(str(count) for count in sorted({1, 2, os.cpu_count() or 1}))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder of real seasons (default: BACKCOURT_REAL_DATA, or beside the project)")
    parser.add_argument("--seasons", help="start years, as 2021 or 2021:2024 (default: the first there is)")
    parser.add_argument("--threads", default=default, help=f"thread counts to measure (default: {default})")
    parser.add_argument("--repeat", type=int, default=3, help="turns that medians are taken of (default: 3)")
    for name in ("--part", "--kind", "--scratch"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_process(part: str, data: Data, scratch: Path, threads: int, repeat: int) -> dict[str, Any]:
    """Run a part of this file in a fresh process: neither caches nor memory of another part are in its figures."""
    words = [sys.executable, __file__, "--part", part, "--kind", data.kind, "--data", str(data.folder)]
    words += ["--seasons", ",".join(data.seasons), "--scratch", str(scratch)]
    words += ["--threads", str(threads), "--repeat", str(repeat)]
    answer = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


# --- what is measured ------------------------------------------------------------------------------------------------


def _take_turns(data: Data, scratch: Path, threads: int, repeat: int) -> dict[str, Any]:
    """Ours and bare in turn; what the first turn of each made is compared."""
    turns: Turns = {"ours": [], "bare": []}
    differing = 0
    for number in range(repeat):
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            ours, plain = Path(folder) / "ours.duckdb", Path(folder) / "bare.duckdb"
            turns["ours"].append(_ours(data, ours, threads))
            turns["bare"].append(_bare(data, plain, threads))
            if number == 0:
                differing = _differing_rows(ours, plain)
    return {**turns, "differing": differing}


def _ours(data: Data, path: Path, threads: int) -> Turn:
    registry = load_registry()
    warehouse = Warehouse.open(path, threads=threads)
    meter = Meter()
    _ingest(warehouse, registry, data)
    meter.read("ingest")
    backfill(warehouse, registry, Scope(), SystemClock(), threads=threads, on_unit=lambda table, _: meter.read(table))
    warehouse.close()
    meter.read("planning, closing")
    return meter.seconds


def _bare(data: Data, path: Path, threads: int) -> Turn:
    registry = load_registry()
    for name in registry.built:
        registry.lineage(name)  # the bare statements are taken as written by hand
    mappings = data.mappings(registry)
    warehouse = Warehouse.open(path, threads=threads)
    meter = Meter()
    bare.load(warehouse, registry, data.folder, data.seasons, mappings)
    meter.read("ingest")
    for table in registry.ordered:
        bare.build(warehouse, registry, table)
        meter.read(table.name)
    warehouse.close()  # closing writes what is still in the log
    meter.read("planning, closing")
    return meter.seconds


def _ingest(warehouse: Warehouse, registry: Registry, data: Data) -> None:
    ingest_folder(
        warehouse,
        registry,
        data.folder,
        SystemClock(),
        seasons=data.seasons,
        source="local" if data.kind == "real" else "simulated",
        kind=data.kind,
        mappings=data.mappings(registry),
    )


def _differing_rows(ours: Path, plain: Path) -> int:
    """Rows of built tables that only one of the two has, by their hashes."""
    differing = 0
    for table in load_registry().ordered:
        found = []
        for path in (ours, plain):
            with Warehouse.open(path, read_only=True) as warehouse:
                found.append({row[0] for row in warehouse.rows(f"SELECT data_hash FROM {table.full_name}")})
        differing += len(found[0] ^ found[1])
    return differing


def _build_and_keep(data: Data, scratch: Path, threads: int, repeat: int) -> dict[str, Any]:
    """Ingest and build once, keep the file, and try the second run and the hashing on it."""
    path = scratch / "kept.duckdb"
    _ours(data, path, threads)
    registry = load_registry()
    with Warehouse.open(path, threads=threads) as warehouse:
        dates = warehouse.value("SELECT COUNT(DISTINCT game_date) FROM ledger.partitions")
        again = _again(warehouse, registry)
        return {
            "dates": dates,
            "statements": again.data_statements,
            "planned": again.planned,
            **_hashing(warehouse, registry),
            **_rehash(warehouse, registry),
        }


def _again(warehouse: Warehouse, registry: Registry) -> RunReport:
    return backfill(warehouse, registry, Scope(), SystemClock())


def _hashing(warehouse: Warehouse, registry: Registry) -> Turn:
    """Row hashes of 48 columns by the engine on one thread, and by a dictionary, JSON and SHA-256 for each row in Python."""
    columns = registry.contract(PROBE).columns[:HASHED_COLUMNS]
    names = [column.name for column in columns]
    hashed = f"SELECT MAX(data_hash) FROM (SELECT {row_hash(columns)} AS data_hash FROM {PROBE})"
    rows = warehouse.rows(f"SELECT {', '.join(names)} FROM {PROBE}")
    threads = warehouse.value("SELECT current_setting('threads')")
    warehouse.execute("SET threads = 1")
    by_engine = middle([timed(lambda: warehouse.value(hashed)) for _ in range(3)])
    by_python = middle([timed(lambda: [_python_hash(names, row) for row in rows]) for _ in range(3)])
    warehouse.execute(f"SET threads = {threads}")
    return {"rows": len(rows), "columns": len(columns), "by_engine": by_engine, "by_python": by_python}


def _rehash(warehouse: Warehouse, registry: Registry) -> Turn:
    """Lost hashes of the same table filled in again, in place."""
    warehouse.execute(f"UPDATE {PROBE} SET data_hash = NULL")
    scope = Scope(tables=(PROBE.partition(".")[2],))
    report = rehash(warehouse, registry, scope, SystemClock(), only_missing=True)
    return {"rehashed": report.written, "rehash": report.seconds}


def _python_hash(names: Sequence[str], row: Sequence[Any]) -> str:
    document = json.dumps(dict(zip(names, row, strict=True)), sort_keys=True, default=str)
    return hashlib.sha256(document.encode()).hexdigest()[:16]


_PARTS = {"turns": _take_turns, "keep": _build_and_keep}


# --- what is shown ---------------------------------------------------------------------------------------------------


def _show_turns(turns: dict[int, dict[str, Any]], data: Data, dates: int) -> None:
    for threads, found in turns.items():
        label = f"{threads} thread{'s' if threads > 1 else ''}"
        head = ["", "ours, s", "bare, s", "ratio", "ours, CPU s", "bare, CPU s", "ratio"]
        rows = [_row(found, name, [name]) for name in found["ours"][0] if not name.endswith(Meter.CPU)]
        names = [row[0] for row in rows]
        rows.append(_row(found, "build, all tables", [name for name in names if name != "ingest"]))
        rows.append(_row(found, "ingest and build", names))
        print_table(f"Ingest and backfill into a fresh file, {dates} dates, {label}", head, rows)
        total = _median(found["ours"], names)
        print(f"  {total / len(data.seasons):.2f} s a season, {total / dates:.4f} s a date")
    print(f"  rows of built tables that only one of the two has: {max(found['differing'] for found in turns.values())}")
    print("  (bare sets no bad raw row aside)")


def _row(found: Turns, label: str, names: Sequence[str]) -> list[str]:
    """Wall and CPU seconds of ours and of bare over some steps, each pair with its ratio."""
    cells = [label]
    for suffix in ("", Meter.CPU):
        wanted = [name + suffix for name in names]
        ours, plain = _median(found["ours"], wanted), _median(found["bare"], wanted)
        cells += [f"{ours:.2f}", f"{plain:.2f}", f"{ours / plain:.2f}" if plain >= 0.01 else "-"]
    return cells


def _median(turns: Sequence[Turn], names: Sequence[str]) -> float:
    return middle([sum(turn.get(name, 0.0) for name in names) for turn in turns])


def _show_rest(kept: dict[str, Any], peak: float, scratch: Path, repeat: int) -> None:
    again = [command(scratch / "kept.duckdb", "backfill", "--yes").seconds for _ in range(repeat)]
    engine, python = kept["rows"] / kept["by_engine"], kept["rows"] / kept["by_python"]
    rows = [
        ["second run, nothing changed, whole process", f"{middle(again):.2f} s"],
        ["  statements on raw and built tables in it", f"{kept['statements']} ({kept['planned']} partitions planned)"],
        [
            f"row hashes of {kept['columns']} columns, {kept['rows']} rows, one thread",
            f"{kept['by_engine']:.2f} s, {engine:,.0f} rows/s",
        ],
        ["  the same per row in Python", f"{kept['by_python']:.2f} s, {python:,.0f} rows/s ({engine / python:.1f} x)"],
        [
            "lost hashes of these rows filled in by rehash",
            f"{kept['rehash']:.2f} s, {kept['rehashed'] / kept['rehash']:,.0f} rows/s",
        ],
        ["peak memory of ingest and backfill", f"{peak:,.0f} MiB"],
    ]
    print_table("Besides", ["", ""], rows)


if __name__ == "__main__":
    main()
