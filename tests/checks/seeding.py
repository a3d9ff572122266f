"""Defects put into a warehouse for the length of a test, and what each family of validation then says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from backcourt.checks.finding import Finding
from backcourt.checks.validate.result import Result
from backcourt.checks.validate.stage import Stage, create_stage
from backcourt.seasons import Scope
from support import Workshop

Family = Callable[[Stage], Iterable[Result]]


@contextmanager
def harmed(shop: Workshop, *statements: str) -> Iterator[Workshop]:
    """The warehouse after some statements of other hands, undone afterwards."""
    shop.warehouse.execute("BEGIN TRANSACTION")
    try:
        for statement in statements:
            shop.warehouse.execute(statement)
        yield shop
    finally:
        shop.warehouse.execute("ROLLBACK")


def said(
    family: Family, shop: Workshop, *statements: str, scope: Scope | None = None
) -> dict[tuple[str, str], Finding]:
    """What a family says after some statements, by check and table; of several findings of one the worst."""
    order = ("pass", "warn", "fail", "error")
    with harmed(shop, *statements):
        results = list(family(create_stage(shop.warehouse, shop.registry, scope or Scope())))
    found: dict[tuple[str, str], Finding] = {}
    for each in sorted((result.finding for result in results), key=lambda one: order.index(one.outcome)):
        found[each.check, each.subject] = each
    return found


def one_row(table: str, condition: str = "TRUE") -> str:
    """SQL for the first row of a table that fulfils a condition."""
    return f"rowid = (SELECT MIN(rowid) FROM {table} WHERE {condition})"


def change(table: str, assignment: str, condition: str = "TRUE") -> str:
    """SQL that changes one row."""
    return f"UPDATE {table} SET {assignment} WHERE {one_row(table, condition)}"
