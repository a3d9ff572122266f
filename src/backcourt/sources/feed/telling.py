"""A pull in a report: how many documents, and what became of those that were not had."""

from __future__ import annotations

from collections.abc import Iterator

from backcourt.sources.feed.outcome import ABSENT, NOT_ASKED, NOT_FETCHED, FeedReport, Told
from backcourt.sources.http import Pulled
from backcourt.sources.payload import Request


def count(report: FeedReport, pulled: Pulled) -> None:
    """Count the documents of a pull."""
    report.documents += len(pulled.held) + len(pulled.absent) + len(pulled.failures) + len(pulled.not_asked)
    report.fetched += sum(each.fetched for each in pulled.held)
    report.stopped = report.stopped or pulled.stopped


def not_had(pulled: Pulled) -> Iterator[Told]:
    """What stood in the way of each document that was not had."""
    for request in pulled.absent:
        yield told_of(request, ABSENT, "the source has no such document")
    for failure in pulled.failures:
        yield told_of(failure.request, NOT_FETCHED, failure.error.message)
    for request in pulled.not_asked:
        yield told_of(request, NOT_ASKED, pulled.stopped)


def told_of(request: Request, state: str, said: str = "") -> Told:
    """What is known of the document that a request names."""
    return Told(request.need, request.subject, request.game_date, state, said)
