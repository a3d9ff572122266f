"""A whole league, played game by game and written: one CSV file per raw table and season, and the registries."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path
from random import Random

from backcourt.errors import UsageError
from backcourt.names import name_key
from backcourt.seasons import season_label
from backcourt.sources.simulated import schedule
from backcourt.sources.simulated.game import Game
from backcourt.sources.simulated.market import lines, outlook
from backcourt.sources.simulated.people import FIRST_NAMES, FIRST_SEASON, LAST_NAMES, Player, Rosters, Squad, squads_of
from backcourt.sources.simulated.schedule import Fixture, LeagueSize
from backcourt.sources.simulated.sides import COUNTS, Side, seats_of
from backcourt.sources.simulated.teams import MODEL, TEAMS, Team, distance_tenth_miles
from backcourt.sources.simulated.writer import FEED, Files, Row, boolean

SMALL = LeagueSize(teams=6, dates=30)
_FIRST_OFFICIAL_ID = 9_900_001
_HOPEFUL = ("available", "probable", "questionable")
_NEUTRAL_ARENA = ("T-Mobile Arena", "Las Vegas")
_NETWORKS = ("ESPN", "TNT", "ABC", "NBA TV", *[""] * 16)
_FIRST_CALL = {"out": "doubtful", "probable": "questionable"}  # what is sometimes said first


def write_league(folder: Path, seasons: Sequence[int], seed: int = 1, size: LeagueSize | None = None) -> None:
    """Simulate seasons, named by their start years, and write them as CSV files; the same arguments, the same bytes."""
    size = size or LeagueSize()
    _refuse_nonsense(seasons, size)
    folder.mkdir(parents=True, exist_ok=True)
    teams, players = TEAMS[: size.teams], dict[int, Player]()
    was_on = gc.isenabled()
    gc.disable()  # millions of small rows and not one cycle among them: looking for cycles is a fifth of the time
    try:
        for start_year in sorted(set(seasons)):
            with Files(folder, season_label(start_year)) as files:
                season = _Season(start_year, seed, teams, size, files)
                season.play()
            players |= season.players
    finally:
        if was_on:
            gc.enable()
    _write_registries(folder, teams, players.values())


def _refuse_nonsense(seasons: Sequence[int], size: LeagueSize) -> None:
    limits = [("--seasons", start_year, FIRST_SEASON, 2099) for start_year in seasons]
    limits += [("teams", size.teams, 2, len(TEAMS)), ("dates", 30 if size.dates is None else size.dates, 2, 170)]
    for what, value, low, high in limits:
        if not low <= value <= high:
            raise UsageError.bad_scope(what, str(value), f"the simulated league has {low} to {high}", str(low + 1))


def _write_registries(folder: Path, teams: Sequence[Team], players: Iterable[Player]) -> None:
    with Files(folder) as files:
        for team in teams:
            about = {**team._asdict(), "full_name": f"{team.city} {team.nickname}", "conference": team.conference}
            files.add("teams", [about])
            files.add("arenas", [about | {"city": team.arena_city}])
        for one, two in permutations(teams, 2):
            ids = {"from_team_id": one.team_id, "to_team_id": two.team_id}
            files.add("arena_distances", [{**ids, "distance_tenth_miles": distance_tenth_miles(one, two)}])
        for player in sorted(players, key=lambda player: player.player_id):
            files.add("players", [{**vars(player), "name_key": name_key(player.full_name)}])


class _Season:
    """One season of a league, played into its files."""

    def __init__(self, year: int, seed: int, teams: Sequence[Team], size: LeagueSize, files: Files) -> None:
        self._label, self._key, self._files = season_label(year), f"{seed}/{year}", files
        self._teams, self._size, self._calendar = teams, size, schedule.calendar_of(year, size)
        squads = squads_of(seed, [team.team_id for team in teams], year)
        self.players = {player.player_id: player for squad in squads.values() for player in squad}
        self._rosters = Rosters(self._rng("rosters"), squads, self._calendar.dates, files)
        rng = self._rng("styles")
        self._styles = {team: {name: rng.gauss(*about) for name, about in MODEL["styles"].items()} for team in teams}
        self._wins = dict.fromkeys(teams, 0)
        names = enumerate(zip(FIRST_NAMES, LAST_NAMES, strict=False), _FIRST_OFFICIAL_ID)  # the same every season
        self._officials = [{"official_id": number, "name": " ".join(name)} for number, name in names]

    def play(self) -> None:
        """Every game in its turn, and what happens off the court meanwhile."""
        rng, calendar, cup = self._rng("schedule"), self._calendar, self._calendar.cup_final
        whole = calendar.all_star is not None

        def play(kind: str, number: str, day: date, home: Team, away: Team) -> Team:
            return self._play(schedule.fixture(calendar, kind, number, (day, home, away), rng))

        for game in schedule.exhibitions(calendar, self._teams, rng):
            # A score and nothing else, as this source covers no more of them; odd against even, so somebody wins.
            self._result(game, rng.randrange(95, 131, 2), rng.randrange(94, 128, 2), rng)
        for game in schedule.regular_season(calendar, self._teams, rng):
            if cup and game.game_date > cup:
                best = {team.conference: team for team in reversed(self._ranking())}
                play("cup_final", "1", cup, best["Eastern"], best["Western"])
                cup = None
            self._wins[self._play(game)] += 1
        if whole if self._size.post_season is None else self._size.post_season:
            schedule.play_postseason(calendar.dates[-1], self._ranking(), whole, play)

    def _rng(self, what: str) -> Random:
        return Random(f"{self._key}/{what}")

    def _ranking(self) -> list[Team]:
        return sorted(self._teams, key=lambda team: (-self._wins[team], team.tricode))

    def _play(self, game: Fixture) -> Team:
        """Report, price, play and write one game; its winner."""
        self._rosters.advance(game.game_date)
        rng, market = self._rng(game.game_id), self._rng(f"{game.game_id}/market")
        squads = [self._rosters.listed(team.team_id, rng) for team in (game.home, game.away)]
        self._files.add("injuries", _injury_rows(game, squads, market))
        # In the morning the market knows who is out or doubtful, before the tip it knows who plays.
        hopeful = [[player for player, health in squad if health.status in _HOPEFUL] for squad in squads]
        certain = [[player for player, health in squad if health.plays] for squad in squads]
        early, late = (outlook(*self._sides(game, players), game.neutral) for players in (hopeful, certain))
        for table, rows in zip(("game_lines", "player_lines"), lines(game, early, late, market), strict=True):
            self._files.add(table, rows)
        home, away = self._sides(game, certain, rng)
        key = {"game_id": game.game_id, "game_date": str(game.game_date), "season": self._label}
        played = Game(key, home, away, rng, neutral=game.neutral)
        played.play()
        self._files.add("play_by_play", played.events)
        self._files.add("shots", played.shots)
        for side, other, squad in ((home, away, squads[0]), (away, home, squads[1])):
            about = {**key, "season_type": game.season_type, "minutes": 5 * played.played // 60}
            about |= {"team_id": side.team_id, "opponent_team_id": other.team_id, "is_home": boolean(side.is_home)}
            totals = {name: sum(seat.counts[name] for seat in side.seats) for name in COUNTS}
            self._files.add("team_box", [{**about, **totals, "plus_minus": side.points - other.points}])
            self._box(about, side, squad)
        crew = enumerate(rng.sample(self._officials, 3), 1)
        self._files.add("officials", [{**key, **official, "slot": slot} for slot, official in crew])
        self._result(game, home.points, away.points, rng)
        return home.team if home.points > away.points else away.team

    def _box(self, about: Row, side: Side, squad: Squad) -> None:
        """The lines of those who were on court, and why the others were not."""
        seats = {seat.player: seat for seat in side.seats if seat.seconds}
        for player, health in squad:
            who = {**about, "player_id": player.player_id, "player_name": player.full_name}
            if seat := seats.get(player):
                starter = boolean(seat in side.starters)
                line = {**seat.counts, "starter": starter, "seconds_played": seat.seconds, "seconds_quality": "exact"}
                self._files.add("player_box", [{**who, **line}])
            else:
                reason = "DNP - Coach's Decision" if health.plays else f"DND - {health.reason}"
                self._files.add("did_not_play", [{**who, "reason": reason}])

    def _sides(self, game: Fixture, players: list[list[Player]], rng: Random | None = None) -> tuple[Side, Side]:
        home, away = (
            Side(team, seats_of(dressed, rng), self._styles[team], is_home=team is game.home)
            for team, dressed in zip((game.home, game.away), players, strict=True)
        )
        return home, away

    def _result(self, game: Fixture, home_points: int, away_points: int, rng: Random) -> None:
        """The game's line in the schedule; the sides of an all-star game are no teams."""
        ids = ("", "") if game.season_type == "all_star" else (game.home.team_id, game.away.team_id)
        arena, city = _NEUTRAL_ARENA if game.neutral else (game.home.arena, game.home.arena_city)
        where = {"neutral_site": boolean(game.neutral), "arena": arena, "arena_city": city, "season": self._label}
        tips = {"tip_scheduled_at": game.tip, "tip_actual_at": game.tip + timedelta(minutes=rng.randrange(8, 13))}
        score = {"status": "final", "home_points": home_points, "away_points": away_points}
        who = {"home_team_id": ids[0], "away_team_id": ids[1], "national_tv": rng.choice(_NETWORKS)}
        self._files.add("games", [{**game._asdict(), **where, **tips, **score, **who}])


def _injury_rows(game: Fixture, squads: Sequence[Squad], rng: Random) -> Iterator[Row]:
    """What the reports of the evening before (not always), of noon and of the last hour say of those not well."""
    evening, noon = schedule.utc(game.game_date - timedelta(days=1), 17, 30), schedule.utc(game.game_date, 12, 30)
    for team, squad in zip((game.home, game.away), squads, strict=True):
        about = {"game_date": game.game_date, "team_id": team.team_id, "feed": FEED, "snapshot_quality": "timed"}
        for player, health in squad:
            status = _FIRST_CALL.get(health.status, health.status) if rng.random() < 0.15 else health.status
            reports = [(evening, status), (noon, status), (game.tip - timedelta(minutes=45), health.status)]
            for moment, said in reports[rng.random() < 0.2 :] if health.reason else ():
                what = {"player_id": player.player_id, "status": said, "reason": health.reason, "snapshot_at": moment}
                yield {**about, **what}
