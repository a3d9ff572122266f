"""A noisy but unbiased market: lines on games and players, with the times they were seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from backcourt.sources.simulated.people import Player
from backcourt.sources.simulated.rotation import Turn
from backcourt.sources.simulated.schedule import Fixture, at_eastern
from backcourt.sources.simulated.sides import Style
from backcourt.sources.simulated.writer import Row, timestamp

FEED = "simulated"
BOOKS = ("Alder", "Birch", "Cedar")
LINED_SHARE = 0.30  # of the game: who is meant to play less gets no line
_BOOK_NOISE, _OPENING_NOISE = 0.5, 1.2

# Least-squares fit on simulated games. The other team's strength helps a little: leads make for easy baskets.
_POINTS, _PER_ATTACK, _PER_SHOT, _PER_PACE, _HOME_POINTS, _FROM_OTHER = 114.0, 77.5, 171.0, -81.0, 0.9, 0.15
_MEAN_ATTACK = 1.124
_FLATTER = 0.92  # minutes and shots of the night even out what skill alone would give


@dataclass(frozen=True, slots=True)
class Form:
    """What the market knows of a team: its latent style, and who is meant to play."""

    style: Style
    turns: Sequence[Turn]


@dataclass(frozen=True, slots=True)
class Outlook:
    """Points expected of both teams and of every player."""

    home: float
    away: float
    players: dict[int, float]


def outlook(home: Form, away: Form, neutral: bool) -> Outlook:
    """The best guess from latent skill, before any luck."""
    site = 0.0 if neutral else _HOME_POINTS
    home_points, away_points = _expected(home, away) + site, _expected(away, home) - site
    return Outlook(home_points, away_points, {**_shared(home.turns, home_points), **_shared(away.turns, away_points)})


def attack(turns: Sequence[Turn]) -> float:
    """Points of a chance, averaged over who ends how many."""
    weights = [turn.share * turn.player.usage for turn in turns]
    return sum(weight * _worth(turn.player) for weight, turn in zip(weights, turns, strict=True)) / sum(weights)


def _worth(player: Player) -> float:
    inside = 1 - player.zone_three - player.zone_mid
    twos = player.zone_mid * player.make_mid + inside * player.make_paint
    fouled = 0.10 * player.draws * inside
    return (3 * player.zone_three * player.make_three + 2 * twos) * (1 - fouled) + 2.4 * fouled * player.free_throw


def _expected(side: Form, other: Form) -> float:
    pace = (side.style.pace + other.style.pace) / 2 - 1
    return _POINTS + _strength(side, other) + _FROM_OTHER * _strength(other, side) + _PER_PACE * pace


def _strength(side: Form, other: Form) -> float:
    return _PER_ATTACK * (attack(side.turns) - _MEAN_ATTACK) + _PER_SHOT * (side.style.attack - other.style.defence)


def _shared(turns: Sequence[Turn], points: float) -> dict[int, float]:
    weights = {
        turn.player.player_id: (turn.share * turn.player.usage * _worth(turn.player)) ** _FLATTER for turn in turns
    }
    total = sum(weights.values())
    return {player: points * weight / total for player, weight in weights.items()}


class Board:
    """The offers on one game: every book in the morning, half an hour before the tip, and now and then later."""

    def __init__(self, game: Fixture, early: Outlook, late: Outlook, rng: Random) -> None:
        self.game, self.early, self.rng = game, early, rng
        self._looks = [(book, *look) for book in BOOKS for look in self._moments(late)]

    def _moments(self, late: Outlook) -> Iterator[tuple[str, Outlook, bool]]:
        rng, tip = self.rng, self.game.tip
        morning = at_eastern(self.game.game_date, 10)
        yield timestamp(morning + timedelta(minutes=int(90 * rng.random()))), self.early, False
        yield timestamp(tip - timedelta(minutes=30 + int(6 * rng.random()))), late, False
        if rng.random() < 0.07:
            yield timestamp(tip + timedelta(minutes=15 + int(90 * rng.random()))), late, True

    def game_lines(self) -> Iterator[Row]:
        """Spread, total and prices of a win."""
        rng = self.rng
        opinion = rng.gauss(0, _OPENING_NOISE), rng.gauss(0, _OPENING_NOISE)
        for book, moment, view, running in self._looks:
            doubt = 1.0 if view is self.early else 0.5
            margin = view.home - view.away + doubt * opinion[0] + rng.gauss(0, _BOOK_NOISE)
            total = view.home + view.away + doubt * opinion[1] + rng.gauss(0, _BOOK_NOISE)
            if running:
                margin, total = margin + rng.gauss(0, 7), total + rng.gauss(0, 9)
            row = (-_half(margin) + 0.0, min(300.0, max(160.0, _half(total))), *_moneylines(margin))
            yield self.game.game_id, FEED, book, moment, "timed", self.game.game_date, *row

    def player_lines(self, lined: Sequence[int]) -> Iterator[Row]:
        """Points lines on the players of the rotation, of two or three books each."""
        rng, game_id, day = self.rng, self.game.game_id, self.game.game_date
        for player in lined:
            opinion, last_book = rng.gauss(0, 0.5), BOOKS[1 + (rng.random() < 0.5)]
            for book, moment, view, running in self._looks:
                if book > last_book or player not in view.players:
                    continue  # no offer of this book, or taken down once he is known to miss the game
                doubt = 1.0 if view is self.early else 0.4
                expected = view.players[player] + doubt * opinion + rng.gauss(0, 4 if running else 0.25)
                line = int(max(0.0, expected)) + 0.5
                over = -112 - round(6 * (expected - line)) + int(5 * rng.random()) - 2
                yield game_id, player, FEED, book, moment, "timed", day, line, over, -224 - over


def lined_players(turns: Sequence[Turn]) -> list[int]:
    """Who gets a line."""
    return [turn.player.player_id for turn in turns if turn.share >= LINED_SHARE]


def _moneylines(margin: float) -> tuple[int, int]:
    """American prices that go with a margin, with the book's cut."""
    edge = min(1400, round(100 + 3.5 * abs(margin) ** 1.5 + 8 * abs(margin)))
    favourite, outsider = -edge - 8, max(100, edge - 8)
    return (favourite, outsider) if margin > 0 else (outsider, favourite)


def _half(value: float) -> float:
    return round(2 * value) / 2
