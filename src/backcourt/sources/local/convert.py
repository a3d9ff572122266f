"""Strict conversion: a value that is not what its column wants is named, never turned into NULL or something near.

Each function returns SQL: the converted value, and a condition that is true where the value cannot be converted.
"""

from __future__ import annotations

from dataclasses import dataclass

from backcourt.engine.contract import Column

_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT")
_FLOATS = ("FLOAT", "DOUBLE")
_WHOLE = r"[+-]?\d{1,18}(\.0+)?"
_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?"
_DATE = r"\d{4}-\d{2}-\d{2}"
_MOMENT = rf"{_DATE}[ T]\d{{2}}:\d{{2}}(:\d{{2}}(\.\d{{1,6}})?)?Z?"
_WANTED = {
    "bigint": "a whole number",
    "integer": "a whole number",
    "double": "a finite number",
    "boolean": "true or false",
    "date": "a date (YYYY-MM-DD)",
    "timestamp": "a time (YYYY-MM-DD HH:MM:SS)",
    "varchar": "text",
}


@dataclass(frozen=True)
class Conversion:
    """SQL of the value, and of the condition under which it is wrong; None means it cannot be."""

    value: str
    wrong: str | None
    wanted: str


def convert(source: str, source_type: str, column: Column, scale: int | None = None) -> Conversion | None:
    """Convert `source` (SQL) of a source type to a column's type, or None when the types cannot meet."""
    wanted = _WANTED[column.type]
    kind = source_type.partition("(")[0]
    if kind == "VARCHAR":
        return _from_text(source, column, scale, wanted)
    if scale is not None and (kind in _INTEGERS or kind in _FLOATS or kind == "DECIMAL"):
        return _scaled(source, column, scale, wanted)
    if column.type in ("bigint", "integer") and kind in _INTEGERS:
        return _checked(source, f"TRY_CAST({source} AS {column.sql_type})", wanted)
    if column.type in ("bigint", "integer") and (kind in _FLOATS or kind == "DECIMAL"):
        whole = f"TRY_CAST({source} AS {column.sql_type})"
        return Conversion(whole, f"{source} IS NOT NULL AND ({whole} IS NULL OR {whole} <> {source})", wanted)
    if column.type == "double" and (kind in _INTEGERS or kind in _FLOATS or kind == "DECIMAL"):
        value = f"CAST({source} AS DOUBLE)"
        return Conversion(value, f"NOT isfinite({value})" if kind in _FLOATS else None, wanted)
    if column.type == "varchar" and kind in _INTEGERS:
        return Conversion(f"CAST({source} AS VARCHAR)", None, wanted)
    if column.type == "date" and kind.startswith("TIMESTAMP"):
        day = f"CAST({source} AS DATE)"
        return Conversion(day, f"{source} <> CAST({day} AS TIMESTAMP)", wanted)
    if column.type == "timestamp" and kind.startswith("TIMESTAMP"):
        return Conversion(f"CAST({source} AS TIMESTAMP)", None, wanted)
    if kind == column.sql_type:
        return Conversion(source, None, wanted)
    return None


def _checked(source: str, value: str, wanted: str) -> Conversion:
    return Conversion(value, f"{source} IS NOT NULL AND {value} IS NULL", wanted)


def _scaled(source: str, column: Column, scale: int, wanted: str) -> Conversion:
    # Rounding takes out the binary noise of a decimal clock (0.07 s is 70 ms), no more than that.
    value = f"TRY_CAST(ROUND({source} * {scale}) AS {column.sql_type})"
    return Conversion(value, f"{source} IS NOT NULL AND {value} IS NULL", wanted)


def _from_text(source: str, column: Column, scale: int | None, wanted: str) -> Conversion:
    text = f"NULLIF(trim({source}), '')"
    if column.type == "varchar":
        return Conversion(f"NULLIF({source}, '')", None, wanted)
    if column.type == "boolean":
        value = (
            f"CASE WHEN lower({text}) IN ('true', 't', '1', 'yes') THEN TRUE"
            f" WHEN lower({text}) IN ('false', 'f', '0', 'no') THEN FALSE END"
        )
        return _checked(text, value, wanted)
    if scale is not None:
        number = f"CASE WHEN regexp_full_match({text}, '{_NUMBER}') THEN TRY_CAST({text} AS DOUBLE) END"
        return _checked(text, f"TRY_CAST(ROUND({number} * {scale}) AS {column.sql_type})", wanted)
    shape = {"date": _DATE, "timestamp": _MOMENT, "double": _NUMBER}.get(column.type, _WHOLE)
    cleaned = f"rtrim({text}, 'Z')" if column.type == "timestamp" else text
    value = f"CASE WHEN regexp_full_match({text}, '{shape}') THEN TRY_CAST({cleaned} AS {column.sql_type}) END"
    if column.type == "double":
        value = f"CASE WHEN isfinite({value}) THEN {value} END"
    return _checked(text, value, wanted)
