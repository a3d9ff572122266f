"""What is missing, in the order in which it can be closed, and the commands that close it.

Only the ledger and the games of raw tables are read: what verify would find in stored rows shows here once it is marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from backcourt.checks.slates import MISSING, Game, Slate, promised_query, slates
from backcourt.engine import ledger
from backcourt.engine.evaluate import NOT_DUE, evaluate_all
from backcourt.engine.inputs import base_name, stored_table
from backcourt.engine.ledger import BrokenSeal
from backcourt.engine.origin import ingest_words
from backcourt.engine.ranks import NO_SOURCES, ranked
from backcourt.engine.registry import Registry, Table
from backcourt.engine.renew import refuse_other_engine
from backcourt.seasons import DateRange, Scope, season_of
from backcourt.warehouse.duckdb import Warehouse

Words = tuple[str, ...]

# A failed check stays failed until somebody tries again; what is held waits until it is released, and is then built.
_VERBS: Mapping[str, tuple[str, ...]] = {
    "failed": ("retry",),
    "blocked": ("retry",),
    "held": ("release", "backfill"),
}
_BUILD = ("backfill",)


@dataclass(frozen=True)
class Gap:
    """Consecutive game dates of one table in one state; `games` counts raw games, `cause` is that of the first date.

    `commands`, each the words after `backcourt`, close it when they are run in order, after those of the gaps before it.
    """

    table: str
    state: str
    first: date | None
    last: date | None
    dates: int
    games: int
    cause: str
    commands: tuple[Words, ...]


@dataclass(frozen=True)
class Gaps:
    """All gaps of a scope in dependency order; `expected` counts the partitions and raw games that must be there.

    `afterwards` builds what the commands of the gaps make due besides.
    """

    gaps: tuple[Gap, ...]
    expected: int
    afterwards: Words | None

    @property
    def is_complete(self) -> bool:
        """Something is expected, and nothing is missing."""
        return self.expected > 0 and not self.gaps

    @property
    def commands(self) -> tuple[Words, ...]:
        """Every command once, in order."""
        words = [command for gap in self.gaps for command in gap.commands]
        return tuple(dict.fromkeys([*words, *([self.afterwards] if self.afterwards else [])]))


@dataclass(frozen=True)
class Day:
    """A date of a table, with what it lacks: '' for nothing."""

    game_date: date
    state: str
    cause: str
    games: int = 0
    season: str = ""


def find_gaps(warehouse: Warehouse, registry: Registry, scope: Scope, *, only_raw: bool = False) -> Gaps:
    """What a scope lacks; raises WarehouseError for a ledger of another engine."""
    refuse_other_engine(warehouse)
    broken = ledger.broken_seals(warehouse)
    evaluate_all(warehouse, registry)
    asked = () if only_raw else registry.select(scope.tables, scope.phase)
    distrusted = _distrusted(warehouse, broken)
    found = [*_ledger_gaps(broken), *_unknown_seasons(warehouse, scope)]
    read = _raw_upstream(registry, asked) if scope.tables or scope.phase else set(registry.raw)
    found += _damaged_raw(warehouse, scope, read, distrusted)
    promised = [slate for slate in slates(warehouse, registry, scope) if slate.need in read]
    found += [gap for slate in promised for gap in _undelivered(warehouse, registry, slate)]
    makes_due = bool(found)
    expected = sum(slate.promised for slate in promised)
    for table in asked:
        days = _built_days(warehouse, registry, table, distrusted)
        in_scope = {day.game_date for day in days if scope.includes(day.game_date, day.season)}
        expected += len(in_scope)
        found += [_built_gap(table, run) for run in _runs(days, in_scope)]
    makes_due |= any(gap.state == "held" for gap in found)
    return Gaps(tuple(found), expected, ("backfill", *scope.flags()) if makes_due and asked else None)


def _runs(days: Sequence[Day], wanted: set[date]) -> Iterator[list[Day]]:
    """Dates that follow each other among those of their table, all in one state and all wanted."""
    run: list[Day] = []
    for day in days:
        state = day.state if day.game_date in wanted else ""
        if run and run[-1].state != state:
            yield run
            run = []
        if state:
            run.append(day)
    if run:
        yield run


# --- the ledger ------------------------------------------------------------------------------------------------------


def _ledger_gaps(broken: Sequence[BrokenSeal]) -> Iterator[Gap]:
    if broken:
        more = f", and {len(broken) - 1} more" if len(broken) > 1 else ""
        words = ("verify", *(["--accept-ledger"] if _needs_acceptance(broken) else []))
        yield Gap("ledger", "changed", None, None, 0, 0, f"{broken[0]}{more}", (words,))


def _needs_acceptance(broken: Iterable[BrokenSeal]) -> bool:
    """What verify cannot compute again from raw rows and built ones, somebody has to accept as it stands."""
    return any(seal.ledger_table not in ("partitions", "column_fingerprints") for seal in broken)


def _distrusted(warehouse: Warehouse, broken: Sequence[BrokenSeal]) -> set[str]:
    """The tables that verify will mark as damaged as a whole, as the ledger's rows of them were changed."""
    if _needs_acceptance(broken):
        return {row[0] for row in warehouse.rows("SELECT DISTINCT table_name FROM ledger.column_fingerprints")}
    return {seal.subject for seal in broken}


# --- raw games -------------------------------------------------------------------------------------------------------


def _unknown_seasons(warehouse: Warehouse, scope: Scope) -> Iterator[Gap]:
    """Seasons that were asked for and have no schedule: nothing of them is expected before they have."""
    known = {row[0] for row in warehouse.rows("SELECT DISTINCT season FROM ledger.schedule")}
    for season in scope.seasons:
        if season not in known:
            yield Gap("raw.games", "no schedule", None, None, 0, 0, season, _ingests(warehouse, "games", {season}))


def _undelivered(warehouse: Warehouse, registry: Registry, slate: Slate) -> Iterator[Gap]:
    """The games of a slate that no source has whole, as runs of the dates on which its source promised games."""
    contract = registry.raw[slate.need]
    lacking: dict[date, list[Game]] = {}
    for game in slate.lacking:
        lacking.setdefault(game.game_date, []).append(game)
    promised = warehouse.rows(promised_query(contract)) if lacking else []
    days = [
        _raw_day(source, day, season, lacking.get(day, ()))
        for source, day, season, _ in promised
        if source == slate.source
    ]
    for run in _runs(days, set(lacking)):
        yield _gap(contract.full_name, run, _ask(warehouse, slate.source, {day.season for day in run}))


def _raw_day(source: str, day: date, season: str, lacking: Sequence[Game]) -> Day:
    if not lacking:
        return Day(day, "", "", season=season)
    state = "not delivered" if any(game.problem == MISSING for game in lacking) else "delivered in part"
    return Day(day, state, f"{source} has not {', '.join(game.game_id for game in lacking)}", len(lacking), season)


def _damaged_raw(warehouse: Warehouse, scope: Scope, read: set[str], distrusted: set[str]) -> Iterator[Gap]:
    """Raw partitions that verify marked, or will mark: the ingest of the same files mends them, all seasons at once."""
    rows = warehouse.rows(
        """SELECT table_name, game_date, MAX(cause) FROM (
          SELECT table_name, game_date, cause FROM ledger.partitions WHERE state = 'damaged'
          UNION ALL SELECT DISTINCT table_name, game_date, 'its rows in the ledger were changed' FROM ledger.column_fingerprints
            WHERE list_contains(?, table_name))
        WHERE starts_with(table_name, 'raw.') GROUP BY ALL ORDER BY ALL""",
        [sorted(distrusted)],
    )
    seasons = {row[0] for row in warehouse.rows("SELECT DISTINCT season FROM ledger.schedule")}
    for table in dict.fromkeys(row[0] for row in rows):
        name = table.removeprefix("raw.")
        days = [
            (day, cause)
            for of, day, cause in rows
            if of == table and (day == ledger.UNDATED or scope.includes(day, season_of(day)))
        ]
        if days and name in read:
            dated = [day for day, _ in days if day != ledger.UNDATED]
            first, last = (dated[0], dated[-1]) if dated else (None, None)
            yield Gap(table, "damaged", first, last, len(days), 0, days[0][1], _ingests(warehouse, name, seasons))


def _raw_upstream(registry: Registry, asked: Sequence[Table]) -> set[str]:
    """Names of the raw tables that some built tables read, through others too."""
    if not asked:
        return set(registry.raw)
    read = {name for table in registry.with_upstream(asked) for name in registry.lineage(table.name).consumed}
    covered = {f"raw.{table.contract.covers}" for table in registry.with_upstream(asked)}
    return {stored_table(base_name(name)).removeprefix("raw.") for name in read | covered if name.startswith("raw.")}


def _ingests(warehouse: Warehouse, table: str, seasons: set[str]) -> tuple[Words, ...]:
    """The ingest of every source that has delivered a raw table."""
    asked = [source for source in ranked(warehouse, table) if source not in NO_SOURCES]
    return tuple(words for source in asked for words in _ask(warehouse, source, seasons))


def _ask(warehouse: Warehouse, source: str, seasons: set[str]) -> tuple[Words, ...]:
    """The command that asks a source again; an excerpt takes no ingest, so nothing closes its gaps."""
    return () if ledger.as_of(warehouse) else (ingest_words(warehouse, source, seasons),)


# --- built partitions ------------------------------------------------------------------------------------------------


def _built_days(warehouse: Warehouse, registry: Registry, table: Table, distrusted: set[str]) -> list[Day]:
    """The dates of a table on which something is expected or left over; what verify will mark counts as marked."""
    behind = sorted(distrusted & _upstream(registry, table))
    days = []
    for day, season, state, reason in warehouse.rows(
        "SELECT game_date, season, state, reason FROM evaluation WHERE table_name = ? AND NOT list_contains(?, state)"
        " ORDER BY game_date",
        [table.full_name, list(NOT_DUE)],
    ):
        # Rows that stand where the schedule has no game belong to no season of it.
        season = season or season_of(day)
        if table.full_name in distrusted:
            days.append(Day(day, "damaged", "its rows in the ledger were changed", season=season))
        elif state == "verified" and behind:
            days.append(Day(day, "stale", f"behind {behind[0]}, which is damaged", season=season))
        else:
            days.append(Day(day, "" if state == "verified" else state, reason or "", season=season))
    return days


def _upstream(registry: Registry, table: Table) -> set[str]:
    """Full names of everything that a table reads, through others too."""
    tables = registry.with_upstream([table])
    built = {each.full_name for each in tables if each.name != table.name}
    return built | {f"raw.{name}" for name in _raw_upstream(registry, [table])}


def _built_gap(table: Table, run: list[Day]) -> Gap:
    dates = DateRange(run[0].game_date, run[-1].game_date).flag()
    verbs = _VERBS.get(run[0].state, _BUILD)
    return _gap(table.name, run, tuple((verb, "--tables", table.name, "--dates", dates) for verb in verbs))


def _gap(table: str, run: list[Day], commands: tuple[Words, ...]) -> Gap:
    games = sum(day.games for day in run)
    return Gap(table, run[0].state, run[0].game_date, run[-1].game_date, len(run), games, run[0].cause, commands)
