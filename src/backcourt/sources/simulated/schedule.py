"""Who plays whom and when: a regular season in the shape of the real one, and a short one for small leagues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, islice
from random import Random
from zoneinfo import ZoneInfo

from backcourt.sources.simulated.teams import Team

EASTERN = ZoneInfo("America/New_York")
_OPENINGS = {2021: date(2021, 10, 19), 2022: date(2022, 10, 18), 2023: date(2023, 10, 24), 2024: date(2024, 10, 22)}
_FIRST_CUP = 2023
TUESDAY, THURSDAY, SATURDAY, SUNDAY = 1, 3, 5, 6
_GAMES_BY_WEEKDAY = (7.3, 5.4, 9.3, 4.9, 9.0, 6.6, 7.1)  # how the real seasons spread, Monday first
_TIPS = {  # Eastern hours and minutes by the home team's clock
    "America/New_York": ((19, 0), (19, 30), (19, 30), (20, 0)),
    "America/Chicago": ((20, 0), (20, 0), (20, 30)),
    "America/Denver": ((21, 0), (21, 30)),
    "America/Los_Angeles": ((22, 0), (22, 30)),
}
_TIPS["America/Phoenix"] = _TIPS["America/Denver"]
_TIPS["America/Detroit"] = _TIPS["America/Toronto"] = _TIPS["America/New_York"]
_TIPS["America/Indiana/Indianapolis"] = _TIPS["America/New_York"]


@dataclass(frozen=True, slots=True)
class Fixture:
    """A game to be played."""

    game_id: str
    game_date: date
    season_type: str
    home: Team
    away: Team
    tip: datetime
    neutral: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """The dates of a season: where the regular one begins and ends, and what else has its day."""

    start_year: int
    opening: date
    closing: date
    all_star: date | None
    cup_final: date | None
    dates: tuple[date, ...]


def opening_date(start_year: int) -> date:
    """First date of the regular season: the real one where it is known, else the third Tuesday of October."""
    return _OPENINGS.get(start_year) or _nth(start_year, 10, TUESDAY, 3)


def whole_calendar(start_year: int) -> Calendar:
    """The dates of a whole season, October to the second Sunday of April."""
    opening, closing = opening_date(start_year), _nth(start_year + 1, 4, SUNDAY, 2)
    all_star = _nth(start_year + 1, 2, SUNDAY, 3)
    cup = _nth(start_year, 12, SATURDAY, 2) if start_year >= _FIRST_CUP else None
    idle = {_nth(start_year, 11, THURSDAY, 4), date(start_year, 12, 24), cup}
    idle |= {all_star + timedelta(days=offset) for offset in range(-2, 4)}
    days = (opening + timedelta(days=offset) for offset in range((closing - opening).days + 1))
    return Calendar(start_year, opening, closing, all_star, cup, tuple(day for day in days if day not in idle))


def short_calendar(start_year: int, dates: int) -> Calendar:
    """The dates of a small league: as many as asked for, without a break."""
    opening = opening_date(start_year)
    days = tuple(opening + timedelta(days=offset) for offset in range(dates))
    return Calendar(start_year, opening, days[-1], None, None, days)


def regular_season(calendar: Calendar, teams: Sequence[Team], whole: bool, rng: Random) -> list[Fixture]:
    """Every game of the regular season in the order of its id, which is the order of play."""
    if whole:
        games = _spread(_whole_pairings(teams), calendar.dates, rng)
    else:
        games = list(_short_rounds(teams, calendar.dates, rng))
    games.sort(key=lambda game: (game[0], game[1].tricode))
    return [
        fixture(f"002{calendar.start_year % 100:02d}{number:05d}", day, "regular", home, away, rng)
        for number, (day, home, away) in enumerate(games, 1)
    ]


def preseason(calendar: Calendar, teams: Sequence[Team], rng: Random) -> list[Fixture]:
    """A few games in the two weeks before the opening date."""
    first = calendar.opening - timedelta(days=14)
    rounds = list(islice(_rounds(teams), 5))
    games = [
        (first + timedelta(days=2 * number + int(2 * rng.random())), home, away)
        for number, games in enumerate(rounds)
        for home, away in games
    ]
    games.sort(key=lambda game: (game[0], game[1].tricode))
    return [
        fixture(f"001{calendar.start_year % 100:02d}{number:05d}", day, "preseason", home, away, rng)
        for number, (day, home, away) in enumerate(games, 1)
    ]


def fixture(
    game_id: str, day: date, season_type: str, home: Team, away: Team, rng: Random, neutral: bool = False
) -> Fixture:
    """A game with its tip-off, in the evening of the home team."""
    hour, minute = rng.choice(_TIPS[home.timezone])
    return Fixture(game_id, day, season_type, home, away, at_eastern(day, hour, minute), neutral)


def at_eastern(day: date, hour: int, minute: int = 0) -> datetime:
    """The UTC moment of an Eastern wall clock, without a zone, as the files hold it."""
    return datetime.combine(day, time(hour, minute), EASTERN).astimezone(UTC).replace(tzinfo=None)


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _whole_pairings(teams: Sequence[Team]) -> list[tuple[Team, Team]]:
    """82 games each, 41 at home: four with the division, three or four with the conference, two with the others."""
    place = {team: index for division in _divisions(teams) for index, team in enumerate(division)}
    pairings: list[tuple[Team, Team]] = []
    for one, other in combinations(teams, 2):
        pairings += [(one, other), (other, one)]
        if one.conference != other.conference:
            continue
        turn = (place[one] + place[other]) % 5
        if one.division == other.division or turn > 1:
            pairings += [(one, other), (other, one)]
        else:
            first, second = sorted((one, other), key=lambda team: team.division)
            pairings.append((first, second) if turn == 0 else (second, first))
    return pairings


def _divisions(teams: Sequence[Team]) -> list[list[Team]]:
    names = sorted({team.division for team in teams})
    return [[team for team in teams if team.division == name] for name in names]


def _spread(pairings: list[tuple[Team, Team]], dates: Sequence[date], rng: Random) -> list[tuple[date, Team, Team]]:
    """Give every game a date: both teams free, few back-to-backs, never three days running, weekdays as in real life.

    A team's season is an integer with one bit per day, so that free days come out of a few shifts.
    """
    origin = dates[0]
    room = {(day - origin).days: _GAMES_BY_WEEKDAY[day.weekday()] for day in dates}
    room[0] = 2.0
    open_days = sum(1 << day for day in room)
    filled = dict.fromkeys(room, 0)
    busy: dict[Team, int] = {}
    placed: list[tuple[int, Team, Team]] = []
    queue = pairings[:]
    rng.shuffle(queue)
    for home, away in queue:
        day = _best_day(busy.get(home, 0), busy.get(away, 0), open_days, filled, room, rng)
        placed.append((day, home, away))
        _book(busy, filled, (home, away), day, 1)
    for _ in range(3):  # more looks: now the whole calendar is known
        for index, (day, home, away) in enumerate(placed):
            _book(busy, filled, (home, away), day, -1)
            day = _best_day(busy[home], busy[away], open_days, filled, room, rng)
            placed[index] = (day, home, away)
            _book(busy, filled, (home, away), day, 1)
    return [(origin + timedelta(days=day), home, away) for day, home, away in placed]


def _book(busy: dict[Team, int], filled: dict[int, int], teams: tuple[Team, Team], day: int, change: int) -> None:
    filled[day] += change
    for team in teams:
        busy[team] = busy.get(team, 0) ^ (1 << day)


def _best_day(home: int, away: int, open_days: int, filled: dict[int, int], room: dict[int, float], rng: Random) -> int:
    idle = open_days & ~(home | away)
    third = 0  # days that would be the third running
    for mask in (home, away):
        pair = mask & (mask << 1)
        third |= (pair << 1) | (pair >> 2) | ((mask << 1) & (mask >> 1))
    free = idle & ~third or idle
    rested = free & ~((home | away) << 1 | (home | away) >> 1)
    costs = {}
    for day, space in room.items():
        if free >> day & 1:
            crowd = filled[day] / space
            costs[day] = crowd + (3.0 if crowd > 1.9 else 0.3 * rng.random()) + (0.0 if rested >> day & 1 else 0.9)
    return min(costs, key=costs.__getitem__)


def _rounds(teams: Sequence[Team]) -> Iterator[list[tuple[Team, Team]]]:
    """Rounds without end, in each of which every team (but one, if they are odd) plays once; sides alternate."""
    ring: list[Team | None] = [*teams, None] if len(teams) % 2 else list(teams)
    half, flip = len(ring) // 2, False
    while True:
        for turn in range(len(ring) - 1):
            pairs = [(ring[place], ring[-1 - place]) for place in range(half)]
            yield [
                (two, one) if (turn + place) % 2 ^ flip else (one, two)
                for place, (one, two) in enumerate(pairs)
                if one and two
            ]
            ring = [ring[0], ring[-1], *ring[1:-1]]
        flip = not flip


def _short_rounds(teams: Sequence[Team], dates: Sequence[date], rng: Random) -> Iterator[tuple[date, Team, Team]]:
    """A round every two dates, split between them."""
    for (first, second), games in zip(zip(dates[::2], dates[1::2], strict=False), _rounds(teams), strict=False):
        rng.shuffle(games)
        for place, (home, away) in enumerate(games):
            yield (second if place % 2 else first), home, away
