"""The sources that a warehouse is kept fed from: what BACKCOURT_SOURCES says, ready to be ingested.

`local:FOLDER` is a folder of files, `simulated:SEASONS` the simulated league, with `simulated:SEASONS:SEED` another one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from backcourt.clock import Clock
from backcourt.engine.registry import Registry
from backcourt.errors import UsageError
from backcourt.seasons import parse_seasons
from backcourt.sources.local.adapter import IngestReport, ingest_folder
from backcourt.sources.simulated.source import simulate
from backcourt.warehouse.duckdb import Warehouse

_EXAMPLE = "local:data or simulated:2021"

Ingest = Callable[[Warehouse, Registry, Clock], IngestReport]


@dataclass(frozen=True)
class Configured:
    """A source by the name it was given, and how it is ingested."""

    name: str
    ingest: Ingest


def configured(text: str, max_vanishing: float) -> tuple[Configured, ...]:
    """The sources of a list with commas; raises UsageError for one that cannot be meant, or none at all."""
    terms = [term.strip() for term in text.split(",") if term.strip()]
    if not terms:
        raise UsageError(
            "No source is configured.", f"Name some with --sources or BACKCOURT_SOURCES, such as {_EXAMPLE}"
        )
    if len(set(terms)) != len(terms):
        raise UsageError(f"A source stands twice in {text!r}.", "Name each once.")
    return tuple(Configured(term, _ingest(term, max_vanishing)) for term in terms)


def _ingest(term: str, max_vanishing: float) -> Ingest:
    kind, _, rest = term.partition(":")
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
