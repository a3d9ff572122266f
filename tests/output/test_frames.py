"""Frames have the contract's types, in every format."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars
import pyarrow
import pytest

import backcourt
from backcourt.engine.registry import Registry
from backcourt.errors import IncompleteError, UsageError
from backcourt.output.frames import Format, frame
from backcourt.output.selection import chosen_columns, select
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

ARROW = {
    "varchar": pyarrow.string(),
    "bigint": pyarrow.int64(),
    "integer": pyarrow.int32(),
    "double": pyarrow.float64(),
    "boolean": pyarrow.bool_(),
    "date": pyarrow.date32(),
    "timestamp": pyarrow.timestamp("us"),
}
POLARS = {
    "varchar": polars.String(),
    "bigint": polars.Int64(),
    "integer": polars.Int32(),
    "double": polars.Float64(),
    "boolean": polars.Boolean(),
    "date": polars.Date(),
    "timestamp": polars.Datetime("us"),
}
PANDAS = {
    "varchar": ("str", "str"),
    "bigint": ("int64", "Int64"),
    "integer": ("int32", "Int32"),
    "double": ("float64", "float64"),
    "boolean": ("bool", "boolean"),
    "date": ("datetime64[ms]", "datetime64[ms]"),
    "timestamp": ("datetime64[us]", "datetime64[us]"),
}
TABLES = ("player_game_summary", "ml_feature_store")


def loaded(warehouse: Warehouse, registry: Registry, table: str, form: Format, scope: Scope | None = None) -> Any:
    wanted = registry.resolve(table)
    (selection,) = select(warehouse, registry, [wanted], scope or Scope())
    return frame(warehouse, selection.query(wanted.contract.columns), form)


@pytest.mark.parametrize("table", TABLES)
class TestTypes:
    def test_arrow(self, store: Warehouse, store_registry: Registry, table: str) -> None:
        made = loaded(store, store_registry, table, "arrow")
        columns = store_registry.resolve(table).contract.columns
        assert made.num_rows > 100
        assert {field.name: field.type for field in made.schema} == {one.name: ARROW[one.type] for one in columns}

    def test_polars(self, store: Warehouse, store_registry: Registry, table: str) -> None:
        made = loaded(store, store_registry, table, "polars")
        columns = store_registry.resolve(table).contract.columns
        assert dict(made.schema) == {one.name: POLARS[one.type] for one in columns}

    @pytest.mark.parametrize("seasons", [(), ("2021-22",)])
    def test_pandas(self, store: Warehouse, store_registry: Registry, table: str, seasons: tuple[str, ...]) -> None:
        """The contract decides the type, so a scope without a NULL has no other types than one with."""
        made = loaded(store, store_registry, table, "pandas", Scope(seasons=seasons))
        columns = store_registry.resolve(table).contract.columns
        assert {name: str(kind) for name, kind in made.dtypes.items()} == {
            one.name: PANDAS[one.type][one.null is not None] for one in columns
        }

    def test_all_formats_have_the_same_values(self, store: Warehouse, store_registry: Registry, table: str) -> None:
        rows = loaded(store, store_registry, table, "rows")
        assert loaded(store, store_registry, table, "arrow").to_pylist() == rows
        assert loaded(store, store_registry, table, "polars").to_dicts() == rows
        frame = loaded(store, store_registry, table, "pandas")
        kept = frame.astype(object).where(frame.notna(), None).to_dict("records")
        assert [{name: plain(value) for name, value in row.items()} for row in kept] == [
            {name: plain(value) for name, value in row.items()} for row in rows
        ]


def plain(value: object) -> object:
    """Midnight is how pandas writes a date."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat()
    return f"{value}T00:00:00" if isinstance(value, date) else value


@pytest.mark.parametrize("form", ["arrow", "polars", "pandas"])
def test_no_rows_have_types_too(ingested: Path, form: Format) -> None:
    """Before the table exists and in a scope without games."""
    with Warehouse.open(ingested, read_only=True) as warehouse:
        nothing = backcourt.load(
            "player_game_summary", format=form, warehouse=warehouse, columns="player_id,points", allow_incomplete=True
        )
    assert len(nothing) == 0
    types = {"arrow": lambda: nothing.schema.types, "polars": lambda: nothing.dtypes, "pandas": lambda: nothing.dtypes}
    assert [str(kind) for kind in types[form]()] == {
        "arrow": ["int64", "int32"],
        "polars": ["Int64", "Int32"],
        "pandas": ["int64", "Int32"],
    }[form]


def test_an_integer_beyond_a_double_stays_itself(store: Warehouse, store_registry: Registry) -> None:
    """A nullable integer never passes through a float."""
    wanted = store_registry.resolve("player_game_summary")
    (selection,) = select(store, store_registry, [wanted], Scope())
    query = selection.query(chosen_columns(wanted.contract, "points"))
    changed = type(query)(
        "SELECT CAST(NULL AS INTEGER) AS points UNION ALL SELECT 9007199254740993 AS points ORDER BY 1",
        {},
        query.columns,
    )
    assert frame(store, changed, "pandas")["points"].dropna().tolist() == [9007199254740993]


def test_damaged_content_can_be_looked_at(store: Warehouse, store_registry: Registry) -> None:
    """A NULL where none may be makes the column nullable, and no error."""
    wanted = store_registry.resolve("player_game_summary")
    (selection,) = select(store, store_registry, [wanted], Scope())
    query = selection.query(chosen_columns(wanted.contract, "team_id"))
    changed = type(query)("SELECT CAST(NULL AS BIGINT) AS team_id", {}, query.columns)
    assert str(frame(store, changed, "pandas")["team_id"].dtype) == "Int64"


@pytest.mark.parametrize(
    ("form", "missing", "extra"),
    [
        ("arrow", "pyarrow", "arrow"),
        ("polars", "polars", "polars"),
        ("pandas", "pandas", "pandas"),
        ("polars", "pyarrow", "polars"),
    ],
)
def test_a_missing_library_names_its_extra(
    built: Path, monkeypatch: pytest.MonkeyPatch, form: Format, missing: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(UsageError, match=rf"needs {missing}, which is not installed") as raised:
        backcourt.load("PGS", format=form, warehouse=built)
    assert f"pip install 'backcourt[{extra}]'" in raised.value.hint
    assert backcourt.load("PGS", format="rows", warehouse=built)


def test_what_is_not_verified_is_named(unfinished: Warehouse, store_registry: Registry) -> None:
    with pytest.raises(IncompleteError, match=r"1 of 6 partitions are not verified, 2021-10-21 \(failed\) first"):
        loaded(unfinished, store_registry, "player_game_summary", "arrow")
