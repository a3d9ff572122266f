"""CSV files in the shape of the raw contracts: one file per registry, or per table and season."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from operator import itemgetter
from pathlib import Path
from typing import Any, TextIO

from backcourt.engine.contract import Contract
from backcourt.engine.registry import default_registry

FEED = "simulated"  # who is named as the collector of lines and reports
UNTOLD = ("player_aliases",)  # the league spells every name as its registry does
Row = Mapping[str, object]  # by column; "" is NULL, and no text has a comma or a quote


def stored_columns(contract: Contract) -> list[str]:
    """The columns that a file of a raw table holds, in the contract's order."""
    return [column.name for column in contract.columns if column.derived is None]


def file_name(table: str, season: str | None = None) -> str:
    """The file of a table, `games_2021-22.csv`, or of a registry, `teams.csv`."""
    return f"{table}_{season}.csv" if season else f"{table}.csv"


def boolean(value: bool) -> str:
    """A boolean as the files spell it."""
    return "true" if value else "false"


class Files(ExitStack):
    """The open files of a season, or of the registries; rows go to disk at once, so no season sits in memory."""

    def __init__(self, folder: Path, season: str | None = None) -> None:
        super().__init__()
        self._tables: dict[str, tuple[TextIO, itemgetter[Any], str]] = {}
        for table, contract in default_registry().raw.items():
            if contract.is_dated == bool(season) and table not in UNTOLD:
                columns = stored_columns(contract)
                file = self.enter_context((folder / file_name(table, season)).open("w", encoding="utf-8", newline=""))
                file.write(",".join(columns) + "\n")
                self._tables[table] = file, itemgetter(*columns), ",".join(["%s"] * len(columns)) + "\n"

    def add(self, table: str, rows: Iterable[Row]) -> None:
        """Append rows to a table's file; what a row holds beyond the table's columns is left out."""
        file, columns_of, line = self._tables[table]
        file.writelines(map(line.__mod__, map(columns_of, rows)))  # three times as fast as the csv module
