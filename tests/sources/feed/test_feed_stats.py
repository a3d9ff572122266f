"""The statistics site as a source: its schedules reach into the past, and it has a registry of players."""

from __future__ import annotations

from typing import Any

from answering import as_json, document
from cdn_season import Fed, Season, scheduled
from stats_payloads import box, plays, registry

from backcourt.engine.ledger import broken_seals
from backcourt.sources.feed.adapter import ADAPTERS
from nba_game import AWAY, BOS, GAME, HOME

STATS = ADAPTERS["nba_stats"]


def players() -> dict[str, Any]:
    """The registry with everybody who is listed for the game."""
    made = registry()
    (table,) = [each for each in made["resultSets"] if each["name"] == "PlayerIndex"]
    known = {row[0] for row in table["rowSet"]}
    listed = [(person, name) for person, name, *_ in (*HOME, *AWAY)] + [(9007, "Gay Gut"), (9107, "Moe Mus")]
    for person, name in listed:
        if person not in known:
            first, _, last = name.partition(" ")
            table["rowSet"].append([person, last, first, BOS, "G", "6-8", "210", "2020", "2025"])
    return made


def serve(season: Season) -> None:
    """The site has the one game that is over, and the evening on which everybody plays."""
    games = [each for each in season.games.values() if each["gameDateEst"].startswith("2025-04")]
    games.append(scheduled(GAME, "2025-01-06T19:30:00", "BOS", "NYK", status=3, text="Final", points=(74, 70)))
    schedule = {
        "leagueSchedule": {"seasonYear": "2024-25", "leagueId": "00", "gameDates": [{"gameDate": "", "games": games}]}
    }
    answers = {
        "scheduleleaguev2": schedule,
        "playerindex": players(),
        "boxscoretraditionalv3": box(),
        "playbyplayv3": plays(),
    }
    for endpoint, answer in answers.items():
        season.server.on(f"/stats/{endpoint}", document(as_json(answer)))


def test_a_game_that_the_schedule_has_not_as_final_is_not_asked_for(fed: Fed, season: Season) -> None:
    """Its box score does not say that it is over: with 12 seconds left it adds up as well."""
    serve(season)
    on = scheduled(GAME, "2025-01-06T19:30:00", "BOS", "NYK", status=2, text="Q4 0:12", points=(74, 70))
    season.games[GAME] = on
    games = [each for each in season.games.values() if each["gameDateEst"].startswith("2025-04")] + [on]
    dates = [{"gameDate": "", "games": games}]
    schedule = {"leagueSchedule": {"seasonYear": "2024-25", "leagueId": "00", "gameDates": dates}}
    season.server.on("/stats/scheduleleaguev2", document(as_json(schedule)))
    report = fed.run(STATS)
    assert (report.documents, report.troubles) == (2, [])
    assert fed.rows("player_box") == []


def test_first_and_again(fed: Fed, season: Season) -> None:
    serve(season)
    fed.wall.at = fed.wall.at.replace(month=3)
    report = fed.run(STATS)
    assert (report.documents, report.fetched, report.troubles) == (4, 4, [])
    counts = fed.counts()
    assert (counts["games"], counts["teams"], counts["player_box"], counts["team_box"]) == (16, 30, 12, 2)
    assert counts["shots"] > 0
    assert counts["play_by_play"] > 0
    assert fed.rows("players", "position, height_in", "player_id = 9001") == [("G-F", 80)]
    report = fed.run(STATS)
    assert (report.fetched, report.changed, report.outcomes) == (0, 0, [])


def test_a_second_source(again: Fed, season: Season) -> None:
    """Beside the content network: its schedule comes first, it adds a game, and the games of which it has nothing stay."""
    box_before = {row[:2] for row in again.rows("player_box", "game_id, player_id")}
    serve(season)
    again.run(STATS)
    with again.open() as warehouse:
        found = warehouse.rows("SELECT DISTINCT table_name, source FROM ledger.supplied WHERE game_id = ?", [GAME])
        sources = dict(warehouse.rows("SELECT game_id, source FROM ledger.supplied WHERE table_name = 'player_box'"))
        listed = {row[0] for row in warehouse.rows("SELECT game_id FROM raw.games WHERE source = 'nba_stats'")}
        games = dict(warehouse.rows("SELECT game_id, source FROM ledger.supplied WHERE table_name = 'games'"))
        assert broken_seals(warehouse) == []
    needs = ("games", "player_box", "team_box", "shots", "play_by_play", "did_not_play")
    assert set(found) == {(need, "nba_stats") for need in needs}
    assert {game: source for game, source in sources.items() if game != GAME} == {
        game: "nba_cdn" for game, _ in box_before
    }
    assert {game for game, source in games.items() if source == "nba_stats"} == listed
    assert "nba_cdn" in games.values()
    assert box_before < {row[:2] for row in again.rows("player_box", "game_id, player_id")}
    assert again.rows("players", "position, height_in", "player_id = 9001") == [("G-F", 80)]
