"""Rows recomputed from raw by other code: equal to the bit, or found; and a round that skips all proves nothing."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from seeding import change, said

from backcourt.checks.validate import spot
from backcourt.checks.validate.spot import sample
from backcourt.checks.validate.spot.clock import Clock, on_court
from backcourt.checks.validate.spot.raw import Raw
from backcourt.checks.validate.spot.sample import RECOMPUTED, Drawn, differences, draw, recomputed, spot_checks
from backcourt.checks.validate.stage import Stage, create_stage
from backcourt.seasons import DateRange, Scope
from support import Workshop

FOLDER = Path(spot.__file__).parent
SEED = 4


@pytest.fixture
def stage(sound: Workshop) -> Stage:
    return create_stage(sound.warehouse, sound.registry, Scope())


def pairs(stage: Stage, samples: int) -> Iterator[tuple[Drawn, dict[str, Any]]]:
    """Every drawn row with its recomputation."""
    for name, recompute in RECOMPUTED.items():
        rows = draw(stage, stage.registry.built[name], samples, SEED)
        raw = Raw(stage.warehouse, [row.at["player_id"] for row in rows if "player_id" in row.at])
        clock = Clock(raw)
        for row in rows:
            found = recomputed(recompute, raw, clock, row)
            assert isinstance(found, dict)
            yield row, found


def test_every_row_of_the_league_is_equal(stage: Stage) -> None:
    found = list(spot_checks(stage, 1000, SEED))
    assert {each.finding.outcome for each in found} == {"pass"}
    rows = {
        name: stage.warehouse.value(f"SELECT COUNT(*) FROM {stage.registry.built[name].full_name}")
        for name in RECOMPUTED
    }
    assert {each.finding.subject: each.finding.figures["rows"] for each in found[:-1]} == rows


def test_a_wrong_value_in_any_column_is_found(stage: Stage) -> None:
    """NULL for a value, a value for NULL, the next double, an integer for a double of the same size."""
    unnoticed, columns = [], set()
    for row, found in pairs(stage, 3):
        assert differences(row, found) == []
        for column, value in found.items():
            columns.add((row.table.name, column))
            for wrong in wrong_values(value):
                altered = replace(row, stored={**row.stored, column: wrong})
                (told,) = differences(altered, found) or [""]
                if f"{column} is " not in told:
                    unnoticed.append((row.table.name, column, value, wrong))
    assert unnoticed == []
    assert len(columns) > 380


def wrong_values(value: object) -> list[object]:
    if value is None:
        return [0, "x"]
    if isinstance(value, float):
        beside: list[object] = [value + abs(value) * 2.0**-52 + 5e-324, None]
        return [*beside, int(value)] if value == int(value) else beside
    return [None, not value] if isinstance(value, bool) else [None, 0.123]


COLUMNS = {
    "player_game_summary": "points",
    "team_offense_game_summary": "points_scored",
    "team_defense_game_summary": "points_allowed",
    "upcoming_team_game_context": "win_streak",
    "upcoming_player_game_context": "win_streak",
    "player_daily_cache": "games_used_5",
    "player_shot_zone_analysis": "games_in_sample_10",
    "team_defense_zone_analysis": "games_in_sample",
    "ml_feature_store": "win_streak",
}


@pytest.mark.parametrize("name", RECOMPUTED)
def test_a_changed_row_is_found_and_named(sound: Workshop, name: str) -> None:
    table, column = sound.registry.built[name], COLUMNS[name]
    statement = change(table.full_name, f"{column} = {column} + 1", f"{column} IS NOT NULL")
    found = said(lambda one: spot_checks(one, 1000, SEED), sound, statement, scope=Scope(tables=(name,)))
    one = found["spot_check", name]
    assert one.outcome == "fail"
    assert f": {column} is " in one.said
    assert one.figures["partitions"] == 1


def test_a_row_that_raw_does_not_have_is_found(sound: Workshop) -> None:
    togs = "analytics.team_offense_game_summary"
    gone = f"DELETE FROM raw.team_box WHERE game_id = (SELECT MIN(game_id) FROM {togs})"
    found = said(lambda one: spot_checks(one, 1000, SEED), sound, gone)["spot_check", "team_offense_game_summary"]
    assert found.outcome == "fail"
    assert "there is nothing in raw that it could be made from" in found.said


# --- what is drawn ----------------------------------------------------------------------------------------------------


def test_a_seed_draws_the_same_rows_again_and_more_of_them(stage: Stage) -> None:
    table = stage.registry.resolve("PGS")
    drawn = {
        (samples, seed): [row.key for row in draw(stage, table, samples, seed)] for samples in (5, 8) for seed in (1, 2)
    }
    assert drawn[5, 1] == drawn[8, 1][:5] == [row.key for row in draw(stage, table, 5, 1)]
    assert drawn[5, 1] != drawn[5, 2]
    assert json.loads(drawn[5, 1][0]).keys() == {"game_id", "player_id"}


def test_a_round_that_skips_all_is_an_error(sound: Workshop) -> None:
    of_averages = said(lambda one: spot_checks(one, 5, SEED), sound, scope=Scope(tables=("league_averages",)))
    assert of_averages["spot_checks", ""].outcome == "error"
    assert of_averages["spot_checks", ""].figures["skipped tables"] == ["league_averages"]
    summer = Scope(dates=(DateRange(date(2021, 7, 1), date(2021, 7, 2)),))
    assert said(lambda one: spot_checks(one, 5, SEED), sound, scope=summer)["spot_checks", ""].outcome == "error"


def test_a_table_of_which_nothing_is_verified_is_an_error_and_said(sound: Workshop) -> None:
    damaged = "UPDATE ledger.partitions SET state = 'damaged' WHERE table_name = 'analytics.player_game_summary'"
    found = said(lambda one: spot_checks(one, 5, SEED), sound, damaged)
    one = found["spot_check", "player_game_summary"]
    assert (one.outcome, one.figures["partitions not drawn from"]) == ("error", 6)
    assert found["spot_check", "team_offense_game_summary"].outcome == "pass"
    assert "none of " in found["spot_checks", ""].said
    assert "player_game_summary" in found["spot_checks", ""].said


def test_partitions_that_are_not_drawn_from_are_counted(sound: Workshop) -> None:
    togs = "analytics.team_offense_game_summary"
    last = f"(SELECT MAX(game_date) FROM {togs})"
    damaged = f"UPDATE ledger.partitions SET state = 'damaged' WHERE table_name = '{togs}' AND game_date = {last}"
    only = Scope(tables=("team_offense_game_summary",))
    found = said(lambda one: spot_checks(one, 1000, SEED), sound, damaged, scope=only)[
        "spot_check", "team_offense_game_summary"
    ]
    assert (found.figures["rows"], found.figures["partitions not drawn from"]) == (10, 1)


def test_what_cannot_be_read_is_an_error(sound: Workshop) -> None:
    found = said(lambda one: spot_checks(one, 5, SEED), sound, "DROP VIEW raw.shots_current")
    assert found["spot_check", "team_offense_game_summary"].outcome == "error"


# --- that it is other code --------------------------------------------------------------------------------------------


def test_it_shares_nothing_with_what_it_checks() -> None:
    """No SQL of a table, no lineage, no build; and of the built tables only the drawn rows are read."""
    modules = sorted(FOLDER.glob("*.py"))
    assert len(modules) >= 8
    for path in modules:
        text = path.read_text(encoding="utf-8")
        imported = {node.module or "" for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)}
        foreign = {one for one in imported if one.startswith("backcourt.engine")}
        assert foreign <= {"backcourt.engine.hashing", "backcourt.engine.registry"}, path.name
        assert not foreign or path.name == "sample.py", path.name
        for word in ("build_sql", "spine_sql", "analytics.", "precompute.", "candidate"):
            assert word not in text, (path.name, word)


# --- playing time from line-ups ---------------------------------------------------------------------------------------


def event(period: int, clock_ms: int, index: int, players: str | None) -> tuple[Any, ...]:
    return period, clock_ms, index, players, 0, None, False, False


def test_line_ups_stand_until_the_next_clock() -> None:
    events = [
        event(1, 720_000, 1, "1|2"),
        event(1, 600_000, 2, "1|2"),
        event(1, 600_000, 3, "1|3"),
        event(1, 300_400, 4, None),
        event(4, 500_000, 5, "2|3"),
        event(5, 200_000, 6, "1|2"),
    ]
    assert on_court(events) == {1: (720 + 300, 0), 2: (120 + 720 + 300, 720), 3: (600 + 720, 720)}


def test_an_estimate_far_from_the_box_score_is_not_believed(stage: Stage) -> None:
    class Told(Raw):
        def events(self, game_id: str) -> list[tuple[Any, ...]]:
            return [event(1, 720_000, 1, "7|8")]

    clock = Clock(Told(stage.warehouse))
    line = sample.Raw(stage.warehouse, [stage.warehouse.value("SELECT MIN(player_id) FROM raw.player_box_current")])
    (first, *_) = line.listed(line._players[0])
    first.__dict__.update(player_id=7, seconds_quality="whole_minutes")
    for printed, seconds, quality in ((660, 720, "estimated"), (600, 600, "whole_minutes"), (None, None, None)):
        first.__dict__.update(seconds_played=printed)
        assert (clock.seconds(first), clock.quality(first)) == (seconds, quality)
    first.__dict__.update(seconds_played=41, seconds_quality="exact")
    assert (clock.seconds(first), clock.quality(first), clock.fourth_quarter(first)) == (41, "exact", None)
