"""A release as relations: its Parquet is written to a file that the warehouse reads, so no row passes through Python.

What is wrong with the whole (a column, the season, what a team is called) refuses it; what is wrong with a game is the
mapping's to say, and sets that game aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from backcourt.engine.hashing import quoted
from backcourt.errors import BackcourtError, SourceError
from backcourt.sources.espn.teams import disagreement
from backcourt.sources.local.reader import FileRelation, open_file
from backcourt.sources.payload import Payload, ShapeError
from backcourt.sources.sportsdataverse.requests import end_year
from backcourt.sources.sportsdataverse.shapes import SHAPES, TEAMS, Columns
from backcourt.warehouse.duckdb import QueryError, Warehouse

MAX_BYTES = 256 * 1024**2
MAX_ROWS = 2_000_000
_MAGIC = b"PAR1"
_TIME = "%Y-%m-%dT%H:%MZ"

KINDS: Mapping[str, tuple[str, ...]] = {
    "games": ("sportsdataverse_schedule",),
    "player_box": ("sportsdataverse_player_box", "sportsdataverse_did_not_play"),
    "team_box": ("sportsdataverse_team_box",),
}
"""The mappings that a release is staged by, one raw table each."""

BESIDE = {"player_box": "games", "team_box": "games"}
"""The need whose release a need cannot do without: box scores say neither the tip-off in UTC nor the periods played."""


@dataclass(frozen=True)
class Release:
    """A relation out of a release and the mapping that it is staged by; it can be read while the release is open."""

    kind: str
    file: FileRelation
    season: str


@contextmanager
def open_release(
    warehouse: Warehouse, payload: Payload, beside: Payload | None = None
) -> Iterator[tuple[Release, ...]]:
    """The relations of a release for as long as the block runs; raises ShapeError for one that is not what was asked for."""
    need, season = payload.request.need, payload.request.subject
    with TemporaryDirectory(prefix="backcourt-release-") as folder:
        file = _opened(warehouse, payload, Path(folder))
        if need in BESIDE:
            if beside is None or (beside.request.need, beside.request.subject) != (BESIDE[need], season):
                raise SourceError(
                    f"The release {need} of {season} cannot be read without that of {BESIDE[need]}.",
                    "Fetch both of the same season.",
                )
            file = _with_schedule(file, _opened(warehouse, beside, Path(folder)))
        yield tuple(Release(kind, replace(file, path=_named(file.path, kind, season)), season) for kind in KINDS[need])


def _named(path: Path, kind: str, season: str) -> Path:
    """What the relation is called in messages and claimed by; the file itself keeps its name."""
    return path.with_name(f"{kind}_{season}.parquet")


def _opened(warehouse: Warehouse, payload: Payload, folder: Path) -> FileRelation:
    body = payload.body
    if len(body) > MAX_BYTES:
        raise ShapeError.at(payload, "the file", f"it has {len(body)} bytes, more than {MAX_BYTES}")
    if len(body) < 3 * len(_MAGIC) or not body.startswith(_MAGIC) or not body.endswith(_MAGIC):
        raise ShapeError.at(payload, "the file", f"it is no Parquet: it begins with {body[:40]!r}")
    path = folder / f"{payload.request.need}.parquet"
    path.write_bytes(body)
    # What a torn file does to its reader must not touch the warehouse, so another one looks at all of it first.
    try:
        with Warehouse.in_memory() as scratch:
            file = open_file(scratch, path)
            _check_columns(payload, SHAPES[payload.request.need], file.types)
            _check_rows(scratch, payload, file)
            _check_teams(scratch, payload, file)
    except ShapeError:
        raise
    except (BackcourtError, QueryError) as error:
        said = error.message if isinstance(error, BackcourtError) else str(error)
        raise ShapeError.at(payload, "the file", " ".join(said.split())[:300]) from error
    return file


def _check_columns(payload: Payload, shape: Columns, types: Mapping[str, str]) -> None:
    for name, wanted in shape.items():
        if name not in types:
            raise ShapeError.at(payload, f"column {name}", "it is missing")
        # A column that is empty in a whole season is written without a type.
        if types[name] not in wanted and types[name] != '"NULL"':
            raise ShapeError.at(payload, f"column {name}", f"it holds {types[name]}, wanted is {' or '.join(wanted)}")


def _check_rows(warehouse: Warehouse, payload: Payload, file: FileRelation) -> None:
    every = ", ".join(quoted(name) for name in file.types)
    rows, first, last, _ = warehouse.rows(
        f"SELECT COUNT(*), MIN(season), MAX(season), bit_xor(hash({every})) FROM ({file.sql})"
    )[0]
    if not rows or rows > MAX_ROWS:
        raise ShapeError.at(payload, "the file", f"it has {rows} rows")
    year = end_year(payload.request.subject)
    if (first, last) != (year, year):
        raise ShapeError.at(payload, "column season", f"it holds {first} to {last}, asked was {year}")


def _check_teams(warehouse: Warehouse, payload: Payload, file: FileRelation) -> None:
    for number, code in TEAMS[payload.request.need]:
        pairs = f"SELECT DISTINCT {quoted(number)}, {quoted(code)} FROM ({file.sql}) ORDER BY ALL"
        for team_id, spelled in warehouse.rows(pairs):
            if said := disagreement(str(team_id), str(spelled)):
                raise ShapeError.at(payload, f"columns {number}, {code}", said)


def _with_schedule(file: FileRelation, schedule: FileRelation) -> FileRelation:
    """The rows with what the schedule says of their game: its Eastern date and the periods played, where it is final."""
    eastern = f"CAST(timezone('America/New_York', timezone('UTC', try_strptime(MAX(date), '{_TIME}'))) AS DATE)"
    games = (
        f"SELECT id, MAX(status_period) AS periods, {eastern} AS eastern_date FROM ({schedule.sql})"
        " WHERE status_type_completed AND status_type_name = 'STATUS_FINAL' GROUP BY id"
    )
    sql = f"SELECT b.*, g.periods, g.eastern_date FROM ({file.sql}) AS b LEFT JOIN ({games}) AS g ON g.id = b.game_id"
    return FileRelation(
        file.path, sql, {**file.types, "periods": schedule.types["status_period"], "eastern_date": "DATE"}
    )
