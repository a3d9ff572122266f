"""The contracts' rules over what is stored: each finds a seeded defect, and one that cannot be asked is no pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from seeding import change, harmed, one_row, said

from backcourt.checks.reread import show_stored
from backcourt.checks.validate.stored import stored_rules
from backcourt.engine import guard
from backcourt.engine.contract import Health
from backcourt.engine.registry import Registry, Table
from backcourt.seasons import Scope
from support import POST, Workshop

PGS, TOGS = "analytics.player_game_summary", "analytics.team_offense_game_summary"
PLAYERS, OFFENSE = "player_game_summary", "team_offense_game_summary"

DEFECTS = {
    "a row twice": ("unique_keys", PGS, f"INSERT INTO {PGS} SELECT * FROM {PGS} WHERE {one_row(PGS)}"),
    "a row missing": ("keys_equal_spine", PGS, f"DELETE FROM {PGS} WHERE {one_row(PGS)}"),
    "a row too many": ("keys_equal_spine", PGS, change(PGS, "player_id = 1")),
    "a game without players": (
        "games_present",
        PGS,
        f"DELETE FROM raw.player_box WHERE game_id = (SELECT MIN(game_id) FROM {PGS} WHERE NOT is_dnp)",
    ),
    "no value": ("column_rules", PGS, change(PGS, "team_id = NULL")),
    "out of range": ("column_rules", TOGS, change(TOGS, "assists = 81")),
    "no such value": ("column_rules", TOGS, change(TOGS, "season_type = 'summer'")),
    "not a number": ("column_rules", TOGS, change(TOGS, "pace = 'NaN'::DOUBLE")),
    "a check of its own": (
        "points_add_up",
        TOGS,
        change(TOGS, "fg_makes = fg_makes + 1, three_pt_makes = three_pt_makes + 1"),
    ),
    "no hash": ("hashes", TOGS, change(TOGS, "data_hash = NULL")),
    "a short hash": ("hashes", TOGS, change(TOGS, "data_hash = 'abc'")),
    "the hash of another row": ("hashes", TOGS, f"UPDATE {TOGS} SET data_hash = (SELECT MIN(data_hash) FROM {TOGS})"),
}


@pytest.fixture
def post(sound: Workshop) -> Workshop:
    return replace(sound, registry=POST)


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_found(post: Workshop, defect: str) -> None:
    rule, table, statement = DEFECTS[defect]
    listed = "DELETE FROM raw.did_not_play" if rule == "games_present" else "SELECT 1"
    name = table.partition(".")[2]
    found = said(stored_rules, post, listed, statement, scope=Scope(tables=(name,)))[rule, name]
    assert found.outcome == "fail"
    assert found.query
    assert found.figures["partitions"] >= 1


def test_what_is_sound_passes_with_figures(post: Workshop) -> None:
    found = said(stored_rules, post)
    assert {each.outcome for each in found.values()} == {"pass"}
    assert {check for check, table in found if table == PLAYERS} >= {
        "complete",
        "hashes",
        *guard.rule_names(POST.resolve("PGS")),
    }
    assert found["complete", PLAYERS].figures["2021-22"]["expected"] == 6


def test_the_hash_of_a_row_of_another_date(post: Workshop) -> None:
    hashes = f"SELECT data_hash FROM {TOGS} ORDER BY game_date DESC LIMIT 1"
    found = said(stored_rules, post, change(TOGS, f"data_hash = ({hashes})"))["hashes", OFFENSE]
    assert (found.outcome, found.said) == ("fail", "1 rows have the hash of a row of another date")


def test_what_is_expected_and_not_verified_fails(post: Workshop) -> None:
    gone = (
        f"DELETE FROM ledger.partitions WHERE table_name = '{TOGS}' AND game_date = (SELECT MAX(game_date) FROM {TOGS})"
    )
    found = said(stored_rules, post, gone)["complete", OFFENSE]
    assert found.outcome == "fail"
    assert found.said.startswith("1 of 6 partitions are not verified")


def test_a_rule_that_cannot_be_asked_is_an_error(post: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(table: Table) -> Iterator[guard.Rule]:
        yield guard.Rule("unique_keys", "SELECT nothing FROM nowhere")

    monkeypatch.setattr(guard, "rules", broken)
    found = said(stored_rules, post)["unique_keys", OFFENSE]
    assert found.outcome == "error"
    assert "nowhere" in found.said


def test_a_table_that_is_gone_is_an_error(post: Workshop) -> None:
    found = said(stored_rules, post, "DROP TABLE analytics.team_defense_game_summary")
    assert found["contract", "team_defense_game_summary"].outcome == "error"
    assert found["hashes", "team_defense_game_summary"].outcome == "error"


# --- bounds on a column of a date -------------------------------------------------------------------------------------

BOUNDS = {
    "zeros": (Health(zeros=0.5, rows=10), "points = 0", "points is 0 in more than 0.5 of its values, of 34 rows"),
    "values": (Health(values=0.2, rows=10), "points = NULL", "points has a value in fewer than 0.2 of its rows"),
    "distinct": (Health(distinct=5, rows=10), "points = 7", "points has fewer than 5 different values"),
}


def bounded(health: Health) -> Table:
    """The players' table with bounds on points alone."""
    table = POST.resolve("PGS")
    columns = [
        column.model_copy(update={"health": health if column.name == "points" else None})
        for column in table.contract.columns
    ]
    return replace(table, contract=table.contract.model_copy(update={"columns": tuple(columns)}))


@pytest.mark.parametrize("bound", BOUNDS)
def test_a_date_out_of_bounds_is_not_published(post: Workshop, bound: str) -> None:
    health, assignment, why = BOUNDS[bound]
    table = bounded(health)
    registry = Registry(POST.raw, {**POST.built, PLAYERS: table})
    days = [day for (day,) in post.warehouse.rows(f"SELECT DISTINCT game_date FROM {PGS} ORDER BY 1")]
    with harmed(post, f"UPDATE {PGS} SET {assignment} WHERE game_date = '{days[2]}'"):
        show_stored(post.warehouse, registry, table, days)
        found = [(day, cause) for day, cause in post.warehouse.rows(_health_rule(table))]
    assert [day for day, _ in found] == [days[2]]
    assert why in found[0][1]


def test_few_rows_are_not_judged(post: Workshop) -> None:
    table = bounded(Health(zeros=0.0, rows=1000))
    days = [day for (day,) in post.warehouse.rows(f"SELECT DISTINCT game_date FROM {PGS}")]
    with harmed(post):
        show_stored(post.warehouse, POST, table, days)
        assert post.warehouse.rows(_health_rule(table)) == []


def _health_rule(table: Table) -> str:
    (rule,) = [each for each in guard.rules(table) if each.name == "column_health"]
    return rule.sql


def test_bounds_that_bound_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="health bounds nothing"):
        Health(rows=5)
