"""What is not there is told: however long ago, however little of it, and whoever reads it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from scene import FIRST, PGS, TDGS, TOGS, Scene, without

from backcourt.engine import ledger
from small_league import RESULT, TEAM
from support import Line

BOX, TEAM_BOX = "player_box_2021-22", "team_box_2021-22"
OLD = "DATE '2021-10-20'"


@pytest.mark.soak
def test_a_hole_of_two_seasons_ago_is_found(two_seasons: Scene) -> None:
    """A date of the season before was never built, and all newer ones were: no trailing window is looked at."""
    assert two_seasons("gaps").code == 0
    with two_seasons.shop() as shop:
        of_date = f"table_name = 'analytics.{RESULT}' AND game_date = {OLD}"
        shop.warehouse.execute(f"DELETE FROM analytics.{RESULT} WHERE game_date = {OLD}")
        shop.warehouse.execute(f"DELETE FROM ledger.partitions WHERE {of_date}")
        shop.warehouse.execute(f"DELETE FROM ledger.column_fingerprints WHERE {of_date}")
        ledger.seal_everything(shop.warehouse)
    found = two_seasons("gaps --json")
    assert found.code == 1
    (hole,) = [each for each in found.json["gaps"] if each["state"] == "missing"]
    assert (hole["table"], hole["first"], hole["last"]) == (RESULT, "2021-10-20", "2021-10-20")
    totals = {each["table"]: each["states"] for each in two_seasons("status --json").json["status"]["totals"]}
    assert (totals[RESULT]["missing"], totals[RESULT]["verified"]) == (1, 7)
    assert two_seasons("verify").code == 1


@pytest.mark.soak
def test_no_window_is_computed_over_a_missing_game(two_seasons: Scene) -> None:
    """The box scores of an early game are late. Later dates that look back on it wait, and use neither less nor older games."""
    whole, saved = two_seasons.hashes(), (two_seasons.folder / f"{TEAM_BOX}.csv").read_bytes()
    two_seasons.edit(TEAM_BOX, without(game_date="2021-10-20"))
    two_seasons.ingest()
    assert two_seasons("backfill").code == 1
    causes = two_seasons.causes()
    assert "failed: keys_equal_spine: expected key 0022100002 " in causes[RESULT, "2021-10-20"]
    reading = [day for table, day in causes if table == TEAM]
    assert {causes[TEAM, day] for day in reading} == {
        f"blocked: was blocked: needs analytics.{RESULT} 2021-10-20, which is failed"
    }
    assert set(reading) == {str(day) for table, day in whole if table == TEAM and str(day) > "2021-10-20"}
    assert two_seasons(f"load {TEAM}").code == 1
    (two_seasons.folder / f"{TEAM_BOX}.csv").write_bytes(saved)
    two_seasons.ingest(hours=2)
    assert two_seasons("backfill").code == 0
    assert two_seasons.hashes() == whole


@pytest.mark.soak
def test_zero_rows_are_no_success(raw_scene: Scene) -> None:
    """The source had nothing yet when it was asked; that neither counts as done nor keeps what comes later out."""
    files = [raw_scene.folder / f"{name}.csv" for name in (BOX, "did_not_play_2021-22")]
    saved = [path.read_bytes() for path in files]
    for path in files:
        raw_scene.edit(path.stem, without(game_date=FIRST))
    raw_scene.ingest()
    answer = raw_scene(f"backfill --dates {FIRST} --json")
    assert (answer.code, answer.json["is_complete"]) == (1, False)
    cause = raw_scene.causes()[PGS, FIRST]
    assert "failed: games_present: game 0022100001 is covered by raw.player_box but has no rows there" in cause
    for path, content in zip(files, saved, strict=True):
        path.write_bytes(content)
    raw_scene.ingest(hours=2)
    assert raw_scene(f"backfill --dates {FIRST}").code == 0
    assert raw_scene.causes() == {}


def one_team(lines: list[Line]) -> list[Line]:
    """Of the first game one team only."""
    return [line for line in lines if line is not lines[0]]


def one_player(lines: list[Line]) -> list[Line]:
    """Of the first game one player only."""
    return [line for line in lines if line["game_id"] != lines[0]["game_id"] or line is lines[0]]


def all_but_one(lines: list[Line]) -> list[Line]:
    """Of the first game all who scored but one."""
    scorer = next(line for line in lines if int(line["points"]))
    return [line for line in lines if line is not scorer]


@pytest.mark.parametrize(
    ("file", "part", "table", "rule"),
    [
        (TEAM_BOX, one_team, TOGS, "keys_equal_spine: expected key 0022100001"),
        (BOX, one_player, PGS, "both_teams: "),
        pytest.param(BOX, all_but_one, PGS, "team_totals: ", marks=pytest.mark.soak),
    ],
    ids=["one team", "one player", "all but one"],
)
def test_a_part_of_a_slate_is_no_slate(
    raw_scene: Scene, file: str, part: Callable[[list[Line]], list[Line]], table: str, rule: str
) -> None:
    """The process ends well and something was there; what is asked is whether all of it is."""
    raw_scene.edit(file, part)
    raw_scene.ingest()
    assert raw_scene(f"backfill --dates {FIRST}:2021-10-20 --tables {table}").code == 1
    assert rule in raw_scene.causes()[table, FIRST]
    assert raw_scene.sql(f"SELECT DISTINCT CAST(game_date AS VARCHAR) FROM analytics.{table}") == [("2021-10-20",)]
    assert raw_scene(f"load {table} --dates {FIRST}").code == 1
    assert raw_scene(f"load {table} --dates 2021-10-20").code == 0


def test_a_game_that_was_promised_and_not_delivered_is_named(scene: Scene) -> None:
    """Game by game and source by source: nine gamebooks are not one."""
    assert scene("gaps --phase 2").code == 0
    scene.edit(BOX, without(game_date=FIRST))
    scene.ingest()
    found = scene("gaps --phase 2 --json")
    assert found.code == 1
    (gap,) = found.json["gaps"]
    assert (gap["table"], gap["state"], gap["first"], gap["games"]) == ("raw.player_box", "not delivered", FIRST, 1)


def test_what_is_unknown_is_not_zero(scene: Scene) -> None:
    """Without the shots of a game its zones are unknown, of the player, his team and their opponents: NULL, and never 0."""
    zones = {PGS: ("paint_attempts", "mid_range_attempts"), TDGS: ("opp_paint_attempts", "opp_mid_range_attempts")}

    def known(table: str) -> list[int]:
        counts = ", ".join(f"COUNT({column})" for column in zones[table])
        ((rows, *found),) = scene.sql(f"SELECT COUNT(*), {counts} FROM analytics.{table} WHERE game_date = '{FIRST}'")
        assert rows > 1
        return found

    assert all(all(known(table)) for table in zones)
    scene.edit("shots_2021-22", without(game_date=FIRST))
    scene.ingest()
    assert scene("backfill").code == 0
    assert {table: known(table) for table in zones} == {PGS: [0, 0], TDGS: [0, 0]}
