"""Is the schedule there, and can it be true? Everything that is expected is counted from it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from backcourt.checks.finding import Finding, Outcome
from backcourt.checks.preflight.ground import Ground
from backcourt.engine import ledger, ranks
from backcourt.engine.origin import ingest_words
from backcourt.seasons import eastern_date, season_window
from backcourt.warehouse.duckdb import Warehouse

TEAMS, GAMES_OF_TEAM = 30, 82
GAMES = TEAMS * GAMES_OF_TEAM // 2

_SEASONS = """
WITH listed AS (SELECT * FROM raw.games_current WHERE season_type = 'regular'),
sides AS (
  SELECT season, home_team_id AS team_id, game_date, takes_place FROM listed
  UNION ALL SELECT season, away_team_id, game_date, takes_place FROM listed),
teams AS (
  SELECT season, team_id, COUNT(*) AS listed, COUNT(*) FILTER (WHERE takes_place) AS games,
    COUNT(*) FILTER (WHERE takes_place) - COUNT(DISTINCT game_date) FILTER (WHERE takes_place) AS twice
  FROM sides GROUP BY ALL),
by_team AS (
  SELECT season, COUNT(team_id) AS teams, COUNT(*) - COUNT(team_id) AS nameless, MIN(games) AS fewest, MAX(games) AS most,
    MIN(listed) AS fewest_listed, MAX(listed) AS most_listed, SUM(twice) AS twice
  FROM teams GROUP BY season)
SELECT g.season, COUNT(*) FILTER (WHERE g.takes_place) AS games, COUNT(*) FILTER (WHERE NOT g.takes_place) AS called_off,
  MIN(t.teams), MIN(t.fewest), MIN(t.most), MIN(t.fewest_listed), MIN(t.most_listed), MIN(t.twice),
  COUNT(*) FILTER (WHERE g.takes_place AND NOT g.is_final AND g.game_date < $day) AS overdue,
  COUNT(*) FILTER (WHERE g.home_team_id IS NOT DISTINCT FROM g.away_team_id) + MIN(t.nameless) AS sides,
  COUNT(*) FILTER (WHERE NOT regexp_full_match(g.game_id, '00[1-6][0-9]{7}') OR g.game_id[4:5] <> g.season[3:4]) AS ids
FROM listed AS g JOIN by_team AS t ON t.season = g.season GROUP BY g.season ORDER BY g.season"""


@dataclass(frozen=True)
class Season:
    """The regular season of a schedule: games that take place, those called off, and how they fall to teams.

    `twice` counts games of a team that already has one on the date, `overdue` those of the past without a result,
    `sides` those without two different teams, `ids` those whose id is none or of another season.
    """

    season: str
    games: int
    called_off: int
    teams: int
    fewest: int
    most: int
    fewest_listed: int
    most_listed: int
    twice: int
    overdue: int
    sides: int
    ids: int


def schedule(ground: Ground) -> Iterator[Finding]:
    """Each season of the scope has a schedule, with as many games as there must be."""
    opened, scope = ground.opened, ground.scope
    days = opened.rows("SELECT DISTINCT season, game_date FROM ledger.schedule")
    seasons = {season for season, day in days if scope.includes(day, season)}
    for season in sorted(set(scope.seasons) - seasons):
        yield Finding("schedule", "fail", "no game of it is in the scope", season, hint=_ingest(ground, season))
    if not days or (not seasons and not scope.seasons):
        said = "no game that counts is in the scope" if days else "there is none"
        yield Finding("schedule", "fail", said, hint=_ingest(ground))
    today = _today(ground)
    kind = ledger.meta(opened, "kind")
    found = {season.season: season for season in read_seasons(opened, today)}
    for name in sorted(seasons):
        if name in found:
            yield judge(found[name], kind, today)
        else:
            yield Finding("schedule", "fail", "it has no regular season", name, hint=_ingest(ground, name))


def read_seasons(warehouse: Warehouse, today: date) -> list[Season]:
    """Every season with regular games; a game is overdue that had no result two days after its date."""
    rows = warehouse.rows(_SEASONS, {"day": today - timedelta(days=1)})
    return [Season(*row) for row in rows]


def judge(season: Season, kind: str | None, today: date) -> Finding:
    """A finished real season has 1,230 games, 82 for each of 30 teams; one under way no more; a league as many for each team."""
    wrong = [*_impossible(season), *(_of_league(season) if kind == "simulated" else _of_nba(season, today))]
    unfinished = _unfinished(season, kind, today)
    outcome: Outcome = "fail" if wrong else "warn" if unfinished else "pass"
    each = f"{season.fewest}" if season.fewest == season.most else f"{season.fewest} to {season.most}"
    said = f"{season.games:,} regular games, {season.teams} teams, {each} games each"
    said = ": ".join([said, "; ".join(wrong + unfinished)] if wrong or unfinished else [said])
    figures = {name: value for name, value in vars(season).items() if name != "season"}
    hint = "Ingest its schedule file again; everything that is expected is counted from it." if wrong else ""
    return Finding("schedule", outcome, said, season.season, figures, _SEASONS, hint)


def _impossible(season: Season) -> Iterator[str]:
    if season.sides:
        yield f"{season.sides} games have not two different teams"
    if season.twice:
        yield f"{season.twice} games are the second of a team on one date"
    if season.ids:
        yield f"{season.ids} games have an id that is none, or of another season"


def _of_league(season: Season) -> Iterator[str]:
    """Every team plays as often as any other; of an odd number of teams one sits out each round."""
    spread = 1 if season.teams % 2 else 0
    if season.most_listed - season.fewest_listed > spread:
        yield f"a team has {season.fewest_listed} and another {season.most_listed}"


def _of_nba(season: Season, today: date) -> Iterator[str]:
    listed = season.games + season.called_off
    if season.most > GAMES_OF_TEAM or season.games > GAMES:
        yield f"there are {GAMES:,} in all and {GAMES_OF_TEAM} for each team"
    elif _is_over(season, today):
        if season.teams != TEAMS:
            yield f"{TEAMS} teams play in a season"
        if listed < GAMES or season.fewest_listed < GAMES_OF_TEAM:
            yield f"{GAMES - listed:,} of {GAMES:,} are missing, and the season is over"
        if season.overdue:
            yield f"{season.overdue} have no result, and the season is over"


def _unfinished(season: Season, kind: str | None, today: date) -> list[str]:
    """What is no mistake of the schedule, and worth knowing."""
    found = []
    listed = season.games + season.called_off
    if kind != "simulated" and listed < GAMES and not _is_over(season, today):
        found.append(f"{listed:,} of {GAMES:,} are listed so far")
    if season.called_off:
        found.append(f"{season.called_off} were called off and have no new date")
    if season.overdue and (kind == "simulated" or not _is_over(season, today)):
        found.append(f"{season.overdue} of the past have no result")
    return found


def _is_over(season: Season, today: date) -> bool:
    return today > season_window(season.season)[1]


def _today(ground: Ground) -> date:
    """The Eastern date of now, or of the moment whose knowledge an excerpt holds."""
    moment = ledger.as_of(ground.opened)
    return eastern_date(moment) if moment else ground.clock.today_eastern()


def _ingest(ground: Ground, *seasons: str) -> str:
    sources = ranks.all_sources(ground.opened)
    words = ingest_words(ground.opened, sources[0], seasons) if sources else ("ingest", "SOURCE")
    return f"Fill it with  backcourt {shlex.join(words)}"
