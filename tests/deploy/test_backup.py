"""The copy of a warehouse: with what a killed round left, read again, and never a damaged one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from backcourt.engine import lineage
from backcourt.engine.registry import Registry
from backcourt.warehouse.duckdb import Warehouse

SCRIPT = Path(__file__).parents[2] / "deploy" / "backup.sh"

KILLED = """
import os, sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("CREATE TABLE raw.committed_last AS SELECT 7 AS n")
os._exit(9)
"""


@dataclass(frozen=True)
class Keeper:
    """A warehouse, the folder of its copies, and a PATH with this Python and this Backcourt."""

    warehouse: Path
    copies: Path
    path: str

    def __call__(self, keep: int = 7) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BACKCOURT_")}
        env = {**clean, "PATH": self.path, "BACKCOURT_WAREHOUSE": str(self.warehouse), "BACKUP_WAIT": "0"}
        command = [str(SCRIPT), str(self.copies), str(keep)]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    @property
    def kept(self) -> list[Path]:
        """The copies, oldest first."""
        return sorted(self.copies.glob("*Z"))


@pytest.fixture(scope="module")
def fed(ingested: Path, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse in which nothing is built: incomplete, which is no fault of a copy. What its tables read is known."""
    path = Path(shutil.copy(ingested, tmp_path_factory.mktemp("fed") / "w.duckdb"))
    with Warehouse.open(path, threads=1) as warehouse, warehouse.transaction():
        lineage.remember(warehouse, registry)
    return path


@pytest.fixture
def keeper(fed: Path, tmp_path: Path) -> Keeper:
    """A warehouse of its own."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "lib").mkdir()
    start = f'#!/bin/sh\nexec "{sys.executable}" -c "from backcourt.cli.main import main; main()" "$@"\n'
    for name, text in {"backcourt": start, "python": f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'}.items():
        (tmp_path / "bin" / name).write_text(text, encoding="utf-8")
        (tmp_path / "bin" / name).chmod(0o755)
    warehouse = Path(shutil.copy(fed, tmp_path / "lib" / "w.duckdb"))
    return Keeper(warehouse, tmp_path / "copies", f"{tmp_path / 'bin'}:/usr/bin:/bin")


def test_it_holds_what_a_killed_round_committed(keeper: Keeper) -> None:
    """That still stands in the log beside the file. The warehouse is as it was, and of the older copies the newest stay."""
    for day in (1, 2, 3):
        (keeper.copies / f"2026010{day}T000000.0Z").mkdir(parents=True)
    assert subprocess.run([sys.executable, "-c", KILLED, str(keeper.warehouse)], check=False).returncode == 9
    assert keeper.warehouse.with_name("w.duckdb.wal").exists()
    before = keeper.warehouse.read_bytes()
    done = keeper(keep=2)
    assert done.returncode == 0, done.stderr
    older, copy = keeper.kept
    assert older.name == "20260103T000000.0Z"
    with Warehouse.open(copy / "w.duckdb", read_only=True) as opened:
        assert opened.value("SELECT n FROM raw.committed_last") == 7
    assert keeper.warehouse.read_bytes() == before


def test_a_damaged_one_is_refused_and_others_stay(keeper: Keeper) -> None:
    older = keeper.copies / "20260101T000000.0Z"
    older.mkdir(parents=True)
    with Warehouse.open(keeper.warehouse) as opened:
        opened.execute("UPDATE raw.player_box SET points = points + 1")
    done = keeper()
    assert done.returncode == 1
    assert "The copy is damaged; see " in done.stderr
    assert keeper.kept == [older]
    assert (keeper.copies / "draft" / "verify.json").exists()


def test_a_torn_one_is_refused(keeper: Keeper) -> None:
    """As when it was copied while somebody wrote."""
    whole = keeper.warehouse.read_bytes()
    keeper.warehouse.write_bytes(whole[: len(whole) // 2])
    assert keeper().returncode == 1
    assert keeper.kept == []


def test_it_waits_for_a_round(keeper: Keeper) -> None:
    """A round holds the lock; nothing is copied meanwhile, and the exit code says why."""
    lock = keeper.warehouse.with_name("lock")
    command = ["flock", str(lock), "sh", "-c", "echo ready; read line"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "ready\n"
        assert keeper().returncode == 4
        holder.communicate("\n")
    assert keeper.kept == []
