"""`backcourt names`: lists what nobody is called, and takes the word of a person for whose a name is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from terminal import Terminal

from stats_ground import ground_files, new_csv


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a report of one name that nobody has, and the warehouse it was ingested into."""
    folder = tmp_path_factory.mktemp("reported")
    (folder / "files").mkdir()
    ground_files(folder / "files")
    line = {"game_date": "2024-10-23", "player": "Wardell Curry", "team": "GSW", "source": "report", "status": "Out"}
    new_csv(folder / "files" / "injuries_official_report.csv", [line | {"reason": "Knee", "report_time_et": ""}])
    assert Terminal(folder / "w.duckdb")(f"ingest local {folder / 'files'}").code == 0
    return folder


@pytest.fixture
def cli(reported: Path, tmp_path: Path) -> Terminal:
    """The same warehouse, to be changed."""
    shutil.copy(reported / "w.duckdb", tmp_path / "w.duckdb")
    return Terminal(tmp_path / "w.duckdb")


def test_names_are_listed_with_exit_code_3(cli: Terminal) -> None:
    answer = cli("names unresolved --rates")
    assert answer.code == 3
    for word in ("Wardell Curry", "local", "2024-25", "injuries", "names add NAME PLAYER_ID", "0.00%"):
        assert word in answer.text
    found = cli("names unresolved --rates --json").json
    assert found["names"] == [
        {
            "source": "local",
            "name": "Wardell Curry",
            "candidates": [],
            "rows": 1,
            "seasons": ["2024-25"],
            "tables": ["injuries"],
        }
    ]
    rate = {
        "source": "local",
        "table": "injuries",
        "season": "2024-25",
        "resolved": 0,
        "unresolved": 1,
        "other": 0,
        "share": 0.0,
    }
    assert found["rates"] == [rate]


def test_a_source_or_season_without_any_has_exit_code_0(cli: Terminal) -> None:
    for flags in ("--source espn", "--season 2023", "--season 2023-24"):
        answer = cli(f"names unresolved {flags}")
        assert (answer.code, answer.out) == (0, "Every name of a player resolves.\n")


def test_an_alias_is_told_with_the_command_that_looks_again(cli: Terminal, reported: Path) -> None:
    answer = cli('names add "Wardell Curry" 201939 --source local --from 2024-10-01')
    assert answer.code == 0, answer.err
    assert "'Wardell Curry' is now Stephen Curry (201939), from 2024-10-01 to ever, for local." in answer.text
    assert f"ingest local {reported / 'files'}" in answer.text
    again = cli('names add "Wardell Curry" 201939 --source local --from 2024-10-01 --json').json
    assert (again["added"], again["full_name"], again["valid_from"]) == (False, "Stephen Curry", "2024-10-01")
    assert cli(f"ingest local {reported / 'files'}").code == 0
    assert cli("names unresolved").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("names add", "`names add` takes a name and a player's id"),
        ("names add Curry", "`names add` takes a name and a player's id"),
        ("names add Curry 201939 --rates", "`names add` takes a name and a player's id"),
        ("names add Curry 1", "There is no player 1"),
        ("names add Curry 201939 --source moon", "There is no source 'moon'"),
        ("names add Curry 201939 --from 2022", "it is no date"),
        ("names unresolved Curry", "`names unresolved` takes no name"),
        ("names unresolved --from 2022-01-01", "`names unresolved` takes no name and no dates"),
        ("names unresolved --season 2021:2023", "it names more than one season"),
        ("names forget Curry", "forget"),
    ],
)
def test_what_cannot_be_meant_has_exit_code_2(cli: Terminal, words: str, said: str) -> None:
    answer = cli(words)
    assert answer.code == 2
    assert said in answer.err
