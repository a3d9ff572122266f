"""What the two contexts before a game must say of rest, load, record and form, from schedule, results and box scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise, takewhile
from typing import Any

from backcourt.checks.validate.spot.box import game_seconds, possessions_hundredths
from backcourt.checks.validate.spot.clock import Clock
from backcourt.checks.validate.spot.raw import Game, Line, Raw, before, ratio, season_before
from backcourt.checks.validate.spot.windows import mean

Columns = dict[str, Any]


# --- upcoming_team_game_context ---------------------------------------------------------------------------------------

_OF_BOTH = "days_rest is_back_to_back games_in_last_7_days games_in_last_14_days win_pct form_games_used_10 pace_last_10".split()


def team_context(raw: Raw, game_id: str, team: int) -> Columns:
    """The row of a team and a game: rest, record, streaks and form of its own, and some of the opponent's."""
    game = raw.game(game_id)
    opponent = game.opponent(team) or 0
    own, other = _own_context(raw, game, team), _own_context(raw, game, opponent)
    met = [one for one in raw.finals(team, game.season, game.game_date) if one.opponent(team) == opponent]
    return {
        "game_date": game.game_date,
        "season": game.season,
        "season_type": game.season_type,
        "opponent_team_id": opponent,
        "home_game": team == game.home,
        **own,
        **{f"opponent_{name}": other[name] for name in _OF_BOTH},
        "rest_advantage": _less(own["days_rest"], other["days_rest"]),
        "pace_differential": _less(own["pace_last_10"], other["pace_last_10"]),
        "games_vs_opponent_season": len(met),
        "wins_vs_opponent_season": sum(one.margin(team) > 0 for one in met),
        "margin_vs_opponent_season": sum(one.margin(team) for one in met) if met else None,
    }


def _own_context(raw: Raw, game: Game, team: int) -> Columns:
    day = game.game_date
    earlier = before(raw.schedule(team, game.season), day)
    days = [one.game_date for one in earlier]
    rest = (day - days[-1]).days if days else None
    return {
        "game_number_in_season": len(earlier) + 1,
        "last_game_date": days[-1] if days else None,
        "days_rest": rest,
        "is_back_to_back": rest == 1,
        "games_in_last_7_days": len(_within(days, day, 7)),
        "games_in_last_14_days": len(_within(days, day, 14)),
        "back_to_backs_last_14_days": _back_to_backs(_within(days, day, 14)),
        **_record(raw.finals(team, game.season, day), team),
        **_form(raw, raw.finals(team, game.season, day), team),
    }


def _record(games: Sequence[Game], team: int) -> Columns:
    margins = [one.margin(team) for one in games]
    home = [one.margin(team) for one in games if one.home == team]
    away = [one.margin(team) for one in games if one.home != team]
    newest = margins[-10:]
    return {
        "wins": _won(margins),
        "losses": len(margins) - _won(margins),
        "win_pct": ratio(_won(margins), len(margins)),
        "home_games": len(home),
        "home_win_pct": ratio(_won(home), len(home)),
        "away_games": len(away),
        "away_win_pct": ratio(_won(away), len(away)),
        "games_used_10": len(newest),
        "wins_last_10": _won(newest),
        "average_margin_last_10": ratio(sum(newest), len(newest)),
        "blowout_rate_last_10": ratio(sum(abs(one) >= 15 for one in newest), len(newest)),
        "win_streak": len(list(takewhile(lambda one: one > 0, reversed(margins)))),
        "loss_streak": len(list(takewhile(lambda one: one < 0, reversed(margins)))),
        "last_game_margin": margins[-1] if margins else None,
        "last_game_result": ("W" if margins[-1] > 0 else "L") if margins else None,
    }


def _won(margins: Sequence[int]) -> int:
    return sum(one > 0 for one in margins)


def _form(raw: Raw, games: Sequence[Game], team: int) -> Columns:
    """Rates over the newest ten games with box scores of both teams, each a ratio of sums."""
    pairs = [(raw.team_line(one, team), raw.team_line(one, one.opponent(team) or 0)) for one in games]
    both = [(own, other) for own, other in pairs if own is not None and other is not None][-10:]
    own, other = [one for one, _ in both], [one for _, one in both]
    offensive, defensive = _rating(own), _rating(other)
    seconds = sum(game_seconds(line) for line in own)
    rebounds = sum(line.rebounds for line in own)
    return {
        "form_games_used_10": len(both),
        "pace_last_10": ratio(sum(possessions_hundredths(line) for line in own) * 2880, 100 * seconds),
        "offensive_rating_last_10": offensive,
        "defensive_rating_last_10": defensive,
        "net_rating_last_10": _less(offensive, defensive),
        "rebound_rate_last_10": ratio(rebounds, rebounds + sum(line.rebounds for line in other)),
        "efg_pct_last_10": ratio(
            sum(2 * line.fg_made + line.three_made for line in own), 2 * sum(line.fg_attempted for line in own)
        ),
    }


def _rating(lines: Sequence[Line]) -> float | None:
    return ratio(10000 * sum(line.points for line in lines), sum(possessions_hundredths(line) for line in lines))


# --- upcoming_player_game_context -------------------------------------------------------------------------------------


def player_context(raw: Raw, clock: Clock, game_id: str, player: int, team: int) -> Columns:
    """The row of a player and a game: his rest and load, his newest games, what he did against the opponent."""
    game = raw.game(game_id)
    day, opponent = game.game_date, game.opponent(team)
    games = raw.played(player, game.season, day)
    against = [
        line
        for line in [*raw.played(player, season_before(game.season), day), *games]
        if line.game.opponent(line.team_id) == opponent
    ]
    of_team = raw.finals(team, game.season, day)
    with_box = [one for one in of_team if _has_box(raw, one)]
    unknown = [one.game_date for one in of_team if not _has_box(raw, one)]
    points = {count: mean(games[-count:], "points") for count in (3, 5, 10)}
    own = _own_context(raw, game, team)
    other = _own_context(raw, game, opponent or 0)
    return {
        "game_date": day,
        "season": game.season,
        "season_type": game.season_type,
        "opponent_team_id": opponent,
        "home_game": team == game.home,
        "team_days_rest": own["days_rest"],
        "opponent_days_rest": other["days_rest"],
        "rest_advantage": _less(own["days_rest"], other["days_rest"]),
        "win_streak": own["win_streak"],
        "loss_streak": own["loss_streak"],
        **_load(clock, day, games, unknown),
        "games_missed_streak": sum(not games or one.game_date > games[-1].game_date for one in with_box),
        "season_games": len(games),
        **{f"games_used_{count}": len(games[-count:]) for count in points},
        **{f"points_avg_last_{count}": one for count, one in points.items()},
        "games_vs_opponent": len(against),
        "points_avg_vs_opponent": mean(against, "points"),
        "former_team_game": any(
            line.team_id == opponent for line in [*raw.played(player, season_before(game.season), day), *games]
        ),
    }


def _has_box(raw: Raw, game: Game) -> bool:
    return (game.game_id, game.home) in raw.boxed or (game.game_id, game.away) in raw.boxed


def _load(clock: Clock, day: date, games: Sequence[Line], unknown: Sequence[date]) -> Columns:
    """Rest and load by his own games; a game of his team without a box score makes some of it unknown."""
    days = [line.game_date for line in games]
    known = bool(days) and not any(one > days[-1] for one in unknown)
    last_7, last_14 = ([line for line in games if _within([line.game_date], day, span)] for span in (7, 14))
    seconds_7 = None if _within(unknown, day, 7) else _seconds(clock, last_7)
    seconds_14 = None if _within(unknown, day, 14) else _seconds(clock, last_14)
    return {
        "days_rest": (day - days[-1]).days if known else None,
        "back_to_back": day - timedelta(days=1) in days,
        "games_in_last_7_days": len(last_7),
        "games_in_last_14_days": len(last_14),
        "games_without_box_last_14_days": len(_within(unknown, day, 14)),
        "seconds_in_last_7_days": seconds_7,
        "seconds_in_last_14_days": seconds_14,
        "minutes_in_last_7_days": None if seconds_7 is None else seconds_7 / 60,
        "minutes_in_last_14_days": None if seconds_14 is None else seconds_14 / 60,
        "minutes_per_game_last_7_days": None if seconds_7 is None else ratio(seconds_7, 60 * len(last_7)),
        "back_to_backs_last_14_days": _back_to_backs([line.game_date for line in last_14]),
    }


def _seconds(clock: Clock, games: Sequence[Line]) -> int | None:
    seconds = [clock.seconds(line) for line in games]
    known = [one for one in seconds if one is not None]
    return sum(known) if len(known) == len(seconds) else None


# --- days -------------------------------------------------------------------------------------------------------------


def _within(days: Sequence[date], day: date, span: int) -> list[date]:
    """Those of the last so many days before the day."""
    return [one for one in days if day - timedelta(days=span) <= one < day]


def _back_to_backs(days: Sequence[date]) -> int:
    return sum((later - sooner).days == 1 for sooner, later in pairwise(days))


def _less(one: Any, other: Any) -> Any:
    return None if one is None or other is None else one - other
