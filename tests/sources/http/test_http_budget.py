"""Credits: refused before anything is sent, counted as the service counts them."""

from __future__ import annotations

import pytest
from answering import GAME, NOON, MakeFetcher, Server, asked, document, reset, silent, status

from backcourt.sources.http.archive import Archive
from backcourt.sources.http.budget import Budget, estimate
from backcourt.sources.http.client import FOREVER
from backcourt.sources.http.credentials import Credential, Keys
from backcourt.sources.http.errors import BudgetSpentError, FetchError
from backcourt.sources.http.pull import price, pull
from backcourt.sources.payload import Request


def odds(server: Server, name: str = "a", cost: int = 10) -> Request:
    return asked(server, f"/{name}", source="odds_api", subject=name, credits=cost)


@pytest.fixture
def keys(server: Server) -> Keys:
    return Keys.of({"ODDS_API_KEY": "0123456789"}, (Credential("odds_api", "ODDS_API_KEY", "query", "apiKey", ()),))


def test_what_a_plan_costs(server: Server) -> None:
    """By source; what is free is left out."""
    plan = [odds(server), odds(server, "b", 1), asked(server), asked(server, source="espn", credits=2)]
    assert estimate(plan) == {"odds_api": 11, "espn": 2}
    assert estimate([]) == {}


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (Budget(), "10 credits are more than the 0 that a run may spend"),
        (Budget(allowed=9, confirmed={"odds_api": 100}), "more than the 9 that a run may spend"),
        (Budget(allowed=15, confirmed={"odds_api": 100}, spent={"odds_api": 6}), r"may spend \(6 are spent\)"),
        (Budget(allowed=100), "more than the 0 that were confirmed"),
        (Budget(allowed=100, confirmed={"odds_api": 9}), "more than the 9 that were confirmed"),
        (Budget(allowed=100, confirmed={"espn": 100}), "more than the 0 that were confirmed"),
        (Budget(allowed=100, confirmed={"odds_api": 15}, spent={"odds_api": 6}), r"confirmed \(6 are spent\)"),
        (Budget(allowed=100, confirmed={"odds_api": 100}, left={"odds_api": 9}), "the 9 that the service has left"),
    ],
)
def test_too_much_is_refused_before_it_is_sent(
    server: Server, fetcher_with: MakeFetcher, keys: Keys, budget: Budget, said: str
) -> None:
    """With what to do about it."""
    server.on("/a", document())
    with pytest.raises(BudgetSpentError, match=said) as caught:
        fetcher_with(budget=budget, keys=keys).fetch(odds(server))
    assert server.asked == []
    assert caught.value.hint
    assert caught.value.exit_code == 5


def test_credits_are_counted_as_the_service_counts(
    server: Server, fetcher_with: MakeFetcher, keys: Keys, archive: Archive
) -> None:
    """What it took, and what is left, which the archive remembers."""
    budget = Budget(allowed=100)
    budget.confirm("odds_api", 15)
    budget.confirm("odds_api", 15)
    server.on("/a", document(X_Requests_Remaining="480.0", X_Requests_Last=3))
    server.on("/b", document(X_Requests_Remaining="lots"))
    fetcher = fetcher_with(budget=budget, keys=keys)
    fetcher.fetch(odds(server))
    assert (budget.spent, budget.left) == ({"odds_api": 3}, {"odds_api": 480})
    assert archive.credits("odds_api") == (480, fetcher.clock.now())
    fetcher.fetch(odds(server, "b"))
    assert (budget.spent, budget.left) == ({"odds_api": 13}, {"odds_api": 480})


def test_what_is_archived_costs_nothing(server: Server, fetcher_with: MakeFetcher, keys: Keys) -> None:
    budget = Budget(allowed=10, confirmed={"odds_api": 10})
    server.on("/a", document())
    fetcher = fetcher_with(budget=budget, keys=keys)
    for _ in range(3):
        assert fetcher.fetch(odds(server), max_age=FOREVER).body == GAME
    assert budget.spent == {"odds_api": 10}


@pytest.mark.parametrize(
    ("reply", "spent"), [(status(500), 0), (status(422), 0), (status(500, b"", X_Requests_Last=10), 10), (reset, 10)]
)
def test_errors_are_free_unless_the_service_says_otherwise(
    server: Server, fetcher_with: MakeFetcher, keys: Keys, reply: object, spent: int
) -> None:
    """Where no answer came nobody knows, so it counts as spent."""
    budget = Budget(allowed=10, confirmed={"odds_api": 10})
    server.on("/a", reply)  # type: ignore[arg-type]
    with pytest.raises(FetchError):
        fetcher_with(budget=budget, keys=keys).fetch(odds(server), attempts=1)
    assert budget.spent.get("odds_api", 0) == spent


def test_no_connection_costs_nothing(server: Server, fetcher_with: MakeFetcher, keys: Keys) -> None:
    budget = Budget(allowed=10, confirmed={"odds_api": 10})
    request = odds(server)
    server.shutdown()
    server.server_close()
    with pytest.raises(FetchError, match="after 4 attempts"):
        fetcher_with(budget=budget, keys=keys).fetch(request)
    assert budget.spent == {"odds_api": 0}


def test_a_retry_is_not_paid_beyond_what_was_confirmed(server: Server, fetcher_with: MakeFetcher, keys: Keys) -> None:
    """The service may have counted the attempt that nothing came of."""
    server.on("/a", silent(1.2), document())
    budget = Budget(allowed=100, confirmed={"odds_api": 15})
    with pytest.raises(BudgetSpentError, match=r"confirmed \(10 are spent\)"):
        fetcher_with(budget=budget, keys=keys).fetch(odds(server))
    assert server.count("/a") == 1


def test_a_plan_that_costs_too_much_is_refused_whole(server: Server, fetcher_with: MakeFetcher, keys: Keys) -> None:
    """Though its first requests could be paid; what is archived is had, and other sources are not affected."""
    for name in ("a", "b", "c", "d", "free"):
        server.on(f"/{name}", document())
    server.on("/game", document())
    budget = Budget(allowed=1000, confirmed={"odds_api": 10})
    fetcher = fetcher_with(budget=budget, keys=keys)
    fetcher.fetch(odds(server, "a"))
    budget.confirm("odds_api", 20)
    plan = [odds(server, name) for name in "abcd"]
    assert price(fetcher, plan) == {"odds_api": 30}
    pulled = pull(fetcher, [*plan, asked(server), odds(server, "free", 0)])
    assert [each.request.subject for each in pulled.held] == ["a", "0022300561", "free"]
    assert [each.request.subject for each in pulled.failures] == ["b", "c", "d"]
    assert "30 credits are more than the 30 that were confirmed (10 are spent)" in pulled.failures[0].error.message
    assert "odds_api, boxscore c" in pulled.failures[1].error.message
    assert not {"/b", "/c", "/d"} & {path.split("?")[0] for path, _ in server.asked}
    budget.confirm("odds_api", 10)
    assert pull(fetcher, plan).is_whole
    assert budget.spent == {"odds_api": 40}


def test_remaining_credits_of_a_free_request_are_read_too(
    server: Server, fetcher_with: MakeFetcher, keys: Keys, archive: Archive
) -> None:
    """Lists of events cost nothing, and tell what is left."""
    server.on("/a", document(X_Requests_Remaining=12))
    fetcher_with(keys=keys).fetch(odds(server, cost=0))
    assert archive.credits("odds_api") == (12, NOON)
