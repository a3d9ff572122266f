"""Four tables that are quick to build and read in every way a table can, and a league of eight games for them.

`team_result` reads its own date and a registry, `player_result` a built table of its date; `player_outlook` reads
results before its date, rosters and lines up to it, and the schedule; `team_outlook` built tables before its date and
on it, and the schedule of its whole season.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from backcourt.engine.contract import Column
from backcourt.engine.registry import Registry, Table, default_registry, load_registry
from backcourt.sources.simulated import LeagueSize, write_league

HERE = Path(__file__).parent / "small_tables"
RAW = ("teams", "players", "games", "player_box", "team_box", "rosters", "player_lines")
SEASONS = (2021, 2022)
SIZE = LeagueSize(teams=4, dates=4)

RESULT, PLAYER, OUTLOOK, TEAM = "team_result", "player_result", "player_outlook", "team_outlook"


def write_small_league(folder: Path, seasons: Iterable[int] = SEASONS) -> None:
    """Play the league and keep the files that the tables read."""
    write_league(folder, list(seasons), seed=1, size=SIZE)
    for path in folder.iterdir():
        if path.stem.partition("_20")[0] not in RAW:
            path.unlink()


@cache
def small_registry(changes: frozenset[str] = frozenset()) -> Registry:
    """The four tables with some changes of `CHANGES` made to them; each registry is made and parsed once."""
    built = dict(load_registry(HERE).built)
    for name in sorted(changes):
        table, change = CHANGES[name]
        for each in built if table is None else (table,):
            built[each] = change(built[each])
    return Registry({name: default_registry().raw[name] for name in RAW}, built)


def _written(old: str, new: str) -> Callable[[Table], Table]:
    def change(table: Table) -> Table:
        assert old in table.build_sql
        return replace(table, build_sql=table.build_sql.replace(old, new))

    return change


def _said_otherwise(table: Table) -> Table:
    spread = table.build_sql.replace("SELECT", "/* the same */  select")
    return replace(table, build_sql=f"-- said otherwise\n{spread}", spine_sql=f"-- here too\n{table.spine_sql}")


def _with_fouls(table: Table) -> Table:
    fouls = Column(name="fouls", type="integer", unit="fouls", doc="fouls of the team")
    contract = table.contract.model_copy(update={"columns": (*table.contract.columns, fouls)})
    sql = table.build_sql.replace(" AS shooting", " AS shooting,\n  b.fouls")
    return replace(table, contract=contract, build_sql=sql)


def _at_home_only(table: Table) -> Table:
    return replace(table, spine_sql=table.spine_sql.partition("UNION ALL")[0])


CHANGES: dict[str, tuple[str | None, Callable[[Table], Table]]] = {
    "comments": (None, _said_otherwise),  # recomputes nothing
    "same output": (PLAYER, _written("b.points,", "b.points + 0 AS points,")),
    "arithmetic": (RESULT, _written("2 * b.fg_made", "3 * b.fg_made")),
    "another column": (RESULT, _with_fouls),
    "fewer rows": (TEAM, _at_home_only),
    "aggregate": (OUTLOOK, _written("SUM(p.points)", "MAX(p.points)")),
    "fewer inputs": (TEAM, _written("f.points,\n", "COALESCE(f.points, 0) AS points,\n")),
}
"""What may happen to the code: a table (None is each) and what becomes of it."""
