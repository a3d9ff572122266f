"""As of a moment: what had been told by then, and nothing later, in a warehouse of its own."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from backcourt.checks.verify import verify
from backcourt.clock import FixedClock
from backcourt.engine import excerpt, ledger
from backcourt.engine.excerpt import Excerpt, write_excerpt
from backcourt.engine.registry import Registry
from backcourt.engine.run import backfill
from backcourt.errors import UsageError, WarehouseError
from backcourt.seasons import Scope
from backcourt.sources.simulated.faults import inject
from backcourt.sources.simulated.source import ingest_simulated
from backcourt.warehouse.duckdb import Warehouse
from support import NOON, POST, Workshop, clock, contents, partition_hashes, read_csv, workshop, write_csv

Step = Callable[[Workshop], None]

LEDGER = ("retired", "coverage", "sources", "schedule", "column_fingerprints", "presence", "ingests")


def at(hours: float) -> datetime:
    """So many hours after noon of the tests' day."""
    return NOON + timedelta(hours=hours)


def take(origin: Path, into: Path, moment: datetime, *, now: datetime = at(100)) -> Excerpt:
    """An excerpt of a warehouse file."""
    with Warehouse.open(origin, read_only=True, threads=2) as source:
        return write_excerpt(source, into, POST, moment, FixedClock(now), lambda path: Warehouse.open(path, threads=2))


def built_hashes(path: Path, registry: Registry, now: datetime) -> dict[tuple[str, date], str]:
    """Build everything in a warehouse file at some time; its partition hashes."""
    with Warehouse.open(path, threads=2, clock=FixedClock(now)) as warehouse:
        report = backfill(warehouse, registry, Scope(), FixedClock(now))
        assert report.is_complete, {one.cause for one in report.attempts if one.cause}
        assert verify(warehouse, registry, Scope()).passed
        return partition_hashes(warehouse)


def told(path: Path) -> dict[str, tuple[int, str]]:
    """All that was ingested, and all that the ledger knows of it, table by table."""
    with Warehouse.open(path, read_only=True) as warehouse:
        found = contents(warehouse)
        meta = {key: ledger.meta(warehouse, key) for key in ("schema_version", "engine", "kind")}
        assert not ledger.broken_seals(warehouse)
    wanted = {name for name in found if name.startswith("raw.")} | {f"ledger.{name}" for name in LEDGER}
    return {**{name: found[name] for name in sorted(wanted)}, "meta": (0, repr(meta))}


# --- a history: one ingest after the other, and the warehouse as it was after each ------------------------------------


def correction(shop: Workshop) -> None:
    inject(shop.folder, "assist_correction")


def deletion(shop: Workshop) -> None:
    """A line of the did-not-play list and an offer vanish."""
    for table in ("did_not_play", "player_lines"):
        lines = shop.read(table)
        shop.write(table, [*lines[:5], *lines[6:]])


def new_snapshot(shop: Workshop) -> None:
    """Somebody was reported out, and a line moved, before the last game."""
    for table, change in (("injuries", {"status": "out"}), ("player_lines", {"line": "40.5"})):
        lines = shop.read(table)
        earlier = datetime.fromisoformat(lines[-1]["snapshot_at"]) - timedelta(minutes=3)
        shop.write(table, [*lines, {**lines[-1], **change, "snapshot_at": str(earlier)}])


def hold_back(shop: Workshop) -> Step:
    """Take a game out of every file; the step that puts it back."""
    game = shop.read("games")[-3]["game_id"]
    held = {}
    for path in sorted(shop.folder.glob("*.csv")):
        lines = read_csv(path)
        if "game_id" in lines[0]:
            held[path] = [line for line in lines if line["game_id"] == game]
            write_csv(path, [line for line in lines if line["game_id"] != game])

    def late_game(shop: Workshop) -> None:
        for path, lines in held.items():
            write_csv(path, read_csv(path) + lines)

    return late_game


@pytest.fixture(scope="module", params=[1, 2])
def history(request: pytest.FixtureRequest, league: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The warehouse after each of five ingests, an hour apart; the last knows all. The order is drawn."""
    folder = tmp_path_factory.mktemp("history")
    shutil.copytree(league, folder / "league")
    with workshop(folder / "w.duckdb", folder / "league") as shop:
        steps = [correction, deletion, new_snapshot, hold_back(shop)]
        random.Random(request.param).shuffle(steps)
        shop.ingest()
    moments = [shutil.copy(folder / "w.duckdb", folder / "after_0.duckdb")]
    for number, step in enumerate(steps, 1):
        with workshop(folder / "w.duckdb", folder / "league") as shop:
            step(shop)
            changed = sum(one.changed for one in shop.ingest(number).outcomes)
            assert changed > 0
        moments.append(shutil.copy(folder / "w.duckdb", folder / f"after_{number}.duckdb"))
    return moments


class TestBetweenIngests:
    """An excerpt of any moment is the warehouse that only ever received the ingests before it."""

    @pytest.mark.parametrize("number", range(5))
    def test_it_holds_what_was_told_by_then(self, history: list[Path], tmp_path: Path, number: int) -> None:
        for minutes in (0, 59):
            into = tmp_path / f"{minutes}.duckdb"
            take(history[-1], into, at(number + minutes / 60))
            assert told(into) == told(history[number])
