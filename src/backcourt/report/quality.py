"""How good the rows of the feature store are: the share of each tier by week of season, and what they miss."""

from __future__ import annotations

from dataclasses import dataclass

from backcourt.engine.contract import Column
from backcourt.engine.hashing import quoted
from backcourt.engine.registry import Registry
from backcourt.errors import UsageError
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse

STORE = "ml_feature_store"


@dataclass(frozen=True)
class WeekLine:
    """One week of one season; weeks count from its first game, `shares` has a fraction per tier."""

    season: str
    week: int
    rows: int
    shares: tuple[float, ...]


@dataclass(frozen=True)
class MissingFeature:
    """A required feature, how many rows of a season lack it, and the reasons that its contract lists."""

    feature: str
    season: str
    rows: int
    missing: int
    reasons: str


@dataclass(frozen=True)
class QualityReport:
    """Tiers in the order of the contract, best first."""

    kind: str | None
    tiers: tuple[str, ...]
    weeks: tuple[WeekLine, ...]
    missing: tuple[MissingFeature, ...]


def quality_report(warehouse: Warehouse, registry: Registry, scope: Scope) -> QualityReport:
    """Count tiers and missing required features; raises UsageError when the feature store has not been built."""
    table = registry.resolve(STORE)
    if not warehouse.has_table(table.contract.schema_name, table.name):
        raise UsageError(f"{STORE} has not been built here.", f"Run  backcourt backfill --tables {STORE}  first.")
    tiers = table.contract.column("quality_tier").values or ()
    shares = ", ".join(f"COUNT(*) FILTER (WHERE quality_tier = '{tier}') / COUNT(*)" for tier in tiers)
    days = warehouse.rows(f"SELECT DISTINCT game_date, season FROM {table.full_name}")
    dates = [day for day, season in days if scope.includes(day, season)]
    weeks = warehouse.rows(
        f"""WITH opening AS (SELECT season, MIN(game_date) AS first_date FROM raw.games_scheduled WHERE counts GROUP BY season)
        SELECT f.season, (f.game_date - o.first_date) // 7 + 1 AS week, COUNT(*), {shares}
        FROM {table.full_name} AS f JOIN opening AS o ON o.season = f.season
        WHERE list_contains(?::DATE[], f.game_date) GROUP BY f.season, week ORDER BY f.season, week""",
        [dates],
    )
    required = [column for column in table.contract.columns if column.feature and column.feature.required]
    return QualityReport(
        warehouse.value("SELECT value FROM ledger.meta WHERE key = 'kind'"),
        tiers,
        tuple(WeekLine(season, week, rows, tuple(figures)) for season, week, rows, *figures in weeks),
        tuple(_missing(warehouse, table.full_name, required, dates)),
    )


def _missing(warehouse: Warehouse, store: str, required: list[Column], dates: list[object]) -> list[MissingFeature]:
    if not required:
        return []
    counts = ", ".join(f"COUNT(*) - COUNT({quoted(column.name)})" for column in required)
    rows = warehouse.rows(
        f"SELECT season, COUNT(*), {counts} FROM {store} WHERE list_contains(?::DATE[], game_date)"
        " GROUP BY season ORDER BY season",
        [dates],
    )
    return [
        MissingFeature(column.name, season, count, missing[place], column.null or "never")
        for season, count, *missing in rows
        for place, column in enumerate(required)
    ]
