"""A build reads through views of exactly what lineage says it consumes; anything else is an error, never a stale result."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from backcourt.engine.build import build
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.lineage import Lineage
from backcourt.engine.registry import Registry
from backcourt.warehouse.duckdb import QueryError, Warehouse
from small_league import PLAYER, RESULT, TEAM, small_registry, write_small_league
from support import Workshop

READ = f"analytics.{RESULT}"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    folder = tmp_path_factory.mktemp("inputs")
    write_small_league(folder, [2021])
    with Warehouse.in_memory(threads=1) as warehouse:
        shop = Workshop(warehouse, small_registry(), folder)
        shop.ingest()
        assert shop.backfill().is_complete
        evaluate_all(warehouse, shop.registry)
        yield shop


def forgetful(columns: frozenset[str] | None) -> Registry:
    """A registry whose lineage knows only some columns, or nothing, of what `player_result` reads of `team_result`."""
    registry = Registry(small_registry().raw, small_registry().built)
    true = registry.lineage(PLAYER)
    consumed = {name: read for name, read in true.consumed.items() if name != READ}
    consumed |= {READ: columns} if columns is not None else {}
    registry.know(PLAYER, Lineage(consumed, true.code_version), registry.built_upstream(PLAYER))
    return registry


@pytest.mark.parametrize(
    ("columns", "missed"), [(None, "in_analytics_team_result"), (frozenset({"game_id"}), "team_id")]
)
def test_what_lineage_missed_is_an_error(shop: Workshop, columns: frozenset[str] | None, missed: str) -> None:
    """Also when another table was built just before, and read it through a view of its own."""
    days = [date(2021, 10, 19), date(2021, 10, 20)]
    build(shop.warehouse, shop.registry, shop.registry.built[TEAM], days)
    with pytest.raises(QueryError, match=missed):
        build(shop.warehouse, forgetful(columns), shop.registry.built[PLAYER], days)
    build(shop.warehouse, shop.registry, shop.registry.built[PLAYER], days)
    assert shop.warehouse.value("SELECT COUNT(*) FROM candidate")
