"""A mapping says how the columns of a file become the columns of a raw table; one YAML file each in `mappings/`.

A column is a source column's name, or one of
  {from: c, words: {A: a}}   a vocabulary; any other word is an error
  {from: c, zone: Z}         local time of a zone, stored as UTC
  {from: c, scale: N}        N times the value, a whole number
  {from: c, blank: V}        V stands for NULL
  {team: c} {player: c} {book: c} {name_key: c}   a name, resolved
  {players: [c, c]}          the ids of several players, joined by a bar
  {game: {date: c, home: c, away: c, team: c}}    the game these name; sides: {a: b, c: -c} when listed from the other
  {of_game: season}          what the schedule says of the game that is found: its season, or its season_type
  {sql: e} {value: v}        an expression over source columns, a constant
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from backcourt.engine.documents import read_document
from backcourt.errors import ContractError

MAPPINGS = Path(__file__).resolve().parent / "mappings"
SUFFIXES = (".parquet", ".csv", ".csv.gz", ".json", ".ndjson")

_SEASON = r"(?P<season>\d{4}-\d{2})"


@dataclass(frozen=True)
class PlayerColumn:
    """A source column with the name of a player, and the columns with the date and, where told, his team."""

    name: str
    day: str | None = None
    team: str | None = None


class GameBy(BaseModel):
    """The source columns that name a game: its date and both teams, or its date and one of them.

    `sides` says what the raw columns that belong to one side become where the game is listed from the other: another
    column, or their own negative (`-home_spread`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: str
    home: str | None = None
    away: str | None = None
    team: str | None = None
    sides: MappingOf[str, str] = Field(default_factory=dict)


class ColumnSource(BaseModel):
    """Where one raw column comes from; exactly one of the first nine fields is given."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    column: str | None = Field(default=None, alias="from")
    team: str | None = None
    player: str | None = None
    players: tuple[str, ...] = ()
    book: str | None = None
    name_key: str | None = None
    game: GameBy | None = None
    of_game: Literal["season", "season_type"] | None = None
    sql: str | None = None
    value: str | int | float | bool | None = None
    words: MappingOf[str, str] | None = None
    zone: str | None = None
    scale: int | None = None
    blank: str | int | None = None
    else_null: bool = False

    @property
    def source_columns(self) -> tuple[str, ...]:
        """Source columns that must exist (those inside an expression are found by the engine)."""
        named = [self.column, self.team, self.player, *self.players, self.book, self.name_key]
        if self.game:
            named += [self.game.date, self.game.home, self.game.away, self.game.team]
        return tuple(name for name in named if name)


class FileMapping(BaseModel):
    """One kind of file: its name, the raw table it fills and how.

    `refuses` are conditions on the source's rows under which one is wrong, by what is then said of it. A file that `grows`
    names some of what there is, so that what is missing from it has not vanished.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    table: str
    columns: MappingOf[str, ColumnSource]
    reshape: str | None = None
    refuses: MappingOf[str, str] = Field(default_factory=dict)
    season_column: str | None = None
    date_column: str | None = None
    quarantines: bool = False
    grows: bool = False
    coverage: tuple[str, ...] = ()
    text: str = ""

    @model_validator(mode="before")
    @classmethod
    def _expand_names(cls, document: object) -> object:
        if isinstance(document, dict) and isinstance(document.get("columns"), dict):
            columns = document["columns"].items()
            document["columns"] = {k: {"from": v} if isinstance(v, str) else v for k, v in columns}
        return document

    @cached_property
    def player_columns(self) -> MappingOf[str, PlayerColumn]:
        """The source columns with names of players, each with what else a row says of who that is."""
        date = self.columns.get("game_date")
        day = date.column if date and not date.zone else None
        whose, team = self.columns.get("player_id"), self.columns.get("team_id")
        # The team of a row is that of the player it is about, not of whoever else it names.
        own = {whose.player: team.team} if whose and team else {}
        names = {name for one in self.columns.values() for name in (one.player, *one.players) if name}
        return {name: PlayerColumn(name, day, own.get(name)) for name in sorted(names)}

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What the file's name without suffix must look like; `{season}` stands for a season, `*` for anything."""
        text = re.escape(self.file).replace(re.escape("{season}"), _SEASON).replace(re.escape("*"), ".*")
        return re.compile(text)

    def matches(self, name: str) -> re.Match[str] | None:
        """The match of a file name, its suffix included, or None."""
        for suffix in SUFFIXES:
            if name.endswith(suffix):
                return self.pattern.fullmatch(name.removesuffix(suffix))
        return None


def read_mapping(path: Path) -> FileMapping:
    """Read one mapping; raises ContractError naming the file and the field."""
    try:
        text = path.read_text(encoding="utf-8")
        return FileMapping(**read_document(path), text=text)
    except (ValidationError, TypeError, ValueError, OSError) as error:
        raise ContractError.unreadable(path, str(error)) from error


@lru_cache(maxsize=1)
def default_mappings() -> tuple[FileMapping, ...]:
    """The mappings that ship with Backcourt."""
    return tuple(read_mapping(path) for path in sorted(MAPPINGS.glob("*.yaml")))
