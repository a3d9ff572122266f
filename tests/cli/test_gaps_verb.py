"""What gaps lists, and that the commands it prints, run in order, close every gap."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from terminal import VERBS, Answer, Terminal

from backcourt.checks.gaps import Day, _runs
from backcourt.engine import ledger
from backcourt.sources.simulated import LeagueSize, write_league
from backcourt.sources.simulated.faults import inject
from backcourt.sources.simulated.source import simulate
from backcourt.warehouse.duckdb import Warehouse
from support import TINY, read_csv, write_csv

TOGS, TDGS, PGS = "team_offense_game_summary", "team_defense_game_summary", "player_game_summary"
GAP = {"table", "state", "first", "last", "dates", "games", "cause", "commands"}
CLOSED = "NO GAP: 42 expected partitions and games are there."
INGEST = "backcourt ingest simulated --seed 1 --seasons 2021"


@pytest.fixture(autouse=True)
def small_league(monkeypatch: pytest.MonkeyPatch) -> None:
    """The league that is ingested is that of the built warehouses."""
    monkeypatch.setattr("backcourt.cli.ingest.simulate", partial(simulate, size=TINY))


def write_late_league(folder: Path, seasons: Sequence[int], seed: int, size: LeagueSize) -> None:
    """The players' lines of one game are late, and the shots of the first date."""
    write_league(folder, seasons, seed, size)
    inject(folder, "late_game")
    shots = folder / "shots_2021-22.csv"
    write_csv(shots, [line for line in read_csv(shots) if line["game_date"] != "2021-10-19"])


def change(cli: Terminal, *statements: str, sealed: bool = True) -> None:
    """Change the ledger: as Backcourt does, or by other hands."""
    with Warehouse.open(cli.warehouse, threads=1) as warehouse:
        for statement in statements:
            warehouse.execute(statement)
        if sealed:
            ledger.seal_everything(warehouse)


def unbuilt(table: str, *days: int) -> str:
    dates = ", ".join(f"DATE '2021-10-{day}'" for day in days)
    return f"DELETE FROM ledger.partitions WHERE table_name = 'analytics.{table}' AND game_date IN ({dates})"


def marked(table: str, state: str, *days: int) -> str:
    dates = ", ".join(f"DATE '2021-10-{day}'" for day in days)
    return (
        f"UPDATE ledger.partitions SET state = '{state}', cause = 'a reason'"
        f" WHERE table_name = 'analytics.{table}' AND game_date IN ({dates})"
    )


def run(cli: Terminal, commands: list[str]) -> list[Answer]:
    """Type the commands."""
    answers = []
    for command in commands:
        program, verb, *flags = shlex.split(command)
        assert program == "backcourt"
        assert verb in VERBS
        answers.append(cli(shlex.join([verb, *flags])))
    return answers


def listed(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(gap["table"], gap["state"], gap["first"], gap["last"]) for gap in found["gaps"]]


def test_nothing_is_missing(shared_cli: Terminal) -> None:
    answer = shared_cli("gaps")
    assert answer.code == 0
    assert answer.out.strip().splitlines()[-1] == CLOSED
    found = shared_cli("gaps --json").json
    assert found == {
        "scope": "All game dates, all seasons, all tables.", "is_complete": True, "expected": 42, "gaps": [], "commands": [],
    }  # fmt: skip


@pytest.mark.soak
def test_the_commands_close_every_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Late raw games, dates that were never built and a check that failed, all at once."""
    fresh = Terminal(tmp_path / "w.duckdb")
    with monkeypatch.context() as patched:
        patched.setattr("backcourt.sources.simulated.source.write_league", write_late_league)
        assert fresh("ingest simulated").code == 0
    assert fresh("backfill").code == 1
    change(fresh, unbuilt(TOGS, 20, 21, 24), marked(TDGS, "failed", 23))
    answer = fresh("gaps --json")
    assert answer.code == 1
    found = answer.json
    assert all(gap.keys() == GAP for gap in found["gaps"])
    raw = [gap for gap in found["gaps"] if gap["table"].startswith("raw.")]
    assert [(gap["table"], gap["state"], gap["dates"], gap["games"]) for gap in raw] == [
        ("raw.player_box", "not delivered", 1, 1),
        ("raw.shots", "not delivered", 1, 1),
    ]
    assert all(gap["commands"] == [INGEST] for gap in raw)
    assert found["gaps"][: len(raw)] == raw
    built = [one for one in listed(found) if not one[0].startswith("raw.")]
    assert built[:2] == [
        (TOGS, "missing", "2021-10-20", "2021-10-21"),
        (TOGS, "missing", "2021-10-24", "2021-10-24"),
    ]
    assert (TDGS, "failed", "2021-10-23", "2021-10-23") in built
    assert (PGS, "stale", "2021-10-24", "2021-10-24") in built
    late = raw[0]["first"]
    assert (PGS, "failed", late, late) in built
    assert found["commands"][0] == INGEST
    assert f"backcourt backfill --tables {TOGS} --dates 2021-10-20:2021-10-21" in found["commands"]
    assert f"backcourt retry --tables {TDGS} --dates 2021-10-23" in found["commands"]
    assert found["commands"][-1] == "backcourt backfill"
    text = fresh("gaps").out
    assert [line.strip() for line in text.splitlines() if line.startswith("backcourt ")] == found["commands"]

    answers = run(fresh, found["commands"])
    # What is retried before the last command may still be behind something.
    assert {answer.code for answer in answers} <= {0, 1}, "".join(one.err + one.out for one in answers)
    assert answers[-1].code == 0
    closed = fresh("gaps")
    assert (closed.code, closed.out.strip().splitlines()[-1]) == (0, CLOSED)
    assert fresh("verify").code == 0


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        (unbuilt(TOGS, 21), "backcourt verify"),
        pytest.param("DELETE FROM ledger.runs", "backcourt verify --accept-ledger", marks=pytest.mark.soak),
    ],
    ids=["partition", "run"],
)
def test_a_ledger_changed_by_other_hands_is_settled_first(cli: Terminal, statement: str, first: str) -> None:
    """Verify then distrusts whole tables; their dates, and what reads them, are gaps before it has said so."""
    change(cli, statement, sealed=False)
    found = cli("gaps --json").json
    assert (found["gaps"][0]["table"], found["gaps"][0]["state"]) == ("ledger", "changed")
    assert found["commands"][0] == first
    answers = run(cli, found["commands"])
    assert [answer.code for answer in answers] == [1] + [0] * (len(answers) - 1), [one.err for one in answers]
    assert cli("verify").code == 0
    assert cli("gaps").code == 0


@pytest.mark.soak
def test_what_verify_marked_is_listed_with_the_ingest(cli: Terminal) -> None:
    change(cli, "UPDATE raw.team_box SET points = points + 1 WHERE game_date = '2021-10-20'", sealed=False)
    assert cli("verify").code == 1
    found = cli("gaps --json").json
    assert found["gaps"][0]["table"] == "raw.team_box"
    assert found["gaps"][0]["state"] == "damaged"
    run(cli, found["commands"])
    assert cli("gaps").code == cli("verify").code == 0


@pytest.mark.parametrize(
    ("state", "verbs"),
    [("held", ["release", "backfill"]), ("failed", ["retry"]), ("blocked", ["retry"]), ("damaged", ["backfill"])],
)
def test_each_state_has_its_verb(cli: Terminal, state: str, verbs: list[str]) -> None:
    change(cli, marked(PGS, state, 20, 21, 23))
    found = cli("gaps --json").json
    assert listed(found) == [
        (PGS, state, "2021-10-20", "2021-10-21"),
        (PGS, state, "2021-10-23", "2021-10-23"),
    ]
    assert found["gaps"][0]["cause"].endswith("" if state == "held" else "a reason")
    flags = f"--tables {PGS} --dates 2021-10-20:2021-10-21"
    assert found["gaps"][0]["commands"] == [f"backcourt {verb} {flags}" for verb in verbs]


def test_rows_where_the_schedule_has_no_game(cli: Terminal) -> None:
    with Warehouse.open(cli.warehouse, threads=1) as warehouse:
        table = f"analytics.{PGS}"
        warehouse.execute(
            f"INSERT INTO {table} SELECT * REPLACE (DATE '2021-12-25' AS game_date) FROM {table} WHERE game_date = '2021-10-20'"
        )
    assert cli("verify").code == 1
    found = cli("gaps --seasons 2021 --json").json
    assert listed(found) == [(PGS, "surplus", "2021-12-25", "2021-12-25")]
    run(cli, found["commands"])
    assert cli("gaps").code == cli("verify").code == 0


def test_only_the_scope_is_listed(cli: Terminal) -> None:
    change(cli, unbuilt(TOGS, 20, 21, 22))
    assert listed(cli("gaps --dates 2021-10-21: --tables TOGS --json").json) == [
        (TOGS, "missing", "2021-10-21", "2021-10-22")
    ]
    assert cli("gaps --dates 2021-10-19").code == 0
    assert cli("gaps --phase 2").code == 0
    # What reads them is behind.
    assert {gap["table"] for gap in cli("gaps --phase 3 --json").json["gaps"]} == {TOGS, TDGS, PGS}


def test_raw_games_are_listed_where_a_table_of_the_scope_reads_them(cli: Terminal) -> None:
    with Warehouse.open(cli.warehouse, threads=1) as warehouse:
        warehouse.execute("DELETE FROM raw.shots WHERE game_date = '2021-10-20'")
    raw = {gap["table"] for gap in cli("gaps --phase 2 --json").json["gaps"]}
    assert raw == {"raw.shots"}
    assert cli("gaps --dates 2021-10-21:").code == 0
    found = cli("gaps --dates 2021-10-20 --tables TOGS --json").json
    assert found["commands"] == [
        "backcourt ingest simulated --seasons 2021",
        "backcourt backfill --dates 2021-10-20 --tables team_offense_game_summary",
    ]


def test_a_season_that_was_never_ingested(shared_cli: Terminal) -> None:
    answer = shared_cli("gaps --seasons 2021:2022 --json")
    assert answer.code == 1
    (gap,) = answer.json["gaps"]
    assert (gap["table"], gap["state"], gap["cause"]) == ("raw.games", "no schedule", "2022-23")
    assert answer.json["commands"] == [
        "backcourt ingest simulated --seasons 2021:2022",
        "backcourt backfill --seasons 2021:2022",
    ]


def test_nothing_is_expected(shared_cli: Terminal) -> None:
    answer = shared_cli("gaps --dates 2021-12-24")
    assert answer.code == 1
    assert "nothing can be called complete" in answer.out


def test_another_warehouse_is_named(cli: Terminal, tmp_path: Path) -> None:
    change(cli, unbuilt(TOGS, 20))
    elsewhere = Terminal(tmp_path / "elsewhere.duckdb")
    (first, *_) = elsewhere(f"gaps --warehouse {shlex.quote(str(cli.warehouse))} --json").json["commands"]
    assert shlex.split(first)[-2:] == ["--warehouse", str(cli.warehouse)]


def test_game_dates_follow_each_other_over_days_without_games() -> None:
    days = [date(2021, 10, 19), date(2021, 10, 22), date(2022, 2, 15), date(2022, 2, 24), date(2022, 2, 25)]

    def runs(states: Sequence[str], wanted: Sequence[date] = days) -> list[tuple[str, int]]:
        made = [Day(day, state, "") for day, state in zip(days, states, strict=True)]
        return [(each[0].state, len(each)) for each in _runs(made, set(wanted))]

    assert runs(["missing"] * 5) == [("missing", 5)]
    assert runs(["missing", "missing", "", "missing", "stale"]) == [("missing", 2), ("missing", 1), ("stale", 1)]
    assert runs(["missing"] * 5, days[:1] + days[2:]) == [("missing", 1), ("missing", 3)]
    assert runs([""] * 5) == []


def test_a_table_of_the_ledger_is_gone(cli: Terminal) -> None:
    """Every verb says so, and preflight says what else there is to say."""
    with Warehouse.open(cli.warehouse, threads=1) as warehouse:
        warehouse.execute("DROP TABLE ledger.coverage")
    for verb in ("gaps", "plan", "verify"):
        answer = cli(f"{verb} --json")
        assert (answer.code, answer.json["error"]) == (5, "WarehouseError")
        assert "ledger.coverage is gone" in answer.json["message"]
    answer = cli("preflight")
    assert answer.code == 1
    assert "ledger schema FAIL ledger.coverage is gone" in answer.text
    assert "not stored, as Catalog Error" in answer.text
