"""The archive: nothing half-written, nothing damaged unseen, two processes at once."""

from __future__ import annotations

import gzip
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from answering import GAME, NOON, MakeFetcher, Server, asked, conditional, document, object_of

from backcourt.sources.http.archive import Archive
from backcourt.sources.http.client import FOREVER, Fetcher
from backcourt.sources.http.errors import ArchiveError, DamagedError
from backcourt.sources.http.objects import digest_of
from backcourt.sources.payload import Request


def request(name: str = "game", **values: str) -> Request:
    given = {"source": "nba_cdn", "need": "boxscore", "subject": name, "url": f"https://cdn.nba.com/{name}"}
    return Request(**{**given, **values})


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_what_was_stored_is_read(archive: Archive) -> None:
    """Compressed, under the name of its content; the same bytes take the same file, whoever sends them."""
    body = GAME * 100
    first = archive.store(request("a"), body, NOON)
    second = archive.store(request("b", source="nba_stats"), body, NOON)
    assert first.digest == second.digest == digest_of(body)
    assert archive.read(digest_of(body)) == body
    path = object_of(archive.folder, body)
    assert gzip.decompress(path.read_bytes()) == body
    assert path.stat().st_size < len(body) / 10
    assert list(archive.folder.rglob("*.gz")) == [path]


def test_every_answer_stays(archive: Archive) -> None:
    """The newest answers a request, whatever the order of entries; all of them can be listed by what they are about."""
    archive.store(request(), b"2", NOON + timedelta(hours=1))
    archive.store(request(), b"1", NOON)
    archive.store_absence(request("other"), 404, NOON)
    newest = archive.newest(request())
    assert newest is not None
    assert newest.digest == digest_of(b"2")
    assert [each.digest for each in archive.history(request())] == [digest_of(b"1"), digest_of(b"2")]
    assert [each.status for each in archive.all_of("nba_cdn")] == [200, 404, 200]
    assert [each.subject for each in archive.all_of("nba_cdn", "boxscore", "other")] == ["other"]
    assert archive.all_of("nba_cdn", "schedule") == archive.all_of("espn") == []
    assert archive.newest(request(source="espn")) is None


def test_the_same_moment_is_ordered_by_entry(archive: Archive) -> None:
    archive.store(request(), b"1", NOON)
    archive.store(request(), b"2", NOON)
    newest = archive.newest(request())
    assert newest is not None
    assert newest.digest == digest_of(b"2")


def test_credits_are_remembered(archive: Archive) -> None:
    assert archive.credits("odds_api") is None
    archive.tell_credits("odds_api", 480, NOON)
    archive.tell_credits("odds_api", 470, NOON + timedelta(hours=1))
    assert archive.credits("odds_api") == (470, NOON + timedelta(hours=1))


def test_an_archive_is_found_again(tmp_path: Path) -> None:
    with Archive(tmp_path / "deep" / "archive", NOON) as archive:
        archive.store(request(), GAME, NOON)
    with Archive(tmp_path / "deep" / "archive", NOON) as archive:
        newest = archive.newest(request())
        assert newest is not None
        assert archive.payload(request(), newest).body == GAME


# --- damage ----------------------------------------------------------------------------------------------------------


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def _other(path: Path) -> None:
    path.write_bytes(gzip.compress(b'{"game": "another"}'))


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _gone(path: Path) -> None:
    path.unlink()


DAMAGES = [_cut, _flip, _other, _empty, _gone]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_an_error(archive: Archive, damage: Callable[[Path], None]) -> None:
    """Which file, and what to do."""
    fetch = archive.store(request(), GAME, NOON)
    path = object_of(archive.folder, GAME)
    damage(path)
    with pytest.raises(DamagedError) as caught:
        archive.payload(request(), fetch)
    assert str(path) in caught.value.message
    assert digest_of(GAME)[:12] in caught.value.message
    assert "fetch its document again" in caught.value.hint
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_document_is_replaced_when_it_comes_again(archive: Archive, damage: Callable[[Path], None]) -> None:
    archive.store(request(), GAME, NOON)
    damage(object_of(archive.folder, GAME))
    archive.store(request(), GAME, NOON)
    assert archive.read(digest_of(GAME)) == GAME


@pytest.mark.parametrize("max_age", [None, FOREVER])
def test_a_fetch_tells_of_damage_and_mends_it(
    server: Server,
    fetcher: Fetcher,
    fetcher_with: MakeFetcher,
    archive: Archive,
    warned: list[str],
    max_age: timedelta | None,
) -> None:
    """It asks without a condition, as a confirmation would be of no use; offline it is an error."""
    server.on("/game", conditional(GAME, '"1"'))
    wanted = asked(server)
    fetcher.fetch(wanted)
    _flip(object_of(archive.folder, GAME))
    with pytest.raises(DamagedError):
        fetcher_with(offline=True).fetch(wanted)
    assert warned == []
    assert fetcher.fetch(wanted, max_age=max_age).body == GAME
    assert "is damaged" in warned[0]
    assert [each.status for each in archive.history(wanted)] == [200, 200]
    assert archive.read(digest_of(GAME)) == GAME


def test_a_damaged_index_is_an_error(tmp_path: Path) -> None:
    with Archive(tmp_path, NOON) as archive:
        archive.store(request(), GAME, NOON)
    (tmp_path / "index.sqlite").write_bytes(b"no database at all" * 1000)
    with pytest.raises(ArchiveError, match=r"index.sqlite cannot be used: .*not a database"):
        Archive(tmp_path, NOON)


def test_an_index_of_another_version_is_refused(tmp_path: Path) -> None:
    Archive(tmp_path, NOON).close()
    connection = sqlite3.connect(tmp_path / "index.sqlite")
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    with pytest.raises(ArchiveError, match="has version 7; this program knows 1"):
        Archive(tmp_path, NOON)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("mine")
    with pytest.raises(ArchiveError, match="cannot be used") as caught:
        Archive(tmp_path / "archive", NOON)
    assert "BACKCOURT_ARCHIVE" in caught.value.hint


def test_a_disk_that_is_full(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is in the index, and no draft is left."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ArchiveError, match="No space left on device"):
        archive.store(request(), GAME, NOON)
    assert archive.newest(request()) is None
    assert [path for path in archive.folder.rglob("*") if path.is_file() and path.suffix == ".1"] == []
    assert list((archive.folder / "drafts").iterdir()) == []


# --- kills and neighbours --------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from backcourt.sources.http.archive import Archive
from backcourt.sources.payload import Request

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

{plan}
at = datetime(2024, 1, 15, 12, tzinfo=UTC)
archive = Archive(Path(sys.argv[1]), at)
archive.store(Request("nba_cdn", "boxscore", "game", "https://cdn.nba.com/game"), b"[" + b"1, " * 9999 + b"1]", at)
"""


@pytest.mark.parametrize(
    "plan",
    [
        "os.fsync = die",
        "Path.replace = die",
        "import backcourt.sources.http.objects as objects; objects._sync_folder = die",
        "from backcourt.sources.http.index import Index; Index.add = die",
        "os.link = die",
    ],
)
def test_a_kill_in_the_midst_leaves_nothing_half(tmp_path: Path, plan: str) -> None:
    """The index does not know the document, what is under its name is whole, and storing it again works."""
    body = b"[" + b"1, " * 9999 + b"1]"
    done = subprocess.run([sys.executable, "-c", KILLED.format(plan=plan), str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    path = object_of(tmp_path, body)
    assert not path.exists() or gzip.decompress(path.read_bytes()) == body
    with Archive(tmp_path, NOON) as archive:
        assert archive.newest(request()) is None
        archive.store(request(), body, NOON)
        assert archive.read(digest_of(body)) == body
    for draft in (tmp_path / "drafts").iterdir():
        os.utime(draft, (NOON.timestamp(), NOON.timestamp()))
    Archive(tmp_path, NOON + timedelta(hours=23)).close()
    Archive(tmp_path, NOON + timedelta(hours=25)).close()
    assert list((tmp_path / "drafts").iterdir()) == []


def test_a_draft_of_a_neighbour_stays(tmp_path: Path) -> None:
    """Only one that is a day old was left behind."""
    Archive(tmp_path, NOON).close()
    draft = tmp_path / "drafts" / "abc.1.1"
    draft.write_bytes(b"half")
    os.utime(draft, (NOON.timestamp(), NOON.timestamp()))
    Archive(tmp_path, NOON + timedelta(hours=23)).close()
    assert draft.exists()


NEIGHBOUR = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from backcourt.sources.http.archive import Archive
from backcourt.sources.payload import Request

at = datetime(2024, 1, 15, 12, tzinfo=UTC)
with Archive(Path(sys.argv[1]), at) as archive:
    for number in range(25):
        asked = Request("nba_cdn", "boxscore", sys.argv[2], f"https://cdn.nba.com/{number}")
        fetch = archive.store(asked, str(number).encode() * 1000, at)
        assert archive.payload(asked, archive.newest(asked)).body == str(number).encode() * 1000
"""


def test_processes_share_an_archive(tmp_path: Path) -> None:
    """From its first moment: three make it, write the same bodies and read them, and no entry is lost."""
    running = [subprocess.Popen([sys.executable, "-c", NEIGHBOUR, str(tmp_path), name]) for name in "abc"]
    assert [each.wait(timeout=60) for each in running] == [0, 0, 0]
    with Archive(tmp_path, NOON) as archive:
        for name in "abc":
            entries = archive.all_of("nba_cdn", subject=name)
            assert len(entries) == 25
        assert all(archive.read(str(entry.digest)) for entry in entries)
    assert len(list((tmp_path / "objects").rglob("*.gz"))) == 25
    assert [path.name for path in tmp_path.iterdir() if "draft" in path.name] == ["drafts"]


def test_a_document_is_archived_before_it_is_handed_out(server: Server, fetcher: Fetcher, tmp_path: Path) -> None:
    """What a fetch gave is there for the next process."""
    server.on("/game", document())
    payload = fetcher.fetch(asked(server))
    with Archive(fetcher.archive.folder, NOON) as second:
        newest = second.newest(asked(server))
        assert newest is not None
        assert second.payload(asked(server), newest) == payload
