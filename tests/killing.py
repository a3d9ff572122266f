"""Kill the driver at a moment, prove where it was, and see what it left behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from backcourt.engine import ledger
from support import Workshop, workshop

DRIVER = Path(__file__).parent / "soak" / "driver.py"
Hashes = dict[tuple[str, date], str]


@dataclass(frozen=True)
class Aim:
    """When to kill: at a COMMIT (counted from 1) and so many seconds after it was announced, or without one after `B`."""

    commit: int | None
    delay: float


@dataclass(frozen=True)
class Kill:
    """What the driver had said when it died."""

    said: str
    survived: bool

    @property
    def inside_commit(self) -> bool:
        """A COMMIT was announced and its end was not."""
        return not self.survived and self.said.count("c") == self.said.count("d") + 1


def start(path: Path, folder: Path) -> subprocess.Popen[bytes]:
    """The driver, with its announcements in a pipe."""
    return subprocess.Popen([sys.executable, str(DRIVER), str(path), str(folder)], stdout=subprocess.PIPE, bufsize=0)


def commit_times(path: Path, folder: Path) -> list[float]:
    """Seconds that each COMMIT of an undisturbed run takes."""
    times: list[float] = []
    with start(path, folder) as process:
        assert process.stdout is not None
        begun = 0.0
        while said := process.stdout.read(1):
            if said == b"c":
                begun = time.perf_counter()
            elif said == b"d":
                times.append(time.perf_counter() - begun)
    assert process.returncode == 0
    return times


def kill(path: Path, folder: Path, aim: Aim) -> Kill:
    """Start the driver and kill it at the aim."""
    with start(path, folder) as process:
        assert process.stdout is not None
        said = b""
        while byte := process.stdout.read(1):
            said += byte
            if (byte == b"c" and said.count(b"c") == aim.commit) or (byte == b"B" and aim.commit is None):
                time.sleep(aim.delay)
                os.kill(process.pid, signal.SIGKILL)
                break
        said += process.stdout.read()
    return Kill(said.decode(), process.returncode != -signal.SIGKILL)


def aims(rng: random.Random, times: list[float], at_commits: int, at_random: int, seconds: float) -> list[Aim]:
    """Seeded aims: into COMMITs, in proportion to how long each takes, and at any moment."""
    chosen = [rng.randrange(len(times)) for _ in range(at_commits)]
    shots = [Aim(number + 1, min(0.01, rng.random() * times[number])) for number in chosen]
    shots += [Aim(None, rng.uniform(0, seconds)) for _ in range(at_random)]
    rng.shuffle(shots)
    return shots


def check_aftermath(path: Path, folder: Path, expected: Hashes, allowed: Hashes) -> str:
    """What a kill left: it opens, verify tells the truth, and a plain run ends with the undisturbed hashes.

    `allowed` are hashes that a partition may also have before that run: its old content. Returns the state found.
    """
    with workshop(path, folder) as shop:
        state = _state(shop, expected, allowed)
        shop.ingest()
        report = shop.backfill()
        assert report.is_complete
        assert shop.hashes() == expected
        verdict = shop.verify()
        assert verdict.passed, [*verdict.damage, *verdict.broken_seals]
    return state


def _state(shop: Workshop, expected: Hashes, allowed: Hashes) -> str:
    if not ledger.exists(shop.warehouse):
        return "empty"
    if not shop.warehouse.has_table("raw", "games"):
        return "ledger only"
    verdict = shop.verify()
    assert verdict.damage == []
    assert verdict.broken_seals == []
    found = shop.hashes()
    for key, digest in found.items():
        assert digest in (expected.get(key), allowed.get(key)), key
    # The schedule tells how much is to be expected; only with all of it current may the verdict be yes.
    is_whole = found in (expected, allowed)
    assert not (verdict.passed and not is_whole)
    assert sum(each.verified for each in verdict.tables) <= len(found)
    return "complete" if verdict.passed else "incomplete"
