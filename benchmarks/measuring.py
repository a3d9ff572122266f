"""What the benchmarks share: the data they run on, timing, medians and tables."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

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


def find_data(folder: str | None, seasons: str | None, scratch: Path) -> Data:
    """The real seasons where they are, else simulated ones written to `scratch`; without `seasons` the first."""
    wanted = parse_seasons(seasons) if seasons else ()
    real = Path(folder or os.environ.get("BACKCOURT_REAL_DATA") or BESIDE)
    if folder or real.is_dir():
        return Data(real, wanted or scan(real, default_mappings()).seasons[:1], "real")
    wanted = wanted or ("2021-22",)
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
