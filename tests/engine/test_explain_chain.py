"""Late, corrected, deleted: one mechanism. After each, the tables are a full rebuild's, and explain tells the chain.

A league of six dates with a game each; the last two are not played yet. 22 October is 766 against 751 (game 4), 23
October 737 against 751 (game 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from explaining import due, explained, named, outline, ran

from backcourt.cli.chain import lines
from deliveries import Files
from playing import ALL_TABLES, Play, Run, beginning
from rebuilding import differences
from support import Line

SEASON = "2021-22"
FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH = (date(2021, 10, day) for day in range(19, 25))
GAME_4, GAME_5 = "0022100004", "0022100005"
TOGS, TDGS = "analytics.team_offense_game_summary", "analytics.team_defense_game_summary"
PGS, UPGC = "analytics.player_game_summary", "analytics.upcoming_player_game_context"


@contextmanager
def delivered(change: Callable[[Files], None]) -> Iterator[Play]:
    """A built warehouse after a delivery with a change."""
    with beginning(ALL_TABLES) as play:
        change(play.files)
        play.undelivered |= play.files.deliver()
        play.ingest()
        yield play


@contextmanager
def settled(change: Callable[[Files], None]) -> Iterator[Play]:
    """The same after a run, which left what a full rebuild would make."""
    with delivered(change) as play:
        settle(play)
        yield play


def settle(play: Play) -> None:
    report = play.run(Run())
    assert report is not None
    assert report.is_complete, {attempt.cause for attempt in report.attempts if attempt.cause}
    assert differences(play.warehouse, play.registry) == []


def of_game(files: Files, table: str, game: str) -> list[Line]:
    return [line for line in files.lines[f"{table}_{SEASON}"] if line["game_id"] == game]


def touch(files: Files, *tables: str) -> None:
    files.touched |= {f"{table}_{SEASON}" for table in tables}


# --- late ------------------------------------------------------------------------------------------------------------


def result_of_the_fifth(files: Files) -> None:
    """The result of the fifth date comes in: what was taken out of the files of its game."""
    while files.taken[-1][1][0]["game_date"] == str(FIFTH):
        files.bring_back(-1)


RESULT = [
    "raw.did_not_play: 8 new",
    "raw.games: 1 corrected, 1 new",
    "raw.officials: 3 new",
    "raw.play_by_play: 522 new",
    "raw.player_box: 26 new",
    "raw.shots: 189 new",
    "raw.team_box: 2 new",
]
"""All that is known of game 5; its schedule was told with the first delivery, its score with this one."""


@pytest.mark.soak
def test_rows_that_arrive_late() -> None:
    """A result makes two lines of teams where none were; the league's averages of the next date follow from it."""
    with settled(result_of_the_fifth) as play:
        chain = ran(play, "league_averages", SIXTH)
        assert (chain.outcome, chain.reason, chain.rows) == ("written", "input changed", {"changed": 1})
        assert outline(chain.because) == [f"{TOGS}: 2 inserted", *(f"  {line}" for line in RESULT)]
        (teams,) = chain.because
        assert (teams.on.dates, teams.on.first) == (1, FIFTH)
        assert [(cause.reason, cause.dates) for cause in teams.causes] == [("never built", 1)]
        own = ran(play, "PGS", FIFTH)
        assert (own.reason, own.rows) == ("never built", {"inserted": 34})
        assert outline(own.because) == sorted({*RESULT, "raw.player_lines: 112 new"} - {"raw.officials: 3 new"})


# --- corrected -------------------------------------------------------------------------------------------------------


def an_assist_less_and_another_arena(files: Files) -> None:
    """Of a player of 737 and his team on the first date; where game 4 was played, nobody reads."""
    line = next(one for one in of_game(files, "player_box", "0022100001") if int(one["assists"]) > 0)
    team = next(one for one in of_game(files, "team_box", line["game_id"]) if one["team_id"] == line["team_id"])
    for one in (line, team):
        one["assists"] = str(int(one["assists"]) - 1)
    of_game(files, "games", GAME_4)[0]["arena"] = "Elsewhere"
    touch(files, "player_box", "team_box", "games")


@pytest.mark.soak
def test_rows_that_are_corrected() -> None:
    """737 plays again on the fifth date, not on the sixth; features do not read assists; nothing reads the arena."""
    with delivered(an_assist_less_and_another_arena) as play:
        waiting = due(play, "player_daily_cache", FIFTH)
        assert waiting.reason == f"behind {PGS} {FIRST}, which is stale"
        assert outline(waiting.because)[:5] == [
            f"{TOGS}: due",
            "  raw.team_box: 1 corrected",
            f"{PGS}: due",
            f"  {TOGS}: due (above)",
            "  raw.player_box: 1 corrected",
        ]
        assert [(step.due.dates, step.due.first) for step in waiting.because[:2]] == [(1, FIRST), (1, FIRST)]
        assert "raw.games" not in named(waiting.because)
        settle(play)
        chain = ran(play, "player_daily_cache", FIFTH)
        assert (chain.outcome, chain.rows) == ("written", {"changed": 1})
        expected = [f"{PGS}: 1 changed", "  raw.player_box: 1 corrected", "  raw.team_box: 1 corrected"]
        assert outline(chain.because) == expected
        (players,) = chain.because
        assert (players.columns, players.on.first) == (("assists",), FIRST)
        for raw in players.because:
            assert (raw.columns, raw.on.first) == (("assists",), FIRST)
            (told,) = raw.ingests
            assert (told.stream, told.rows) == (f"{raw.table[4:]}_{SEASON}.csv", {"corrected": 1})
        spared = ran(play, "player_daily_cache", SIXTH)
        assert (spared.outcome, outline(spared.because)) == ("outside", expected)
        assert "No row that changed reaches it" in next(lines(spared))
        assert explained(play, "player_daily_cache", FIFTH).why_it_is_due is None
        for day in (FIRST, FIFTH):
            chain = ran(play, "MLFS", day)
            assert (chain.reason, chain.because) == ("never built", ())


# --- vanished, and a snapshot more -------------------------------------------------------------------------------------


def offers_and_a_report(files: Files) -> None:
    """All seven offers on one player for game 5 are withdrawn and he is reported out, a book more offers another."""
    offers = of_game(files, "player_lines", GAME_5)
    one, other = offers[0]["player_id"], next(line for line in offers if line["player_id"] != offers[0]["player_id"])
    files.take(f"player_lines_{SEASON}", [line for line in offers if line["player_id"] == one])
    more = {"book": "Late", "snapshot_quality": "timed", "snapshot_at": f"{FIFTH} 20:00:00"}
    files.lines[f"player_lines_{SEASON}"].append(other | more)
    reports = files.lines[f"injuries_{SEASON}"]
    reports.append(
        reports[0]
        | {"game_date": str(FIFTH), "player_id": one, "status": "out", "snapshot_at": f"{FIFTH} 15:00:00"}
        | {"team_id": "1610612737", "snapshot_quality": "timed"}
    )
    touch(files, "player_lines", "injuries")


@pytest.mark.soak
def test_rows_that_vanish_and_snapshots_that_are_added() -> None:
    """Two players of the date are seen otherwise, and so are their features."""
    with settled(offers_and_a_report) as play:
        chain = ran(play, "UPGC", FIFTH)
        assert chain.rows == {"changed": 2}
        offers = "raw.player_lines: 1 new, 7 vanished"
        assert outline(chain.because) == ["raw.injuries: 1 new", offers]
        assert chain.because[1].ingests[0].rows == {"new": 1, "vanished": 7}
        features = ran(play, "MLFS", FIFTH)
        assert features.rows == {"changed": 2}
        assert outline(features.because)[:3] == [f"{UPGC}: 2 changed", "  raw.injuries: 1 new", f"  {offers}"]
        assert {"has_points_line", "line_books", "player_status"} <= set(features.because[0].columns)


# --- a game that moves, or is cancelled ----------------------------------------------------------------------------------


def a_day_earlier(files: Files) -> None:
    (game,) = of_game(files, "games", GAME_4)
    for column in ("tip_scheduled_at", "tip_actual_at"):
        game[column] = str(datetime.fromisoformat(game[column]) - timedelta(days=1))
    game["game_date"] = str(THIRD)
    touch(files, "games")
    files.agree_with_schedule()


def cancelled(files: Files) -> None:
    files.unplay(of_game(files, "games", GAME_4), "cancelled")


def of_teams(end: str) -> list[str]:
    """Of all that is known of game 4 what the teams' lines are made from, and what became of it but for the game's row."""
    counts = {"did_not_play": 14, "officials": 3, "play_by_play": 558, "player_box": 20, "shots": 170, "team_box": 2}
    found = [f"raw.{table}: {count} {end}" for table, count in counts.items()]
    return sorted([*found, "raw.games: 1 corrected"])


@pytest.mark.soak
def test_a_game_that_moves() -> None:
    """It is gone from one date and there on another; both count for 751, which plays on the fifth."""
    with settled(a_day_earlier) as play:
        chain = ran(play, "UTGC", FIFTH)
        assert chain.rows == {"changed": 2}
        moved, found = "deleted, {0} inserted", outline(chain.because)
        teams = f"2 {moved.format(2)}"
        assert found[:8] == [f"{TOGS}: {teams}", *(f"  {line}" for line in of_teams("corrected"))]
        assert found[8:10] == [f"{PGS}: 34 {moved.format(34)}", f"  {TOGS}: {teams} (above)"]
        assert f"{TDGS}: {teams}" in found
        assert found[-4:] == [
            "raw.game_lines: 6 corrected",
            "raw.games: 1 corrected (above)",
            "raw.games_scheduled: 1 corrected",
            "raw.player_box: 20 corrected (above)",
        ]
        box = next(step for step in chain.because[0].because if step.table == "raw.player_box")
        assert (box.columns, box.on.dates, box.on.first, box.on.last) == (("game_date",), 2, THIRD, FOURTH)
        closed, grown = ran(play, "PGS", FOURTH), ran(play, "PGS", THIRD)
        assert (closed.reason, closed.rows) == ("its last game is gone", {"deleted": 34})
        assert (grown.reason, grown.rows) == ("input changed", {"inserted": 34})
        assert named(closed.because) == named(grown.because) == {
            TOGS, "raw.games", "raw.player_lines", *(line.partition(":")[0] for line in of_teams("")),
        }  # fmt: skip


@pytest.mark.soak
def test_a_game_that_is_cancelled() -> None:
    """Its lines of teams are gone, and with them their share of the averages."""
    with settled(cancelled) as play:
        chain = ran(play, "league_averages", FIFTH)
        assert chain.rows == {"changed": 1}
        assert outline(chain.because) == [
            f"{TOGS}: 2 deleted", *(f"  {line}" for line in of_teams("vanished")), "raw.games_scheduled: 1 corrected",
        ]  # fmt: skip
        teams, schedule = chain.because
        assert [(cause.reason, cause.dates) for cause in teams.causes] == [("its last game is gone", 1)]
        assert (schedule.columns, schedule.on.first) == (("takes_place",), FOURTH)
        own = ran(play, "PGS", FOURTH)
        assert (own.reason, own.rows) == ("its last game is gone", {"deleted": 34})
        assert explained(play, "PGS", FOURTH).state == "closed"


# --- a player of another team --------------------------------------------------------------------------------------------


def booked_for_each_other(files: Files) -> None:
    """Two lines of the first date, one of each team, are each other's; one of the two is listed with the other team since."""
    one = of_game(files, "player_box", "0022100001")[0]
    other = next(line for line in of_game(files, "player_box", "0022100001") if line["team_id"] != one["team_id"])
    ids = ("player_id", "player_name")
    before = dict(one)
    one |= {column: value for column, value in other.items() if column not in ids}
    other |= {column: value for column, value in before.items() if column not in ids}
    listed = [line for line in files.lines[f"rosters_{SEASON}"] if line["player_id"] == one["player_id"]]
    listed[-1]["team_id"] = one["team_id"]
    touch(files, "player_box", "rosters")


@pytest.mark.soak
def test_a_player_who_is_reassigned() -> None:
    """A box line is corrected under its key; who is listed with whom is the key of a roster, so a row goes and one comes."""
    with settled(booked_for_each_other) as play:
        own = ran(play, "PGS", FIRST)
        assert (own.rows, outline(own.because)) == ({"changed": 2}, ["raw.player_box: 2 corrected"])
        assert {"team_id", "points", "seconds_played"} < set(own.because[0].columns)
        behind = [
            f"{PGS}: 2 changed",
            "  raw.player_box: 2 corrected",
            "raw.player_box: 2 corrected",
            "raw.rosters: 1 new, 1 vanished",
        ]
        # One of the two plays on the fifth date, the other on the sixth.
        for day in (FIFTH, SIXTH):
            chain = ran(play, "UPGC", day)
            assert (chain.rows, outline(chain.because)) == ({"changed": 1}, behind)
            assert (chain.because[1].columns, chain.because[1].on.first) == (("team_id",), FIRST)
        cache = ran(play, "player_daily_cache", FIFTH)
        assert outline(cache.because) == [
            *behind[:2],
            f"{UPGC}: 1 changed",
            f"  {PGS}: 2 changed (above)",
            *(f"  {line}" for line in behind[2:]),
            *(f"{line} (above)" for line in behind[2:]),
        ]
