"""A simulated season served in the NBA's shapes and fetched over HTTP: the raw rows are those of the league itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from retold import Row, Untold, compare, tables_with_rows
from wire_server import AFTER, fed, served

from backcourt.engine import ledger
from backcourt.engine.registry import default_registry
from backcourt.errors import SourceError
from backcourt.sources.feed.adapter import ADAPTERS
from backcourt.sources.simulated import write_league
from backcourt.sources.simulated.schedule import LeagueSize
from backcourt.sources.simulated.source import ingest_simulated
from backcourt.sources.simulated.wire import nba_cdn, nba_stats
from backcourt.sources.simulated.wire.season import Season
from backcourt.warehouse.duckdb import Warehouse

WRITERS = {"nba_cdn": nba_cdn, "nba_stats": nba_stats}

_ALIKE = [
    Untold("games", "tip_actual_at", "a schedule says when games begin, not when they began"),
    Untold("teams", "conference division", "a schedule names teams, not where they belong"),
    Untold("team_box", "plus_minus", "it follows from the score, and one of the sources leaves it out"),
    Untold("play_by_play", "players_on", "there is no list of who is on court"),
]
_FLAGS = "is_fast_break is_second_chance is_from_turnover"

UNTOLD = {
    "nba_cdn": [
        *_ALIKE,
        Untold("players", "position birth_date height_in weight_lb", "a box score gives names; there is no registry"),
        Untold("shots", "zone_area", "it is one side there", lambda row: row["zone_basic"] == "Backcourt"),
    ],
    "nba_stats": [
        *_ALIKE,
        Untold("players", "birth_date", "the registry has none"),
        Untold("play_by_play", _FLAGS, "nothing says what was a fast break, a second chance or off a turnover"),
        Untold("shots", _FLAGS, "the same"),
        Untold("play_by_play", "foul_drawn_player_id", "it is in no field"),
        Untold("play_by_play", "score_home score_away", "only what scores has a score", lambda row: not row["points"]),
        Untold(
            "play_by_play",
            "action_number",
            "a steal or block is the second row of a number",
            lambda row: row["action_type"] in ("steal", "block"),
        ),
        Untold(
            "play_by_play",
            "free_throw_number free_throw_total",
            "a technical free throw is not counted",
            lambda row: row["free_throw_kind"] == "technical",
        ),
        Untold("shots", "zone_quality zone_basic zone_area", "shots have a place and no zone"),
        Untold(
            "shots",
            "zone",
            "it follows from the place, and the lane of the league ends a little elsewhere",
            lambda row: row["shot_value"] == 2,
        ),
    ],
}

# All of its 1,230 games when asked: WHOLE_SEASON=yes make soak ARGS=tests/sources/roundtrip
LEAGUE = LeagueSize() if os.environ.get("WHOLE_SEASON") else LeagueSize(dates=10, post_season=True)

BESIDE = {"arenas", "arena_distances", "rosters", "transactions", "injuries", "game_lines", "player_lines"}
"""Tables of the league that the NBA's documents do not have."""


@pytest.fixture(scope="module")
def direct(whole_league: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    path = tmp_path_factory.mktemp("direct") / "w.duckdb"
    with Warehouse.open(path, threads=1) as warehouse:
        ingest_simulated(warehouse, default_registry(), whole_league, AFTER)
        yield warehouse


@pytest.mark.parametrize("source", WRITERS)
def test_round_trip(source: str, direct: Warehouse, season: Season, tmp_path: Path) -> None:
    with served(WRITERS[source].documents(season)) as server:
        report = fed(server, source, tmp_path, season.label)
    assert (report.troubles, set(report.states)) == ([], {"had"})
    with Warehouse.open(tmp_path / "w.duckdb", threads=1) as retold:
        _compare(source, direct, retold)
        assert ledger.meta(retold, "kind") == "simulated"


@pytest.mark.parametrize("source", WRITERS)
def test_never_called_real(source: str, season: Season, tmp_path: Path) -> None:
    """A mirror that serves the simulated league to a real adapter: no player, line or event of it is stored."""
    with served(WRITERS[source].documents(season)) as server:
        if source == "nba_stats":
            with pytest.raises(SourceError, match=r"person 90\d{5} is of the simulated league"):
                fed(server, source, tmp_path, season.label, data="real")
        else:
            report = fed(server, source, tmp_path, season.label, data="real")
            assert report.states == {"had": 1, "of another shape": 30}
            assert all("is of the simulated league" in each.said for each in report.troubles)
    with Warehouse.open(tmp_path / "w.duckdb", threads=1) as warehouse:
        stored = tables_with_rows(warehouse) if ledger.exists(warehouse) else set()
        assert stored == ({"games", "teams"} if source == "nba_cdn" else set())


@pytest.mark.soak
@pytest.mark.parametrize("source", WRITERS)
def test_round_trip_of_thirty_teams(source: str, tmp_path: Path) -> None:
    """Play-in games and playoffs too, and overtimes; of a whole season the sides of the all-star game are no teams."""
    write_league(tmp_path / "league", [2021], seed=5, size=LEAGUE)
    season = Season(tmp_path / "league", "2021-22")
    with served(WRITERS[source].documents(season)) as server:
        report = fed(server, source, tmp_path, season.label)
    assert (report.troubles, set(report.states)) == ([], {"had"})
    with (
        Warehouse.open(tmp_path / "direct.duckdb", threads=1) as direct,
        Warehouse.open(tmp_path / "w.duckdb", threads=1) as retold,
    ):
        ingest_simulated(direct, default_registry(), tmp_path / "league", AFTER)
        _compare(source, direct, retold, all_star=True)


def _compare(source: str, direct: Warehouse, retold: Warehouse, *, all_star: bool = False) -> None:
    listed = {
        player_id
        for table in ("player_box", "did_not_play")
        for (player_id,) in direct.rows(f"SELECT player_id FROM raw.{table}_current")
    }

    def has_no_place(table: str, row: Row) -> bool:
        if table == "players":
            return source == "nba_cdn" and row["player_id"] not in listed
        return all_star and table == "games" and row["season_type"] == "all_star"

    kinds = {mapping.table for mapping in ADAPTERS[source].mappings}
    assert tables_with_rows(direct) - kinds == BESIDE | ({"officials"} if source == "nba_stats" else set())
    assert tables_with_rows(retold) == kinds
    compare(direct, retold, kinds, UNTOLD[source], has_no_place)
