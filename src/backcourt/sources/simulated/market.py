"""A noisy but unbiased market: lines on games and players, with the times they were seen."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from backcourt.sources.simulated.schedule import Fixture, utc
from backcourt.sources.simulated.sides import Seat, Side
from backcourt.sources.simulated.writer import FEED, Row

# Points expected of both teams and of the players of their rotations, before any luck.
Outlook = tuple[float, float, dict[str, float]]

_BOOKS = ("Alder", "Birch", "Cedar")
_LINED_SHARE = 0.30  # of the game: who is meant to play less gets no line
_MORNING, _CLOSING, _RUNNING = 1.3, 0.7, 8.0  # noise, in points; that on a player is half of it
_SEEN_RUNNING = 0.07  # share of games on which lines are seen during the game

# Least-squares fit on simulated games.
_POINTS, _HOME_POINTS, _PER_ATTACK, _PER_SHOT, _PER_PACE, _MEAN_ATTACK = 115.6, 0.9, 66.0, 143.0, -80.0, 1.075
_FLATTER = 0.88  # minutes and shots of the night even out what skill alone would give


def outlook(home: Side, away: Side, neutral: bool) -> Outlook:
    """The best guess from who is meant to play how much."""
    site, players, totals = 0.0 if neutral else _HOME_POINTS, dict[str, float](), []
    for own, other, edge in ((home, away, site), (away, home, -site)):
        chances = [seat.share * seat.skills["usage"] for seat in own.seats]
        worths = [chance * _worth(seat) for chance, seat in zip(chances, own.seats, strict=True)]
        attack = _PER_ATTACK * (sum(worths) / sum(chances) - _MEAN_ATTACK)
        pace = _PER_PACE * (own.style["pace"] + other.style["pace"] - 2)
        style = _PER_SHOT * (own.style["attack"] - other.style["defence"])
        totals.append(_POINTS + edge + attack + style + pace)
        parts = [worth**_FLATTER for worth in worths]
        for seat, part in zip(own.seats, parts, strict=True):
            if seat.share >= _LINED_SHARE:
                players[seat.player_id] = totals[-1] * part / sum(parts)
    return totals[0], totals[1], players


def _worth(seat: Seat) -> float:
    """Points expected of a shot."""
    skills = seat.skills
    three, mid = skills["three"], (1 - skills["three"]) * skills["mid_range"]
    paint = 1 - three - mid
    return 3 * three * skills["make_three"] + 2 * (mid * skills["make_mid_range"] + paint * skills["make_paint"])


def lines(game: Fixture, early: Outlook, late: Outlook, rng: Random) -> tuple[list[Row], list[Row]]:
    """Offers on the game and on its players: of every book in the morning, before the tip, and now and then later."""
    game_lines: list[Row] = []
    player_lines: list[Row] = []
    for book in _BOOKS:
        morning = utc(game.game_date, 10) + timedelta(minutes=rng.randrange(90))
        looks = [(morning, early, _MORNING), (game.tip - timedelta(minutes=rng.randrange(30, 36)), late, _CLOSING)]
        if rng.random() < _SEEN_RUNNING:
            looks.append((game.tip + timedelta(minutes=rng.randrange(15, 105)), late, _RUNNING))
        for moment, (home, away, players), noise in looks:
            offer = {"game_id": game.game_id, "game_date": str(game.game_date), "feed": FEED, "book": book}
            offer |= {"snapshot_at": str(moment), "snapshot_quality": "timed"}
            margin, total = home - away + rng.gauss(0, noise), home + away + rng.gauss(0, noise)
            edge = round(100 + 3.5 * min(50, abs(margin)) ** 1.5 + 8 * abs(margin))
            to_home, to_away = (-edge - 8, max(100, edge - 8))[:: 1 if margin > 0 else -1]  # with the book's cut
            odds = {"home_moneyline": to_home, "away_moneyline": to_away}
            game_lines.append({**offer, "home_spread": -round(2 * margin) / 2, "total": round(2 * total) / 2, **odds})
            for player, expected in players.items():
                guess = max(0.0, expected + rng.gauss(0, noise / 2))
                over = -112 - round(6 * (guess % 1 - 0.5))  # the price makes up for the half point
                prices = {"line": int(guess) + 0.5, "over_american": over, "under_american": -224 - over}
                player_lines.append({**offer, "player_id": player, **prices})
    return game_lines, player_lines
