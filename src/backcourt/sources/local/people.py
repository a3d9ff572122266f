"""Who a player's name means: by alias, by the registry, and where players share a name by whom they played for.

Nothing is guessed: a name that none or several could mean keeps its reason, and the reason names the candidates.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from backcourt.errors import SourceError
from backcourt.names import TEAM_IDS, name_key, team_tricode
from backcourt.seasons import season_of
from backcourt.warehouse.duckdb import Warehouse

Found = tuple[int | None, str | None]

_NOBODY = "no registered player is called "
_SEVERAL = " may be any of "
_SAID = re.compile(
    rf"(?:column [^:]+: )?(?:{_NOBODY}(?P<nobody>.+)|(?P<several>['\"].+){_SEVERAL}(?P<ids>[\d, ]+))", re.S
)


@dataclass(frozen=True)
class Context:
    """What a row says beside the name: its date and the team."""

    day: date | None
    team_id: int | None

    @classmethod
    def of(cls, day: str | None, team: str | None) -> Context:
        """From what a source writes; what cannot be read says nothing."""
        return cls(_date(day), _team_id(team))


@dataclass(frozen=True)
class Alias:
    """A spelling that means a player, from one date to another, both included."""

    player_id: int
    valid_from: date | None
    valid_to: date | None

    @property
    def is_bounded(self) -> bool:
        """Whether it does not hold at all times."""
        return self.valid_from is not None or self.valid_to is not None

    def holds(self, day: date | None) -> bool:
        """Whether it holds at a date; one with bounds does not hold at a date that nobody knows."""
        if day is None:
            return not self.is_bounded
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


@dataclass(frozen=True)
class Unresolved:
    """A name that did not resolve, as its problem tells it, and the players whom it might be."""

    name: str
    candidates: tuple[int, ...]


@dataclass(frozen=True)
class People:
    """The registry and the aliases by normalised name; `played` are the (player, team, season) of box scores."""

    registered: Mapping[str, tuple[int, ...]]
    aliases: Mapping[str, tuple[Alias, ...]]
    seen: frozenset[int]
    played: frozenset[tuple[int, int, str]]

    def everywhere(self, name: str) -> Found | None:
        """The player whom a name means wherever it stands, or why none; None where date and team must tell."""
        key = name_key(name)
        aliases = self.aliases.get(key, ())
        if any(alias.is_bounded for alias in aliases):
            return None
        if aliases:
            return _one_of(name, (alias.player_id for alias in aliases))
        candidates = self.registered.get(key, ())
        seen = [player for player in candidates if player in self.seen]
        if len(candidates) > 1 and len(seen) != 1:
            return None
        return _one_of(name, seen if len(seen) == 1 else candidates)

    def there(self, name: str, context: Context) -> Found:
        """The player whom a name means at a date with a team, or why none."""
        key = name_key(name)
        aliases = {alias.player_id for alias in self.aliases.get(key, ()) if alias.holds(context.day)}
        if aliases:
            return _one_of(name, aliases)
        candidates = self.registered.get(key, ())
        seen = [player for player in candidates if player in self.seen]
        there = [player for player in seen if self._played(player, context)]
        return _one_of(name, there or seen or candidates)

    def _played(self, player: int, context: Context) -> bool:
        """Whether a box score of the date's season has him, with that team where one is told."""
        if context.day is None:
            return False
        season = season_of(context.day)
        if context.team_id is not None:
            return (player, context.team_id, season) in self.played
        return any(one == player and when == season for one, _, when in self.played)


def known_people(warehouse: Warehouse, feed: str | None = None) -> People:
    """The registry, the aliases that hold for a source, and who of those that share a name played where."""
    registered = _grouped(
        warehouse.rows("SELECT name_key, player_id FROM raw.players_current ORDER BY player_id"),
    )
    aliases: dict[str, list[Alias]] = {}
    for key, player, first, last in warehouse.rows(
        "SELECT name_key, player_id, valid_from, valid_to FROM raw.player_aliases_current"
        " WHERE feed IS NULL OR feed = ? ORDER BY ALL",
        [feed],
    ):
        aliases.setdefault(key, []).append(Alias(player, first, last))
    shared = [player for players in registered.values() if len(players) > 1 for player in players]
    played = warehouse.rows(
        "SELECT DISTINCT player_id, team_id, season FROM raw.player_box_current WHERE list_contains(?, player_id)",
        [shared],
    )
    return People(
        registered,
        {key: tuple(found) for key, found in aliases.items()},
        frozenset(row[0] for row in played),
        frozenset((player, team, season) for player, team, season in played),
    )


def unresolved(problem: str) -> Unresolved | None:
    """The name that a problem says did not resolve, or None for a problem of another kind.

    >>> unresolved("column player: 'Jalen Williams' may be any of 1, 2")
    Unresolved(name='Jalen Williams', candidates=(1, 2))
    """
    match = _SAID.fullmatch(problem)
    if match is None:
        return None
    ids = tuple(int(number) for number in match["ids"].split(",")) if match["ids"] else ()
    return Unresolved(ast.literal_eval(match["nobody"] or match["several"]), ids)


def _one_of(name: str, players: Iterable[int]) -> Found:
    found = sorted(set(players))
    if len(found) == 1:
        return found[0], None
    if not found:
        return None, f"{_NOBODY}{name!r}"
    return None, f"{name!r}{_SEVERAL}{', '.join(map(str, found))}"


def _grouped(rows: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for key, player in rows:
        found.setdefault(key, []).append(player)
    return {key: tuple(players) for key, players in found.items()}


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _team_id(text: str | None) -> int | None:
    try:
        return TEAM_IDS[team_tricode(text)] if text else None
    except SourceError:
        return None
