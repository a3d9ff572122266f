"""The real files in another edition: one figure put right in every file that tells of it, or columns scraped anew.

What is not changed is a link to the file it was. A corrected game is one that ten points decided, so that no result
turns; a shot that goes in after all had a rebound of nobody's behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from measuring import Data

from backcourt.engine.contract import Column, Contract
from backcourt.engine.inputs import stored_table
from backcourt.engine.registry import Registry
from backcourt.sources.local.adapter import scan
from backcourt.sources.local.mapping import FileMapping, default_mappings
from backcourt.warehouse.duckdb import Warehouse

_DECIDED = "SELECT game_id FROM schedule WHERE ABS(home_score - away_score) >= 10"


@dataclass
class Edition:
    """A folder of files that can be changed in one season; `write` puts what was changed in the place of its link."""

    data: Data
    season: str
    folder: Path
    changed: set[str] = field(default_factory=set)
    memory: Warehouse = field(default_factory=lambda: Warehouse.in_memory(threads=2))

    def __post_init__(self) -> None:
        self.folder.mkdir()
        for file in scan(self.data.folder, default_mappings()).files:
            if file.season in (None, *self.data.seasons):
                (self.folder / file.path.name).symlink_to(file.path.resolve())

    def read(self, *names: str) -> None:
        """Load files of the season, each as a table of its name."""
        for name in names:
            literal = str(self._path(name)).replace("'", "''")
            self.memory.execute(f"CREATE TABLE IF NOT EXISTS {name} AS SELECT * FROM read_parquet('{literal}')")

    def first(self, query: str, *values: object) -> dict[str, Any]:
        """The first row of a query by column; raises LookupError where there is none."""
        self.memory.execute(f"CREATE OR REPLACE TEMP TABLE found AS SELECT * FROM ({query}) LIMIT 1", list(values))
        rows = self.memory.rows("FROM found")
        if not rows:
            raise LookupError(f"{self.season} has no row for this correction: {query}")
        return dict(zip((name for name, _ in self.memory.describe("found")), rows[0], strict=True))

    def change(self, name: str, values: Mapping[str, str], where: str, *parameters: object) -> None:
        """Set columns of a file to expressions on the rows of a condition."""
        sets = ", ".join(f'"{column}" = {value}' for column, value in values.items())
        if not self.memory.value(f"UPDATE {name} SET {sets} WHERE {where}", list(parameters)):
            raise LookupError(f"{name} of {self.season} has no row where {where} {parameters}")
        self.changed.add(name)

    def write(self) -> None:
        """Write what was changed."""
        for name in self.changed:
            path = self._path(name)
            path.unlink()
            literal = str(path).replace("'", "''")
            self.memory.execute(f"COPY {name} TO '{literal}' (FORMAT parquet)")

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}_{self.season}.parquet"


# --- corrections -----------------------------------------------------------------------------------------------------

Correction = Callable[[Edition, date], str]


def assist(edition: Edition, day: date) -> str:
    """A pass that the box score had missed."""
    edition.read("schedule", "player_box", "team_box")
    line = edition.first("SELECT * FROM player_box WHERE game_date = ? AND ast > 0 ORDER BY game_id, player_id", day)
    _add(edition, line, {"ast": 1})
    return f"one assist more for {line['player_name']} on {day}"


def free_throw(edition: Edition, day: date) -> str:
    """A free throw that went in: the first of two, so that nobody had its rebound."""
    edition.read("schedule", "player_box", "team_box", "pbp")
    shot = edition.first(
        f"""SELECT * FROM pbp WHERE game_date = ? AND action_type = 'freethrow' AND shot_result = 'Missed'
          AND contains(description, ' Free Throw 1 of 2') AND players_on IS NOT NULL AND game_id IN ({_DECIDED})
        ORDER BY game_id, event_index""",
        day,
    )
    _goes_in(edition, shot, 1)
    _add(edition, shot, {"ftm": 1, "pts": 1})
    return f"a free throw of {shot['player_name']} on {day} went in"


def three(edition: Edition, day: date) -> str:
    """A three that went in, where the rebound had been the team's."""
    edition.read("schedule", "player_box", "team_box", "pbp", "shots")
    shot = edition.first(
        f"""SELECT * FROM (SELECT *, LEAD(action_type) OVER game AS next, LEAD(player_id) OVER game AS rebounder
          FROM pbp WHERE game_date = ? WINDOW game AS (PARTITION BY game_id ORDER BY event_index)) AS e
        WHERE action_type = '3pt' AND shot_result = 'Missed' AND block_player_id IS NULL AND players_on IS NOT NULL
          AND next = 'rebound' AND COALESCE(rebounder, 0) = 0 AND game_id IN ({_DECIDED})
          AND EXISTS (SELECT 1 FROM shots AS s WHERE s.game_id = e.game_id AND s.action_number = e.action_number)
        ORDER BY game_id, event_index""",
        day,
    )
    _goes_in(edition, shot, 3)
    _add(edition, shot, {"fgm": 1, "fg3m": 1, "pts": 3})
    edition.change(
        "shots", {"made": "TRUE"}, "game_id = ? AND action_number = ?", shot["game_id"], shot["action_number"]
    )
    return f"a three of {shot['player_name']} on {day} went in"


CORRECTIONS: dict[str, Correction] = {"an assist": assist, "a free throw": free_throw, "a made three": three}


def _add(edition: Edition, line: Mapping[str, Any], more: Mapping[str, int]) -> None:
    """Add to the statistics of a player and of his team."""
    values = {column: f"{column} + {count}" for column, count in more.items()}
    for name, who in (("player_box", "player_id"), ("team_box", "team_id")):
        edition.change(name, values, f"game_id = ? AND {who} = ?", line["game_id"], line[who])


def _goes_in(edition: Edition, shot: Mapping[str, Any], points: int) -> None:
    """Events, final score and plus-minus of a game in which a shot of the play-by-play went in."""
    game, team, event = shot["game_id"], shot["team_id"], shot["event_index"]
    home = edition.first("SELECT home_team_id FROM schedule WHERE game_id = ?", game)["home_team_id"]
    side = "home" if team == home else "away"
    edition.change("schedule", {f"{side}_score": f"{side}_score + {points}"}, "game_id = ?", game)
    edition.change("pbp", {"shot_result": "'Made'"}, "game_id = ? AND event_index = ?", game, event)
    score = f"score_{side}"
    edition.change("pbp", {score: f"{score} + {points}"}, "game_id = ? AND event_index >= ?", game, event)
    margin = {"plus_minus": f"plus_minus + IF(team_id = {team}, {points}, -{points})"}
    edition.change("team_box", margin, "game_id = ?", game)
    on_court = [int(each) for each in shot["players_on"].split("|")]
    edition.change("player_box", margin, "game_id = ? AND list_contains(?, player_id)", game, on_court)


# --- what nobody reads -----------------------------------------------------------------------------------------------


def scrape_anew(edition: Edition, registry: Registry) -> list[str]:
    """Change every column that no table reads, as far as its contract allows, in half of the games; their names."""
    found = []
    for file in scan(edition.folder, default_mappings()).files:
        name = file.path.stem.removesuffix(f"_{edition.season}")
        values = dict(_other_values(registry, file.mapping)) if file.season == edition.season else {}
        if values and "game_id" in file.mapping.columns:
            edition.read(name)
            edition.change(name, values, "hash(game_id) % 2 = 0")
            found += [f"{name}.{column}" for column in values]
    return found


def _other_values(registry: Registry, mapping: FileMapping) -> Iterable[tuple[str, str]]:
    """The columns of a file that nothing reads, each with an expression for another value that its contract allows."""
    contract = registry.raw[mapping.table]
    read = _read_columns(registry, contract)
    for name, source in mapping.columns.items():
        column = contract.column(name)
        is_plain = source.column and not (source.words or source.zone or source.scale or source.blank is not None)
        if is_plain and name not in read and (other := _other(column, f'"{source.column}"')):
            yield str(source.column), other


def _read_columns(registry: Registry, contract: Contract) -> set[str]:
    """What some table reads of a raw table, or what names, keys and derived columns follow from."""
    read = {*contract.key, *contract.refers, "game_date", "season"}
    for table in registry.built:
        for upstream, columns in registry.lineage(table).consumed.items():
            if stored_table(upstream) == contract.full_name:
                read |= columns
    derived = " ".join(column.derived for column in contract.columns if column.derived and column.name in read)
    return read | set(re.findall(r"\w+", derived))


def _other(column: Column, value: str) -> str:
    """SQL for another value; nothing for a column of a few values, or of times."""
    if column.values or column.type in ("date", "timestamp"):
        return ""
    if column.type == "boolean":
        return f"NOT {value}"
    if column.type == "varchar":
        return f"{value} || ' (new)'"
    highest = column.range[1] if column.range else float("inf")
    return f"{value} + IF({value} + 1 > {highest}, -1, 1)" if column.range else f"{value} + 1"
