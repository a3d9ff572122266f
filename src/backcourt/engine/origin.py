"""Where each source was last ingested from, so that a command that asks it again can be told in full."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from backcourt.engine import ledger
from backcourt.engine.ranks import MANUAL
from backcourt.seasons import seasons_flag
from backcourt.warehouse.duckdb import Warehouse

# What stands for a folder that was never told: a warehouse may have been filled from Python.
FOLDER = "FOLDER"

_UNTOLD = {"local": ("local", FOLDER), MANUAL: (MANUAL, "FILE")}


def remember(warehouse: Warehouse, source: str, words: Sequence[str]) -> None:
    """Keep the words after `backcourt ingest` that named a source; an ingest from the same place writes nothing."""
    text = json.dumps(list(words))
    if ledger.meta(warehouse, _key(source)) != text:
        with warehouse.transaction():
            ledger.set_meta(warehouse, _key(source), text)


def ingest_words(warehouse: Warehouse, source: str, seasons: Iterable[str]) -> tuple[str, ...]:
    """The words after `backcourt` that ask a source again for some seasons; FOLDER stands for a folder that is not known."""
    told = ledger.meta(warehouse, _key(source))
    words = tuple(json.loads(told)) if told else _UNTOLD.get(source, (source,))
    if source == MANUAL:
        return ("ingest", *words)
    labels = set(seasons)
    if ledger.meta(warehouse, "kind") == "simulated":
        # A league is played whole: without one of its seasons the players of that season would vanish.
        labels |= {row[0] for row in warehouse.rows("SELECT DISTINCT season FROM ledger.schedule")}
    return ("ingest", *words, *(("--seasons", seasons_flag(labels)) if labels else ()))


def _key(source: str) -> str:
    return f"origin {source}"
