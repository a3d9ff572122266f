"""Promised games that are not there, or not whole, or stand where the schedule has them not; needs that nobody covers."""

from __future__ import annotations

from datetime import date

import pytest
from standing import ground, of, told

from backcourt.checks.preflight.supply import fallbacks, raw_coverage
from backcourt.checks.slates import needs
from backcourt.seasons import DateRange, Scope
from support import SEASON, Workshop

NEEDS = {"player_box", "team_box", "shots", "play_by_play"}
FIRST = "(SELECT MIN(game_id) FROM raw.games WHERE season_type = 'regular')"
BOX = "raw.player_box of simulated"


def game(shop: Workshop) -> tuple[str, date]:
    (found,) = shop.warehouse.rows(f"SELECT game_id, game_date FROM raw.games WHERE game_id = {FIRST}")
    return found[0], found[1]


def test_everything_promised_is_there(shop: Workshop) -> None:
    assert {contract.name for contract in needs(shop.registry)} == NEEDS
    on = ground(shop)
    assert set(told(raw_coverage, on)) == {(f"raw.{need} of simulated", "pass") for need in NEEDS}
    assert of(raw_coverage, on, BOX).said == "6 of 6 final games"


@pytest.mark.parametrize("need", sorted(NEEDS))
def test_a_game_is_missing_and_named(shop: Workshop, need: str) -> None:
    game_id, day = game(shop)
    shop.warehouse.execute(f"DELETE FROM raw.{need} WHERE game_id = {FIRST}")
    found = of(raw_coverage, ground(shop), f"raw.{need} of simulated")
    assert (found.outcome, found.said) == ("fail", f"5 of 6 final games: not there whole: {game_id} of {day}")
    assert found.figures["absent"] == [f"{game_id} {day} missing"]
    assert found.hint == "Ask again with  backcourt ingest simulated --seasons 2021"
    assert {one for one, outcome in told(raw_coverage, ground(shop)) if outcome == "fail"} == {
        f"raw.{need} of simulated"
    }


def test_a_game_of_one_team_is_not_there_whole(shop: Workshop) -> None:
    shop.warehouse.execute(f"DELETE FROM raw.team_box WHERE game_id = {FIRST} AND is_home")
    found = of(raw_coverage, ground(shop), "raw.team_box of simulated")
    assert (found.outcome, found.figures["absent"]) == ("fail", [f"{game(shop)[0]} {game(shop)[1]} one team only"])


def test_equal_counts_are_not_enough(shop: Workshop) -> None:
    """One game is missing, and one is there that nobody promised: as many as there should be, and other ones."""
    shop.warehouse.execute(f"DELETE FROM raw.shots WHERE game_id = {FIRST}")
    last = "(SELECT MAX(game_id) FROM raw.games WHERE season_type = 'regular')"
    shop.warehouse.execute(f"UPDATE raw.games SET status = 'scheduled', is_final = FALSE WHERE game_id = {last}")
    found = of(raw_coverage, ground(shop), "raw.shots of simulated")
    assert found.outcome == "fail"
    assert (found.figures["promised"], len(found.figures["absent"]), len(found.figures["strange"])) == (5, 1, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("statement", "outcome"),
    [
        (f"UPDATE raw.games SET status = 'live', is_final = FALSE WHERE game_id = {FIRST}", "warn"),
        (f"UPDATE raw.player_box SET game_date = game_date + 1 WHERE game_id = {FIRST}", "fail"),
        (f"UPDATE raw.player_box SET game_id = '0022109999' WHERE game_id = {FIRST}", "fail"),
    ],
    ids=["not final", "another date", "not on the schedule"],
)
def test_a_game_stands_as_the_schedule_has_it_not(shop: Workshop, statement: str, outcome: str) -> None:
    shop.warehouse.execute(statement)
    found = of(raw_coverage, ground(shop), BOX)
    assert (found.outcome, len(found.figures["strange"])) == (outcome, 1)  # type: ignore[arg-type]


def test_only_the_scope_is_asked_for(shop: Workshop) -> None:
    shop.warehouse.execute(f"DELETE FROM raw.player_box WHERE game_id = {FIRST}")
    _, day = game(shop)
    before, later = Scope(dates=(DateRange(day, day),)), Scope(dates=(DateRange(date(2021, 10, 24), None),))
    assert of(raw_coverage, ground(shop, scope=before), BOX).outcome == "fail"
    assert of(raw_coverage, ground(shop, scope=later), BOX).outcome == "pass"


def test_nobody_promised_anything(shop: Workshop) -> None:
    shop.warehouse.execute("DELETE FROM ledger.coverage")
    assert told(raw_coverage, ground(shop)) == [("", "fail")]
    assert {outcome for _, outcome in told(fallbacks, ground(shop))} == {"warn"}


def test_one_source_alone_is_told(shop: Workshop) -> None:
    found = of(fallbacks, ground(shop), "raw.shots")
    assert (found.outcome, found.said) == ("pass", "simulated covers 6 games, and no other source does")


def test_a_second_source(shop: Workshop) -> None:
    shop.warehouse.execute("INSERT INTO ledger.sources VALUES ('shots', 'other', 1)")
    shop.warehouse.execute(f"INSERT INTO ledger.coverage VALUES ('other', 'shots', '{SEASON}', 'regular', 1)")
    found = of(fallbacks, ground(shop), "raw.shots")
    assert (found.outcome, found.said) == ("pass", "simulated covers 6 games, other covers 6 games")
    missing = of(raw_coverage, ground(shop), "raw.shots of other")
    assert (missing.outcome, missing.said[:18]) == ("warn", "0 of 6 final games")
    assert missing.said.endswith("which other sources have")
    shop.warehouse.execute(f"DELETE FROM raw.shots WHERE game_id = {FIRST}")
    assert of(raw_coverage, ground(shop), "raw.shots of other").outcome == "fail"


def test_a_need_that_no_source_covers(shop: Workshop) -> None:
    shop.warehouse.execute("DELETE FROM ledger.coverage WHERE table_name = 'shots'")
    found = of(fallbacks, ground(shop), "raw.shots")
    assert (found.outcome, found.said) == ("warn", "not covered by any source; 6 games are not covered")


def test_a_need_that_is_covered_in_part(shop: Workshop) -> None:
    shop.warehouse.execute("UPDATE ledger.schedule SET season_type = 'play_in' WHERE game_date = '2021-10-24'")
    shop.warehouse.execute("DELETE FROM ledger.coverage WHERE table_name = 'player_box' AND season_type = 'play_in'")
    found = of(fallbacks, ground(shop), "raw.player_box")
    assert (found.outcome, found.said.split("; ")[1]) == ("pass", "1 games are not covered")
