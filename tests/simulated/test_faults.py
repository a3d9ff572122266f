"""Every fault does what its sentence says, and nothing else."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from leagues import SEASON, content, read

from backcourt.errors import UsageError
from backcourt.sources.simulated.faults import FAULTS, inject

CHANGES = {  # which files a fault may touch
    "assist_correction": {"player_box", "team_box"},
    "unread_change": {"games"},
    "unknown_team": {"team_box"},
    "moved_game": None,
    "postponed_game": {"games", "player_box", "team_box", "did_not_play", "shots", "play_by_play", "officials"},
}


@pytest.fixture
def hurt(small: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small, tmp_path / "hurt"))


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_touches_only_its_files_and_repeats_itself(small: Path, hurt: Path, tmp_path: Path, fault: str) -> None:
    again = Path(shutil.copytree(small, tmp_path / "again"))
    assert inject(hurt, fault, seed=3) == inject(again, fault, seed=3)
    assert content(hurt) == content(again)
    before, after = content(small), content(hurt)
    assert before.keys() == after.keys()
    changed = {name.removesuffix(f"_{SEASON}.csv") for name in before if before[name] != after[name]}
    allowed = CHANGES.get(fault, {"player_box"})
    assert changed
    assert allowed is None or changed == allowed


def rows(folder: Path, table: str) -> list[tuple[str, ...]]:
    return [tuple(line.values()) for line in read(folder, table)]


def test_assist_correction(small: Path, hurt: Path) -> None:
    said = inject(hurt, "assist_correction")
    player, game = re.findall(r"player (\d+).*game (\d+)", said)[0]
    for table in ("player_box", "team_box"):
        pairs = [pair for pair in zip(read(small, table), read(hurt, table), strict=True) if pair[0] != pair[1]]
        ((was, now),) = pairs
        assert now["game_id"] == game
        assert now == {**was, "assists": str(int(was["assists"]) - 1)}
        assert was.get("player_id", player) == player


def test_late_missing_duplicate_and_vanished_rows(small: Path, tmp_path: Path) -> None:
    before = rows(small, "player_box")
    for fault in ("late_game", "missing_row", "duplicate_row", "vanished_rows"):
        folder = Path(shutil.copytree(small, tmp_path / fault))
        said, after = inject(folder, fault), rows(folder, "player_box")
        if fault == "late_game":
            game = re.findall(r"game (\d+)", said)[0]
            assert after == [row for row in before if row[0] != game] != before
        if fault == "missing_row":
            assert len(after) == len(before) - 1
            assert set(after) < set(before)
        if fault == "duplicate_row":
            assert len(after) == len(before) + 1
            assert set(after) == set(before)
        if fault == "vanished_rows":
            assert "a third" in said
            assert 0.5 < len(after) / len(before) < 0.9


def test_values_and_headers(small: Path, tmp_path: Path) -> None:
    def done(fault: str) -> Path:
        folder = Path(shutil.copytree(small, tmp_path / fault))
        inject(folder, fault)
        return folder

    assert sum(line["points"] == "n/a" for line in read(done("text_in_number"), "player_box")) == 1
    header = list(read(done("wrong_column"), "player_box")[0])
    assert "pts" in header
    assert "points" not in header
    assert sum(line["team_id"] == "1" for line in read(done("unknown_team"), "team_box")) == 1
    assert sum(line["game_id"] == "0029999999" for line in read(done("unknown_game"), "player_box")) == 1
    assert sum("renamed" in line["arena"] for line in read(done("unread_change"), "games")) == 1
    cut = (done("truncated_file") / f"player_box_{SEASON}.csv").read_bytes()
    assert (small / f"player_box_{SEASON}.csv").read_bytes().startswith(cut)
    assert not cut.endswith(b"\n")


def test_moved_game_moves_everywhere(small: Path, hurt: Path) -> None:
    game, was = re.findall(r"game (\d+) of (\S+) to the next day", inject(hurt, "moved_game"))[0]
    now = str(date.fromisoformat(was) + timedelta(days=1))
    named = ("games", "player_box", "team_box", "did_not_play", "shots", "play_by_play", "game_lines", "officials")
    for table in named:
        assert {line["game_date"] for line in read(small, table) if line["game_id"] == game} == {was}
        assert {line["game_date"] for line in read(hurt, table) if line["game_id"] == game} == {now}
        assert len(read(small, table)) == len(read(hurt, table))


def test_postponed_game_has_no_result(hurt: Path) -> None:
    game = re.findall(r"game (\d+)", inject(hurt, "postponed_game"))[0]
    line = next(line for line in read(hurt, "games") if line["game_id"] == game)
    assert (line["status"], line["home_points"], line["away_points"]) == ("postponed", "", "")
    for table in ("player_box", "team_box", "did_not_play", "shots", "play_by_play"):
        assert game not in {line["game_id"] for line in read(hurt, table)}


def test_unknown_faults_are_refused(hurt: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no fault"):
        inject(hurt, "gremlins")
    with pytest.raises(UsageError, match="no simulated league"):
        inject(tmp_path / "hurt" / "nothing", "late_game")
