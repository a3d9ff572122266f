"""A long pull: resumed, never held up by one document or one host, stopped at any moment."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest
from answering import MakeFetcher, Passing, Server, as_json, asked, document, object_of, page, serving, status

from backcourt.sources.http.archive import Archive
from backcourt.sources.http.client import Fetcher
from backcourt.sources.http.errors import DamagedError, OfflineError
from backcourt.sources.http.pull import Progress, pull
from backcourt.sources.http.waiting import StoppedError, Waiting
from backcourt.sources.payload import Request


def games(server: Server, names: str) -> list[Request]:
    """A document for each letter, all of them there."""
    for name in names:
        server.on(f"/{name}", document(as_json({"game": name})))
    return [asked(server, f"/{name}", subject=name) for name in names]


def told(pulled: object, what: str) -> list[str]:
    found = getattr(pulled, what)
    return [each.subject if isinstance(each, Request) else each.request.subject for each in found]


def test_all_documents_are_had(server: Server, fetcher: Fetcher) -> None:
    """In their order, each once, from the archive one by one."""
    wanted = games(server, "abc")
    pulled = pull(fetcher, [*wanted, wanted[0]])
    assert pulled.is_whole
    assert [(each.request, each.body) for each in pulled.payloads()] == [
        (request, as_json({"game": request.subject})) for request in wanted
    ]
    assert [each.fetched for each in pulled.held] == [True, True, True]
    assert len(server.asked) == 3


def test_a_pull_goes_on_where_it_was(server: Server, fetcher: Fetcher) -> None:
    """What the archive has is not asked for again, unless it is older than it may be."""
    wanted = games(server, "abcd")
    pull(fetcher, wanted[:2])
    pulled = pull(fetcher, wanted)
    assert [each.fetched for each in pulled.held] == [False, False, True, True]
    assert len(server.asked) == 4
    pull(fetcher, wanted, max_age=lambda request: timedelta(0) if request.subject == "c" else timedelta(days=1))
    assert len(server.asked) == 5


def test_one_failure_delays_nothing(server: Server, fetcher: Fetcher) -> None:
    """It is tried again at the end, and reported with its error."""
    wanted = games(server, "abcdef")
    server.on("/b", status(500))
    server.on("/c", status(404))
    server.on("/d", page())
    server.on("/e", status(500), document())
    pulled = pull(fetcher, wanted)
    assert told(pulled, "held") == ["a", "e", "f"]
    assert told(pulled, "failures") == ["b", "c", "d"]
    assert "answers 500, an error of its own, after 4 attempts" in pulled.failures[0].error.message
    assert not pulled.is_whole
    order = [path[1:] for path, _ in server.asked]
    assert order[:6] == ["a", "b", "c", "d", "e", "f"]
    assert sorted(order[6:]) == ["b", "b", "b", "e"]


def test_what_is_declared_not_to_be_there_is_no_failure(server: Server, fetcher: Fetcher) -> None:
    """And is archived."""
    wanted = games(server, "abc")
    server.on("/b", status(403))
    for _ in range(2):
        pulled = pull(fetcher, wanted, none_at=lambda request: (403, 404))
        assert (told(pulled, "held"), told(pulled, "absent"), pulled.failures) == (["a", "c"], ["b"], ())
        assert pulled.is_whole
    assert len(server.asked) == 3


def test_a_host_that_is_down_is_given_up_soon(server: Server, fetcher: Fetcher, passing: Passing) -> None:
    """After four failures in a row and 1 + 2 + 4 seconds; the documents of the other host are had meanwhile."""
    with serving() as down:
        lost = games(down, "abcdefgh")
        for request in lost:
            down.on(f"/{request.subject}", status(503))
        pulled = pull(fetcher, [*lost, *games(server, "xyz")])
    assert told(pulled, "held") == ["x", "y", "z"]
    assert told(pulled, "failures") == list("abcdefgh")
    assert len(down.asked) == 4
    assert 6 < passing.slept < 8
    assert f"{down.host} answers 503, an error of its own, after 1 attempt:" in pulled.failures[0].error.message
    last = pulled.failures[-1].error
    assert "was given up after 4 failures in a row, so this was not asked for" in last.message
    assert "answers 503" in last.message


def test_a_host_that_does_not_exist_is_given_up_soon(server: Server, fetcher: Fetcher) -> None:
    lost = [asked(server, subject=name, url=f"http://127.0.0.1:1/{name}") for name in "abcdefgh"]
    began = time.monotonic()
    pulled = pull(fetcher, lost)
    assert len(pulled.failures) == 8
    assert time.monotonic() - began < 3


def test_a_host_that_refuses_everything_is_given_up(server: Server, fetcher: Fetcher) -> None:
    """403 is about who asks; 404 is about what is asked for."""
    refused, gone = games(server, "abcdefgh"), games(server, "ijklmnop")
    for request in refused:
        server.on(f"/{request.subject}", status(403))
    for request in gone:
        server.on(f"/{request.subject}", status(404))
    assert len(pull(fetcher, gone).failures) == 8
    assert len(server.asked) == 8
    assert len(pull(fetcher, refused).failures) == 8
    assert len(server.asked) == 8 + 4


def test_a_host_that_comes_back_is_asked_on(server: Server, fetcher: Fetcher) -> None:
    """Three failures in a row are not four."""
    wanted = games(server, "abcdef")
    for name in "abc":
        server.on(f"/{name}", status(503), document())
    assert pull(fetcher, wanted).is_whole


def test_a_host_that_asks_to_wait_is_left_alone(server: Server, fetcher: Fetcher, passing: Passing) -> None:
    """All of its documents wait, and those of another host do not."""
    with serving() as busy:
        slow = games(busy, "abc")
        busy.on("/a", status(429, Retry_After="100"), document())
        moments: dict[str, float] = {}

        def note(_: Progress) -> None:
            moments.setdefault(f"{len(busy.asked)} {len(server.asked)}", passing.slept)

        assert pull(fetcher, [*slow, *games(server, "xyz")], progress=note).is_whole
        assert moments["1 3"] < 5
        assert passing.slept >= 99


def test_a_host_that_wants_to_be_left_alone_for_long_is_given_up(
    server: Server, fetcher: Fetcher, passing: Passing
) -> None:
    wanted = games(server, "abcdefgh")
    server.on("/a", status(429, Retry_After="86400"))
    pulled = pull(fetcher, wanted)
    assert len(pulled.failures) == 8
    assert (len(server.asked), passing.slept) == (1, 0)
    assert "asks to wait 86400 s" in pulled.failures[1].error.message


def test_progress_is_told(server: Server, fetcher: Fetcher, passing: Passing) -> None:
    """Done of all, failed, documents a second and seconds left, by those that were really asked for."""
    wanted = games(server, "abcdefgh")
    pull(fetcher, wanted[:2])
    passing.slept += 5
    seen: list[Progress] = []
    server.on("/h", status(404))
    pull(fetcher, wanted, progress=seen.append)
    assert [(each.done, each.total) for each in seen] == [(number, 8) for number in range(1, 9)]
    assert [each.failed for each in seen] == [0] * 7 + [1]
    assert seen[1].per_second is seen[1].seconds_left is None
    # One document a second is the pace of a host that nobody knows.
    rate = seen[6].per_second
    assert rate is not None
    assert 0.6 < rate < 1.4
    assert seen[6].seconds_left == pytest.approx(1 / rate)
    assert seen[7].seconds_left == 0


def test_a_pull_stops_between_documents(server: Server, fetcher_with: MakeFetcher, passing: Passing) -> None:
    """What was not asked for is listed, and the next pull has it."""
    wanted = games(server, "abcdef")
    stop = fetcher_with(waiting=passing.waiting(lambda: "SIGTERM" if len(server.asked) == 3 else ""))
    pulled = pull(stop, wanted)
    assert (pulled.stopped, told(pulled, "held"), told(pulled, "not_asked")) == ("SIGTERM", list("abc"), list("def"))
    assert not pulled.is_whole
    assert pull(fetcher_with(), wanted).is_whole
    assert len(server.asked) == 6


def test_a_pull_stops_while_it_looks_things_up(server: Server, fetcher_with: MakeFetcher, passing: Passing) -> None:
    """Paid documents too, of which nothing was asked."""
    wanted = games(server, "abc")
    paid = [asked(server, f"/odds{number}", source="odds_api", subject=str(number), credits=1) for number in range(3)]
    pull(fetcher_with(), wanted)
    seen: list[Progress] = []
    stop = fetcher_with(waiting=passing.waiting(lambda: "SIGTERM" if seen else ""))
    pulled = pull(stop, [*wanted, *paid], progress=seen.append)
    assert (told(pulled, "held"), told(pulled, "not_asked")) == (["a"], ["b", "c", "0", "1", "2"])
    assert (pulled.stopped, pulled.failures) == ("SIGTERM", ())


def test_a_pull_stops_while_it_waits(server: Server, fetcher_with: MakeFetcher, passing: Passing) -> None:
    """Soon after somebody asked, however long the host is to be left alone."""
    wanted = games(server, "abc")
    server.on("/a", status(429, Retry_After="100"))
    stop = fetcher_with(waiting=passing.waiting(lambda: "SIGINT" if passing.slept > 10 else ""))
    pulled = pull(stop, wanted)
    assert (pulled.stopped, told(pulled, "not_asked")) == ("SIGINT", list("abc"))
    assert pulled.failures == ()
    assert passing.slept < 11


def test_a_single_fetch_stops_while_it_waits(server: Server, fetcher_with: MakeFetcher, passing: Passing) -> None:
    server.on("/game", status(500))
    with pytest.raises(StoppedError, match="Stopped by SIGINT") as caught:
        fetcher_with(waiting=passing.waiting(lambda: "SIGINT")).fetch(asked(server))
    assert caught.value.exit_code == 130
    assert server.count("/game") == 1


def test_real_time_is_waited_for() -> None:
    began = time.monotonic()
    Waiting().sleep(0.3)
    assert 0.3 <= time.monotonic() - began < 1


def test_offline_every_missing_document_is_named(server: Server, fetcher: Fetcher, fetcher_with: MakeFetcher) -> None:
    wanted = games(server, "abcd")
    pull(fetcher, wanted[:2])
    pulled = pull(fetcher_with(offline=True), wanted)
    assert (told(pulled, "held"), told(pulled, "failures")) == (["a", "b"], ["c", "d"])
    assert all(isinstance(each.error, OfflineError) for each in pulled.failures)
    assert len(server.asked) == 2


def test_damage_is_fetched_again_and_offline_a_failure(
    server: Server, fetcher: Fetcher, fetcher_with: MakeFetcher, archive: Archive, warned: list[str]
) -> None:
    wanted = games(server, "ab")
    pull(fetcher, wanted)
    object_of(archive.folder, as_json({"game": "a"})).write_bytes(b"")
    pulled = pull(fetcher_with(offline=True), wanted)
    assert (told(pulled, "held"), told(pulled, "failures")) == (["b"], ["a"])
    assert isinstance(pulled.failures[0].error, DamagedError)
    assert pull(fetcher, wanted).is_whole
    assert any("is damaged" in each for each in warned)


def test_a_pull_holds_no_bodies(server: Server, fetcher: Fetcher, tmp_path: Path) -> None:
    """A season would not fit."""
    server.on("/a", document(b'["' + b"x" * 500_000 + b'"]'))
    pulled = pull(fetcher, [asked(server, "/a")])
    assert len(repr(pulled)) < 5000
    assert len(next(pulled.payloads()).body) > 500_000


def test_a_key_that_is_missing_fails_its_source_alone(server: Server, fetcher: Fetcher) -> None:
    wanted = games(server, "ab")
    odds = [asked(server, f"/odds{number}", source="odds_api", subject="odds") for number in range(5)]
    pulled = pull(fetcher, [*odds, *wanted])
    assert told(pulled, "held") == ["a", "b"]
    assert len(pulled.failures) == 5
    assert all("ODDS_API_KEY is not set" in each.error.message for each in pulled.failures)
