"""What the benchmarks share: the data they run on, timing, medians and tables."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from backcourt.engine.registry import Registry
from backcourt.seasons import parse_seasons
from backcourt.sources.local.adapter import scan
from backcourt.sources.local.mapping import FileMapping, default_mappings
from backcourt.sources.simulated import write_league
from backcourt.sources.simulated.source import own_mappings

BESIDE = Path(__file__).parents[2] / "shared" / "data"


@dataclass(frozen=True)
class Data:
    """A folder of files with the seasons to take from it."""

    folder: Path
    seasons: tuple[str, ...]
    kind: str

    def mappings(self, registry: Registry) -> Sequence[FileMapping]:
        """How its files become raw tables."""
        return default_mappings() if self.kind == "real" else own_mappings(registry)


def real_data(folder: str | None, seasons: str | None) -> Data | None:
    """The real seasons where they are; without `seasons` all there are."""
    real = Path(folder or os.environ.get("BACKCOURT_REAL_DATA") or BESIDE)
    if not folder and not real.is_dir():
        return None
    return Data(real, parse_seasons(seasons) if seasons else scan(real, default_mappings()).seasons, "real")


def find_data(folder: str | None, seasons: str | None, scratch: Path) -> Data:
    """The real seasons where they are, else simulated ones written to `scratch`; without `seasons` the first."""
    real = real_data(folder, seasons)
    if real:
        return real if seasons else replace(real, seasons=real.seasons[:1])
    wanted = parse_seasons(seasons) if seasons else ("2021-22",)
    write_league(scratch / "league", [int(season[:4]) for season in wanted])
    return Data(scratch / "league", wanted, "simulated")


class Meter:
    """Seconds by what they were spent on, of the clock and of all CPUs of this process."""

    CPU = " (CPU)"

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._last = (time.perf_counter(), time.process_time())

    def read(self, what: str) -> None:
        """Count what has passed since the last reading as spent on `what`."""
        now = (time.perf_counter(), time.process_time())
        self.seconds[what] += now[0] - self._last[0]
        self.seconds[what + self.CPU] += now[1] - self._last[1]
        self._last = now


@dataclass(frozen=True)
class Spent:
    """What a command took, seconds of the clock and of all CPUs, and what it answered."""

    seconds: float
    cpu: float
    answer: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s"


def command(warehouse: Path, *words: str, threads: int = 2) -> Spent:
    """Run a command as a process of its own, with the memory limit that is the default; ends the benchmark if it fails."""
    code = "from backcourt.cli.main import main; main()"
    # Compiled modules are kept, as they are wherever the package is installed.
    left_out = ("BACKCOURT_", "PYTHONDONTWRITEBYTECODE")
    env = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    env |= {
        "BACKCOURT_WAREHOUSE": str(warehouse),
        "BACKCOURT_THREADS": str(threads),
        "BACKCOURT_MEMORY_LIMIT": "1500MB",
    }
    before, started = _cpu_of_children(), time.perf_counter()
    answer = subprocess.run(
        [sys.executable, "-c", code, *words, "--json"], env=env, capture_output=True, text=True, check=False
    )
    seconds, cpu = time.perf_counter() - started, _cpu_of_children() - before
    if answer.returncode:
        raise SystemExit(f"backcourt {' '.join(words)} ended with {answer.returncode}: {answer.stdout}{answer.stderr}")
    return Spent(seconds, cpu, json.loads(answer.stdout))


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(work: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def middle(values: Sequence[float]) -> float:
    """The median."""
    return median(values)


def print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their headings, the first column to the left and the others to the right."""
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
    print(f"\n{title}")
    for row in [head, *rows]:
        cells = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(cells))
