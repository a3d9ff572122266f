"""A key goes to its service alone, and is shown nowhere."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from answering import GAME, Handler, MakeFetcher, Server, asked, document, reset, status, truncated

from backcourt.settings import SETTINGS
from backcourt.sources.http.archive import Archive
from backcourt.sources.http.client import FOREVER
from backcourt.sources.http.credentials import CREDENTIALS, Credential, Keys
from backcourt.sources.http.errors import FetchError, KeyMissingError, NotThereError, RefusedError
from backcourt.sources.http.hosts import Host
from backcourt.sources.known import SOURCES

KEY = "s3cr3t/key+with=signs"
SPELLINGS = (KEY, "s3cr3t%2Fkey%2Bwith%3Dsigns", "s3cr3t/key%2Bwith%3Dsigns", "s3cr3t")


def keys_for(server: Server, place: str = "query") -> Keys:
    name = "apiKey" if place == "query" else "x-api-key"
    known = Credential("odds_api", "ODDS_API_KEY", place, name, (server.host,))  # type: ignore[arg-type]
    return Keys.of({"ODDS_API_KEY": f" {KEY} ", "OTHER": "x"}, (known,))


def everything_about(error: BaseException) -> Iterator[str]:
    """What anybody could print of an exception: its text, fields, traceback, and those of all that it leads to."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or each in seen:
            continue
        seen.append(each)
        yield from (str(each), repr(each), repr(each.args), repr(vars(each)))
        yield "".join(traceback.format_exception(each))
        waiting += [each.__cause__, each.__context__]


def echoing(code: int, **headers: str) -> object:
    """An answer that repeats the address, as some services do in their errors."""

    def reply(handler: Handler) -> None:
        body = f"invalid key in {handler.path} {handler.headers.get('x-api-key')}".encode()
        named = {name: value.replace("PATH", handler.path) for name, value in headers.items()}
        status(code, body, **named)(handler)

    return reply


@pytest.mark.parametrize("place", ["query", "header"])
def test_a_key_is_added_as_the_request_leaves(server: Server, fetcher_with: MakeFetcher, place: str) -> None:
    """The service sees it, and nobody else: not the payload, not the archive."""
    server.on("/v4/odds", document())
    request = asked(server, "/v4/odds", source="odds_api", params={"regions": "us"})
    fetcher = fetcher_with(keys=keys_for(server, place))
    payload = fetcher.fetch(request)
    path, headers = server.asked[0]
    if place == "query":
        assert path == "/v4/odds?regions=us&apiKey=s3cr3t%2Fkey%2Bwith%3Dsigns"
    else:
        assert (path, headers["x-api-key"]) == ("/v4/odds?regions=us", KEY)
    assert not any(spelling in repr(payload) + repr(fetcher.archive.history(request)) for spelling in SPELLINGS)


@pytest.mark.parametrize("place", ["query", "header"])
def test_a_key_is_shown_nowhere(
    server: Server, fetcher_with: MakeFetcher, archive: Archive, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    """Not in logs at their finest, in no error with all that it leads to, in no file of the archive."""
    caplog.set_level(logging.DEBUG)
    keys = keys_for(server, place)
    fetcher = fetcher_with(keys=keys)
    replies = {
        "/ok": document(GAME, X_Requests_Remaining=7),
        "/401": echoing(401),
        "/403": echoing(403),
        "/422": echoing(422),
        "/429": echoing(429, Retry_After="1"),
        "/500": echoing(500),
        "/404": echoing(404),
        "/html": echoing(200),
        "/round": echoing(302, Location="PATH"),
        "/away": echoing(302, Location="http://localhost:1PATH"),
        "/worse": echoing(302, Location="http://s3cr3t/key+with=signs.org/PATH"),
        "/reset": reset,
        "/half": truncated,
        "/zip": document(GAME, Content_Encoding="gzip"),
        "/br": document(GAME, Content_Encoding=f"br {KEY}"),
        "/tag": document(GAME, ETag=f'"{KEY}"'),
    }
    failed = []
    for path, reply in replies.items():
        server.on(path, reply)  # type: ignore[arg-type]
        try:
            fetcher.fetch(asked(server, path, source="odds_api"), attempts=2)
        except FetchError as error:
            failed.append(path)
            for text in everything_about(error):
                assert "s3cr3t" not in text, (path, text)
    assert set(replies) - set(failed) == {"/ok", "/tag"}
    assert caplog.records
    assert "s3cr3t" not in caplog.text
    assert KEY.encode() not in b"".join(path.read_bytes() for path in archive.folder.rglob("*") if path.is_file())
    assert "s3cr3t" not in repr(keys) + str(keys) + repr(fetcher)
    # The test would see it: the services did.
    assert all("s3cr3t" in path + headers.get("x-api-key", "") for path, headers in server.asked)


def test_a_key_goes_to_its_hosts_alone(server: Server, fetcher_with: MakeFetcher) -> None:
    """Not to another address of the source, nor along a redirect, even one that repeats it."""
    server.on("/v4/odds", echoing(302, Location=f"http://localhost:{server.server_port}/keptPATH"))  # type: ignore[arg-type]
    server.on("/kept/v4/odds", document())
    hosts = (Host(server.host, 0, sends_to=("localhost",)),)
    fetcher = fetcher_with(keys=keys_for(server), hosts=hosts)
    assert fetcher.fetch(asked(server, "/v4/odds", source="odds_api")).body == GAME
    assert "s3cr3t" in server.asked[0][0]
    assert server.asked[1][0] == "/kept/v4/odds"
    other = asked(server, url=f"http://localhost:{server.server_port}/kept/v4/odds", source="odds_api")
    fetcher.fetch(other)
    fetcher.fetch(asked(server, "/kept/v4/odds", source="espn"))
    assert not any("s3cr3t" in path for path, _ in server.asked[1:])


def test_a_mirror_of_its_host_gets_the_key(server: Server, fetcher_with: MakeFetcher) -> None:
    """Who names a mirror trusts it."""
    server.on("/v4/odds", document())
    keys = Keys.of({"ODDS_API_KEY": KEY})
    fetcher = fetcher_with(keys=keys, mirrors={"api.the-odds-api.com": f"http://{server.host}"})
    fetcher.fetch(asked(server, url="https://api.the-odds-api.com/v4/odds", source="odds_api"))
    assert "apiKey=s3cr3t" in server.asked[0][0]


def test_a_missing_key_is_named_before_anything_is_sent(server: Server, fetcher_with: MakeFetcher) -> None:
    """What is archived is had without one."""
    server.on("/v4/odds", document())
    request = asked(server, "/v4/odds", source="odds_api")
    with pytest.raises(KeyMissingError, match="odds_api needs a key, and ODDS_API_KEY is not set"):
        fetcher_with().fetch(request)
    assert server.asked == []
    fetcher_with(keys=keys_for(server)).fetch(request)
    assert fetcher_with().fetch(request, max_age=FOREVER).body == GAME


@pytest.mark.parametrize(
    "values",
    [
        {"params": {"apikey": "x"}},
        {"params": {"q": KEY}},
        {"headers": {"Authorization": "Bearer x"}},
        {"headers": {"Cookie": "a=b"}},
        {"subject": KEY},
        {"url": "http://127.0.0.1/v4?apiKey=x"},
    ],
)
def test_a_request_brings_no_key(server: Server, fetcher_with: MakeFetcher, values: dict[str, object]) -> None:
    """It would be shown and archived; the error does not repeat it."""
    with pytest.raises(ValueError, match="a request holds no credential") as caught:
        fetcher_with(keys=keys_for(server)).fetch(asked(server, source="odds_api", **values))
    assert "s3cr3t" not in str(caught.value)
    assert server.asked == []


def test_an_empty_key_is_none_and_a_word_is_not_scrubbed() -> None:
    assert Keys.of({"ODDS_API_KEY": "  "}).missing("odds_api") == "ODDS_API_KEY"
    assert Keys.of({"ODDS_API_KEY": "a"}).scrub("a banana") == "a banana"
    assert Keys.of({"ODDS_API_KEY": KEY}).scrub(f"x {KEY} y s3cr3t%2Fkey%2Bwith%3Dsigns") == "x (key) y (key)"


def test_what_sources_declare_agrees() -> None:
    """The variables that preflight looks for are those that are sent."""
    sent = {credential.source: credential.variable for credential in CREDENTIALS}
    for source in SOURCES:
        assert set(source.credentials) - {each.env for each in SETTINGS} <= {sent.get(source.name)}


def test_errors_name_what_they_are_about(server: Server, fetcher_with: MakeFetcher, tmp_path: Path) -> None:
    """Source, need, subject, address without the key, status, attempts and what to do."""
    server.on("/v4/odds", status(401, b'{"message": "API key is missing"}'))
    request = asked(server, "/v4/odds", source="odds_api", need="player_points", subject="2024-01-15")
    with pytest.raises(RefusedError) as caught:
        fetcher_with(keys=keys_for(server)).fetch(request)
    assert caught.value.message == (
        f'odds_api, player_points 2024-01-15: {server.host} answers 401, \'{{"message": "API key is missing"}}\','
        f" after 1 attempt: http://{server.host}/v4/odds"
    )
    assert "credential" in caught.value.hint
    server.on("/none", status(410))
    with pytest.raises(NotThereError) as gone:
        fetcher_with(keys=keys_for(server)).fetch(asked(server, "/none", source="odds_api"))
    assert gone.value.hint
