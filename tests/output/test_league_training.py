"""The feature store that ships, of a simulated league: from the API and the command line to files."""

from __future__ import annotations

import json
from pathlib import Path

import polars
import pytest
from typer.testing import CliRunner

import backcourt
from backcourt.cli.main import application
from backcourt.engine.registry import Registry
from backcourt.engine.run import backfill
from backcourt.errors import IncompleteError
from backcourt.output.training import targets, training_set
from backcourt.seasons import Scope
from support import SEASON, clock, workshop


@pytest.fixture(scope="module")
def finished(small_league: Path, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse file with the league ingested and every table built; read it, do not change it."""
    path = tmp_path_factory.mktemp("finished") / "w.duckdb"
    with workshop(path, small_league) as shop:
        shop.ingest()
        assert backfill(shop.warehouse, registry, Scope(), clock()).is_complete
    return path


@pytest.mark.soak
def test_labels_are_what_the_players_then_did(finished: Path, registry: Registry) -> None:
    """Every row of it is a row of the feature store with the player's own result in that very game."""
    made = backcourt.training_set("2021", target="assists", warehouse=finished, format="polars")
    definition = training_set(registry, "assists")
    store = backcourt.load("ml_feature_store", seasons="2021", warehouse=finished, format="polars")
    games = backcourt.load("PGS", seasons="2021", warehouse=finished, format="polars")
    key = ["game_id", "player_id"]
    labels = games.filter(~polars.col("is_dnp")).select(*key, "assists")
    names = [column.name for column in (*definition.keys, *definition.features)]
    expected = store.select(names).join(labels, on=key).sort("game_date", *key)
    assert made.equals(expected)
    assert made.height > 500
    assert made.columns[-1] == "assists"


def test_line_features_are_left_out_unless_asked_for(finished: Path, registry: Registry) -> None:
    """Whatever comes from betting lines bears one of two prefixes, and none of these is there by default."""
    lines = [column.name for column in training_set(registry, "points").left_out]
    assert lines
    without = backcourt.training_set("2021", warehouse=finished).column_names
    with_lines = backcourt.training_set("2021", line_features=True, warehouse=finished).column_names
    assert set(with_lines) - set(without) == set(lines)
    assert [name for name in without if name.startswith(("market_", "prop_"))] == []


def test_no_outcome_is_a_column_of_the_store(registry: Registry) -> None:
    """So every number of a box score can be a label."""
    outcomes = targets(registry.resolve("PGS").contract)
    box = ["points", "minutes_played", "rebounds", "assists", "steals", "blocks", "turnovers", "usage_rate", "ts_pct"]
    for name in box:
        assert name in outcomes
        assert training_set(registry, name).label.name == name


def test_a_season_that_is_not_there(finished: Path) -> None:
    """Asked for two seasons, one is no answer."""
    with pytest.raises(IncompleteError, match="no game of 2022-23 is in the schedule"):
        backcourt.training_set("2021:2022", warehouse=finished)


def test_exported_it_is_the_same(finished: Path, tmp_path: Path) -> None:
    """The file holds what the API gives, and says of which content, code and contract it was made."""
    out = tmp_path / "set"
    words = ["export", "--training", "--target", "rebounds", "--seasons", "2021", "--out", str(out)]
    done = CliRunner().invoke(application(), [*words, "--warehouse", str(finished)])
    assert done.exit_code == 0, done.output
    assert "Label rebounds, " in done.output
    rows = polars.read_parquet(out / "training_set" / f"{SEASON}.parquet")
    assert rows.equals(backcourt.training_set("2021", "rebounds", warehouse=finished, format="polars"))
    manifest = json.loads((out / "manifest.json").read_text())
    assert {one["table"] for one in manifest["tables"]} == {
        "precompute.ml_feature_store",
        "analytics.player_game_summary",
    }
    assert all(one["contract_version"] and one["code_version"] for one in manifest["tables"])
    assert manifest["training"]["features"] == rows.columns[4:-1]
    documented = json.loads((out / "data_dictionary.json").read_text())["training_set"]
    assert [column["name"] for column in documented] == rows.columns
    assert all("feature" in column for column in documented[4:-1])
