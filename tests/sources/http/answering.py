"""A web server of this machine whose answers are written down, and time that passes without anybody waiting."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from backcourt.clock import Clock
from backcourt.sources.http.client import Fetcher
from backcourt.sources.http.objects import digest_of
from backcourt.sources.http.waiting import Waiting
from backcourt.sources.payload import Request

NOON = datetime(2024, 1, 15, 12, tzinfo=UTC)
GAME = b'{"game": {"gameId": "0022300561", "points": 112}}'

MakeFetcher = Callable[..., Fetcher]
Reply = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers a path with the next of its replies; the last one stays."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        replies = self.server.replies.get(path) or [status(404)]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        try:
            reply(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Nothing on the test's output."""


class Server(ThreadingHTTPServer):
    """Remembers what it was asked: each path with its query, and the headers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.replies: dict[str, list[Reply]] = {}

    def handle_error(self, *args: object) -> None:
        """A client that hangs up is no error of a test."""

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def on(self, path: str, *replies: Reply) -> None:
        """What a path answers, one reply after the other."""
        self.replies[path] = list(replies)

    def count(self, path: str) -> int:
        return sum(urlsplit(asked).path == path for asked, _ in self.asked)


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def status(code: int, body: bytes = b"", **headers: object) -> Reply:
    """An answer with these headers; underscores stand for hyphens."""

    def reply(handler: Handler) -> None:
        handler.send_response(code)
        named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        for name, value in ({"Content-Length": str(len(body))} | named).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def document(body: bytes = GAME, **headers: object) -> Reply:
    return status(200, body, **{"Content-Type": "application/json", **headers})


def page(code: int = 200, title: str = "Access Denied") -> Reply:
    body = f"<!DOCTYPE html><html><head><title>{title}</title></head><body>no</body></html>".encode()
    return status(code, body, Content_Type="text/html")


def conditional(body: bytes, etag: str) -> Reply:
    """304 for who has this version already."""

    def reply(handler: Handler) -> None:
        if handler.headers.get("If-None-Match") == etag:
            status(304, ETag=etag)(handler)
        else:
            document(body, ETag=etag)(handler)

    return reply


def reset(handler: Handler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True


def truncated(handler: Handler) -> None:
    """Half of what Content-Length announces."""
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(GAME)))
    handler.end_headers()
    handler.wfile.write(GAME[: len(GAME) // 2])
    handler.close_connection = True


def silent(seconds: float) -> Reply:
    def reply(handler: Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return reply


def dripping(head: bool) -> Reply:
    """A byte now and then, for ever: of the headers, or of the body."""

    def reply(handler: Handler) -> None:
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        if not head:
            handler.wfile.write(b"Content-Length: 1000000\r\n\r\n")
        for _ in range(500):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.02)

    return reply


def bomb(unpacked: int) -> Reply:
    """A small packed body that is large when it is unpacked."""
    packed = gzip.compress(b"[" + b" " * unpacked + b"]", 9)
    return document(packed, Content_Encoding="gzip")


def packed(body: bytes) -> Reply:
    return document(gzip.compress(body), Content_Encoding="gzip")


def asked(server: Server, path: str = "/game", **values: object) -> Request:
    """A request for a document of the server."""
    given = {"source": "nba_cdn", "need": "boxscore", "subject": "0022300561", "url": f"http://{server.host}{path}"}
    return Request(**{**given, **values})  # type: ignore[arg-type]


class Passing(Clock):
    """Time that passes when somebody waits, and a clock that shows it."""

    def __init__(self) -> None:
        self.slept = 0.0

    def nap(self, seconds: float) -> None:
        self.slept += seconds

    def elapsed(self) -> float:
        return time.monotonic() + self.slept

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.slept)

    def waiting(self, should_stop: Callable[[], str] = lambda: "") -> Waiting:
        return Waiting(should_stop=should_stop, nap=self.nap, elapsed=self.elapsed)


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def object_of(folder: Path, body: bytes) -> Path:
    """The file that an archive keeps a body in."""
    digest = digest_of(body)
    return folder / "objects" / digest[:2] / f"{digest}.gz"
