"""What tells the simulated league from real data: its people have ids that nobody real has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from backcourt.engine.contract import Contract
from backcourt.errors import SourceError
from backcourt.warehouse.duckdb import Warehouse

SIMULATED_FROM = 9_000_000
"""People of the simulated league have ids from here on; those of the NBA have not come near in eighty years."""

_PEOPLE = ("player_id", "official_id")
_PERSONS = ("personId", "PERSON_ID", "PLAYER_ID")


def simulated_person(row: Mapping[str, object]) -> int | None:
    """The id of somebody of the simulated league whom a record of an NBA source is about."""
    ids = (row.get(name) for name in _PERSONS)
    return next((each for each in ids if isinstance(each, int) and each >= SIMULATED_FROM), None)


def refuse_simulated(warehouse: Warehouse, contract: Contract, path: Path) -> None:
    """Raise SourceError where the staged rows of a file that is meant to be real are about people of the league."""
    for column in _PEOPLE:
        if column in contract.column_names:
            found = warehouse.value(f"SELECT MIN({column}) FROM staged WHERE {column} >= {SIMULATED_FROM}")
            if found is not None:
                raise SourceError(
                    f"{path.name} is taken for real data, and {column} {found} is of the simulated league.",
                    "Ingest the league with  backcourt ingest simulated  into a warehouse of its own;"
                    " is a mirror of BACKCOURT_MIRRORS serving it?",
                )
