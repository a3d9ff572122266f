"""`backcourt sources` and `backcourt ingest manual`: who supplies what, another order, what none has, values by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from terminal import Terminal

from support import TINY, workshop
from two_sources import WORSE, Feed

DAY, GAME = "2021-10-19", "0022100001"


@pytest.fixture
def two(cli: Terminal, league: Path, tmp_path: Path) -> Terminal:
    """The league's own source, and one that has one game less."""
    worse = Feed("a_new_one", league, tmp_path / "worse")
    worse.without([GAME], ["player_box", "shots"])
    worse.change("player_box", lambda line: line | {"fouls": "6"})
    with workshop(cli.warehouse, league) as shop:
        worse.deliver(shop, 1)
    return cli


def test_sources_are_listed_by_need_in_their_order(two: Terminal) -> None:
    answer = two("sources")
    assert answer.code == 0
    listed = [
        (one["place"], one["source"], one["games"], one["is_chosen"])
        for one in two("sources --json").json["sources"]
        if one["need"] == "player_box"
    ]
    assert listed == [(1, "simulated", TINY.dates, False), (2, "a_new_one", 0, False)]
    for word in ("raw.player_box", "simulated", "a_new_one", "place"):
        assert word in answer.text


def test_another_order_is_told_with_what_is_due(two: Terminal) -> None:
    answer = two("sources order player_box a_new_one,simulated")
    assert answer.code == 0, answer.err
    assert "raw.player_box is taken from a_new_one, simulated, in this order." in answer.text
    assert "partitions of built tables are due; see backcourt plan" in answer.text
    again = two("sources order raw.player_box a_new_one,simulated --json").json
    assert (again["before"], again["after"]) == (["a_new_one", "simulated"], ["a_new_one", "simulated"])
    assert again["due"] > 0
    found = two(f"explain PGS {DAY} --json").json
    assert {"need": "player_box", "source": "simulated", "games": 1} in [
        {key: one[key] for key in ("need", "source", "games")} for one in found["sources"]
    ]
    later = two("explain PGS 2021-10-20")
    assert "Sources of the games of its date" in later.text
    assert "a_new_one" in later.text
    raw = {one["table"]: one["sources"] for one in two("status --json").json["status"]["raw"]}
    assert raw["raw.player_box"] == {"a_new_one": 5, "simulated": 1}
    assert raw["raw.team_box"] == {"simulated": 6}
    assert "Nothing is due." in two("sources order player_box simulated,a_new_one").text
    assert two("plan --json").json["partitions"] == 0


def test_coverage_counts_games_against_the_schedule(two: Terminal) -> None:
    answer = two("sources coverage --seasons 2021")
    assert answer.code == 0
    assert "Every game is there." in answer.text
    with workshop(two.warehouse, two.warehouse.parent) as shop:
        shop.warehouse.execute(
            "UPDATE ledger.supplied SET is_whole = FALSE WHERE table_name = 'shots' AND game_id = ?", [GAME]
        )
    lacking = two(f"sources coverage --dates {DAY}")
    assert lacking.code == 1
    assert f"raw.shots 2021-22: no source has {GAME} of {DAY}." in lacking.text
    document = two(f"sources coverage --dates {DAY} --json").json
    shots = next(one for one in document["needs"] if one["need"] == "shots")
    assert shots["none"] == [{"game_id": GAME, "game_date": DAY, "partial": True}]
    assert any(command.startswith("backcourt ingest simulated") for command in shots["commands"])
    assert not document["is_complete"]
    assert two("sources coverage --seasons 2019").code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("sources order", "`sources order` takes a need and its sources"),
        ("sources order player_box", "`sources order` takes a need and its sources"),
        ("sources coverage player_box local", "`sources order` takes a need and its sources"),
        ("sources list --seasons 2021", "`sources list` takes no dates and no seasons"),
        ("sources order player_box moon", "There is no source 'moon'"),
        ("sources order box local", "There is no raw table 'box'"),
        ("ingest manual", "`ingest manual` a file"),
        ("ingest simulated FILE", "no other source takes one"),
        ("ingest manual FILE --seasons 2021", "`ingest manual` takes no --seasons"),
        ("sources forget", "forget"),
    ],
)
def test_what_cannot_be_meant_has_exit_code_2(shared_cli: Terminal, words: str, said: str) -> None:
    answer = shared_cli(words)
    assert answer.code == 2
    assert said in answer.err


def test_a_value_by_hand_is_taken_and_explained(cli: Terminal, tmp_path: Path) -> None:
    with workshop(cli.warehouse, tmp_path) as shop:
        player = shop.warehouse.value("SELECT MIN(player_id) FROM raw.player_box_current WHERE game_id = ?", [GAME])
    file = tmp_path / "overrides.csv"
    lines = [("table", "key", "column", "value", "reason")]
    lines += [("player_box", f"game_id={GAME}; player_id={player}", "steals", "7", "seen again")]
    with file.open("w", newline="", encoding="utf-8") as target:
        csv.writer(target).writerows(lines)
    answer = cli(f"ingest manual {file}")
    assert answer.code == 0, answer.err
    assert "partitions of built tables are due" in answer.text
    told = cli(f"explain PGS {DAY}")
    for word in ("Corrected by hand", "steals", "seen again", "manual"):
        assert word in told.text
    (override,) = cli(f"explain PGS {DAY} --json").json["overrides"]
    assert (override["need"], override["column"], override["value"]) == ("player_box", "steals", "7")
    file.write_text(file.read_text().replace(",7,", ",seven,"), encoding="utf-8")
    wrong = cli(f"ingest manual {file}")
    assert wrong.code == 5
    assert "overrides.csv, line 2: column steals: 'seven' is not a whole number" in " ".join(wrong.err.split())


def test_values_by_hand_need_something_to_be_put_into(tmp_path: Path) -> None:
    file = tmp_path / "overrides.csv"
    file.write_text("table,key,column,value,reason\n", encoding="utf-8")
    answer = Terminal(tmp_path / "none.duckdb")(f"ingest manual {file}")
    assert answer.code == 5
    assert "There is nothing to override yet" in answer.err
    assert not (tmp_path / "none.duckdb").exists()


def test_the_order_of_the_worse_one_can_be_chosen_before_it_delivers(cli: Terminal) -> None:
    assert cli(f"sources order team_box {WORSE}").code == 0
    assert "Nothing is due." in cli(f"sources order team_box {WORSE}").text
