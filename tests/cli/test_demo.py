"""The demo, and what it will not touch."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from terminal import Terminal

from backcourt.engine.registry import Registry
from backcourt.sources.simulated.source import simulate
from backcourt.warehouse.duckdb import Warehouse
from support import TINY


@pytest.fixture
def demo_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in an empty folder, where the simulated league is a small one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("backcourt.cli.demo_ground.simulate", partial(simulate, size=TINY))
    return Terminal(tmp_path / "backcourt-demo.duckdb")


@pytest.mark.soak
def test_ends_with_the_report_and_is_replaced_by_the_next(demo_cli: Terminal, registry: Registry) -> None:
    """Without real data it is the simulated league, and says so."""
    due = TINY.dates * len(registry.built)
    answer = demo_cli("demo")
    assert answer.code == 0
    told = "Demo on the simulated league (no real data were found), season 2021-22, in backcourt-demo.duckdb."
    assert answer.out.startswith(told)
    steps = [
        "Ingested",
        f"{due} partitions planned",
        f"OVERALL PASS: {due} of {due}",
        "Coverage by season, simulated data",
        "Totals",
    ]
    places = [answer.text.index(step) for step in steps]
    assert places == sorted(places)
    assert demo_cli("verify").code == 0
    with Warehouse.open(demo_cli.warehouse) as warehouse:
        warehouse.execute("CREATE TABLE mine AS SELECT 1 AS x")

    found = demo_cli("demo --simulated --json").json
    assert found.keys() == {"data", "source", "passed_over", "passed", "report"}
    assert (found["data"], found["passed"], found["report"]["kind"]) == ("simulated", True, "simulated")
    assert [(line["verified_dates"], line["expected_dates"]) for line in found["report"]["lines"]] == [(6, 6)] * len(
        registry.built
    )
    with Warehouse.open(demo_cli.warehouse, read_only=True) as warehouse:
        assert not warehouse.has_table("main", "mine")


class TestRefused:
    def test_a_warehouse_that_is_no_demo(self, cli: Terminal) -> None:
        before = cli.state()
        answer = cli(f"demo --simulated --warehouse {cli.warehouse}")
        assert answer.code == 2
        assert "is not an earlier demo" in answer.err
        assert cli(f"demo --simulated --warehouse {cli.warehouse} --json").json["exit_code"] == 2
        assert cli.state() == before
        assert len(list(cli.warehouse.parent.iterdir())) == 3

    def test_another_database(self, demo_cli: Terminal) -> None:
        with Warehouse.open(demo_cli.warehouse) as warehouse:
            warehouse.execute("CREATE TABLE mine AS SELECT 1 AS x")
        before = demo_cli.state()
        assert demo_cli("demo --simulated").code == 2
        assert demo_cli.state() == before

    def test_another_file(self, demo_cli: Terminal) -> None:
        demo_cli.warehouse.write_text("a letter")
        assert demo_cli("demo --simulated").code == 5
        assert demo_cli.warehouse.read_text() == "a letter"

    def test_seasons(self, demo_cli: Terminal) -> None:
        assert demo_cli("demo --simulated --seasons 21").code == 2
        assert not demo_cli.warehouse.exists()


@pytest.mark.real
def test_real(real_data: Path, real_demo: Path, registry: Registry) -> None:
    """The season 2021-22: every covered date verified, and the games that no source covers listed."""
    told = (real_demo / "demo.txt").read_text(encoding="utf-8")
    assert told.startswith(f"Demo on real data of {real_data.resolve()}, season 2021-22")
    last = told[told.index("Coverage by season, real data") :]
    lines = {found[1]: found[2].split() for found in re.finditer(r"^2021-22 +(\w+) +(.*\S)", last, re.MULTILINE)}
    teams = {"team_offense_game_summary", "team_defense_game_summary", "upcoming_team_game_context"}
    for name in teams:
        assert lines[name] == ["213/213", "2,646", "2,646", "0", "0", "0", "complete"]
    assert lines["player_game_summary"] == ["210/210", "27,931", "27,931", "0", "0", "6", "complete"]
    assert lines["league_averages"] == ["213/213", "213", "213", "0", "0", "0", "complete"]
    assert lines.keys() == registry.built.keys()
    assert {line[-1] for line in lines.values()} == {"complete"}
    due = 213 * (len(registry.built) - 1) + 210
    assert f"OVERALL PASS: {due:,} of {due:,} expected partitions verified" in told
