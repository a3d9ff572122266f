"""The sources that a warehouse is kept fed from: what BACKCOURT_SOURCES says, ready to be ingested.

`local:FOLDER` is a folder of files, `simulated:SEASONS` the simulated league, with `simulated:SEASONS:SEED` another one.
`nba_cdn` and `nba_stats` are fetched, the current season unless some are named: `nba_stats:2023`. A source of snapshots,
such as `injury_report`, is asked about the games that are near, or about those of the seasons that are named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from backcourt.clock import Clock
from backcourt.engine import origin
from backcourt.engine.registry import Registry
from backcourt.errors import SourceError, UsageError
from backcourt.seasons import Scope, parse_seasons, season_of
from backcourt.sources.feed.adapter import ADAPTERS
from backcourt.sources.feed.feed import by_games
from backcourt.sources.feed.follow import follow, price, questions
from backcourt.sources.feed.follower import FOLLOWERS, Follower
from backcourt.sources.feed.outcome import FeedReport
from backcourt.sources.feed.releases import feed_releases
from backcourt.sources.feed.season import FeedSeason
from backcourt.sources.http import Fetcher
from backcourt.sources.local.adapter import IngestReport, ingest_folder
from backcourt.sources.simulated.source import simulate
from backcourt.sources.sportsdataverse import requests as sportsdataverse
from backcourt.warehouse.duckdb import Warehouse

_EXAMPLE = "local:data, simulated:2021 or nba_cdn"

Network = Callable[[], AbstractContextManager[Fetcher]]
"""Opens what documents are fetched with."""
Ingest = Callable[[Warehouse, Registry, Clock], IngestReport]


@dataclass(frozen=True)
class Configured:
    """A source by the name it was given, and how it is ingested."""

    name: str
    ingest: Ingest


def configured(
    text: str, max_vanishing: float, network: Network, *, may_spend: bool = False, place: str = ""
) -> tuple[Configured, ...]:
    """The sources of a list with commas; raises UsageError for one that cannot be meant, or none at all.

    `may_spend` says that somebody allowed to spend the credits of a run without being asked; `place` is
    where the files of a purchase lie.
    """
    terms = [term.strip() for term in text.split(",") if term.strip()]
    if not terms:
        raise UsageError(
            "No source is configured.", f"Name some with --sources or BACKCOURT_SOURCES, such as {_EXAMPLE}"
        )
    if len(set(terms)) != len(terms):
        raise UsageError(f"A source stands twice in {text!r}.", "Name each once.")
    return tuple(
        Configured(term, _ingest(term, max_vanishing, network, may_spend=may_spend, place=place)) for term in terms
    )


def _ingest(term: str, max_vanishing: float, network: Network, *, may_spend: bool, place: str) -> Ingest:
    kind, colon, rest = term.partition(":")
    if kind in ADAPTERS and bool(rest) == bool(colon):
        named = parse_seasons(rest) if rest else ()
        return partial(_of_network, kind, by_games(ADAPTERS[kind]), named, max_vanishing, network)
    if kind == sportsdataverse.SOURCE and bool(rest) == bool(colon):
        named = parse_seasons(rest) if rest else ()
        return partial(_of_network, kind, feed_releases, named, max_vanishing, network)
    if kind in FOLLOWERS and bool(rest) == bool(colon):
        scope = Scope(seasons=parse_seasons(rest) if rest else ())
        return partial(_of_snapshots, FOLLOWERS[kind], scope, may_spend, place, network)
    if kind == "local" and rest:
        return partial(_of_folder, Path(rest).expanduser(), max_vanishing)
    if kind == "simulated" and rest:
        seasons, _, seed = _seeded(rest)
        if seed.isdigit():
            return partial(_of_league, tuple(int(label[:4]) for label in parse_seasons(seasons)), int(seed))
    raise UsageError(f"{term!r} is not a source.", f"Write for example  {_EXAMPLE}")


def _seeded(text: str) -> tuple[str, str, str]:
    """`2021`, `2021:2024` and `2021:2024:7`: a last number that is no year is the seed."""
    head, colon, last = text.rpartition(":")
    if colon and last.isdigit() and len(last) != 4:
        return head, colon, last
    return text, "", "1"


def _of_folder(
    folder: Path, max_vanishing: float, warehouse: Warehouse, registry: Registry, clock: Clock
) -> IngestReport:
    return ingest_folder(warehouse, registry, folder, clock, max_vanishing=max_vanishing)


def _of_league(
    years: tuple[int, ...], seed: int, warehouse: Warehouse, registry: Registry, clock: Clock
) -> IngestReport:
    return simulate(warehouse, registry, clock, years, seed=seed)


def _of_network(
    name: str,
    feed: FeedSeason,
    seasons: Sequence[str],
    max_vanishing: float,
    network: Network,
    warehouse: Warehouse,
    registry: Registry,
    clock: Clock,
) -> IngestReport:
    labels = tuple(seasons) or (season_of(clock.today_eastern()),)
    with network() as fetcher:
        reports = [
            feed(lambda: nullcontext(warehouse), registry, season, fetcher, clock, max_vanishing=max_vanishing)
            for season in labels
        ]
    return _remembered(warehouse, name, reports)


def _of_snapshots(
    follower: Follower,
    scope: Scope,
    may_spend: bool,
    place: str,
    network: Network,
    warehouse: Warehouse,
    registry: Registry,
    clock: Clock,
) -> IngestReport:
    with network() as fetcher:
        asked = questions(lambda: nullcontext(warehouse), follower, scope, fetcher, clock, place)
        cost = price(follower, asked, fetcher).credits
        if cost and not may_spend:
            raise SourceError(
                f"{follower.name} would take up to {cost:,} credits, and nobody is asked here.",
                f"Set BACKCOURT_CREDITS to what a run may spend, or ask yourself:  backcourt ingest {follower.name}",
            )
        if cost > fetcher.budget.allowed:
            raise SourceError(
                f"{follower.name} would take up to {cost:,} credits, more than the {fetcher.budget.allowed:,} of a run.",
                "Raise BACKCOURT_CREDITS.",
            )
        fetcher.budget.confirm(follower.name, cost)
        reports = [follow(lambda: nullcontext(warehouse), registry, follower, each, fetcher, clock) for each in asked]
    return _remembered(warehouse, follower.name, reports)


def _remembered(warehouse: Warehouse, name: str, reports: Sequence[FeedReport]) -> IngestReport:
    """The reports of all seasons in one; where the source was asked for is kept."""
    if any(report.outcomes for report in reports):
        origin.remember(warehouse, name, (name,))
    return IngestReport(
        outcomes=tuple(outcome for report in reports for outcome in report.outcomes),
        ignored=(),
        seasons=tuple(report.season for report in reports),
        due=reports[-1].due if reports else 0,
        troubles=tuple(each.said for report in reports for each in report.troubles),
    )
