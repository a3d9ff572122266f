"""The page of a real season is of a size that can be sent, and shows every partition and week of it."""

from __future__ import annotations

import pytest

from backcourt.engine.registry import Registry
from backcourt.report.html.facts import gather
from backcourt.report.html.page import page
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse
from support import NOON

pytestmark = pytest.mark.real


def test_a_season(real_season: Warehouse, registry: Registry) -> None:
    facts = gather(real_season, registry, Scope(), NOON)
    text = page(facts)
    assert len(facts.cells) == 12 * 213
    assert len(facts.expected) == 11 * 213 + 210
    assert text.count('<td class="p s-') == len(facts.cells)
    assert text.count('title="week ') == len(facts.quality.weeks) > 30
    assert len(text.encode()) < 3_000_000 / 4
