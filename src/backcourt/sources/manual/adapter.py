"""Ingest an override file: each row that it speaks of becomes a raw row of the source `manual`.

Such a row is the source's row with other values. The values that were put in stand in the place of the source's, whichever
source that is, and all others stay the source's as it tells them. The file is always whole: a line that is gone is
withdrawn. What it changes is known from when it came, and flows like any correction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from backcourt.clock import Clock
from backcourt.engine import ledger, raw
from backcourt.engine.contract import Contract
from backcourt.engine.hashing import quoted
from backcourt.engine.intake import Delivery, Outcome, is_known, receive
from backcourt.engine.ranks import MANUAL
from backcourt.engine.raw import columns_list, standing_rows
from backcourt.engine.registry import Registry
from backcourt.engine.renew import renew
from backcourt.engine.staging import broken_rule
from backcourt.errors import SourceError
from backcourt.sources.local.adapter import IngestReport, announced, now_due
from backcourt.sources.local.convert import convert
from backcourt.sources.local.stage import stage_nothing
from backcourt.sources.manual.lines import Line, read_lines, wrong
from backcourt.warehouse.duckdb import Warehouse

STREAM = "overrides"
EVERYTHING = 1.0


def ingest_manual(warehouse: Warehouse, registry: Registry, path: Path, clock: Clock) -> IngestReport:
    """Take the overrides of a file, all of them or, with a SourceError naming the line, none."""
    lines = read_lines(path, registry)
    if not ledger.exists(warehouse):
        raise SourceError("There is nothing to override yet.", "Ingest a source first:  backcourt ingest SOURCE")
    ledger.refuse_as_of(warehouse)
    if not renew(warehouse, registry):
        ledger.refuse_broken(warehouse)
    raw.create(warehouse, registry.raw.values())
    tables = _tables(warehouse, registry, lines)
    with announced(warehouse, registry, clock, f"ingest of {path.name}", len(tables)) as announce:
        with warehouse.transaction():
            outcomes = [_ingest_table(warehouse, each, path, _of(lines, each), clock.now()) for each in tables]
        for outcome in outcomes:
            announce(outcome)
    seasons = [row[0] for row in warehouse.rows("SELECT DISTINCT season FROM ledger.schedule ORDER BY season")]
    return IngestReport(tuple(outcomes), (), tuple(seasons), now_due(warehouse))


def _tables(warehouse: Warehouse, registry: Registry, lines: Iterable[Line]) -> list[Contract]:
    """The tables of the file and those of the file before: the schedule first, as others refer to it."""
    named = {line.contract.name for line in lines}
    known = {row[0] for row in warehouse.rows("SELECT DISTINCT table_name FROM ledger.overrides")}
    return [registry.raw[name] for name in sorted(named | known, key=lambda name: (name != "games", name))]


def _of(lines: Iterable[Line], contract: Contract) -> list[Line]:
    return [line for line in lines if line.contract.name == contract.name]


def _ingest_table(
    warehouse: Warehouse, contract: Contract, path: Path, lines: Sequence[Line], now: datetime
) -> Outcome:
    stage_nothing(warehouse, contract)
    warehouse.execute("CREATE OR REPLACE TEMP TABLE overriding AS SELECT * FROM ledger.overrides LIMIT 0")
    rows: dict[tuple[str, ...], list[Line]] = {}
    for line in lines:
        rows.setdefault(tuple(line.key.values()), []).append(line)
    for of_row in rows.values():
        _stage_row(warehouse, contract, path, of_row, now)
    delivery = Delivery(
        source=MANUAL,
        stream=STREAM,
        scope="all",
        digest=_digest(warehouse, contract),
        quarantines=False,
        windows=None,
        observed=True,
    )
    if is_known(warehouse, contract, delivery):
        return Outcome(path.name, contract.name, is_known=True)
    # The lines first: what stands, and is counted as the rows are received, follows from them.
    _remember(warehouse, contract)
    return receive(warehouse, contract, delivery, now, EVERYTHING)


def _stage_row(warehouse: Warehouse, contract: Contract, path: Path, lines: Sequence[Line], now: datetime) -> None:
    """Put the row that some lines speak of into `staged`, as they have it, and the lines into `overriding`."""
    first = lines[0]
    key = {name: _value(warehouse, contract, path, first, name, text or None) for name, text in first.key.items()}
    same = " AND ".join(f"{quoted(name)} IS NOT DISTINCT FROM ${name}" for name in key)
    warehouse.execute(
        f"CREATE OR REPLACE TEMP TABLE overridden AS SELECT * FROM"
        f" ({standing_rows(warehouse, contract, manual=False)}) WHERE {same}",
        key,
    )
    if not warehouse.value("SELECT COUNT(*) FROM overridden"):
        shown = ", ".join(f"{name} {text}" for name, text in first.key.items())
        raise wrong(
            path, first.number, f"there is nothing to override: no source has a row of raw.{contract.name} with {shown}"
        )
    day = "game_date" if contract.is_dated else f"DATE '{ledger.UNDATED}'"
    shown_key = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in contract.key)
    for line in lines:
        value = _value(warehouse, contract, path, line, line.column, line.value)
        warehouse.execute(
            f"""INSERT INTO overriding SELECT $table, CAST(to_json(struct_pack({shown_key})) AS VARCHAR), {day}, $column,
              $text, CAST({quoted(line.column)} AS VARCHAR), $reason, source, row_id, CAST($now AS TIMESTAMP) FROM overridden""",
            {
                "table": contract.name,
                "column": line.column,
                "text": None if value is None else str(line.value),
                "reason": line.reason,
                "now": now.replace(tzinfo=None),
            },
        )
    values = {line.column: _value(warehouse, contract, path, line, line.column, line.value) for line in lines}
    _stage(warehouse, contract, values, first.number)
    problem = warehouse.value("SELECT problem FROM staged WHERE source_row = ?", [first.number])
    if problem:
        at = next((line for line in lines if problem.startswith(f"column {line.column}:")), first)
        raise wrong(path, at.number, problem)


def _stage(warehouse: Warehouse, contract: Contract, values: dict[str, object], number: int) -> None:
    """The row with its new values, and what follows from them."""
    replaced = ", ".join(f"CAST(${name} AS {contract.column(name).sql_type}) AS {quoted(name)}" for name in values)
    derived = [f"CAST({c.derived} AS {c.sql_type}) AS {quoted(c.name)}" for c in contract.columns if c.derived]
    said = f"SELECT * REPLACE ({replaced}) FROM overridden"
    complete = f"SELECT * REPLACE ({', '.join(derived)}) FROM ({said})" if derived else said
    warehouse.execute(
        f"INSERT INTO staged SELECT {columns_list(contract)}, {number}, {broken_rule(contract)} FROM ({complete})",
        values,
    )


def _value(warehouse: Warehouse, contract: Contract, path: Path, line: Line, name: str, text: str | None) -> object:
    """A value as its column has it; raises SourceError for one that does not convert."""
    column = contract.column(name)
    conversion = convert("t", "VARCHAR", column)
    if text is None or conversion is None:
        return None
    value, is_wrong = warehouse.rows(
        f"SELECT {conversion.value}, {conversion.wrong or 'FALSE'} FROM (SELECT CAST(? AS VARCHAR) AS t)", [text]
    )[0]
    if is_wrong or value is None:
        raise wrong(path, line.number, f"column {name}: {text!r} is not {conversion.wanted}")
    return value


def _digest(warehouse: Warehouse, contract: Contract) -> str:
    """Changes with the lines, and with the rows that they stand in place of."""
    rows = warehouse.rows("SELECT * EXCLUDE (told_at) FROM overriding ORDER BY ALL")
    return hashlib.sha256(repr([contract.model_dump_json(include={"columns", "key"}), rows]).encode()).hexdigest()


def _remember(warehouse: Warehouse, contract: Contract) -> None:
    """Keep the lines; what is as it was before was told before."""
    warehouse.execute(
        """UPDATE overriding SET told_at = o.told_at FROM ledger.overrides AS o
        WHERE o.table_name = overriding.table_name AND o.row_key = overriding.row_key
          AND o.column_name = overriding.column_name AND o.value IS NOT DISTINCT FROM overriding.value"""
    )
    warehouse.execute("DELETE FROM ledger.overrides WHERE table_name = ?", [contract.name])
    warehouse.execute("INSERT INTO ledger.overrides SELECT * FROM overriding")
    ledger.seal(warehouse, "overrides")
