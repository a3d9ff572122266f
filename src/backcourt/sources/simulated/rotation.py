"""Who dresses for a game and how much of it each is meant to play."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from backcourt.sources.simulated.people import Player

DRESSED = 13
# Minutes meant for the first to the tenth man; the rest play when a game is decided, or somebody is out of fouls.
MINUTES = (36.0, 34.2, 32.6, 31.0, 28.4, 24.0, 19.6, 15.4, 11.4, 7.4)
_TOTAL = sum(MINUTES)


@dataclass(frozen=True, slots=True)
class Turn:
    """A player and the share of the game that is meant for him."""

    player: Player
    share: float


def meant(players: Sequence[Player]) -> list[Turn]:
    """The rotation of those who can play, best player first: what a market would expect."""
    return [
        Turn(player, 5 * MINUTES[place] / _TOTAL if place < len(MINUTES) else 0.0)
        for place, player in enumerate(players[:DRESSED])
    ]


def tonight(players: Sequence[Player], rng: Random) -> list[Turn]:
    """The rotation with the coach's mood of the day: who starts, how long each plays, who stays seated."""
    wanted = []
    for place, turn in enumerate(meant(players)):
        minutes = 48 * turn.share + rng.gauss(0, 3.2 if turn.share else 0.0)
        if place in (8, 9) and rng.random() < (0.06, 0.36)[place - 8]:
            minutes = 0.0  # a short bench tonight
        if place == 10 and rng.random() < 0.30:
            minutes = 6.0  # a long one
        wanted.append((max(0.0, minutes - (3.0 if minutes < 6 else 0)), turn.player))
    order = sorted(range(len(wanted)), key=lambda place: (-wanted[place][0] + (0 if place < 5 else 6), place))
    total = sum(minutes for minutes, _ in wanted)
    return [Turn(wanted[place][1], 5 * wanted[place][0] / total) for place in order]
