"""What a host may not do to us: too much, too slowly, from elsewhere, or something else."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from functools import partial

import pytest
from answering import GAME, MakeFetcher, Server, as_json, asked, bomb, document, dripping, packed, page, serving, status

from backcourt.errors import SourceError
from backcourt.sources.http.address import key_of, registrable, why_not_followed
from backcourt.sources.http.body import read_body
from backcourt.sources.http.client import Fetcher
from backcourt.sources.http.credentials import Keys
from backcourt.sources.http.errors import (
    FetchError,
    NotTheMediaError,
    RefusedError,
    TooLargeError,
    TooSlowError,
    TruncatedError,
    UnreachableError,
)
from backcourt.sources.http.hosts import Host
from backcourt.sources.http.media import refuse_other, words_of
from backcourt.sources.payload import Request

MIB = 1 << 20


# --- size ------------------------------------------------------------------------------------------------------------


def test_a_bomb_is_not_unpacked(server: Server, fetcher: Fetcher) -> None:
    """A hundred megabytes in a hundred kilobytes: it ends at the limit of one, and no more memory is taken."""
    reply = bomb(100 * MIB)
    server.on("/game", reply)
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError, match="over the limit of 1,048,576 bytes"):
            fetcher.fetch(asked(server))
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()
    assert server.count("/game") == 1


def test_what_is_announced_too_large_is_not_read(server: Server, fetcher: Fetcher) -> None:
    server.on("/game", status(200, b"", Content_Length=5 * MIB))
    with pytest.raises(TooLargeError, match="announces 5242880 bytes"):
        fetcher.fetch(asked(server))


def test_too_much_without_an_announcement(server: Server, fetcher: Fetcher) -> None:
    """In pieces, of which each is small."""

    def chunks(handler: object) -> None:
        status(200, b"", Transfer_Encoding="chunked")(handler)  # type: ignore[arg-type]
        for _ in range(40):
            handler.wfile.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")  # type: ignore[attr-defined]

    server.on("/game", chunks)
    with pytest.raises(TooLargeError):
        fetcher.fetch(asked(server), attempts=1)


def test_another_packing_is_refused(server: Server, fetcher: Fetcher) -> None:
    """Only what can be unpacked within bounds was accepted."""
    for packing in ("br", "gzip, gzip", "deflate"):
        server.on("/game", document(GAME, Content_Encoding=packing))
        with pytest.raises(RefusedError, match=f"packs it with '{packing}'"):
            fetcher.fetch(asked(server))


@pytest.mark.parametrize("cut", [1, 12, 40])
def test_a_packed_body_that_ends_too_early(cut: int) -> None:
    """Though its length is what was announced."""
    whole = gzip.compress(GAME)
    read = partial(read_body, _request(), packed="gzip", stated="", largest=MIB)
    assert read([whole]) == GAME
    assert read([bytes([byte]) for byte in whole]) == GAME
    assert read([whole + whole]) == GAME * 2
    with pytest.raises(TruncatedError):
        read([whole[:-cut]])
    with pytest.raises(TruncatedError):
        read([whole[:-cut] + b"\xff" * cut])
    with pytest.raises(TruncatedError):
        read([])


# --- time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", [False, True])
def test_a_slow_drip_ends(server: Server, fetcher: Fetcher, head: bool) -> None:
    """At the total of two seconds, though something comes all the time; it is not tried again."""
    server.on("/game", dripping(head))
    began = time.monotonic()
    with pytest.raises(TooSlowError, match="had not sent all of it within 2 s, after 1 attempt:"):
        fetcher.fetch(asked(server))
    assert 1.9 < time.monotonic() - began < 6
    assert server.count("/game") == 1


def test_a_drip_under_an_error_ends_too(server: Server, fetcher: Fetcher) -> None:
    """Its status is known, and that is what is told."""

    def reply(handler: object) -> None:
        handler.close_connection = True  # type: ignore[attr-defined]
        handler.wfile.write(b"HTTP/1.1 403 No\r\nContent-Length: 1000\r\n\r\n")  # type: ignore[attr-defined]
        for _ in range(500):
            handler.wfile.write(b"x")  # type: ignore[attr-defined]
            time.sleep(0.02)

    server.on("/game", reply)
    began = time.monotonic()
    with pytest.raises(RefusedError, match="answers 403"):
        fetcher.fetch(asked(server))
    assert time.monotonic() - began < 6


# --- redirects -------------------------------------------------------------------------------------------------------


def test_a_redirect_on_the_same_host_is_followed(server: Server, fetcher: Fetcher) -> None:
    """The archive knows the document by where it was asked for."""
    server.on("/game", status(301, Location="/moved?x=1"))
    server.on("/moved", document())
    payload = fetcher.fetch(asked(server))
    assert payload.body == GAME
    assert fetcher.archive.newest(asked(server)) is not None


@pytest.mark.parametrize("target", ["/game", "/a"])
def test_a_redirect_loop_ends(server: Server, fetcher: Fetcher, target: str) -> None:
    server.on("/game", status(302, Location=target))
    server.on("/a", status(302, Location="/game"))
    with pytest.raises(RefusedError, match="sends on and on"):
        fetcher.fetch(asked(server))
    assert len(server.asked) <= 2


def test_too_many_redirects(server: Server, fetcher: Fetcher) -> None:
    """Three are allowed here."""
    for number in range(9):
        server.on(f"/{number}", status(302, Location=f"/{number + 1}"))
    with pytest.raises(RefusedError, match=r"on and on \(302, 4 times\)"):
        fetcher.fetch(asked(server, "/0"))
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "location", ["http://localhost:{port}/game", "ftp://127.0.0.1/x", "http://me:pw@127.0.0.1:{port}/", "http://[bad/"]
)
def test_a_redirect_elsewhere_is_not_followed(server: Server, fetcher: Fetcher, location: str) -> None:
    server.on("/game", status(302, Location=location.format(port=server.server_port)))
    with pytest.raises(RefusedError, match="sends to") as caught:
        fetcher.fetch(asked(server))
    assert "me:pw" not in str(caught.value)
    assert len(server.asked) == 1


def test_a_redirect_to_an_allowed_host_is_followed(server: Server, fetcher_with: MakeFetcher) -> None:
    """As releases of GitHub are kept elsewhere."""
    server.on("/game", status(302, Location=f"http://localhost:{server.server_port}/kept"))
    server.on("/kept", document())
    fetcher = fetcher_with(hosts=(Host(server.host, 0, sends_to=("localhost",)),))
    assert fetcher.fetch(asked(server)).body == GAME


@pytest.mark.parametrize(
    ("here", "there", "allowed", "said"),
    [
        ("https://cdn.nba.com/a", "https://stats.nba.com/a", (), ""),
        ("https://cdn.nba.com/a", "https://cdn.nba.com.evil.org/a", (), "another host"),
        ("https://cdn.nba.com/a", "https://evilnba.com/a", (), "another host"),
        ("https://cdn.nba.com/a", "http://cdn.nba.com/a", (), "where nothing is encrypted"),
        ("https://github.com/a", "https://objects.githubusercontent.com/a", ("githubusercontent.com",), ""),
        ("https://github.com/a", "https://xgithubusercontent.com/a", ("githubusercontent.com",), "another host"),
        ("https://a.github.io/a", "https://b.github.io/a", (), "another host"),
        ("https://a.co.uk/a", "https://b.co.uk/a", (), "another host"),
        ("http://127.0.0.1/a", "http://1.0.0.1/a", (), "another host"),
        ("http://localhost/a", "http://localhost:81/a", (), ""),
        ("https://cdn.nba.com/a", "https:///a", (), "which is no plain web address"),
    ],
)
def test_where_a_redirect_may_lead(here: str, there: str, allowed: tuple[str, ...], said: str) -> None:
    assert why_not_followed(here, there, allowed) == said


def test_registered_names() -> None:
    assert [registrable(host) for host in ("ak-static.cms.nba.com", "a.b.co.uk", "10.0.0.1", "::1", "localhost")] == [
        "nba.com",
        "b.co.uk",
        "10.0.0.1",
        "::1",
        "localhost",
    ]


# --- kind ------------------------------------------------------------------------------------------------------------


def _request(media: str = "application/json", url: str = "https://x.org/a") -> Request:
    return Request("nba_cdn", "boxscore", "1", url, media=media)


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("application/json", b'\xef\xbb\xbf {"a": "<html>"} \n'),
        ("application/json", b"[]"),
        ("application/pdf", b"%PDF-1.4 ... %%EOF\r\n"),
        ("application/vnd.apache.parquet", b"PAR1...PAR1"),
        ("text/csv", b"a,b\n1,2\n"),
        ("text/html", b"<html></html>"),
    ],
)
def test_the_right_kind(media: str, body: bytes) -> None:
    """Whatever the host calls it."""
    for stated in (media, "", "text/plain", "application/octet-stream"):
        refuse_other(_request(media), body, stated, str)


@pytest.mark.parametrize(
    ("media", "body", "error"),
    [
        ("application/json", b"", NotTheMediaError),
        ("application/json", b" \n", NotTheMediaError),
        ("application/json", b"Access denied", NotTheMediaError),
        ("application/json", b"<?xml version='1.0'?><Error/>", NotTheMediaError),
        ("application/json", b'{"a": [1, 2', TruncatedError),
        ("application/pdf", b"<html>", NotTheMediaError),
        ("application/pdf", b'{"a": 1}', NotTheMediaError),
        ("application/pdf", b"%PDF-1.4 half", TruncatedError),
        ("application/vnd.apache.parquet", b"PAR1 half", TruncatedError),
        ("text/csv", b"  <!DOCTYPE HTML><p>", NotTheMediaError),
    ],
)
def test_the_wrong_kind(media: str, body: bytes, error: type[FetchError]) -> None:
    with pytest.raises(error):
        refuse_other(_request(media), body, media, str)


def test_a_content_length_that_is_too_small_is_seen(server: Server, fetcher: Fetcher) -> None:
    """The rest is not read, and half a document is none."""
    server.on("/game", status(200, GAME, Content_Length=20, Connection="close"))
    with pytest.raises(TruncatedError, match="not a whole document"):
        fetcher.fetch(asked(server), attempts=1)


def test_a_page_that_calls_itself_data(server: Server, fetcher: Fetcher) -> None:
    """And data that calls itself a page."""
    server.on("/game", status(200, b"<title>Just a\nmoment&hellip;</title>", Content_Type="application/json"))
    with pytest.raises(NotTheMediaError, match=r"'Just a moment…'"):
        fetcher.fetch(asked(server))
    server.on("/other", status(200, GAME, Content_Type="text/html"))
    assert fetcher.fetch(asked(server, "/other")).body == GAME


def test_words_fit_on_a_line() -> None:
    """What is secret is taken out first, so that no part of it is left at the end of what is cut off."""
    assert words_of(b"<script>alert(1)</script><p>Go \x1b[31m away\x00</p>" + b"x" * 9999, str) == "Go [31m"
    assert len(words_of(b"x" * 9999, str)) == 81
    assert words_of(b"\xff\xfe", str) == "\ufffd\ufffd"
    scrub = Keys.of({"ODDS_API_KEY": "abcdefgh12345678"}).scrub
    for before in range(4200):
        assert "abcd" not in words_of(b"<p" + b" " * before + b">abcdefgh12345678 </p>" + b" x" * 4096, scrub)
    for before in range(70, 82):
        assert "abcd" not in words_of(b"x" * before + b"abcdefgh12345678", scrub)


# --- addresses -------------------------------------------------------------------------------------------------------


def test_one_spelling_of_a_request() -> None:
    """Parameters in the address and beside it, in any order; the fragment is nobody's."""
    first = _request(url="HTTPS://CDN.nba.com/a b?z=1#top")
    assert key_of(first) == "https://cdn.nba.com/a%20b?z=1"
    second = Request("s", "n", "1", "https://cdn.nba.com/a%20b?b=2", {"a": "x y&é"})
    assert key_of(second) == "https://cdn.nba.com/a%20b?a=x+y%26%C3%A9&b=2"
    assert key_of(_request(url="https://cdn.nba.com")) == "https://cdn.nba.com/"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://", "https://me:pw@x.org/", "x.org/a", "//x.org"])
def test_what_is_no_address_is_refused(server: Server, fetcher: Fetcher, url: str) -> None:
    with pytest.raises(ValueError, match="nba_cdn, boxscore") as caught:
        fetcher.fetch(_request(url=url))
    assert "pw" not in str(caught.value)


def test_a_mirror_is_asked_instead(server: Server, fetcher_with: MakeFetcher) -> None:
    """The document stays the host's: its headers, its key in the archive, redirects within."""
    server.on("/static/json/game", status(302, Location="/static/json/moved"))
    server.on("/static/json/moved", document())
    fetcher = fetcher_with(mirrors={"cdn.nba.com": f"http://{server.host}"})
    request = _request(url="https://cdn.nba.com/static/json/game")
    assert fetcher.fetch(request).body == GAME
    headers = server.asked[1][1]
    assert (headers["referer"], headers["user-agent"][:11]) == ("https://www.nba.com/", "Mozilla/5.0")
    kept = fetcher.archive.newest(request)
    assert kept is not None
    assert kept.key == "https://cdn.nba.com/static/json/game"


def test_headers_and_cookies(server: Server, fetcher: Fetcher) -> None:
    """A request's own headers are sent; a cookie of one answer is no part of the next request."""
    server.on("/game", document(as_json([1]), Set_Cookie="a=b"))
    fetcher.fetch(asked(server, headers={"X-Mine": "1"}))
    fetcher.fetch(asked(server))
    assert server.asked[0][1]["x-mine"] == "1"
    assert server.asked[0][1]["user-agent"] == "backcourt"
    assert "cookie" not in server.asked[1][1]


def test_a_proxy_is_asked_when_the_environment_names_one(
    server: Server, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same bounds; hosts that NO_PROXY names are asked themselves."""
    monkeypatch.setenv("http_proxy", f"http://{server.host}")
    server.on("/game", document(), dripping(head=True))
    request = asked(server, url="http://cdn.nba.invalid/game")
    assert fetcher.fetch(request).body == GAME
    assert server.asked[0][0] == "http://cdn.nba.invalid/game"
    with pytest.raises(TooSlowError):
        fetcher.fetch(request)
    monkeypatch.setenv("no_proxy", "cdn.nba.invalid")
    with pytest.raises(UnreachableError, match="cannot be reached"):
        fetcher.fetch(request, attempts=1)


@pytest.mark.parametrize("proxy", ["socks4://user:hidden@proxy.invalid:1", "://user:hidden@proxy.invalid"])
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(
    server: Server, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(SourceError, match="The proxy that the environment names for http cannot be used") as told:
        fetcher.fetch(asked(server, url="http://cdn.nba.invalid/game"))
    assert "hidden" not in f"{told.value} {told.value.__cause__} {told.value.hint}"


def test_a_proxy_without_a_scheme(server: Server, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", server.host)
    server.on("/game", document())
    assert fetcher.fetch(asked(server, url="http://cdn.nba.invalid/game")).body == GAME


def test_a_second_server_is_another_host(server: Server, fetcher: Fetcher) -> None:
    """A packed page and a plain one are both seen for what they are."""
    with serving() as other:
        other.on("/game", page())
        server.on("/game", packed(b"<html><title>No</title>"))
        for each in (server, other):
            with pytest.raises(NotTheMediaError, match=each.host):
                fetcher.fetch(asked(each))
