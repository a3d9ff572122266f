"""A season that was written, read back game by game, and the documents that are made of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from backcourt.sources.payload import Request
from backcourt.sources.simulated.writer import file_name

Line = dict[str, str]
"""A row by column, as the file spells it; "" is NULL."""

_OF_A_GAME = ("player_box", "team_box", "did_not_play", "play_by_play", "shots", "officials")


@dataclass(frozen=True)
class Document:
    """What a source answers to a request, and when it was asked where that matters."""

    request: Request
    body: bytes
    fetched_at: datetime | None = None


@dataclass(frozen=True)
class Played:
    """A game that was played, and its rows by table."""

    game: Line
    rows: dict[str, list[Line]]

    @property
    def game_id(self) -> str:
        """Its id."""
        return self.game["game_id"]


class Season:
    """A season of a written league; games are read one by one, as a whole season of events is large."""

    def __init__(self, folder: Path, label: str) -> None:
        self.folder, self.label = folder, label
        self.teams = {line["team_id"]: line for line in self.lines("teams")}
        self.players = {line["player_id"]: line for line in self.lines("players")}
        self.games = list(self.dated("games"))

    def name_of(self, player_id: str) -> str:
        """What a player is called."""
        return self.players[player_id]["full_name"]

    def lines(self, table: str) -> Iterator[Line]:
        """The rows of a registry."""
        return _lines(self.folder / file_name(table))

    def dated(self, table: str) -> Iterator[Line]:
        """The rows of a table of the season, in the order they were written in, which is that of the games."""
        return _lines(self.folder / file_name(table, self.label))

    def played(self) -> Iterator[Played]:
        """The games that have a box score, in the order they were played in."""
        tables = {name: _ByGame(self.dated(name)) for name in _OF_A_GAME}
        for game in self.games:
            rows = {name: table.of(game["game_id"]) for name, table in tables.items()}
            if rows["player_box"]:
                yield Played(game, rows)


class _ByGame:
    """The rows of a table game by game; a game that has none of them is passed over."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._games = groupby(lines, key=itemgetter("game_id"))
        self._next = self._read()

    def of(self, game_id: str) -> list[Line]:
        """The rows of a game, asked for in the order of the file."""
        found, lines = self._next
        if found != game_id:
            return []
        self._next = self._read()
        return lines

    def _read(self) -> tuple[str, list[Line]]:
        for game_id, lines in self._games:
            return game_id, list(lines)
        return "", []


def _lines(path: Path) -> Iterator[Line]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def utc(text: str) -> datetime:
    """A moment as the files spell it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def as_json(document: object) -> bytes:
    """A document as it is sent."""
    return json.dumps(document, ensure_ascii=False).encode()
