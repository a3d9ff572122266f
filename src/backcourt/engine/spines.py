"""Spines computed once: eight tables expect the same players on the same dates, and who they are takes long to say.

Within `kept` a spine stays in a temporary table, and whoever needs some of its dates takes them from there. A spine
follows from raw rows alone, so nothing may be ingested meanwhile; a run, a verification or a certificate is one such while.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class _Spine:
    """A temporary table with the rows of a spine query on some dates of one season."""

    sql: str
    dates: frozenset[date]
    relation: str


_KEPT: WeakKeyDictionary[Warehouse, list[_Spine]] = WeakKeyDictionary()


@contextmanager
def kept(warehouse: Warehouse) -> Iterator[None]:
    """While within, spines are kept; nothing may be ingested."""
    if warehouse in _KEPT:
        yield
        return
    _KEPT[warehouse] = []
    try:
        yield
    finally:
        for spine in _KEPT.pop(warehouse):
            warehouse.execute(f"DROP TABLE IF EXISTS {spine.relation}")


def find(warehouse: Warehouse, sql: str, dates: Sequence[date]) -> str | None:
    """The temporary table that holds a spine on all of some dates, and perhaps more."""
    wanted = set(dates)
    for spine in _KEPT.get(warehouse, ()):
        if spine.sql == sql and wanted <= spine.dates:
            return spine.relation
    return None


def keep(warehouse: Warehouse, sql: str, dates: Sequence[date], query: str) -> str | None:
    """Where spines are kept, the temporary table that now holds the rows of a query as the spine of some dates."""
    if warehouse not in _KEPT:
        return None
    relation = f"kept_spine_{len(_KEPT[warehouse])}"
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE {relation} AS {query}")
    _KEPT[warehouse].append(_Spine(sql, frozenset(dates), relation))
    return relation
