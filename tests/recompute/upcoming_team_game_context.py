"""What upcoming_team_game_context must say, from the schedule, results, team box scores and what was said before."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

from absences import absences
from facts import Facts, Row, before, in_season
from game_market import market
from team_calendar import on_national_tv, place_in_the_season, rest, road, travel, venue, what_comes_next
from team_record import last_ten, meetings, opponent_of, ratio, record, results_before, season_before, streaks

NAME = "upcoming_team_game_context"

Columns = dict[str, Any]

MIRRORED = (
    "days_rest is_back_to_back games_in_last_7_days games_in_last_14_days next_game_days_rest games_in_next_7_days"
    " win_pct form_games_used_10 pace_last_10 offensive_rating_last_10 defensive_rating_last_10 ft_rate_allowed_last_10"
    " rebound_rate_last_10 pace_std_last_10 offensive_rating_std_last_10 defensive_rating_std_last_10"
).split()


def expected(facts: Facts, game_id: str, team_id: int) -> Columns:
    """Every column of the row of a game and a team."""
    game = facts.scheduled_game[game_id]
    own, other = of_team(facts, game, team_id), of_team(facts, game, opponent_of(game, team_id))
    return {
        **identified(facts, game, team_id),
        **own,
        **{f"opponent_{name}": other[name] for name in MIRRORED},
        "rest_advantage": difference(own["days_rest"], other["days_rest"]),
        "pace_differential": difference(own["pace_last_10"], other["pace_last_10"]),
        **meetings(results_before(facts, game, team_id), team_id, opponent_of(game, team_id)),
        **offers(facts, game, team_id),
        **absences(facts, game, team_id),
    }


def of_team(facts: Facts, game: Row, team_id: int) -> Columns:
    """Everything about the team that does not ask who the opponent is."""
    games = facts.team_schedule[team_id, game.season]
    earlier = before(games, game.game_date)
    results = results_before(facts, game, team_id)
    return {
        **place_in_the_season(games, earlier, game),
        **rest(earlier, game.game_date),
        **what_comes_next(facts, games, game, team_id),
        **travel(facts, earlier, game),
        **road(earlier, game, team_id),
        **record(results, team_id),
        **last_ten(results[-10:], team_id),
        **streaks(results, team_id),
        **season_before(facts, game, team_id),
        **form(facts, game, team_id),
    }


def identified(facts: Facts, game: Row, team_id: int) -> Columns:
    """The game as the schedule has it, and who plays."""
    opponent = opponent_of(game, team_id)
    return {
        "game_id": game.game_id,
        "team_id": team_id,
        "game_date": game.game_date,
        "season": game.season,
        "season_type": game.season_type,
        "team_abbr": facts.teams[team_id].tricode,
        "opponent_team_id": opponent,
        "opponent_team_abbr": facts.teams[opponent].tricode,
        "home_game": game.home_team_id == team_id,
        "neutral_site": bool(game.neutral_site),
        "cutoff_at": game.cutoff_at,
        "cutoff_kind": game.cutoff_kind,
        "national_tv": on_national_tv(facts, game),
        "venue_team_id": venue(game),
    }


# --- the market ---


def offers(facts: Facts, game: Row, team_id: int) -> Columns:
    """Spread and total, each by itself; what is home's gain is the visitor's loss."""
    lines = facts.game_lines.get(game.game_id, [])
    spread = market(lines, "home_spread", game.cutoff_at)
    total = market(lines, "total", game.cutoff_at)
    sign = 1 if game.home_team_id == team_id else -1
    signed = {name: None if spread[name] is None else sign * spread[name] for name in ("line", "opening", "movement")}
    known = signed["line"] is not None and total["line"] is not None
    return {
        "spread": signed["line"],
        "opening_spread": signed["opening"],
        "spread_movement": signed["movement"],
        "spread_quality": spread["quality"],
        "spread_at": spread["at"],
        "spread_books": spread["books"],
        "game_total": total["line"],
        "opening_total": total["opening"],
        "total_movement": total["movement"],
        "total_quality": total["quality"],
        "total_at": total["at"],
        "total_books": total["books"],
        "implied_team_total": (total["line"] - signed["line"]) / 2 if known else None,
    }


# --- form ---


def form(facts: Facts, game: Row, team_id: int) -> Columns:
    """Rates over the last 10 games with team box scores, and ratings of the season at home and away."""
    allowed = {one.game_id: one for one in facts.defense.get(team_id, [])}
    earlier = in_season(before(facts.offense.get(team_id, []), game.game_date), game.season)
    both = [(own, allowed[own.game_id]) for own in earlier if own.game_id in allowed]
    home = [own for own, _ in both if own.home_game]
    away = [own for own, _ in both if not own.home_game]
    return {
        "form_games_used_10": len(both[-10:]),
        **rates([own for own, _ in both[-10:]], [against for _, against in both[-10:]]),
        **spreads([own for own, _ in both[-10:]], [against for _, against in both[-10:]]),
        "home_form_games": len(home),
        "offensive_rating_home_season": offensive_rating(home),
        "away_form_games": len(away),
        "offensive_rating_away_season": offensive_rating(away),
    }


def rates(own: Sequence[Row], against: Sequence[Row]) -> Columns:
    """Every rate a ratio of sums."""
    possessions_allowed = total(against, "opponent_possessions_hundredths")
    offensive = offensive_rating(own)
    defensive = ratio(10000 * total(against, "points_allowed"), possessions_allowed)
    rebounds = total(own, "rebounds")
    shots = 2 * total(own, "fg_attempts")
    return {
        "pace_last_10": ratio(total(own, "possessions_hundredths") * 2880, 100 * total(own, "game_seconds")),
        "offensive_rating_last_10": offensive,
        "defensive_rating_last_10": defensive,
        "net_rating_last_10": difference(offensive, defensive),
        "ft_rate_allowed_last_10": ratio(10000 * total(against, "opp_ft_attempts"), possessions_allowed),
        "rebound_rate_last_10": ratio(rebounds, rebounds + total(against, "opp_rebounds")),
        "efg_pct_last_10": ratio(2 * total(own, "fg_makes") + total(own, "three_pt_makes"), shots),
    }


def offensive_rating(games: Sequence[Row]) -> float | None:
    """Points per 100 possessions."""
    return ratio(10000 * total(games, "points_scored"), total(games, "possessions_hundredths"))


def spreads(own: Sequence[Row], against: Sequence[Row]) -> Columns:
    """How far the games' own rates lie apart."""
    return {
        "pace_std_last_10": deviation([whole(g.possessions_hundredths * 2880, g.game_seconds) for g in own]),
        "offensive_rating_std_last_10": deviation(
            [whole(1000000 * g.points_scored, g.possessions_hundredths) for g in own]
        ),
        "defensive_rating_std_last_10": deviation(
            [whole(1000000 * g.points_allowed, g.opponent_possessions_hundredths) for g in against]
        ),
    }


def deviation(hundredths: Sequence[int]) -> float | None:
    """Sample standard deviation."""
    n, sx, sxx = len(hundredths), sum(hundredths), sum(x * x for x in hundredths)
    return sqrt((n * sxx - sx * sx) / (10000 * n * (n - 1))) if n >= 2 else None


# --- arithmetic ---


def whole(part: int, by: int) -> int:
    """The ratio as a whole number, halves up."""
    return (2 * part + by) // (2 * by)


def total(games: Sequence[Row], column: str) -> int:
    """A column summed over games that all have it."""
    return sum(game[column] for game in games)


def difference(one: Any, other: Any) -> Any:
    """One less the other; NULL if either is not known."""
    return None if one is None or other is None else one - other
