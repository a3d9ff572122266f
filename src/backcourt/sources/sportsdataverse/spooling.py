"""The releases of a season as Parquet files that ingest reads, and the mappings they are staged by.

Where the warehouse has the NBA's schedule, a game is found in it by date and teams and a player by his name. Where it has
none, the releases fill it with games and players of their own, under ESPN's ids.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from backcourt.engine.hashing import quoted
from backcourt.names import TEAM_IDS, TEAM_NAMES
from backcourt.sources.local.mapping import ColumnSource, FileMapping, read_mapping
from backcourt.sources.payload import Payload
from backcourt.sources.sportsdataverse.releases import KINDS, open_release
from backcourt.warehouse.duckdb import Warehouse

_HERE = Path(__file__).resolve().parent / "mappings"
_COUNTED = ("regular", "playoffs", "play_in", "cup_final")
_BOXES = ("sportsdataverse_player_box", "sportsdataverse_did_not_play", "sportsdataverse_team_box")
_PROMISED = ("player_box", "team_box")
_OWN: Mapping[str, tuple[str, ...]] = {"games": ("own_schedule",), "player_box": ("own_players",), "team_box": ()}


@cache
def mappings(*, is_alone: bool) -> tuple[FileMapping, ...]:
    """What becomes of the files, in a warehouse with another schedule or in one that has only this."""
    boxes = tuple(_mapping(kind) for kind in _BOXES)
    if not is_alone:
        return boxes
    return (*(_mapping(name) for name in ("own_teams", "own_schedule", "own_players")), *map(_by_own_ids, boxes))


def _mapping(name: str) -> FileMapping:
    return read_mapping(_HERE / f"{name}.yaml")


def _by_own_ids(mapping: FileMapping) -> FileMapping:
    """The same for players who are registered under ESPN's ids, and a promise of the seasons that it is ingested for."""
    columns = dict(mapping.columns)
    if "player_id" in columns:
        columns["player_id"] = ColumnSource.model_validate({"from": "athlete_id"})
    coverage = _COUNTED if mapping.table in _PROMISED else ()
    return mapping.model_copy(update={"columns": columns, "coverage": coverage, "text": f"{mapping.text}\nown ids"})


def write(folder: Path, document: Payload, games: Payload | None, *, is_alone: bool) -> None:
    """Write the files of a release, `games` being the schedule of its season; raises ShapeError when it is wrong."""
    need, season = document.request.need, document.request.subject
    kinds = (*(KINDS[need] if need != "games" else ()), *(_OWN[need] if is_alone else ()))
    with (
        Warehouse.in_memory(threads=1) as scratch,
        open_release(scratch, document, None if need == "games" else games) as releases,
    ):
        for kind in kinds:
            columns = ", ".join(quoted(name) for name in releases[0].file.types)
            draft = folder / f".{kind}_{season}.draft"
            scratch.execute(
                f"COPY (SELECT {columns} FROM ({releases[0].file.sql}) ORDER BY source_row) TO '{_literal(draft)}' (FORMAT parquet)"
            )
            draft.replace(folder / f"{kind}_{season}.parquet")
    if is_alone and need == "games":
        _write_teams(folder)


def _write_teams(folder: Path) -> None:
    rows = [
        {"team_id": number, "tricode": code, "full_name": " ".join(TEAM_NAMES[code]), "nickname": TEAM_NAMES[code][1],
         "city": TEAM_NAMES[code][0]}
        for code, number in sorted(TEAM_IDS.items())
    ]  # fmt: skip
    (folder / "own_teams.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")
