"""Is it complete? Reads everything stored again; only what is expected, present, undamaged and current passes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from backcourt.checks.reread import Damage, built_damage, held_damage, raw_damage, stray_rows
from backcourt.engine import ledger, previous
from backcourt.engine.evaluate import NOT_DUE, evaluate_all
from backcourt.engine.hashing import HASH_LENGTH
from backcourt.engine.ledger import BrokenSeal
from backcourt.engine.registry import Registry, Table
from backcourt.engine.renew import refuse_other_engine
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import Warehouse


@dataclass(frozen=True)
class TableVerdict:
    """What verify found of one built table within a scope."""

    table: str
    expected: int
    verified: int
    rows: int
    hashed_rows: int
    hash_lengths: tuple[int, ...]
    distinct_hashes: int
    first_date: date | None
    last_date: date | None
    dates: int
    teams: int
    uncovered_games: int
    problems: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Every expected partition is verified and every row carries its hash."""
        hashed = self.hashed_rows == self.rows and set(self.hash_lengths) <= {HASH_LENGTH}
        return self.expected == self.verified and hashed and not self.problems


@dataclass
class Verdict:
    """The whole answer; `passed` only if nothing at all is wrong in the scope."""

    tables: list[TableVerdict] = field(default_factory=list)
    raw_partitions: int = 0
    damage: list[Damage] = field(default_factory=list)
    broken_seals: list[BrokenSeal] = field(default_factory=list)

    @property
    def expected(self) -> int:
        """Expected partitions of built tables in the scope."""
        return sum(each.expected for each in self.tables)

    @property
    def passed(self) -> bool:
        """At least one partition was expected, and nothing is missing, stale or damaged."""
        return (
            self.expected > 0 and all(each.passed for each in self.tables) and not self.damage and not self.broken_seals
        )


def verify(warehouse: Warehouse, registry: Registry, scope: Scope) -> Verdict:
    """Re-read keys, hashes and checks of a scope, and all raw rows they stand on."""
    refuse_other_engine(warehouse)
    verdict = Verdict(broken_seals=ledger.broken_seals(warehouse))
    evaluate_all(warehouse, registry)
    for contract in registry.raw.values():
        verdict.damage += raw_damage(warehouse, contract)
    verdict.raw_partitions = int(
        warehouse.value(
            "SELECT COUNT(*) FROM (SELECT DISTINCT table_name, game_date FROM ledger.column_fingerprints"
            " WHERE starts_with(table_name, 'raw.'))"
        )
    )
    for table in registry.select(scope.tables, scope.phase):
        found = _table_damage(warehouse, registry, table, scope)
        verdict.damage += found
        verdict.tables.append(_verdict(warehouse, table, scope, found))
    return verdict


def mark_damage(warehouse: Warehouse, verdict: Verdict, *, accept_ledger: bool = False) -> int:
    """Mark what is damaged in the ledger, so that a backfill (or for raw rows an ingest) mends it; how many partitions.

    Where rows of the ledger itself were changed, all partitions of their table are distrusted. Changed rows of its
    other tables cannot be recomputed: with `accept_ledger` they are sealed as they stand, and everything that was
    built or ingested is distrusted.
    """
    partitions = {(each.table, each.game_date) for each in verdict.damage if each.game_date}
    whole = {each.table for each in verdict.damage if each.game_date is None}
    distrusted = {
        seal.subject for seal in verdict.broken_seals if seal.ledger_table in ("partitions", "column_fingerprints")
    }
    with warehouse.transaction():
        if accept_ledger and verdict.broken_seals:
            rows = warehouse.rows("SELECT DISTINCT table_name FROM ledger.column_fingerprints")
            distrusted |= {row[0] for row in rows}
            previous.distrust(warehouse)
            ledger.seal_everything(warehouse)
        # Sealed again, a forged ledger would vouch for forged rows; without a hash it vouches for none.
        warehouse.execute(
            "UPDATE ledger.partitions SET partition_hash = NULL WHERE list_contains(?, table_name)",
            [sorted(distrusted)],
        )
        whole |= distrusted
        for table in sorted(whole):
            dates = warehouse.rows(
                "SELECT DISTINCT game_date FROM ledger.column_fingerprints WHERE table_name = $table"
                " UNION SELECT game_date FROM ledger.partitions WHERE table_name = $table",
                {"table": table},
            )
            partitions |= {(table, row[0]) for row in dates}
        causes = {(each.table, each.game_date): each.cause for each in reversed(verdict.damage)}
        named = {
            (name, day): causes.get((name, day)) or causes.get((name, None)) or "its rows in the ledger were changed"
            for name, day in partitions
        }
        ledger.mark_damaged(warehouse, named, "verify")
        ledger.seal(warehouse, "partitions", sorted(whole))
        ledger.seal(warehouse, "column_fingerprints", sorted(whole))
    return len(partitions)


def _table_damage(warehouse: Warehouse, registry: Registry, table: Table, scope: Scope) -> list[Damage]:
    rows = warehouse.rows("SELECT game_date, season, state FROM evaluation WHERE table_name = ?", [table.full_name])
    if not warehouse.has_table(table.contract.schema_name, table.name):
        # Before the first build that is only missing; afterwards the ledger vouches for rows that are nowhere.
        vouched = any(state == "verified" for _, _, state in rows)
        return [Damage(table.full_name, None, "the table is gone")] if vouched else []
    # Stale, failed and missing partitions are reported by their state; their old content is not held against a new spine.
    # Season by season, as they were built: a build of two seasons is shown more history than rows of the later may read.
    seasons: dict[str, list[date]] = defaultdict(list)
    for day, season, state in rows:
        if state in ("verified", "closed") and scope.includes(day, season):
            seasons[season].append(day)
    found = [each for dates in seasons.values() for each in built_damage(warehouse, registry, table, dates)]
    held = [day for day, season, state in rows if state == "held" and scope.includes(day, season)]
    # Of a table that got other columns since, what is held has lost those of then.
    if held and (readable := previous.of_today(warehouse, table.contract, held)):
        found += held_damage(warehouse, table, readable)
    return found + [
        each for each in stray_rows(warehouse, table) if each.game_date and scope.includes(each.game_date, "")
    ]


def _verdict(warehouse: Warehouse, table: Table, scope: Scope, found: Sequence[Damage]) -> TableVerdict:
    rows = warehouse.rows(
        "SELECT game_date, season, state, uncovered, reason FROM evaluation WHERE table_name = ? ORDER BY game_date",
        [table.full_name],
    )
    rows = [row for row in rows if scope.includes(row[0], row[1])]
    expected = {row[0] for row in rows if row[2] not in NOT_DUE}
    damaged = {each.game_date for each in found}
    verified = {row[0] for row in rows if row[2] == "verified"} - damaged if None not in damaged else set()
    figures = _figures(warehouse, table, [row[0] for row in rows])
    return TableVerdict(
        table=table.name,
        expected=len(expected),
        verified=len(verified),
        uncovered_games=sum(row[3] for row in rows),
        problems=tuple(_problems(rows, found)),
        **figures,
    )


def _problems(rows: Sequence[tuple[date, str, str, int, str | None]], found: Sequence[Damage]) -> list[str]:
    by_state: dict[str, list[date]] = defaultdict(list)
    for game_date, _, state, _, _ in rows:
        if state != "verified" and state not in NOT_DUE:
            by_state[state].append(game_date)
    problems = [f"{len(dates)} {state}, {dates[0]} first" for state, dates in sorted(by_state.items())]
    return problems + [f"{each.game_date or 'whole table'}: {each.cause}" for each in found]


def _figures(warehouse: Warehouse, table: Table, dates: Sequence[date]) -> dict[str, Any]:
    names = ("rows", "hashed_rows", "hash_lengths", "distinct_hashes", "first_date", "last_date", "dates", "teams")
    if not warehouse.has_table(table.contract.schema_name, table.name):
        return dict(zip(names, (0, 0, (), 0, None, None, 0, 0), strict=True))
    team = "team_id" if "team_id" in table.contract.column_names else "NULL"
    row = warehouse.rows(
        f"""SELECT COUNT(*), COUNT(data_hash), list_sort(list(DISTINCT length(data_hash))), COUNT(DISTINCT data_hash),
          MIN(game_date), MAX(game_date), COUNT(DISTINCT game_date), COUNT(DISTINCT {team})
        FROM {table.full_name} WHERE list_contains(?::DATE[], game_date)""",
        [list(dates)],
    )[0]
    figures = dict(zip(names, row, strict=True))
    figures["hash_lengths"] = tuple(length for length in figures["hash_lengths"] or () if length is not None)
    return figures
