"""Credits of paid services: what a plan costs, what was confirmed, what is spent and what is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from backcourt.sources.http.errors import BudgetSpentError
from backcourt.sources.payload import Request

_CONFIRM = "Look at what it costs and confirm it (--yes), or ask for fewer games or dates."


def estimate(requests: Iterable[Request]) -> dict[str, int]:
    """The credits that requests cost, by source; sources that cost nothing are left out."""
    costs: Counter[str] = Counter()
    for request in requests:
        costs[request.source] += request.credits
    return {source: cost for source, cost in costs.items() if cost}


@dataclass
class Budget:
    """What a run may spend of each source: at most `allowed`, and of that only what was confirmed.

    `left` is what each service said in this run; what it said in earlier ones stands in the archive, and may be of
    another month.
    """

    allowed: int = 0
    confirmed: dict[str, int] = field(default_factory=dict)
    spent: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    def confirm(self, source: str, cost: int) -> None:
        """Somebody looked at the price and agrees to spend so many more credits."""
        self.confirmed[source] = self.confirmed.get(source, 0) + cost

    def refuse_plan(self, requests: Iterable[Request]) -> None:
        """Raise BudgetSpentError when these requests together cost more than may be spent."""
        first: dict[str, Request] = {}
        plan = [request for request in requests if request.credits]
        for request in plan:
            first.setdefault(request.source, request)
        for source, cost in estimate(plan).items():
            self._refuse(first[source], cost)

    def take(self, request: Request) -> None:
        """Count a request as spent before it is sent; raises BudgetSpentError when that is too much."""
        if request.credits:
            self._refuse(request, request.credits)
            self._add(request, request.credits)

    def give_back(self, request: Request) -> None:
        """The request never reached the service."""
        self._add(request, -request.credits)

    def settle(self, request: Request, status: int, headers: Mapping[str, str]) -> int | None:
        """Correct what was taken by what the service says that it took, and give what it says is left, if it does.

        An answer that is an error is free unless the service says otherwise.
        """
        took = _number(headers.get("x-requests-last", ""))
        if took is None:
            took = request.credits if status < 400 else 0
        self._add(request, took - request.credits)
        remaining = _number(headers.get("x-requests-remaining", ""))
        if remaining is not None:
            self.left[request.source] = remaining
        return remaining

    def _add(self, request: Request, cost: int) -> None:
        if cost:
            self.spent[request.source] = self.spent.get(request.source, 0) + cost

    def _refuse(self, request: Request, cost: int) -> None:
        source = request.source
        spent, confirmed = self.spent.get(source, 0), self.confirmed.get(source, 0)
        left = self.left.get(source)
        if spent + cost > self.allowed:
            what = f"more than the {self.allowed:,} that a run may spend ({spent:,} are spent)"
            raise BudgetSpentError.over(
                request, cost, what, "Raise BACKCOURT_CREDITS, or ask for fewer games or dates."
            )
        if spent + cost > confirmed:
            what = f"more than the {confirmed:,} that were confirmed ({spent:,} are spent)"
            raise BudgetSpentError.over(request, cost, what, _CONFIRM)
        if left is not None and cost > left:
            what = f"more than the {left:,} that the service has left"
            raise BudgetSpentError.over(request, cost, what, "Wait until it grants new ones, or take a larger plan.")


def _number(text: str) -> int | None:
    """A count of credits; some services write it with a fraction."""
    whole = text.strip().split(".")[0]
    return int(whole) if whole.isascii() and whole.isdigit() and len(whole) < 15 else None
