"""Play-in and playoffs: who meets whom depends on who has won."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random

from backcourt.sources.simulated.schedule import Calendar, Fixture, fixture
from backcourt.sources.simulated.teams import Team

Play = Callable[[Fixture], Team]
_AT_HOME = (True, True, False, False, True, False, True)  # games of the better team at home
_WINS = 4


def play_postseason(calendar: Calendar, ranking: Sequence[Team], whole: bool, play: Play, rng: Random) -> None:
    """Play all of it; `ranking` is the regular season's, best first, and `play` plays a game and names the winner."""
    bracket = _Bracket(calendar, ranking, play, rng)
    if not whole:
        bracket.playoffs([list(ranking[: 4 if len(ranking) >= 4 else 2])], calendar.closing + timedelta(days=3))
        return
    conferences = [[team for team in ranking if team.conference == name] for name in ("Eastern", "Western")]
    seeds = [bracket.play_in(number, conference) for number, conference in enumerate(conferences, 1)]
    bracket.playoffs(seeds, calendar.closing + timedelta(days=6))


class _Bracket:
    def __init__(self, calendar: Calendar, ranking: Sequence[Team], play: Play, rng: Random) -> None:
        self.year, self.closing = calendar.start_year % 100, calendar.closing
        self.rank = {team: place for place, team in enumerate(ranking)}
        self.play, self.rng = play, rng

    def play_in(self, number: int, conference: list[Team]) -> list[Team]:
        """The eight of a conference: six by rank, the seventh and eighth by three games."""
        seventh, eighth, ninth, tenth = conference[6:10]
        first_day = self.closing + timedelta(days=1 + number)
        winner = self._game(f"005{self.year:02d}001{number}1", first_day, "play_in", seventh, eighth)
        survivor = self._game(f"005{self.year:02d}002{number}1", first_day, "play_in", ninth, tenth)
        loser = eighth if winner is seventh else seventh
        last_day = self.closing + timedelta(days=5)
        last = self._game(f"005{self.year:02d}003{number}1", last_day, "play_in", loser, survivor)
        return [*conference[:6], winner, last]

    def playoffs(self, groups: list[list[Team]], start: date) -> None:
        """Rounds of best-of-seven series, first within the groups, then between their winners."""
        groups, number = [_in_bracket(group) for group in groups], 1
        while sum(len(group) for group in groups) > 1:
            if all(len(group) == 1 for group in groups):
                groups = [[team for group in groups for team in group]]
            pairs = [pair for group in groups for pair in _pairs(group)]
            results = [self._series(number, place, *pair, start) for place, pair in enumerate(pairs)]
            winners = iter([winner for winner, _ in results])
            groups = [[next(winners) for _ in _pairs(group)] for group in groups]
            start = max(last for _, last in results) + timedelta(days=2)
            number += 1

    def _series(self, number: int, place: int, one: Team, other: Team, start: date) -> tuple[Team, date]:
        better, worse = sorted((one, other), key=self.rank.__getitem__)
        won = {better: 0, worse: 0}
        day = start + timedelta(days=place % 2)
        for game, at_home in enumerate(_AT_HOME, 1):
            home, away = (better, worse) if at_home else (worse, better)
            winner = self._game(f"004{self.year:02d}00{number}{place}{game}", day, "playoffs", home, away)
            won[winner] += 1
            if won[winner] == _WINS:
                return winner, day
            day += timedelta(days=2)
        raise AssertionError("seven games end a best-of-seven series")

    def _game(self, game_id: str, day: date, season_type: str, home: Team, away: Team) -> Team:
        return self.play(fixture(game_id, day, season_type, home, away, self.rng))


def _in_bracket(seeds: list[Team]) -> list[Team]:
    """Neighbours meet, and the best two only at the end: 1-8, 4-5, 3-6, 2-7."""
    order = {2: (0, 1), 4: (0, 3, 1, 2), 8: (0, 7, 3, 4, 2, 5, 1, 6)}[len(seeds)]
    return [seeds[place] for place in order]


def _pairs(group: list[Team]) -> list[tuple[Team, Team]]:
    return list(zip(group[::2], group[1::2], strict=True))
