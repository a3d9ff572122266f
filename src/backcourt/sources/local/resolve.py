"""Names in files become ids: teams and books by known spellings, players by exact match, games by date and teams.

The normaliser lives in Python, so the distinct names of a file are fetched, resolved and put into a temporary table
that the staging query joins. What does not resolve keeps its reason.
"""

from __future__ import annotations

from collections.abc import Iterable

from backcourt.engine.hashing import quoted
from backcourt.errors import SourceError
from backcourt.names import TEAM_IDS, book_key, name_key, team_tricode
from backcourt.warehouse.duckdb import Warehouse

# Fingerprints of what names resolve against: when these change, a file's names have to be looked at again.
_CONTEXT = {
    "raw.players": ("player_id", "name_key"),
    "raw.games": ("game_id", "game_date", "home_team_id", "away_team_id"),
    "raw.player_box": ("player_id",),
}


def resolve_teams(warehouse: Warehouse, relation: str, columns: Iterable[str]) -> None:
    """Fill `team_names(name, id, problem)` with every distinct team name of the given columns."""
    found = [_team(name) for name in _distinct(warehouse, relation, columns)]
    _fill(warehouse, "team_names", "BIGINT", found)


def resolve_players(warehouse: Warehouse, relation: str, columns: Iterable[str]) -> None:
    """Fill `player_names(name, id, problem)`: the one registered player of that name who is known to have played.

    Several registered players of one name are told apart by who stands in a box score; otherwise the name stays
    unresolved with its candidates.
    """
    registered: dict[str, list[int]] = {}
    for player_id, key in warehouse.rows("SELECT player_id, name_key FROM raw.players_current ORDER BY player_id"):
        registered.setdefault(key, []).append(player_id)
    seen = {row[0] for row in warehouse.rows("SELECT DISTINCT player_id FROM raw.player_box_current")}
    found = [_player(name, registered, seen) for name in _distinct(warehouse, relation, columns)]
    _fill(warehouse, "player_names", "BIGINT", found)


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


def _team(name: str) -> tuple[str, int | None, str | None]:
    try:
        return name, TEAM_IDS[team_tricode(name)], None
    except SourceError as error:
        return name, None, error.message


def _player(name: str, registered: dict[str, list[int]], seen: set[int]) -> tuple[str, int | None, str | None]:
    candidates = registered.get(name_key(name), [])
    played = [player_id for player_id in candidates if player_id in seen]
    if len(candidates) == 1:
        return name, candidates[0], None
    if len(played) == 1:
        return name, played[0], None
    if not candidates:
        return name, None, f"no registered player is called {name!r}"
    return name, None, f"{name!r} may be any of {', '.join(map(str, played or candidates))}"


def _fill(warehouse: Warehouse, table: str, kind: str, rows: list[tuple[str, int | None, str | None]]) -> None:
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE {table} (name VARCHAR, id {kind}, problem VARCHAR)")
    _insert(warehouse, table, rows)


def _insert(
    warehouse: Warehouse, table: str, rows: list[tuple[str, int | None, str | None]] | list[tuple[str, str, str]]
) -> None:
    # One statement with list parameters: thousands of single inserts would take seconds.
    if rows:
        lists = [list(column) for column in zip(*rows, strict=True)]
        warehouse.execute(f"INSERT INTO {table} SELECT UNNEST(?), UNNEST(?), UNNEST(?)", lists)
