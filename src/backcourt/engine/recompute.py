"""Compute built tables once more from the raw tables alone, in a scratch database beside the stored ones.

No stored row of a built table enters: what a recomputed table reads of another built table is recomputed before it.
Otherwise a wrong table would vouch for those that were built from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from backcourt.engine import spines
from backcourt.engine.build import compute
from backcourt.engine.expect import covered_games, last_date, reach_of
from backcourt.engine.registry import Registry, Table
from backcourt.warehouse.duckdb import QueryError, Warehouse


@dataclass(frozen=True)
class Day:
    """A date of a built table: its season, and the state of its partition (None: the ledger expects none there)."""

    season: str
    state: str | None


Days = Mapping[str, Mapping[date, Day]]
"""Per built table the dates on which it has, or by the raw games should have, a partition."""

Dates = Mapping[str, set[date]]


@dataclass(frozen=True)
class Recomputed:
    """Dates of a table whose rows stand in the temporary table `candidate`; with `error`, a date whose SQL failed."""

    table: Table
    dates: tuple[date, ...]
    error: str = ""


def all_days(warehouse: Warehouse, registry: Registry) -> Days:
    """The dates of every built table, from the raw games and from `evaluation`: neither can hide one from the other."""
    return {table.name: _days(warehouse, table) for table in registry.ordered}


def _days(warehouse: Warehouse, table: Table) -> dict[date, Day]:
    rows = warehouse.rows(
        f"""WITH played AS (
          SELECT c.game_date, MIN(g.season) AS season FROM ({covered_games(table)}) AS c
          JOIN raw.games_current AS g ON g.game_id = c.game_id WHERE c.game_date <= $horizon GROUP BY c.game_date),
        known AS (SELECT game_date, season, state FROM evaluation WHERE table_name = $table)
        SELECT COALESCE(k.game_date, p.game_date) AS day, COALESCE(k.season, p.season, ''), k.state
        FROM known AS k FULL JOIN played AS p ON p.game_date = k.game_date
        WHERE k.state IS NULL OR k.state <> 'ahead' AND (k.state <> 'not_covered' OR p.game_date IS NOT NULL) ORDER BY day""",
        {"table": table.full_name, "horizon": last_date(warehouse, table.contract.kind)},
    )
    return {day: Day(season, state) for day, season, state in rows}


def with_reads(warehouse: Warehouse, registry: Registry, wanted: Dates, days: Days) -> Dates:
    """The dates of each table that are wanted, and those that a recompute of them reads, directly or not."""
    reads_from: dict[str, date] = dict(warehouse.rows("SELECT season, reads_from FROM histories"))
    needed = {table.name: set(wanted.get(table.name, ())) for table in registry.ordered}
    for table in reversed(registry.ordered):
        seasons = _by_season(needed[table.name], days[table.name])
        for name in registry.built_upstream(table.name):
            if reach_of(registry, table, registry.built[name].full_name) == "same_date":
                needed[name] |= needed[table.name] & days[name].keys()
                continue
            for season, dates in seasons.items():
                first = reads_from.get(season, dates[0])
                needed[name] |= {day for day in days[name] if first <= day < dates[-1]}
    return needed


def recompute(warehouse: Warehouse, registry: Registry, needed: Dates, days: Days, home: str) -> Iterator[Recomputed]:
    """Compute the needed dates, table by table in dependency order and a season at a time, so that memory stays bounded.

    What a later table reads is kept in the database `home`; a unit that fails is halved until the date that fails
    stands alone.
    """
    for schema in ("analytics", "precompute"):
        warehouse.execute(f"CREATE SCHEMA {home}.{schema}")
    with spines.kept(warehouse):
        yield from _in_order(warehouse, registry, needed, days, home)


def _in_order(warehouse: Warehouse, registry: Registry, needed: Dates, days: Days, home: str) -> Iterator[Recomputed]:
    for table in registry.ordered:
        is_read = any(
            needed[each.name] and table.name in registry.built_upstream(each.name) for each in registry.ordered
        )
        if is_read:
            columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in table.contract.columns)
            warehouse.execute(f"CREATE TABLE {home}.{table.full_name} ({columns})")
        for dates in _by_season(needed[table.name], days[table.name]).values():
            for part in _computed(warehouse, registry, table, dates, home):
                if is_read and not part.error:
                    warehouse.execute(f"INSERT INTO {home}.{table.full_name} SELECT * FROM candidate")
                yield part


def _computed(
    warehouse: Warehouse, registry: Registry, table: Table, dates: Sequence[date], home: str
) -> Iterator[Recomputed]:
    error = ""
    try:
        compute(warehouse, registry, table, dates, home)
    except QueryError as failure:
        error = " ".join(str(failure).split())[:300]
    if error and len(dates) > 1:
        middle = len(dates) // 2
        yield from _computed(warehouse, registry, table, dates[:middle], home)
        yield from _computed(warehouse, registry, table, dates[middle:], home)
    else:
        yield Recomputed(table, tuple(dates), error)


def _by_season(dates: set[date], days: Mapping[date, Day]) -> dict[str, list[date]]:
    seasons: dict[str, list[date]] = defaultdict(list)
    for day in sorted(dates):
        seasons[days[day].season].append(day)
    return seasons
