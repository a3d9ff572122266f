"""Change what happens on a date and after it, and see whether any row of that date changes.

Every disturbance is rolled back, so one warehouse serves any number of dates. The rows are built in one unit with the
last date of the season: there the inputs show the date itself and all that follows, and nothing but the table's own SQL
keeps a row from reading it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from backcourt.engine.build import build
from backcourt.engine.contract import Column, Contract
from backcourt.engine.hashing import quoted
from backcourt.engine.inputs import stored_table
from backcourt.engine.registry import Registry, Table
from backcourt.warehouse.duckdb import Warehouse

Disturbance = Literal["changed", "deleted", "rearranged"]
FUTURES: tuple[tuple[Disturbance, ...], ...] = (("changed", "rearranged"), ("deleted", "rearranged"))
"""What must not change a row; rows are rearranged in passing, since a build takes longer than that."""

IDENTITY = ("season", "season_type", "seconds_quality", "game_date")
"""Columns of results that say which row it is; a change of them would make another row, not another result."""

MOMENTS = (("{cutoff}", "timed"), ("{cutoff} + INTERVAL 1 HOUR", "timed"), ("CAST(NULL AS TIMESTAMP)", "date_only"))
"""When something can be said too late for a row, and how the row is marked: at the cut-off, in the game, nobody knows."""

ROW = "the row itself"


@dataclass(frozen=True)
class Leak:
    """A column whose value on a date followed what came later, or ROW for rows that came or went."""

    table: str
    column: str
    rows: int


# --- what is compared ------------------------------------------------------------------------------------------------


def leaks(
    warehouse: Warehouse,
    registry: Registry,
    tables: Sequence[Table],
    day: date,
    *hows: Disturbance,
    since: date | None = None,
) -> list[Leak]:
    """The columns of the tables' rows of a date that follow what happens on it or later (or on `since` and later).

    What the rows were before must have been kept.
    """
    unit = to_the_last(warehouse, day)
    with undone(warehouse):
        for how in hows:
            disturb(warehouse, registry, tables, day, how, since or day)
        return _compared(warehouse, registry, tables, unit, of_date(day))


def leaks_of_other_games(
    warehouse: Warehouse, registry: Registry, tables: Sequence[Table], game: str, day: date, *hows: Disturbance
) -> list[Leak]:
    """The columns of a game's post-game rows that follow other games, of its date and of the date after.

    What the rows were before must have been kept.
    """
    with undone(warehouse):
        for how in hows:
            disturb_other_games(warehouse, registry, tables, game, how)
        return _compared(warehouse, registry, tables, and_the_next(day), of_game(game))


def to_the_last(warehouse: Warehouse, day: date) -> list[date]:
    """The unit of a date and the last of its season."""
    return sorted({day, last_date(warehouse, day)})


def and_the_next(day: date) -> list[date]:
    """The unit of a date and the one after it."""
    return [day, day + timedelta(days=1)]


def of_date(day: date) -> str:
    """The condition on rows to be of a date."""
    return f"game_date = DATE '{day}'"


def of_game(game: str) -> str:
    """The condition on rows to be of a game."""
    return f"game_id = '{game}'"


def keep(warehouse: Warehouse, registry: Registry, tables: Sequence[Table], unit: Sequence[date], which: str) -> None:
    """Keep rows of the tables as they are made of undisturbed inputs."""
    for table in tables:
        build(warehouse, registry, table, unit)
        _keep(warehouse, table.contract, f"SELECT * FROM candidate WHERE {which}")


def keep_stored(warehouse: Warehouse, tables: Sequence[Table], which: str) -> None:
    """Keep the tables' rows as they are stored."""
    for table in tables:
        _keep(warehouse, table.contract, f"SELECT * FROM {table.full_name} WHERE {which}")


def _keep(warehouse: Warehouse, contract: Contract, rows: str) -> None:
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE before_{contract.name} AS {rows}")


def store(warehouse: Warehouse, registry: Registry, tables: Sequence[Table], day: date) -> None:
    """Build and store the rows of a date and of the last of its season where there are none, for tables that read them."""
    for table in tables:
        if warehouse.value(f"SELECT COUNT(*) FROM {table.full_name} WHERE {of_date(day)}"):
            continue
        build(warehouse, registry, table, to_the_last(warehouse, day))
        warehouse.execute(f"DELETE FROM {table.full_name} WHERE game_date IN (SELECT game_date FROM unit_dates)")
        warehouse.execute(f"INSERT INTO {table.full_name} BY NAME SELECT *, '' AS data_hash FROM candidate")


def dates(warehouse: Warehouse, where: str = "TRUE") -> list[date]:
    """The dates with a game that counts, in order."""
    rows = warehouse.rows(
        f"SELECT DISTINCT game_date FROM raw.games_scheduled WHERE counts AND takes_place AND {where} ORDER BY 1"
    )
    return [row[0] for row in rows]


def last_date(warehouse: Warehouse, day: date) -> date:
    """The last date with a game that counts of the season that a date belongs to."""
    return warehouse.value(
        "SELECT MAX(game_date) FROM raw.games_scheduled WHERE counts AND takes_place AND season ="
        " (SELECT MIN(season) FROM raw.games_scheduled WHERE counts AND takes_place AND game_date = ?)",
        [day],
    )


def _compared(
    warehouse: Warehouse, registry: Registry, tables: Sequence[Table], unit: Sequence[date], which: str
) -> list[Leak]:
    found: list[Leak] = []
    for table in tables:
        build(warehouse, registry, table, unit)
        found += _differences(warehouse, table.contract, which)
    return found


def _differences(warehouse: Warehouse, contract: Contract, which: str) -> Iterator[Leak]:
    """What differs from the rows kept; NULL is equal to NULL, and everything else to itself alone."""
    columns = ", ".join(quoted(name) for name in contract.column_names)
    warehouse.execute(f"CREATE OR REPLACE TEMP TABLE after AS SELECT {columns} FROM candidate WHERE {which}")
    before = f"(SELECT {columns} FROM before_{contract.name})"
    differ = f"(({before} EXCEPT ALL FROM after) UNION ALL (FROM after EXCEPT ALL {before}))"
    if warehouse.value(f"SELECT COUNT(*) FROM {differ}"):
        yield from _columns_that_differ(warehouse, contract)


def _columns_that_differ(warehouse: Warehouse, contract: Contract) -> Iterator[Leak]:
    same = " AND ".join(f"a.{quoted(name)} = b.{quoted(name)}" for name in contract.key)
    lonely = f"(a.{quoted(contract.key[0])} IS NULL OR b.{quoted(contract.key[0])} IS NULL)"
    differing = {ROW: lonely} | {
        name: f"NOT {lonely} AND a.{quoted(name)} IS DISTINCT FROM b.{quoted(name)}"
        for name in contract.column_names
        if name not in contract.key
    }
    counts = ", ".join(f"COUNT(*) FILTER (WHERE {condition})" for condition in differing.values())
    found = warehouse.rows(f"SELECT {counts} FROM before_{contract.name} AS b FULL JOIN after AS a ON {same}")[0]
    # Rows that differ in no column stand there more than once.
    leaks = dict(zip(differing, found, strict=True)) if any(found) else {ROW: 1}
    yield from (Leak(contract.name, column, rows) for column, rows in leaks.items() if rows)


class _Undo(Exception):  # noqa: N818  # it reports no error
    pass


@contextmanager
def undone(warehouse: Warehouse) -> Iterator[None]:
    """Whatever happens inside is rolled back."""
    try:
        with warehouse.transaction():
            yield
            raise _Undo
    except _Undo:
        pass


# --- another future --------------------------------------------------------------------------------------------------


def disturb(
    warehouse: Warehouse, registry: Registry, tables: Sequence[Table], day: date, how: Disturbance, since: date
) -> None:
    """Change or delete every result since a date, all that is said too late, and pre-game rows of later dates than the day.

    Rearranged are all dates: the rows stay what they are, and are only stored in another order.
    """
    read = {stored_table(name) for table in tables for name in registry.lineage(table.name).consumed}
    contracts = [registry.contract(name) for name in sorted(read)]
    if how == "rearranged":
        for contract in contracts:
            _rearrange(warehouse, contract)
        return
    for contract in contracts:
        if contract.name == "games":
            _disturb_pairings(warehouse, since, how)
            _disturb_results(warehouse, since, how)
        elif contract.name == "injuries":
            _disturb_reports(warehouse, contract, since, how)
        elif contract.snapshot:
            _disturb_lines(warehouse, contract, since, how)
        elif contract.name in ("rosters", "transactions"):
            _disturb_moves(warehouse, contract, since, how)
        elif contract.kind == "pre":
            _disturb_rows(warehouse, contract, f"game_date > DATE '{day}'", how)
        elif contract.kind == "post" or contract.known_at == "result":
            _disturb_rows(warehouse, contract, f"game_date >= DATE '{since}'", how)


def _rearrange(warehouse: Warehouse, contract: Contract) -> None:
    warehouse.execute(f"CREATE TEMP TABLE shuffled AS SELECT * FROM {contract.full_name} ORDER BY hash(rowid)")
    warehouse.execute(f"CREATE OR REPLACE TABLE {contract.full_name} AS SELECT * FROM shuffled")
    warehouse.execute("DROP TABLE shuffled")


def _disturb_pairings(warehouse: Warehouse, day: date, how: Disturbance) -> None:
    """Results decide who plays after the regular season, and who hosts whom in the week before a cup final."""
    if how == "deleted":
        warehouse.execute("DELETE FROM raw.games WHERE season_type IN ('play_in', 'playoffs') AND game_date > ?", [day])
        return
    warehouse.execute(
        """UPDATE raw.games SET home_team_id = away_team_id, away_team_id = home_team_id
        WHERE game_date > ? AND (season_type IN ('play_in', 'playoffs') OR EXISTS (
          SELECT 1 FROM raw.games AS f WHERE f.season_type = 'cup_final'
            AND games.game_date BETWEEN f.game_date - 7 AND f.game_date))""",
        [day],
    )


def _disturb_results(warehouse: Warehouse, day: date, how: Disturbance) -> None:
    """Results alone: what the schedule said beforehand stays."""
    if how == "deleted":
        changes = (
            "home_points = NULL, away_points = NULL, winner_team_id = NULL, is_final = FALSE, status = 'scheduled'"
        )
    else:
        changes = (
            "home_points = away_points + 31, away_points = home_points,"
            " winner_team_id = IF(away_points + 31 > home_points, home_team_id, away_team_id)"
        )
    warehouse.execute(f"UPDATE raw.games SET {changes} WHERE game_date >= ?", [day])


def _disturb_rows(warehouse: Warehouse, contract: Contract, where: str, how: Disturbance) -> None:
    if how == "deleted":
        warehouse.execute(f"DELETE FROM {contract.full_name} WHERE {where}")
        return
    changes = [f"{quoted(column.name)} = {other}" for column in contract.columns if (other := _other(contract, column))]
    if changes:
        warehouse.execute(f"UPDATE {contract.full_name} SET {', '.join(changes)} WHERE {where}")


def _other(contract: Contract, column: Column) -> str | None:
    """Another value of the column's type; NULL stays NULL, so that what was missing is not made up."""
    name = quoted(column.name)
    if column.name in (*contract.key, *IDENTITY) or column.name.endswith("_id"):
        return None
    if column.type == "varchar":
        return f"{name} || '*'" if column.null is None else "NULL"
    return {
        "boolean": f"NOT {name}",
        "double": f"{name} * 2 + 0.5",
        "timestamp": f"{name} + INTERVAL 1 DAY",
        "date": f"{name} + 1",
    }.get(column.type, f"2 * {name} + 1")


def _disturb_lines(warehouse: Warehouse, contract: Contract, day: date, how: Disturbance) -> None:
    """Lines from during and after the game, lines without a time, and every line of a later date."""
    late = f"""game_date > DATE '{day}' OR (game_date = DATE '{day}' AND (snapshot_quality = 'date_only'
      OR snapshot_at >= (SELECT g.cutoff_at FROM raw.games_scheduled AS g WHERE g.game_id = {contract.name}.game_id)))"""
    if how == "deleted":
        warehouse.execute(f"DELETE FROM {contract.full_name} WHERE {late}")
        return
    figures = [quoted(column.name) for column in contract.columns if column.type == "double"]
    changes = ", ".join(f"{name} = {name} + 5" for name in figures)
    warehouse.execute(f"UPDATE {contract.full_name} SET {changes} WHERE {late}")
    moved = ", ".join(f"{name} + 7 AS {name}" for name in figures)
    for moment, quality in MOMENTS:
        warehouse.execute(
            f"""INSERT INTO {contract.full_name}
            SELECT l.* REPLACE ({moved}, {moment.format(cutoff="g.cutoff_at")} AS snapshot_at,
              '{quality}' AS snapshot_quality, {_row_ids(warehouse, contract)} AS row_id)
            FROM {contract.full_name} AS l JOIN raw.games_scheduled AS g ON g.game_id = l.game_id
            WHERE l.game_date = ? AND l.row_id > 0""",
            [day],
        )
        _make_up_lines(warehouse, contract, day, moment, quality)


def _make_up_lines(warehouse: Warehouse, contract: Contract, day: date, moment: str, quality: str) -> None:
    """Lines where no source has any: on every game, and on the points of everyone who ever played for its teams."""
    figures = "200.5 AS home_spread, 300.5 AS total" if contract.name == "game_lines" else "p.player_id, 90.5 AS line"
    players = "" if contract.name == "game_lines" else _PLAYERS_OF_A_GAME
    warehouse.execute(
        f"""INSERT INTO {contract.full_name} BY NAME
        SELECT g.game_id, g.game_date, 'museum' AS feed, 'museum' AS book, {figures},
          {moment.format(cutoff="g.cutoff_at")} AS snapshot_at, '{quality}' AS snapshot_quality,
          {_row_ids(warehouse, contract)} AS row_id, {_BOOKKEEPING}
        FROM raw.games_scheduled AS g {players} WHERE g.counts AND g.takes_place AND g.game_date = ?""",
        [day],
    )


_PLAYERS_OF_A_GAME = """JOIN (SELECT DISTINCT player_id, team_id FROM raw.player_box) AS p
  ON p.team_id = g.home_team_id OR p.team_id = g.away_team_id"""

_BOOKKEEPING = """0 AS ingest_id, 'museum' AS source, g.cutoff_at AS known_at, 'observed' AS known_kind,
  g.cutoff_at AS ingested_at"""


def _row_ids(warehouse: Warehouse, contract: Contract) -> str:
    """Numbers below all that are there: those of an ingest are positive."""
    lowest = warehouse.value(f"SELECT LEAST(MIN(row_id), 0) FROM {contract.full_name}")
    return f"{lowest or 0} - ROW_NUMBER() OVER ()"


def _disturb_reports(warehouse: Warehouse, contract: Contract, day: date, how: Disturbance) -> None:
    """Everyone of the teams is reported out or fit too late, late reports and those of later dates are gone or say otherwise."""
    last, heard = warehouse.rows(
        """WITH of_day AS (SELECT game_date, MIN(cutoff_at) AS first_at, MAX(cutoff_at) AS last_at
          FROM raw.games_scheduled WHERE counts AND takes_place AND game_date = ? GROUP BY game_date)
        SELECT MAX(d.last_at), COUNT(i.snapshot_at) > 0 FROM of_day AS d
        LEFT JOIN raw.injuries AS i ON i.game_date = d.game_date AND i.snapshot_quality = 'timed'
          AND i.status <> 'unknown' AND i.snapshot_at < d.first_at""",
        [day],
    )[0]
    late = f"""game_date > DATE '{day}' OR (game_date = DATE '{day}'
      AND (snapshot_quality = 'date_only' OR snapshot_at >= TIMESTAMP '{last}'))"""
    if how == "deleted":
        warehouse.execute(f"DELETE FROM raw.injuries WHERE {late}")
        return
    other = "CASE WHEN status IN ('out', 'doubtful') THEN 'available' ELSE 'out' END"
    warehouse.execute(f"UPDATE raw.injuries SET status = {other} WHERE {late}")
    # Later games of the date may know what is said after the cut-off of an earlier one: of a player who has moved, and, where
    # nothing was said before, that anything is said at all. Then it is said at the last cut-off of the date.
    settled = f"""{heard} AND COUNT(DISTINCT p.team_id) = 1 AND COUNT(DISTINCT g.game_id) = 1
      AND p.player_id NOT IN (SELECT player_id FROM raw.transactions WHERE kind <> 'injured_list_placed')"""
    for moment, quality in MOMENTS:
        warehouse.execute(
            f"""INSERT INTO raw.injuries BY NAME
            SELECT g.game_date, g.player_id, g.team_id, 'museum' AS feed, 'leak' AS reason,
              CASE g.player_id % 2 WHEN 0 THEN 'out' ELSE 'questionable' END AS status,
              {moment.format(cutoff="g.cutoff_at")} AS snapshot_at, '{quality}' AS snapshot_quality,
              {_row_ids(warehouse, contract)} AS row_id, {_BOOKKEEPING}
            FROM (
              SELECT g.game_date, p.player_id, MAX(p.team_id) AS team_id,
                CASE WHEN {settled} THEN MAX(g.cutoff_at) ELSE TIMESTAMP '{last}' END AS cutoff_at
              FROM raw.games_scheduled AS g {_PLAYERS_OF_A_GAME}
              WHERE g.counts AND g.takes_place AND g.game_date = ? GROUP BY g.game_date, p.player_id
            ) AS g""",
            [day],
        )


def _disturb_moves(warehouse: Warehouse, contract: Contract, day: date, how: Disturbance) -> None:
    """Moves and rosters of the date and later are gone or name another team; and everybody moves on the date itself."""
    if how == "deleted":
        warehouse.execute(f"DELETE FROM {contract.full_name} WHERE game_date >= ?", [day])
        return
    other = "(SELECT MAX(team_id) FROM raw.teams)"
    warehouse.execute(f"UPDATE {contract.full_name} SET team_id = {other} WHERE game_date >= ?", [day])
    facts = """CASE g.player_id % 3 WHEN 0 THEN 'injured_list_placed' WHEN 1 THEN 'injured_list_activated'
      ELSE 'traded_in' END AS kind, 'out for the season' AS notes"""
    if contract.name == "rosters":
        facts = f"TIMESTAMP '{day} 12:00:00' AS snapshot_at, 'active' AS status"
    warehouse.execute(
        f"""INSERT INTO {contract.full_name} BY NAME
        SELECT DATE '{day}' AS game_date, g.player_id, {other} AS team_id, {facts},
          {_row_ids(warehouse, contract)} AS row_id, {_BOOKKEEPING}
        FROM (SELECT DISTINCT player_id, TIMESTAMP '{day} 12:00:00' AS cutoff_at FROM raw.player_box) AS g"""
    )


def disturb_other_games(
    warehouse: Warehouse, registry: Registry, tables: Sequence[Table], game: str, how: Disturbance
) -> None:
    """Change or delete every row of every other game in the tables that are read; rearrange them all."""
    read = {stored_table(name) for table in tables for name in registry.lineage(table.name).consumed}
    for contract in (registry.contract(name) for name in sorted(read)):
        if how == "rearranged":
            _rearrange(warehouse, contract)
        elif "game_id" in contract.column_names:
            _disturb_rows(warehouse, contract, f"NOT {of_game(game)}", how)


# --- a table with a leak ---------------------------------------------------------------------------------------------


def mutated(
    registry: Registry, name: str, edits: Mapping[str, tuple[str, int]], *, reads_more: bool = False
) -> tuple[Registry, Table]:
    """The registry with one table whose build or spine says something else; a text must be there so many times."""
    table = registry.built[name]
    build_sql, spine_sql = table.build_sql, table.spine_sql
    for before, (after, count) in edits.items():
        found = build_sql.count(before) + spine_sql.count(before)
        assert found == count, f"{before!r} stands {found} times in {name}, not {count}"
        build_sql, spine_sql = build_sql.replace(before, after), spine_sql.replace(before, after)
    return rewritten(registry, name, build_sql, spine_sql, reads_more=reads_more)


def rewritten(
    registry: Registry, name: str, build_sql: str, spine_sql: str, *, reads_more: bool = False
) -> tuple[Registry, Table]:
    """The registry with one table that is built otherwise, of the same columns unless it `reads_more`."""
    table = registry.built[name]
    other = replace(table, build_sql=build_sql, spine_sql=spine_sql)
    assert other != table, f"{name} says the same as before"
    changed = Registry(registry.raw, {**registry.built, name: other})
    if not reads_more:
        # Deriving the lineage takes longer than building the rows.
        changed.know(name, registry.lineage(name), registry.built_upstream(name))
    return changed, other
