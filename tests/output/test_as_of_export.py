"""A training export of a moment can be made again, byte for byte, whatever was ingested since."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from backcourt.engine.excerpt import write_excerpt
from backcourt.engine.registry import Registry
from backcourt.engine.run import Unit, backfill
from backcourt.output.export import Order, export_training
from backcourt.output.training import training_set
from backcourt.seasons import Scope
from backcourt.sources.simulated.faults import inject
from backcourt.warehouse.duckdb import Warehouse
from support import NOON, clock, workshop

MOMENT = NOON + timedelta(minutes=30)


def exported(warehouse: Warehouse, registry: Registry, out: Path) -> dict[str, bytes]:
    export_training(warehouse, registry, training_set(registry, "points"), Order(Scope(), out), clock())
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def exported_as_of(origin: Path, registry: Registry, folder: Path, unit: Unit, threads: int) -> dict[str, bytes]:
    """Take what was known at the moment, build it and export it."""
    into = folder / "then.duckdb"
    folder.mkdir()
    with Warehouse.open(origin, read_only=True) as known:
        write_excerpt(known, into, registry, MOMENT, clock(9), lambda path: Warehouse.open(path, threads=threads))
    with Warehouse.open(into, threads=threads) as then:
        assert backfill(then, registry, Scope(), clock(9), unit=unit).is_complete
        return exported(then, registry, folder / "out")


@pytest.mark.soak
def test_again_after_a_correction(store_built: Path, store_registry: Registry, league: Path, tmp_path: Path) -> None:
    """Taken before a correction and after it, cut up differently: the same bytes, which a set of today has not."""
    origin = Path(shutil.copy(store_built, tmp_path / "w.duckdb"))
    first = exported_as_of(origin, store_registry, tmp_path / "first", "season", 2)
    with workshop(origin, shutil.copytree(league, tmp_path / "league")) as shop:
        inject(shop.folder, "assist_correction")
        assert sum(one.replaced for one in shop.ingest(1).outcomes) == 2
        assert backfill(shop.warehouse, store_registry, Scope(), clock(1)).count("written") > 0
        today = exported(shop.warehouse, store_registry, tmp_path / "today")
    again = exported_as_of(origin, store_registry, tmp_path / "again", "day", 1)
    assert again == first
    manifest = json.loads(first["manifest.json"])
    assert manifest["as_of"] == MOMENT.isoformat()
    assert (manifest["rows"] > 50, manifest["is_complete"]) == (True, True)
    digests = [table["seasons"][0]["digest"] for table in manifest["tables"]]
    of_today = json.loads(today["manifest.json"])
    assert of_today["as_of"] is None
    assert [table["seasons"][0]["digest"] for table in of_today["tables"]] != digests
