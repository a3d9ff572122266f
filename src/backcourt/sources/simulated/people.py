"""Invented players, their latent skills, and a season off the court: squads, trades, injuries and who can play."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import NamedTuple

from backcourt.names import name_key
from backcourt.sources.simulated.teams import MODEL
from backcourt.sources.simulated.writer import Files, Row
from backcourt.sources.unreal import SIMULATED_FROM

FIRST_SEASON = 2020  # the league's history starts here, so that a later season has veterans, whichever are asked for
ROSTER_SIZE = 17  # fifteen and two two-way players

# Talent expected of the first to the last player of a team.
_TALENT = (2.1, 1.5, 1.1, 0.8, 0.5, 0.3, 0.1, -0.1, -0.3, -0.5, -0.7, -0.9, -1.1, -1.2, -1.3, -1.5, -1.6)

FIRST_NAMES, LAST_NAMES = MODEL["first_names"].split(), MODEL["last_names"].split()
_ENDINGS = (*[""] * 40, " Jr.", " II", " III", *[f"-{name}" for name in LAST_NAMES[::9]])

_HURT_A_DAY, _MEAN_SPELLS = 0.0085, (2, 2, 2, 12, 12, 12, 50)  # days
_LISTED = 7  # days out that put a player on the injured list
_LATE_CALLS = ((0.027, "questionable", 0.5), (0.034, "doubtful", 0.2), (0.067, "probable", 0.94))
_NEWSWORTHY = 9  # players of a squad on whom there are late decisions: the others might sit anyway
_PARTS = ("Knee", "Ankle", "Hamstring", "Back", "Shoulder", "Groin", "Wrist", "Foot", "Calf", "Thumb", "Hip")
_KINDS = ("Sprain", "Soreness", "Strain", "Contusion", "Inflammation")


@dataclass(frozen=True, eq=False)
class Player:
    """Who a player is and what he can do: weights beside the others on court, and chances."""

    player_id: int
    full_name: str
    position: str
    birth_date: date
    height_in: int
    weight_lb: int
    skills: dict[str, float]


def _create(rng: Random, taken: set[str], depth: int, year: int) -> Player:
    """A new player, with an id and a name key of his own, for a place in a squad: depth 0 is a team's star."""
    name = ""
    while not name or name_key(name) in taken:
        first, last, ending = (rng.choice(names) for names in (FIRST_NAMES, LAST_NAMES, _ENDINGS))
        name = f"{first} {last}{ending}"
    taken.add(name_key(name))
    talent, size = rng.gauss(_TALENT[depth], 0.4), rng.random()
    born = date(year, 10, 1) - timedelta(days=int(365.25 * min(37, max(19.2, rng.gauss(26 + min(talent, 2), 4)))))
    height = min(92, max(69, round(rng.gauss(73 + 11 * size, 1))))
    body = (born, height, round(rng.gauss(height * 5.6 - 230, 12)))
    skills = {}
    for skill, (base, by_talent, by_size, spread) in (MODEL["weights"] | MODEL["chances"]).items():
        value = rng.gauss(base + by_talent * talent + by_size * size, spread)
        skills[skill] = math.exp(value) if skill in MODEL["weights"] else min(0.95, max(0.02, value))
    position = ("G", "G-F", "F", "F-C", "C")[int(size * 5)]
    return Player(SIMULATED_FROM + len(taken), name, position, *body, skills)


def squads_of(seed: int, team_ids: Sequence[int], season: int) -> dict[int, list[Player]]:
    """The squads of a season, best player first; every summer from the first on some retire and some change teams."""
    rng, taken = Random(f"{seed}/people"), set[str]()
    squads = {team: [_create(rng, taken, depth, FIRST_SEASON) for depth in range(ROSTER_SIZE)] for team in team_ids}
    for year, depth in product(range(FIRST_SEASON + 1, season + 1), range(ROSTER_SIZE)):
        for squad in squads.values():
            if rng.random() < 0.04 + 0.012 * depth or year - squad[depth].birth_date.year > 36:
                squad[depth] = _create(rng, taken, depth, year)
        one, other = rng.sample(list(squads.values()), 2)
        one[depth], other[depth] = other[depth], one[depth]
    return squads


class Health(NamedTuple):
    """The truth about a player on a date, and what the last report before the game will call it."""

    plays: bool = True
    status: str = "available"
    reason: str = ""


Squad = list[tuple[Player, Health]]


class Rosters:
    """Who belongs to which team and who is hurt, on the day it has come to."""

    def __init__(self, rng: Random, squads: dict[int, list[Player]], days: list[date], files: Files) -> None:
        self._rng, self._squads, self._files = rng, squads, files
        self._day = days[0] - timedelta(days=22)
        self._hurt: dict[Player, tuple[date, str]] = {}
        middle = days[int(0.3 * len(days)) : len(days) // 2 + 1]
        self._trading_days = rng.sample(middle, min(len(middle), max(1, len(squads) // 3)))

    def advance(self, day: date) -> None:
        """Live through every day up to this one, and write what happened."""
        while self._day < day:
            self._day += timedelta(days=1)
            self._files.add("transactions", self._injuries())
            if self._day in self._trading_days:
                self._files.add("transactions", self._trade())
            if self._day.weekday() == 0:
                self._files.add("rosters", self._snapshot())

    def listed(self, team: int, rng: Random) -> Squad:
        """The squad, best player first: hurt for a spell, or a late decision, or well."""
        squad: Squad = []
        for place, player in enumerate(self._squads[team]):
            until, reason = self._hurt.get(player, (self._day, ""))
            health = Health(False, "out", reason) if until > self._day else Health()
            call = rng.random()  # called first and decided after, so that half of the questionable play
            for most, status, plays in _LATE_CALLS if health.plays and place < _NEWSWORTHY else ():
                if call < most:
                    health = Health(rng.random() < plays, status, _reason(rng))
                    break
            squad.append((player, health))
        return squad

    def _injuries(self) -> Iterator[Row]:
        """Who gets hurt; long spells are put on the injured list."""
        rng = self._rng
        for team, squad in self._squads.items():
            for player in squad:
                if self._hurt.get(player, (self._day,))[0] <= self._day and rng.random() < _HURT_A_DAY:
                    days, reason = 1 + int(rng.expovariate(1 / rng.choice(_MEAN_SPELLS))), _reason(rng)
                    self._hurt[player] = (self._day + timedelta(days=days), reason)
                    if days > _LISTED:
                        yield self._move(player, team, "injured_list_placed", f"placed on IL: {reason}")

    def _trade(self) -> Iterator[Row]:
        """Two teams exchange players of the same depth."""
        (one, ours), (other, theirs) = self._rng.sample(list(self._squads.items()), 2)
        depth = self._rng.randrange(2, 10)
        ours[depth], theirs[depth] = theirs[depth], ours[depth]
        for player, old, new in ((ours[depth], other, one), (theirs[depth], one, other)):
            yield self._move(player, old, "traded_out", f"traded {player.full_name}")
            yield self._move(player, new, "traded_in", f"acquired {player.full_name}")

    def _move(self, player: Player, team: int, kind: str, notes: str) -> Row:
        return {"game_date": self._day, "player_id": player.player_id, "team_id": team, "kind": kind, "notes": notes}

    def _snapshot(self) -> Iterator[Row]:
        """Every squad, at noon UTC."""
        for team, squad in self._squads.items():
            about = {"game_date": self._day, "snapshot_at": f"{self._day} 12:00:00", "team_id": team}
            for place, player in enumerate(squad):
                yield {**about, "player_id": player.player_id, "status": "two_way" if place >= 15 else "active"}


def _reason(rng: Random) -> str:
    return f"Injury/Illness - {rng.choice(('Left', 'Right'))} {rng.choice(_PARTS)}; {rng.choice(_KINDS)}"
