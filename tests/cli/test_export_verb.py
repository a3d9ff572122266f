"""What export writes, says and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terminal import Terminal

SEASON = "2021-22"


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_tables(shared_cli: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "out"
    before = shared_cli.state()
    answer = shared_cli(f"export PGS TOGS --seasons 2021 --out {out}")
    assert answer.code == 0
    assert answer.out.startswith("All game dates, seasons 2021-22, tables player_game_summary and team_offense")
    assert f"player_game_summary {SEASON} 204" in answer.text
    assert f"216 rows of simulated data in {out}, with manifest.json and data_dictionary.json." in answer.text
    tables = {f"{name}/{SEASON}.parquet" for name in ("player_game_summary", "team_offense_game_summary")}
    assert files(out) == tables | {"manifest.json", "data_dictionary.json"}
    assert shared_cli.state() == before


def test_document_is_the_manifest(shared_cli: Terminal, tmp_path: Path) -> None:
    told = shared_cli(f"export --phase 3 --out {tmp_path / 'out'} --json").json
    assert told == json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert {one["table"] for one in told["tables"]} >= {"analytics.player_game_summary"}
    assert all(one["table"].startswith("analytics.") for one in told["tables"])


def test_again_only_with_force(shared_cli: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert shared_cli(f"export TOGS --out {out}").code == 0
    answer = shared_cli(f"export PGS --out {out}")
    assert answer.code == 2
    assert "holds an earlier export" in answer.err
    assert "--force" in answer.err
    assert shared_cli(f"export PGS --out {out} --force").code == 0
    assert f"player_game_summary/{SEASON}.parquet" in files(out)
    assert f"team_offense_game_summary/{SEASON}.parquet" not in files(out)
    (out / "mine.txt").write_text("mine")
    answer = shared_cli(f"export PGS --out {out} --force")
    assert answer.code == 2
    assert "holds mine.txt, which no export wrote there" in answer.err


def test_what_is_incomplete(raw_cli: Terminal, tmp_path: Path) -> None:
    assert raw_cli("backfill --tables TOGS --dates :2021-10-20").code == 0
    out = tmp_path / "out"
    answer = raw_cli(f"export TOGS --out {out}")
    assert answer.code == 1
    assert "4 of 6 partitions are not verified, 2021-10-21 (missing) first" in answer.err
    assert not out.exists()
    allowed = raw_cli(f"export TOGS --out {out} --allow-incomplete")
    assert allowed.code == 0
    assert "INCOMPLETE" in allowed.out
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["is_complete"] is False
    assert manifest["tables"][0]["seasons"][0]["states"] == {"missing": 4, "verified": 2}
    assert raw_cli(f"export TOGS --dates :2021-10-20 --out {tmp_path / 'part'}").code == 0


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("--training PGS", "--training has its own tables"),
        ("--training --phase 3", "--training has its own tables"),
        ("--target points", "belong to a training set"),
        ("PGS --line-features", "belong to a training set"),
        ("nothing", "no table 'nothing'"),
        ("PDC", "'PDC' is ambiguous"),
        ("--phase 2", "Phase 2 is the raw tables"),
        ("--dates Friday", "'Friday' is not a date"),
    ],
)
def test_what_cannot_be_meant(shared_cli: Terminal, tmp_path: Path, flags: str, message: str) -> None:
    answer = shared_cli(f"export {flags} --out {tmp_path / 'out'}")
    assert answer.code == 2
    assert message in answer.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_has_to_be_named(shared_cli: Terminal) -> None:
    answer = shared_cli("export PGS --json")
    assert answer.code == 2
    assert "--out" in answer.json["message"]
