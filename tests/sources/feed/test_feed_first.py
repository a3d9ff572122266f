"""An empty folder is filled from the content network, and asked again at once it changes nothing."""

from __future__ import annotations

from cdn_season import BOSTON, GAME_KINDS, LAKERS, MIAMI, POSTPONED, SEASON, TONIGHT, Fed, Season

from backcourt.engine.run import backfill
from backcourt.names import TEAM_IDS
from backcourt.seasons import Scope


def test_first(fed: Fed, season: Season) -> None:
    """Schedule, registries and all that three final games have; the postponed and the coming ones are not asked for."""
    report = fed.run()
    assert (report.documents, report.fetched, report.states, report.troubles) == (7, 7, {"had": 7}, [])
    assert fed.counts() == {
        "games": 20,
        "teams": 30,
        "players": 45,
        "player_box": 36,
        "team_box": 6,
        "did_not_play": 9,
        "shots": 12,
        "play_by_play": 48,
        "officials": 9,
    }
    for kind in GAME_KINDS:
        assert {row[0] for row in fed.rows(kind, "game_id")} == {BOSTON, LAKERS, MIAMI}, kind
    assert fed.rows("games", "status, is_final", f"game_id = '{POSTPONED}'") == [("postponed", False)]
    assert fed.rows("player_box", "points, seconds_played", f"game_id = '{LAKERS}' AND player_id = 29001") == [
        (26, 2400)
    ]
    assert not any(name in path for path, _ in season.server.asked for name in (TONIGHT, POSTPONED))
    assert {row[0] for row in fed.rows("teams", "team_id")} == set(TEAM_IDS.values())


def test_again(again: Fed, season: Season) -> None:
    """Right away nothing is fetched, nothing is read and nothing changes."""
    before = again.all_rows()
    report = again.run()
    assert (report.documents, report.fetched, report.outcomes, report.changed) == (7, 0, [], 0)
    assert report.states == {"had": 7}
    assert (again.all_rows(), season.server.asked) == (before, [])


def test_tables_follow(again: Fed) -> None:
    """What can be built from it is built, and nothing fails."""
    with again.open() as warehouse:
        report = backfill(warehouse, again.registry, Scope(seasons=(SEASON,)), again.wall)
        assert not [each for each in report.attempts if each.outcome == "failed"]
        points = warehouse.rows(
            "SELECT points FROM analytics.player_game_summary WHERE game_id = ? AND player_id = 9001", [BOSTON]
        )
    assert points == [(26,)]
    assert report.planned
