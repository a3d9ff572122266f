"""What tables say of one thing: each rule finds a seeded difference in each table that it is asked of."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from seeding import change, harmed, one_row, said

from backcourt.checks.validate import equalities as rules
from backcourt.checks.validate.copies import copied, copies
from backcourt.checks.validate.equalities import Equality, ask, equalities
from backcourt.checks.validate.stage import create_stage
from backcourt.engine.registry import Registry, default_registry
from backcourt.seasons import Scope
from support import Workshop

PGS, TOGS, TDGS = (f"analytics.{name}" for name in (rules.PLAYERS, rules.OFFENSE, rules.DEFENSE))
UTGC = "analytics.upcoming_team_game_context"
PLACED = [
    table.full_name
    for table in default_registry().ordered
    if {"game_id", "team_id", "opponent_team_id"} <= set(table.contract.column_names)
]

DEFECTS = [
    *(("player_sums", change(PGS, f"{name} = {name} + 1", "NOT is_dnp"), PGS) for name in rules._SUMMED),
    *(("player_stops", change(PGS, f"{name} = {name} + 1", "NOT is_dnp"), PGS) for name in ("steals", "blocks", "defensive_rebounds")),
    ("points_identity", change(TOGS, "points_scored = points_scored + 1"), TOGS),
    ("points_identity", change(TDGS, "opp_ft_makes = opp_ft_makes + 1"), TDGS),
    ("points_identity", change(PGS, "three_pt_makes = three_pt_makes + 1", "NOT is_dnp"), PGS),
    *(("team_mirror", change(TDGS, f"{name} = NULL", f"{name} IS NOT NULL"), TDGS) for name in rules._MIRRORED.values()),
    ("team_mirror", change(TDGS, "margin_of_victory = margin_of_victory + 1"), TDGS),
    ("team_mirror", f"DELETE FROM {TOGS} WHERE {one_row(TOGS)}", TDGS),
    *(("opponent_symmetry", change(name, "opponent_team_id = team_id"), name) for name in (TOGS, TDGS, UTGC)),
    *(("opponent_symmetry", change(name, "home_game = NOT home_game"), name) for name in (TOGS, TDGS, UTGC)),
    *(("opponent_symmetry", f"DELETE FROM {name} WHERE {one_row(name)}", name) for name in (TOGS, TDGS, UTGC)),
    *(("opponent_symmetry", f"INSERT INTO {name} SELECT * FROM {name} WHERE {one_row(name)}", name) for name in (TOGS, TDGS, UTGC)),
    ("opposite_columns", change(UTGC, "opponent_win_pct = 0.123"), UTGC),
    ("opposite_columns", change(UTGC, "days_rest = 77", "days_rest IS NOT NULL"), UTGC),
    ("zones_in_field_goals", change(TOGS, "team_paint_makes = team_paint_makes + 1", "shot_zone_attempts_gap = 0"), TOGS),
    ("zones_in_field_goals", change(PGS, "paint_makes = paint_makes + 3", "has_shot_zones"), PGS),
    ("zones_in_field_goals", change(PGS, "assisted_fg_makes = assisted_fg_makes + 1", "has_shot_zones"), PGS),
    *(("zone_sums", change(PGS, f"{name} = {name} + 1", "has_shot_zones"), PGS) for name in rules._ZONES),
    ("schedule_score", change(TOGS, "points_scored = points_scored + 1"), TOGS),
    ("schedule_score", change(TDGS, "points_allowed = points_allowed + 1"), TDGS),
    ("schedule_score", change(PGS, "win_flag = NOT win_flag"), PGS),
    ("schedule_score", change(PGS, "margin_of_victory = -margin_of_victory"), PGS),
    *(("in_the_game", change(name, "team_id = 1"), name) for name in PLACED),
    *(("in_the_game", change(name, "opponent_team_id = team_id"), name) for name in PLACED),
    *(("in_the_game", change(name, "game_id = '0000000000'"), name) for name in PLACED),
    ("in_the_game", change(PGS, "home_game = NOT home_game"), PGS),
    ("in_the_game", change(PGS, "season = '1946-47'"), PGS),
]  # fmt: skip


def test_every_difference_is_found(sound: Workshop) -> None:
    """One after the other on one stage, as most of the time would go into making it."""
    stage = create_stage(sound.warehouse, sound.registry, Scope())
    unnoticed = []
    for rule, statement, table in DEFECTS:
        with harmed(sound, statement):
            outcomes = {each.finding.outcome for each in _only(stage, rule, table)}
        if outcomes != {"fail"} and outcomes != {"fail", "pass"}:
            unnoticed.append((rule, statement, outcomes))
    assert unnoticed == []


def _only(stage: rules.Stage, rule: str, table: str) -> Iterator[rules.Result]:
    for each in (*rules._of_games(), *rules._of_every(stage.registry.ordered)):
        if each.rule.name == rule and each.tables[0] == table.partition(".")[2]:
            yield from rules.ask(stage, each)


def test_what_is_sound_passes(sound: Workshop) -> None:
    found = said(equalities, sound)
    assert {each.outcome for each in found.values()} == {"pass"}
    assert {check for check, _ in found} == {rule.name for rule in rules.RULES}
    assert {check for check, *_ in DEFECTS} == {rule.name for rule in rules.RULES}
    assert all(int(each.figures["compared"]) > 0 for each in found.values())


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        (f"SELECT game_date, nothing AS cause FROM {TOGS}", "nothing"),
        (f"SELECT game_date, 'x' AS cause FROM {TOGS} WHERE FALSE", "nothing could be compared"),
    ],
)
def test_a_rule_that_cannot_be_asked_is_an_error(
    sound: Workshop, monkeypatch: pytest.MonkeyPatch, sql: str, why: str
) -> None:
    broken = Equality(rules.SCORE, (rules.OFFENSE,), sql)
    monkeypatch.setattr(rules, "_of_games", lambda: iter([broken]))
    monkeypatch.setattr(rules, "_of_every", lambda tables: iter([]))
    found = said(equalities, sound)["schedule_score", rules.OFFENSE]
    assert found.outcome == "error"
    assert why in found.said


def test_dates_that_are_not_verified_are_counted_and_not_compared(sound: Workshop) -> None:
    first = f"(SELECT MIN(game_date) FROM {TDGS})"
    stale = f"UPDATE ledger.partitions SET state = 'damaged' WHERE table_name = '{TDGS}' AND game_date = {first}"
    found = said(equalities, sound, stale)["player_stops", rules.PLAYERS]
    assert (found.outcome, found.figures["dates"], found.figures["dates not compared"]) == ("pass", 5, 1)


# --- columns that are taken from other tables -------------------------------------------------------------------------


def test_a_copy_that_differs_is_found(sound: Workshop, registry: Registry) -> None:
    """Of every table and every table that it copies from, in the first and the last column."""
    stage = create_stage(sound.warehouse, registry, Scope())
    unnoticed = []
    for table in registry.ordered:
        for equality in copied(registry, table):
            columns = re.findall(r"': (\w+) '", equality.sql)
            for column in {columns[0], columns[-1]}:
                kind = table.contract.column(column).type
                other = "'x'" if kind == "varchar" else f"NOT {column}" if kind == "boolean" else f"{column} + 1"
                with harmed(sound, change(table.full_name, f"{column} = {other}", f"{column} IS NOT NULL")):
                    (result,) = ask(stage, equality)
                    if result.finding.outcome != "fail" and _has_values(sound, table.full_name, column):
                        unnoticed.append((table.name, equality.tables[1], column))
    assert unnoticed == []


def _has_values(shop: Workshop, table: str, column: str) -> bool:
    return bool(shop.warehouse.value(f"SELECT COUNT({column}) FROM {table}"))


def test_copies_pass_where_nothing_differs(sound: Workshop) -> None:
    found = said(copies, sound)
    assert {each.outcome for each in found.values()} == {"pass"}
    assert {table for _, table in found} == {
        "team_defense_game_summary", "upcoming_player_game_context", "player_daily_cache", "player_defensive_context",
        "player_composite_factors", "ml_feature_store",
    }  # fmt: skip


def test_a_feature_is_copied_from_where_its_contract_says(registry: Registry) -> None:
    """A feature whose source has a column of its name is that column; home_game follows from the schedule alike."""
    store, taken = registry.resolve("MLFS").contract, registry.copies("ml_feature_store")
    other = []
    for column in store.columns:
        source = column.feature.source if column.feature else ""
        if source.partition(".")[2] in registry.built and column.name in registry.contract(source).column_names:
            copy = taken.get(column.name)
            if copy is None or (copy.table, copy.column) != (source, column.name):
                other.append(column.name)
    assert other == ["home_game"]
    assert len(taken) > 100
