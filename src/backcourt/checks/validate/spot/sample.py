"""Rows drawn from the built tables, recomputed from raw and compared: no tolerance, not a bit of a double."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from backcourt.checks.validate.result import Offence, Result, Rule, attempted, judged, not_made
from backcourt.checks.validate.spot.box import player_game, team_defense, team_offense
from backcourt.checks.validate.spot.calendar import player_context, team_context
from backcourt.checks.validate.spot.clock import Clock
from backcourt.checks.validate.spot.defense import team_zone_defense
from backcourt.checks.validate.spot.features import features
from backcourt.checks.validate.spot.raw import NotInRawError, Raw
from backcourt.checks.validate.spot.windows import daily, shot_zones
from backcourt.checks.validate.stage import Stage
from backcourt.engine.hashing import quoted
from backcourt.engine.registry import Table

SPOT = Rule(
    "spot_check",
    "spot checks",
    "blocking",
    "a row recomputed from raw by other code is the stored one, to the last bit",
)
DRAWN = Rule(
    "spot_checks", "spot checks", "blocking", "at least one row was recomputed: a round that skips all proves nothing"
)
RULES = (SPOT, DRAWN)

SAMPLES = 20

Columns = dict[str, Any]
Recompute = Callable[[Raw, Clock, Columns], Columns]

RECOMPUTED: dict[str, Recompute] = {
    "player_game_summary": lambda raw, clock, at: player_game(raw, clock, at["game_id"], at["player_id"]),
    "team_offense_game_summary": lambda raw, clock, at: team_offense(raw, at["game_id"], at["team_id"]),
    "team_defense_game_summary": lambda raw, clock, at: team_defense(raw, at["game_id"], at["team_id"]),
    "upcoming_team_game_context": lambda raw, clock, at: team_context(raw, at["game_id"], at["team_id"]),
    "upcoming_player_game_context": lambda raw, clock, at: player_context(
        raw, clock, at["game_id"], at["player_id"], at["team_id"]
    ),
    "player_daily_cache": lambda raw, clock, at: daily(
        raw, clock, at["game_date"], at["player_id"], at["season"], at["team_id"]
    ),
    "player_shot_zone_analysis": lambda raw, clock, at: shot_zones(raw, at["game_date"], at["player_id"], at["season"]),
    "team_defense_zone_analysis": lambda raw, clock, at: team_zone_defense(
        raw, at["game_date"], at["team_id"], at["season"]
    ),
    "ml_feature_store": lambda raw, clock, at: features(raw, clock, at["game_id"], at["player_id"], at["team_id"]),
}
"""How the row of each table is recomputed; of the stored row only what names it is given: its key, season and team."""

_NAMES = ("game_id", "player_id", "team_id", "game_date", "season")


@dataclass(frozen=True)
class Drawn:
    """A row to be recomputed: what names it, and all that is stored of it."""

    table: Table
    at: Columns
    stored: Columns

    @property
    def key(self) -> str:
        """Its key as JSON."""
        return json.dumps({name: self.stored[name] for name in self.table.contract.key}, default=str)


def spot_checks(stage: Stage, samples: int, seed: int) -> Iterator[Result]:
    """A result for each table of the scope that can be recomputed, and one for the whole."""
    drawn: dict[str, list[Drawn]] = {}
    results: list[Result] = []
    for table in (one for one in stage.tables if one.name in RECOMPUTED and (stage.expected(one) or stage.dates(one))):
        results += attempted(SPOT, table.name, partial(_draw_into, drawn, stage, table, samples, seed))
    players = {row.at["player_id"] for rows in drawn.values() for row in rows if row.at.get("player_id") is not None}
    raw = Raw(stage.warehouse, players)
    clock = Clock(raw)
    for name, rows in drawn.items():
        results += attempted(SPOT, name, partial(_compare, stage, stage.registry.built[name], rows, raw, clock))
    yield from results
    compared = sum(len(drawn[each.finding.subject]) for each in results if each.finding.outcome != "error")
    skipped = [table.name for table in stage.tables if not drawn.get(table.name)]
    figures = {"seed": seed, "rows": compared, "skipped tables": skipped}
    if compared:
        less = f"; none of {', '.join(skipped)}" if skipped else ""
        yield judged(DRAWN, "", f"{compared:,} rows of {len(drawn)} tables recomputed, seed {seed}{less}", figures)
    else:
        yield not_made(DRAWN, "", "no row was recomputed: no table that can be has a verified partition here", figures)


def _draw_into(drawn: dict[str, list[Drawn]], stage: Stage, table: Table, samples: int, seed: int) -> Iterator[Result]:
    drawn[table.name] = draw(stage, table, samples, seed)
    yield from ()


def draw(stage: Stage, table: Table, samples: int, seed: int) -> list[Drawn]:
    """Rows chosen by a hash of seed and key, the same for the same seed; and those that an earlier round refused."""
    key = ", ' ', ".join(f"CAST({quoted(name)} AS VARCHAR)" for name in table.contract.key)
    names = table.contract.column_names
    listed = ", ".join(quoted(name) for name in names)
    inside = f"FROM {table.full_name} WHERE list_contains(?::DATE[], game_date)"
    rows = stage.warehouse.rows(
        f"SELECT {listed} {inside} ORDER BY md5(concat(?, ' ', {key})), {', '.join(map(quoted, table.contract.key))} LIMIT ?",
        [stage.dates(table), str(seed), samples],
    )
    for refusal in stage.refusals:
        if refusal.table == table.full_name and refusal.check == SPOT.name:
            same = " AND ".join(f"CAST({quoted(name)} AS VARCHAR) = ?" for name in table.contract.key)
            at = [str(json.loads(refusal.key)[name]) for name in table.contract.key]
            rows += stage.warehouse.rows(f"SELECT {listed} {inside} AND {same}", [stage.dates(table), *at])
    stored = [dict(zip(names, row, strict=True)) for row in rows]
    return [Drawn(table, {name: row[name] for name in _NAMES if name in row}, row) for row in stored]


def _compare(stage: Stage, table: Table, rows: Sequence[Drawn], raw: Raw, clock: Clock) -> Iterator[Result]:
    recompute = RECOMPUTED[table.name]
    raw.is_collecting = True
    for row in rows:
        recomputed(recompute, raw, clock, row)
    raw.is_collecting = False
    raw.load()
    offences, values = [], 0
    for row in rows:
        found = recomputed(recompute, raw, clock, row)
        values += len(found) if isinstance(found, dict) else 0
        offences += [
            Offence(table.full_name, row.stored["game_date"], said, row.key) for said in differences(row, found)
        ]
    missed = stage.expected(table) - len(stage.dates(table))
    figures = {"rows": len(rows), "values": values, "partitions not drawn from": max(0, missed)}
    query = f"SELECT * FROM {table.full_name} WHERE " + " AND ".join(
        f"{quoted(name)} = ?" for name in table.contract.key
    )
    if not rows:
        yield not_made(SPOT, table.name, "no row could be drawn: none of its partitions is verified", figures, query)
        return
    said = f"{len(rows)} rows, {values:,} values, all equal"
    asked = [row.stored["game_date"] for row in rows]
    yield judged(SPOT, table.name, said, figures, offences, count=len(offences), asked=asked, query=query)


def recomputed(recompute: Recompute, raw: Raw, clock: Clock, row: Drawn) -> Columns | str:
    """The columns of a row, or what raw lacks for it."""
    try:
        return recompute(raw, clock, row.at)
    except NotInRawError as error:
        return f"there is nothing in raw that it could be made from: {error}"


def differences(row: Drawn, found: Columns | str) -> Iterable[str]:
    """What of a stored row is not as recomputed; an integer is not a double, and NULL equals NULL alone."""
    name = " ".join(f"{part} {row.stored[part]}" for part in row.table.contract.key)
    if isinstance(found, str):
        return [f"{name}: {found}"]
    wrong = [
        (column, row.stored[column], value)
        for column, value in found.items()
        if type(row.stored[column]) is not type(value) or row.stored[column] != value
    ]
    if not wrong:
        return []
    column, stored, value = wrong[0]
    more = f", and {len(wrong) - 1} more columns" if len(wrong) > 1 else ""
    return [f"{name}: {column} is {_shown(stored)} stored, {_shown(value)} recomputed{more}"]


def _shown(value: object) -> str:
    return "NULL" if value is None else value.isoformat() if isinstance(value, date) else repr(value)
