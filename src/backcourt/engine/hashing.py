"""Two hashes. The canonical one is the same on every engine; the fast one only compares inputs on this engine.

Canonical: each business column in contract order as length-prefixed UTF-8 text, `N` for NULL; SHA-256 over the
row, its first 16 hex digits are `data_hash`; SHA-256 over a partition's sorted data hashes is its partition hash.

Fast: per column of a partition two sums of row hashes that include the key, so that swapping two players'
points shows. Sums, never XOR: XOR lets equal pairs cancel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backcourt.engine.contract import Column

HASH_LENGTH = 16
EMPTY_PARTITION_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def canonical_text(column: Column) -> str:
    """SQL for the canonical text of one column, as arguments of `concat`, which leaves out NULL."""
    name = quoted(column.name)
    if column.type == "boolean":
        return f"CASE WHEN {name} THEN '1:1' WHEN NOT {name} THEN '1:0' ELSE 'N' END"
    text = {
        "varchar": name,
        "bigint": f"CAST({name} AS VARCHAR)",
        "integer": f"CAST({name} AS VARCHAR)",
        "date": f"strftime({name}, '%Y-%m-%d')",
        "timestamp": f"CAST(epoch_us({name}) AS VARCHAR)",
        # Adding zero turns -0 into 0; 17 significant digits give every double back.
        "double": f"format('{{:.16e}}', {name} + 0.0)",
    }[column.type]
    return f"COALESCE(CAST(strlen({text}) AS VARCHAR) || ':', 'N'), {text}"


def row_hash(columns: Sequence[Column]) -> str:
    """SQL for the data_hash of a row."""
    # One `concat` of all columns: a chain of `||` copies what it has at every link, 230 kB a row of 190 columns.
    text = ", ".join(canonical_text(column) for column in columns)
    return f"substr(sha256(concat({text})), 1, {HASH_LENGTH})"


def partition_hash(hash_column: str = "data_hash") -> str:
    """SQL aggregate for the partition hash over rows' data hashes."""
    return f"sha256(COALESCE(string_agg({hash_column}, '' ORDER BY {hash_column}), ''))"


def fingerprints(relation: str, key: Iterable[str], columns: Sequence[str], date: str) -> str:
    """A query with one row per (game_date, column): rows and fingerprint.

    `date` is the SQL of the partition date; `relation` may be a table, a view or a bracketed query.
    """
    keyed = f"SELECT {date} AS game_date__, hash({', '.join(map(quoted, key))}) AS key__, * FROM {relation}"
    hashes = ", ".join(f"hash(key__, {quoted(name)}) AS {quoted('h_' + name)}" for name in columns)
    hashed = f"SELECT game_date__, {hashes} FROM ({keyed})"
    # The second sum is over a hash of the hash: what cancels in one does not in the other, and no value is read twice.
    first = ", ".join(f"SUM({quoted('h_' + name)})" for name in columns)
    second = ", ".join(f"SUM(hash({quoted('h_' + name)}))" for name in columns)
    summed = (
        f"SELECT game_date__, COUNT(*) AS rows__, [{first}] AS first__, [{second}] AS second__"
        f" FROM ({hashed}) GROUP BY game_date__"
    )
    listed = ", ".join(f"'{name}'" for name in columns)
    unrolled = (
        f"SELECT game_date__ AS game_date, UNNEST([{listed}]) AS column_name, rows__ AS rows,"
        f" UNNEST(first__) AS first__, UNNEST(second__) AS second__ FROM ({summed})"
    )
    return (
        "SELECT game_date, column_name, rows,"
        f" md5(CAST(first__ AS VARCHAR) || ':' || CAST(second__ AS VARCHAR)) AS fingerprint FROM ({unrolled})"
    )


def quoted(name: str) -> str:
    """An identifier that is safe to stand in SQL."""
    return '"' + name.replace('"', '""') + '"'
