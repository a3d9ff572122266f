"""Fixtures of the statistics site's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backcourt.engine.registry import Registry
from backcourt.sources.nba_stats import records
from backcourt.sources.payload import Payload
from backcourt.warehouse.duckdb import Warehouse
from staged_records import Row, of_kind, staged

MAPPINGS = Path(records.__file__).parent / "mappings"

Rows = Callable[[Payload, str], list[Row]]


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """An empty warehouse."""
    with Warehouse.open(tmp_path / "w.duckdb", threads=1) as opened:
        yield opened


@pytest.fixture
def rows(warehouse: Warehouse, registry: Registry, tmp_path: Path) -> Rows:
    """The rows of one kind in a payload, as the raw table would have them."""
    return lambda answer, kind: staged(warehouse, registry, MAPPINGS, of_kind(records.parse(answer), kind), tmp_path)
