"""Who plays whom and when, from preseason to finals: in the shape of the real seasons, or short for small leagues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from backcourt.sources.simulated.teams import TEAMS, Team

_FIRST_CUP = 2023
_TUESDAY, _THURSDAY, _SATURDAY, _SUNDAY = 1, 3, 5, 6
_GAMES_BY_WEEKDAY = (7.3, 5.4, 9.3, 4.9, 9.0, 6.6, 7.1)  # how the real seasons spread, Monday first

# What it costs a team to play on a day, by five days around it as bits, the day itself in the middle.
_TAKEN, _THIRD_RUNNING, _NEXT_DAY = 0b00100, (0b00011, 0b01010, 0b11000), 0b01010
_STRAIN = [
    1000.0 if days & _TAKEN or any(days & run == run for run in _THIRD_RUNNING) else 0.14 * bool(days & _NEXT_DAY)
    for days in range(32)
]
Play = Callable[[str, str, date, Team, Team], Team]  # kind, number, date and sides of a game to its winner
_AT_HOME = (True, True, False, False, True, False, True)  # games of the better team at home
_WINS = 4
_SEEDS = {2: (0, 1), 4: (0, 3, 1, 2), 8: (0, 7, 3, 4, 2, 5, 1, 6)}  # neighbours meet: 1-8, 4-5, 3-6, 2-7
Game = tuple[date, Team, Team]


@dataclass(frozen=True)
class LeagueSize:
    """How much to simulate; `dates` None is a whole season, `post_season` None is one for whole leagues only."""

    teams: int = len(TEAMS)
    dates: int | None = None
    post_season: bool | None = None


class Fixture(NamedTuple):
    """A game to be played; the tip-off is UTC, without a zone."""

    game_id: str
    game_date: date
    season_type: str
    home: Team
    away: Team
    tip: datetime
    neutral: bool


class Calendar(NamedTuple):
    """The dates of a season: on which the regular one is played, and what else has its day."""

    dates: list[date]
    all_star: date | None = None
    cup_final: date | None = None


def calendar_of(year: int, size: LeagueSize) -> Calendar:
    """The dates of a season; a small league plays every day, without a break."""
    opening, closing = _from(date(year, 10, 18), _TUESDAY), _from(date(year + 1, 4, 8), _SUNDAY)
    if size.dates or size.teams < len(TEAMS):
        return Calendar(_days(opening, size.dates or 170))
    all_star = _from(date(year + 1, 2, 15), _SUNDAY)
    cup = _from(date(year, 12, 8), _SATURDAY) if year >= _FIRST_CUP else None
    idle = {_from(date(year, 11, 22), _THURSDAY), date(year, 12, 24), cup, *_days(all_star - timedelta(days=2), 6)}
    days = _days(opening, (closing - opening).days + 1)
    return Calendar([day for day in days if day not in idle], all_star, cup)


def regular_season(calendar: Calendar, teams: Sequence[Team], rng: Random) -> list[Fixture]:
    """Every game of the regular season in the order of its id, which is the order of play."""
    if calendar.all_star:
        return _numbered(calendar, "regular", _spread(_pairings(teams), calendar.dates, rng), rng)
    return _numbered(calendar, "regular", _rounds(teams, calendar.dates), rng)


def exhibitions(calendar: Calendar, teams: Sequence[Team], rng: Random) -> list[Fixture]:
    """A few games in the two weeks before the opening date, and the all-star game."""
    games = _rounds(teams, _days(calendar.dates[0] - timedelta(days=14), 10))
    all_star = [(calendar.all_star, teams[0], teams[0])] if calendar.all_star else []
    return _numbered(calendar, "preseason", games, rng) + _numbered(calendar, "all_star", all_star, rng)


def fixture(calendar: Calendar, kind: str, number: str, game: Game, rng: Random) -> Fixture:
    """A game with its id and its tip-off, in the evening of the home team."""
    prefix = {"preseason": 1, "regular": 2, "all_star": 3, "playoffs": 4, "play_in": 5, "cup_final": 6}[kind]
    day, home, away = game
    tip = utc(day, 19, rng.choice((0, 30)), home.timezone)
    game_id = f"00{prefix}{calendar.dates[0].year % 100:02d}{number:0>5}"
    return Fixture(game_id, day, kind, home, away, tip, kind in ("all_star", "cup_final"))


def utc(day: date, hour: int, minute: int = 0, timezone: str = "America/New_York") -> datetime:
    """The UTC moment of a wall clock, without a zone, as the files hold it."""
    return datetime.combine(day, time(hour, minute), ZoneInfo(timezone)).astimezone(UTC).replace(tzinfo=None)


def _numbered(calendar: Calendar, kind: str, games: list[Game], rng: Random) -> list[Fixture]:
    games.sort(key=lambda game: (game[0], game[1].tricode))
    return [fixture(calendar, kind, str(number), game, rng) for number, game in enumerate(games, 1)]


def _from(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _days(first: date, number: int) -> list[date]:
    return [first + timedelta(days=offset) for offset in range(number)]


def _pairings(teams: Sequence[Team]) -> list[tuple[Team, Team]]:
    """82 games each, 41 at home: four with the division, three or four with the conference, two with the others."""
    place = {team: sum(other.division == team.division for other in teams if other < team) for team in teams}
    pairings = []
    for one, other in combinations(sorted(teams, key=lambda team: team.division), 2):
        pairings += [(one, other), (other, one)]
        turn = (place[one] + place[other]) % 5
        if one.division == other.division or (one.conference == other.conference and turn > 1):
            pairings += [(one, other), (other, one)]
        elif one.conference == other.conference:
            pairings.append((one, other) if turn else (other, one))
    return pairings


def _spread(pairings: list[tuple[Team, Team]], dates: list[date], rng: Random) -> list[Game]:
    """Give every game the best date that is left, then look again twice, as now the calendar is known.

    A team's season is an integer with a bit for every day that it plays; the first day is bit two.
    """
    room = {(day - dates[0]).days: _GAMES_BY_WEEKDAY[day.weekday()] for day in dates} | {0: 2.0}
    filled, busy, chosen = dict.fromkeys(room, 0), dict.fromkeys(sum(pairings, ()), 0), dict[int, int]()
    rng.shuffle(pairings)
    for game in [*range(len(pairings))] * 3:
        home, away = pairings[game]
        if game in chosen:
            filled[chosen[game]] -= 1
            busy[home], busy[away] = busy[home] ^ 4 << chosen[game], busy[away] ^ 4 << chosen[game]
        ours, theirs = busy[home], busy[away]
        costs = {
            day: (filled[day] + 2 * rng.random()) / space + _STRAIN[ours >> day & 31] + _STRAIN[theirs >> day & 31]
            for day, space in room.items()
        }
        day = chosen[game] = min(costs, key=costs.__getitem__)
        filled[day] += 1
        busy[home], busy[away] = ours | 4 << day, theirs | 4 << day
    return [(dates[0] + timedelta(days=chosen[game]), *pairings[game]) for game in chosen]


def _rounds(teams: Sequence[Team], dates: list[date]) -> list[Game]:
    """A round every two dates, in which every team (but one, if they are odd) plays once; sides alternate."""
    ring: list[Team | None] = [*teams, None] if len(teams) % 2 else [*teams]
    games = []
    for turn in range(len(dates) // 2):
        for place in range(len(ring) // 2):
            one, two = (ring[place], ring[-1 - place])[:: -1 if (turn + place) % 2 else 1]
            if one and two:
                games.append((dates[2 * turn + place % 2], one, two))
        ring = [ring[0], ring[-1], *ring[1:-1]]
    return games


def play_postseason(closing: date, ranking: Sequence[Team], whole: bool, play: Play) -> None:
    """Play all of it; `ranking` is the regular season's, best first."""
    groups = [list(ranking[: 4 if len(ranking) >= 4 else 2])]
    if whole:
        conferences = [[team for team in ranking if team.conference == name] for name in ("Eastern", "Western")]
        groups = [_play_in(place, teams, closing, play) for place, teams in enumerate(conferences, 1)]
    alive = [group[seed] for group in groups for seed in _SEEDS[len(group)]]
    day, number = closing + timedelta(days=6), 1
    while len(alive) > 1:
        pairs = [sorted(alive[place : place + 2], key=ranking.index) for place in range(0, len(alive), 2)]
        alive, day, number = _best_of_seven(number, day, pairs, play), day + timedelta(days=15), number + 1


def _play_in(place: int, conference: list[Team], closing: date, play: Play) -> list[Team]:
    """The eight of a conference: six by rank, the seventh and eighth by three games."""
    (seventh, eighth, ninth, tenth), day = conference[6:10], closing + timedelta(days=1 + place)
    winner = play("play_in", f"1{place}1", day, seventh, eighth)
    survivor = play("play_in", f"2{place}1", day, ninth, tenth)
    loser = eighth if winner is seventh else seventh
    return [*conference[:6], winner, play("play_in", f"3{place}1", day + timedelta(days=2), loser, survivor)]


def _best_of_seven(number: int, day: date, pairs: list[list[Team]], play: Play) -> list[Team]:
    """The winners of a round, every series of which plays on the same dates."""
    wins = {team: 0 for pair in pairs for team in pair}
    for game, at_home in enumerate(_AT_HOME):
        for place, pair in enumerate(pairs):
            if max(wins[team] for team in pair) < _WINS:
                home, away = pair if at_home else pair[::-1]
                winner = play("playoffs", f"{number}{place}{game + 1}", day + timedelta(days=2 * game), home, away)
                wins[winner] += 1
    return [team for pair in pairs for team in pair if wins[team] == _WINS]
