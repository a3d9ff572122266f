"""What ingest says of what it read, and what it refuses."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from terminal import Terminal

from backcourt.errors import SourceError
from backcourt.sources.simulated.source import simulate
from support import TINY

TEAM = "1610612737,ATL,Atlanta Hawks,Hawks,Atlanta,East,Southeast"


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal whose warehouse does not exist yet, where the simulated league is a small one."""
    monkeypatch.setattr("backcourt.cli.ingest.simulate", partial(simulate, size=TINY))
    return Terminal(tmp_path / "w.duckdb")


class TestSimulated:
    def test_twice(self, fresh: Terminal) -> None:
        first = fresh("ingest simulated --seasons 2021")
        assert first.code == 0
        assert "raw.games 1 0 " in first.text
        assert "18 partitions of built tables are due" in first.out
        assert fresh("backfill").code == 0
        second = fresh("ingest simulated --seasons 2021 --json")
        assert second.code == 0
        assert second.json.keys() == {"warehouse", "report", "unresolved"}
        assert all(one["is_known"] for one in second.json["report"]["outcomes"])
        assert second.json["report"]["seasons"] == ["2021-22"]
        assert fresh("plan --json").json["partitions"] == 0

    def test_seasons_and_seed(self, fresh: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[tuple[object, ...]] = []

        def refuse(*positional: object, seed: int, **named: object) -> None:
            asked.append((positional[-1], seed))
            raise SourceError("Nothing is played today.", "Come back tomorrow.")

        monkeypatch.setattr("backcourt.cli.ingest.simulate", refuse)
        for flags in ("--seasons 2021:2022 --seed 7", "--seasons 2023-24", ""):
            answer = fresh(f"ingest simulated {flags}")
            assert (answer.code, answer.out) == (5, "")
            assert answer.err == "Error: Nothing is played today.\nHint: Come back tomorrow.\n"
        assert asked == [([2021, 2022], 7), ([2023], 1), ([2021], 1)]
        assert not fresh.warehouse.exists()


class TestRefused:
    @pytest.mark.parametrize(
        ("command", "code", "message"),
        [
            ("ingest local", 2, "needs a folder"),
            ("ingest simulated some_folder", 2, "needs a folder"),
            ("ingest simulated --seasons 1990", 2, "1990"),
            ("ingest simulated --seasons 21", 2, "neither a season nor a start year"),
            ("ingest somewhere", 2, "somewhere"),
            ("ingest", 2, "source"),
            ("ingest local no_such_folder", 5, "is not a folder"),
        ],
    )
    def test_nothing_is_left(self, fresh: Terminal, command: str, code: int, message: str) -> None:
        answer = fresh(command)
        assert answer.code == code
        assert message in answer.err
        assert fresh(f"{command} --json").json["exit_code"] == code
        assert list(fresh.warehouse.parent.iterdir()) == []

    def test_a_folder_without_data(self, fresh: Terminal, tmp_path: Path) -> None:
        (tmp_path / "files").mkdir()
        (tmp_path / "files" / "notes.txt").write_text("nothing")
        answer = fresh(f"ingest local {tmp_path / 'files'}")
        assert answer.code == 5
        assert "holds no file that a mapping claims" in answer.err
        assert not fresh.warehouse.exists()

    @pytest.mark.parametrize(
        ("name", "text", "message"),
        [
            ("teams.csv", "team_id,name\n1,Hawks\n", "teams.csv"),
            ("schedule_2021-22.csv", "nothing\n1\n", "schedule_2021-22.csv"),
        ],
    )
    def test_a_file_of_the_wrong_shape(
        self, fresh: Terminal, tmp_path: Path, name: str, text: str, message: str
    ) -> None:
        (tmp_path / "files").mkdir()
        (tmp_path / "files" / "schedule_2021-22.csv").write_text("nothing\n1\n")
        (tmp_path / "files" / name).write_text(text)
        answer = fresh(f"ingest local {tmp_path / 'files'} --json")
        assert answer.code == 5
        assert answer.json["error"] == "SourceError"
        assert message in answer.json["message"]

    def test_real_and_simulated_do_not_mix(self, cli: Terminal, tmp_path: Path) -> None:
        (tmp_path / "files").mkdir()
        (tmp_path / "files" / "teams.csv").write_text(f"id,tricode,name,nickname,city,conference,division\n{TEAM}\n")
        before = cli("status --json").json
        answer = cli(f"ingest local {tmp_path / 'files'}")
        assert answer.code == 2
        assert "simulated" in answer.err
        assert cli("status --json").json == before
        assert cli("verify").code == 0

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        nowhere = Terminal(tmp_path / "no" / "w.duckdb")
        answer = nowhere("ingest simulated")
        assert answer.code == 5
        assert "cannot be opened" in answer.err
