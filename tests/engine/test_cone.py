"""The cone beside brute force: a row of an upstream table is altered, every date is computed, and no spared date differs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from altering import RAW_READS, READS, REGISTRY, beside_brute_force, correct_score, differing, undone
from backcourt.engine import cone, ledger
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.mend import MENDED
from backcourt.warehouse.duckdb import Warehouse


@pytest.fixture(scope="module")
def warehouse(all_built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Every table of the small league, evaluated."""
    path = tmp_path_factory.mktemp("cone") / "w.duckdb"
    shutil.copy(all_built, path)
    with Warehouse.open(path, threads=1) as opened:
        evaluate_all(opened, REGISTRY)
        yield opened


@pytest.mark.parametrize(
    ("name", "read"),
    [each if number % 3 == 0 else pytest.param(*each, marks=pytest.mark.soak) for number, each in enumerate(READS)],
)
def test_no_spared_date_differs(warehouse: Warehouse, name: str, read: str) -> None:
    """Whatever is altered in a row that a table reads."""
    beside_brute_force(warehouse, name, read, Random(f"{name} {read}"))


@pytest.mark.parametrize(
    ("name", "read"),
    [
        each if each == ("upcoming_team_game_context", "raw.games") else pytest.param(*each, marks=pytest.mark.soak)
        for each in RAW_READS
    ],
)
def test_no_date_spared_after_a_raw_correction_differs(warehouse: Warehouse, name: str, read: str) -> None:
    """Whatever a later ingest says otherwise, or no more."""
    for number in range(2):
        beside_brute_force(warehouse, name, read, Random(f"{name} {read} {number}"))


def test_a_corrected_score_reaches_the_games_of_its_teams(warehouse: Warehouse) -> None:
    """Of 4 teams 2 play a game: the later dates of the season on which neither plays are spared."""
    table, games = REGISTRY.built["upcoming_team_game_context"], REGISTRY.raw["games"]
    days = [row[0] for row in warehouse.rows("SELECT DISTINCT game_date FROM evaluation ORDER BY 1")]
    last = warehouse.value("SELECT MAX(ordinal) FROM ledger.runs")
    with undone(warehouse):
        home, away, day = correct_score(warehouse)
        spared = cone.unreached(warehouse, REGISTRY, table, games.full_name, dict.fromkeys(days, last))
    rows = warehouse.rows(
        "SELECT game_date, home_team_id, away_team_id FROM raw.games_current WHERE game_date > ?", [day]
    )
    plays = {each for each, *teams in rows if {home, away} & {*teams}}
    assert spared == {each for each in days if each > day} - plays


def test_a_raw_flow_that_claims_too_much_is_caught(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lineage that sees no way for a score: the dates that are then spared come out otherwise."""
    name = "upcoming_team_game_context"
    lineage, table = REGISTRY.lineage(name), REGISTRY.built[name]
    blind = replace(lineage, flows=tuple(replace(flow, columns=frozenset()) for flow in lineage.flows))
    days = [row[0] for row in warehouse.rows("SELECT DISTINCT game_date FROM evaluation ORDER BY 1")]
    last = warehouse.value("SELECT MAX(ordinal) FROM ledger.runs")
    with undone(warehouse):
        correct_score(warehouse)
        changed = differing(warehouse, table, days)
        assert not changed & cone.unreached(warehouse, REGISTRY, table, "raw.games", dict.fromkeys(days, last))
        monkeypatch.setitem(REGISTRY._lineages, name, blind)
        assert changed
        assert changed <= cone.unreached(warehouse, REGISTRY, table, "raw.games", dict.fromkeys(days, last))


def test_after_ingests_were_undone_raw_rows_are_not_followed(warehouse: Warehouse) -> None:
    """What they told is gone with them: dates that were confirmed before are computed whatever reaches them."""
    table, last = REGISTRY.built["upcoming_team_game_context"], warehouse.value("SELECT MAX(ordinal) FROM ledger.runs")
    days = [
        row[0] for row in warehouse.rows("SELECT game_date FROM evaluation WHERE table_name = ?", [table.full_name])
    ]
    changed = "regexp_replace(inputs, 'raw.games=[0-9a-f]+', 'raw.games=0')"
    with undone(warehouse):
        correct_score(warehouse)
        warehouse.execute(f"UPDATE evaluation SET inputs = {changed} WHERE table_name = ?", [table.full_name])
        assert cone.outside(warehouse, REGISTRY, table, days)
        ledger.set_meta(warehouse, MENDED, str(last))
        assert not cone.outside(warehouse, REGISTRY, table, days)


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
