"""One season, played game by game into its files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from backcourt.seasons import season_label
from backcourt.sources.simulated import market
from backcourt.sources.simulated.box import Box, team_minutes
from backcourt.sources.simulated.game import Game
from backcourt.sources.simulated.people import squads_of
from backcourt.sources.simulated.postseason import play_postseason
from backcourt.sources.simulated.reports import injury_rows
from backcourt.sources.simulated.rosters import Rosters, State, States
from backcourt.sources.simulated.rotation import meant, tonight
from backcourt.sources.simulated.schedule import (
    Fixture,
    fixture,
    preseason,
    regular_season,
    short_calendar,
    whole_calendar,
)
from backcourt.sources.simulated.sheets import Sheets
from backcourt.sources.simulated.sides import Seat, Side, Style
from backcourt.sources.simulated.teams import TEAMS, Team
from backcourt.sources.simulated.writer import SeasonFiles


class Season:
    """One season of a league, played into its files."""

    def __init__(
        self, start_year: int, seed: int, teams: Sequence[Team], dates: int | None, post_season: bool, out: SeasonFiles
    ) -> None:
        self.year, self.key = start_year, f"{seed}/{start_year}"
        self.teams, self.post_season, self.files = teams, post_season, out
        self.whole = dates is None and len(teams) == len(TEAMS)
        self.calendar = whole_calendar(start_year) if dates is None else short_calendar(start_year, dates)
        last = date(start_year + 1, 6, 30) if post_season else self.calendar.closing
        first = self.calendar.opening - timedelta(days=21)
        squads = squads_of(seed, [team.team_id for team in teams], start_year)
        self.rosters = Rosters(seed, start_year, squads, first, self.calendar.opening, last)
        rng = Random(f"{self.key}/styles")
        self.styles = {team: Style(rng.gauss(0, 0.024), rng.gauss(0, 0.024), rng.gauss(1, 0.018)) for team in teams}
        self.wins = dict.fromkeys(teams, 0)
        self.sheets = Sheets(season_label(start_year), out)

    def play(self) -> None:
        """Every game in its turn, then what happened off the court."""
        rng = Random(f"{self.key}/schedule")
        whole, calendar = self.whole, self.calendar
        for game in preseason(calendar, self.teams, rng):
            self._exhibition(game)
        if calendar.all_star and whole:
            self.sheets.all_star(self.year, calendar.all_star)
        fixtures = regular_season(calendar, self.teams, whole, rng)
        cup_played = calendar.cup_final is None or not whole
        for game in fixtures:
            if not cup_played and calendar.cup_final and game.game_date > calendar.cup_final:
                self._cup_final(calendar.cup_final, rng)
                cup_played = True
            self.wins[self._play(game)] += 1
        if self.post_season:
            play_postseason(calendar, self._ranking(), whole, self._play, rng)
        self.files.add("rosters", self.rosters.snapshots())
        self.files.add("transactions", self.rosters.transactions())

    def _ranking(self) -> list[Team]:
        return sorted(self.teams, key=lambda team: (-self.wins[team], team.tricode))

    def _cup_final(self, day: date, rng: Random) -> None:
        ranking = self._ranking()
        home, away = (next(team for team in ranking if team.conference == name) for name in ("Eastern", "Western"))
        game = fixture(f"006{self.year % 100:02d}00001", day, "cup_final", home, away, rng, neutral=True)
        self._play(game)

    def _exhibition(self, game: Fixture) -> None:
        """Preseason: a score and nothing else, as this source covers no more of it."""
        rng = Random(f"{self.key}/{game.game_id}")
        home, away = round(rng.gauss(111, 11)), round(rng.gauss(109, 11))
        self.sheets.game(game, home + (home == away), away, rng)

    def _play(self, game: Fixture) -> Team:
        """Report, price, play and write one game; its winner."""
        rng = Random(f"{self.key}/{game.game_id}")
        health = {team: self.rosters.states(team.team_id, game.game_date, rng) for team in (game.home, game.away)}
        self._report(game, health, Random(f"{self.key}/{game.game_id}/report"))
        self._price(game, health, Random(f"{self.key}/{game.game_id}/market"))
        home, away = (self._side(team, health[team], team is game.home, rng) for team in (game.home, game.away))
        played = Game((game.game_id, str(game.game_date), self.sheets.season), home, away, rng, game.neutral)
        played.play()
        self.files.add_plain("play_by_play", played.events)
        self.files.add_plain("shots", played.shots)
        box = Box(played.events, played.starters, frozenset(str(player.player_id) for player, _ in health[game.home]))
        self.sheets.boxes(game, box, team_minutes(played.period), played.starters, health)
        self.sheets.game(game, home.points, away.points, rng)
        self.sheets.crew(game, rng)
        return game.home if home.points > away.points else game.away

    def _side(self, team: Team, health: list[State], is_home: bool, rng: Random) -> Side:
        turns = tonight([player for player, state in health if state.plays], rng)
        seats = [Seat(turn.player, turn.share) for turn in turns]
        return Side(team.team_id, seats, is_home, self.styles[team])

    def _report(self, game: Fixture, health: States, rng: Random) -> None:
        for team, states in health.items():
            for player, state in states:
                self.files.add("injuries", injury_rows(game, team.team_id, player.player_id, state, rng))

    def _price(self, game: Fixture, health: States, rng: Random) -> None:
        """Lines: in the morning the market knows who is out or doubtful, before the tip it knows who plays."""
        home, away = (self._form(team, health[team], in_the_morning=True) for team in (game.home, game.away))
        early, lined = market.outlook(home, away, game.neutral), market.lined_players([*home.turns, *away.turns])
        home, away = (self._form(team, health[team], in_the_morning=False) for team in (game.home, game.away))
        late = market.outlook(home, away, game.neutral)
        board = market.Board(game, early, late, rng)
        self.files.add_plain("game_lines", board.game_lines())
        self.files.add_plain("player_lines", board.player_lines(lined))

    def _form(self, team: Team, health: list[State], in_the_morning: bool) -> market.Form:
        hopeful = ("available", "probable", "questionable")
        players = [player for player, state in health if (state.status in hopeful if in_the_morning else state.plays)]
        return market.Form(self.styles[team], meant(players))
