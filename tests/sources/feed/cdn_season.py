"""A small season that a server of this machine has in the content network's shapes, and a warehouse that is fed from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from answering import Server, as_json, document
from cdn_payloads import box, game, plays, side

from backcourt.clock import Clock
from backcourt.engine.registry import Registry, default_registry
from backcourt.names import TEAM_IDS
from backcourt.sources.feed.adapter import ADAPTERS, Adapter
from backcourt.sources.feed.feed import feed
from backcourt.sources.feed.outcome import FeedReport
from backcourt.sources.http import Archive, Fetcher, Patience
from backcourt.sources.http.limits import Limits
from backcourt.sources.http.waiting import Waiting
from backcourt.warehouse.duckdb import Warehouse
from nba_game import BOS, NYK

SEASON = "2024-25"
CDN = ADAPTERS["nba_cdn"]
MORNING = datetime(2025, 1, 9, 10, tzinfo=UTC)
"""Three games were played, the fourth is played tonight."""

BOSTON, LAKERS, MIAMI, TONIGHT, POSTPONED = (f"002240000{number}" for number in range(1, 6))
KINDS = "games teams players player_box team_box did_not_play shots play_by_play officials".split()
GAME_KINDS = [kind for kind in KINDS if kind not in ("games", "teams", "players")]

_STATIC = "/static/json"
_PERSON = re.compile(r"9[01]0\d")
_PERSONS = re.compile(r"personId|.*PersonId")

Json = Any


def schedule_path() -> str:
    return f"{_STATIC}/staticData/scheduleLeagueV2_1.json"


def box_path(game_id: str) -> str:
    return f"{_STATIC}/liveData/boxscore/boxscore_{game_id}.json"


def plays_path(game_id: str) -> str:
    return f"{_STATIC}/liveData/playbyplay/playbyplay_{game_id}.json"


class Wall(Clock):
    """A clock that is set by hand, and time that passes when somebody waits."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at, self.slept = at, 0.0

    def now(self) -> datetime:
        return self.at

    def nap(self, seconds: float) -> None:
        self.slept += seconds

    def elapsed(self) -> float:
        return self.slept


class Season:
    """What the content network would answer; change it between two runs as a source changes."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.games: dict[str, Json] = {}
        self.boxes: dict[str, Json] = {}
        self.plays: dict[str, Json] = {}
        self._final(BOSTON, "2025-01-06T19:30:00", "BOS", "NYK", "")
        self._final(LAKERS, "2025-01-06T22:00:00", "LAL", "DEN", "2")
        self._final(MIAMI, "2025-01-08T19:30:00", "MIA", "CHI", "3")
        self.put(scheduled(TONIGHT, "2025-01-09T19:30:00", "LAL", "BOS"))
        self.put(scheduled(POSTPONED, "2025-01-08T19:30:00", "DEN", "NYK", text="PPD"))
        codes = sorted(TEAM_IDS)
        for number, (home, away) in enumerate(zip(codes[::2], codes[1::2], strict=True), 11):
            self.put(scheduled(f"00224000{number}", "2025-04-10T19:30:00", home, away))
        self.serve()

    def put(self, scheduled: Json) -> None:
        self.games[scheduled["gameId"]] = scheduled

    def _final(self, game_id: str, eastern: str, home: str, away: str, tag: str) -> None:
        self.put(scheduled(game_id, eastern, home, away, status=3, text="Final", points=(74, 70)))
        self.play(game_id, tag)

    def play(self, game_id: str, tag: str) -> None:
        """Box score and play-by-play of a game that is over; the tag tells its players from those of other games."""
        at = self.games[game_id]
        ids = {BOS: at["homeTeam"]["teamId"], NYK: at["awayTeam"]["teamId"]}
        made = _of_other_teams(box(), ids, tag)
        made["game"] |= {"gameId": game_id, "gameEt": at["gameDateTimeEst"].replace("Z", "-05:00")}
        self.boxes[game_id] = made
        self.plays[game_id] = _of_other_teams(plays(), ids, tag)
        self.plays[game_id]["game"]["gameId"] = game_id

    def serve(self) -> None:
        """Answer with what stands now."""
        games = list(self.games.values())
        schedule = {
            "leagueSchedule": {"seasonYear": SEASON, "leagueId": "00", "gameDates": [{"gameDate": "", "games": games}]}
        }
        self.server.on(schedule_path(), document(as_json(schedule)))
        for game_id, made in self.boxes.items():
            self.server.on(box_path(game_id), document(as_json(made)))
        for game_id, made in self.plays.items():
            self.server.on(plays_path(game_id), document(as_json(made)))


def scheduled(
    game_id: str,
    eastern: str,
    home: str,
    away: str,
    status: int = 1,
    text: str = "7:30 pm ET",
    points: tuple[int, int] = (0, 0),
) -> Json:
    """A game of the schedule; teams are called by their codes."""
    wall = datetime.fromisoformat(eastern)
    utc = wall + timedelta(hours=4 if wall.month == 4 else 5)
    sides = [
        side(TEAM_IDS[code], f"City {code}", f"Team {code}", code, score=score)
        for code, score in zip((home, away), points, strict=True)
    ]
    return game(game_id, status, text, eastern, utc.isoformat(), homeTeam=sides[0], awayTeam=sides[1])


def corrected(made: Json) -> Json:
    """A box score in which the first player at home made one more of his shots, and all sums agree."""
    home = made["game"]["homeTeam"]
    home["score"] += 2
    for statistics in (home["statistics"], home["players"][0]["statistics"]):
        statistics["fieldGoalsMade"] += 1
        statistics["points"] += 2
    return made


def _of_other_teams(node: Json, ids: dict[int, int], tag: str) -> Json:
    if isinstance(node, list):
        return [_of_other_teams(each, ids, tag) for each in node]
    if not isinstance(node, dict):
        return node
    made = {key: _of_other_teams(value, ids, tag) for key, value in node.items()}
    for key, value in made.items():
        if key == "teamId":
            made[key] = ids.get(value, value)
        elif _PERSONS.fullmatch(key) and _PERSON.fullmatch(str(value)):
            made[key] = int(f"{tag}{value}")
    if "name" in made and tag:
        made["name"] += f" {'I' * int(tag)}"
    return made


class Fed:
    """A warehouse, the archive beside it, and a clock."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder, self.wall = server, folder, Wall()
        self.warehouse, self.archive = folder / "w.duckdb", folder / "archive"
        self.registry: Registry = default_registry()
        self.warned: list[str] = []

    def open(self) -> AbstractContextManager[Warehouse]:
        return Warehouse.open(self.warehouse, threads=1)

    def run(
        self, adapter: Adapter = CDN, *, offline: bool = False, should_stop: Callable[[], str] = lambda: "", **more: Any
    ) -> FeedReport:
        """One `ingest nba_cdn` at the time of the clock."""
        waiting = Waiting(should_stop=should_stop, nap=self.wall.nap, elapsed=self.wall.elapsed)
        quick = Limits(connect=1, read=2, total=4, largest=1 << 22, redirects=3)
        with (
            Archive(self.archive, self.wall.now()) as archive,
            Fetcher(
                archive,
                self.wall,
                warn=self.warned.append,
                offline=offline,
                waiting=waiting,
                patience=Patience(jitter=0),
                limits=lambda _: quick,
                mirrors=dict.fromkeys(("cdn.nba.com", "stats.nba.com"), f"http://{self.server.host}"),
            ) as fetcher,
        ):
            return feed(adapter, self.open, self.registry, SEASON, fetcher, self.wall, **more)

    def rows(self, table: str, columns: str = "*", where: str = "TRUE") -> list[tuple[Any, ...]]:
        """The current rows of a raw table, in order."""
        with self.open() as warehouse:
            return sorted(warehouse.rows(f"SELECT {columns} FROM raw.{table}_current WHERE {where}"), key=repr)

    def counts(self) -> dict[str, int]:
        return {kind: len(self.rows(kind)) for kind in KINDS}

    def all_rows(self) -> dict[str, list[tuple[Any, ...]]]:
        return {kind: self.rows(kind) for kind in KINDS}

    def ever(self, table: str) -> int:
        """All rows that a raw table ever had."""
        with self.open() as warehouse:
            return int(warehouse.value(f"SELECT COUNT(*) FROM raw.{table}"))
