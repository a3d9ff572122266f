"""The sheets of a game: its line in the schedule, its box scores, who did not play, who refereed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from backcourt.sources.simulated.box import Box
from backcourt.sources.simulated.people import People
from backcourt.sources.simulated.rosters import State, States
from backcourt.sources.simulated.schedule import Fixture, at_eastern
from backcourt.sources.simulated.teams import Team
from backcourt.sources.simulated.writer import Row, SeasonFiles, boolean, timestamp

FIRST_OFFICIAL_ID, OFFICIALS = 9_900_001, 72
_NEUTRAL_ARENA = ("T-Mobile Arena", "Las Vegas")
_ALL_STAR_ARENA = ("United Center", "Chicago")
_COACH = "DNP - Coach's Decision"
_NETWORKS = ("ESPN", "TNT", "ABC", "NBA TV")


class Sheets:
    """Writes the small tables of a season's games."""

    def __init__(self, season: str, files: SeasonFiles) -> None:
        self.season, self.files = season, files
        # The crew is the same every season; its names come from the players' lists.
        crew = People(0)
        self.officials = [(FIRST_OFFICIAL_ID + n, crew.create(0, 2000).name) for n in range(OFFICIALS)]

    def game(self, game: Fixture, home_points: int, away_points: int, rng: Random) -> None:
        """The game's line in the schedule, final."""
        actual = game.tip + timedelta(minutes=8 + int(5 * rng.random()))
        network = _NETWORKS[int(len(_NETWORKS) * rng.random())] if rng.random() < 0.2 else None
        arena = _NEUTRAL_ARENA if game.neutral else (game.home.arena, game.home.arena_city)
        self._schedule(
            (game.game_id, game.game_date, self.season, game.season_type, game.home.team_id, game.away.team_id),
            (timestamp(game.tip), timestamp(actual), home_points, away_points, "final"),
            (boolean(game.neutral), *arena, network),
        )

    def all_star(self, start_year: int, day: date) -> None:
        """An exhibition of two sides that are no teams."""
        tip = at_eastern(day, 20)
        self._schedule(
            (f"003{start_year % 100:02d}00001", day, self.season, "all_star", None, None),
            (timestamp(tip), timestamp(tip + timedelta(minutes=14)), 184, 175, "final"),
            (boolean(True), *_ALL_STAR_ARENA, "TNT"),
        )

    def _schedule(self, which: Row, result: Row, where: Row) -> None:
        self.files.add("games", [(*which, *result, *where)])

    def boxes(self, game: Fixture, box: Box, minutes: int, starters: Sequence[str], states: States) -> None:
        """Both teams' lines, their players', and who was listed and did not appear."""
        started = frozenset(starters)
        when = (game.game_date, self.season, game.season_type)
        for team, other in ((game.home, game.away), (game.away, game.home)):
            is_home = boolean(team is game.home)
            listed = states[team]
            ours = frozenset(str(player.player_id) for player, _ in listed)
            team_row = (game.game_id, team.team_id, *when, other.team_id, is_home, minutes, *box.team(ours))
            self.files.add("team_box", [team_row])
            self.files.add("player_box", self._player_rows(game, box, started, (team, other, is_home), listed))
            self.files.add("did_not_play", self._absent_rows(game, box, team, listed))

    def _player_rows(
        self, game: Fixture, box: Box, started: frozenset[str], teams: tuple[Team, Team, str], listed: Sequence[State]
    ) -> Iterator[Row]:
        team, other, is_home = teams
        when = (game.game_date, self.season, game.season_type, team.team_id, other.team_id)
        for player, _ in listed:
            key = str(player.player_id)
            if box.appeared(key):
                who = (player.name, is_home, boolean(key in started), box.seconds[key], "exact")
                yield game.game_id, key, *when, *who, *box.lines[key]

    def _absent_rows(self, game: Fixture, box: Box, team: Team, listed: Sequence[State]) -> Iterator[Row]:
        for player, health in listed:
            if not box.appeared(str(player.player_id)):
                reason = _COACH if health.plays else f"DND - {health.reason}"
                yield game.game_id, player.player_id, game.game_date, self.season, team.team_id, reason

    def crew(self, game: Fixture, rng: Random) -> None:
        """Three officials."""
        chosen = rng.sample(self.officials, 3)
        rows = [(game.game_id, number, game.game_date, name, slot) for slot, (number, name) in enumerate(chosen, 1)]
        self.files.add("officials", rows)
