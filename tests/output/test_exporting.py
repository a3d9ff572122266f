"""An export is whole, says what it is, and is the same bytes for the same content."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from backcourt.engine.registry import Registry
from backcourt.errors import IncompleteError, UsageError, WarehouseError
from backcourt.output.export import Order, export_tables, export_training
from backcourt.output.training import training_set
from backcourt.report.dictionary import contract_version
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse
from support import SEASON, clock, on_dates

TABLES = ("team_offense_game_summary", "player_game_summary", "team_defense_game_summary", "ml_feature_store")


def exported(warehouse: Warehouse, registry: Registry, out: Path, **choice: Any) -> dict[str, Any]:
    order = Order(choice.pop("scope", Scope()), out, **choice)
    return export_tables(warehouse, registry, order, clock())


def trained(
    warehouse: Warehouse, registry: Registry, out: Path, target: str = "points", **choice: Any
) -> dict[str, Any]:
    made = training_set(registry, target)
    return export_training(warehouse, registry, made, Order(Scope(), out, **choice), clock())


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


class TestTables:
    def test_a_file_per_table_and_season(self, store: Warehouse, store_registry: Registry, tmp_path: Path) -> None:
        exported(store, store_registry, tmp_path / "out")
        names = {f"{table}/{SEASON}.parquet" for table in TABLES} | {"manifest.json", "data_dictionary.json"}
        assert bytes_of(tmp_path / "out").keys() == names
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    def test_the_rows_are_the_stored_ones_in_order(
        self, store: Warehouse, store_registry: Registry, tmp_path: Path
    ) -> None:
        exported(store, store_registry, tmp_path / "out")
        for table in store_registry.ordered:
            found = pyarrow.parquet.read_table(tmp_path / "out" / table.name / f"{SEASON}.parquet")
            assert tuple(found.column_names) == (*table.contract.column_names, "data_hash")
            stored = store.rows(f"SELECT * FROM {table.full_name}")
            rows = [tuple(row.values()) for row in found.to_pylist()]
            order = [(row["game_date"], *(row[name] for name in table.contract.key)) for row in found.to_pylist()]
            assert order == sorted(order)
            assert sorted(rows, key=repr) == sorted(stored, key=repr)

    @pytest.mark.parametrize("threads", [1, 4])
    def test_the_same_content_is_the_same_bytes(
        self, store_built: Path, store: Warehouse, store_registry: Registry, tmp_path: Path, threads: int
    ) -> None:
        """Whatever the threads, and though the rows lie in another order in a rewritten table."""
        exported(store, store_registry, tmp_path / "one")
        other = tmp_path / "other.duckdb"
        other.write_bytes(store_built.read_bytes())
        with Warehouse.open(other, threads=threads, clock=clock()) as warehouse:
            for table in store_registry.ordered:
                warehouse.execute(f"CREATE TEMP TABLE turned AS SELECT * FROM {table.full_name} ORDER BY data_hash")
                warehouse.execute(f"DELETE FROM {table.full_name}")
                warehouse.execute(f"INSERT INTO {table.full_name} SELECT * FROM turned")
                warehouse.execute("DROP TABLE turned")
            exported(warehouse, store_registry, tmp_path / "two")
        assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")

    def test_the_manifest(self, store: Warehouse, store_registry: Registry, tmp_path: Path) -> None:
        told = exported(store, store_registry, tmp_path / "out")
        found = read(tmp_path / "out" / "manifest.json")
        assert found == told
        assert found["kind"] == "simulated"
        assert found["created_at"] == clock().now().isoformat()
        assert found["scope"] == "All game dates, all seasons, all tables."
        assert (found["as_of"], found["is_complete"]) == (None, True)
        for file in found["files"]:
            content = (tmp_path / "out" / file["path"]).read_bytes()
            assert (len(content), hashlib.sha256(content).hexdigest()) == (file["bytes"], file["sha256"])
        assert found["rows"] == sum(file["rows"] for file in found["files"])
        for entry in found["tables"]:
            table = store_registry.resolve(entry["table"])
            assert entry["contract_version"] == contract_version(table.contract)
            assert entry["code_version"] == store_registry.lineage(table.name).code_version
            (season,) = entry["seasons"]
            assert (season["season"], season["rows"], season["partitions"]) == (SEASON, entry["rows"], 6)
            assert season["states"] == {"verified": 6}

    def test_its_digests_follow_from_the_files(
        self, store: Warehouse, store_registry: Registry, tmp_path: Path
    ) -> None:
        """By the formula that the manual gives: whoever has the folder can check it without a warehouse."""
        found = exported(store, store_registry, tmp_path / "out")
        for entry in found["tables"]:
            name = entry["table"].partition(".")[2]
            rows = pyarrow.parquet.read_table(tmp_path / "out" / name / f"{SEASON}.parquet").to_pylist()
            hashes: dict[str, list[str]] = {}
            for row in rows:
                hashes.setdefault(row["game_date"].isoformat(), []).append(row["data_hash"])
            lines = [
                f"{day} {hashlib.sha256(''.join(sorted(of_day)).encode()).hexdigest()}\n"
                for day, of_day in sorted(hashes.items())
            ]
            assert entry["seasons"][0]["digest"] == hashlib.sha256("".join(lines).encode()).hexdigest()

    def test_the_dictionary(self, store: Warehouse, store_registry: Registry, tmp_path: Path) -> None:
        exported(store, store_registry, tmp_path / "out", scope=Scope(tables=("ml_feature_store",)))
        (name, entry), *others = read(tmp_path / "out" / "data_dictionary.json")["tables"].items()
        assert (name, others) == ("precompute.ml_feature_store", [])
        columns = {column["name"]: column for column in entry["columns"]}
        assert columns["points_average"] == {
            "name": "points_average",
            "type": "double",
            "unit": "points",
            "null": "no game played",
            "doc": "mean of the points in those games",
            "role": "attribute",
            "feature": {
                "direction": "up",
                "known": "results",
                "source": "analytics.player_game_summary",
                "window": "ever",
                "games_used": "games_used",
                "required": False,
            },
        }
        assert entry["constants"]["line_features"]["value"] == ["points_line", "has_points_line"]

    def test_a_scope(self, store: Warehouse, store_registry: Registry, tmp_path: Path) -> None:
        days = [row[0] for row in store.rows("SELECT DISTINCT game_date FROM analytics.player_game_summary ORDER BY 1")]
        scope = Scope(dates=on_dates(*days[:2]).dates, tables=("player_game_summary",))
        found = exported(store, store_registry, tmp_path / "out", scope=scope)
        (entry,) = found["tables"]
        assert entry["seasons"][0]["partitions"] == 2
        rows = pyarrow.parquet.read_table(tmp_path / "out" / found["files"][0]["path"]).to_pylist()
        assert {row["game_date"] for row in rows} == set(days[:2])
        assert len(rows) == found["rows"] == entry["rows"]


class TestRefused:
    def test_what_is_incomplete(self, unfinished: Warehouse, store_registry: Registry, tmp_path: Path) -> None:
        with pytest.raises(IncompleteError, match="player_game_summary: 1 of 6 partitions are not verified"):
            exported(unfinished, store_registry, tmp_path / "out")
        assert not (tmp_path / "out").exists()
        found = exported(unfinished, store_registry, tmp_path / "out", allow_incomplete=True)
        assert found["is_complete"] is False
        entry = next(one for one in found["tables"] if one["table"] == "analytics.player_game_summary")
        assert entry["seasons"][0]["states"] == {"failed": 1, "verified": 5}

    @pytest.mark.parametrize("seasons", [("2022-23",), ("2021-22", "2022-23")])
    def test_a_season_that_nobody_knows(
        self, store: Warehouse, store_registry: Registry, tmp_path: Path, seasons: tuple[str, ...]
    ) -> None:
        with pytest.raises(IncompleteError, match="no game of 2022-23 is in the schedule"):
            exported(store, store_registry, tmp_path / "out", scope=Scope(seasons=seasons))
        assert list(tmp_path.iterdir()) == []

    def test_nothing(self, store: Warehouse, store_registry: Registry, tmp_path: Path) -> None:
        with pytest.raises(IncompleteError, match="Nothing is stored in this scope"):
            exported(store, store_registry, tmp_path / "o", scope=Scope(seasons=("2030-31",)), allow_incomplete=True)
        assert list(tmp_path.iterdir()) == []

    def test_an_earlier_export_without_force(self, store: Warehouse, store_registry: Registry, tmp_path: Path) -> None:
        out = tmp_path / "out"
        exported(store, store_registry, out, scope=Scope(tables=("player_game_summary",)))
        before = bytes_of(out)
        with pytest.raises(UsageError, match="holds an earlier export"):
            exported(store, store_registry, out)
        assert bytes_of(out) == before
        exported(store, store_registry, out, scope=Scope(tables=("team_offense_game_summary",)), force=True)
        assert {name for name in bytes_of(out) if "parquet" in name} == {f"team_offense_game_summary/{SEASON}.parquet"}
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    @pytest.mark.parametrize("manifest", [None, "{}", "not json", '{"files": [{"path": "a.parquet"}]}'])
    def test_a_folder_with_other_things_even_with_force(
        self, store: Warehouse, store_registry: Registry, tmp_path: Path, manifest: str | None
    ) -> None:
        out = tmp_path / "out"
        (out / "photos").mkdir(parents=True)
        (out / "photos" / "cat.jpg").write_text("a cat")
        if manifest is not None:
            (out / "manifest.json").write_text(manifest)
        before = bytes_of(out)
        with pytest.raises(UsageError, match="which no export wrote there"):
            exported(store, store_registry, out, force=True)
        assert bytes_of(out) == before

    def test_a_file(self, store: Warehouse, store_registry: Registry, tmp_path: Path) -> None:
        (tmp_path / "out").write_text("mine")
        with pytest.raises(UsageError, match="is a file"):
            exported(store, store_registry, tmp_path / "out", force=True)

    def test_an_empty_folder_is_taken(self, store: Warehouse, store_registry: Registry, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        assert exported(store, store_registry, tmp_path / "out")["rows"] > 0

    def test_a_place_that_cannot_be_written(self, store: Warehouse, store_registry: Registry, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("mine")
        with pytest.raises(WarehouseError, match="cannot be written"):
            exported(store, store_registry, tmp_path / "file" / "out")


def test_a_failure_leaves_the_earlier_export(store: Warehouse, store_registry: Registry, tmp_path: Path) -> None:
    """Also when it comes after some files were written."""
    out = tmp_path / "out"
    exported(store, store_registry, out)
    before = bytes_of(out)

    def stop(path: str) -> None:
        if path.startswith("player"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exported(store, store_registry, out, force=True, on_file=stop)
    assert bytes_of(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


class TestTraining:
    def test_files_and_facts(self, store: Warehouse, store_registry: Registry, tmp_path: Path) -> None:
        found = trained(store, store_registry, tmp_path / "out")
        assert bytes_of(tmp_path / "out").keys() == {
            f"training_set/{SEASON}.parquet",
            "manifest.json",
            "data_dictionary.json",
        }
        assert [one["table"] for one in found["tables"]] == [
            "precompute.ml_feature_store",
            "analytics.player_game_summary",
        ]
        facts = found["training"]
        assert (facts["label"], facts["left_out_features"]) == ("points", ["points_line", "has_points_line"])
        rows = pyarrow.parquet.read_table(tmp_path / "out" / "training_set" / f"{SEASON}.parquet")
        assert rows.column_names == [*facts["key"], *facts["features"], "points"]
        assert rows.num_rows == found["rows"] > 50
        assert rows.column("points").null_count == 0
        assert sum(facts["left_out_rows"].values()) > 0

    def test_the_dictionary_lists_its_columns(self, store: Warehouse, store_registry: Registry, tmp_path: Path) -> None:
        found = trained(store, store_registry, tmp_path / "out", target="minutes_played")
        document = read(tmp_path / "out" / "data_dictionary.json")
        names = [column["name"] for column in document["training_set"]]
        assert names == [*found["training"]["key"], *found["training"]["features"], "minutes_played"]
        assert document["tables"].keys() == {"precompute.ml_feature_store", "analytics.player_game_summary"}

    def test_twice_is_the_same_bytes(self, store: Warehouse, store_registry: Registry, tmp_path: Path) -> None:
        trained(store, store_registry, tmp_path / "one")
        trained(store, store_registry, tmp_path / "two")
        assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")

    def test_outcomes_have_to_be_verified_too(
        self, unfinished: Warehouse, store_registry: Registry, tmp_path: Path
    ) -> None:
        with pytest.raises(IncompleteError):
            trained(unfinished, store_registry, tmp_path / "out")
        assert trained(unfinished, store_registry, tmp_path / "out", allow_incomplete=True)["is_complete"] is False
