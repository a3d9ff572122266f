"""backfill --notify: once a run, after it, without secrets, and without a say in how the run ended."""

from __future__ import annotations

import json
import shlex
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from terminal import Answer, Terminal

from backcourt.engine import events
from backcourt.errors import WarehouseError
from backcourt.report import notify
from backcourt.report.notify import shown

DAY = "2021-10-20"
SECRET = "s3cr3t-t0ken"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where the command `keep` puts what it reads."""
    return tmp_path / "kept.jsonl"


def keep(kept: Path) -> str:
    """A command that adds its standard input, on a line, to a file."""
    program = f"import sys; open({str(kept)!r}, 'a').write(sys.stdin.read() + chr(10)); print('noise')"
    return shlex.join([sys.executable, "-c", program, SECRET])


def read(kept: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []


def told(cli: Terminal) -> list[dict[str, Any]]:
    """What the event file says of notifications."""
    return events.all_events(cli.warehouse, "notified", "not_notified")


def backfill(cli: Terminal, target: str, words: str = "") -> Answer:
    return cli(f"backfill --tables TOGS --json {words}", BACKCOURT_NOTIFY=target)


@dataclass
class Hook:
    """A web server on this machine that keeps what is posted to it."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    posts: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/{SECRET}?key={SECRET}"


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.posts.append((self.path, self.headers["Content-Type"], json.loads(body)))
            self.send_response(made.status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.end_headers()

        do_GET = do_POST  # noqa: N815

        def log_message(self, *words: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        made.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        server.shutdown()
        thread.join()


def without_secret(cli: Terminal, answer: Answer) -> bool:
    seen = answer.out + answer.err + events.events_path(cli.warehouse).read_text()
    return SECRET not in seen and "hooks" not in seen


class TestCommand:
    def test_it_reads_the_digest(self, raw_cli: Terminal, kept: Path) -> None:
        answer = backfill(raw_cli, keep(kept))
        (found,) = read(kept)
        assert answer.code == 0
        assert answer.err == ""
        assert (found["run_id"], found["outcome"], found["changed"]) == (answer.json["run"], "complete", 6)
        assert found["newest_verified"]["team_offense_game_summary"] == "2021-10-24"
        assert found["error"] is None
        assert found == {**raw_cli("status --digest").json, "error": None}
        (event,) = told(raw_cli)
        assert (event["event"], event["run"], event["target"]) == (
            "notified",
            found["run_id"],
            Path(sys.executable).name,
        )
        assert without_secret(raw_cli, answer)

    def test_the_option_comes_before_the_setting(self, raw_cli: Terminal, kept: Path) -> None:
        other = kept.with_name("other.jsonl")
        raw_cli(f"backfill --tables TOGS --notify {shlex.quote(keep(kept))}", BACKCOURT_NOTIFY=keep(other))
        raw_cli("backfill --tables TOGS --notify ''", BACKCOURT_NOTIFY=keep(other))
        assert (len(read(kept)), read(other)) == (1, [])

    def test_a_failed_run_is_told_with_its_causes(self, raw_cli: Terminal, kept: Path) -> None:
        assert raw_cli(f"backfill --tables PGS --no-upstream --dates {DAY}", BACKCOURT_NOTIFY=keep(kept)).code == 1
        (found,) = read(kept)
        assert (found["outcome"], found["blocked"]) == ("incomplete", 1)
        assert found["failures"][0]["cause"].startswith("needs analytics.team_offense_game_summary")

    @pytest.mark.parametrize("words", ["--dry-run", "--dates 2099:x"])
    def test_without_a_run_nothing_is_told(self, raw_cli: Terminal, kept: Path, words: str) -> None:
        backfill(raw_cli, keep(kept), words)
        assert read(kept) == []

    def test_a_run_that_broke_is_told_too(self, raw_cli: Terminal, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise WarehouseError("No room left.", "Make some.")

        monkeypatch.setattr("backcourt.engine.run.publish", full)
        assert backfill(raw_cli, keep(kept)).code == 5
        (found,) = read(kept)
        assert (found["outcome"], found["error"]) == ("killed", "No room left.")

    def test_also_where_the_warehouse_cannot_be_read_after_it(
        self, raw_cli: Terminal, kept: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(*_: object) -> None:
            raise WarehouseError("The file is gone.")

        monkeypatch.setattr(notify, "digest", gone)
        answer = backfill(raw_cli, keep(kept))
        (found,) = read(kept)
        assert answer.code == 0
        assert (found["run_id"], found["outcome"], found["error"]) == (
            answer.json["run"],
            "complete",
            "The file is gone.",
        )


class TestTrouble:
    @pytest.mark.parametrize(
        ("target", "cause"),
        [
            (f"no-such-program {SECRET}", "No such file or directory"),
            (f"{sys.executable} -c 'import sys; sys.exit(3)' {SECRET}", "it ended with exit code 3"),
            (f"{sys.executable} -c 'import time; time.sleep(60)' {SECRET}", "it was stopped after 0.5 s"),
            (f"http://127.0.0.1:9/{SECRET}", "Connection refused"),
            (f"http://127.0.0.1:{SECRET}/", "it cannot be posted to (InvalidURL)"),
            (f"http://127.0.0.1:9/a {SECRET}", "it cannot be posted to (InvalidURL)"),
        ],
    )
    def test_it_is_told_and_changes_nothing(
        self, raw_cli: Terminal, monkeypatch: pytest.MonkeyPatch, target: str, cause: str
    ) -> None:
        monkeypatch.setattr(notify, "TIMEOUT", 0.5)
        answer = backfill(raw_cli, target)
        assert answer.code == 0
        assert answer.json["is_complete"]
        assert f"Warning: {shown(target)} was not told of run {answer.json['run']}: {cause}" in answer.err
        (event,) = told(raw_cli)
        assert (event["event"], event["cause"]) == ("not_notified", cause)
        assert without_secret(raw_cli, answer)
        assert raw_cli("verify --tables TOGS").code == 0

    @pytest.mark.parametrize("target", ["http://", f"https:///{SECRET}", f"mail '{SECRET}", "''"])
    def test_no_target(self, raw_cli: Terminal, target: str) -> None:
        before = raw_cli.state()
        answer = raw_cli("backfill", BACKCOURT_NOTIFY=target)
        assert answer.code == 2
        assert "neither a command nor a web address" in answer.err
        assert SECRET not in answer.err
        assert raw_cli.state() == before


class TestWeb:
    def test_the_digest_is_posted(self, raw_cli: Terminal, hook: Hook) -> None:
        answer = backfill(raw_cli, hook.address)
        ((path, kind, found),) = hook.posts
        assert (path, kind) == (f"/hooks/{SECRET}?key={SECRET}", "application/json")
        assert (found["run_id"], found["outcome"]) == (answer.json["run"], "complete")
        assert (answer.code, answer.err) == (0, "")
        assert told(raw_cli)[0]["target"] == "http://127.0.0.1"
        assert without_secret(raw_cli, answer)

    @pytest.mark.parametrize("status", [302, 307, 404, 500])
    def test_an_answer_that_is_no_yes(self, raw_cli: Terminal, hook: Hook, status: int) -> None:
        """A redirect is not followed: what the address holds is for that server."""
        hook.status, hook.headers = status, {"Location": f"http://127.0.0.1:{hook.port}/elsewhere"}
        answer = backfill(raw_cli, hook.address)
        assert answer.code == 0
        assert len(hook.posts) == 1
        assert f"http://127.0.0.1 was not told of run {answer.json['run']}: it answered {status}" in answer.err
        assert without_secret(raw_cli, answer)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (f"https://me:{SECRET}@example.org:8443/{SECRET}", "https://example.org"),
        (f"HTTP://Example.org/{SECRET}", "http://example.org"),
        (f"/usr/bin/mail -s {SECRET}", "mail"),
    ],
)
def test_what_is_shown_of_a_target(target: str, said: str) -> None:
    assert shown(target) == said


def test_the_event_file_may_be_full(raw_cli: Terminal, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then that is told, and nothing else changes."""
    write = events.append_beside

    def full(path: Path, moment: datetime, event: str, details: dict[str, object]) -> None:
        if event == "notified":
            raise WarehouseError("The event file cannot be written.")
        write(path, moment, event, details)

    monkeypatch.setattr(events, "append_beside", full)
    answer = backfill(raw_cli, keep(kept))
    assert answer.code == 0
    assert "The event file cannot be written." in answer.err
