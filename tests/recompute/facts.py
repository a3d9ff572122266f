"""The facts that the independent recomputation starts from: plain rows, in lists by whom they are of and by date.

Nothing here computes: rows are read from the raw views and the post-game tables as they stand. A `Row` is the tuple that
the warehouse returned, with its values as attributes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from backcourt.engine.registry import Registry, Table
from backcourt.warehouse.duckdb import Warehouse


class Row:
    """One row; a value is an attribute, and a name that the relation does not have is an AttributeError."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: dict[str, int], values: tuple[Any, ...]) -> None:
        self._places = places
        self._values = values

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[self._places[name]]
        except KeyError:
            raise AttributeError(f"there is no column {name!r} among {sorted(self._places)}") from None

    def __getitem__(self, name: str) -> Any:
        return self._values[self._places[name]]

    def __repr__(self) -> str:
        return repr(dict(zip(self._places, self._values, strict=True)))


class Facts:
    """Everything a slow recomputation may look up; each relation is read once, when it is first asked for."""

    def __init__(self, warehouse: Warehouse, registry: Registry) -> None:
        self.warehouse = warehouse
        self.registry = registry

    def read(self, relation: str, where: str = "TRUE") -> list[Row]:
        """All rows of a relation that `where` admits."""
        places = {name: place for place, (name, _) in enumerate(self.warehouse.describe(relation))}
        names = ", ".join(f'"{name}"' for name in places)
        return [Row(places, row) for row in self.warehouse.rows(f"SELECT {names} FROM {relation} WHERE {where}")]

    # --- the schedule and results ---

    @cached_property
    def schedule(self) -> list[Row]:
        """What the schedule says of each game that counts and takes place, by date and game id."""
        rows = self.read("raw.games_scheduled", "counts AND takes_place")
        return sorted(rows, key=lambda row: (row.game_date, row.game_id))

    @cached_property
    def scheduled_game(self) -> dict[str, Row]:
        """The same by game id."""
        return {row.game_id: row for row in self.schedule}

    @cached_property
    def team_schedule(self) -> dict[tuple[int, str], list[Row]]:
        """The same by team and season, in order of date."""
        return grouped(self.schedule, lambda row: [(row.home_team_id, row.season), (row.away_team_id, row.season)])

    @cached_property
    def results(self) -> dict[str, Row]:
        """Final games that count, by game id, with their scores."""
        return {row.game_id: row for row in self.read("raw.games_current", "counts AND is_final")}

    @cached_property
    def team_results(self) -> dict[int, list[Row]]:
        """The same by team, in order of date."""
        rows = sorted(self.results.values(), key=lambda row: (row.game_date, row.game_id))
        return grouped(rows, lambda row: [row.home_team_id, row.away_team_id])

    # --- the post-game tables ---

    @cached_property
    def appearances(self) -> dict[int, list[Row]]:
        """Rows of player_game_summary of players who appeared, by player, in order of date."""
        rows = self.read("analytics.player_game_summary", "NOT is_dnp")
        return grouped(sorted(rows, key=lambda row: (row.game_date, row.game_id)), lambda row: [row.player_id])

    @cached_property
    def offense(self) -> dict[int, list[Row]]:
        """Rows of team_offense_game_summary by team, in order of date."""
        rows = self.read("analytics.team_offense_game_summary")
        return grouped(sorted(rows, key=lambda row: (row.game_date, row.game_id)), lambda row: [row.team_id])

    @cached_property
    def offense_of(self) -> dict[tuple[str, int], Row]:
        """The same by game and team."""
        return {(row.game_id, row.team_id): row for rows in self.offense.values() for row in rows}

    @cached_property
    def defense(self) -> dict[int, list[Row]]:
        """Rows of team_defense_game_summary by the defending team, in order of date."""
        rows = self.read("analytics.team_defense_game_summary")
        return grouped(sorted(rows, key=lambda row: (row.game_date, row.game_id)), lambda row: [row.team_id])

    # --- what was said before games ---

    @cached_property
    def player_lines(self) -> dict[tuple[str, int], list[Row]]:
        """Admitted points lines by game and player."""
        return grouped(self.read("raw.player_lines_current"), lambda row: [(row.game_id, row.player_id)])

    @cached_property
    def game_lines(self) -> dict[str, list[Row]]:
        """Admitted game lines by game."""
        return grouped(self.read("raw.game_lines_current"), lambda row: [row.game_id])

    @cached_property
    def injuries(self) -> dict[tuple[int, date], list[Row]]:
        """Injury reports by player and the date they speak of."""
        return grouped(self.read("raw.injuries_current"), lambda row: [(row.player_id, row.game_date)])

    @cached_property
    def transactions(self) -> dict[int, list[Row]]:
        """Moves and the injured list by player, in order of date."""
        rows = sorted(self.read("raw.transactions_current"), key=lambda row: row.game_date)
        return grouped(rows, lambda row: [row.player_id])

    @cached_property
    def players(self) -> dict[int, Row]:
        """The registry of players."""
        return {row.player_id: row for row in self.read("raw.players_current")}

    @cached_property
    def teams(self) -> dict[int, Row]:
        """The registry of teams."""
        return {row.team_id: row for row in self.read("raw.teams_current")}

    @cached_property
    def arenas(self) -> dict[int, Row]:
        """Home arenas by team."""
        return {row.team_id: row for row in self.read("raw.arenas_current")}

    @cached_property
    def arena_distances(self) -> dict[tuple[int, int], int]:
        """Tenths of a mile between the arenas of two teams."""
        rows = self.read("raw.arena_distances_current")
        return {(row.from_team_id, row.to_team_id): row.distance_tenth_miles for row in rows}

    # --- the pre-game tables ---

    def built(self, name: str) -> Table:
        """A built table by name."""
        return self.registry.resolve(name)

    def rows_of(self, name: str) -> dict[tuple[Any, ...], Row]:
        """All rows of a built table by key; read once."""
        if name not in self._rows_of:
            table = self.built(name)
            key = table.contract.key
            self._rows_of[name] = {tuple(row[part] for part in key): row for row in self.read(table.full_name)}
        return self._rows_of[name]

    @cached_property
    def _rows_of(self) -> dict[str, dict[tuple[Any, ...], Row]]:
        return {}

    def spine_of(self, name: str) -> dict[tuple[Any, ...], Row]:
        """What the spine of a built table says of each of its keys; read once per spine and key."""
        table = self.built(name)
        spine, key = table.contract.spine or "", table.contract.key
        if (spine, key) not in self._spine_of:
            rows = self.read(f"({table.spine_sql})")
            self._spine_of[spine, key] = {tuple(row[part] for part in key): row for row in rows}
        return self._spine_of[spine, key]

    @cached_property
    def _spine_of(self) -> dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], Row]]:
        return {}

    def sample(self, name: str, count: int) -> list[Row]:
        """As many rows of a table as asked for of every season, chosen by a hash of their key; always the same ones."""
        table = self.built(name)
        key = " || ' ' || ".join(f'CAST("{part}" AS VARCHAR)' for part in table.contract.key)
        relation = (
            f"(SELECT *, ROW_NUMBER() OVER (PARTITION BY season ORDER BY md5({key})) AS place FROM {table.full_name})"
        )
        return self.read(relation, f"place <= {count}")


def grouped(rows: Iterable[Row], keys: Any) -> dict[Any, list[Row]]:
    """Rows in lists under each of their keys, in the order they came."""
    groups: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows:
        for key in keys(row):
            groups[key].append(row)
    return dict(groups)


def before(rows: Sequence[Row], day: date) -> list[Row]:
    """Of rows in order of date those before a date."""
    return list(rows[: bisect_left(rows, day, key=lambda row: row.game_date)])


def in_season(rows: Iterable[Row], season: str) -> list[Row]:
    """Those of a season."""
    return [row for row in rows if row.season == season]


def prior_season(season: str) -> str:
    """The label of the season before: '2021-22' for '2022-23'."""
    start = int(season[:4]) - 1
    return f"{start}-{(start + 1) % 100:02d}"


# --- comparing ---


def differences(
    facts: Facts, name: str, rows: Iterable[Row], expected: Callable[..., dict[str, Any]]
) -> tuple[int, list[str]]:
    """How many values were compared, and a line for each that is not exactly what is expected of the row's key.

    `expected(facts, *key)` says every column of the row. An integer is not a double, and NULL equals NULL alone.
    """
    key = facts.built(name).contract.key
    compared, lines = 0, []
    for row in rows:
        at = tuple(row[part] for part in key)
        for column, value in expected(facts, *at).items():
            compared += 1
            if type(row[column]) is not type(value) or row[column] != value:
                lines.append(f"{' '.join(map(str, at))} {column}: expected {value!r}, got {row[column]!r}")
    return compared, lines


def altered(row: Row, name: str, value: Any) -> Row:
    """The same row with another value in one column."""
    places = row._places
    return Row(places, tuple(value if part == name else row[part] for part in places))


def spread(items: Sequence[Any], count: int) -> list[Any]:
    """As many of the items as asked for, evenly apart."""
    return list(items[:: max(1, len(items) // count)][:count])
