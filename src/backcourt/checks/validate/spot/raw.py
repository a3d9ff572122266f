"""The raw rows that a recomputation reads, and nothing else: games, box scores, shots and events as the sources tell them.

What a row of a game means (does it count, is it final, did he appear) is decided here once more, not taken from the
columns that ingest derives. Shots and events are many, so a recomputation is run twice: at first it only says
which games it asks for, then these are read at once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from backcourt.warehouse.duckdb import Warehouse

COUNTING = ("regular", "play_in", "playoffs", "cup_final")

_FACTS = (
    "points fg_made fg_attempted three_made three_attempted ft_made ft_attempted rebounds_offensive rebounds_defensive"
    " assists steals blocks turnovers fouls"
).split()


class NotInRawError(Exception):
    """The raw tables have nothing that a stored row could be made from."""


@dataclass(frozen=True)
class Game:
    """A game of the schedule that counts."""

    game_id: str
    game_date: date
    season: str
    season_type: str
    home: int
    away: int
    home_points: int | None
    away_points: int | None
    status: str

    @property
    def is_final(self) -> bool:
        """Played to its end; a score of 0 is no result."""
        return self.status == "final" and bool(self.home_points) and bool(self.away_points)

    @property
    def takes_place(self) -> bool:
        """Neither postponed nor cancelled."""
        return self.status not in ("postponed", "cancelled")

    def opponent(self, team: int) -> int | None:
        """The other team; None for a team that does not play."""
        return {self.home: self.away, self.away: self.home}.get(team)

    def margin(self, team: int) -> int:
        """Points of a team less those of the other."""
        lead = (self.home_points or 0) - (self.away_points or 0)
        return lead if team == self.home else -lead


class Line:
    """One line of a box score; a fact is an attribute."""

    def __init__(self, names: Sequence[str], values: Sequence[Any]) -> None:
        self.__dict__.update(zip(names, values, strict=True))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"a line has no {name}")

    @property
    def rebounds(self) -> int:
        """At both ends."""
        total: int = self.rebounds_offensive + self.rebounds_defensive
        return total

    @property
    def appeared(self) -> bool:
        """Playing time, zero whole minutes of it included, or anything in the statistics."""
        played = self.seconds_played is not None and (
            self.seconds_played > 0 or self.seconds_quality == "whole_minutes"
        )
        return played or any(getattr(self, name) for name in _FACTS)


class Raw:
    """Raw rows by game, team and player."""

    def __init__(self, warehouse: Warehouse, players: Iterable[int] = ()) -> None:
        self._warehouse = warehouse
        self._players = sorted(set(players))
        self._shots: dict[str, list[Line]] = {}
        self._events: dict[str, list[tuple[Any, ...]]] = {}
        self._wanted: dict[str, set[str]] = {"shots": set(), "events": set()}
        self.is_collecting = False

    # --- the schedule and results ---

    @cached_property
    def games(self) -> dict[str, Game]:
        """The games that count, by id."""
        rows = self._warehouse.rows(
            "SELECT game_id, game_date, season, season_type, home_team_id, away_team_id, home_points, away_points, status"
            " FROM raw.games_current"
        )
        found = (Game(*row) for row in rows if row[3] in COUNTING)
        return {game.game_id: game for game in found}

    def game(self, game_id: str) -> Game:
        """A game that counts; raises NotInRawError."""
        if game_id not in self.games:
            raise NotInRawError(f"no game {game_id} that counts")
        return self.games[game_id]

    @cached_property
    def _schedules(self) -> dict[tuple[int, str], list[Game]]:
        teams: dict[tuple[int, str], list[Game]] = defaultdict(list)
        for game in sorted(self.games.values(), key=lambda one: (one.game_date, one.game_id)):
            if game.takes_place:
                teams[game.home, game.season].append(game)
                teams[game.away, game.season].append(game)
        return dict(teams)

    def schedule(self, team: int, season: str) -> list[Game]:
        """The games of a team in a season, in order."""
        return self._schedules.get((team, season), [])

    def finals(self, team: int, season: str, day: date) -> list[Game]:
        """Its final games of the season before a date, in order."""
        return [game for game in before(self.schedule(team, season), day) if game.is_final]

    # --- box scores ---

    @cached_property
    def _team_lines(self) -> dict[tuple[str, int], Line]:
        names = ["game_id", "team_id", "game_date", "minutes", *_FACTS]
        return {(line.game_id, line.team_id): line for line in self._lines("raw.team_box_current", names)}

    def team_line(self, game: Game, team: int) -> Line | None:
        """The team's box score; None where a source lacks that of either team, as no team row is made of one."""
        other = game.opponent(team)
        if other is None or (game.game_id, other) not in self._team_lines:
            return None
        return self._team_lines.get((game.game_id, team))

    @cached_property
    def _player_lines(self) -> dict[int, list[Line]]:
        names = ["game_id", "player_id", "game_date", "team_id", "starter", "seconds_played", "seconds_quality"]
        found: dict[int, list[Line]] = defaultdict(list)
        where = "list_contains(?::BIGINT[], player_id)"
        for line in self._lines("raw.player_box_current", [*names, *_FACTS, "plus_minus"], where, self._players):
            game = self.games.get(line.game_id)
            if game and game.is_final and game.game_date == line.game_date:
                line.__dict__.update(game=game, season=game.season, is_home=line.team_id == game.home)
                found[line.player_id].append(line)
        for lines in found.values():
            lines.sort(key=lambda one: (one.game_date, one.game_id))
        return dict(found)

    def listed(self, player: int) -> list[Line]:
        """The lines of a player, whether or not he appeared, in order."""
        return self._player_lines.get(player, [])

    def played(self, player: int, season: str, day: date) -> list[Line]:
        """His games of a season before a date in which he appeared, in order."""
        return [line for line in before(self.listed(player), day) if line.season == season and line.appeared]

    @cached_property
    def boxed(self) -> set[tuple[str, int]]:
        """Game and team of every box score in which somebody appeared."""
        names = ["game_id", "team_id", "seconds_played", "seconds_quality", *_FACTS]
        lines = self._lines("raw.player_box_current", names)
        return {(line.game_id, line.team_id) for line in lines if line.appeared}

    @cached_property
    def _absentees(self) -> dict[tuple[str, int], int]:
        rows = self._warehouse.rows("SELECT game_id, player_id, team_id FROM raw.did_not_play_current")
        return {(game, player): team for game, player, team in rows}

    def absentee_team(self, game_id: str, player: int) -> int:
        """The team of a player listed as not playing; raises NotInRawError."""
        if (game_id, player) not in self._absentees:
            raise NotInRawError(f"player {player} is not listed in game {game_id}")
        return self._absentees[game_id, player]

    # --- shots and events ---

    def shots(self, game_id: str) -> list[Line]:
        """The shots of a game; while collecting none."""
        return self._asked("shots", game_id, self._shots)

    def events(self, game_id: str) -> list[tuple[Any, ...]]:
        """The events of a game as period, clock, index, line-up, points, team, fast break, second chance; while collecting none."""
        return self._asked("events", game_id, self._events)

    def _asked(self, what: str, game_id: str, known: dict[str, list[Any]]) -> list[Any]:
        if self.is_collecting:
            self._wanted[what].add(game_id)
            return []
        if game_id not in known:
            self._wanted[what].add(game_id)
            self.load()
        return known[game_id]

    def load(self) -> None:
        """Read the shots and events of all games that were asked for."""
        games = sorted(self._wanted["shots"] - self._shots.keys())
        self._shots.update({game: [] for game in games})
        names = [
            "game_id",
            "player_id",
            "team_id",
            "zone",
            "zone_quality",
            "made",
            "assist_player_id",
            "block_player_id",
        ]
        for shot in self._lines("raw.shots_current", names, "list_contains(?::VARCHAR[], game_id)", games):
            self._shots[shot.game_id].append(shot)
        games = sorted(self._wanted["events"] - self._events.keys())
        self._events.update({game: [] for game in games})
        columns = "period, clock_ms, event_index, players_on, points, team_id, is_fast_break, is_second_chance"
        sql = f"SELECT game_id, {columns} FROM raw.play_by_play_current WHERE list_contains(?::VARCHAR[], game_id)"
        for game_id, *event in self._warehouse.stream(sql, [games]) if games else ():
            self._events[game_id].append(tuple(event))
        self._wanted = {"shots": set(), "events": set()}

    def _lines(self, relation: str, names: Sequence[str], where: str = "TRUE", values: object = None) -> Iterator[Line]:
        sql = f"SELECT {', '.join(names)} FROM {relation} WHERE {where}"
        for row in self._warehouse.rows(sql, None if values is None else [values]):
            yield Line(names, row)


def before(items: Sequence[Any], day: date) -> list[Any]:
    """Of games or lines in order of date those before a date."""
    return list(items[: bisect_left(items, day, key=lambda one: one.game_date)])


def season_before(season: str) -> str:
    """The label of the season before: '2021-22' for '2022-23'."""
    start = int(season[:4]) - 1
    return f"{start}-{(start + 1) % 100:02d}"


def total(lines: Iterable[Any], name: str) -> int:
    """A fact summed over lines that all have it."""
    return sum(getattr(line, name) for line in lines)


def ratio(part: int, whole: int) -> float | None:
    """One division of integers; nothing of nothing."""
    return part / whole if whole else None
