"""What league_averages must say, from the team rows of the games before a date alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Any

from facts import Facts, Row, prior_season

NAME = "league_averages"

Columns = dict[str, Any]
Sums = Counter[str]

BOX = (
    "points_scored possessions_hundredths game_seconds fg_makes fg_attempts three_pt_makes ft_attempts turnovers"
    " offensive_rebounds rebounds"
).split()
ZONES = (
    "team_paint_makes team_paint_attempts team_mid_range_makes team_mid_range_attempts team_three_makes_pbp"
    " team_three_attempts_pbp"
).split()


def expected(facts: Facts, game_date: date) -> Columns:
    """Every column of the row of a date."""
    season = season_of(facts)[game_date]
    so_far = sums_before(facts, season, game_date)
    season_before = sums_before(facts, prior_season(season), game_date)
    basis = chosen(so_far["team_rows"] // 2, season_before["team_rows"] // 2)
    zone_basis = chosen(so_far["zone_rows"] // 2, season_before["zone_rows"] // 2)
    return {
        "game_date": game_date,
        "season": season,
        "basis": basis,
        **box_figures(season_before if basis == "prior_season" else so_far),
        "zone_basis": zone_basis,
        **zone_figures(season_before if zone_basis == "prior_season" else so_far),
    }


def chosen(games_so_far: int, games_of_season_before: int) -> str:
    """Which games speak."""
    if games_so_far >= 100:
        return "season"
    if games_so_far < games_of_season_before:
        return "prior_season"
    return "season_start"


# --- the figures ---


def box_figures(sums: Sums) -> Columns:
    """Figures of the box score."""
    points, possessions = sums["points_scored"], sums["possessions_hundredths"]
    shooting = 100 * sums["fg_attempts"] + 44 * sums["ft_attempts"]
    return {
        "games_used": sums["team_rows"] // 2,
        "points_per_game": tenths(points, sums["team_rows"]),
        "offensive_rating": tenths(10000 * points, possessions),
        "pace": tenths(possessions * 2880, 100 * sums["game_seconds"]),
        "ts_pct": thousandths(50 * points, shooting),
        "efg_pct": thousandths(2 * sums["fg_makes"] + sums["three_pt_makes"], 2 * sums["fg_attempts"]),
        "ft_attempts_per_100": tenths(10000 * sums["ft_attempts"], possessions),
        "turnovers_per_100": tenths(10000 * sums["turnovers"], possessions),
        "offensive_rebound_rate": thousandths(sums["offensive_rebounds"], sums["rebounds"]),
        "home_win_pct": thousandths(sums["home_wins"], sums["home_rows"]),
    }


def zone_figures(sums: Sums) -> Columns:
    """Figures of the shots."""
    paint, mid_range = sums["team_paint_attempts"], sums["team_mid_range_attempts"]
    three = sums["team_three_attempts_pbp"]
    return {
        "zone_games_used": sums["zone_rows"] // 2,
        "paint_pct": thousandths(sums["team_paint_makes"], paint),
        "mid_range_pct": thousandths(sums["team_mid_range_makes"], mid_range),
        "three_pt_pct": thousandths(sums["team_three_makes_pbp"], three),
        "paint_rate": thousandths(paint, paint + mid_range + three),
        "mid_range_rate": thousandths(mid_range, paint + mid_range + three),
        "three_pt_rate": thousandths(three, paint + mid_range + three),
    }


def tenths(part: int, whole: int) -> float | None:
    """The ratio to one decimal, halves up; NULL of nothing."""
    return rounded(part, whole, 10)


def thousandths(part: int, whole: int) -> float | None:
    """The ratio to three decimals, halves up; NULL of nothing."""
    return rounded(part, whole, 1000)


def rounded(part: int, whole: int, steps: int) -> float | None:
    """The ratio in whole steps of 1 / `steps`."""
    return floor(Fraction(part, whole) * steps + Fraction(1, 2)) / steps if whole else None


# --- the sums ---


@lru_cache(maxsize=1)
def season_of(facts: Facts) -> dict[date, str]:
    """The season of every date with a game, by the schedule."""
    return {game.game_date: game.season for game in facts.schedule}


@lru_cache(maxsize=1)
def sums_by_date(facts: Facts) -> dict[str, dict[date, Sums]]:
    """By season and date the sums over the team rows of that date; they are added up anew for every row."""
    days: dict[str, dict[date, Sums]] = defaultdict(dict)
    for row in facts.offense_of.values():
        days[row.season].setdefault(row.game_date, Counter()).update(counted(row))
    return days


def counted(row: Row) -> dict[str, int]:
    """What one team row adds to the sums; its zones only where its shots agree with the box score."""
    numbers = {name: row[name] for name in BOX}
    numbers |= {"team_rows": 1, "home_rows": int(row.home_game), "home_wins": int(row.home_game and row.win_flag)}
    if row.has_shot_zones:
        numbers |= {"zone_rows": 1} | {name: row[name] for name in ZONES}
    return numbers


def sums_before(facts: Facts, season: str, day: date) -> Sums:
    """Sums over the rows of a season before a date."""
    return added(sums for played_on, sums in sums_by_date(facts).get(season, {}).items() if played_on < day)


def added(every: Iterable[Sums]) -> Sums:
    """All of them in one."""
    total: Sums = Counter()
    for sums in every:
        total.update(sums)
    return total
