"""Complete is measured by the schedule: never by what is there, by some of the tables, or by days of the calendar."""

from __future__ import annotations

from scene import PGS, TDGS, TOGS, Scene


def test_what_is_there_is_not_the_measure(raw_scene: Scene) -> None:
    """Every row that is stored has its hash, and none is there twice: of one date in six."""
    assert raw_scene("backfill --dates 2021-10-20").code == 0
    assert raw_scene.sql(f"SELECT COUNT(data_hash) / COUNT(*) FROM analytics.{PGS}") == [(1.0,)]
    answer = raw_scene("verify --json")
    assert answer.code == 1
    (found,) = [one for one in answer.json["verdict"]["tables"] if one["table"] == PGS]
    assert (found["rows"], found["expected_rows"], found["verified"], found["missing"]) == (34, 204, 1, 5)
    assert raw_scene("verify --dates 2021-10-20").code == 0


def test_every_table_is_asked(scene: Scene) -> None:
    """Two of three are complete, and the phase is not."""
    assert scene("verify --phase 3").code == 0
    scene.sql(f"DELETE FROM analytics.{TDGS} WHERE game_date > '2021-10-20'", "SELECT 1")
    answer = scene("verify --phase 3 --json")
    assert answer.code == 1
    ready = {one["table"]: one["ready"] for one in answer.json["verdict"]["tables"]}
    assert ready == {TOGS: True, PGS: True, TDGS: False}


def test_days_without_games_are_not_counted(scene: Scene) -> None:
    """October has 31 days, the league's October 6 dates with games; a month without games is no month that is done."""
    totals = scene("status --dates 2021-10 --json").json["status"]["totals"]
    assert {(one["table"], one["states"]["verified"], sum(one["states"].values())) for one in totals} == {
        (table, 6, 6) for table in (TOGS, TDGS, PGS)
    }
    assert scene("gaps --dates 2021-10").code == 0
    assert scene("gaps --dates 2021-07").code == 1


def test_what_a_run_did_is_counted_from_what_it_stored(raw_scene: Scene) -> None:
    """The record of a run says as many rows as there are, not what a counter was told."""
    answer = raw_scene("backfill --json").json
    stored = sum(raw_scene.sql(f"SELECT COUNT(*) FROM analytics.{table}")[0][0] for table in (TOGS, TDGS, PGS))
    (run,) = raw_scene("runs --json").json["runs"]
    assert answer["rows"] == run["rows"] == stored == 228
    assert (run["changed"], run["failed"]) == (18, 0)
    assert raw_scene.sql("SELECT COUNT(*) FROM ledger.attempts WHERE outcome = 'written'") == [(18,)]
