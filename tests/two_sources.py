"""Two sources of one small league: what each has is a folder of its own, so that one may lack, halve or contradict the other's."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from backcourt.sources.local import IngestReport, ingest_folder
from backcourt.sources.simulated.source import own_mappings
from support import POST, SEASON, Line, Workshop, clock, read_csv, write_csv

BETTER, WORSE = "nba_stats", "local"
NEEDS = ("games", "player_box", "team_box", "shots", "did_not_play")


class Feed:
    """A source by name, and the folder of what it has."""

    def __init__(self, source: str, league: Path, folder: Path) -> None:
        self.source, self.folder = source, folder
        folder.mkdir()
        for path in league.iterdir():
            if path.stem.partition("_20")[0] in (*NEEDS, "teams", "players"):
                shutil.copy(path, folder)

    def change(self, table: str, change: Callable[[Line], Line | None]) -> None:
        """Put every line of a table as `change` has it; None takes it out."""
        path = self.folder / f"{table}_{SEASON}.csv"
        lines = [changed for line in read_csv(path) if (changed := change(dict(line)))]
        write_csv(path, lines)

    def without(self, games: Sequence[str], tables: Sequence[str]) -> None:
        """Take games out of some tables."""
        for table in tables:
            self.change(table, lambda line: None if line["game_id"] in games else line)

    def deliver(self, shop: Workshop, hours: int = 0) -> IngestReport:
        """Ingest all of it."""
        return ingest_folder(
            shop.warehouse,
            POST,
            self.folder,
            clock(hours),
            source=self.source,
            kind="simulated",
            mappings=own_mappings(POST),
            max_vanishing=1.0,
        )


def standing(shop: Workshop) -> dict[str, list[tuple[object, ...]]]:
    """Every standing row of every raw table."""
    return {
        name: shop.warehouse.rows(f"SELECT * FROM raw.{name}_current ORDER BY ALL")
        for name in sorted(shop.registry.raw)
    }


def supplied(shop: Workshop, need: str) -> dict[str, tuple[str, bool]]:
    """Per game of a need the source that the ledger names, and whether the game is whole."""
    rows = shop.warehouse.rows("SELECT game_id, source, is_whole FROM ledger.supplied WHERE table_name = ?", [need])
    assert len({row[0] for row in rows}) == len(rows)
    return {game: (source, is_whole) for game, source, is_whole in rows}
