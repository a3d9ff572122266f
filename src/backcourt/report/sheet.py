"""What a contract says of its columns, as tables for a page."""

from __future__ import annotations

from backcourt.engine.contract import Column, Contract
from backcourt.report.markdown import code, grid, plain

_DIRECTIONS = {"up": "more points", "down": "fewer points", "none": "neither"}


def columns_sheet(contract: Contract) -> str:
    """A line for each column: type, unit, values, why it may be NULL, definition."""
    rows = [
        (
            _name(column),
            column.type,
            plain(column.unit or ""),
            _values(column),
            plain(column.null or ""),
            _definition(column),
        )
        for column in contract.columns
    ]
    return grid(("column", "type", "unit", "values", "NULL when", "definition"), rows)


def features_sheet(contract: Contract) -> str:
    """A line for each feature: what a model must know of it beside its column."""
    rows = []
    for column in contract.columns:
        if column.feature is not None:
            fact = column.feature
            words = (fact.known, fact.source, fact.window or "", fact.games_used or "")
            required = "yes" if fact.required else ""
            rows.append((code(column.name), _DIRECTIONS[fact.direction], *map(plain, words), required))
    return grid(("feature", "a higher value suggests", "known by", "source", "window", "games used", "required"), rows)


def availability_sheet(contract: Contract) -> str:
    """A line for each column that may be NULL: where its values come from, and how full it is in each real season."""
    seasons = sorted({season for one in contract.availability.values() for season in one.shares})
    rows = [
        (code(name), one.source, *(f"{one.shares[season]:.3f}" for season in seasons))
        for name, one in contract.availability.items()
    ]
    return grid(("column", "source", *seasons), rows)


def _name(column: Column) -> str:
    return code(column.name) + {"key": " (key)", "partition": " (partition)"}.get(column.role, "")


def _values(column: Column) -> str:
    if column.values:
        return ", ".join(map(plain, column.values))
    return f"{_number(column.range[0])} to {_number(column.range[1])}" if column.range else ""


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else str(value)


def _definition(column: Column) -> str:
    derived = f"; computed as {code(column.derived)}" if column.derived else ""
    constant = f"; one value only: {plain(column.constant)}" if column.constant else ""
    drift = f"; may drift: {plain(column.drift)}" if column.drift else ""
    return f"{plain(column.doc)}{derived}{constant}{drift}{_health(column)}"


def _health(column: Column) -> str:
    if column.health is None:
        return ""
    health = column.health
    bounds = {
        "a value in at least {:.0%} of the rows": health.values,
        "0 in at most {:.0%} of the values": health.zeros,
        "at least {} different values": health.distinct,
    }
    said = ", ".join(text.format(bound) for text, bound in bounds.items() if bound is not None)
    return f"; on a date of {health.rows} or more: {said}"
