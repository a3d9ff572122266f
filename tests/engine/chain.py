"""Three tables that read each other, and what the tests of certificates ask of them."""

from __future__ import annotations

from datetime import date

from backcourt.engine.certificate import Certificate
from backcourt.engine.certify import certify
from backcourt.engine.evaluate import evaluate_all
from backcourt.engine.registry import Registry, default_registry
from backcourt.engine.run import RunReport, backfill
from backcourt.seasons import Scope
from support import Workshop, clock

TOGS, PGS = "analytics.team_offense_game_summary", "analytics.player_game_summary"
AVERAGES = "precompute.league_averages"

# A post-game table, one that reads its own date of it, and a pre-game one that reads all dates before its own.
CHAIN = Registry(
    default_registry().raw,
    {name: default_registry().built[name] for name in (full.partition(".")[2] for full in (TOGS, PGS, AVERAGES))},
)
DAYS = [date(2021, 10, day) for day in range(19, 25)]


def certified(shop: Workshop, scope: Scope | None = None, **options: int) -> Certificate:
    return certify(shop.warehouse, shop.registry, scope or Scope(), clock(), **options)


def told(made: Certificate) -> list[tuple[str, date, str]]:
    return [(each.table, each.game_date, each.cause) for each in made.mismatches]


def states(shop: Workshop) -> dict[tuple[str, date], str]:
    """Partitions that are not verified, with what the evaluation says."""
    evaluate_all(shop.warehouse, shop.registry)
    rows = shop.warehouse.rows("SELECT table_name, game_date, state FROM evaluation WHERE state <> 'verified'")
    return {(table, day): state for table, day, state in rows}


def rebuild_averages(shop: Workshop) -> RunReport:
    """Build the league's averages from what is stored upstream, right or wrong."""
    scope = Scope(tables=("league_averages",))
    return backfill(shop.warehouse, shop.registry, scope, clock(), force=True, with_upstream=False)
