"""Where a source was last ingested from, told as the command that asks it again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backcourt.engine import ledger
from backcourt.engine.origin import FOLDER, ingest_words, remember
from backcourt.warehouse.duckdb import Warehouse
from support import SEASON, Workshop, contents


@pytest.fixture
def real() -> Iterator[Warehouse]:
    """A warehouse of real data without any."""
    with Warehouse.in_memory() as warehouse:
        ledger.create(warehouse)
        ledger.claim_kind(warehouse, "real")
        yield warehouse


def test_a_folder_is_remembered(real: Warehouse) -> None:
    assert ingest_words(real, "local", [SEASON]) == ("ingest", "local", FOLDER, "--seasons", "2021")
    remember(real, "local", ("local", "/data/nba files"))
    assert ingest_words(real, "local", []) == ("ingest", "local", "/data/nba files")
    remember(real, "local", ("local", "/elsewhere"))
    assert ingest_words(real, "local", [SEASON])[2:] == ("/elsewhere", "--seasons", "2021")
    assert not ledger.broken_seals(real)


def test_the_same_place_again_writes_nothing(real: Warehouse) -> None:
    remember(real, "local", ("local", "/data"))
    before = contents(real)
    remember(real, "local", ("local", "/data"))
    assert contents(real) == before


def test_a_league_is_asked_for_whole(shop: Workshop) -> None:
    words = ("ingest", "simulated", "--seasons")
    assert ingest_words(shop.warehouse, "simulated", []) == (*words, "2021")
    assert ingest_words(shop.warehouse, "simulated", ["2022-23"]) == (*words, "2021:2022")
