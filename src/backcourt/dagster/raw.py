"""Raw tables as external assets: each run observes what it was built from, by a digest of the ledger's fingerprints."""

from __future__ import annotations

from dagster import AssetObservation, AssetSpec

from backcourt.dagster.names import DATA_VERSION, asset_key
from backcourt.engine import ledger
from backcourt.engine.registry import Registry
from backcourt.warehouse.duckdb import Warehouse

EMPTY = "empty"
"""The data version of a table without rows."""

_PRINTS = (
    "(SELECT table_name, game_date, column_name, rows, fingerprint FROM ledger.column_fingerprints"
    " WHERE starts_with(table_name, 'raw.'))"
)


def raw_specs(registry: Registry) -> list[AssetSpec]:
    """One asset for each raw table; ingest fills them, not Dagster."""
    return [
        AssetSpec(asset_key(each.full_name), description=each.description, group_name="raw", kinds={"duckdb"})
        for each in registry.raw.values()
    ]


def observations(warehouse: Warehouse, registry: Registry) -> list[AssetObservation]:
    """What the raw tables hold now: one look at the ledger, and none at a row."""
    found = warehouse.rows(
        f"""SELECT d.table_name, d.digest, r.rows FROM ({ledger.rows_digest(_PRINTS, "table_name")}) AS d
        JOIN (SELECT table_name, SUM(rows) AS rows
          FROM (SELECT table_name, game_date, MAX(rows) AS rows FROM {_PRINTS} GROUP BY table_name, game_date)
          GROUP BY table_name) AS r ON r.table_name = d.table_name"""
    )
    known = {name: (digest, int(rows)) for name, digest, rows in found}
    return [_observation(each.full_name, *known.get(each.full_name, (EMPTY, 0))) for each in registry.raw.values()]


def _observation(full_name: str, version: str, rows: int) -> AssetObservation:
    return AssetObservation(asset_key(full_name), metadata={"rows": rows}, tags={DATA_VERSION: version})
