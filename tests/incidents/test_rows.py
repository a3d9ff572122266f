"""A row is there once, whole and under one id, or it is not there; whatever happens to the process that writes it."""

from __future__ import annotations

import signal
from datetime import date
from pathlib import Path

import pytest
from scene import FIRST, PGS, TOGS, Scene, without

from backcourt.checks.preflight import round as checks
from backcourt.engine import ledger, publish
from backcourt.errors import WarehouseError
from backcourt.sources.simulated.faults import inject
from support import Line

OTHER_ID = "0022109999"
# A backfill that stops when half of a partition's rows are replaced, within the transaction.
HALFWAY = f"""
sys.path.append({str(Path(__file__).parents[1])!r})
from backcourt.engine import publish, registry
from support import POST
registry.default_registry = lambda: POST
from backcourt.cli.main import application
def halfway(warehouse, contract):
    replaced(warehouse, contract)
    if contract.name == "player_game_summary":
        warehouse.execute(f"DELETE FROM {{contract.full_name}} WHERE rowid % 2 = 0")
        print("ready", flush=True)
        sys.stdin.read()
replaced, publish._replace_rows = publish._replace_rows, halfway
application(["backfill"])(["backfill"])
"""


def twin(line: Line) -> Line:
    """The same game as another feed names it: under another id, with home and away turned round."""
    turned = {"home_team_id": "away_team_id", "home_points": "away_points"}
    other = {**line, "game_id": OTHER_ID}
    for home, away in turned.items():
        if home in line:
            other |= {home: line[away], away: line[home]}
    if "is_home" in line:
        other["is_home"] = "false" if line["is_home"] == "true" else "true"
    return other


def doubled(lines: list[Line]) -> list[Line]:
    return [*lines, *(twin(line) for line in lines if line["game_id"] == "0022100001")]


def test_a_feed_under_another_id_is_refused(scene: Scene) -> None:
    """Box scores under an id that the schedule does not have."""
    scene.edit("team_box_2021-22", doubled)
    message = scene.refused()
    assert f"column game_id: {OTHER_ID}" in message
    assert "is not in raw.games" in message


def test_a_game_under_two_ids_is_refused(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the schedule has it twice: each row has its key once, and no count of what is there tells."""
    monkeypatch.setattr(checks, "CHECKS", tuple(one for one in checks.CHECKS if one[0] == "schedule"))
    assert scene("preflight").code == 0
    for name in ("games", "team_box", "player_box"):
        scene.edit(f"{name}_2021-22", doubled)
    scene.ingest()
    answer = scene("preflight --json")
    assert answer.code == 1
    (found,) = answer.json["findings"]
    assert found["outcome"] == "fail"
    assert "2 games are the second of a team on one date" in found["said"]
    stored = scene.sql(f"SELECT COUNT(*) FROM analytics.{TOGS}")
    built = scene("backfill --json")
    assert built.code == 1
    assert {one["outcome"] for one in built.json["trouble"]} == {"failed", "blocked"}
    assert next(one for one in built.json["trouble"] if one["outcome"] == "failed")["cause"].startswith(
        "one_game_a_day: "
    )
    assert scene.sql(f"SELECT COUNT(*) FROM analytics.{TOGS}") == stored


def test_what_vanished_from_the_source_is_gone(scene: Scene) -> None:
    """A date is replaced as a whole, so no row stays that nothing upstream has any more."""
    gone = scene.sql("SELECT game_id, player_id FROM raw.did_not_play_current ORDER BY ALL LIMIT 1")[0]
    of_player = f"FROM analytics.{PGS} WHERE game_id = '{gone[0]}' AND player_id = {gone[1]}"
    assert scene.sql(f"SELECT COUNT(*) {of_player}") == [(1,)]
    scene.edit("did_not_play_2021-22", without(game_id=gone[0], player_id=str(gone[1])))
    scene.ingest()
    assert scene("backfill").code == 0
    assert scene.sql(f"SELECT COUNT(*) {of_player}") == [(0,)]


@pytest.mark.soak
def test_killed_in_the_middle_of_a_write(scene: Scene) -> None:
    """kill -9 with half of the rows replaced: the old content stands, whole, and the next run does what was left."""
    before = scene.hashes()
    inject(scene.folder, "assist_correction")
    scene.ingest()
    day = min(each["game_date"] for each in scene("plan --json").json["tables"][0]["dates"])
    with scene.cli.process(HALFWAY) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    after = scene.hashes()
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {(TOGS, date.fromisoformat(day))}
    assert scene.sql(f"SELECT COUNT(*) FROM analytics.{PGS}") == [(204,)]
    found = scene("backfill --json")
    assert (found.code, found.json["planned"]) == (0, 2)
    assert [run["outcome"] for run in scene("runs --json").json["runs"]][:2] == ["complete", "interrupted"]


def test_bookkeeping_that_fails_takes_the_data_with_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data and state are one transaction: neither is ever there without the other."""
    before = scene.hashes()
    inject(scene.folder, "assist_correction")
    scene.ingest()

    def full(*_: object) -> None:
        raise WarehouseError("No room for the ledger.", "Make some.")

    with monkeypatch.context() as patch:
        patch.setattr(publish, "_record", full)
        answer = scene("backfill")
    assert (answer.code, "No room for the ledger." in answer.err) == (5, True)
    assert scene.hashes() == before
    assert scene("backfill").code == 0
    assert scene.hashes() != before


def test_bookkeeping_does_not_grow_with_the_dates(raw_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six dates are sealed in as many statements as one, so there is no quota of state writes to use up."""
    sealed: list[str] = []
    seal = ledger.seal

    def counted(warehouse: object, table: str, *rest: object) -> None:
        sealed.append(table)
        seal(warehouse, table, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "seal", counted)
    written = []
    for words in (f"--dates {FIRST}", "--dates 2021-10-20", ""):
        sealed.clear()
        written.append((raw_scene(f"backfill --tables TOGS {words} --json").json["written"], len(sealed)))
    assert [partitions for partitions, _ in written] == [1, 1, 4]
    assert written[1][1] == written[2][1] > 0
