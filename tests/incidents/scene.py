"""The place of an accident: a warehouse under a terminal, the files it is fed from, and hands that do harm."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from terminal import Answer, Terminal

from backcourt.engine.registry import Registry
from backcourt.errors import SourceError
from backcourt.sources.local.adapter import IngestReport
from support import POST, Line, Workshop, read_csv, workshop, write_csv

TOGS, TDGS, PGS = "team_offense_game_summary", "team_defense_game_summary", "player_game_summary"
FIRST, LAST = "2021-10-19", "2021-10-24"


def knows(monkeypatch: pytest.MonkeyPatch, registry: Registry) -> None:
    """From now on the commands know the tables of a registry."""
    for name, module in list(sys.modules.items()):
        if name.startswith("backcourt.") and hasattr(module, "default_registry"):
            monkeypatch.setattr(module, "default_registry", lambda: registry)


def with_sql(table: str, right: str, wrong: str) -> Registry:
    """The post-game tables with other words in the SQL of one of them."""
    one = POST.built[table]
    assert one.build_sql.count(right) == 1, right
    return Registry(POST.raw, {**POST.built, table: replace(one, build_sql=one.build_sql.replace(right, wrong))})


@dataclass(frozen=True)
class Scene:
    """Commands for one warehouse; `shop` opens it in between."""

    cli: Terminal
    folder: Path
    registry: Registry = POST

    def __call__(self, command: str, **env: str) -> Answer:
        return self.cli(command, **env)

    @contextmanager
    def shop(self) -> Iterator[Workshop]:
        """The open warehouse."""
        with workshop(self.cli.warehouse, self.folder) as opened:
            yield Workshop(opened.warehouse, self.registry, self.folder)

    def ingest(self, hours: int = 1) -> IngestReport:
        """Take in the files of the folder, however much is missing from them."""
        with self.shop() as shop:
            return shop.ingest(hours, max_vanishing=1)

    def refused(self) -> str:
        """What an ingest of the files is refused with; exit code 5, and nothing is stored."""
        with self.shop() as shop:
            before = shop.warehouse.value("SELECT COUNT(*) FROM ledger.ingests")
            with pytest.raises(SourceError) as caught:
                shop.ingest(hours=1)
            assert shop.warehouse.value("SELECT COUNT(*) FROM ledger.ingests") == before
        assert caught.value.exit_code == 5
        return caught.value.message

    def edit(self, file: str, change: Callable[[list[Line]], list[Line]]) -> None:
        """Rewrite a file of the folder with other lines."""
        path = self.folder / f"{file}.csv"
        lines = read_csv(path)
        changed = change([dict(line) for line in lines])
        assert changed != lines
        write_csv(path, changed)

    def sql(self, *statements: str) -> list[tuple[Any, ...]]:
        """What the last of some statements returns."""
        with self.shop() as shop:
            for statement in statements[:-1]:
                shop.warehouse.execute(statement)
            return shop.warehouse.rows(statements[-1])

    def hashes(self) -> dict[tuple[str, Any], str]:
        """The partition hash of every verified partition."""
        with self.shop() as shop:
            return shop.hashes()

    def causes(self) -> dict[tuple[str, str], str]:
        """What every partition that is not verified has against it, by table and date."""
        listed = self("status --failures --json").json["status"]["failures"]
        return {(each["table"], each["game_date"]): f"{each['state']}: {each['cause']}" for each in listed}


def without(**where: str) -> Callable[[list[Line]], list[Line]]:
    """A change that takes away all lines with some values."""
    return lambda lines: [line for line in lines if not where.items() <= line.items()]
