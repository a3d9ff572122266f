"""Four real seasons as plain facts."""

from __future__ import annotations

import pytest
from facts import Facts

from backcourt.engine.registry import Registry
from backcourt.warehouse.duckdb import Warehouse


@pytest.fixture(scope="session")
def real_facts(real_seasons: Warehouse, registry: Registry) -> Facts:
    """The facts of every real season, with every table built; read once per process."""
    return Facts(real_seasons, registry)
