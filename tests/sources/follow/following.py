"""What the tests of sources of snapshots share: a clock set by hand, the small league, commands typed against a server."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from answering import Reply, Server, as_json, document
from terminal import Answer, Terminal

from backcourt.clock import Clock, FixedClock
from backcourt.engine.registry import default_registry
from backcourt.sources.http import Patience
from backcourt.sources.local import ingest_folder
from backcourt.sources.simulated.source import own_mappings
from backcourt.warehouse.duckdb import Warehouse
from market_league import write_league_files
from support import NOON

HURRIED = Patience(attempts=1, first=0.01, longest=0.01, jitter=0)
AFTERNOON = datetime(2024, 1, 24, 22, tzinfo=UTC)
"""Of the day of the league's two games: the first begins at 00:30 UTC, the second at 03:00."""
NEXT_DAY = datetime(2024, 1, 25, 12, tzinfo=UTC)
HOSTS = (
    "ak-static.cms.nba.com",
    "api.the-odds-api.com",
    "api.bettingpros.com",
    "site.api.espn.com",
    "github.com",
    "files.test",
)


class Wall(Clock):
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.at = AFTERNOON

    def now(self) -> datetime:
        return self.at


def make_league(folder: Path) -> None:
    """A warehouse of real kind with the registries and the schedule of the small league."""
    write_league_files(folder / "files")
    registry = default_registry()
    with Warehouse.open(folder / "w.duckdb", threads=1) as warehouse:
        ingest_folder(warehouse, registry, folder / "files", FixedClock(NOON), mappings=own_mappings(registry))


@dataclass
class Following:
    """A warehouse, the archive beside it, and a server that stands for every host."""

    server: Server
    folder: Path
    wall: Wall
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def warehouse(self) -> Path:
        return self.folder / "w.duckdb"

    def serve(self, path: str, *answers: Any) -> None:
        """What a path answers: documents as JSON, or replies."""
        self.server.on(path, *(each if callable(each) else document(as_json(each)) for each in answers))

    def type(self, line: str, **settings: str) -> Answer:
        """Type a command, its hosts being the server."""
        ours = {
            "BACKCOURT_MIRRORS": ",".join(f"{host}=http://{self.server.host}" for host in HOSTS),
            "BACKCOURT_ARCHIVE": str(self.folder / "archive"),
            "BACKCOURT_PACE": "0.1",
        }
        return Terminal(self.warehouse)(line, **{**ours, **self.settings, **settings})

    def ingest(self, line: str, **settings: str) -> dict[str, Any]:
        """The report of the only season of an ingest that went well."""
        answer = self.type(f"ingest {line} --json", **settings)
        assert answer.code == 0, answer
        (made,) = answer.json["seasons"]
        return dict(made)

    def rows(self, relation: str, columns: str = "*") -> list[tuple[Any, ...]]:
        """Rows of a relation, in order."""
        with Warehouse.open(self.warehouse, read_only=True, threads=1) as warehouse:
            return sorted(warehouse.rows(f"SELECT {columns} FROM {relation}"), key=repr)

    def replayed(self, line: str, relation: str, columns: str, real_league: Path) -> list[tuple[Any, ...]]:
        """Rows of a relation that the archive alone fills in another warehouse, made again from nothing else."""
        shutil.rmtree(self.folder / "archive" / "spool")
        other = Following(self.server, self.folder / "other", self.wall)
        other.folder.mkdir()
        shutil.copy(real_league, other.warehouse)
        asked = len(self.server.asked)
        answer = other.type(f"ingest {line}", BACKCOURT_OFFLINE="yes", BACKCOURT_ARCHIVE=str(self.folder / "archive"))
        assert answer.code in (0, 1), answer
        assert len(self.server.asked) == asked
        return other.rows(relation, columns)


def pdf(body: bytes) -> Reply:
    return document(body, **{"Content-Type": "application/pdf"})
