"""After a change of logic: plan names the reason, and status the tables in which old and new rows stand."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from terminal import Terminal

from backcourt.engine.registry import Registry
from support import POST

TOGS = "team_offense_game_summary"
DAY = "2021-10-20"


@pytest.fixture
def other_code(tables: None, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """From now on the commands know another formula of a table, which gives the same rows."""
    table = POST.built[TOGS]
    sql = table.build_sql.replace("50 * b.points", "25 * 2 * b.points")
    assert sql != table.build_sql
    other = Registry(POST.raw, {**POST.built, TOGS: replace(table, build_sql=sql)})
    for name, module in list(sys.modules.items()):
        if name.startswith("backcourt.") and hasattr(module, "default_registry"):
            monkeypatch.setattr(module, "default_registry", lambda: other)
    return other


def test_plan_says_that_the_code_changed(cli: Terminal, other_code: Registry) -> None:
    text = cli("plan").text
    assert f"{TOGS} code changed 6 2021-10-19 2021-10-24" in text
    assert "player_game_summary behind an upstream partition 6" in text
    due = {one["table"]: {due["reason"] for due in one["dates"]} for one in cli("plan --json").json["tables"]}
    assert due[TOGS] == {"code changed"}


def test_status_names_mixed_code(cli: Terminal, other_code: Registry) -> None:
    old, new = POST.lineage(TOGS).code_version, other_code.lineage(TOGS).code_version
    # All rows are of one version still, though it is no longer today's.
    assert cli("status --json").json["status"]["mixed"] == []
    assert "Mixed code" not in cli("status").out
    assert cli(f"backfill --tables TOGS --dates {DAY}").code == 0
    (mixed,) = cli("status --json").json["status"]["mixed"]
    assert mixed == {
        "table": TOGS,
        "versions": [
            {"code_version": new, "is_current": True, "partitions": 1, "first_date": DAY, "last_date": DAY},
            {
                "code_version": old,
                "is_current": False,
                "partitions": 5,
                "first_date": "2021-10-19",
                "last_date": "2021-10-24",
            },
        ],
    }
    text = cli("status").text
    assert f"{TOGS} {new} yes 1 {DAY} {DAY} {TOGS} {old} no 5 2021-10-19 2021-10-24" in text
    # A scope within one version has nothing mixed in it.
    assert cli(f"status --json --dates {DAY}").json["status"]["mixed"] == []
    assert cli("backfill").code == 0
    assert cli("status --json").json["status"]["mixed"] == []


def test_so_it_does_while_another_process_writes(cli: Terminal, other_code: Registry) -> None:
    assert cli(f"backfill --tables TOGS --dates {DAY}").code == 0
    hold = "import duckdb\nheld = duckdb.connect(path)\nprint('ready', flush=True)\nsys.stdin.read()"
    with cli.process(hold):
        status = cli("status --json").json["status"]
    assert status["kind"] == "simulated"
    (mixed,) = status["mixed"]
    assert [one["partitions"] for one in mixed["versions"]] == [1, 5]
