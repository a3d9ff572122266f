"""Names in files become ids: teams and books by known spellings, players by exact match, games by date and teams.

The normaliser lives in Python, so the distinct names of a file are fetched, resolved and put into a temporary table
that the staging query joins. What does not resolve keeps its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backcourt.engine.hashing import quoted
from backcourt.errors import SourceError
from backcourt.names import TEAM_IDS, book_key, name_key, team_tricode
from backcourt.sources.local.mapping import PlayerColumn
from backcourt.sources.local.people import Context, known_people
from backcourt.warehouse.duckdb import Warehouse

# Fingerprints of what names resolve against: when these change, a file's names have to be looked at again.
_CONTEXT = {
    "raw.players": ("player_id", "name_key"),
    "raw.player_aliases": ("feed", "name_key", "player_id", "valid_from", "valid_to"),
    "raw.games": ("game_id", "game_date", "home_team_id", "away_team_id"),
    "raw.player_box": ("player_id", "team_id"),
}


def resolve_teams(warehouse: Warehouse, relation: str, columns: Iterable[str]) -> None:
    """Fill `team_names(name, id, problem)` with every distinct team name of the given columns."""
    found = [_team(name) for name in _distinct(warehouse, relation, columns)]
    warehouse.execute("CREATE OR REPLACE TEMP TABLE team_names (name VARCHAR, id BIGINT, problem VARCHAR)")
    _insert(warehouse, "team_names", found)


def resolve_players(
    warehouse: Warehouse, relation: str, columns: Iterable[PlayerColumn], feed: str | None = None
) -> bool:
    """Fill `player_names(name, id, problem, is_everywhere, day, team)` with every distinct player's name.

    A name that is the same player wherever it stands has one row. One that is not, as several players share it or an
    alias holds for a time, has a row per date and team it stands with; then the result is True.
    """
    columns = tuple(columns)
    people = known_people(warehouse, feed)
    plain = [(name, people.everywhere(name)) for name in _distinct(warehouse, relation, [one.name for one in columns])]
    rows: list[tuple[object, ...]] = [(name, *found, True, None, None) for name, found in plain if found]
    by_context = [name for name, found in plain if found is None]
    rows += [
        (name, *people.there(name, Context.of(day, team)), False, day, team)
        for name, day, team in _contexts(warehouse, relation, columns, by_context)
    ]
    warehouse.execute(
        "CREATE OR REPLACE TEMP TABLE player_names"
        " (name VARCHAR, id BIGINT, problem VARCHAR, is_everywhere BOOLEAN, day VARCHAR, team VARCHAR)"
    )
    _insert(warehouse, "player_names", rows)
    return bool(by_context)


def same_context(alias: str, column: PlayerColumn) -> str:
    """SQL: the row of `player_names` under this alias is that of the source row's date and team."""
    day, team = _context_columns(column)
    return f"{alias}.day IS NOT DISTINCT FROM {day} AND {alias}.team IS NOT DISTINCT FROM {team}"


def spell(warehouse: Warehouse, relation: str, columns: Iterable[str]) -> None:
    """Fill `spellings(name, book, key)` with the canonical book and the normalised name of every distinct text."""
    names = _distinct(warehouse, relation, columns)
    warehouse.execute("CREATE OR REPLACE TEMP TABLE spellings (name VARCHAR, book VARCHAR, key VARCHAR)")
    _insert(warehouse, "spellings", [(name, book_key(name), name_key(name)) for name in names])


def context_version(warehouse: Warehouse) -> str:
    """Changes when a name could resolve otherwise than before."""
    wanted = [
        f"(table_name = '{table}' AND column_name = '{name}')" for table, names in _CONTEXT.items() for name in names
    ]
    return str(
        warehouse.value(
            "SELECT md5(string_agg(table_name || column_name || game_date || fingerprint, ''"
            " ORDER BY table_name, column_name, game_date))"
            f" FROM ledger.column_fingerprints WHERE {' OR '.join(wanted)}"
        )
    )


def _distinct(warehouse: Warehouse, relation: str, columns: Iterable[str]) -> list[str]:
    parts = [f"SELECT {quoted(name)} AS name FROM {relation}" for name in columns]
    if not parts:
        return []
    return [
        row[0]
        for row in warehouse.rows(
            f"SELECT DISTINCT name FROM ({' UNION ALL '.join(parts)}) WHERE name IS NOT NULL ORDER BY 1"
        )
    ]


def _context_columns(column: PlayerColumn) -> tuple[str, str]:
    day = f"left(CAST(s.{quoted(column.day)} AS VARCHAR), 10)" if column.day else "CAST(NULL AS VARCHAR)"
    return day, f"s.{quoted(column.team)}" if column.team else "CAST(NULL AS VARCHAR)"


def _contexts(
    warehouse: Warehouse, relation: str, columns: Sequence[PlayerColumn], names: Sequence[str]
) -> list[tuple[str, str | None, str | None]]:
    if not names:
        return []
    parts = []
    for column in columns:
        day, team = _context_columns(column)
        parts.append(f"SELECT s.{quoted(column.name)} AS name, {day} AS day, {team} AS team FROM {relation} AS s")
    everything = " UNION ALL ".join(parts)
    return [
        (name, day, team)
        for name, day, team in warehouse.rows(
            f"SELECT DISTINCT name, day, team FROM ({everything}) WHERE list_contains($names, name) ORDER BY ALL",
            {"names": list(names)},
        )
    ]


def _team(name: str) -> tuple[str, int | None, str | None]:
    try:
        return name, TEAM_IDS[team_tricode(name)], None
    except SourceError as error:
        return name, None, error.message


def _insert(warehouse: Warehouse, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    # One statement with list parameters: thousands of single inserts would take seconds.
    if rows:
        lists = [list(column) for column in zip(*rows, strict=True)]
        warehouse.execute(f"INSERT INTO {table} SELECT {', '.join(['UNNEST(?)'] * len(lists))}", lists)
