"""What a table promises: its contract, read once from `contract.yaml` and checked when read.

Everything else about a table (DDL, hashing, validation, documentation, reports) derives from the objects here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from backcourt.engine.documents import read_document
from backcourt.errors import ContractError

ColumnType = Literal["varchar", "bigint", "integer", "double", "boolean", "date", "timestamp"]
SchemaName = Literal["raw", "analytics", "precompute"]
Role = Literal["key", "partition", "attribute", "bookkeeping"]
Scalar = str | int | float | bool


class Feature(BaseModel):
    """What a model must know of a column beside its type and range.

    `direction` says what a higher value suggests for a player's points; `known` from when on the value is settled:
    by the schedule, by the results of earlier dates, or by snapshots up to the cut-off.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    direction: Literal["up", "down", "none"]
    known: Literal["schedule", "results", "cutoff"]
    source: str
    window: str | None = None
    games_used: str | None = None
    required: bool = False


class Health(BaseModel):
    """Bounds on all values of a column on one date together.

    `values` is the least share of rows with a value, on dates with at least `rows` rows; `zeros` the largest share of 0 (or
    FALSE) among the values and `distinct` the least number of different ones, on dates with at least `rows` values.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    values: Annotated[float, Field(ge=0, le=1)] | None = None
    zeros: Annotated[float, Field(ge=0, le=1)] | None = None
    distinct: Annotated[int, Field(ge=2)] | None = None
    rows: Annotated[int, Field(ge=1)] = 100

    @model_validator(mode="after")
    def _bounds_something(self) -> Health:
        if self.values is None and self.zeros is None and self.distinct is None:
            raise ValueError("health bounds nothing: give values, zeros or distinct")
        return self


class Column(BaseModel):
    """One column: `null` gives the reason a value may be missing; without it the column is never NULL.

    `constant` gives the reason a column may hold one value only, `drift` the reason why its shares may move from season to
    season; `health` bounds what it may hold on a date; `feature` makes it an input of models.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: ColumnType
    doc: str
    unit: str | None = None
    role: Role = "attribute"
    range: tuple[float, float] | None = None
    values: tuple[str, ...] | None = None
    null: str | None = None
    derived: str | None = None
    constant: str | None = None
    drift: str | None = None
    health: Health | None = None
    feature: Feature | None = None

    @property
    def sql_type(self) -> str:
        """The type as DDL spells it."""
        return self.type.upper()


class Check(BaseModel):
    """A blocking rule of a table: a query that returns the offending rows with their `game_date`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    why: str
    sql: str


class Availability(BaseModel):
    """Where a column is available: the table its values come from, and per season the share of rows that have one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    shares: Mapping[str, Annotated[float, Field(ge=0, le=1)]]


class Unplayed(BaseModel):
    """How a row of bulk history stood before its result was known: since when, and what other columns then said.

    Both are SQL over the row's own columns; derived columns follow from what they then said.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    announced: str
    columns: Mapping[str, str]


class Contract(BaseModel):
    """A table: grain, key, columns and how its rows come to be.

    `kind` is raw (what a source said), post (describes final games) or pre (what could be known at a cut-off).
    Where several sources have rows of a raw table, `arbitrate` says whether one is chosen for a whole game or row by row,
    and `whole`, an aggregate over its rows, whether what a source has of the game (or row) is all of it: one that is not
    whole stands only where none is.
    `covers` names the raw table whose declared coverage decides which games a built table must hold; `absent_games` is
    the reason why one of them may have no row. `ahead` lists the columns that are known before a game is played,
    `unplayed` says how a row of bulk history stood until then.
    `availability` says of each column that may be NULL how full it is where the real sources are ingested.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    schema_name: SchemaName
    kind: Literal["raw", "post", "pre"]
    description: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    spine: str | None = None
    covers: str | None = None
    aliases: tuple[str, ...] = ()
    known_at: Literal["result", "snapshot", "observed"] = "observed"
    arbitrate: Literal["game", "row"] = "row"
    whole: str | None = None
    snapshot: bool = False
    ahead: tuple[str, ...] = ()
    unplayed: Unplayed | None = None
    absent_games: str | None = None
    refers: Mapping[str, str] = Field(default_factory=dict)
    constants: Mapping[str, Any] = Field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    availability: Mapping[str, Availability] = Field(default_factory=dict)
    folder: Path

    @property
    def full_name(self) -> str:
        """Schema and name, as SQL spells the table."""
        return f"{self.schema_name}.{self.name}"

    @property
    def is_dated(self) -> bool:
        """Whether the table is partitioned by game date; registries are one partition."""
        return any(column.role == "partition" or column.name == "game_date" for column in self.columns)

    @property
    def has_sides(self) -> bool:
        """Whether a game is there whole only with rows of both teams."""
        return self.arbitrate == "game" and self.whole is not None

    @property
    def unit(self) -> tuple[str, ...]:
        """The columns that name what one source is chosen for."""
        return ("game_id",) if self.arbitrate == "game" else self.key

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in contract order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; raises ContractError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise ContractError.unknown_column(self.full_name, name, self.column_names)

    def scheduled(self) -> Contract:
        """The same table with only the columns that are known ahead of a game."""
        return self.model_copy(update={"columns": tuple(self.column(name) for name in self.ahead)})

    @model_validator(mode="after")
    def _key_is_declared(self) -> Contract:
        names = self.column_names
        if len(set(names)) != len(names):
            raise ValueError(f"a column stands twice in {names}")
        missing = [name for name in self.key if name not in names]
        if missing:
            raise ValueError(f"key columns {missing} are not among the columns")
        unknown = sorted(set(self.availability) - {column.name for column in self.columns if column.null is not None})
        if unknown:
            raise ValueError(f"availability.yaml declares {unknown}, which are no columns that may be NULL")
        stored = {column.name for column in self.columns if column.derived is None}
        strange = sorted(set(self.unplayed.columns) - stored) if self.unplayed else []
        if strange:
            raise ValueError(f"unplayed names {strange}, which are no columns of their own")
        if self.kind != "raw":
            if not self.spine or not self.covers:
                raise ValueError("a built table names its spine and the raw table it covers")
            if not self.is_dated:
                raise ValueError("a built table has a game_date")
        return self


def read_contract(path: Path, schema_name: SchemaName) -> Contract:
    """Read one `contract.yaml`; raises ContractError naming file, field and reason."""
    try:
        document = read_document(path)
        if not isinstance(document, dict):
            raise ContractError.unreadable(path, "the file is not a mapping")
        document.setdefault("kind", "raw" if schema_name == "raw" else None)
        document["columns"] = _named(document.get("columns"))
        document["checks"] = _named(document.get("checks"))
        document["availability"] = _availability(path.with_name("availability.yaml"))
        return Contract(name=path.parent.name, schema_name=schema_name, folder=path.parent, **document)
    except (ValidationError, TypeError, KeyError, ValueError, OSError) as error:
        raise ContractError.unreadable(path, str(error)) from error


def _availability(path: Path) -> dict[str, Availability]:
    """What is declared beside a contract: one list of seasons; by source and column a share for each of them."""
    if not path.exists():
        return {}
    document = read_document(path)
    seasons = document["seasons"]
    found: dict[str, Availability] = {}
    for source, columns in document["sources"].items():
        twice = sorted(found.keys() & columns.keys())
        if twice:
            raise ValueError(f"availability.yaml declares {twice} under two sources")
        for name, shares in columns.items():
            found[name] = Availability(source=source, shares=dict(zip(seasons, shares, strict=True)))
    return found


def _named(section: dict[str, dict[Any, Any]] | None) -> list[dict[str, Any]]:
    # YAML reads a bare `null:` as a key that is None; contracts write the null rule that way because it reads well.
    return [
        {"name": name, **{"null" if field is None else field: value for field, value in body.items()}}
        for name, body in (section or {}).items()
    ]
