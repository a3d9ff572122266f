"""A file that is no warehouse, may not be written, is in use, or has no room: one clear error, and the old state stays."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backcourt.engine import ledger
from backcourt.errors import LockedError, WarehouseError
from backcourt.sources.simulated.faults import inject
from backcourt.warehouse.duckdb import Warehouse
from support import Workshop, contents, workshop

HOLDER = """
import sys, time
from pathlib import Path
from backcourt.warehouse.duckdb import Warehouse
warehouse = Warehouse.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.readline()
warehouse.close()
"""

# Errors that a user meets are printed with their class and exit code; anything else leaves a traceback.
WORKER = """
import os, resource, sys
from pathlib import Path
from backcourt.clock import SystemClock
from backcourt.engine.certify import certify
from backcourt.engine.registry import default_registry
from backcourt.engine.run import backfill
from backcourt.errors import BackcourtError
from backcourt.seasons import Scope
from backcourt.sources.simulated.source import ingest_simulated
from backcourt.warehouse.duckdb import Warehouse
path, folder, limit, act = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
act, _, when = act.partition(" ")
registry = default_registry()
if limit and not when:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
elif not limit and os.geteuid() == 0:
    os.setuid(65534)  # to root no file is read-only
try:
    with Warehouse.open(path, threads=1) as warehouse:
        if when == "afterwards":
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        if act == "certify":
            certify(warehouse, registry, Scope(tables=("player_game_summary",)), SystemClock())
            sys.exit()
        if act == "ingest":
            ingest_simulated(warehouse, registry, folder, SystemClock())
        backfill(warehouse, registry, Scope(), SystemClock())
except BackcourtError as error:
    print(type(error).__name__, error)
    sys.exit(error.exit_code)
print("done")
"""


@contextmanager
def held(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the warehouse open."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        try:
            yield process
        finally:
            process.communicate("go\n")


def work(path: Path, folder: Path, limit: int, act: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WORKER, str(path), str(folder), str(limit), act]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


class TestNoWarehouse:
    @pytest.mark.parametrize("content", [b"just text\n", b"PAR1" + b"\x00" * 4096, b"\x00" * 20000])
    def test_another_file(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "notes.duckdb"
        path.write_bytes(content)
        with pytest.raises(WarehouseError, match=r"notes\.duckdb cannot be opened") as caught:
            Warehouse.open(path, threads=1)
        assert caught.value.hint
        assert "\n" not in caught.value.message
        assert path.read_bytes() == content

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(WarehouseError, match="cannot be opened"):
            Warehouse.open(tmp_path)

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(WarehouseError, match="cannot be opened") as caught:
            Warehouse.open(tmp_path / "none" / "w.duckdb")
        assert "folder exists" in caught.value.hint

    def test_reading_what_was_never_filled(self, tmp_path: Path) -> None:
        with pytest.raises(WarehouseError, match="There is no warehouse at") as caught:
            Warehouse.open(tmp_path / "w.duckdb", read_only=True)
        assert "backcourt ingest" in caught.value.hint
        assert not (tmp_path / "w.duckdb").exists()

    def test_a_truncated_warehouse(self, built: Path, tmp_path: Path) -> None:
        path = tmp_path / "half.duckdb"
        path.write_bytes(built.read_bytes()[: built.stat().st_size // 2])
        with pytest.raises(WarehouseError, match=r"half\.duckdb"):
            _read_all(path)

    def test_a_flipped_block(self, built: Path, tmp_path: Path) -> None:
        content = bytearray(built.read_bytes())
        for place in range(len(content) // 8, len(content), 10_000):
            content[place] ^= 0xFF
        path = tmp_path / "flipped.duckdb"
        path.write_bytes(content)
        with pytest.raises(WarehouseError) as caught:
            _read_all(path)
        assert "intact" not in caught.value.hint


def _read_all(path: Path) -> None:
    with Warehouse.open(path, read_only=True) as warehouse:
        contents(warehouse)


class TestNameOfASchema:
    @pytest.mark.parametrize("name", ["raw.duckdb", "RAW.duckdb", "ledger", "analytics.v2.duckdb"])
    def test_is_refused(self, tmp_path: Path, name: str) -> None:
        """The engine could not tell the database from its schema."""
        with pytest.raises(WarehouseError, match=f"cannot be called {name}: .* is one of its schemas") as refused:
            Warehouse.open(tmp_path / name)
        assert "nba_" in (refused.value.hint or "")
        assert not list(tmp_path.iterdir())

    def test_another_is_not(self, tmp_path: Path) -> None:
        with Warehouse.open(tmp_path / "nba_raw.duckdb", threads=1) as warehouse:
            ledger.create(warehouse)


class TestInUse:
    def test_the_holder_is_named(self, shop: Workshop) -> None:
        path = shop.warehouse.path
        assert path is not None
        shop.warehouse.close()
        with held(path) as process:
            for read_only in (False, True):
                with pytest.raises(LockedError) as caught:
                    Warehouse.open(path, read_only=read_only)
                assert f"process {process.pid}" in caught.value.message
                assert "--lock-timeout" in caught.value.hint
                assert caught.value.exit_code == 4
        Warehouse.open(path, threads=1).close()

    def test_waiting_is_rewarded(self, built: Path, tmp_path: Path) -> None:
        path = tmp_path / "w.duckdb"
        path.write_bytes(built.read_bytes())
        with held(path) as process:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
            with Warehouse.open(path, lock_timeout=20) as warehouse:
                assert warehouse.value("SELECT COUNT(*) FROM ledger.partitions") == 18


class TestNoRoom:
    """RLIMIT_FSIZE stands in for a full disk: no file may grow beyond so many bytes."""

    @pytest.mark.soak
    def test_no_room_to_ingest(self, built: Path, league: Path, tmp_path: Path) -> None:
        path = tmp_path / "w.duckdb"
        ended = work(path, league, 600_000, "ingest")
        assert ended.returncode == WarehouseError.exit_code, ended.stderr
        assert ended.stdout.startswith("WarehouseError The warehouse could not go on: ")
        assert "Hint: Check free space" in ended.stdout
        assert "Traceback" not in ended.stderr
        with workshop(path, league) as shop:
            found = shop.verify()
            assert (found.passed, found.damage, found.broken_seals) == (False, [], [])
            shop.ingest()
            assert shop.backfill().is_complete
            assert shop.verify().passed

    @pytest.mark.soak
    def test_no_room_to_build(self, shop: Workshop) -> None:
        """The warehouse is full when a correction arrives: what was verified before still is."""
        path, before = shop.warehouse.path, shop.hashes()
        assert path is not None
        shop.warehouse.execute("CHECKPOINT")
        shop.warehouse.close()
        inject(shop.folder, "assist_correction")
        ended = work(path, shop.folder, 4096, "ingest afterwards")
        assert ended.returncode == WarehouseError.exit_code, ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr
        with workshop(path, shop.folder) as again:
            assert again.hashes() == before
            found = again.verify()
            assert (found.damage, found.broken_seals) == ([], [])
            again.ingest()
            assert again.backfill().is_complete
            assert again.verify().passed
            assert again.hashes() != before

    @pytest.mark.parametrize("limit", [4096, 16_384, 1 << 18])
    def test_a_limit_that_is_less_than_the_file(self, shop: Workshop, limit: int) -> None:
        """It would tear a block that is in use, when the file is closed at the latest: the process is refused."""
        path = shop.warehouse.path
        assert path is not None
        shop.warehouse.close()
        content = path.read_bytes()
        ended = work(path, shop.folder, limit, "ingest")
        assert ended.returncode == WarehouseError.exit_code, ended.stdout + ended.stderr
        assert f"has {len(content):,} bytes, and this process may write files of {limit:,} at most" in ended.stdout
        assert "Hint: Raise the limit on the size of files (ulimit -f)" in ended.stdout
        assert path.read_bytes() == content

    @pytest.mark.soak
    def test_no_room_to_certify(self, shop: Workshop) -> None:
        """The scratch database has no room: no certificate, and nothing is left beside."""
        path = shop.warehouse.path
        assert path is not None
        shop.warehouse.execute("CHECKPOINT")
        shop.warehouse.close()
        ended = work(path, shop.folder, 4096, "certify afterwards")
        assert ended.returncode == WarehouseError.exit_code, ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr
        with workshop(path, shop.folder) as again:
            assert again.warehouse.value("SELECT COUNT(*) FROM ledger.certificates") == 0
            assert again.verify().passed
            with again.warehouse.beside():
                pass
        assert [each.name for each in path.parent.iterdir() if "beside" in each.name] == []

    @pytest.mark.soak
    def test_enough_room(self, shop: Workshop) -> None:
        """The same limit mechanism, generous: so that the failures above are the limit's."""
        path = shop.warehouse.path
        assert path is not None
        shop.warehouse.close()
        ended = work(path, shop.folder, 1 << 30, "ingest")
        assert (ended.returncode, ended.stdout) == (0, "done\n")


class TestReadOnly:
    def test_a_file_without_the_right_to_write(self, built: Path, league: Path, tmp_path: Path) -> None:
        path = tmp_path / "w.duckdb"
        path.write_bytes(built.read_bytes())
        for folder in [tmp_path, *list(tmp_path.parents)[:3]]:
            if folder.stat().st_uid == os.geteuid() and folder != Path("/tmp"):
                folder.chmod(folder.stat().st_mode | 0o055)
        path.chmod(0o444)
        content = path.read_bytes()
        ended = work(path, league, 0, "ingest")
        assert ended.returncode == WarehouseError.exit_code, ended.stdout + ended.stderr
        assert ended.stdout.startswith("WarehouseError The warehouse")
        assert "Hint: Check that the folder exists and is writable" in ended.stdout
        assert path.read_bytes() == content

    def test_opened_to_read_it_takes_no_writes(self, built: Path) -> None:
        with Warehouse.open(built, read_only=True) as warehouse:
            before = contents(warehouse)
            with pytest.raises(Exception, match="read-only"):
                warehouse.execute("DELETE FROM ledger.partitions")
            assert contents(warehouse) == before
