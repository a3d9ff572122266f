"""A whole league, played and written: one CSV file per raw table and season, and the registries."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from backcourt.errors import UsageError
from backcourt.names import name_key
from backcourt.seasons import season_label
from backcourt.sources.simulated.people import FIRST_SEASON, Player
from backcourt.sources.simulated.season import Season
from backcourt.sources.simulated.teams import TEAMS, Team, distance_tenth_miles
from backcourt.sources.simulated.writer import SeasonFiles, write_registry

WHOLE_LEAGUE = len(TEAMS)


@dataclass(frozen=True)
class LeagueSize:
    """How much to simulate; `dates` None is a whole season, `post_season` None is one for whole leagues only."""

    teams: int = WHOLE_LEAGUE
    dates: int | None = None
    post_season: bool | None = None

    @property
    def whole(self) -> bool:
        """A season in the real shape: thirty teams, 82 games each."""
        return self.teams == WHOLE_LEAGUE and self.dates is None

    @property
    def has_post_season(self) -> bool:
        """Whether play-in and playoffs (in a small league: playoffs of four) are played."""
        return self.whole if self.post_season is None else self.post_season


SMALL = LeagueSize(teams=6, dates=30)


def write_league(folder: Path, seasons: Sequence[int], seed: int = 1, size: LeagueSize | None = None) -> None:
    """Simulate seasons, named by their start years, and write them as CSV files; the same arguments, the same bytes."""
    size = size or LeagueSize()
    _refuse_nonsense(seasons, size)
    folder.mkdir(parents=True, exist_ok=True)
    teams = TEAMS[: size.teams]
    players: dict[int, Player] = {}
    for start_year in sorted(set(seasons)):
        with SeasonFiles(folder, season_label(start_year)) as files, _no_cycle_search():
            season = Season(start_year, seed, teams, size.dates, size.has_post_season, files)
            season.play()
        players.update(season.rosters.players)
    _write_registries(folder, teams, players)


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """Millions of small tuples and not one cycle among them: looking for cycles would be a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _refuse_nonsense(seasons: Sequence[int], size: LeagueSize) -> None:
    for start_year in seasons:
        if not FIRST_SEASON <= start_year <= 2099:
            why = f"the simulated league plays from {FIRST_SEASON} to 2099"
            raise UsageError.bad_scope("--seasons", str(start_year), why, str(FIRST_SEASON + 1))
    if not 2 <= size.teams <= WHOLE_LEAGUE:
        raise UsageError.bad_scope("teams", str(size.teams), f"a league has 2 to {WHOLE_LEAGUE} teams", "6")
    if size.dates is not None and not 2 <= size.dates <= 170:
        raise UsageError.bad_scope("dates", str(size.dates), "a season has 2 to 170 dates", "30")


def _write_registries(folder: Path, teams: Sequence[Team], players: dict[int, Player]) -> None:
    write_registry(
        folder,
        "teams",
        [
            (team.team_id, team.tricode, team.full_name, team.nickname, team.city, team.conference, team.division)
            for team in teams
        ],
    )
    write_registry(folder, "players", [_player_row(players[player_id]) for player_id in sorted(players)])
    write_registry(
        folder,
        "arenas",
        [
            (team.team_id, team.arena, team.arena_city, _micro(team.latitude), _micro(team.longitude), team.timezone)
            for team in teams
        ],
    )
    write_registry(
        folder,
        "arena_distances",
        [(one.team_id, other.team_id, distance_tenth_miles(one, other)) for one, other in permutations(teams, 2)],
    )


def _player_row(player: Player) -> tuple[object, ...]:
    body = (player.birth_date, player.height_in, player.weight_lb)
    return (player.player_id, player.name, name_key(player.name), player.position, *body)


def _micro(degrees: float) -> int:
    return round(degrees * 1_000_000)
