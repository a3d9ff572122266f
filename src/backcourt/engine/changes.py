"""The change feed: for each run the keys it inserted, changed and deleted, so that what follows updates only those.

It is written in the transaction that writes the rows, and only for partitions that are rewritten. A partition that
had no rows before is one line without a key: all its keys were inserted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from backcourt.engine import ledger
from backcourt.engine.contract import Contract
from backcourt.engine.hashing import quoted
from backcourt.engine.registry import Registry
from backcourt.engine.runs import Run
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

Kind = Literal["inserted", "changed", "deleted"]


@dataclass(frozen=True)
class Change:
    """One key that a run inserted, changed (in `columns`) or deleted; without a key it is all `keys` of the partition.

    A changed row without columns differs only in its data_hash, as the table has other columns than before.
    """

    run: str
    table: str
    game_date: date
    kind: Kind
    key: dict[str, object] | None
    keys: int
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Extent:
    """How many keys of a table a run changed in one way, on how many dates, and in which columns."""

    run: str
    table: str
    kind: Kind
    keys: int
    dates: int
    columns: tuple[str, ...]


def record(warehouse: Warehouse, contract: Contract, run_id: str) -> None:
    """Write what `hashed` changes on `changed_dates`; call in the transaction that will replace the rows, before it does."""
    parameters = {"run": run_id, "table": contract.full_name}
    warehouse.execute(
        f"""CREATE OR REPLACE TEMP TABLE rewritten_dates AS SELECT DISTINCT game_date FROM {contract.full_name}
        WHERE game_date IN (SELECT game_date FROM changed_dates)"""
    )
    warehouse.execute(
        """INSERT INTO ledger.changes SELECT $run, $table, game_date, 'inserted', NULL, COUNT(*), '' FROM hashed
        WHERE game_date NOT IN (SELECT game_date FROM rewritten_dates) GROUP BY game_date""",
        parameters,
    )
    if warehouse.value("SELECT COUNT(*) FROM rewritten_dates"):
        warehouse.execute(f"INSERT INTO ledger.changes {_differences(contract)}", parameters)
    ledger.seal(warehouse, "changes", [run_id])


def _differences(contract: Contract) -> str:
    """Keys of the rewritten dates whose stored row differs from the new one; values are compared, not trusted hashes."""
    key = dict.fromkeys((*contract.key, "game_date"))
    same = " AND ".join(f"o.{quoted(name)} = n.{quoted(name)}" for name in key)
    either = ", ".join(f"{quoted(name)} := COALESCE(n.{quoted(name)}, o.{quoted(name)})" for name in contract.key)
    names = [name for name in contract.column_names if name not in key]
    listed = ", ".join(f"'{name}'" for name in names)
    differs = ", ".join(f"o.{quoted(name)} IS DISTINCT FROM n.{quoted(name)}" for name in names)
    of_dates = "WHERE game_date IN (SELECT game_date FROM rewritten_dates)"
    return f"""
      WITH compared AS (
        SELECT COALESCE(n.game_date, o.game_date) AS game_date, to_json(struct_pack({either})) AS key,
          CASE WHEN o.game_date IS NULL THEN 'inserted' WHEN n.game_date IS NULL THEN 'deleted' ELSE 'changed' END AS kind,
          array_to_string(list_where([{listed}], [{differs}]), ',') AS columns, o.data_hash IS DISTINCT FROM n.data_hash AS is_other
        FROM (SELECT * FROM {contract.full_name} {of_dates}) AS o
        FULL JOIN (SELECT * FROM hashed {of_dates}) AS n ON {same})
      SELECT DISTINCT $run, $table, game_date, kind, CAST(key AS VARCHAR), 1, IF(kind = 'changed', columns, '')
      FROM compared WHERE is_other OR columns <> ''"""


def extents(warehouse: Warehouse, runs: Sequence[Run], scope: Scope) -> list[Extent]:
    """What runs changed, counted per run, table and kind."""
    rows = warehouse.rows(
        f"""SELECT c.run_id, c.table_name, c.kind, SUM(c.keys)::BIGINT, COUNT(DISTINCT c.game_date), string_agg(DISTINCT c.columns)
        FROM ({_reached()}) AS c JOIN ledger.runs AS r ON r.run_id = c.run_id
        GROUP BY c.run_id, r.ordinal, c.table_name, c.kind ORDER BY r.ordinal, c.table_name, c.kind""",
        _limits(runs, scope),
    )
    return [
        Extent(run_id, _short(table), kind, keys, dates, _names(columns))
        for run_id, table, kind, keys, dates, columns in rows
    ]


def read(
    warehouse: Warehouse, registry: Registry, runs: Iterable[Run], scope: Scope, *, each_key: bool = False
) -> Iterator[Change]:
    """What runs changed, in their order, one by one; in each run and table what was deleted comes first.

    With `each_key` a partition that is new as a whole comes as its keys. Run no other statement before the last change.
    """
    for run in runs:
        limits = _limits([run], scope)
        tables = warehouse.rows(f"SELECT DISTINCT table_name FROM ({_reached()}) ORDER BY 1", limits)
        for (table,) in tables:
            parameters, source = {**limits, "table": table}, _reached()
            if each_key and _short(table) in registry.built:
                parameters["ordinal"] = run.ordinal
                source = _each_key(registry.built[_short(table)].contract)
            rows = warehouse.stream(
                f"SELECT game_date, kind, key, keys, columns FROM ({source}) WHERE table_name = $table"
                " ORDER BY kind = 'deleted' DESC, game_date, kind, key",
                parameters,
            )
            for game_date, kind, key, keys, columns in rows:
                named = json.loads(key) if key else None
                yield Change(run.run_id, _short(table), game_date, kind, named, keys, _names(columns))


def as_document(change: Change) -> dict[str, object]:
    """A change as JSON; `key` is null where it stands for all keys of the partition."""
    return {**asdict(change), "game_date": change.game_date.isoformat(), "columns": list(change.columns)}


def _reached() -> str:
    """Lines of the feed that belong to $runs, and to the tables and dates of a scope."""
    return """SELECT * FROM ledger.changes WHERE list_contains($runs, run_id)
      AND (len($tables) = 0 OR list_contains($tables, split_part(table_name, '.', 2)))
      AND (len($firsts) = 0 OR EXISTS (SELECT 1 FROM
        (SELECT UNNEST($firsts::DATE[]) AS low, UNNEST($lasts::DATE[]) AS high) WHERE game_date BETWEEN low AND high))"""


def _limits(runs: Iterable[Run], scope: Scope) -> dict[str, object]:
    return {
        "runs": [run.run_id for run in runs],
        "tables": list(scope.tables),
        "firsts": [each.start or date.min for each in scope.dates],
        "lasts": [each.end or date.max for each in scope.dates],
    }


def _each_key(contract: Contract) -> str:
    """The lines of a run on one table, whole partitions as the keys they had then.

    Of a key that a later run touched, the first such line says whether it stood there: what was inserted did not.
    """
    key = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in contract.key)
    return f"""
      WITH lines AS ({_reached()} AND table_name = $table),
      whole AS (SELECT * FROM lines WHERE key IS NULL),
      later AS (
        SELECT c.game_date, c.kind, c.key, r.ordinal FROM ledger.changes AS c JOIN ledger.runs AS r ON r.run_id = c.run_id
        WHERE c.table_name = $table AND r.ordinal > $ordinal AND c.game_date IN (SELECT game_date FROM whole)),
      known AS (
        SELECT game_date, CAST(to_json(struct_pack({key})) AS VARCHAR) AS key FROM {contract.full_name}
        WHERE game_date IN (SELECT game_date FROM whole)
        UNION SELECT game_date, key FROM later WHERE key IS NOT NULL),
      touched AS (
        SELECT k.game_date, k.key, arg_min(l.kind, l.ordinal) AS then FROM known AS k
        LEFT JOIN later AS l ON l.game_date = k.game_date AND COALESCE(l.key, k.key) = k.key GROUP BY ALL)
      SELECT * FROM lines WHERE key IS NOT NULL
      UNION ALL
      SELECT w.run_id, w.table_name, w.game_date, w.kind, t.key, 1, w.columns FROM whole AS w
      JOIN touched AS t ON t.game_date = w.game_date WHERE t.then IS DISTINCT FROM 'inserted'"""


def _short(full_name: str) -> str:
    return full_name.partition(".")[2]


def _names(columns: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in (columns or "").split(",") if name))
