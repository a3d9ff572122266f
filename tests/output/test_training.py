"""A training set: features of before the game, a label of after it, and nothing in both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backcourt.engine.contract import Contract
from backcourt.engine.registry import Registry, Table
from backcourt.errors import ContractError, UsageError
from backcourt.output.frames import frame
from backcourt.output.selection import select
from backcourt.output.training import targets, training_set
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

KEYS = ["game_id", "player_id", "game_date", "season"]
FEATURES = ["home_game", "games_used", "points_average", "most_points"]
LINES = ["points_line", "has_points_line"]


def made(warehouse: Warehouse, registry: Registry, target: str = "points", **choice: bool) -> list[dict[str, Any]]:
    wanted = training_set(registry, target, **choice)
    store, outcomes = select(warehouse, registry, (wanted.store, wanted.outcomes), Scope())
    rows: list[dict[str, Any]] = frame(warehouse, wanted.query(store, outcomes), "rows")
    return rows


def changed(registry: Registry, change: Callable[[Contract], dict[str, Any]]) -> Registry:
    """The registry with another contract of the feature store."""
    table = registry.built["ml_feature_store"]
    contract = table.contract.model_copy(update=change(table.contract))
    altered = {**registry.built, table.name: Table(contract, table.build_sql, table.spine_sql)}
    return Registry(registry.raw, altered)


class TestRows:
    def test_columns_are_keys_features_label(self, store: Warehouse, store_registry: Registry) -> None:
        assert list(made(store, store_registry)[0]) == [*KEYS, *FEATURES, "points"]
        assert list(made(store, store_registry, line_features=True)[0]) == [*KEYS, *FEATURES, *LINES, "points"]

    @pytest.mark.parametrize("target", ["points", "minutes_played", "rebounds", "usage_rate"])
    def test_every_row_is_a_stored_row_with_its_outcome(
        self, store: Warehouse, store_registry: Registry, target: str
    ) -> None:
        """Recomputed one row at a time from the two tables."""
        rows = made(store, store_registry, target)
        features = {(row["game_id"], row["player_id"]): row for row in table(store, "precompute.ml_feature_store")}
        outcomes = {(row["game_id"], row["player_id"]): row for row in table(store, "analytics.player_game_summary")}
        expected = [
            {**{name: features[key][name] for name in (*KEYS, *FEATURES)}, target: outcomes[key][target]}
            for key in sorted(features.keys() & outcomes.keys(), key=lambda key: (features[key]["game_date"], key))
            if not outcomes[key]["is_dnp"] and outcomes[key][target] is not None
        ]
        assert rows == expected
        assert len(rows) > 50

    def test_what_is_not_in_it_is_counted(self, store: Warehouse, store_registry: Registry) -> None:
        wanted = training_set(store_registry, "points")
        chosen = select(store, store_registry, (wanted.store, wanted.outcomes), Scope())
        losses = wanted.losses(store, *chosen)
        rows = len(made(store, store_registry))
        played = store.value("SELECT COUNT(*) FROM analytics.player_game_summary WHERE NOT is_dnp")
        expected = store.value("SELECT COUNT(*) FROM precompute.ml_feature_store")
        assert rows == played - losses["played_and_not_expected"] - losses["played_and_label_unknown"]
        before = ("expected_and_not_in_a_box_score", "expected_and_did_not_play", "played_and_label_unknown")
        assert rows == expected - sum(losses[name] for name in before)
        assert losses["played_and_not_expected"] > 0

    def test_it_is_empty_before_anything_is_built(self, ingested: Path, store_registry: Registry) -> None:
        wanted = training_set(store_registry, "points")
        with Warehouse.open(ingested, read_only=True) as warehouse:
            chosen = select(warehouse, store_registry, (wanted.store, wanted.outcomes), Scope(), allow_incomplete=True)
            assert frame(warehouse, wanted.query(*chosen), "arrow").num_rows == 0
            assert set(wanted.losses(warehouse, *chosen).values()) == {0}


def table(warehouse: Warehouse, name: str) -> list[dict[str, Any]]:
    names = [column for column, _ in warehouse.describe(name)]
    return [dict(zip(names, row, strict=True)) for row in warehouse.rows(f"SELECT * FROM {name}")]


class TestTargets:
    def test_are_numbers_that_are_no_keys(self, store_registry: Registry) -> None:
        known = targets(store_registry.resolve("PGS").contract)
        assert {"points", "minutes_played", "rebounds", "assists", "usage_rate", "plus_minus"} < known.keys()
        assert not {"player_id", "game_id", "team_id", "opponent_team_id", "game_date", "is_dnp"} & known.keys()

    @pytest.mark.parametrize(
        ("target", "message"),
        [
            ("player_id", "as a key or an id"),
            ("opponent_team_id", "as a key or an id"),
            ("is_dnp", "as a boolean"),
            ("over_under_result", "as a varchar"),
            ("game_date", "as a date"),
            ("point", "no column 'point'"),
        ],
    )
    def test_a_wrong_one_is_refused(self, store_registry: Registry, target: str, message: str) -> None:
        with pytest.raises(UsageError, match=message) as raised:
            training_set(store_registry, target)
        assert "points" in raised.value.hint


class TestStore:
    def test_the_label_never_stands_among_the_features(self, store_registry: Registry) -> None:
        def leak(contract: Contract) -> dict[str, Any]:
            column = contract.column("most_points").model_copy(update={"name": "points"})
            return {"columns": (*contract.columns, column)}

        with pytest.raises(ContractError, match="has a column 'points', which is an outcome of the game"):
            training_set(changed(store_registry, leak), "points")
        assert training_set(changed(store_registry, leak), "rebounds")

    def test_line_features_have_to_be_declared(self, store_registry: Registry) -> None:
        silent = changed(store_registry, lambda contract: {"constants": {}})
        with pytest.raises(ContractError, match="does not say which features come from betting lines"):
            training_set(silent, "points")
        assert training_set(silent, "points", line_features=True).left_out == ()

    @pytest.mark.parametrize("name", ["team_id", "spread"])
    def test_they_have_to_be_features(self, store_registry: Registry, name: str) -> None:
        constants = {"line_features": {"value": ["points_line", name], "why": "a test"}}
        with pytest.raises(ContractError, match=f"'{name}' stands in its constant line_features and is no feature"):
            training_set(changed(store_registry, lambda contract: {"constants": constants}), "points")

    def test_a_store_without_features(self, store_registry: Registry) -> None:
        def bare(contract: Contract) -> dict[str, Any]:
            return {"columns": tuple(column.model_copy(update={"feature": None}) for column in contract.columns)}

        with pytest.raises(ContractError, match="has no feature"):
            training_set(changed(store_registry, bare), "points")
