"""What a scope means on the command line, and which ones are refused."""

from __future__ import annotations

import re

import pytest
from terminal import EVERYTHING, SCOPED, Terminal

from backcourt.engine.registry import Registry

FIRST, LAST = "2021-10-19", "2021-10-24"


def considered(cli: Terminal, flags: str) -> int:
    answer = cli(f"plan --json {flags}")
    assert answer.code == 0
    count = answer.json["considered"]
    assert isinstance(count, int)
    return count


@pytest.mark.parametrize("verb", [verb for verb in SCOPED if verb != "rollback"])
def test_the_scope_is_echoed_first(shared_cli: Terminal, verb: str) -> None:
    answer = shared_cli(f"{verb} --dates 2021-10-20 --seasons 2021 --tables TOGS")
    assert answer.code == 0
    echo = "Game dates 2021-10-20, seasons 2021-22, tables team_offense_game_summary."
    assert answer.out.startswith(echo)
    assert shared_cli(f"{verb} --dates 2021-10-20 --seasons 2021 --tables TOGS --json").json.get("scope", echo) == echo


@pytest.mark.parametrize("verb", [verb for verb in SCOPED if verb != "rollback"])
def test_without_flags_everything_is_meant(shared_cli: Terminal, verb: str) -> None:
    assert shared_cli(verb).out.startswith(EVERYTHING)


@pytest.mark.parametrize(
    ("flags", "dates"),
    [
        ("", 6),
        ("--dates 2021-10-20", 1),
        ("--dates 2021-10-20:2021-10-22", 3),
        ("--dates 2021-10-20,2021-10-23", 2),
        ("--dates 2021-10-23:", 2),
        ("--dates :2021-10-20", 2),
        ("--dates 2021-10", 6),
        ("--dates 2021", 6),
        ("--dates 2021-11", 0),
        ("--dates today", 0),
        ("--dates yesterday", 0),
        ("--start-date 2021-10-20 --end-date 2021-10-22", 3),
        ("--start-date 2021-10-23", 2),
        ("--end-date 2021-10-20", 2),
        ("--seasons 2021", 6),
        ("--seasons 2021-22", 6),
        ("--seasons 2021:2024", 6),
        ("--seasons 2022", 0),
        ("--dates 2021-10-20 --seasons 2022", 0),
    ],
)
def test_grammar(shared_cli: Terminal, registry: Registry, flags: str, dates: int) -> None:
    assert considered(shared_cli, flags) == len(registry.built) * dates


@pytest.mark.parametrize(("phase", "schema"), [(3, "analytics"), (4, "precompute")])
def test_a_phase_is_a_schema(shared_cli: Terminal, registry: Registry, phase: int, schema: str) -> None:
    tables = [table for table in registry.built.values() if table.contract.schema_name == schema]
    assert considered(shared_cli, f"--phase {phase}") == 6 * len(tables) > 0


@pytest.mark.parametrize("verb", [verb for verb in SCOPED if verb != "rollback"])
@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (f"--dates {LAST}:{FIRST}", f"the first date {LAST} is after the last {FIRST}"),
        (f"--start-date {LAST} --end-date {FIRST}", f"the first date {LAST} is after the last {FIRST}"),
        (f"--dates {FIRST} --start-date {FIRST}", "say the same thing"),
        (f"--dates {FIRST} --end-date {LAST}", "say the same thing"),
        ("--start-date 2021-10", "names more than one date"),
        ("--dates 2021-02-30", "there is no date 2021-02-30"),
        ("--dates Friday", "'Friday' is not a date"),
        ("--dates 2021-22", "2021-22 is a season"),
        ("--dates ,", "empty place in its list"),
        ("--seasons 21", "neither a season nor a start year"),
        ("--seasons 2024:2021", "is after the last"),
        ("--seasons 1800", "1800 is not a start year"),
        ("--phase 7", "the phases are 2 (raw)"),
        ("--tables player_game_sumary", "no table 'player_game_sumary'"),
        ("--tables TOGS,nothing", "no table 'nothing'"),
        ("--tables PDC", "'PDC' is ambiguous"),
    ],
)
def test_refused(shared_cli: Terminal, verb: str, flags: str, message: str) -> None:
    before = shared_cli.state()
    answer = shared_cli(f"{verb} {flags}")
    assert answer.code == 2
    assert answer.out == ""
    assert message in answer.err
    assert re.search(r"^Hint: \S", answer.err, re.MULTILINE)
    error = shared_cli(f"{verb} --json {flags}")
    assert error.code == 2
    assert error.json.keys() == {"error", "message", "hint", "exit_code"}
    assert (error.json["error"], error.json["exit_code"]) == ("UsageError", 2)
    assert message in error.json["message"]
    assert shared_cli.state() == before


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("TOGS", "team_offense_game_summary"),
        ("tdgs", "team_defense_game_summary"),
        ("PGS", "player_game_summary"),
        ("player_game_summary", "player_game_summary"),
        ("analytics.player_game_summary", "player_game_summary"),
    ],
)
def test_names_of_tables(shared_cli: Terminal, name: str, table: str) -> None:
    assert shared_cli(f"plan --tables {name} --json").json["scope"] == f"All game dates, all seasons, tables {table}."
    assert shared_cli(f"explain {name} {FIRST} --json").json["table"] == table


def test_a_misspelt_table_is_suggested(shared_cli: Terminal) -> None:
    for command in ("plan --tables player_game_sumary", f"explain player_game_sumary {FIRST}"):
        answer = shared_cli(command)
        assert answer.code == 2
        assert "Did you mean player_game_summary" in answer.err


@pytest.mark.parametrize("name", ["PDC", "pdc"])
def test_an_ambiguous_alias_names_both_meanings(shared_cli: Terminal, name: str) -> None:
    for command in (f"plan --tables {name}", f"explain {name} {FIRST}"):
        answer = shared_cli(command)
        assert answer.code == 2
        assert "player_daily_cache" in answer.err
        assert "player_defensive_context" in answer.err


@pytest.mark.parametrize("verb", ["plan", "backfill", "verify", "report"])
def test_raw_tables_are_not_built(shared_cli: Terminal, verb: str) -> None:
    answer = shared_cli(f"{verb} --phase 2")
    assert answer.code == 2
    assert "backcourt status --phase 2" in answer.err


@pytest.mark.parametrize("verb", ["plan --dates 2030", "backfill --dates 2030"])
def test_an_empty_scope_says_so(shared_cli: Terminal, verb: str) -> None:
    answer = shared_cli(verb)
    assert answer.code == 0
    assert "Nothing is expected in this scope" in answer.out


@pytest.mark.parametrize("verb", ["verify", "report"])
def test_an_empty_scope_is_never_complete(shared_cli: Terminal, verb: str) -> None:
    assert shared_cli(f"{verb} --dates 2030").code == 1


@pytest.mark.parametrize(
    "command",
    [
        "backfill --unit fortnight",
        "plan --nothing",
        "explain",
        "ingest nowhere",
        "report --by decade",
        "status --phase two",
    ],
)
def test_a_wrong_option_is_told_as_json_too(shared_cli: Terminal, command: str) -> None:
    assert shared_cli(command).code == 2
    answer = shared_cli(f"{command} --json")
    assert answer.code == 2
    assert answer.json["exit_code"] == 2
    assert answer.json["message"]
    assert answer.json["hint"] == f"See  backcourt {command.split()[0]} --help"
