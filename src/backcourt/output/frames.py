"""The result of a query as a frame of one of the libraries that people use, or as plain rows.

The libraries are extras: they are loaded when their format is asked for. All frames are made from the Arrow table, whose
types are the contract's to the bit; a format that has no such type gets the nearest that loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Literal, get_args

from backcourt.engine.contract import Column
from backcourt.errors import UsageError
from backcourt.output.query import Query
from backcourt.warehouse.duckdb import Warehouse

Format = Literal["arrow", "polars", "pandas", "rows"]

_LIBRARIES: dict[str, tuple[str, ...]] = {
    "arrow": ("pyarrow",),
    "polars": ("pyarrow", "polars"),
    "pandas": ("pyarrow", "pandas"),
    "rows": (),
}
_WHOLE = {"bigint": "int64", "integer": "int32", "boolean": "bool"}


def require(form: str) -> None:
    """Raise UsageError for a format that there is not, or whose library is not installed."""
    if form not in _LIBRARIES:
        raise UsageError.unknown_format(form, get_args(Format))
    for library in _LIBRARIES[form]:
        try:
            import_module(library)
        except ImportError as error:
            raise UsageError.missing_library(form, library) from error


def frame(warehouse: Warehouse, query: Query, form: Format) -> Any:
    """The result as a pyarrow Table, a polars or pandas DataFrame, or a list of dictionaries."""
    if form == "rows":
        return [dict(zip(query.names, row, strict=True)) for row in warehouse.rows(query.sql, dict(query.parameters))]
    table = warehouse.arrow(query.sql, dict(query.parameters))
    if form == "polars":
        return import_module("polars").from_arrow(table)
    return _pandas(table, query.columns) if form == "pandas" else table


def _pandas(table: Any, columns: Sequence[Column]) -> Any:
    """A DataFrame without object columns, in which the contract and not the data decides a column's type.

    Whole numbers and booleans that may be NULL are pandas' own nullable types, so no integer passes through a float.
    In doubles NULL is NaN, which no table holds otherwise; dates are timestamps of midnight.
    """
    pandas, arrow = import_module("pandas"), import_module("pyarrow")
    nullable = {
        arrow.int64(): pandas.Int64Dtype(),
        arrow.int32(): pandas.Int32Dtype(),
        arrow.bool_(): pandas.BooleanDtype(),
    }
    made = table.to_pandas(types_mapper=nullable.get, date_as_object=False)
    never_null = {
        column.name: _WHOLE[column.type]
        for column in columns
        if column.null is None and column.type in _WHOLE and not table.column(column.name).null_count
    }
    return made.astype(never_null)
