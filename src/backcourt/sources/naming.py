"""The names that sources write and nobody has: what is set aside, whom it might mean, and the aliases that settle it.

An alias is the word of a person. It goes the way of any delivery into raw.player_aliases, so it is kept, sealed and part of
what names resolve against: the next ingest looks again at every file whose names may be read otherwise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from backcourt.clock import Clock
from backcourt.engine import ledger, raw
from backcourt.engine.intake import Delivery, receive
from backcourt.engine.ranks import BY_HAND, NO_SOURCES
from backcourt.engine.raw import columns_list, live
from backcourt.engine.registry import Registry
from backcourt.engine.renew import renew
from backcourt.errors import UsageError
from backcourt.names import name_key
from backcourt.sources.known import SOURCES
from backcourt.sources.local.people import unresolved
from backcourt.warehouse.duckdb import Warehouse

_NEAR = 4
_SUFFIXES = ("jr", "sr", "ii", "iii", "iv")


@dataclass(frozen=True)
class Candidate:
    """A registered player whom a name might mean."""

    player_id: int
    full_name: str


@dataclass
class UnresolvedName:
    """A name of a source that is nobody's, or several players'; with whom it might mean. Nobody is taken for it."""

    source: str
    name: str
    candidates: tuple[Candidate, ...]
    rows: int = 0
    seasons: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Rate:
    """How many rows about players a source has for a table and season, and how many of them name nobody."""

    source: str
    table: str
    season: str | None
    resolved: int
    unresolved: int
    other: int

    @property
    def share(self) -> float:
        """The part of the rows whose names resolve; what is set aside for another reason says nothing of names."""
        total = self.resolved + self.unresolved
        return self.resolved / total if total else 0.0


@dataclass(frozen=True)
class NewAlias:
    """A spelling that is to mean a player, for all sources or one, at all times or from one date to another."""

    name: str
    player_id: int
    feed: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Added:
    """What became of an alias: the player it names, whether it is new, and the sources whose rows are set aside."""

    alias: NewAlias
    full_name: str
    is_new: bool
    waiting: tuple[str, ...]


def unresolved_names(
    warehouse: Warehouse, source: str | None = None, season: str | None = None
) -> list[UnresolvedName]:
    """The names that are set aside, most rows first."""
    players = _registry(warehouse)
    found: dict[tuple[str, str], UnresolvedName] = {}
    for feed, table, problem, of_season, rows in _set_aside(warehouse, source, season):
        told = unresolved(problem)
        if told is None:
            continue
        if (feed, told.name) not in found:
            ids = told.candidates or _near(told.name, players)
            candidates = tuple(Candidate(one, players[one]) for one in ids if one in players)
            found[feed, told.name] = UnresolvedName(feed, told.name, candidates)
        one = found[feed, told.name]
        one.rows += rows
        one.tables.add(table)
        if of_season:
            one.seasons.add(of_season)
    return sorted(found.values(), key=lambda one: (-one.rows, one.source, one.name))


def rates(warehouse: Warehouse, registry: Registry, source: str | None = None, season: str | None = None) -> list[Rate]:
    """Resolution per source, table and season, of the tables whose rows are about players."""
    counts: dict[tuple[str, str, str | None], list[int]] = {}
    for contract in registry.raw.values():
        if not contract.is_dated or contract.refers.get("player_id") != "players":
            continue
        query = (
            f"SELECT source, {ledger.season_sql('game_date')} AS season, COUNT(*) FROM ({live(contract)}) GROUP BY ALL"
        )
        for feed, label, rows in warehouse.rows(query):
            counts.setdefault((feed, contract.name, label), [0, 0, 0])[0] += rows
    for feed, table, problem, label, rows in _set_aside(warehouse, None, None):
        if registry.raw[table].refers.get("player_id") == "players":
            counts.setdefault((feed, table, label), [0, 0, 0])[1 if unresolved(problem) else 2] += rows
    wanted = {key: value for key, value in counts.items() if source in (None, key[0]) and season in (None, key[2])}
    return [Rate(*key, *wanted[key]) for key in sorted(wanted, key=lambda key: (key[0], key[1], key[2] or ""))]


def add_alias(warehouse: Warehouse, registry: Registry, alias: NewAlias, clock: Clock) -> Added:
    """Keep an alias; raises UsageError for one that names no registered player or contradicts what is known."""
    ledger.create(warehouse)
    ledger.refuse_as_of(warehouse)
    if not renew(warehouse, registry):
        ledger.refuse_broken(warehouse)
    raw.create(warehouse, registry.raw.values())
    key = name_key(alias.name)
    full_name = _player(warehouse, alias)
    _refuse_stranger(warehouse, alias)
    _refuse_contradiction(warehouse, alias, key)
    is_new = not warehouse.value(
        "SELECT COUNT(*) FROM raw.player_aliases_current WHERE name_key = ? AND player_id = ? AND feed IS NOT DISTINCT FROM ?"
        " AND valid_from IS NOT DISTINCT FROM ? AND valid_to IS NOT DISTINCT FROM ?",
        [key, alias.player_id, alias.feed, alias.valid_from, alias.valid_to],
    )
    if is_new:
        with warehouse.transaction():
            _deliver(warehouse, registry, alias, key, clock)
    waiting = [row[0] for row in warehouse.rows("SELECT DISTINCT source FROM raw.unresolved ORDER BY source")]
    return Added(alias, full_name, is_new, tuple(feed for feed in waiting if alias.feed in (None, feed)))


def _set_aside(
    warehouse: Warehouse, source: str | None, season: str | None
) -> list[tuple[str, str, str, str | None, int]]:
    rows = warehouse.rows("SELECT source, table_name, problem, season, rows FROM raw.unresolved ORDER BY ALL")
    return [row for row in rows if source in (None, row[0]) and season in (None, row[3])]


def _registry(warehouse: Warehouse) -> dict[int, str]:
    return {row[0]: row[1] for row in warehouse.rows("SELECT player_id, full_name FROM raw.players_current ORDER BY 1")}


def _near(name: str, players: dict[int, str]) -> tuple[int, ...]:
    """Players of the same name but for a suffix, of the family name and initial, or a few letters off: to be shown, not taken."""
    keys: dict[str, list[int]] = {}
    for player, full_name in players.items():
        keys.setdefault(name_key(full_name), []).append(player)
    wanted, family = name_key(name), _family(name)
    same = [player for key, ids in keys.items() if _bare(key) == _bare(wanted) for player in ids]
    related = [player for player, full_name in players.items() if _family(full_name) == family]
    close = [player for key in get_close_matches(wanted, keys, n=_NEAR, cutoff=0.8) for player in keys[key]]
    # The newest registered first: who plays today has the higher id, as a rule.
    return tuple(dict.fromkeys([*same, *sorted(related, reverse=True), *close]))[:_NEAR]


def _family(name: str) -> tuple[str, str]:
    """The family name and the initial, whichever way round it is written."""
    last, comma, first = name.partition(",")
    words = f"{first} {last}".split() if comma else name.split()
    keys = [key for key in map(name_key, words) if key and key not in _SUFFIXES]
    return (keys[-1], keys[0][0]) if keys else ("", "")


def _bare(key: str) -> str:
    for suffix in sorted(_SUFFIXES, key=len, reverse=True):
        if key.endswith(suffix) and len(key) > len(suffix) + 3:
            return key.removesuffix(suffix)
    return key


def _player(warehouse: Warehouse, alias: NewAlias) -> str:
    if not name_key(alias.name):
        raise UsageError(f"{alias.name!r} has no Latin letter or digit, so nothing resolves by it.", "Write the name.")
    if alias.valid_from and alias.valid_to and alias.valid_from > alias.valid_to:
        raise UsageError.bad_scope("--to", alias.valid_to.isoformat(), f"it is before {alias.valid_from}", "2022-06-30")
    players = _registry(warehouse)
    if alias.player_id not in players:
        near = ", ".join(f"{one} ({players[one]})" for one in _near(alias.name, players))
        raise UsageError(
            f"There is no player {alias.player_id} in raw.players.",
            f"Near {alias.name!r} are {near}."
            if near
            else "See  backcourt load players  or ingest the registry first.",
        )
    return players[alias.player_id]


def _refuse_stranger(warehouse: Warehouse, alias: NewAlias) -> None:
    fed = {row[0] for row in warehouse.rows("SELECT DISTINCT source FROM ledger.ingests")} - set(NO_SOURCES)
    known = sorted(fed | {source.name for source in SOURCES})
    if alias.feed is not None and alias.feed not in known:
        raise UsageError(f"There is no source {alias.feed!r}.", f"Known sources: {', '.join(known)}.")


def _refuse_contradiction(warehouse: Warehouse, alias: NewAlias, key: str) -> None:
    """Two players may have one spelling at different times, or with different sources, and not at once."""
    for player, feed, first, last in warehouse.rows(
        "SELECT player_id, feed, valid_from, valid_to FROM raw.player_aliases_current WHERE name_key = ? AND player_id <> ?"
        " ORDER BY ALL",
        [key, alias.player_id],
    ):
        apart = (alias.valid_to or date.max) < (first or date.min) or (last or date.max) < (
            alias.valid_from or date.min
        )
        if not apart and (feed is None or alias.feed is None or feed == alias.feed):
            times = f"from {first or 'ever'} to {last or 'ever'}"
            raise UsageError(
                f"{alias.name!r} is an alias of player {player} already, {times}, for {feed or 'every source'}.",
                "Bound it with --from and --to, or name a source that the other does not hold for.",
            )


def _deliver(warehouse: Warehouse, registry: Registry, alias: NewAlias, key: str, clock: Clock) -> None:
    """Hand over all aliases that were added by command, the new one with them: a delivery is whole."""
    contract = registry.raw["player_aliases"]
    known = f"SELECT {columns_list(contract)}, FALSE AS is_new FROM ({live(contract)}) WHERE source = '{BY_HAND}'"
    warehouse.execute(
        f"CREATE OR REPLACE TEMP TABLE staged AS SELECT {columns_list(contract)},"
        f" ROW_NUMBER() OVER (ORDER BY is_new, {columns_list(contract)}) AS source_row, CAST(NULL AS VARCHAR) AS problem"
        f" FROM ({known} UNION ALL SELECT CAST(? AS VARCHAR), CAST(? AS VARCHAR), CAST(? AS BIGINT), CAST(? AS VARCHAR),"
        " CAST(? AS DATE), CAST(? AS DATE), TRUE)",
        [alias.name, key, alias.player_id, alias.feed, alias.valid_from, alias.valid_to],
    )
    # The same spelling, player, source and first date once more means another last date.
    newest = ", ".join(contract.key)
    warehouse.execute(
        f"DELETE FROM staged WHERE source_row NOT IN (SELECT MAX(source_row) FROM staged GROUP BY {newest})"
    )
    digest = _digest(warehouse.rows(f"SELECT {columns_list(contract)} FROM staged ORDER BY ALL"))
    delivery = Delivery(BY_HAND, "aliases", "all", digest, quarantines=False, windows=None)
    receive(warehouse, contract, delivery, clock.now(), max_vanishing=0.0)


def _digest(rows: Iterable[Sequence[object]]) -> str:
    return hashlib.sha256(repr(list(rows)).encode()).hexdigest()
