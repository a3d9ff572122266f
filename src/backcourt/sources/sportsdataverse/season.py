"""A whole season from releases alone, into a warehouse that has no other source: ids of games and players are ESPN's.

Where the NBA's ids can be had, releases stand beside its schedule and take its ids; this is for a machine that they
cannot be had on. What the releases do not tell (shots, plays) stays without a source.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

from backcourt.clock import Clock
from backcourt.engine.intake import Outcome
from backcourt.engine.registry import Registry
from backcourt.sources.http import Fetcher
from backcourt.sources.local.adapter import IngestReport, ingest_folder
from backcourt.sources.local.mapping import FileMapping, read_mapping
from backcourt.sources.payload import Payload
from backcourt.sources.simulated.teams import TEAMS
from backcourt.sources.sportsdataverse.releases import BESIDE, open_release
from backcourt.sources.sportsdataverse.requests import NEEDS, SOURCE, release
from backcourt.warehouse.duckdb import Warehouse

MAX_AGE = timedelta(hours=1)
_COVERS = ("regular", "play_in", "playoffs", "cup_final")
_LINES = ("sportsdataverse_player_box", "sportsdataverse_did_not_play", "sportsdataverse_team_box")
_GROUND = ("season_games", "season_players", "season_teams")


def take(
    warehouse: Warehouse,
    registry: Registry,
    season: str,
    fetcher: Fetcher,
    clock: Clock,
    *,
    on_file: Callable[[Outcome], None] = lambda outcome: None,
) -> IngestReport:
    """Fetch the releases of a season and ingest them; raises SourceError for one that cannot be had or read."""
    payloads = {need: fetcher.fetch(release(need, season), max_age=MAX_AGE) for need in NEEDS}
    with tempfile.TemporaryDirectory(prefix="backcourt-season-") as folder:
        _write(payloads, season, Path(folder))
        return ingest_folder(
            warehouse,
            registry,
            Path(folder),
            clock,
            seasons=(season,),
            source=SOURCE,
            mappings=_mappings(),
            on_file=on_file,
        )


def _write(payloads: Mapping[str, Payload], season: str, folder: Path) -> None:
    """Check every release, and leave files for the mappings: the releases as they are, and box scores beside their schedule."""
    (folder / f"season_games_{season}.parquet").write_bytes(payloads["games"].body)
    (folder / f"season_players_{season}.parquet").write_bytes(payloads["player_box"].body)
    teams = [json.dumps(team._asdict()) + "\n" for team in TEAMS]
    (folder / "season_teams.ndjson").write_text("".join(teams), encoding="utf-8")
    with Warehouse.in_memory() as scratch:
        for need, payload in payloads.items():
            beside = payloads[BESIDE[need]] if need in BESIDE else None
            with open_release(scratch, payload, beside) as relations:
                for each in relations:
                    if each.kind in _LINES:
                        target = str(folder / each.file.path.name).replace("'", "''")
                        scratch.execute(
                            f"COPY (SELECT * EXCLUDE (source_row) FROM ({each.file.sql})) TO '{target}' (FORMAT parquet)"
                        )


def _mappings() -> tuple[FileMapping, ...]:
    """The mappings of the ground and of the lines; with nothing beside it, what the lines are of is covered by them."""
    here = Path(__file__).parent / "mappings"
    ground = [read_mapping(here / f"{name}.yaml") for name in _GROUND]
    lines = [read_mapping(here / f"{name}.yaml") for name in _LINES]
    covering = [
        each.model_copy(update={"coverage": _COVERS}) if each.table in ("player_box", "team_box") else each
        for each in lines
    ]
    return (*ground, *covering)
