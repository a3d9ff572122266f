"""A round as a whole: what it stores, what it quarantines, and that what comes out the same is not rebuilt for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from backcourt.checks.validate import equalities, health, quarantine, sources
from backcourt.checks.validate.equalities import Equality
from backcourt.checks.validate.spot import sample
from backcourt.checks.validate.stage import create_stage
from backcourt.checks.validate.whole import RULES, Validation, validate
from backcourt.engine import ledger
from backcourt.engine.refused import Refusal
from backcourt.engine.run import RunReport, backfill
from backcourt.errors import WarehouseError
from backcourt.seasons import DateRange, Scope
from backcourt.warehouse.duckdb import Warehouse
from forging import forge, row_of
from support import Workshop, clock

PGS, TOGS, TDGS = (f"analytics.{name}" for name in (equalities.PLAYERS, equalities.OFFENSE, equalities.DEFENSE))


def validated(shop: Workshop, scope: Scope | None = None, samples: int = 1000) -> Validation:
    return validate(shop.warehouse, shop.registry, scope or Scope(), clock(), samples=samples, seed=1)


def not_passed(made: Validation) -> dict[tuple[str, str], str]:
    return {(each.check, each.subject): each.outcome for each in made.review.findings if each.outcome != "pass"}


def states(shop: Workshop) -> dict[tuple[str, date], str]:
    rows = shop.warehouse.rows("SELECT table_name, game_date, state FROM ledger.partitions WHERE state <> 'verified'")
    return {(table, day): state for table, day, state in rows}


def refused(shop: Workshop) -> int:
    return int(shop.warehouse.value("SELECT COUNT(*) FROM ledger.refused"))


def steal(shop: Workshop, by: int = 1) -> date:
    """The box score of a player of the third date tells other steals, and that of his team does not."""
    box = shop.read("player_box")
    day = sorted({line["game_date"] for line in box})[2]
    line = next(one for one in box if one["game_date"] == day and one["points"] not in ("", "0"))
    line["steals"] = str(int(line["steals"]) + by)
    shop.write("player_box", box)
    shop.ingest(hours=1)
    return date.fromisoformat(day)


@pytest.fixture(autouse=True)
def short(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds of a league of six dates: its columns have no history, and reading them takes a quarter of the time."""
    if "full_shop" not in request.fixturenames:
        monkeypatch.setattr(health, "health", lambda stage: iter(()))


# --- what is right ----------------------------------------------------------------------------------------------------


def test_a_sound_league_passes_and_every_answer_is_stored(full_shop: Workshop) -> None:
    made = validated(full_shop, samples=3)
    assert (made.passed, made.review.exit_code, made.quarantine.marked) == (True, 0, 0)
    stored = full_shop.warehouse.rows("SELECT check_name, subject, query FROM ledger.findings ORDER BY ordinal")
    assert len(stored) == len(made.review.findings) > 200
    asked = {rule.name for rule in RULES} - {"contract", "own checks", "expected", "rows_of_the_ledger"}
    asked -= {rule.name for rule in sources.RULES}  # of one source, and without a value by hand
    assert asked <= {check for check, *_ in stored}
    assert {check for check, _, query in stored if not query} == {"spot_checks"}
    assert not ledger.broken_seals(full_shop.warehouse)


def test_a_scope_in_which_nothing_is_expected_is_an_error(shop: Workshop) -> None:
    made = validated(shop, Scope(dates=(DateRange(date(2021, 7, 1), date(2021, 7, 2)),)))
    assert (made.review.outcome, made.review.exit_code) == ("error", 1)
    assert [each.check for each in made.review.findings] == ["expected"]
    again = validated(shop, Scope(dates=(DateRange(date(2021, 7, 1), date(2021, 7, 2)),)))
    assert again.review.review_id == f"{made.review.review_id}-2"
    assert shop.warehouse.value("SELECT COUNT(*) FROM ledger.reviews") == 2


def test_it_is_refused_where_it_could_not_be_kept(shop: Workshop, tmp_path: Path) -> None:
    path = shop.warehouse.path or tmp_path
    shop.warehouse.execute("UPDATE ledger.partitions SET rows = rows + 1")
    with pytest.raises(WarehouseError, match="was changed by other hands"):
        validated(shop)
    shop.warehouse.close()
    with Warehouse.open(path, read_only=True) as opened, pytest.raises(WarehouseError, match="open to read only"):
        validate(opened, shop.registry, Scope(), clock())


# --- rows that other hands changed ------------------------------------------------------------------------------------


@pytest.mark.soak
def test_changed_rows_are_damaged_and_a_rebuild_heals_them(shop: Workshop) -> None:
    """A player's assists, on other dates a team's turnovers and a row's hash; what stands beside them is left alone."""
    row = row_of(shop, PGS, "NOT is_dnp")
    key = f"game_id = '{row['game_id']}' AND player_id = {row['player_id']}"
    team = row_of(shop, TOGS, f"game_date > '{row['game_date']}'")
    of_team = f"game_id = '{team['game_id']}' AND team_id = {team['team_id']}"
    last = shop.warehouse.value(f"SELECT MAX(game_date) FROM {TOGS}")
    shop.warehouse.execute(f"UPDATE {PGS} SET assists = assists + 1 WHERE {key}")
    shop.warehouse.execute(f"UPDATE {TOGS} SET turnovers = turnovers + 1 WHERE {of_team}")
    shop.warehouse.execute(f"UPDATE {TOGS} SET data_hash = NULL WHERE game_date = '{last}'")
    made = validated(shop)
    assert made.review.exit_code == 1
    assert not_passed(made) == {
        ("team_totals", "player_game_summary"): "fail",
        ("player_sums", "player_game_summary"): "fail",
        ("spot_check", "player_game_summary"): "fail",
        ("spot_check", "team_offense_game_summary"): "fail",
        ("hashes", "team_offense_game_summary"): "fail",
        ("team_mirror", "team_defense_game_summary"): "fail",
        ("copies", "team_defense_game_summary"): "fail",
        ("rows_of_the_ledger", ""): "fail",
    }
    assert states(shop) == {(PGS, row["game_date"]): "damaged", (TOGS, team["game_date"]): "damaged"}
    assert refused(shop) == 0
    assert shop.backfill().is_complete
    # While rows were harmed nothing else was judged; now the hash alone is wrong.
    made = validated(shop)
    assert not_passed(made) == {("hashes", "team_offense_game_summary"): "fail"}
    assert (states(shop), refused(shop)) == ({(TOGS, last): "damaged"}, 0)
    assert shop.backfill().is_complete
    assert validated(shop).passed


def test_changed_raw_rows_condemn_nothing(shop: Workshop) -> None:
    line = "rowid = (SELECT MIN(rowid) FROM raw.player_box WHERE points > 0)"
    shop.warehouse.execute(f"UPDATE raw.player_box SET steals = steals + 1 WHERE {line}")
    made = validated(shop)
    assert not_passed(made) == {("spot_check", "player_game_summary"): "fail", ("rows_of_the_ledger", ""): "fail"}
    (told,) = [each for each in made.review.findings if each.check == "rows_of_the_ledger"]
    assert "raw.player_box" in told.said
    assert "backcourt verify" in told.hint
    assert (states(shop), refused(shop)) == ({}, 0)


def test_a_table_that_is_gone_is_an_error_of_all_that_ask_it(shop: Workshop) -> None:
    shop.warehouse.execute(f"DROP TABLE {TDGS}")
    shop.warehouse.execute(
        f"UPDATE {PGS} SET steals = steals + 1 WHERE rowid = (SELECT MIN(rowid) FROM {PGS} WHERE NOT is_dnp)"
    )
    wrong = not_passed(validated(shop))
    assert {"spot_check", "hashes", "contract", "points_identity", "team_mirror"} <= {
        check
        for (check, table), outcome in wrong.items()
        if table == "team_defense_game_summary" and outcome == "error"
    }
    assert wrong["player_stops", "player_game_summary"] == "error"
    assert {table for table, _ in states(shop)} == {PGS}


@pytest.mark.soak
def test_forged_rows_that_the_ledger_vouches_for_are_healed(shop: Workshop) -> None:
    row = row_of(shop, PGS, "NOT is_dnp")
    key = f"game_id = '{row['game_id']}' AND player_id = {row['player_id']}"
    forge(shop, PGS, f"UPDATE {PGS} SET steals = steals + 1 WHERE {key}")
    assert shop.verify().passed
    made = validated(shop)
    assert not_passed(made) == {
        ("player_stops", "player_game_summary"): "fail",
        ("spot_check", "player_game_summary"): "fail",
    }
    day = row["game_date"]
    assert states(shop) == {(PGS, day): "damaged", (TDGS, day): "damaged"}
    assert refused(shop) == 2
    cause = shop.warehouse.value(
        "SELECT cause FROM ledger.partitions WHERE table_name = ? AND state = 'damaged'", [PGS]
    )
    assert cause.startswith(f"{made.review.review_id}: player_stops: game_id {row['game_id']} team_id ")
    assert shop.backfill().is_complete
    assert validated(shop).passed


# --- rows that the SQL makes so ---------------------------------------------------------------------------------------


def causes(report: RunReport) -> list[str]:
    return [each.cause for each in report.attempts if each.outcome == "failed"]


@pytest.fixture
def torn(shop: Workshop) -> tuple[Workshop, date]:
    """A player's steals were corrected and his team's were not: built without a complaint, and wrong."""
    day = steal(shop)
    assert shop.backfill().is_complete
    return shop, day


def retried(shop: Workshop) -> RunReport:
    """A run that waits for nothing: what was refused a moment ago is tried again."""
    first = backfill(shop.warehouse, shop.registry, Scope(), clock())
    report = backfill(shop.warehouse, shop.registry, Scope(), clock(), retry=True)
    newest = {(each.table, each.game_date): each for each in (*first.attempts, *report.attempts)}
    report.attempts = list(newest.values())
    return report


@pytest.mark.soak
def test_what_comes_out_the_same_fails_with_the_cause_and_does_not_loop(torn: tuple[Workshop, date]) -> None:
    shop, day = torn
    first = validated(shop)
    assert not_passed(first) == {("player_stops", "player_game_summary"): "fail"}
    assert states(shop) == {(PGS, day): "damaged", (TDGS, day): "damaged"}
    report = retried(shop)
    (cause,) = causes(report)
    assert cause.startswith(f"computed again as {first.review.review_id} refused it: player_stops: game_id ")
    assert states(shop) == {(PGS, day): "failed"}
    second = validated(shop)
    assert (second.quarantine.marked, second.quarantine.released) == (0, 0)
    assert states(shop) == {(PGS, day): "failed"}
    assert causes(retried(shop)) == [cause.replace(first.review.review_id, second.review.review_id)]
    assert states(shop) == {(PGS, day): "failed"}
    # The correction of the raw row ends it.
    steal(shop, by=-1)
    assert retried(shop).is_complete
    assert states(shop) == {}
    assert validated(shop).passed


def without_the_rule() -> Iterator[Equality]:
    return (each for each in _all_rules() if each.rule.name != "player_stops")


_all_rules = equalities._of_games


def a_lenient_rule() -> Iterator[Equality]:
    for each in _all_rules():
        lenient = f"SELECT game_date, NULL AS cause FROM {PGS}"
        yield replace(each, sql=lenient) if each.rule.name == "player_stops" else each


@pytest.mark.soak
def test_a_rule_that_no_longer_objects_releases_what_it_refused(
    torn: tuple[Workshop, date], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, day = torn
    validated(shop)
    retried(shop)
    # Not asked of that date or table, or not at all: nothing is released.
    other = Scope(dates=(DateRange(day.replace(day=day.day + 1), None),))
    assert validated(shop, other).quarantine.released == 0
    monkeypatch.setattr(equalities, "_of_games", without_the_rule)
    assert validated(shop).quarantine.released == 0
    assert refused(shop) == 1
    monkeypatch.setattr(equalities, "_of_games", a_lenient_rule)
    made = validated(shop)
    assert made.quarantine.released == 1
    assert not_passed(made) == {("complete", "player_game_summary"): "fail"}
    assert (refused(shop), states(shop)) == (0, {(PGS, day): "failed"})
    assert retried(shop).is_complete


def test_a_refusal_of_a_rule_that_is_gone_is_taken_back(shop: Workshop) -> None:
    day = shop.warehouse.value(f"SELECT MIN(game_date) FROM {PGS}")
    gone, there = (Refusal(PGS, day, name, "", "why") for name in ("of_old", "unique_keys"))
    stage = replace(create_stage(shop.warehouse, shop.registry, Scope()), refusals=(gone, there))
    made, told = quarantine.decide(stage, [], [rule.name for rule in RULES])
    assert (made.cleared, told) == ([gone], [])


@pytest.mark.soak
def test_a_row_that_other_code_computes_otherwise_is_refused_until_they_agree(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = sample.RECOMPUTED["team_offense_game_summary"]

    def wrong(raw: Any, clock: Any, at: dict[str, Any]) -> dict[str, Any]:
        found = right(raw, clock, at)
        return {**found, "pace": found["pace"] / 2} if at["game_id"] == game else found

    game = shop.warehouse.value(f"SELECT MIN(game_id) FROM {TOGS}")
    day = shop.warehouse.value(f"SELECT MIN(game_date) FROM {TOGS} WHERE game_id = ?", [game])
    monkeypatch.setitem(sample.RECOMPUTED, "team_offense_game_summary", wrong)
    assert not_passed(validated(shop)) == {("spot_check", "team_offense_game_summary"): "fail"}
    assert refused(shop) == 2
    assert len(causes(retried(shop))) == 1
    assert states(shop)[TOGS, day] == "failed"
    # The refused rows are drawn again, however few are asked for.
    monkeypatch.setitem(sample.RECOMPUTED, "team_offense_game_summary", right)
    made = validate(shop.warehouse, shop.registry, Scope(), clock(), samples=1, seed=1)
    assert made.quarantine.released == 2
    assert retried(shop).is_complete
    assert validated(shop).passed


@pytest.mark.soak
def test_a_stricter_contract_fails_what_is_stored(shop: Workshop) -> None:
    """A range that was narrowed: the rebuild breaks it before publication, and says so."""
    table = shop.registry.built["team_offense_game_summary"]
    low = int(shop.warehouse.value(f"SELECT MAX(assists) FROM {TOGS}"))
    columns = tuple(
        one.model_copy(update={"range": (0, low - 1)}) if one.name == "assists" else one
        for one in table.contract.columns
    )
    strict = replace(table, contract=table.contract.model_copy(update={"columns": columns}))
    stricter = replace(
        shop, registry=type(shop.registry)(shop.registry.raw, {**shop.registry.built, table.name: strict})
    )
    made = validated(stricter)
    assert not_passed(made) == {("column_rules", "team_offense_game_summary"): "fail"}
    assert set(states(shop).values()) == {"damaged"}
    assert all("column_rules: " in cause for cause in causes(retried(stricter)))
    assert "failed" in states(shop).values()
