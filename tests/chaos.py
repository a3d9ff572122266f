"""Faults that strike the commands of an operator, and what must be true of the warehouse when he has done what he was told.

A `Theatre` has two warehouses that get the same deliveries: one is disturbed, the other not. Every command is a real
one, in a process of its own. After each fault its message must be one that a person can act on, the same command must
then do what it did not, and the warehouses must be the same: every partition hash, every raw row.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from backcourt.engine.raw import columns_list
from backcourt.engine.registry import Registry
from backcourt.warehouse.duckdb import Warehouse
from backcourt.warehouse.lease import lease_path
from support import NOON, partition_hashes

STAGEHAND = Path(__file__).parent / "soak" / "stagehand.py"

DOCUMENTED = {0, 1, 2, 3, 4, 5, 130}
INGEST, BACKFILL, PART, VERIFY, DAILY = "ingest", "backfill", "a part", "verify", "daily"
WRITING = (INGEST, BACKFILL, PART, DAILY)
ALL_ACTS = (*WRITING, VERIFY)

Order = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """How a command ended, and what it printed."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str
    pid: int
    struck: bool
    inside: bool
    commits: int
    statements: int
    other: Answer | None = None


@dataclass
class Theatre:
    """Two warehouses fed from one folder, and the process that runs commands on them; `hours` passes with each delivery."""

    place: Path
    registry: Registry
    stagehand: subprocess.Popen[str]
    folder: Path
    acts: tuple[str, ...] = ALL_ACTS
    hours: int = 0
    is_built: bool = True
    """Whether the disturbed warehouse has nothing due."""
    lengths: dict[str, Answer] = field(default_factory=dict)
    defect: str = ""
    """What is wrong with the commands on the disturbed warehouse; only a test of these tests says so."""

    @property
    def disturbed(self) -> Path:
        return self.place / "disturbed" / "w.duckdb"

    @property
    def undisturbed(self) -> Path:
        return self.place / "undisturbed" / "w.duckdb"

    def run(self, words: Sequence[str], path: Path | None = None, **order: Any) -> Answer:
        """Run a command, by default on the disturbed warehouse."""
        asked = self._order(words, path or self.disturbed, "one") | order
        assert self.stagehand.stdin is not None
        assert self.stagehand.stdout is not None
        self.stagehand.stdin.write(json.dumps(asked) + "\n")
        self.stagehand.stdin.flush()
        return self._answer(asked, json.loads(self.stagehand.stdout.readline()))

    def while_stopped(self, first: Sequence[str], statement: int, second: Sequence[str]) -> Answer:
        """Run a command that stands still at a statement until another has ended, which is its `other`."""
        fault = {"statement": statement, "signal": signal.SIGSTOP}
        return self.run(first, fault=fault, meanwhile=self._order(second, self.disturbed, "other"))

    def words(self, act: str, rng: Random) -> tuple[str, ...]:
        """The command of an act; a part is some dates, in some unit."""
        if act == PART:
            days = self._days()
            first = rng.randrange(len(days))
            last = min(first + len(days) // 3, len(days) - 1)
            unit = rng.choice(("season", "month", "week"))
            return ("backfill", "--dates", f"{days[first]}:{days[last]}", "--unit", unit)
        return {
            INGEST: ("ingest", "local", str(self.folder)),
            BACKFILL: ("backfill", "--yes"),
            VERIFY: ("verify",),
            DAILY: ("daily", "--sources", f"local:{self.folder}", "--sample", "0", "--yes"),
        }[act]

    def tell(self) -> None:
        """Let the undisturbed warehouse take what was just delivered."""
        self.hours += 1
        self.is_built = False
        self.demand(INGEST, self.undisturbed)

    def demand(self, act: str, path: Path | None = None) -> Answer:
        """Run a command that has to succeed."""
        answer = self.run(self.words(act, Random(0)), path)
        assert answer.code == 0, answer
        self.lengths[act] = answer
        return answer

    def length(self, act: str) -> Answer:
        """The newest undisturbed run of such a command."""
        return self.lengths.get(act) or next(iter(self.lengths.values()))

    def differences(self) -> list[str]:
        """Where the two warehouses differ: partitions, raw rows with what became of them, and sums over built rows."""
        with Warehouse.open(self.disturbed, read_only=True, threads=1) as one:
            found = self._contents(one)
        with Warehouse.open(self.undisturbed, read_only=True, threads=1) as other:
            expected = self._contents(other)
        return [
            f"{name}: {found.get(name)} is not {expected.get(name)}"
            for name in sorted(found.keys() | expected.keys(), key=str)
            if found.get(name) != expected.get(name)
        ]

    def _contents(self, warehouse: Warehouse) -> dict[Any, Any]:
        told: dict[Any, Any] = dict(partition_hashes(warehouse))
        for table in self.registry.built.values():
            found = f"SELECT COUNT(*), COALESCE(SUM(hash(data_hash)), 0)::VARCHAR FROM {table.full_name}"
            told[table.name] = warehouse.rows(found)
        for contract in self.registry.raw.values():
            # Since when a row is known is the clock's; what it says, and whether it still stands, is the source's.
            for relation in (f"raw.{contract.name}", f"raw.{contract.name}_current"):
                content = f"COALESCE(SUM(hash(({columns_list(contract)}))), 0)::VARCHAR"
                told[relation] = warehouse.rows(f"SELECT COUNT(*), {content} FROM {relation}")
        told["retired"] = warehouse.rows(
            "SELECT table_name, kind, COUNT(*) FROM ledger.retired GROUP BY ALL ORDER BY ALL"
        )
        return told

    def _order(self, words: Sequence[str], path: Path, name: str) -> Order:
        beside = {each: str(self.place / f"{name}.{each}") for each in ("out", "err")}
        at = (NOON + timedelta(hours=self.hours)).isoformat()
        defect = self.defect if path == self.disturbed else ""
        return {"words": list(words), "warehouse": str(path), "at": at, "defect": defect, **beside}

    def _answer(self, order: Order, found: Order) -> Answer:
        told = {name: Path(order[name]).read_text(encoding="utf-8") for name in ("out", "err")}
        other = found.get("meanwhile")
        known = {name: found[name] for name in ("code", "pid", "struck", "inside", "commits", "statements")}
        second = self._answer(order["meanwhile"], other) if other else None
        return Answer(tuple(order["words"]), **told, **known, other=second)

    def _days(self) -> list[Any]:
        with Warehouse.open(self.undisturbed, read_only=True, threads=1) as warehouse:
            return [row[0] for row in warehouse.rows("SELECT DISTINCT game_date FROM ledger.schedule ORDER BY 1")]


@contextmanager
def theatre(
    size: str, registry: Registry, folder: Path, built: Path | None = None, acts: tuple[str, ...] = ALL_ACTS
) -> Iterator[Theatre]:
    """A copy of a folder and two warehouses that were fed from it, where also somebody without rights may go."""
    with tempfile.TemporaryDirectory(prefix="backcourt-chaos-") as name:
        place = Path(name)
        place.chmod(0o755)
        shutil.copytree(folder, place / "files", symlinks=True)
        command = [sys.executable, str(STAGEHAND), size]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as stagehand:
            made = Theatre(place, registry, stagehand, place / "files", acts)
            try:
                made.undisturbed.parent.mkdir()
                if built:
                    shutil.copy(built, made.undisturbed)
                else:
                    made.tell()
                    made.demand(BACKFILL, made.undisturbed)
                shutil.copytree(made.undisturbed.parent, made.disturbed.parent)
                yield made
            finally:
                stagehand.communicate()


# --- faults ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Struck:
    """What a fault did: whether it came in time, the command that it met, and what its message must tell."""

    happened: bool
    answer: Answer
    tells: str = ""
    inside: bool = False


Fault = Callable[[Theatre, Random, str, tuple[str, ...]], Struck]


def killed(stage: Theatre, rng: Random, act: str, words: tuple[str, ...]) -> Struck:
    """SIGKILL, two times of three in a COMMIT, else at a statement."""
    length = stage.length(act)
    if rng.random() < 0.67 and length.commits:
        # Later ones may not come, as what was delivered is not the same each time.
        commit = 1 + rng.randrange(max(1, length.commits - 1))
        fault = {"commit": commit, "delay": rng.random() * 0.001, "signal": signal.SIGKILL}
    else:
        fault = {"statement": _moment(stage, rng, act), "signal": signal.SIGKILL}
    answer = stage.run(words, fault=fault)
    return Struck(answer.code == -signal.SIGKILL, answer, inside=answer.inside)


def terminated(stage: Theatre, rng: Random, act: str, words: tuple[str, ...]) -> Struck:
    """SIGTERM at a statement: a run ends its commit and says how to go on, anything else says that it was interrupted."""
    answer = stage.run(words, fault={"statement": _moment(stage, rng, act), "signal": signal.SIGTERM})
    # After the last commit of a run there is nothing left to stop.
    return Struck(answer.struck and answer.code != 0, answer, "Interrupted|Go on with|stopping after")


def without_room(stage: Theatre, rng: Random, act: str, words: tuple[str, ...]) -> Struck:
    """RLIMIT_FSIZE: no file may grow beyond so many bytes."""
    answer = stage.run(words, fault={"limit": rng.choice((4096, 16_384, 65_536, 262_144))})
    return Struck(answer.code != 0, answer, "File too large.*(Free some room|Check free space)")


def read_only(stage: Theatre, rng: Random, act: str, words: tuple[str, ...]) -> Struck:
    """The warehouse, its folder or the event file may not be written, as by a mount or by another user's umask."""
    path = stage.disturbed
    events = path.with_name("w.duckdb.events.jsonl")
    which = rng.choice((path, path.parent, events))
    if which != path.parent:
        _make_writable_for_all(path.parent)
    if which == events:
        events.touch()
    kept = which.stat().st_mode
    which.chmod(0o555 if which.is_dir() else 0o444)
    try:
        answer = stage.run(words, fault={"unprivileged": True})
    finally:
        which.chmod(kept)
    return Struck(answer.code != 0, answer, "(cannot be (opened|written|read)|could not go on).*(rights|writable)")


def corrupted(stage: Theatre, rng: Random, act: str, words: tuple[str, ...]) -> Struck:
    """A file of the delivery is cut off, scrambled, lacks a column, or says something that cannot be; then it comes whole."""
    path = rng.choice(sorted(stage.folder.glob("*_box_*.csv")) or sorted(stage.folder.glob("player_box_*")))
    good = path.read_bytes()
    link = path.readlink() if path.is_symlink() else None
    path.unlink()
    path.write_bytes(_damaged(good, rng, path.suffix))
    try:
        answer = stage.run(words)
    finally:
        path.unlink()
        path.symlink_to(link) if link else path.write_bytes(good)
    return Struck(True, answer, re.escape(path.name))


def second_writer(stage: Theatre, rng: Random, act: str, words: tuple[str, ...]) -> Struck:
    """Another command comes while one is at work, or another process has taken the lease of one that slept."""
    if rng.random() < 0.7:
        first = stage.while_stopped(words, _moment(stage, rng, act), words)
        if first.other is None:
            return Struck(False, first)
        assert first.code == 0, f"who was there first is not disturbed: {first}"
        return Struck(True, first.other, f"in use by process {first.pid} ")
    # Between two commits somebody takes over: what is not committed then never is.
    thief = {"pid": 1, "host": "elsewhere", "since": NOON.isoformat(), "token": "another"}
    lease = lease_path(stage.disturbed)
    fault = {"statement": _moment(stage, rng, act), "steal": str(lease), "thief": thief}
    answer = stage.run(words, fault=fault)
    lease.unlink(missing_ok=True)
    return Struck(answer.struck and answer.code != 0, answer, "was taken over by process 1 on elsewhere")


def clock_jump(stage: Theatre, rng: Random, act: str, words: tuple[str, ...]) -> Struck:
    """The clock goes forth or back by a second, an hour, a day or a year in the midst of a command."""
    jump = rng.choice((-1, 1)) * rng.choice((1, 3_600, 86_400, 366 * 86_400))
    answer = stage.run(words, fault={"statement": _moment(stage, rng, act), "jump": jump})
    return Struck(answer.struck, answer)


def deleted_events(stage: Theatre, rng: Random, act: str, words: tuple[str, ...]) -> Struck:
    """The event file, the snapshot, both, or also the lease are deleted in the midst of a command."""
    beside = [stage.disturbed.with_name(f"w.duckdb.{name}") for name in ("events.jsonl", "status.parquet", "lease")]
    chosen = rng.choice((beside[:1], beside[:1], beside[:2], beside))
    answer = stage.run(words, fault={"statement": _moment(stage, rng, act), "unlink": [str(path) for path in chosen]})
    return Struck(answer.struck, answer)


FAULTS: dict[str, tuple[Fault, tuple[str, ...]]] = {
    "SIGKILL": (killed, (*WRITING, *WRITING, VERIFY)),
    "SIGTERM": (terminated, (*WRITING, VERIFY)),
    "RLIMIT_FSIZE": (without_room, WRITING),
    "read-only file": (read_only, WRITING),
    "corrupted raw file": (corrupted, (INGEST, DAILY)),
    "second writer": (second_writer, WRITING),
    "clock jump": (clock_jump, (*WRITING, VERIFY)),
    "deleted event file": (deleted_events, (*WRITING, VERIFY)),
}
"""Each fault with the acts that it may strike."""


def _moment(stage: Theatre, rng: Random, act: str) -> int:
    """A statement of the command, the first few apart, which open the file."""
    return rng.randrange(8, max(9, stage.length(act).statements))


def _make_writable_for_all(folder: Path) -> None:
    folder.chmod(0o777)
    for path in folder.iterdir():
        path.chmod(0o666)


def _damaged(good: bytes, rng: Random, suffix: str) -> bytes:
    """Other bytes that no reader may take for the file."""
    if suffix != ".csv":
        return rng.choice((good[: rng.randrange(len(good) * 9 // 10)], good[:4] + bytes(len(good) - 8) + good[-4:]))
    lines = good.splitlines(keepends=True)
    at = rng.randrange(1, len(lines))
    cells = lines[at].split(b",")
    return rng.choice(
        (
            good[: rng.randrange(len(lines[0]) + 1, len(good) * 2 // 3)],
            b"",
            lines[0],
            good.replace(b"game_id", b"game", 1),
            b"".join([*lines[:at], b"\xff\xfe" + lines[at], *lines[at + 1 :]]),
            b"".join([*lines[:at], b",".join([b"not a game", *cells[1:]]), *lines[at + 1 :]]),
            b"".join([*lines[: at + 1], lines[at].replace(b"\n", b"0\n"), *lines[at + 1 :]]),
        )
    )


# --- what must be true -----------------------------------------------------------------------------------------------


def check_message(name: str, struck: Struck) -> None:
    """The fault's message is one to act on: a documented exit code, no traceback, what and where, and what to do."""
    answer = struck.answer
    told = " ".join((answer.out + " " + answer.err).split())
    assert "Traceback" not in told, (name, answer)
    assert not re.search(r"-[\d,.]+ s\b", told), (name, "no time is negative", answer)
    if answer.code == -signal.SIGKILL:
        return
    assert answer.code in DOCUMENTED, (name, answer)
    if answer.code == 0:
        assert name in ("clock jump", "deleted event file"), (name, answer)
        return
    assert re.search(struck.tells, told), (name, struck.tells, answer)
    if answer.code in (2, 4, 5):
        assert "Hint: " in told, (name, answer)
    if answer.code == 130:
        assert re.search(r"Go on with +backcourt|the same command goes on", told), (name, answer)


def strike(stage: Theatre, rng: Random, name: str, deliver: Callable[[], None]) -> Struck:
    """Let a fault strike a command, read its message, and give the same command again: it must do what it did not."""
    fault, acts = FAULTS[name]
    act = rng.choice([each for each in acts if each in stage.acts])
    if act in (INGEST, DAILY) or (act in (BACKFILL, PART) and stage.is_built):
        deliver()
        stage.tell()
    if act in (BACKFILL, PART):
        stage.demand(INGEST)
    if act == VERIFY and not stage.is_built:
        stage.demand(BACKFILL)
    words = stage.words(act, rng)
    struck = fault(stage, rng, act, words)
    if struck.happened:
        check_message(name, struck)
    again = stage.run(words)
    assert again.code == 0, (name, "the same command again", struck, again)
    if struck.answer.code == 0 and act in (INGEST, BACKFILL):
        assert _says_nothing_to_do(again), (name, "exit code 0, and something was left", again)
    stage.lengths[act] = max(again, stage.length(act), key=lambda one: one.statements)
    stage.is_built |= act in (BACKFILL, DAILY)
    return struck


def _says_nothing_to_do(answer: Answer) -> bool:
    """A command that was done before: no file is other than known, no partition is planned."""
    rows = [line.split() for line in answer.out.splitlines() if line.startswith("raw.")]
    return all(row[1] == row[2] for row in rows) if rows else "0 partitions planned" in answer.out


def end(stage: Theatre) -> None:
    """Build what is left in both, verify the disturbed one, and compare; raises AssertionError where they differ."""
    for path in (stage.disturbed, stage.undisturbed):
        stage.demand(BACKFILL, path)
    stage.is_built = True
    stage.demand(VERIFY)
    found = stage.differences()
    assert not found, found


def campaign(stage: Theatre, rng: Random, names: Sequence[str], deliver: Callable[[], None], each: int) -> Counter[str]:
    """Let faults of these names strike, one after another, and compare after so many; what happened, counted.

    A fault that came too late, when its command was done, is tried again.
    """
    tally: Counter[str] = Counter()
    for number, name in enumerate(names, 1):
        for _ in range(8):
            struck = strike(stage, rng, name, deliver)
            if struck.happened:
                break
            tally["came too late"] += 1
        else:
            raise AssertionError(f"{name} never struck")
        tally[name] += 1
        tally["kills in a COMMIT"] += struck.inside
        tally[f"exit code {struck.answer.code}"] += 1
        tally[struck.answer.words[0]] += 1
        if number % each == 0 or number == len(names):
            end(stage)
    return tally
