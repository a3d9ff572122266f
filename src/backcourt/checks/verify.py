"""Is it complete? Reads everything stored again; only what is expected, present, undamaged and current passes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from backcourt.checks.reread import (
    Damage,
    built_damage,
    expected_rows,
    held_damage,
    raw_damage,
    raw_partitions,
    stray_rows,
)
from backcourt.engine import ledger, previous, spines
from backcourt.engine.evaluate import NOT_DUE, evaluate_all
from backcourt.engine.hashing import HASH_LENGTH
from backcourt.engine.ledger import BrokenSeal
from backcourt.engine.registry import Registry, Table
from backcourt.engine.renew import refuse_other_engine
from backcourt.seasons import Scope
from backcourt.warehouse.duckdb import QueryError, Warehouse


@dataclass(frozen=True)
class Wanting:
    """A date on which something is expected and not verified: its state, and why."""

    game_date: date
    state: str
    cause: str


@dataclass(frozen=True)
class TableVerdict:
    """What verify found of one built table within a scope.

    `expected_rows` are counted from raw rows, never from the table; None where these cannot be read.
    """

    table: str
    expected: int
    verified: int
    missing: int
    wanting: tuple[Wanting, ...]
    expected_rows: int | None
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

    def as_document(self) -> dict[str, Any]:
        """The answer as JSON: what was found, and of each table whether it is ready."""
        tables = [{**asdict(each), "ready": each.passed} for each in self.tables]
        return {**asdict(self), "tables": tables}


def verify(warehouse: Warehouse, registry: Registry, scope: Scope, *, all_raw: bool = False) -> Verdict:
    """Re-read keys, hashes and checks of a scope, and its raw rows: of its dates, or all of them without or with `all_raw`."""
    refuse_other_engine(warehouse)
    verdict = Verdict(broken_seals=ledger.broken_seals(warehouse))
    evaluate_all(warehouse, registry)
    ranges = () if all_raw else scope.dates
    for contract in registry.raw.values():
        verdict.damage += raw_damage(warehouse, contract, ranges)
    verdict.raw_partitions = raw_partitions(warehouse, ranges)
    with spines.kept(warehouse):
        for table in registry.select(scope.tables, scope.phase):
            found = _table_damage(warehouse, registry, table, scope)
            verdict.damage += found
            verdict.tables.append(_verdict(warehouse, registry, table, scope, found))
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


def _verdict(
    warehouse: Warehouse, registry: Registry, table: Table, scope: Scope, found: Sequence[Damage]
) -> TableVerdict:
    rows = warehouse.rows(
        "SELECT game_date, season, state, uncovered, reason FROM evaluation WHERE table_name = ? ORDER BY game_date",
        [table.full_name],
    )
    rows = [row for row in rows if scope.includes(row[0], row[1])]
    seasons = {row[0]: row[1] for row in rows if row[2] not in NOT_DUE}
    wanting = tuple(_wanting(rows, found))
    verified = seasons.keys() - {each.game_date for each in wanting}
    figures = stored_figures(warehouse, table, [row[0] for row in rows])
    return TableVerdict(
        table=table.name,
        expected=len(seasons),
        verified=len(verified),
        missing=len(wanting),
        wanting=wanting,
        expected_rows=_expected_rows(warehouse, registry, table, seasons, verified),
        uncovered_games=sum(row[3] for row in rows),
        problems=tuple(_problems(rows, found)),
        **figures,
    )


def _wanting(rows: Sequence[tuple[date, str, str, int, str | None]], found: Sequence[Damage]) -> Iterator[Wanting]:
    causes = {each.game_date: each.cause for each in reversed(found)}
    for game_date, _, state, _, reason in rows:
        if state in NOT_DUE:
            continue
        if state != "verified":
            yield Wanting(game_date, state, reason or "")
        elif cause := causes.get(game_date) or causes.get(None):
            yield Wanting(game_date, "damaged", cause)


def _expected_rows(
    warehouse: Warehouse, registry: Registry, table: Table, seasons: Mapping[date, str], verified: Set[date]
) -> int | None:
    """Of dates just verified the stored keys were found equal to the expected ones; of the others these are counted."""
    left: dict[str, list[date]] = defaultdict(list)
    for game_date, season in seasons.items():
        if game_date not in verified:
            left[season].append(game_date)
    proven = 0
    if verified:
        stored = f"SELECT COUNT(*) FROM {table.full_name} WHERE list_contains(?::DATE[], game_date)"
        proven = int(warehouse.value(stored, [sorted(verified)]))
    try:
        return proven + sum(expected_rows(warehouse, registry, table, dates) for dates in left.values())
    except QueryError:
        return None


def _problems(rows: Sequence[tuple[date, str, str, int, str | None]], found: Sequence[Damage]) -> list[str]:
    by_state: dict[str, list[date]] = defaultdict(list)
    for game_date, _, state, _, _ in rows:
        if state != "verified" and state not in NOT_DUE:
            by_state[state].append(game_date)
    problems = [f"{len(dates)} {state}, {dates[0]} first" for state, dates in sorted(by_state.items())]
    return problems + [f"{each.game_date or 'whole table'}: {each.cause}" for each in found]


def stored_figures(warehouse: Warehouse, table: Table, dates: Sequence[date]) -> dict[str, Any]:
    """Rows, rows with data_hash, its lengths, how many differ, first and last date, dates and teams of what is stored."""
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
