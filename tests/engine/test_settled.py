"""That nothing has changed is remembered for the very ledger and files it was found with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backcourt.engine import evaluate, ledger, settled
from backcourt.engine.registry import Registry
from backcourt.seasons import Scope
from backcourt.sources.simulated.faults import inject
from support import TINY, Workshop


@pytest.fixture
def calm(shop: Workshop) -> Workshop:
    """A warehouse in which a run has found nothing to do."""
    assert shop.backfill().planned == 0
    assert settled.holds(shop.warehouse, shop.registry)
    return shop


def compare_anew(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> object:
    """What is due when nothing is remembered."""
    with monkeypatch.context() as patch:
        patch.setattr(settled, "holds", lambda *_: False)
        return shop.due()


def test_no_input_is_computed_again(calm: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "_gather_prints", lambda *_: pytest.fail("the fingerprints were read"))
    assert calm.backfill().planned == 0
    assert calm.warehouse.value("SELECT COUNT(*) FROM evaluation WHERE state = 'verified'") == 3 * TINY.dates
    assert not calm.warehouse.value("SELECT COUNT(*) FROM evaluation WHERE inputs IS NULL")


def test_a_run_that_did_something_remembers_nothing(shop: Workshop) -> None:
    inject(shop.folder, "assist_correction")
    shop.ingest(1)
    assert shop.backfill().planned
    assert not settled.holds(shop.warehouse, shop.registry)


def test_a_correction_is_found(calm: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    inject(calm.folder, "assist_correction")
    calm.ingest(1)
    assert not settled.holds(calm.warehouse, calm.registry)
    assert calm.due() == compare_anew(calm, monkeypatch) != {}


def test_a_run_of_a_part_remembers_nothing_while_the_rest_is_due(calm: Workshop) -> None:
    inject(calm.folder, "assist_correction")
    calm.ingest(1)
    calm.backfill(Scope(tables=("team_offense_game_summary",)))
    assert calm.backfill(Scope(tables=("team_offense_game_summary",))).planned == 0
    assert not settled.holds(calm.warehouse, calm.registry)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("column_fingerprints", "SET fingerprint = 'x' WHERE column_name = 'assists'"),
        ("partitions", "SET input_hash = 'x'"),
        ("schedule", "SET final = final - 1"),
        ("coverage", "SET season_type = 'play_in'"),
    ],
)
def test_any_row_that_inputs_follow_from(calm: Workshop, table: str, change: str) -> None:
    calm.warehouse.execute(f"UPDATE ledger.{table} {change}")
    ledger.seal_everything(calm.warehouse)
    assert not settled.holds(calm.warehouse, calm.registry)


def test_other_code(calm: Workshop) -> None:
    name = "team_defense_game_summary"
    table = calm.registry.built[name]
    other = replace(table, build_sql=table.build_sql.replace("  b.steals,", "  b.steals + 0 AS steals,"))
    assert not settled.holds(calm.warehouse, Registry(calm.registry.raw, {**calm.registry.built, name: other}))


def test_what_is_damaged_is_found_as_ever(calm: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settled, "holds", lambda *_: True)
    day = calm.warehouse.value("SELECT MIN(game_date) FROM ledger.partitions")
    with calm.warehouse.transaction():
        ledger.mark_damaged(calm.warehouse, {("analytics.player_game_summary", day): "harmed"}, "a test")
    assert calm.due() == {"player_game_summary": {day}}
