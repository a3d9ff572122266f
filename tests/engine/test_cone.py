"""The cone beside brute force: a row of an upstream table is altered, every date is computed, and no spared date differs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from altering import READS, REGISTRY, beside_brute_force
from backcourt.engine.evaluate import evaluate_all
from backcourt.warehouse.duckdb import Warehouse


@pytest.fixture(scope="module")
def warehouse(all_built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Every table of the small league, evaluated."""
    path = tmp_path_factory.mktemp("cone") / "w.duckdb"
    shutil.copy(all_built, path)
    with Warehouse.open(path, threads=2) as opened:
        evaluate_all(opened, REGISTRY)
        yield opened


@pytest.mark.parametrize(("name", "read"), READS)
def test_no_spared_date_differs(warehouse: Warehouse, name: str, read: str) -> None:
    """Whatever is altered in a row that a table reads."""
    dice = Random(f"{name} {read}")
    beside_brute_force(warehouse, name, read, dice)


def test_a_flow_that_claims_too_much_is_caught(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lineage that sees no way for points: brute force finds the dates that the cone then spares wrongly."""
    name, read = "player_daily_cache", "player_game_summary"
    lineage = REGISTRY.lineage(name)
    blind = replace(lineage, flows=tuple(replace(flow, columns=frozenset()) for flow in lineage.flows))
    monkeypatch.setitem(REGISTRY._lineages, name, blind)
    wrong = []
    for number in range(5):
        try:
            beside_brute_force(warehouse, name, read, Random(number))
        except AssertionError as error:
            wrong.append(str(error))
    assert wrong
    assert all("player_daily_cache differs on" in text for text in wrong)
