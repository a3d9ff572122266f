"""What becomes of each answer, against a real server of this machine."""

from __future__ import annotations

import gzip
from datetime import timedelta
from email.utils import format_datetime

import pytest
from answering import (
    GAME,
    NOON,
    MakeFetcher,
    Passing,
    Server,
    asked,
    conditional,
    document,
    packed,
    page,
    reset,
    silent,
    status,
    truncated,
)

from backcourt.sources.http.archive import Archive
from backcourt.sources.http.client import FOREVER, Fetcher
from backcourt.sources.http.errors import (
    FetchError,
    NotTheMediaError,
    NotThereError,
    OfflineError,
    RefusedError,
    ThrottledError,
    TruncatedError,
    UnreachableError,
)
from backcourt.sources.http.objects import digest_of


def test_a_document_is_fetched_and_archived(server: Server, fetcher: Fetcher, archive: Archive) -> None:
    """Bytes, digest and time are the payload's and the archive's."""
    server.on("/game", document(ETag='"1"', Last_Modified="Mon, 15 Jan 2024 08:00:00 GMT"))
    request = asked(server)
    payload = fetcher.fetch(request)
    assert (payload.request, payload.body, payload.fetched_at) == (request, GAME, NOON)
    assert payload.digest == digest_of(GAME)
    kept = archive.newest(request)
    assert kept is not None
    assert (kept.status, kept.digest, kept.size, kept.media) == (200, payload.digest, len(GAME), "application/json")
    assert (kept.etag, kept.last_modified) == ('"1"', "Mon, 15 Jan 2024 08:00:00 GMT")
    assert (kept.source, kept.need, kept.subject, kept.fetched_at) == ("nba_cdn", "boxscore", "0022300561", NOON)
    assert archive.read(payload.digest) == GAME


def test_a_packed_document_is_unpacked(server: Server, fetcher: Fetcher) -> None:
    """In one or several members."""
    server.on("/game", packed(GAME))
    assert fetcher.fetch(asked(server)).body == GAME
    assert server.asked[0][1]["accept-encoding"] == "gzip"


def test_parameters_are_sorted_and_encoded(server: Server, fetcher: Fetcher) -> None:
    """As stats.nba.com wants them; the same in any order is the same document."""
    server.on("/game", document())
    params = {"SeasonType": "Regular Season", "GameID": "1", "DateTo": ""}
    fetcher.fetch(asked(server, params=params))
    fetcher.fetch(asked(server, params=dict(sorted(params.items()))), max_age=FOREVER)
    assert [path for path, _ in server.asked] == ["/game?DateTo=&GameID=1&SeasonType=Regular+Season"]


def test_a_young_document_is_not_asked_for_again(server: Server, fetcher: Fetcher, passing: Passing) -> None:
    """Until it is as old as max_age; one from the future is of no known age."""
    server.on("/game", document())
    request, hour = asked(server), timedelta(hours=1)
    first = fetcher.fetch(request, max_age=hour)
    passing.slept += 3599
    assert fetcher.fetch(request, max_age=hour) == first
    assert server.count("/game") == 1
    passing.slept += 1
    assert fetcher.fetch(request, max_age=hour).fetched_at == passing.now()
    passing.slept -= 10
    fetcher.fetch(request, max_age=hour)
    assert server.count("/game") == 3


def test_a_document_that_did_not_change_is_confirmed(
    server: Server, fetcher: Fetcher, archive: Archive, passing: Passing
) -> None:
    """304: the same bytes as of now, without being sent; a change is a new document, and the old one stays."""
    server.on("/game", conditional(GAME, '"1"'), conditional(GAME, '"1"'), conditional(b'{"new": 1}', '"2"'))
    request = asked(server)
    first = fetcher.fetch(request)
    passing.slept += 60
    second = fetcher.fetch(request)
    assert (second.body, second.digest) == (first.body, first.digest)
    assert second.fetched_at > first.fetched_at
    assert server.asked[1][1]["if-none-match"] == '"1"'
    third = fetcher.fetch(request)
    assert third.body == b'{"new": 1}'
    assert [each.status for each in archive.history(request)] == [200, 304, 200]
    assert archive.read(first.digest) == GAME


def test_last_modified_is_a_condition_too(server: Server, fetcher: Fetcher) -> None:
    server.on("/game", document(Last_Modified="Mon, 15 Jan 2024 08:00:00 GMT"), status(304))
    assert fetcher.fetch(asked(server)).digest == fetcher.fetch(asked(server)).digest
    assert server.asked[1][1]["if-modified-since"] == "Mon, 15 Jan 2024 08:00:00 GMT"


def test_not_modified_without_a_document_is_refused(server: Server, fetcher: Fetcher) -> None:
    server.on("/game", status(304))
    with pytest.raises(RefusedError, match="answers 304"):
        fetcher.fetch(asked(server))


def test_an_unsendable_tag_is_not_sent_back(server: Server, fetcher: Fetcher) -> None:
    server.on("/game", document(ETag='"\xe9"'))
    fetcher.fetch(asked(server))
    assert fetcher.fetch(asked(server)).body == GAME
    assert "if-none-match" not in server.asked[1][1]


# --- errors that pass ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", [status(500), status(503), reset, truncated, status(429), silent(1.2)])
def test_what_passes_is_asked_again(server: Server, fetcher: Fetcher, passing: Passing, trouble: object) -> None:
    """After one second, then two."""
    server.on("/game", trouble, trouble, document())  # type: ignore[arg-type]
    assert fetcher.fetch(asked(server)).body == GAME
    assert server.count("/game") == 3
    assert passing.slept == pytest.approx(3, abs=0.5)


def test_trouble_for_ever_is_given_up(server: Server, fetcher: Fetcher, passing: Passing, archive: Archive) -> None:
    """After four attempts and 1 + 2 + 4 seconds; the message says what, how often and where, and nothing is archived."""
    server.on("/game", status(502))
    with pytest.raises(UnreachableError) as caught:
        fetcher.fetch(asked(server, params={"a": "b"}))
    error = caught.value
    assert error.message == (
        f"nba_cdn, boxscore 0022300561: {server.host} answers 502, an error of its own, after 4 attempts:"
        f" http://{server.host}/game?a=b"
    )
    assert (error.status, error.attempts, error.exit_code) == (502, 4, 5)
    assert error.hint
    assert server.count("/game") == 4
    assert passing.slept == pytest.approx(7, abs=0.5)
    assert archive.all_of("nba_cdn") == []


@pytest.mark.parametrize("as_date", [False, True])
def test_a_host_that_asks_to_wait_gets_its_wait(
    server: Server, fetcher: Fetcher, passing: Passing, as_date: bool
) -> None:
    """In seconds or until a date."""
    after = format_datetime(NOON + timedelta(seconds=30), usegmt=True) if as_date else "30"
    server.on("/game", status(429, Retry_After=after), document())
    assert fetcher.fetch(asked(server)).body == GAME
    assert passing.slept == pytest.approx(30, abs=0.5)


@pytest.mark.parametrize("after", ["3600", "9" * 5000, "Mon, 15 Jan 2024 13:00:00 GMT"])
@pytest.mark.parametrize("code", [429, 503])
def test_too_long_a_wait_is_not_waited(
    server: Server, fetcher: Fetcher, passing: Passing, after: str, code: int
) -> None:
    """It is an error at once, and the host is left alone for that time."""
    server.on("/game", status(code, Retry_After=after))
    for _ in range(2):
        with pytest.raises(ThrottledError, match=r"asks to wait \d+ s, more than the 120 s"):
            fetcher.fetch(asked(server))
    assert (server.count("/game"), passing.slept) == (1, 0)


@pytest.mark.parametrize("after", ["soon", "-5", "", "Mon, 99 Foo", "1e9", "٣"])
def test_a_wait_that_nobody_understands_is_no_wait(server: Server, fetcher: Fetcher, after: str) -> None:
    server.on("/game", status(429, Retry_After=after.encode().decode("latin-1")), document())
    assert fetcher.fetch(asked(server)).body == GAME


def test_nobody_listens(server: Server, fetcher: Fetcher) -> None:
    """A port without a server."""
    request = asked(server)
    server.shutdown()
    server.server_close()
    with pytest.raises(UnreachableError, match=r"cannot be reached \(.*refused\), after 4 attempts"):
        fetcher.fetch(request)


def test_a_name_that_does_not_exist(server: Server, fetcher: Fetcher) -> None:
    with pytest.raises(UnreachableError, match="cannot be reached"):
        fetcher.fetch(asked(server, url="http://nowhere.invalid/game"), attempts=1)


def test_a_host_that_says_nothing(server: Server, fetcher: Fetcher) -> None:
    server.on("/game", silent(1.2))
    with pytest.raises(UnreachableError, match=r"nothing came for 0.8 s\), after 1 attempt:"):
        fetcher.fetch(asked(server), attempts=1)


def test_half_a_document_for_ever(server: Server, fetcher: Fetcher) -> None:
    server.on("/game", truncated)
    with pytest.raises(TruncatedError, match="ends too early"):
        fetcher.fetch(asked(server))
    assert server.count("/game") == 4


# --- errors that stay ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [400, 401, 403, 418, 204, 206, 300, 302])
def test_what_will_not_get_better_is_not_asked_again(server: Server, fetcher: Fetcher, code: int) -> None:
    server.on("/game", status(code, b"no, not you" if code > 400 else b""))
    with pytest.raises(RefusedError, match=f"answers {code}") as caught:
        fetcher.fetch(asked(server))
    assert (caught.value.status, caught.value.attempts, server.count("/game")) == (code, 1, 1)
    assert ("no, not you" in caught.value.message) == (code > 400)


def test_a_page_that_refuses_is_quoted(server: Server, fetcher: Fetcher) -> None:
    server.on("/game", page(403, "Access Denied"))
    with pytest.raises(RefusedError, match="answers 403, 'Access Denied'"):
        fetcher.fetch(asked(server))
    packed_page = gzip.compress(b"<title>Access Denied</title>" + b" " * 9_000_000)
    for body, said in ((packed_page, "answers 403, 'Access Denied'"), (packed_page[9:], "answers 403, after")):
        server.on("/game", status(403, body, Content_Encoding="gzip"))
        with pytest.raises(RefusedError, match=said):
            fetcher.fetch(asked(server))


def test_a_document_that_is_not_there(server: Server, fetcher: Fetcher, archive: Archive) -> None:
    """It is not asked for again; without the adapter's word it is no fact, so it is not archived."""
    server.on("/game", status(404))
    with pytest.raises(NotThereError, match="no such document") as caught:
        fetcher.fetch(asked(server))
    assert not caught.value.declared
    assert server.count("/game") == 1
    assert archive.newest(asked(server)) is None


def test_a_declared_absence_is_archived(
    server: Server, fetcher: Fetcher, fetcher_with: MakeFetcher, archive: Archive, passing: Passing
) -> None:
    """So that it is not asked again while it is young, and is known offline too."""
    server.on("/game", status(403))
    request = asked(server)
    for one in (fetcher, fetcher, fetcher_with(offline=True)):
        with pytest.raises(NotThereError, match="there was no such document at 2024-01-15 12:00") as caught:
            one.fetch(request, max_age=FOREVER, none_at=(403, 404))
        assert caught.value.declared
    assert server.count("/game") == 1
    assert [(each.status, each.digest) for each in archive.history(request)] == [(403, None)]
    # A host that blocks may answer the same, so nobody believes it for ever.
    server.on("/game", document())
    passing.slept += 7 * 86400 - 1
    with pytest.raises(NotThereError):
        fetcher.fetch(request, max_age=FOREVER, none_at=(403,))
    passing.slept += 1
    assert fetcher.fetch(request, max_age=FOREVER, none_at=(403,)).body == GAME


@pytest.mark.parametrize("reply", [page(200, "We will be back"), document(b"<HTML>oh <b>no</b></HTML>")])
def test_a_page_instead_of_a_document(server: Server, fetcher: Fetcher, archive: Archive, reply: object) -> None:
    """Whatever it calls itself; its title or its first words are quoted."""
    server.on("/game", reply)  # type: ignore[arg-type]
    with pytest.raises(NotTheMediaError, match=r"A web page came where application/json was expected: '(We|oh)"):
        fetcher.fetch(asked(server))
    assert server.count("/game") == 1
    assert archive.newest(asked(server)) is None


# --- offline ---------------------------------------------------------------------------------------------------------


def test_offline_serves_the_archive_alone(server: Server, fetcher: Fetcher, fetcher_with: MakeFetcher) -> None:
    """However old it is; what is missing is said by name."""
    server.on("/game", document())
    first = fetcher.fetch(asked(server))
    offline = fetcher_with(offline=True)
    assert offline.fetch(asked(server), max_age=timedelta(0)) == first
    with pytest.raises(OfflineError, match="nba_cdn, boxscore 0022300999: it is not in the archive"):
        offline.fetch(asked(server, "/other", subject="0022300999"))
    assert len(server.asked) == 1


def test_no_error_leads_to_the_library(server: Server, fetcher: Fetcher) -> None:
    """Neither by cause nor by context, which hold addresses and objects of it."""
    replies = {"/reset": reset, "/late": silent(1.2), "/half": truncated, "/500": status(500), "/302": status(302)}
    for path, reply in replies.items():
        server.on(path, reply)
        with pytest.raises(FetchError) as caught:
            fetcher.fetch(asked(server, path), attempts=1)
        assert (caught.value.__cause__, caught.value.__context__) == (None, None), path
