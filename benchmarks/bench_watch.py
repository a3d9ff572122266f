"""What it costs a run to be watched, and how soon its first figure is there.

    python benchmarks/bench_watch.py [--data FOLDER] [--seasons 2021] [--repeats 3] [--threads 2]

A season is built from the same raw tables alone and with a `status --watch` beside it, by turns. The watch is a process
of its own, so what it costs is the CPU time that it takes from the run; what a run does for its readers, it does always.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from measuring import command, find_data, middle, print_table

from backcourt.clock import SystemClock
from backcourt.engine.registry import load_registry
from backcourt.sources.local import ingest_folder
from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class Watched:
    """A run with a watch beside it: seconds of the clock and CPU of the run, CPU of the watch, seconds to its first figure."""

    seconds: float
    cpu: float
    watch_cpu: float
    first_figure: float
    figures: int


def main() -> None:
    """Measure and print."""
    wishes = _parse_arguments()
    with tempfile.TemporaryDirectory(prefix="backcourt-bench-") as scratch:
        raw = Path(scratch) / "ingested.duckdb"
        data = find_data(wishes.data, wishes.seasons, Path(scratch))
        registry = load_registry()
        with Warehouse.open(raw, threads=wishes.threads) as warehouse:
            ingest_folder(
                warehouse, registry, data.folder, SystemClock(), seasons=data.seasons, kind=data.kind,
                source="local" if data.kind == "real" else "simulated", mappings=data.mappings(registry),
            )  # fmt: skip
        alone, watched = [], []
        for number in range(wishes.repeats):
            alone.append(command(_copy(raw, f"alone{number}"), "backfill", "--yes", threads=wishes.threads))
            watched.append(_watched(_copy(raw, f"watched{number}"), wishes.threads))
    run_cpu, watch_cpu = (middle([each.cpu for each in watched]), middle([each.watch_cpu for each in watched]))
    rows = [
        (
            "the run alone",
            f"{middle([each.seconds for each in alone]):.2f}",
            f"{middle([each.cpu for each in alone]):.2f}",
            "",
        ),
        ("the run, watched", f"{middle([each.seconds for each in watched]):.2f}", f"{run_cpu:.2f}", ""),
        ("the watch", "", f"{watch_cpu:.2f}", f"{watch_cpu / run_cpu:.1%} of the run's CPU"),
        ("its first figure", f"{max(each.first_figure for each in watched):.2f}", "", "after the start, at worst"),
        ("figures shown", f"{middle([each.figures for each in watched]):.0f}", "", ""),
    ]
    print_table(f"Watching a run: {data.kind} {', '.join(data.seasons)}", ("what", "seconds", "CPU s", ""), rows)


def _copy(raw: Path, name: str) -> Path:
    path = raw.with_name(f"{name}.duckdb")
    shutil.copy(raw, path)
    return path


def _watched(path: Path, threads: int) -> Watched:
    code = "from backcourt.cli.main import main; main()"
    words = [sys.executable, "-c", code, "status", "--watch", "--json", "--warehouse", str(path)]
    shown = path.with_suffix(".shown")
    with shown.open("w", encoding="utf-8") as file:
        watch = subprocess.Popen(words, stdout=file)
    while not shown.stat().st_size:  # until it is there and waits
        time.sleep(0.05)
    before = _cpu(watch.pid)
    run = command(path, "backfill", "--yes", threads=threads)
    _, _, used = os.wait4(watch.pid, 0)
    lines = shown.read_text(encoding="utf-8").splitlines()
    seen = [each for line in lines if (each := json.loads(line))["is_followed"]]
    first = seen[0]
    latency = datetime.fromisoformat(first["at"]) - datetime.fromisoformat(first["run"]["started"])
    return Watched(run.seconds, run.cpu, used.ru_utime + used.ru_stime - before, latency.total_seconds(), len(seen))


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _parse_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What it costs a run to be watched.")
    parser.add_argument("--data", help="folder of real seasons")
    parser.add_argument("--seasons", help="seasons to build [default: the first]")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(words)


if __name__ == "__main__":
    main()
