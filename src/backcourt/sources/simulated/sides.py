"""The two sides of a game: who is on court, who sits, and whom the ball finds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from operator import attrgetter
from random import Random

from backcourt.sources.simulated.people import Player


class Seat:
    """A player in one game."""

    __slots__ = ("banked", "entered", "fouls", "player", "player_id", "share")

    def __init__(self, player: Player, share: float) -> None:
        self.player, self.player_id = player, str(player.player_id)
        self.share = share  # of the game that he is meant to play
        self.banked = 0
        self.entered = 0
        self.fouls = 0


@dataclass(frozen=True, slots=True)
class Style:
    """What a team adds to its players: accuracy of its own, accuracy it takes away, seconds per possession."""

    attack: float
    defence: float
    pace: float


class Side:
    """A team in one game: who is on court, who sits, and whom the ball finds."""

    def __init__(self, team_id: int, seats: list[Seat], is_home: bool, style: Style) -> None:
        self.team_id, self.is_home = str(team_id), is_home
        self.attack, self.defence, self.pace = style.attack, style.defence, style.pace
        self.five, self.bench = seats[:5], seats[5:]
        self.points = self.team_fouls = self.timeouts = self.looked = 0
        self.emptied = False
        self._weights: dict[str, list[float]] = {}

    def pick(self, skill: str, rng: Random) -> Seat:
        """One of the five, in proportion to a skill."""
        weights = self._weights.get(skill)
        if weights is None:
            get = _GETTERS[skill]
            weights = self._weights[skill] = list(accumulate([get(seat) for seat in self.five]))
        aim = rng.random() * weights[4]
        place = 0
        while weights[place] < aim:
            place += 1
        return self.five[place]

    def swap(self, out: Seat, seat: Seat, now: int) -> None:
        """Take one off and put one on."""
        out.banked += now - out.entered
        seat.entered = now
        self.five[self.five.index(out)] = seat
        self.bench[self.bench.index(seat)] = out
        self._weights.clear()


_SKILLS = ("assist", "block", "defensive_rebound", "draws", "foul", "offensive_rebound", "steal", "turnover", "usage")
_GETTERS = {skill: attrgetter(f"player.{skill}") for skill in _SKILLS}
