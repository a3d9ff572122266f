"""The two sides of a game: who dresses, who is on court, and whom the ball finds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from operator import attrgetter
from random import Random

from backcourt.sources.simulated.people import Player
from backcourt.sources.simulated.teams import Team

# Minutes meant for the first to the last man who dresses; the last few play when a game is decided.
_MINUTES = (36.6, 34.8, 33.0, 31.2, 28.4, 23.6, 19.2, 15.0, 11.2, 7.4, 0.0, 0.0, 0.0)
_MOOD, _SHORTEST = 3.6, 4.6  # what the coach adds or takes on the day; a turn that is not worth the standing up
_PATIENCE = 122  # seconds of play owed to one and owned by another that are worth a substitution
COUNTS = (
    *("points", "fg_made", "fg_attempted", "three_made", "three_attempted", "ft_made", "ft_attempted"),
    *("rebounds_offensive", "rebounds_defensive", "assists", "steals", "blocks", "turnovers", "fouls", "plus_minus"),
)


class Seat:
    """A player in one game, the share of it that he is meant to play, and his line in the box score."""

    def __init__(self, player: Player, share: float) -> None:
        self.player, self.player_id, self.skills, self.share = player, str(player.player_id), player.skills, share
        self.seconds, self.counts = 0, dict.fromkeys(COUNTS, 0)


def seats_of(players: Sequence[Player], rng: Random | None = None) -> list[Seat]:
    """The rotation of those who can play, best player first: what a market expects, or with the mood of a day."""
    meant = [rng.gauss(minutes, _MOOD) if rng and minutes else minutes for minutes in _MINUTES[: len(players)]]
    meant = [minutes if minutes > _SHORTEST else 0.0 for minutes in meant]
    return [Seat(player, 5 * minutes / sum(meant)) for player, minutes in zip(players, meant, strict=False)]


class Side:
    """A team in one game."""

    def __init__(self, team: Team, seats: list[Seat], style: dict[str, float], *, is_home: bool) -> None:
        self.team, self.team_id, self.seats, self.style, self.is_home = team, str(team.team_id), seats, style, is_home
        self.five = self.starters = seats[:5]
        self.points = self.team_fouls = self.timeouts = 0
        self._weights: dict[str, list[float]] = {}

    def pick(self, skill: str, rng: Random) -> Seat:
        """One of the five, in proportion to a skill."""
        if skill not in self._weights:
            self._weights[skill] = list(accumulate([seat.skills[skill] for seat in self.five]))
        weights = self._weights[skill]
        return self.five[bisect_left(weights, rng.random() * weights[-1])]

    def field(self, five: list[Seat]) -> None:
        """Change who is on court."""
        self.five = five
        self._weights.clear()

    def wanted(self, played: int, decided: bool) -> list[Seat]:
        """Who should be on court: those with most time owed; the end of a decided game is for the bench."""
        if decided:
            return sorted(self.seats, key=attrgetter("share"))[:5]
        owed = {seat: seat.share * played - seat.seconds for seat in self.seats if seat.share}
        for seat in self.five:
            owed[seat] = owed.get(seat, 0.0) + _PATIENCE
        return sorted(owed, key=owed.__getitem__, reverse=True)[:5]
