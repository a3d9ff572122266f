"""A column that a table takes as it is from another must still be what it is there; which ones do is derived from the SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from backcourt.checks.validate.equalities import Equality, ask, differing, shown_key
from backcourt.checks.validate.result import Result, Rule, attempted
from backcourt.checks.validate.stage import Stage
from backcourt.engine.hashing import quoted
from backcourt.engine.registry import Registry, Table

COPIES = Rule(
    "copies", "equalities", "blocking", "a feature or column taken from another table has the value that it has there"
)
RULES = (COPIES,)


def copies(stage: Stage) -> Iterator[Result]:
    """A result per table of the scope and table that it copies from."""
    for table in stage.tables:
        for equality in copied(stage.registry, table):
            yield from attempted(COPIES, table.name, partial(ask, stage, equality))


def copied(registry: Registry, table: Table) -> Iterator[Equality]:
    """The equalities of one table: all columns that come from one other table by the same keys together."""
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], dict[str, str]] = defaultdict(dict)
    for name, copy in registry.copies(table.name).items():
        groups[copy.table, tuple(sorted(copy.keys))][name] = copy.column
    for (upstream, keys), columns in sorted(groups.items()):
        pairs = {name: (f"c.{quoted(name)}", f"u.{quoted(theirs)}") for name, theirs in columns.items()}
        told = differing(pairs, shown_key(table.contract.key, "c"))
        joined = " AND ".join(f"u.{quoted(theirs)} = c.{quoted(own)}" for theirs, own in keys)
        sql = f"SELECT c.game_date, {told} AS cause FROM {table.full_name} AS c LEFT JOIN {upstream} AS u ON {joined}"
        yield Equality(COPIES, (table.name, upstream.partition(".")[2]), sql)
